//! Weekly recurrence in civil time: which days a slot airs, and the ordinal of each airing.
//!
//! Ordinals are counted in closed form: whole weeks times the weekdays of a week, less the days
//! that fall out, plus the airings that were added. So the lesson of an airing years into a term
//! costs no more than the first, and nothing has to be remembered.

use crate::civil::Day;
use crate::zone::LocalTime;

/// A set of weekdays; bit 0 is Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekdays(u8);

/// The airings of a slot as civil times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recurrence {
    days: Weekdays,
    second_of_day: u32,
    first: Day,
    last: Day,
    /// Days of the weekly pattern that do not air, in order.
    dropped: Vec<Day>,
    /// Airings beside the weekly pattern, in order; none coincides with one of the pattern.
    extra: Vec<LocalTime>,
}

/// One airing of a recurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    /// When it starts.
    pub local: LocalTime,
    /// It was added to the weekly pattern.
    pub extra: bool,
}

impl Weekdays {
    /// All seven days.
    pub const ALL: Weekdays = Weekdays(0x7f);
    /// The names of the weekdays, from Monday.
    pub const NAMES: [&'static str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// The set of these weekdays, 0 for Monday to 6 for Sunday.
    pub fn of(days: impl IntoIterator<Item = u8>) -> Weekdays {
        Weekdays(days.into_iter().fold(0, |set, day| set | 1 << (day % 7)))
    }

    /// The set has this weekday.
    pub const fn contains(self, weekday: u8) -> bool {
        self.0 >> (weekday % 7) & 1 == 1
    }

    /// How many days of a week are in the set.
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// How many days from `first` on, `end` excluded, are in the set.
    fn count_between(self, first: Day, end: Day) -> u64 {
        let days = i64::from(end.0) - i64::from(first.0);
        if days <= 0 {
            return 0;
        }
        let whole = days / 7 * i64::from(self.count());
        let rest = (0..(days % 7) as u8).filter(|i| self.contains(first.weekday() + i)).count();
        whole as u64 + rest as u64
    }
}

impl Recurrence {
    /// The weekly pattern of `days` at a time of day, from `first` to `last`, both included.
    pub fn weekly(days: Weekdays, second_of_day: u32, first: Day, last: Day) -> Recurrence {
        let (dropped, extra) = (Vec::new(), Vec::new());
        Recurrence { days, second_of_day, first, last, dropped, extra }
    }

    /// Lets a day fall out. `false` when the pattern has no airing on it.
    pub fn drop_day(&mut self, day: Day) -> bool {
        if !self.airs_on(day) {
            return false;
        }
        let place = self.dropped.partition_point(|d| *d < day);
        self.dropped.insert(place, day);
        true
    }

    /// Adds an airing. `false` when there is one at that time already.
    pub fn add(&mut self, local: LocalTime) -> bool {
        let place = self.extra.partition_point(|e| *e < local);
        let coincides = self.airs_on(local.day()) && local.second_of_day() == self.second_of_day;
        if coincides || self.extra.get(place) == Some(&local) {
            return false;
        }
        self.extra.insert(place, local);
        true
    }

    /// The time of day of the weekly pattern.
    pub fn second_of_day(&self) -> u32 {
        self.second_of_day
    }

    /// The last day of the pattern.
    pub fn last(&self) -> Day {
        self.last
    }

    /// The pattern has an airing on this day, and it did not fall out.
    pub fn airs_on(&self, day: Day) -> bool {
        self.in_pattern(day) && self.dropped.binary_search(&day).is_err()
    }

    /// How many airings start before a civil time. The first airing has ordinal 0.
    pub fn count_before(&self, local: LocalTime) -> u64 {
        let day = local.day();
        let end = if local.second_of_day() > self.second_of_day { Day(day.0 + 1) } else { day };
        let end = end.clamp(self.first, Day(self.last.0 + 1));
        let weekly = self.days.count_between(self.first, end);
        let dropped = self.dropped.partition_point(|d| *d < end);
        let extra = self.extra.partition_point(|e| *e < local);
        weekly - dropped as u64 + extra as u64
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
        self.occurrences(Day(low), Day(low + 1)).nth(skip as usize).map(|o| o.local)
    }

    /// All airings that start on a day from `first` on, `end` excluded, in order of time.
    pub fn occurrences(&self, first: Day, end: Day) -> impl Iterator<Item = Occurrence> {
        let first = first.clamp(Day::FIRST, Day(Day::LAST.0 + 1));
        let end = end.clamp(first, Day(Day::LAST.0 + 1));
        (first.0..end.0).flat_map(move |day| self.on_day(Day(day)))
    }

    fn on_day(&self, day: Day) -> impl Iterator<Item = Occurrence> {
        let weekly = self.airs_on(day).then(|| LocalTime::new(day, self.second_of_day));
        let from = self.extra.partition_point(|e| e.day() < day);
        let extra = self.extra[from..].iter().copied().take_while(move |e| e.day() == day);
        let split = weekly.map_or(0, |w| extra.clone().take_while(|e| *e < w).count());
        let added = |local| Occurrence { local, extra: true };
        let (before, behind) = (extra.clone().take(split), extra.skip(split));
        before
            .map(added)
            .chain(weekly.map(|local| Occurrence { local, extra: false }))
            .chain(behind.map(added))
    }

    fn in_pattern(&self, day: Day) -> bool {
        day >= self.first && day <= self.last && self.days.contains(day.weekday())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        let part = |range| text.get(range).and_then(|t: &str| t.parse().ok()).unwrap();
        Day::from_ymd(part(0..4), part(5..7) as u8, part(8..10) as u8).unwrap()
    }

    #[test]
    fn lessons_are_counted_past_exceptions_and_extras() {
        let days = Weekdays::of([0, 2]);
        let mut weekly = Recurrence::weekly(days, 70_200, day("2027-02-22"), day("2027-03-10"));
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

    prop_compose! {
        fn any_recurrence()(
            mask in 0u8..128, at in 0u32..86_400, first in 20_000i32..20_040, days in 0i32..60,
            dropped in prop::collection::vec(19_990i32..20_110, 0..20),
            extra in prop::collection::vec((20_000i32..20_110, 0u32..86_400), 0..10),
        ) -> Recurrence {
            let set = Weekdays::of((0..7).filter(|d| mask >> d & 1 == 1));
            let mut recurrence = Recurrence::weekly(set, at, Day(first), Day(first + days));
            for day in dropped {
                recurrence.drop_day(Day(day));
            }
            for (day, second) in extra {
                recurrence.add(LocalTime::new(Day(day), second));
            }
            recurrence
        }
    }

    proptest! {
        #[test]
        fn any_ordinal_in_closed_form_is_the_one_found_by_walking(recurrence in any_recurrence()) {
            let all: Vec<_> = recurrence.occurrences(Day(19_900), Day(20_200)).collect();
            prop_assert_eq!(recurrence.total(), all.len() as u64);
            for (ordinal, occurrence) in all.iter().enumerate() {
                prop_assert_eq!(recurrence.count_before(occurrence.local), ordinal as u64);
                prop_assert_eq!(recurrence.nth(ordinal as u64), Some(occurrence.local));
            }
            prop_assert!(all.is_sorted_by(|a, b| a.local < b.local));
        }
    }
}
