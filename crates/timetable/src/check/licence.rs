//! Assets that air when their licence does not hold.

use super::CheckedDays;
use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{IfFinished, Licence, Programme, Slot, Timetable};
use crate::source::Location;
use crate::zone::LocalTime;
use std::collections::BTreeSet;

/// Reports airings outside a licence, one finding for each licence and slot or item.
pub(crate) fn check_licences(timetable: &Timetable, days: CheckedDays) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for item in &timetable.items {
        if let Some(licence) = item.licence.filter(|l| !l.allows(item.at.day())) {
            let what = format!("asset `{}`", item.asset);
            found.push(tell(&what, licence, &[item.at.day()], item.origin));
        }
    }
    for slot in &timetable.slots {
        found.extend(check_slot(timetable, slot, days));
    }
    found
}

impl Licence {
    /// The licence holds on a day.
    pub fn allows(&self, day: Day) -> bool {
        self.first.is_none_or(|first| first <= day) && self.last.is_none_or(|last| day <= last)
    }
}

fn check_slot(timetable: &Timetable, slot: &Slot, days: CheckedDays) -> Vec<Diagnostic> {
    match &slot.programme {
        Programme::Course { course, first_lesson } if slot.rerun_of.is_none() => {
            check_course(timetable, slot, *course, *first_lesson, days)
        }
        Programme::Asset(asset) => {
            let Some(licence) = slot.licence else { return Vec::new() };
            let aired = aired_days(timetable, slot, days);
            let outside: Vec<Day> = aired.into_iter().filter(|d| !licence.allows(*d)).collect();
            let what = format!("asset `{asset}`");
            Vec::from_iter(
                (!outside.is_empty()).then(|| tell(&what, licence, &outside, slot.origin)),
            )
        }
        _ => Vec::new(),
    }
}

/// The days of all airings of a slot, repeats among them, that are checked.
fn aired_days(timetable: &Timetable, slot: &Slot, days: CheckedDays) -> Vec<Day> {
    let range = LocalTime::new(days.first, 0)..LocalTime::new(days.end, 0);
    let mut aired: Vec<Day> = Vec::new();
    for day in slot.recurrence.occurrences(range).map(|origin| origin.local.day()) {
        if aired.last() != Some(&day) {
            aired.push(day);
        }
    }
    let repeated = |day: &Day| {
        let midnight = LocalTime::new(*day, 0);
        let behind = LocalTime::new(Day(day.0 + 1), 0);
        let starts = slot.recurrence.occurrences(midnight..behind);
        let repeats = starts.flat_map(|s| timetable.edits.repeats_of(slot, s.local));
        repeats.map(LocalTime::day).collect::<BTreeSet<Day>>()
    };
    if !slot.repeats.is_empty() {
        let again: Vec<Day> = aired.iter().flat_map(repeated).collect();
        aired.extend(again);
    }
    aired.sort_unstable();
    aired.dedup();
    aired
}

fn check_course(
    timetable: &Timetable,
    slot: &Slot,
    course: usize,
    first_lesson: u32,
    days: CheckedDays,
) -> Vec<Diagnostic> {
    let course = &timetable.courses[course];
    if course.lessons.iter().all(|lesson| lesson.licence.is_none()) {
        return Vec::new();
    }
    let reruns: Vec<&Slot> = timetable.reruns_of(&slot.id).collect();
    let count = course.lessons.len() as u64;
    let mut outside: Vec<BTreeSet<Day>> = vec![BTreeSet::new(); course.lessons.len()];
    let range = LocalTime::new(days.first, 0)..LocalTime::new(days.end, 0);
    let mut starts = slot.recurrence.occurrences(range.clone()).map(|o| o.local).peekable();
    while let Some(start) = starts.next() {
        let place = slot.recurrence.place(start) + u64::from(first_lesson);
        let lesson = match course.if_finished {
            _ if place < count => place,
            IfFinished::Restart => place % count,
            IfFinished::Last => count - 1,
            IfFinished::Filler | IfFinished::Error => continue,
        } as usize;
        let Some(licence) = course.lessons[lesson].licence else { continue };
        let until = starts.peek().copied().unwrap_or(range.end);
        let behind = LocalTime(start.0 + 1)..LocalTime(until.0 + 1);
        let rerun = |rerun: &&Slot| {
            let origins = rerun.recurrence.occurrences(behind.clone());
            origins.map(|origin| origin.local.day()).collect::<Vec<_>>()
        };
        let mut aired = vec![start.day()];
        aired.extend(timetable.edits.repeats_of(slot, start).into_iter().map(LocalTime::day));
        aired.extend(reruns.iter().flat_map(rerun));
        outside[lesson].extend(aired.into_iter().filter(|day| !licence.allows(*day)));
    }
    let mut found = Vec::new();
    for (lesson, outside) in course.lessons.iter().zip(outside) {
        let outside = Vec::from_iter(outside);
        if let Some(licence) = lesson.licence.filter(|_| !outside.is_empty()) {
            let what = format!("lesson `{}` of `{}`", lesson.id, course.id);
            found.push(tell(&what, licence, &outside, slot.origin));
        }
    }
    found
}

fn tell(what: &str, licence: Licence, outside: &[Day], at: Location) -> Diagnostic {
    let day = outside[0];
    let more = match outside.len() - 1 {
        0 => String::new(),
        1 => ", and on one more day".to_owned(),
        more => format!(", and on {more} more days"),
    };
    let ends = match (licence.first, licence.last) {
        (Some(first), _) if day < first => format!("begins on {first}"),
        (_, Some(last)) => format!("ends on {last}"),
        _ => String::new(),
    };
    let message = format!("{what} airs on {day}, its licence {ends}{more}");
    Diagnostic::new(Code::Unlicensed, message)
        .primary(at, "aired here")
        .secondary(licence.origin, "")
        .help("move it, leave it out, or have the licence extended")
}
