//! Whom the programmes are for: regions, and classes of receiving sites with their hours.

use crate::calendar::DayKinds;
use crate::civil::Day;
use crate::pattern::DayPattern;
use crate::source::Location;
use crate::text::{Id, Texts};
use crate::zone::Zone;

/// A province or another part of the network that has a plan and a poster of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Texts,
    /// The day on which it joins; without it, it was always there.
    pub first: Option<Day>,
    /// Where it is defined.
    pub origin: Location,
}

/// A kind of receiving site.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteClass {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Option<Texts>,
    /// Whom its sites serve, in order; never empty. One site has one receiver for all of them.
    pub audience: Vec<Id>,
    /// When its sites are open.
    pub open: Opening,
    /// The clock its hours are told by, where it is not that of the timetable.
    pub zone: Option<Zone>,
    /// How often each lesson of a required course must air within its hours.
    pub chances: u32,
    /// Where it is defined.
    pub origin: Location,
}

/// When sites are open.
#[derive(Clone, Debug, PartialEq)]
pub enum Opening {
    /// All the time.
    Always,
    /// During these times; never empty.
    Times(Vec<OpenTimes>),
}

/// A time of day on some days.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenTimes {
    pub(crate) days: DayPattern,
    /// The term whose calendar says which days these are: a make-up day is the day it makes up for.
    pub term: Option<Id>,
    /// On which days of its term it opens.
    pub(crate) during: DayKinds,
    /// When it opens, in seconds of the day.
    pub from_s: u32,
    /// When it closes, in seconds of the day, later than `from_s`; 86,400 at midnight.
    pub to_s: u32,
}

impl SiteClass {
    /// The class serves one of these, or nobody in particular is named.
    pub(crate) fn serves(&self, audience: &[Id]) -> bool {
        audience.is_empty() || audience.iter().any(|who| self.audience.contains(who))
    }
}
