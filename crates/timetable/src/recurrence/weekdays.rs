//! Sets of weekdays, and the number of a week.

use crate::civil::Day;

/// A set of weekdays; bit 0 is Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekdays(u8);

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
    pub(super) fn count_between(self, first: Day, end: Day) -> u64 {
        let days = i64::from(end.0) - i64::from(first.0);
        if days <= 0 {
            return 0;
        }
        let whole = days / 7 * i64::from(self.count());
        let rest = (0..(days % 7) as u8).filter(|i| self.contains(first.weekday() + i)).count();
        whole as u64 + rest as u64
    }
}

/// The number of the week of a date: weeks since the one of 1969-12-29, a Monday.
pub(crate) const fn week_of(day: Day) -> i32 {
    (day.0 + 3).div_euclid(7)
}

/// The Monday of a week.
pub(crate) const fn monday_of(week: i32) -> Day {
    Day(week * 7 - 3)
}
