//! The programme guide: which event is on, which follows, and the schedule of eight days.
//!
//! Versions follow from time and revision. The present/following table changes when an event begins
//! or ends; the schedule changes at 00:00 UTC, when every section finds a new home. A version is
//! the number of changes since midnight, in one half of the range on even days and in the other on
//! odd days, so that no two successive states ever share one.

use crate::config::Network;
use crate::error::TableFault;
use crate::wheel::packets_of;
use rundown::{CivilClock, Event, ServiceRundown};
use si::descriptor::{Content, ContentItem, ShortEvent};
use si::table::{self, EitService, present_following, schedule_sections};
use si::{DescriptorLoop, LanguageCode, RunningStatus, Section, UtcSeconds};
use ts::{TICKS_PER_SECOND, Ticks};

/// Days that the schedule tells at most, the current one included.
pub const HORIZON_DAYS: u32 = 8;
/// Seconds in a day of UTC; a leap second belongs to the day that it ends.
pub(crate) const DAY_S: u64 = 86_400;

/// What the guide needs beside the events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GuideContext<'a> {
    pub network: &'a Network,
    pub clock: &'a CivilClock,
    pub service: EitService,
    pub revision: u32,
}

impl GuideContext<'_> {
    /// Sections 0 and 1 of the present/following table at an instant.
    pub(crate) fn present_following(
        &self,
        service: &ServiceRundown,
        at: Ticks,
    ) -> Result<[Section; 2], TableFault> {
        let behind = service.events.partition_point(|e| e.start <= at);
        let current = service.events[..behind].last().filter(|e| at < e.start + e.duration);
        let day = self.clock.utc_seconds(at) / DAY_S;
        let horizon_s = (day + u64::from(HORIZON_DAYS)) * DAY_S;
        let next = service.events.get(behind);
        let next = next.filter(|e| self.clock.utc_seconds(e.start) < horizon_s);
        let present = current.map(|e| self.event(e, RunningStatus::RUNNING)).transpose()?;
        let following = next.map(|e| self.event(e, RunningStatus::NOT_RUNNING)).transpose()?;
        let version = self.version(day, changes_since(service, self.midnight(day, at), at));
        let sections =
            present_following(&self.service, present.as_ref(), following.as_ref(), version)?;
        Ok(sections)
    }

    /// The sections of the schedule on a day of UTC, of so many days from that one on.
    pub(crate) fn schedule(
        &self,
        service: &ServiceRundown,
        day: u64,
        days: u32,
    ) -> Result<Vec<Section>, TableFault> {
        let window = day * DAY_S..(day + u64::from(days)) * DAY_S;
        let in_window = |e: &&Event| window.contains(&self.clock.utc_seconds(e.start));
        let events = service.events.iter().filter(in_window);
        let events: Result<Vec<_>, _> =
            events.map(|e| self.event(e, RunningStatus::UNDEFINED)).collect();
        let today = UtcSeconds(day * DAY_S);
        let version = (day as u32).wrapping_add(self.revision) as u8 & 0x1f;
        Ok(schedule_sections(&self.service, today, &events?, days, version)?)
    }

    /// Packets that the longest present/following section takes on a day of UTC. An event that is
    /// on at midnight began the day before.
    pub(crate) fn present_packets_max(
        &self,
        service: &ServiceRundown,
        day: u64,
    ) -> Result<u32, TableFault> {
        let horizon_s = (day + u64::from(HORIZON_DAYS)) * DAY_S;
        let window = day.saturating_sub(1) * DAY_S..horizon_s;
        let in_window = |e: &&Event| window.contains(&self.clock.utc_seconds(e.start));
        let mut most = 1;
        for event in service.events.iter().filter(in_window) {
            let event = self.event(event, RunningStatus::RUNNING)?;
            let [section, _] = present_following(&self.service, Some(&event), None, 0)?;
            most = most.max(packets_of(section.bytes()));
        }
        Ok(most)
    }

    fn version(&self, day: u64, changes: u64) -> u8 {
        let half = (day & 1) * 16;
        ((half + changes % 16) as u32).wrapping_add(self.revision) as u8 & 0x1f
    }

    /// The instant at which the day of UTC that `at` falls into began, to the second.
    fn midnight(&self, day: u64, at: Ticks) -> Ticks {
        let into = self.clock.utc_seconds(at) - day * DAY_S;
        let second = at.0 / TICKS_PER_SECOND;
        Ticks::from_seconds(second.saturating_sub(into))
    }

    fn event(&self, event: &Event, status: RunningStatus) -> Result<table::Event, TableFault> {
        let mut descriptors = DescriptorLoop::new();
        let set = self.network.characters;
        let texts = [
            (LanguageCode::CHINESE, &event.title.zh, &event.text.zh),
            (LanguageCode::ENGLISH, &event.title.en, &event.text.en),
        ];
        for (language, name, text) in texts {
            if !name.is_empty() {
                descriptors.push(&ShortEvent::encode(language, name, text, set).0)?;
            }
        }
        if let Some((genre, user)) = event.content {
            descriptors.push(&Content { items: vec![ContentItem { genre, user }] })?;
        }
        let end = self.clock.utc_seconds(event.start + event.duration);
        let start = self.clock.utc_seconds(event.start);
        Ok(table::Event {
            event_id: event.event_id,
            start: UtcSeconds(start),
            duration_s: (end - start) as u32,
            running_status: status,
            scrambled: false,
            descriptors,
        })
    }
}

/// How often the present/following table has changed in `(from, until]`.
fn changes_since(service: &ServiceRundown, from: Ticks, until: Ticks) -> u64 {
    let events = &service.events;
    let first = events.partition_point(|e| e.start + e.duration < from);
    let mut changes = 0;
    let mut last = from;
    for event in events[first..].iter().take_while(|e| e.start <= until) {
        for edge in [event.start, event.start + event.duration] {
            if edge > last && edge <= until {
                changes += 1;
                last = edge;
            }
        }
    }
    changes
}
