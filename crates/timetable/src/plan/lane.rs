//! What is planned for one service, ready to be asked for any window.

use super::candidate::{Candidate, item_candidate, slot_candidates};
use crate::civil::SECONDS_PER_DAY;
use crate::model::{Item, Service, Slot, Timetable};
use crate::text::Id;
use std::collections::BTreeMap;

/// The slots and items of one service, as indexes into the lists of the timetable.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lane {
    slots: Vec<usize>,
    /// In order of their civil times.
    items: Vec<usize>,
    /// How far from an airing another one can stand that still decides what becomes of it.
    reach_s: i64,
}

impl Lane {
    /// Collects what is planned for each service, in the order of the services.
    pub fn all(timetable: &Timetable) -> Vec<Lane> {
        let (slots, mut items) = (&timetable.slots, Vec::from_iter(0..timetable.items.len()));
        items.sort_by_key(|i| timetable.items[*i].at);
        let mut of_service: BTreeMap<&Id, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (index, slot) in slots.iter().enumerate() {
            of_service.entry(&slot.service).or_default().0.push(index);
        }
        for index in items {
            of_service.entry(&timetable.items[index].service).or_default().1.push(index);
        }
        let lane = |service: &Service| {
            let (slots, items) = of_service.remove(&service.id).unwrap_or_default();
            Lane::new(timetable, slots, items)
        };
        timetable.services.iter().map(lane).collect()
    }

    fn new(timetable: &Timetable, slots: Vec<usize>, items: Vec<usize>) -> Lane {
        let own = |service, origin| timetable.is_inserted(service, origin);
        let of_slots = slots.iter().map(|i| &timetable.slots[*i]);
        let longest_s = |slot: &Slot| {
            let edits = timetable.edits.slots.get(&slot.id);
            edits.and_then(|e| e.longest_s()).unwrap_or(0).max(slot.length_s)
        };
        let of_slots = of_slots.map(|s| ((own(&s.service, s.origin), s.priority), longest_s(s)));
        let of_items = items.iter().map(|i| &timetable.items[*i]).map(|i| {
            let rank = (own(&i.service, i.origin), i.priority);
            (rank, i.length_s.unwrap_or(OPEN_END_S as u32))
        });
        Lane { reach_s: reach_s(of_slots.chain(of_items)), slots, items }
    }

    /// The slots of the service.
    pub fn slots<'t>(&self, timetable: &'t Timetable) -> impl Iterator<Item = &'t Slot> {
        self.slots.iter().map(|index| &timetable.slots[*index])
    }

    /// The items of the service, in order of their civil times.
    pub fn items<'t>(&self, timetable: &'t Timetable) -> impl Iterator<Item = &'t Item> {
        self.items.iter().map(|index| &timetable.items[*index])
    }

    /// How far around a window airings have to be collected to settle those in it, in seconds.
    pub fn reach_s(&self) -> i64 {
        self.reach_s
    }

    /// All airings that share time with a window, before any gives way to another.
    pub fn candidates<'t>(
        &self,
        timetable: &'t Timetable,
        from_unix_s: i64,
        until_unix_s: i64,
    ) -> Vec<Candidate<'t>> {
        let mut found = Vec::new();
        for slot in self.slots(timetable) {
            slot_candidates(timetable, slot, from_unix_s, until_unix_s, |c| found.push(c));
        }
        let at = |i: &usize| timetable.items[*i].at.0;
        let first = self.items.partition_point(|i| at(i) < from_unix_s - ITEM_MARGIN_S);
        let behind = self.items.partition_point(|i| at(i) < until_unix_s + ITEM_MARGIN_S);
        for index in self.items.get(first..behind).unwrap_or_default() {
            let candidate = item_candidate(timetable, &timetable.items[*index]);
            found.extend(candidate.filter(|c| c.touches(from_unix_s, until_unix_s)));
        }
        found
    }
}

/// What becomes of an airing depends on those of its own rank that overlap it, and on what became
/// of those of higher rank that overlap it, and so on up: one length for each rank, of which
/// every priority has two (airings that a clock change moved rank lower), and one more at the
/// end.
fn reach_s(lengths: impl Iterator<Item = ((bool, u8), u32)>) -> i64 {
    let mut longest: BTreeMap<(bool, u8), u32> = BTreeMap::new();
    for (rank, length_s) in lengths {
        let held = longest.entry(rank).or_default();
        *held = length_s.max(*held);
    }
    let ranks: i64 = longest.values().map(|s| 2 * i64::from(*s)).sum();
    ranks + longest.values().max().map_or(0, |s| i64::from(*s))
}

/// An item without a length lasts at most so long, in seconds.
pub(crate) const OPEN_END_S: i64 = SECONDS_PER_DAY;
/// An item starts within two days of the instant that its civil time has in UTC, and lasts at
/// most one.
const ITEM_MARGIN_S: i64 = 3 * SECONDS_PER_DAY;
