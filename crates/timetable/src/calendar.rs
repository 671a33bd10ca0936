//! The teaching calendar: terms with closed days, breaks and make-up days, and farm seasons.

use crate::civil::Day;
use crate::source::Location;
use crate::text::{Id, Texts};

/// A stretch of the year in which courses are taught.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub title: Option<Texts>,
    /// Its first day.
    pub first: Day,
    /// Its last day.
    pub last: Day,
    /// Days without teaching, in order; they do not touch breaks or each other.
    pub closed: Vec<Closed>,
    /// Weeks in which another grid holds, in order.
    pub breaks: Vec<Closed>,
    /// Days on which a lost day is taught, in order.
    pub makeups: Vec<MakeUp>,
    /// Where it is defined.
    pub origin: Location,
}

/// Days of a term on which the ordinary grid does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
    /// Why, for people.
    pub why: Option<String>,
    /// What is lost is meant to be made up; a day that is not draws a warning.
    pub made_up: bool,
    /// Where it is written.
    pub origin: Location,
}

/// A day that is taught as another one, which was lost.
#[derive(Clone, Debug, PartialEq)]
pub struct MakeUp {
    /// The day on which it is taught.
    pub on: Day,
    /// The day whose grid holds.
    pub taught_as: Day,
    /// Where the lost day is written.
    pub origin: Location,
}

/// What a day of a term is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayKind {
    /// The grid of the term holds.
    Teaching,
    /// A break.
    Break,
    /// Closed.
    Closed,
}

/// Kinds of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DayKinds(u8);

/// A part of each year, or parts of some years, by their dates.
#[derive(Clone, Debug, PartialEq)]
pub struct Season {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub title: Option<Texts>,
    /// When it is; never empty.
    pub ranges: Vec<SeasonRange>,
    /// Where it is defined.
    pub origin: Location,
}

/// When a season is, first and last day included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeasonRange {
    /// Once.
    Dates {
        /// The first day.
        first: Day,
        /// The last day.
        last: Day,
    },
    /// Every year; where the last day stands before the first, it is in the next year.
    Yearly {
        /// The first day, as month and day.
        first: (u8, u8),
        /// The last day, as month and day.
        last: (u8, u8),
    },
}

impl Term {
    /// What a day is; `None` outside the term.
    pub fn kind(&self, day: Day) -> Option<DayKind> {
        if day < self.first || day > self.last {
            return None;
        }
        let holds = |ranges: &[Closed]| {
            let behind = ranges.partition_point(|range| range.first <= day);
            behind > 0 && day <= ranges[behind - 1].last
        };
        Some(if self.makeup_on(day).is_some() {
            DayKind::Teaching
        } else if holds(&self.closed) {
            DayKind::Closed
        } else if holds(&self.breaks) {
            DayKind::Break
        } else {
            DayKind::Teaching
        })
    }

    /// The date whose grid holds on a day: another one on a make-up day, else its own.
    pub fn taught_as(&self, day: Day) -> Day {
        self.makeup_on(day).map_or(day, |makeup| makeup.taught_as)
    }

    /// What a make-up day makes up for.
    pub fn makeup_on(&self, day: Day) -> Option<&MakeUp> {
        self.makeups.binary_search_by_key(&day, |m| m.on).ok().map(|i| &self.makeups[i])
    }

    /// The days on which a lost day is taught.
    pub(crate) fn makeups_of(&self, lost: Day) -> impl Iterator<Item = &MakeUp> {
        self.makeups.iter().filter(move |makeup| makeup.taught_as == lost)
    }
}

impl Season {
    /// The day lies in the season.
    pub fn contains(&self, day: Day) -> bool {
        let date = day.ymd();
        let of_year = (date.month, date.day);
        self.ranges.iter().any(|range| match *range {
            SeasonRange::Dates { first, last } => (first..=last).contains(&day),
            SeasonRange::Yearly { first, last } if first <= last => {
                (first..=last).contains(&of_year)
            }
            SeasonRange::Yearly { first, last } => of_year >= first || of_year <= last,
        })
    }
}

impl DayKinds {
    /// Only days on which the grid of the term holds.
    pub const TEACHING: DayKinds = DayKinds(1);

    /// The set of these kinds.
    pub fn of(kinds: impl IntoIterator<Item = DayKind>) -> DayKinds {
        DayKinds(kinds.into_iter().fold(0, |set, kind| set | 1 << kind as u8))
    }

    /// The set has this kind.
    pub fn contains(self, kind: DayKind) -> bool {
        self.0 >> kind as u8 & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(month: u8, day: u8) -> Day {
        Day::from_ymd(2027, month, day).unwrap()
    }

    #[test]
    fn a_season_may_go_over_the_end_of_the_year() {
        let ranges = vec![SeasonRange::Yearly { first: (11, 15), last: (2, 10) }];
        let id = Id::new("winter").unwrap();
        let winter = Season { id, title: None, ranges, origin: Location::default() };
        for (date, inside) in
            [(day(11, 14), false), (day(11, 15), true), (day(1, 1), true), (day(2, 11), false)]
        {
            assert_eq!(winter.contains(date), inside, "{date}");
        }
    }
}
