//! The times of day at which a slot airs.

use core::ops::Range;

/// Times of day in seconds after midnight, in order, each once; never empty.
///
/// They are kept as a list for one day, whatever number of days they hold for: a list of a whole
/// timetable is bounded, one of all its dates is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DayTimes(Vec<u32>);

impl DayTimes {
    /// One time of day.
    pub fn once(second_of_day: u32) -> DayTimes {
        DayTimes(vec![second_of_day])
    }

    /// Several times of day, in any order; `None` when there are none.
    pub fn new(seconds_of_day: impl IntoIterator<Item = u32>) -> Option<DayTimes> {
        let mut times: Vec<u32> = seconds_of_day.into_iter().collect();
        times.sort_unstable();
        times.dedup();
        (!times.is_empty()).then_some(DayTimes(times))
    }

    /// How many there are.
    pub fn per_day(&self) -> usize {
        self.0.len()
    }

    /// How many come before a time of day.
    pub fn count_before(&self, second_of_day: u32) -> usize {
        self.0.partition_point(|t| *t < second_of_day)
    }

    /// This is one of them.
    pub fn contains(&self, second_of_day: u32) -> bool {
        self.0.binary_search(&second_of_day).is_ok()
    }

    /// Those in a range of seconds after midnight, which may begin before and end behind the day.
    pub fn within(&self, seconds: Range<i64>) -> &[u32] {
        let before = |limit_s: i64| self.0.partition_point(|t| i64::from(*t) < limit_s);
        self.0.get(before(seconds.start)..before(seconds.end)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_by_range_and_counted() {
        let times = DayTimes::new([57_600, 28_800, 43_200, 28_800]).unwrap();
        assert_eq!(times.per_day(), 3);
        assert!(times.within(-86_400..28_800).is_empty());
        assert_eq!(times.within(28_800..57_600), [28_800, 43_200]);
        assert_eq!(times.within(50_000..200_000), [57_600]);
        assert_eq!((times.count_before(28_800), times.count_before(28_801)), (0, 1));
        assert_eq!(DayTimes::new([]), None);
    }
}
