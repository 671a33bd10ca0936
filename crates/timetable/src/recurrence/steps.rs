//! What moves a course on: each airing, each day with one, or each week with one.
//!
//! Days and weeks are counted in closed form like airings: those of the pattern, less those in
//! which nothing is left, plus those that only have added airings.

use super::Recurrence;
use super::days::AirDays;
use super::weekdays::{monday_of, week_of};
use crate::civil::Day;
use crate::zone::LocalTime;
use std::collections::BTreeSet;

/// What moves a course to its next lesson.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Advance {
    /// Each airing.
    #[default]
    Airing,
    /// Each day with an airing: all airings of a day show the same lesson.
    Day,
    /// Each week with an airing, from Monday: all airings of a week show the same lesson.
    Week,
}

/// What there is to know for counting the steps of a recurrence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Steps {
    /// Every airing is one.
    #[default]
    Airings,
    /// Every day with an airing is one; here are those that the pattern does not have.
    Days { added: Vec<Day> },
    /// Every week with an airing is one.
    Weeks(Weeks),
}

/// Weeks by their numbers: a run of them, less some, plus some outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Weeks {
    first: i32,
    /// The week behind the last of the run.
    end: i32,
    missing: Vec<i32>,
    added: Vec<i32>,
}

impl Steps {
    pub fn of(recurrence: &Recurrence, advance: Advance) -> Steps {
        match advance {
            Advance::Airing => Steps::Airings,
            Advance::Day => {
                let extra: BTreeSet<Day> = recurrence.extra_days().collect();
                let added = extra.into_iter().filter(|day| !recurrence.airs_on(*day)).collect();
                Steps::Days { added }
            }
            Advance::Week => Steps::Weeks(Weeks::of(recurrence)),
        }
    }
}

impl Weeks {
    fn of(recurrence: &Recurrence) -> Weeks {
        let extra: BTreeSet<i32> = recurrence.extra_days().map(week_of).collect();
        let (days, first, last) = match &recurrence.days {
            AirDays::Weekly { days, first, last } => (*days, *first, *last),
            AirDays::Listed { days, .. } => {
                let aired = days.iter().filter(|day| recurrence.airs_on(**day));
                let mut added = extra;
                added.extend(aired.map(|day| week_of(*day)));
                return Weeks { added: added.into_iter().collect(), ..Weeks::default() };
            }
        };
        let in_pattern = |day: &Day| days.contains(day.weekday());
        let (low, high) = ((first.0..=last.0).map(Day), (first.0..=last.0).rev().map(Day));
        let (Some(low), Some(high)) = (low.take(7).find(in_pattern), high.take(7).find(in_pattern))
        else {
            return Weeks { added: extra.into_iter().collect(), ..Weeks::default() };
        };
        let (first, end) = (week_of(low), week_of(high) + 1);
        let touched: BTreeSet<i32> = recurrence.dropped.iter().map(|day| week_of(*day)).collect();
        let is_empty = |week: &i32| {
            let monday = monday_of(*week).0;
            !extra.contains(week) && !(monday..monday + 7).any(|d| recurrence.airs_on(Day(d)))
        };
        let missing = touched.into_iter().filter(is_empty).collect();
        let added = extra.iter().copied().filter(|week| !(first..end).contains(week)).collect();
        Weeks { first, end, missing, added }
    }

    fn before(&self, week: i32) -> u64 {
        let of_run = i64::from(week.clamp(self.first, self.end.max(self.first)) - self.first);
        let missing = self.missing.partition_point(|w| *w < week) as i64;
        let added = self.added.partition_point(|w| *w < week) as i64;
        (of_run - missing + added) as u64
    }
}

impl Recurrence {
    /// How many steps lie before an airing that starts at this time: the place of its lesson.
    pub fn place(&self, local: LocalTime) -> u64 {
        match &self.steps {
            Steps::Airings => self.count_before(local),
            Steps::Days { added } => {
                let day = local.day();
                self.days_before(day) + added.partition_point(|d| *d < day) as u64
            }
            Steps::Weeks(weeks) => weeks.before(week_of(local.day())),
        }
    }

    /// How many steps there are.
    pub fn steps(&self) -> u64 {
        let behind = Day(Day::LAST.0 + 8);
        self.place(LocalTime::new(behind, 0))
    }

    /// The first airing that shows what the step of this number shows; the first step has the
    /// number 0.
    pub fn first_of_step(&self, step: u64) -> Option<LocalTime> {
        let before = match step.checked_sub(1) {
            None => 0,
            Some(before) => self.count_before(LocalTime(self.last_of_step(before)?.0 + 1)),
        };
        self.nth(before)
    }

    /// The last airing that shows what the step of this number shows; the first step has the
    /// number 0.
    pub fn last_of_step(&self, step: u64) -> Option<LocalTime> {
        if matches!(self.steps, Steps::Airings) {
            return self.nth(step);
        }
        if self.steps() <= step {
            return None;
        }
        // The first midnight behind the step.
        let midnight = |day: i32| LocalTime::new(Day(day), 0);
        let (mut low, mut high) = (Day::FIRST.0, Day::LAST.0 + 8);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.place(midnight(middle)) > step {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        self.nth(self.count_before(midnight(low)).checked_sub(1)?)
    }
}
