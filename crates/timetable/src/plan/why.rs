//! Why something is on: the rule behind an airing, and what gave way to it.

use super::airing::PlannedAiring;
use super::candidate::{Candidate, Origin};
use super::layers::{Fate, settle};
use crate::civil::{SECONDS_PER_DAY, utc_from_ticks};
use crate::model::{Programme, Timetable};
use crate::text::Id;
use crate::zone::LocalTime;
use ts::{Span, Ticks};

/// Why a service shows what it shows at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// The airing; `None` when nothing is planned then, and filler runs.
    pub airing: Option<PlannedAiring>,
    /// How its lesson was counted, for an airing of a course.
    pub count: Option<LessonCount>,
    /// What the calendar has at this instant too, and what became of it.
    pub displaced: Vec<Displaced>,
    /// The numbers of the amendments that have a say in it, in order: those that put the airing
    /// there, and those that took away what the timetable has at this instant.
    pub amendments: Vec<u32>,
    /// The nearest airing that ended before, within a day.
    pub before: Option<PlannedAiring>,
    /// The nearest airing that starts behind, within a day.
    pub behind: Option<PlannedAiring>,
}

/// How the lesson of an airing follows from its slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonCount {
    /// The slot.
    pub slot: Id,
    /// Which airing of the slot this is, from 1, or which day or week with an airing where the
    /// course advances so; exceptions are not counted, extra airings are.
    pub airing: u64,
    /// When the first airing of the slot is, on the local clock.
    pub first: LocalTime,
    /// The lesson of the first airing, from 1.
    pub first_lesson: u32,
}

/// An airing that gave way.
#[derive(Clone, Debug, PartialEq)]
pub struct Displaced {
    /// The airing as the calendar has it.
    pub airing: PlannedAiring,
    /// From when on it is not shown; its start when it is not shown at all.
    pub from: Ticks,
    /// The id of the slot or item that takes its time.
    pub by: Id,
}

impl Timetable {
    /// Why a service shows what it shows at an instant; `None` for a service that is not there.
    pub fn why(&self, service: &Id, at: Ticks) -> Option<Why> {
        let index = self.services.binary_search_by(|s| s.id.cmp(service)).ok()?;
        let lane = &self.lanes[index];
        let unix_s = utc_from_ticks(at).unix_s;
        let reach_s = lane.reach_s();
        let candidates = lane.candidates(self, unix_s - reach_s, unix_s + 1 + reach_s);
        let fates = settle(&candidates);
        let settled = || candidates.iter().zip(&fates);
        let airs = |fate: &Fate| match *fate {
            Fate::Airs { start_unix_s, end_unix_s, .. } => {
                start_unix_s <= unix_s && unix_s < end_unix_s
            }
            Fate::Dropped { .. } => false,
        };
        let on_air = settled().find(|(_, fate)| airs(fate)).map(|(candidate, _)| candidate);
        let covering = settled().filter(|(c, _)| c.touches(unix_s, unix_s + 1));
        let displaced = covering.filter(|(_, fate)| !airs(fate)).filter_map(|(candidate, fate)| {
            let (start_unix_s, end_unix_s) = (candidate.start_unix_s, candidate.end_unix_s);
            let (from_unix_s, by) = match *fate {
                Fate::Airs { by: None, .. } => return None,
                // One that starts late is on its way; one that was cut is over.
                Fate::Airs { start_unix_s, .. } if unix_s < start_unix_s => return None,
                Fate::Airs { end_unix_s, by: Some(by), .. } => (end_unix_s, by),
                Fate::Dropped { by } => (start_unix_s, by),
            };
            let airing = self.planned(candidate, start_unix_s, end_unix_s)?;
            let from = crate::civil::ticks_from_unix(from_unix_s)?;
            Some(Displaced { airing, from, by: candidates[by].origin.id().clone() })
        });
        let day = Span::from_seconds(SECONDS_PER_DAY);
        let around = self.airings(service, Ticks(at.0.saturating_sub(day.0 as u64)), at + day);
        Some(Why {
            airing: around.iter().find(|a| a.start <= at && at < a.window_end).cloned(),
            count: on_air.and_then(count),
            amendments: self.amendments_at(index, unix_s, on_air),
            displaced: displaced.collect(),
            before: around.iter().rfind(|a| a.window_end <= at).cloned(),
            behind: around.iter().find(|a| a.start > at).cloned(),
        })
    }

    /// The amendments that have a say in what a service shows at an instant.
    fn amendments_at(
        &self,
        service: usize,
        unix_s: i64,
        on_air: Option<&Candidate<'_>>,
    ) -> Vec<u32> {
        let mut found = Vec::new();
        if let Some(candidate) = on_air {
            found.extend(self.edits.behind(&candidate.origin, candidate.local));
            let asset = self.asset_by_plan(candidate);
            let replaced = asset.as_ref();
            let replaced = replaced.and_then(|a| self.edits.in_place_of(a, candidate.start_unix_s));
            found.extend(replaced.map(|(_, number)| number));
        }
        for slot in self.lanes[service].slots(self) {
            let Some(edits) = self.edits.slots.get(&slot.id) else { continue };
            let near = self.zone.local_at_unix_s(unix_s).0;
            let near = LocalTime(near - 2 * SECONDS_PER_DAY)..LocalTime(near + SECONDS_PER_DAY);
            let taken = edits.fallen.range(near.clone()).chain(edits.unrepeated.range(near));
            let covers = |local: LocalTime| {
                let start = self.zone.resolve(local, slot.gap, slot.fold).map(|r| r.unix_s);
                let end = |start: i64| start + i64::from(slot.length_s);
                start.is_some_and(|start| start <= unix_s && unix_s < end(start))
            };
            found.extend(taken.filter(|(local, _)| covers(**local)).map(|(_, number)| *number));
        }
        let id = &self.services[service].id;
        let gone = self.edits.gone.iter().filter(|gone| gone.service == *id);
        let covers = |g: &&crate::plan::Gone| (g.from_unix_s..g.until_unix_s).contains(&unix_s);
        found.extend(gone.filter(covers).map(|gone| gone.number));
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn count(candidate: &Candidate<'_>) -> Option<LessonCount> {
    // What is shown again was counted where it was shown first.
    let Origin::Slot { slot, repeat: false, .. } = candidate.origin else { return None };
    let Programme::Course { first_lesson, .. } = slot.programme else { return None };
    if slot.rerun_of.is_some() {
        return None;
    }
    Some(LessonCount {
        slot: slot.id.clone(),
        airing: slot.recurrence.place(candidate.local) + 1,
        first: slot.recurrence.nth(0)?,
        first_lesson: first_lesson + 1,
    })
}
