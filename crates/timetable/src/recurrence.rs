//! Recurrence in civil time: which days a slot airs, and the ordinal of each airing.
//!
//! Ordinals are counted in closed form: the days of the pattern, which are whole weeks times the
//! weekdays of a week or the place in a list of days, less the days that fall out, times the
//! airings of a day, less the single airings that fall out, plus those that were added. So the
//! lesson of an airing years into a term costs no more than the first, and nothing has to be
//! remembered. With k airings a day, the airing at the i-th time of the n-th day has the ordinal
//! n * k + i, both counted from 0, as long as no single airing fell out before it.

mod days;
mod repeat;
mod rule;
mod steps;
mod weekdays;

pub(crate) use days::AirDays;
pub(crate) use repeat::Repeat;
pub(crate) use rule::{Place, Rule, weeks_between};
pub use steps::Advance;
pub use weekdays::Weekdays;

use crate::civil::{Day, SECONDS_PER_DAY};
use crate::times::DayTimes;
use crate::zone::LocalTime;
use core::ops::Range;
use steps::Steps;

/// The airings of a slot as civil times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recurrence {
    days: AirDays,
    times: DayTimes,
    /// Days of the pattern that do not air, in order.
    dropped: Vec<Day>,
    /// Single airings of the pattern, on other days, that do not take place, in order.
    fallen: Vec<LocalTime>,
    /// Airings beside the pattern, in order; none coincides with one of the pattern.
    extra: Vec<LocalTime>,
    steps: Steps,
}

/// One airing of a recurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    /// When it starts.
    pub local: LocalTime,
    /// It was added to the weekly pattern.
    pub extra: bool,
}

impl Recurrence {
    /// A pattern of days at times of day, of which every airing is a step.
    pub fn new(days: AirDays, times: DayTimes) -> Recurrence {
        let (dropped, fallen, extra) = (Vec::new(), Vec::new(), Vec::new());
        Recurrence { days, times, dropped, fallen, extra, steps: Steps::Airings }
    }

    /// Says what the steps are, when all airings are known.
    #[must_use]
    pub fn in_steps(mut self, advance: Advance) -> Recurrence {
        self.steps = Steps::of(&self, advance);
        self
    }

    /// Lets a whole day fall out. `false` when the pattern has no airing on it. Days fall out
    /// before single airings do.
    pub fn drop_day(&mut self, day: Day) -> bool {
        if !self.airs_on(day) {
            return false;
        }
        let place = self.dropped.partition_point(|d| *d < day);
        self.dropped.insert(place, day);
        true
    }

    /// Lets a single airing of the pattern fall out; with the last one of a day, the day does.
    pub fn drop_airing(&mut self, local: LocalTime) {
        let Err(place) = self.fallen.binary_search(&local) else { return };
        if !self.in_day(local) {
            return;
        }
        self.fallen.insert(place, local);
        let of_day = |l: &LocalTime| l.day() == local.day();
        if self.fallen.iter().filter(|l| of_day(l)).count() == self.times.per_day() {
            self.fallen.retain(|l| !of_day(l));
            self.drop_day(local.day());
        }
    }

    /// Takes an airing away, one of the pattern or an added one.
    pub fn take_away(&mut self, local: LocalTime) {
        match self.extra.binary_search(&local) {
            Ok(place) => {
                self.extra.remove(place);
            }
            Err(_) => self.drop_airing(local),
        }
    }

    /// Takes all airings in a range of civil times away, and gives their starts.
    pub fn take_away_between(&mut self, range: Range<LocalTime>) -> Vec<LocalTime> {
        let taken: Vec<LocalTime> = self.occurrences(range).map(|o| o.local).collect();
        let is_taken = |local: &LocalTime| taken.binary_search(local).is_ok();
        self.extra.retain(|local| !is_taken(local));
        let mut whole = Vec::new();
        for of_day in taken.chunk_by(|a, b| a.day() == b.day()) {
            let day = of_day[0].day();
            if of_day.iter().filter(|local| self.in_day(**local)).count() == self.times.per_day() {
                whole.push(day);
            } else {
                of_day.iter().for_each(|local| self.drop_airing(*local));
            }
        }
        self.dropped.extend(whole);
        self.dropped.sort_unstable();
        self.dropped.dedup();
        taken
    }

    /// An airing starts at this time.
    pub fn has(&self, local: LocalTime) -> bool {
        self.occurrences(local..LocalTime(local.0 + 1)).next().is_some()
    }

    /// The first airing and the last one.
    pub fn span(&self) -> Option<(LocalTime, LocalTime)> {
        Some((self.nth(0)?, self.nth(self.total().checked_sub(1)?)?))
    }

    /// Adds an airing. `false` when there is one at that time already.
    pub fn add(&mut self, local: LocalTime) -> bool {
        let place = self.extra.partition_point(|e| *e < local);
        let coincides = self.in_day(local) && !self.has_fallen(local);
        if coincides || self.extra.get(place) == Some(&local) {
            return false;
        }
        self.extra.insert(place, local);
        true
    }

    /// The times of day of the weekly pattern.
    pub fn times(&self) -> &DayTimes {
        &self.times
    }

    /// The days of the airings that were added.
    pub fn extra_days(&self) -> impl Iterator<Item = Day> {
        self.extra.iter().map(|local| local.day())
    }

    /// The days on which some airings fell out, and others did not.
    pub fn fallen_days(&self) -> impl Iterator<Item = Day> {
        self.fallen.iter().map(|local| local.day())
    }

    /// Nothing says when it ends.
    pub fn is_open(&self) -> bool {
        self.days.is_open()
    }

    /// The pattern has an airing on this day, and it did not fall out.
    pub fn airs_on(&self, day: Day) -> bool {
        self.days.contains(day) && self.dropped.binary_search(&day).is_err()
    }

    /// How many airings start before a civil time. The first airing has ordinal 0.
    pub fn count_before(&self, local: LocalTime) -> u64 {
        let day = local.day();
        let whole_days = self.days_before(day);
        let of_this_day =
            if self.airs_on(day) { self.times.count_before(local.second_of_day()) } else { 0 };
        let weekly = whole_days * self.times.per_day() as u64 + of_this_day as u64;
        let fallen = self.fallen.partition_point(|f| *f < local);
        let extra = self.extra.partition_point(|e| *e < local);
        weekly - fallen as u64 + extra as u64
    }

    /// How many days with an airing of the pattern lie before this one.
    fn days_before(&self, day: Day) -> u64 {
        self.days.count_before(day) - self.dropped.partition_point(|d| *d < day) as u64
    }

    /// How many airings there are.
    pub fn total(&self) -> u64 {
        self.count_before(LocalTime::new(Day(Day::LAST.0 + 2), 0))
    }

    /// The start of the airing with this ordinal.
    pub fn nth(&self, ordinal: u64) -> Option<LocalTime> {
        let end = Day(Day::LAST.0 + 2).0;
        let start_of = |day: i32| LocalTime::new(Day(day), 0);
        let (mut low, mut high) = (Day::FIRST.0, end);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.count_before(start_of(middle + 1)) > ordinal {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let skip = ordinal - self.count_before(start_of(low)).min(ordinal);
        self.occurrences(start_of(low)..start_of(low + 1)).nth(skip as usize).map(|o| o.local)
    }

    /// All airings that start in a range of civil times, in order of time.
    pub fn occurrences(&self, range: Range<LocalTime>) -> impl Iterator<Item = Occurrence> {
        let (low, high) = (LocalTime::new(Day::FIRST, 0), LocalTime::new(Day(Day::LAST.0 + 1), 0));
        let start = range.start.clamp(low, high);
        let end = range.end.clamp(start, high);
        let days = start.day().0..LocalTime(end.0 + SECONDS_PER_DAY - 1).day().0;
        days.flat_map(move |day| self.on_day(Day(day), start..end))
    }

    /// The airings of one day that start in a range of civil times.
    fn on_day(&self, day: Day, range: Range<LocalTime>) -> impl Iterator<Item = Occurrence> {
        let midnight = LocalTime::new(day, 0).0;
        let within = if self.airs_on(day) {
            self.times.within(range.start.0 - midnight..range.end.0 - midnight)
        } else {
            &[]
        };
        let weekly = within.iter().map(move |second| LocalTime::new(day, *second));
        let mut weekly = weekly.filter(|local| !self.has_fallen(*local)).peekable();
        let from = self.extra.partition_point(|e| *e < range.start.max(LocalTime(midnight)));
        let extra = self.extra[from..].iter().copied();
        let mut extra = extra.take_while(move |e| e.day() == day && *e < range.end).peekable();
        core::iter::from_fn(move || {
            let added = match (weekly.peek(), extra.peek()) {
                (Some(weekly), Some(extra)) => extra < weekly,
                (None, Some(_)) => true,
                (_, None) => false,
            };
            let local = if added { extra.next() } else { weekly.next() }?;
            Some(Occurrence { local, extra: added })
        })
    }

    /// The pattern has an airing at this time on a day that did not fall out.
    fn in_day(&self, local: LocalTime) -> bool {
        self.airs_on(local.day()) && self.times.contains(local.second_of_day())
    }

    fn has_fallen(&self, local: LocalTime) -> bool {
        self.fallen.binary_search(&local).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::weekdays::week_of;
    use super::*;
    use proptest::prelude::*;

    fn weekly(days: Weekdays, times: DayTimes, first: Day, last: Day) -> Recurrence {
        Recurrence::new(AirDays::Weekly { days, first, last }, times)
    }

    fn day(text: &str) -> Day {
        let part = |range| text.get(range).and_then(|t: &str| t.parse().ok()).unwrap();
        Day::from_ymd(part(0..4), part(5..7) as u8, part(8..10) as u8).unwrap()
    }

    #[test]
    fn lessons_are_counted_past_exceptions_and_extras() {
        let days = Weekdays::of([0, 2]);
        let mut weekly = weekly(days, DayTimes::once(70_200), day("2027-02-22"), day("2027-03-10"));
        assert_eq!(weekly.total(), 6);
        assert!(weekly.drop_day(day("2027-03-01")));
        assert!(!weekly.drop_day(day("2027-03-02")));
        assert!(weekly.add(LocalTime::new(day("2027-02-27"), 0)));
        assert!(!weekly.add(LocalTime::new(day("2027-02-24"), 70_200)));
        let starts: Vec<String> =
            (0..7).map_while(|n| weekly.nth(n)).map(|l| l.to_string()).collect();
        assert_eq!(
            starts,
            [
                "2027-02-22 19:30",
                "2027-02-24 19:30",
                "2027-02-27 00:00",
                "2027-03-03 19:30",
                "2027-03-08 19:30",
                "2027-03-10 19:30"
            ]
        );
    }

    #[test]
    fn several_airings_a_day_are_counted_by_the_day_and_the_time() {
        let times = DayTimes::new([28_800, 43_200, 57_600]).unwrap();
        let days = Weekdays::of([0, 2]);
        let mut weekly = weekly(days, times, day("2027-02-22"), Day::LAST);
        weekly.drop_day(day("2027-02-24"));
        let noon = |text: &str| LocalTime::new(day(text), 43_200);
        assert_eq!(weekly.count_before(noon("2027-02-24")), 3);
        assert_eq!(weekly.count_before(noon("2027-03-03")), 2 * 3 + 1);
        assert_eq!(weekly.nth(7), Some(noon("2027-03-03")));
        weekly.drop_airing(noon("2027-03-01"));
        assert_eq!(weekly.count_before(noon("2027-03-03")), 2 * 3);
        assert_eq!(weekly.nth(6), Some(noon("2027-03-03")));
    }

    prop_compose! {
        fn any_recurrence()(
            listed: bool,
            mask in 0u8..128, at in prop::collection::vec(0u32..86_400, 1..6),
            first in 20_000i32..20_040, days in 0i32..60,
            dropped in prop::collection::vec(19_990i32..20_110, 0..20),
            fallen in prop::collection::vec((19_990i32..20_110, 0usize..6), 0..20),
            extra in prop::collection::vec((20_000i32..20_110, 0u32..86_400), 0..10),
        ) -> Recurrence {
            let set = Weekdays::of((0..7).filter(|d| mask >> d & 1 == 1));
            let times = DayTimes::new(at.iter().copied()).unwrap();
            let mut recurrence = if listed {
                let days = (first..=first + days).map(Day);
                let days = days.filter(|d| set.contains(d.weekday())).collect();
                Recurrence::new(AirDays::Listed { days, open: false }, times)
            } else {
                weekly(set, times, Day(first), Day(first + days))
            };
            for day in dropped {
                recurrence.drop_day(Day(day));
            }
            for (day, time) in fallen {
                recurrence.drop_airing(LocalTime::new(Day(day), at[time % at.len()]));
            }
            for (day, second) in extra {
                recurrence.add(LocalTime::new(Day(day), second));
            }
            recurrence
        }
    }

    proptest! {
        #[test]
        fn any_ordinal_in_closed_form_is_the_one_found_by_walking(
            recurrence in any_recurrence(), cut in 19_900 * 86_400i64..20_200 * 86_400,
        ) {
            let whole = LocalTime::new(Day(19_900), 0)..LocalTime::new(Day(20_200), 0);
            let all: Vec<_> = recurrence.occurrences(whole.clone()).collect();
            prop_assert_eq!(recurrence.total(), all.len() as u64);
            for (ordinal, occurrence) in all.iter().enumerate() {
                prop_assert_eq!(recurrence.count_before(occurrence.local), ordinal as u64);
                prop_assert_eq!(recurrence.nth(ordinal as u64), Some(occurrence.local));
            }
            prop_assert!(all.is_sorted_by(|a, b| a.local < b.local));
            let cut = LocalTime(cut);
            let parts = recurrence.occurrences(whole.start..cut);
            let rest = recurrence.occurrences(cut..whole.end);
            prop_assert_eq!(parts.chain(rest).collect::<Vec<_>>(), all);
        }

        #[test]
        fn any_step_in_closed_form_is_the_one_found_by_walking(
            recurrence in any_recurrence(), by_week: bool,
        ) {
            let recurrence =
                recurrence.in_steps(if by_week { Advance::Week } else { Advance::Day });
            let step_of = |day: Day| if by_week { week_of(day) } else { day.0 };
            let whole = LocalTime::new(Day(19_900), 0)..LocalTime::new(Day(20_200), 0);
            let mut steps: Vec<(i32, LocalTime)> = Vec::new();
            for occurrence in recurrence.occurrences(whole) {
                let step = step_of(occurrence.local.day());
                match steps.last_mut() {
                    Some(last) if last.0 == step => last.1 = occurrence.local,
                    _ => steps.push((step, occurrence.local)),
                }
                prop_assert_eq!(recurrence.place(occurrence.local) + 1, steps.len() as u64);
            }
            prop_assert_eq!(recurrence.steps(), steps.len() as u64);
            for (number, (_, last)) in steps.iter().enumerate() {
                prop_assert_eq!(recurrence.last_of_step(number as u64), Some(*last));
            }
            prop_assert_eq!(recurrence.last_of_step(steps.len() as u64), None);
        }
    }
}
