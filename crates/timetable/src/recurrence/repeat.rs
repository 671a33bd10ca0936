//! Repeats: the same lesson again, later, without moving its course on.

use crate::civil::SECONDS_PER_DAY;
use crate::zone::LocalTime;
use core::ops::Range;

/// How much later an airing is repeated, on the local clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Repeat {
    /// So many seconds after it starts.
    After { seconds: u32 },
    /// At a time of day, so many days after the day on which it starts.
    OnDay { days_later: u32, second_of_day: u32 },
}

impl Repeat {
    /// When an airing that starts at `local` is repeated.
    pub fn of(self, local: LocalTime) -> LocalTime {
        match self {
            Repeat::After { seconds } => LocalTime(local.0 + i64::from(seconds)),
            Repeat::OnDay { days_later, second_of_day } => {
                let midnight = LocalTime::new(local.day(), 0).0;
                let later = i64::from(days_later) * SECONDS_PER_DAY + i64::from(second_of_day);
                LocalTime(midnight + later)
            }
        }
    }

    /// A range of civil times that holds every start whose repeat lies in `range`.
    pub fn origins(self, range: &Range<LocalTime>) -> Range<LocalTime> {
        let days = self.day_shifts();
        let (least, greatest) = (i64::from(days.start), i64::from(days.end));
        let start = LocalTime(range.start.0 - greatest * SECONDS_PER_DAY);
        start..LocalTime(range.end.0 - (least - 1) * SECONDS_PER_DAY)
    }

    /// By how many days the date of a repeat can differ from that of its airing.
    pub fn day_shifts(self) -> Range<i32> {
        match self {
            Repeat::After { seconds } => {
                let days = (i64::from(seconds) / SECONDS_PER_DAY) as i32;
                days..days + 2
            }
            Repeat::OnDay { days_later, .. } => days_later as i32..days_later as i32 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::civil::Day;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_repeat_is_found_from_its_own_time(
            local in 0i64..400 * 86_400, seconds in 1u32..40 * 86_400,
            on_day: bool, at in 0u32..86_400,
        ) {
            let repeat = if on_day {
                Repeat::OnDay { days_later: seconds / 86_400, second_of_day: at }
            } else {
                Repeat::After { seconds }
            };
            let local = LocalTime(local);
            let again = repeat.of(local);
            let origins = repeat.origins(&(again..LocalTime(again.0 + 1)));
            prop_assert!(origins.contains(&local), "{origins:?}");
            let shift = again.day().0 - local.day().0;
            prop_assert!(repeat.day_shifts().contains(&shift));
            prop_assert_eq!(Day(local.day().0 + shift), again.day());
        }
    }
}
