//! The days on which a slot airs, before single ones fall out.

use super::weekdays::Weekdays;
use crate::civil::Day;

/// Days that can be asked for and counted without walking through them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AirDays {
    /// Weekdays from a first to a last day, both included.
    Weekly { days: Weekdays, first: Day, last: Day },
    /// Days one by one, in order; they are as many as a term has, or the days of a rule.
    Listed {
        days: Vec<Day>,
        /// They go on to the end of the calendar.
        open: bool,
    },
}

impl AirDays {
    /// This is one of the days.
    pub fn contains(&self, day: Day) -> bool {
        match self {
            AirDays::Weekly { days, first, last } => {
                day >= *first && day <= *last && days.contains(day.weekday())
            }
            AirDays::Listed { days, .. } => days.binary_search(&day).is_ok(),
        }
    }

    /// How many of the days lie before this one.
    pub fn count_before(&self, day: Day) -> u64 {
        match self {
            AirDays::Weekly { days, first, last } => {
                days.count_between(*first, day.clamp(*first, Day(last.0 + 1)))
            }
            AirDays::Listed { days, .. } => days.partition_point(|d| *d < day) as u64,
        }
    }

    /// Nothing says when they end.
    pub fn is_open(&self) -> bool {
        match self {
            AirDays::Weekly { last, .. } => *last == Day::LAST,
            AirDays::Listed { open, .. } => *open,
        }
    }
}
