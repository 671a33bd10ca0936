//! Lessons that wait: where an airing of higher priority takes the whole time of a slot whose
//! course holds, the slot has no airing there, and the lesson goes to the next one.
//!
//! What takes the time stands above the slot, so that it is settled without it. Slots are worked
//! through from the highest priority down.

use crate::civil::{Day, SECONDS_PER_DAY};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{IfPreempted, Programme, Timetable};
use crate::plan::{Candidate, Fate, settle};
use crate::zone::LocalTime;

/// Takes airings away that are not there when they would be lost.
pub(crate) fn hold_lessons(timetable: &mut Timetable, found: &mut Vec<Diagnostic>) {
    let mut holding: Vec<usize> =
        (0..timetable.slots.len()).filter(|slot| holds(timetable, *slot)).collect();
    holding.sort_by_key(|index| {
        let slot = &timetable.slots[*index];
        let own = timetable.is_inserted(&slot.service, slot.origin);
        core::cmp::Reverse((own, slot.priority))
    });
    let mut budget = MAX_CANDIDATES;
    for index in holding {
        let slot = &timetable.slots[index];
        let origin = slot.origin;
        if slot.recurrence.is_open() {
            let message = format!("slot `{}` holds its lessons and has no end", slot.id);
            let finding = Diagnostic::new(Code::Conflict, message)
                .primary(origin, "")
                .help("give it a `term` or an `until`, or leave `if_preempted` out");
            found.push(finding);
            continue;
        }
        hold(timetable, index, &mut budget);
        if budget == 0 {
            let message = "too many airings would have to be settled to hold lessons";
            found.push(Diagnostic::new(Code::TooLarge, message).primary(origin, ""));
            return;
        }
    }
}

/// Gives lessons back that wait, as if nothing had taken their time.
pub(crate) fn release_lessons(timetable: &mut Timetable) {
    for (slot, recurrence) in core::mem::take(&mut timetable.unheld) {
        timetable.slots[slot].recurrence = recurrence;
    }
}

fn holds(timetable: &Timetable, slot: usize) -> bool {
    let slot = &timetable.slots[slot];
    let Programme::Course { course, .. } = slot.programme else { return false };
    slot.rerun_of.is_none() && timetable.courses[course].if_preempted == IfPreempted::Hold
}

fn hold(timetable: &mut Timetable, index: usize, budget: &mut usize) {
    let slot = &timetable.slots[index];
    let Some((first, last)) = slot.recurrence.span() else { return };
    let mut taken: Vec<LocalTime> = Vec::new();
    let mut from = first.day();
    while from <= last.day() && *budget > 0 {
        let end = Day(from.0 + DAYS_AT_ONCE);
        taken.extend(taken_between(timetable, index, from, end, budget));
        from = end;
    }
    let Programme::Course { course, .. } = slot.programme else { return };
    let advance = timetable.courses[course].advance;
    if taken.is_empty() {
        return;
    }
    timetable.unheld.push((index, slot.recurrence.clone()));
    let slot = &mut timetable.slots[index];
    for local in taken {
        slot.recurrence.take_away(local);
    }
    slot.recurrence = slot.recurrence.clone().in_steps(advance);
}

/// The starts of a slot from `first` on, `end` excluded, at which something above it is on.
fn taken_between(
    timetable: &Timetable,
    index: usize,
    first: Day,
    end: Day,
    budget: &mut usize,
) -> Vec<LocalTime> {
    let slot = &timetable.slots[index];
    let service = timetable.services.binary_search_by(|s| s.id.cmp(&slot.service));
    let Ok(service) = service else { return Vec::new() };
    let lane = &timetable.lanes[service];
    let own = timetable.is_inserted(&slot.service, slot.origin);
    let reach_s = lane.reach_s() + 2 * SECONDS_PER_DAY;
    let midnight = |day: Day| LocalTime::new(day, 0).0;
    let candidates = lane.candidates(timetable, midnight(first) - reach_s, midnight(end) + reach_s);
    *budget = budget.saturating_sub(candidates.len() + 1);
    let is_above = |c: &Candidate<'_>| (c.own, c.priority) > (own, slot.priority);
    let above: Vec<Candidate<'_>> = candidates.iter().copied().filter(is_above).collect();
    let mut placed: Vec<(i64, i64)> = settle(&above)
        .into_iter()
        .filter_map(|fate| match fate {
            Fate::Airs { start_unix_s, end_unix_s, .. } => Some((start_unix_s, end_unix_s)),
            Fate::Dropped { .. } => None,
        })
        .collect();
    placed.sort_unstable();
    let late_s = slot.start.late_s();
    let is_taken = |start_unix_s: i64| {
        let behind = placed.partition_point(|(start, _)| *start <= start_unix_s);
        behind > 0 && placed[behind - 1].1 > start_unix_s + late_s
    };
    let days = LocalTime::new(first, 0)..LocalTime::new(end, 0);
    let starts = slot.recurrence.occurrences(days).filter_map(|origin| {
        let resolved = timetable.zone.resolve(origin.local, slot.gap, slot.fold)?;
        Some((origin.local, resolved.unix_s))
    });
    starts.filter(|(_, start)| is_taken(*start)).map(|(local, _)| local).collect()
}

const DAYS_AT_ONCE: i32 = 28;
const MAX_CANDIDATES: usize = 20_000_000;
