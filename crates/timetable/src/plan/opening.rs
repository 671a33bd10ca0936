//! Whether sites are open while something airs.

use crate::civil::{Day, SECONDS_PER_DAY};
use crate::model::{OpenTimes, Opening, SiteClass, Timetable};

/// A class of sites on the clock by which its hours are told.
#[derive(Clone, Copy)]
pub(crate) struct OpenClock<'t> {
    timetable: &'t Timetable,
    class: &'t SiteClass,
}

impl<'t> OpenClock<'t> {
    pub fn new(timetable: &'t Timetable, class: &'t SiteClass) -> OpenClock<'t> {
        OpenClock { timetable, class }
    }

    /// The sites are open all through `[from, until)`, in seconds of UTC.
    ///
    /// Hours that end at midnight and those that begin there are not joined: a lesson over
    /// midnight is in neither.
    pub fn is_open(&self, from_unix_s: i64, until_unix_s: i64) -> bool {
        let Opening::Times(times) = &self.class.open else { return true };
        let zone = self.class.zone.as_ref().unwrap_or(&self.timetable.zone);
        let from = zone.local_at_unix_s(from_unix_s);
        // A clock set back in between makes the sites close no earlier.
        let until_s = i64::from(from.second_of_day()) + (until_unix_s - from_unix_s);
        let day = from.day();
        times.iter().any(|open| {
            open.from_s <= from.second_of_day()
                && until_s <= i64::from(open.to_s)
                && self.opens_on(open, day)
        }) && until_s <= SECONDS_PER_DAY
    }

    /// These times hold on a day, or on the one that it is taught as.
    fn opens_on(&self, open: &OpenTimes, day: Day) -> bool {
        let Some(id) = &open.term else { return open.days.names(day, day) };
        let terms = &self.timetable.terms;
        let Ok(term) = terms.binary_search_by(|term| term.id.cmp(id)) else { return false };
        let term = &terms[term];
        let taught = term.taught_as(day);
        term.kind(day).is_some_and(|kind| open.during.contains(kind))
            && open.days.names(taught, taught)
    }
}
