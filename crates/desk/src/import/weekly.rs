//! Airings that come back week by week, found among those that a file lists one by one.

use super::entry::{Entry, Weekly};
use std::collections::{BTreeMap, BTreeSet};
use timetable::civil::Day;
use timetable::{AssetId, Language, LocalInstants, LocalTime, Weekdays, Zone};

/// So often at least something must air to be taken for a slot.
const AIRINGS_LEAST: usize = 3;
/// At most one exception for so many airings.
const AIRINGS_PER_EXCEPTION: usize = 4;
/// A timetable takes no more exceptions in a slot.
const EXCEPTIONS_MOST: usize = 4000;

/// What two airings of one slot have in common.
type Key<'e> = (Option<&'e AssetId>, i64, &'e [(Language, String)], u32, u32);

/// The slots among the entries, and what is left of them.
pub(super) fn regular(entries: Vec<Entry>, zone: &Zone) -> (Vec<Entry>, Vec<Entry>) {
    let (mut slots, single): (Vec<Entry>, Vec<Entry>) =
        entries.into_iter().partition(|entry| entry.weekly.is_some());
    let mut groups: BTreeMap<Key<'_>, BTreeMap<Day, usize>> = BTreeMap::new();
    for (index, entry) in single.iter().enumerate() {
        // Where a clock change touches an airing it is told by itself.
        let plain = matches!(zone.instants(entry.at), LocalInstants::One(_));
        let (Some(length_s), true) = (entry.length_s, plain) else { continue };
        let key = (
            entry.asset.as_ref(),
            entry.start_at.0,
            entry.titles.as_slice(),
            length_s,
            entry.at.second_of_day(),
        );
        groups.entry(key).or_default().entry(entry.at.day()).or_insert(index);
    }
    let mut taken = BTreeSet::new();
    for days in groups.into_values() {
        let Some((weekly, kept)) = pattern(&days) else { continue };
        let Some(first) = kept.first().map(|index| &single[*index]) else { continue };
        slots.push(Entry { weekly: Some(weekly), ..first.clone() });
        taken.extend(kept);
    }
    slots.sort_by_key(|slot| (slot.at.second_of_day(), slot.at, slot.line));
    let left = single.into_iter().enumerate().filter(|(index, _)| !taken.contains(index));
    let mut items: Vec<Entry> = left.map(|(_, entry)| entry).collect();
    items.sort_by_key(|item| (item.at, item.is_second));
    (slots, items)
}

/// The weekly pattern that the days keep, and the entries that it stands for.
fn pattern(days: &BTreeMap<Day, usize>) -> Option<(Weekly, Vec<usize>)> {
    let mut counts = [0usize; 7];
    for day in days.keys() {
        counts[usize::from(day.weekday())] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    // A weekday with far fewer airings than another is no part of the pattern.
    let set = Weekdays::of((0..7).filter(|day| counts[usize::from(*day)] * 2 > most));
    let kept: BTreeMap<Day, usize> = days
        .iter()
        .filter(|(day, _)| set.contains(day.weekday()))
        .map(|(day, index)| (*day, *index))
        .collect();
    let (first, last) = (*kept.keys().next()?, *kept.keys().next_back()?);
    let span = (first.0..=last.0).map(Day).filter(|day| set.contains(day.weekday()));
    let except: Vec<Day> = span.filter(|day| !kept.contains_key(day)).collect();
    let regular = kept.len() >= AIRINGS_LEAST
        && except.len() * AIRINGS_PER_EXCEPTION <= kept.len()
        && except.len() <= EXCEPTIONS_MOST;
    let extra: Vec<LocalTime> = Vec::new();
    let weekly = Weekly { days: set, last: Some(last), except, extra };
    regular.then(|| (weekly, kept.into_values().collect()))
}
