//! Recurrence rules of iCalendar (RFC 5545 clause 3.3.10), as far as they say days.
//!
//! The times of day are said elsewhere, so that the parts about hours, minutes and seconds are
//! refused. Days are those of the wall calendar in the zone of the timetable; the first day stands
//! for DTSTART. Days of the first period before it are not in the set, and it is in the set only
//! when the rule says so.

mod parse;

pub(crate) use parse::RuleError;

use super::weekdays::{monday_of, week_of};
use crate::civil::Day;

/// A rule that says days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    frequency: Frequency,
    /// Every so many periods; at least 1.
    interval: u32,
    /// After so many days it ends.
    count: Option<u32>,
    /// The last day that may be in the set.
    until: Option<Day>,
    months: Vec<u8>,
    /// Days of the month, negative from its end.
    month_days: Vec<i16>,
    /// Days of the year, negative from its end.
    year_days: Vec<i16>,
    /// Weeks of the year, negative from its end.
    weeks: Vec<i16>,
    /// Weekdays, 0 for Monday, each with its place in the month or year.
    weekdays: Vec<(Option<i16>, u8)>,
    /// Places in the set of a period, negative from its end.
    set_positions: Vec<i16>,
    /// With which weekday a week begins.
    week_start: u8,
}

/// The period in which a rule finds its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

impl Rule {
    /// Reads the text of an RRULE, with or without its name.
    pub fn parse(text: &str) -> Result<Rule, RuleError> {
        parse::parse(text)
    }

    /// The days of the rule from `start`, which stands for DTSTART, to `last`, in order.
    pub fn days(&self, start: Day, last: Day) -> Vec<Day> {
        let rule = self.with_defaults(start);
        let last = rule.until.map_or(last, |until| until.min(last));
        let limit = rule.count.map_or(usize::MAX, |count| count as usize);
        let mut found = Vec::new();
        for period in 0.. {
            let (first, end) = rule.period(start, period);
            if first > last || found.len() >= limit {
                break;
            }
            let candidates: Vec<Day> =
                (first.0..end.0).map(Day).filter(|day| rule.matches(*day)).collect();
            let room = limit - found.len();
            let chosen = rule.positioned(candidates);
            let in_range = |day: &Day| *day >= start && *day <= last;
            found.extend(chosen.into_iter().filter(in_range).take(room));
        }
        found
    }

    /// What a part left out takes from the first day (the note on DTSTART of the clause).
    fn with_defaults(&self, start: Day) -> Rule {
        let mut rule = self.clone();
        let date = start.ymd();
        let no_day = self.month_days.is_empty() && self.weekdays.is_empty();
        match self.frequency {
            Frequency::Weekly if self.weekdays.is_empty() => {
                rule.weekdays.push((None, start.weekday()));
            }
            Frequency::Monthly if no_day => rule.month_days.push(i16::from(date.day)),
            Frequency::Yearly if no_day && self.year_days.is_empty() => {
                if !self.weeks.is_empty() {
                    rule.weekdays.push((None, start.weekday()));
                } else {
                    rule.month_days.push(i16::from(date.day));
                    if self.months.is_empty() {
                        rule.months.push(date.month);
                    }
                }
            }
            _ => {}
        }
        rule
    }

    /// The first day of a period and the one behind its last.
    fn period(&self, start: Day, number: i64) -> (Day, Day) {
        let steps = number * i64::from(self.interval);
        let after = |day: i32, days: i64| {
            Day(i32::try_from(i64::from(day) + days).unwrap_or(i32::MAX - 400))
        };
        match self.frequency {
            Frequency::Daily => {
                let day = after(start.0, steps);
                (day, Day(day.0 + 1))
            }
            Frequency::Weekly => {
                let into_week = (start.weekday() + 7 - self.week_start) % 7;
                let first = after(start.0 - i32::from(into_week), steps.saturating_mul(7));
                (first, Day(first.0 + 7))
            }
            Frequency::Monthly => {
                let date = start.ymd();
                let month = i64::from(date.year) * 12 + i64::from(date.month) - 1 + steps;
                (first_of_month(month), first_of_month(month + 1))
            }
            Frequency::Yearly => {
                let year = i64::from(start.ymd().year) + steps;
                (first_of_month(year * 12), first_of_month((year + 1) * 12))
            }
        }
    }

    fn matches(&self, day: Day) -> bool {
        let date = day.ymd();
        let month = i64::from(date.year) * 12 + i64::from(date.month) - 1;
        let of_month = Place::of(day, first_of_month(month), first_of_month(month + 1));
        let year = i64::from(date.year) * 12;
        let of_year = Place::of(day, first_of_month(year), first_of_month(year + 12));
        let in_month = self.frequency == Frequency::Monthly || !self.months.is_empty();
        let of_period = if in_month { of_month } else { of_year };
        let is_day = |(nth, weekday): &(Option<i16>, u8)| {
            *weekday == day.weekday() && nth.is_none_or(|nth| of_period.weekday_is_nth(nth))
        };
        (self.months.is_empty() || self.months.contains(&date.month))
            && (self.month_days.is_empty() || self.month_days.iter().any(|n| of_month.is_nth(*n)))
            && (self.year_days.is_empty() || self.year_days.iter().any(|n| of_year.is_nth(*n)))
            && (self.weeks.is_empty() || self.in_week(day))
            && (self.weekdays.is_empty() || self.weekdays.iter().any(is_day))
    }

    /// The day lies in one of the weeks of its year. Week 1 is the first with at least four of
    /// its days in the year.
    fn in_week(&self, day: Day) -> bool {
        let first_of_week = Day(day.0 - i32::from((day.weekday() + 7 - self.week_start) % 7));
        // The fourth day of a week says which year the week belongs to.
        let year = i64::from(Day(first_of_week.0 + 3).ymd().year);
        let week_one = |year: i64| {
            let fourth = Day(first_of_month(year * 12).0 + 3);
            Day(fourth.0 - i32::from((fourth.weekday() + 7 - self.week_start) % 7))
        };
        let (first, end) = (week_one(year), week_one(year + 1));
        let number = ((first_of_week.0 - first.0) / 7 + 1) as i16;
        let weeks = ((end.0 - first.0) / 7) as i16;
        self.weeks.iter().any(|n| *n == number || *n == number - weeks - 1)
    }

    fn positioned(&self, candidates: Vec<Day>) -> Vec<Day> {
        if self.set_positions.is_empty() {
            return candidates;
        }
        let count = candidates.len() as i32;
        let chosen = |index: i32| {
            let (from_start, from_end) = ((index + 1) as i16, (index - count) as i16);
            self.set_positions.iter().any(|p| *p == from_start || *p == from_end)
        };
        let numbered = (0..).zip(candidates);
        numbered.filter(|(index, _)| chosen(*index)).map(|(_, day)| day).collect()
    }
}

/// Where a day stands in a month or a year.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// Counted from 1.
    from_start: i16,
    /// Counted from -1 backwards.
    from_end: i16,
}

impl Place {
    fn of(day: Day, first: Day, end: Day) -> Place {
        Place { from_start: (day.0 - first.0 + 1) as i16, from_end: (day.0 - end.0) as i16 }
    }

    /// Where a day stands in its month.
    pub fn in_month(day: Day) -> Place {
        let date = day.ymd();
        let month = i64::from(date.year) * 12 + i64::from(date.month) - 1;
        Place::of(day, first_of_month(month), first_of_month(month + 1))
    }

    /// It is the day of this number, counted from 1, or from -1 backwards.
    pub fn is_nth(self, number: i16) -> bool {
        number == self.from_start || number == self.from_end
    }

    /// It is the weekday's occurrence of this number, counted from 1, or from -1 backwards.
    pub fn weekday_is_nth(self, number: i16) -> bool {
        number == (self.from_start - 1) / 7 + 1 || number == (self.from_end + 1) / 7 - 1
    }
}

/// The first day of a month, counted from January of year 0. Far behind all calendars the days are
/// no longer told apart.
fn first_of_month(month: i64) -> Day {
    let year = (month.div_euclid(12)).min(i64::from(LAST_YEAR)) as i32;
    Day(crate::civil::days_from_civil(year, (month.rem_euclid(12) + 1) as u8, 1))
}

/// Weeks from one to another, both named by one of their days.
pub(crate) fn weeks_between(from: Day, to: Day) -> i32 {
    (monday_of(week_of(to)).0 - monday_of(week_of(from)).0) / 7
}

const LAST_YEAR: i32 = 9998;

#[cfg(test)]
mod tests;
