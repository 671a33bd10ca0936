//! What can be wrong with a timetable beyond its spelling.

mod bookings;
mod bundle;
mod calendar;
mod chances;
mod clock;
mod course;
mod licence;
mod live;
mod names;
mod overlap;
mod province;
mod repeat;

pub use bundle::BundleProof;
pub(crate) use calendar::{LostDays, lost_days};
pub(crate) use clock::{ClockFinding, clock_diagnostic, clock_finding, clock_findings};
pub(crate) use names::{check_bundles, check_names, check_relays, check_services};

use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Timetable;
use crate::read::Draft;

/// The days that are checked airing by airing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CheckedDays {
    pub first: Day,
    /// The day behind the last.
    pub end: Day,
}

/// Checks courses against their slots, and airings against each other.
pub(crate) fn check_calendar(timetable: &Timetable, days: CheckedDays) -> Vec<Diagnostic> {
    let mut found = course::check_courses(timetable);
    for (index, _) in timetable.services.iter().enumerate() {
        found.extend(overlap::check_service(timetable, index, days));
        found.extend(live::check_live(timetable, &timetable.lanes[index], days));
        found.extend(province::check_inserted(timetable, index, days));
    }
    found.extend(licence::check_licences(timetable, days));
    found.extend(bookings::check_bookings(timetable, days));
    // While airings share time, none of them is sure to be heard.
    if found.iter().all(|finding| finding.code != Code::Overlap) {
        found.extend(chances::check_chances(timetable));
    }
    found
}

impl CheckedDays {
    /// From the first date the timetable names to a good year behind the last, so that the clock
    /// changes of a year are among them however open the end is.
    ///
    /// A timetable with very many airings a day is checked over fewer days, at least over
    /// [`DAYS_BEHIND`] of them, so that the time a check takes has a bound.
    pub fn of(draft: &Draft) -> CheckedDays {
        let slots = draft.slots.iter().flat_map(|s| {
            let except = s.except.iter().map(|e| e.value);
            [s.first, s.last].into_iter().chain(except).chain(s.extra.iter().map(|e| e.value.day()))
        });
        let items = draft.items.iter().map(|i| i.at.value.day());
        let terms = draft.terms.iter().flat_map(|t| [t.first, t.last]);
        let dates =
            slots.chain(items).chain(terms).filter(|d| ![Day::FIRST, Day::LAST].contains(d));
        let (low, high) = dates.fold((None, None), |(low, high): (Option<Day>, Option<Day>), d| {
            (Some(low.map_or(d, |l| l.min(d))), Some(high.map_or(d, |h| h.max(d))))
        });
        let first = low.unwrap_or(DEFAULT_FIRST);
        let wanted = high.unwrap_or(first).0 - first.0 + DAYS_BEHIND;
        let airings = draft.slots.iter().map(|s| s.at.value.per_day() * (1 + s.repeats.len()));
        let per_day: usize = airings.sum();
        let affordable = (MAX_AIRINGS / (per_day + 1)) as i32;
        let days = wanted.min(affordable.max(DAYS_BEHIND));
        CheckedDays { first, end: Day((first.0 + days).min(Day::LAST.0 + 1)) }
    }

    pub fn contains(self, day: Day) -> bool {
        self.first <= day && day < self.end
    }
}

const DAYS_BEHIND: i32 = 400;
/// A timetable that names no date at all repeats the same week for ever; any year shows it.
const DEFAULT_FIRST: Day = Day(crate::civil::days_from_civil(2026, 1, 1));
const MAX_AIRINGS: usize = 4_000_000;
