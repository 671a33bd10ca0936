//! Live programmes that may run into a required lesson.

use super::CheckedDays;
use crate::diagnostic::{Code, Diagnostic};
use crate::duration::format_duration;
use crate::model::{CourseKind, Programme, Timetable};
use crate::plan::{Candidate, Fate, Lane, Origin, settle};
use crate::source::Location;
use crate::zone::LocalTime;
use std::collections::BTreeSet;
use ts::Span;

/// Reports live programmes of a service behind whose end, within their overrun, a required lesson
/// begins.
pub(crate) fn check_live(timetable: &Timetable, lane: &Lane, days: CheckedDays) -> Vec<Diagnostic> {
    let mut ends: Vec<(LocalTime, Location, u32)> = Vec::new();
    for item in lane.items(timetable).filter(|item| item.may_overrun_s > 0) {
        let length_s = i64::from(item.length_s.unwrap_or(0));
        ends.push((LocalTime(item.at.0 + length_s), item.origin, item.may_overrun_s));
    }
    let range = LocalTime::new(days.first, 0)..LocalTime::new(days.end, 0);
    for slot in lane.slots(timetable).filter(|slot| slot.may_overrun_s > 0) {
        let origins = slot.recurrence.occurrences(range.clone()).take(MAX_AIRINGS);
        ends.extend(origins.map(|origin| {
            let end = LocalTime(origin.local.0 + i64::from(slot.length_s));
            (end, slot.origin, slot.may_overrun_s)
        }));
    }
    let mut told: BTreeSet<(Location, Location)> = BTreeSet::new();
    let mut found = Vec::new();
    for (end, origin, overrun_s) in ends {
        for required in required_within(timetable, lane, end, overrun_s) {
            if told.insert((origin, required.origin.location())) {
                found.push(tell(origin, overrun_s, end, &required));
            }
        }
    }
    found
}

/// The required lessons that begin within so many seconds from a civil time on.
fn required_within<'t>(
    timetable: &'t Timetable,
    lane: &Lane,
    from: LocalTime,
    seconds: u32,
) -> Vec<Candidate<'t>> {
    let reach_s = lane.reach_s() + 86_400;
    let until = from.0 + i64::from(seconds);
    let candidates = lane.candidates(timetable, from.0 - reach_s, until + reach_s);
    let fates = settle(&candidates);
    let begins = |c: &Candidate<'_>| c.local >= from && c.local.0 < until;
    let is_required = |c: &Candidate<'_>| match c.origin {
        Origin::Slot { slot, lesson: Some(_), .. } => match slot.programme {
            Programme::Course { course, .. } => {
                timetable.courses[course].kind == CourseKind::Required
            }
            _ => false,
        },
        _ => false,
    };
    let airs = candidates.iter().zip(&fates).filter(|(_, f)| matches!(f, Fate::Airs { .. }));
    airs.map(|(c, _)| *c).filter(|c| begins(c) && is_required(c)).collect()
}

fn tell(origin: Location, overrun_s: u32, end: LocalTime, required: &Candidate<'_>) -> Diagnostic {
    let message = format!(
        "this live programme may go on for {} behind its end, and takes the time of a required \
         lesson on {}",
        format_duration(Span::from_seconds(i64::from(overrun_s))),
        required.local,
    );
    Diagnostic::new(Code::Uncovered, message)
        .primary(origin, format!("ends at {end}"))
        .secondary(required.origin.location(), "a required lesson begins here")
        .help("leave that time free, or choose a shorter `may_overrun`")
}

const MAX_AIRINGS: usize = 400;
