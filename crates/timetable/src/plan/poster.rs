//! What a region sees in a week, for the wall of a village hall.

use super::airing::PlannedAiring;
use crate::civil::{Day, ticks_from_unix};
use crate::model::{CourseKind, Timetable};
use crate::text::{Id, Texts};
use crate::zone::LocalTime;
use ts::Span;

/// A week of all services, as one region sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Poster {
    /// The region; without one, what is for all.
    pub region: Option<Id>,
    /// The first day.
    pub first: Day,
    /// The last day, six days later.
    pub last: Day,
    /// What airs, ordered by day, time and service.
    pub entries: Vec<PosterEntry>,
}

/// One line of a poster.
#[derive(Clone, Debug, PartialEq)]
pub struct PosterEntry {
    /// When it starts, on the local clock.
    pub start: LocalTime,
    /// When its time ends, on the local clock.
    pub end: LocalTime,
    /// The service.
    pub service: Id,
    /// What it is called.
    pub title: Option<Texts>,
    /// The lesson: its own name, its number from 1, and how many there are.
    pub lesson: Option<(Option<Texts>, u32, u32)>,
    /// It is a lesson of a required course.
    pub required: bool,
    /// It shows again what was shown before.
    pub rerun: bool,
    /// It comes live.
    pub live: bool,
    /// Whom it gathers at the sites.
    pub audience: Vec<Id>,
}

impl Timetable {
    /// The poster of the seven days from `first` on.
    ///
    /// What is meant for other regions only is left out, and so is a window for regions in which
    /// nothing but filler is seen.
    pub fn poster(&self, region: Option<&Id>, first: Day) -> Poster {
        let last = Day(first.0 + 6);
        let midnight = |day: Day| LocalTime::new(day, 0).0 - 2 * crate::civil::SECONDS_PER_DAY;
        let from = ticks_from_unix(midnight(first)).unwrap_or_default();
        let until = from + Span::from_seconds(11 * crate::civil::SECONDS_PER_DAY);
        let mut entries = Vec::new();
        for service in &self.services {
            let airings = self.airings(&service.id, from, until);
            let entries_of = airings.iter().filter_map(|airing| self.entry(airing, region));
            entries.extend(entries_of.filter(|e| (first..=last).contains(&e.start.day())));
        }
        entries.sort_by(|a, b| (a.start, &a.service).cmp(&(b.start, &b.service)));
        Poster { region: region.cloned(), first, last, entries }
    }

    /// `None` for what is not meant for the region.
    fn entry(&self, airing: &PlannedAiring, region: Option<&Id>) -> Option<PosterEntry> {
        let slot = self.slots.iter().find(|slot| slot.origin == airing.origin);
        let regions = match slot {
            Some(slot) => &slot.regions,
            None => &self.items.iter().find(|item| item.origin == airing.origin)?.regions,
        };
        let elsewhere = |region: &Id| !regions.is_empty() && !regions.contains(region);
        let window = airing.kind == super::AiringKind::OptOut;
        if !window && region.is_some_and(elsewhere) {
            return None;
        }
        let lesson = airing.lesson.as_ref();
        Some(PosterEntry {
            start: self.zone.local_time(airing.start),
            end: self.zone.local_time(airing.window_end),
            service: airing.service.clone(),
            title: airing.title.clone(),
            lesson: lesson.map(|l| (l.title.clone(), l.number, l.lesson_count)),
            required: lesson.is_some_and(|l| l.course_kind == CourseKind::Required),
            rerun: airing.rerun,
            live: airing.live.is_some() && !airing.rerun,
            audience: slot.map_or(Vec::new(), |slot| slot.audience.clone()),
        })
    }
}
