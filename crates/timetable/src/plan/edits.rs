//! What amendments change that the lists of a timetable cannot say: single airings of slots.
//!
//! An airing that moves its course on is taken out of its slot's recurrence and put back at
//! another time, so that lessons are counted by what is left. Here stands what is not counted:
//! repeats that fall out or move, lengths of single airings, assets that are replaced; and for
//! each change the number of the amendment that made it.

use super::candidate::Origin;
use crate::civil::ticks_from_unix;
use crate::model::Slot;
use crate::source::Location;
use crate::text::{AssetId, Id};
use crate::zone::LocalTime;
use std::collections::BTreeMap;
use ts::Ticks;

/// What amendments changed, each with the number of its amendment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Edits {
    /// Single airings, by the slot.
    pub slots: BTreeMap<Id, SlotEdits>,
    /// One-off items that were added or changed.
    pub items: BTreeMap<Id, u32>,
    /// The seconds that one-off items had before they were made longer or shorter.
    pub item_lengths: BTreeMap<Id, u32>,
    /// Times of one-off items that do not take place there any more.
    pub gone: Vec<Gone>,
    /// Assets that others are shown for.
    pub replaced: Vec<Replaced>,
    /// Bundles that are sent with another rate or weight for a while.
    pub boosts: Vec<Boost>,
    /// The source of the amendments among those of the timetable.
    pub source: Option<usize>,
}

/// What became of single airings of a slot, by their starts on the local clock.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SlotEdits {
    /// Airings that do not take place; the lesson waits for the next one.
    pub fallen: BTreeMap<LocalTime, u32>,
    /// Airings that take place here instead of elsewhere.
    pub moved: BTreeMap<LocalTime, u32>,
    /// Repeats that do not take place.
    pub unrepeated: BTreeMap<LocalTime, u32>,
    /// Repeats that take place here instead of elsewhere, with the airing that they show.
    pub repeats: BTreeMap<LocalTime, (LocalTime, u32)>,
    /// Airings that last longer or shorter, with their seconds.
    pub lengths: BTreeMap<LocalTime, (u32, u32)>,
}

/// A time that a one-off item was to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gone {
    pub service: Id,
    pub from_unix_s: i64,
    pub until_unix_s: i64,
    pub number: u32,
}

/// An asset that another one is shown for, in airings that start from an instant on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replaced {
    pub asset: AssetId,
    pub play: AssetId,
    pub from: Ticks,
    pub number: u32,
    pub origin: Location,
}

/// A bundle that is sent with another rate or weight for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boost {
    /// The bundle.
    pub bundle: Id,
    /// From when on.
    pub from: Ticks,
    /// Until when.
    pub until: Ticks,
    /// The rate that it is sure of then, in bit/s of transport stream.
    pub rate_bps: Option<u64>,
    /// Its share of what is left over then.
    pub weight: Option<u16>,
    /// The number of the amendment.
    pub number: u32,
}

impl Edits {
    /// What stands in the place of an asset in an airing that starts at an instant, and by which
    /// amendment.
    ///
    /// The last word on an asset counts, and behind that the last word on what stands in its place.
    pub fn in_place_of(&self, asset: &AssetId, start_unix_s: i64) -> Option<(&AssetId, u32)> {
        if self.replaced.is_empty() {
            return None;
        }
        let start = ticks_from_unix(start_unix_s)?;
        let mut found: Option<&Replaced> = None;
        loop {
            let shown = found.map_or(asset, |replaced| &replaced.play);
            let known = found.map_or(0, |replaced| replaced.number);
            let about = |r: &&Replaced| r.from <= start && r.asset == *shown && r.number > known;
            match self.replaced.iter().rfind(about) {
                Some(next) => found = Some(next),
                None => return found.map(|replaced| (&replaced.play, replaced.number)),
            }
        }
    }

    /// The amendments that say what is shown for a slot or an item at a civil time.
    pub fn behind(&self, origin: &Origin<'_>, local: LocalTime) -> Vec<u32> {
        let Origin::Slot { slot, .. } = origin else {
            return self.items.get(origin.id()).copied().into_iter().collect();
        };
        let Some(edits) = self.slots.get(&slot.id) else { return Vec::new() };
        let moved = edits.moved.get(&local).copied();
        let repeat = edits.repeats.get(&local).map(|(_, number)| *number);
        let length = edits.lengths.get(&local).map(|(_, number)| *number);
        [moved, repeat, length].into_iter().flatten().collect()
    }

    /// The repeats of the airing of a slot that starts at a civil time, as amendments leave them.
    pub fn repeats_of(&self, slot: &Slot, shown: LocalTime) -> Vec<LocalTime> {
        let mut repeats: Vec<LocalTime> = slot.repeats.iter().map(|r| r.of(shown)).collect();
        if let Some(edits) = self.slots.get(&slot.id) {
            repeats.retain(|local| !edits.unrepeated.contains_key(local));
            let moved = edits.repeats.iter().filter(|(_, (of, _))| *of == shown);
            repeats.extend(moved.map(|(local, _)| *local));
        }
        repeats.sort_unstable();
        repeats.dedup();
        repeats
    }

    /// The changes of a slot; made when there are none yet.
    pub fn slot(&mut self, slot: &Id) -> &mut SlotEdits {
        self.slots.entry(slot.clone()).or_default()
    }
}

impl SlotEdits {
    /// The length of the airing that starts at a civil time, where it has one of its own.
    pub fn length_s(&self, local: LocalTime) -> Option<u32> {
        self.lengths.get(&local).map(|(length_s, _)| *length_s)
    }

    /// The greatest of the lengths.
    pub fn longest_s(&self) -> Option<u32> {
        self.lengths.values().map(|(length_s, _)| *length_s).max()
    }

    /// The civil times at which something is not as the slot has it, or around which it was.
    pub fn times(&self) -> impl Iterator<Item = LocalTime> {
        let moved = self.repeats.keys().chain(self.repeats.values().map(|(shown, _)| shown));
        let keys = self.fallen.keys().chain(self.moved.keys()).chain(self.unrepeated.keys());
        keys.chain(moved).chain(self.lengths.keys()).copied()
    }
}
