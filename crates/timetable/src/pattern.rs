//! Which days a slot names, from its keys and the calendar to a list of days.

use crate::calendar::{DayKind, DayKinds, Season, Term};
use crate::civil::Day;
use crate::recurrence::{AirDays, Place, Rule, Weekdays, weeks_between};

/// The days a slot names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum DayPattern {
    /// These weekdays.
    Weekly(Weekdays),
    /// These weekdays in every so many weeks, the week of the first day being the first.
    EveryWeeks { days: Weekdays, weeks: u32 },
    /// These weekdays where they are one of these in their month, negative from its end.
    NthInMonth { days: Weekdays, nth: Vec<i16> },
    /// These days of the month, negative from its end.
    MonthDays(Vec<i16>),
    /// The days of a rule, counted from the first day.
    Rule(Rule),
}

/// A slot's place in the calendar.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'t> {
    pub first: Day,
    pub last: Day,
    pub term: Option<&'t Term>,
    pub during: DayKinds,
    pub season: Option<&'t Season>,
}

/// A pattern with what it counts from, ready to be asked for days.
pub(crate) struct NamedDays<'p> {
    pattern: &'p DayPattern,
    /// From which day weeks are counted.
    start: Day,
    /// The days of a rule.
    listed: Vec<Day>,
}

impl<'t> Frame<'t> {
    /// The frame of a slot: its own dates, held to those of its term.
    pub fn new(
        first: Day,
        last: Day,
        term: Option<&'t Term>,
        during: DayKinds,
        season: Option<&'t Season>,
    ) -> Frame<'t> {
        let (first, last) = match term {
            Some(term) => (first.max(term.first), last.min(term.last)),
            None => (first, last),
        };
        Frame { first, last, term, during, season }
    }

    /// What weeks, and the periods of a rule, are counted from.
    pub fn start(&self) -> Day {
        match self.term {
            Some(term) if self.first <= term.first => term.first,
            _ => self.first,
        }
    }

    /// How many days have to be looked at; 0 where days are counted without.
    pub fn days_to_walk(&self, pattern: &DayPattern) -> usize {
        if self.is_plain(pattern) {
            return 0;
        }
        (self.last.0 - self.first.0 + 1).max(0) as usize
    }

    /// The days on which a slot of this pattern airs.
    pub fn days_of(&self, pattern: &DayPattern) -> AirDays {
        if let (DayPattern::Weekly(days), true) = (pattern, self.is_plain(pattern)) {
            return AirDays::Weekly { days: *days, first: self.first, last: self.last };
        }
        let named = NamedDays::new(pattern, self);
        let days = (self.first.0..=self.last.0).map(Day).filter(|day| self.airs(&named, *day));
        AirDays::Listed { days: days.collect(), open: self.last == Day::LAST }
    }

    /// Days that the pattern names and that the term has closed, in order.
    pub fn lost_days(&self, pattern: &DayPattern) -> Vec<Day> {
        let Some(term) = self.term.filter(|_| self.during == DayKinds::TEACHING) else {
            return Vec::new();
        };
        let named = NamedDays::new(pattern, self);
        let closed = term.closed.iter().flat_map(|c| (c.first.0..=c.last.0).map(Day));
        let in_season = |day: &Day| self.season.is_none_or(|season| season.contains(*day));
        let is_lost = |day: &Day| {
            (self.first..=self.last).contains(day)
                && term.kind(*day) == Some(DayKind::Closed)
                && named.contains(*day)
                && in_season(day)
        };
        closed.filter(is_lost).collect()
    }

    fn airs(&self, named: &NamedDays<'_>, day: Day) -> bool {
        let taught = match self.term {
            None => day,
            Some(term) if term.kind(day).is_some_and(|kind| self.during.contains(kind)) => {
                term.taught_as(day)
            }
            Some(_) => return false,
        };
        named.contains(taught) && self.season.is_none_or(|season| season.contains(day))
    }

    fn is_plain(&self, pattern: &DayPattern) -> bool {
        self.term.is_none() && self.season.is_none() && matches!(pattern, DayPattern::Weekly(_))
    }
}

impl<'p> NamedDays<'p> {
    pub fn new(pattern: &'p DayPattern, frame: &Frame<'_>) -> NamedDays<'p> {
        let start = frame.start();
        let last = frame.term.map_or(frame.last, |term| term.last);
        let listed = match pattern {
            DayPattern::Rule(rule) => rule.days(start, last),
            _ => Vec::new(),
        };
        NamedDays { pattern, start, listed }
    }

    /// The pattern names this day.
    pub fn contains(&self, day: Day) -> bool {
        match self.pattern {
            DayPattern::Rule(_) => self.listed.binary_search(&day).is_ok(),
            pattern => pattern.names(day, self.start),
        }
    }
}

impl DayPattern {
    /// The pattern names this day, weeks being counted from that of `start`. A rule names none.
    pub fn names(&self, day: Day, start: Day) -> bool {
        match self {
            DayPattern::Weekly(days) => days.contains(day.weekday()),
            DayPattern::EveryWeeks { days, weeks } => {
                let since = weeks_between(start, day);
                days.contains(day.weekday()) && since.rem_euclid(*weeks as i32) == 0
            }
            DayPattern::NthInMonth { days, nth } => {
                let place = Place::in_month(day);
                days.contains(day.weekday()) && nth.iter().any(|n| place.weekday_is_nth(*n))
            }
            DayPattern::MonthDays(numbers) => {
                let place = Place::in_month(day);
                numbers.iter().any(|n| place.is_nth(*n))
            }
            DayPattern::Rule(_) => false,
        }
    }
}
