//! Airings before they are settled against each other.

use super::MIN_AIRING_S;
use super::edits::SlotEdits;
use super::lane::OPEN_END_S;
use crate::model::{IfFinished, Item, Programme, Slot, Timetable};
use crate::recurrence::Occurrence;
use crate::zone::{LocalInstants, LocalTime, Zone};

/// One airing as the calendar has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Candidate<'t> {
    pub origin: Origin<'t>,
    /// When it starts on the local clock, as the timetable says.
    pub local: LocalTime,
    pub start_unix_s: i64,
    /// Exclusive end. Of an airing with an open end, the end of what it is sure of.
    pub end_unix_s: i64,
    /// How long it may last, in seconds; of an airing with an open end, what it is sure of.
    pub length_s: u32,
    /// Its end if no amendment made it shorter.
    pub full_end_unix_s: i64,
    /// An amendment made it longer or shorter.
    pub resized: bool,
    /// A clock change skipped its civil time, so that it stands at another.
    pub moved: bool,
    pub open_end: bool,
    pub priority: u8,
    /// How late it may start.
    pub may_start_late_s: i64,
    /// A provincial plan puts it into the plan it includes.
    pub own: bool,
}

/// What an airing comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Origin<'t> {
    Slot {
        slot: &'t Slot,
        /// The airing was added to the pattern.
        extra: bool,
        /// It shows again what an airing of the same slot has shown.
        repeat: bool,
        /// When the airing that it shows started, on the local clock.
        shown: LocalTime,
        /// Index of the lesson in the course.
        lesson: Option<u32>,
    },
    Item(&'t Item),
}

impl Candidate<'_> {
    /// The airing shares time with a window, counting the time an open end may take.
    pub fn touches(&self, from_unix_s: i64, until_unix_s: i64) -> bool {
        let end = if self.open_end { self.start_unix_s + OPEN_END_S } else { self.end_unix_s };
        self.start_unix_s < until_unix_s && from_unix_s < end
    }

    /// Its end on the local clock, as the timetable says.
    pub fn local_end(&self) -> LocalTime {
        LocalTime(self.local.0 + i64::from(self.length_s))
    }
}

impl<'t> Origin<'t> {
    /// The id of the slot or item.
    pub fn id(&self) -> &'t crate::Id {
        match self {
            Origin::Slot { slot, .. } => &slot.id,
            Origin::Item(item) => &item.id,
        }
    }

    /// Where the slot or item is defined.
    pub fn location(&self) -> crate::Location {
        match self {
            Origin::Slot { slot, .. } => slot.origin,
            Origin::Item(item) => item.origin,
        }
    }
}

/// All airings of a slot that share time with a window.
pub(crate) fn slot_candidates<'t>(
    timetable: &'t Timetable,
    slot: &'t Slot,
    from_unix_s: i64,
    until_unix_s: i64,
    mut found: impl FnMut(Candidate<'t>),
) {
    let zone = &timetable.zone;
    let edits = timetable.edits.slots.get(&slot.id);
    let longest_s = edits.and_then(SlotEdits::longest_s).unwrap_or(0).max(slot.length_s);
    let earliest_unix_s = from_unix_s.saturating_sub(i64::from(longest_s));
    let (least_s, greatest_s) = zone.offsets_s(earliest_unix_s, until_unix_s);
    let first = LocalTime(earliest_unix_s.saturating_add(least_s));
    let end = LocalTime(until_unix_s.saturating_add(greatest_s));
    let mut add = |origin: Occurrence, local: LocalTime, repeat: bool| {
        let airing = slot_candidate(timetable, slot, origin, local, repeat);
        let shares =
            |c: &Candidate<'_>| c.start_unix_s < until_unix_s && c.end_unix_s > from_unix_s;
        if let Some(candidate) = airing.filter(shares) {
            found(candidate);
        }
    };
    for origin in slot.recurrence.occurrences(first..end) {
        add(origin, origin.local, false);
    }
    for repeat in &slot.repeats {
        for origin in slot.recurrence.occurrences(repeat.origins(&(first..end))) {
            let local = repeat.of(origin.local);
            let takes_place = edits.is_none_or(|e| !e.unrepeated.contains_key(&local));
            if takes_place && (first..end).contains(&local) {
                add(origin, local, true);
            }
        }
    }
    for (local, (shown, _)) in edits.into_iter().flat_map(|e| e.repeats.range(first..end)) {
        add(Occurrence { local: *shown, extra: true }, *local, true);
    }
}

/// The airing of a slot at `local` that shows what `origin` shows; `None` when a clock change lets
/// it fall out, or there is no lesson to show.
fn slot_candidate<'t>(
    timetable: &'t Timetable,
    slot: &'t Slot,
    origin: Occurrence,
    local: LocalTime,
    repeat: bool,
) -> Option<Candidate<'t>> {
    let resolved = timetable.zone.resolve(local, slot.gap, slot.fold)?;
    let lesson = match &slot.programme {
        Programme::Asset(_) | Programme::Live(_) | Programme::OptOut { .. } => None,
        Programme::Course { course, first_lesson } => {
            let step = match slot.rerun_of {
                None => slot.recurrence.place(origin.local),
                Some(base) => last_step(&timetable.slots[base], origin.local)?,
            };
            let course = &timetable.courses[*course];
            let place = step + u64::from(*first_lesson);
            Some(lesson_at(place, course.lessons.len(), course.if_finished)?)
        }
    };
    let start_unix_s = resolved.unix_s;
    let edits = timetable.edits.slots.get(&slot.id);
    let amended_s = edits.and_then(|e| e.length_s(local));
    let length_s = amended_s.unwrap_or(slot.length_s);
    let end_of = |length_s| end_of(&timetable.zone, local, start_unix_s, length_s, resolved.moved);
    Some(Candidate {
        origin: Origin::Slot { slot, extra: origin.extra, repeat, shown: origin.local, lesson },
        local,
        start_unix_s,
        end_unix_s: end_of(length_s),
        length_s,
        full_end_unix_s: end_of(length_s.max(slot.length_s)),
        resized: amended_s.is_some(),
        moved: resolved.moved,
        open_end: false,
        priority: slot.priority,
        may_start_late_s: slot.start.late_s(),
        own: timetable.is_inserted(&slot.service, slot.origin),
    })
}

/// The step of the last airing of a slot that starts before a civil time.
fn last_step(base: &Slot, local: LocalTime) -> Option<u64> {
    let last = base.recurrence.count_before(local).checked_sub(1)?;
    Some(base.recurrence.place(base.recurrence.nth(last)?))
}

/// The airing of an item; `None` when a clock change lets it fall out.
pub(crate) fn item_candidate<'t>(
    timetable: &'t Timetable,
    item: &'t Item,
) -> Option<Candidate<'t>> {
    let resolved = timetable.zone.resolve(item.at, item.gap, item.fold)?;
    let start_unix_s = resolved.unix_s;
    let length_s = item.length_s.unwrap_or(MIN_AIRING_S);
    let before_s = timetable.edits.item_lengths.get(&item.id).copied();
    let (zone, at) = (&timetable.zone, item.at);
    let end_of = |length_s| end_of(zone, at, start_unix_s, length_s, resolved.moved);
    Some(Candidate {
        origin: Origin::Item(item),
        local: item.at,
        start_unix_s,
        end_unix_s: end_of(length_s),
        length_s,
        full_end_unix_s: end_of(length_s.max(before_s.unwrap_or(0))),
        resized: before_s.is_some(),
        moved: resolved.moved,
        open_end: item.length_s.is_none(),
        priority: item.priority,
        may_start_late_s: item.start.late_s(),
        own: timetable.is_inserted(&item.service, item.origin),
    })
}

/// The end of an airing: its length after its start, but not behind its end on the local clock.
///
/// So a block that spans a clock change ends where its neighbour begins, and the neighbour stays
/// where it is. An airing that was itself moved has its length.
fn end_of(zone: &Zone, local: LocalTime, start_unix_s: i64, length_s: u32, moved: bool) -> i64 {
    let length_s = i64::from(length_s);
    let by_length = start_unix_s + length_s;
    if moved {
        return by_length;
    }
    let by_clock = match zone.instants(LocalTime(local.0 + length_s)) {
        LocalInstants::One(unix_s) => unix_s,
        LocalInstants::Gap { later, .. } => later,
        LocalInstants::Fold { second, .. } => second,
    };
    by_length.min(by_clock)
}

/// Which lesson an airing shows; `None` when the course is over.
fn lesson_at(place: u64, lessons: usize, if_finished: IfFinished) -> Option<u32> {
    let count = lessons as u64;
    let lesson = match if_finished {
        _ if place < count => place,
        IfFinished::Restart => place % count,
        IfFinished::Last => count - 1,
        IfFinished::Filler | IfFinished::Error => return None,
    };
    Some(lesson as u32)
}
