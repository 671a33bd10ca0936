//! A time zone: local civil time to UTC and back, with a named policy for clock changes.

use crate::civil::{Day, SECONDS_PER_DAY, format_rfc3339, ticks_from_unix, utc_from_ticks};
use crate::nearest::nearest;
use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;
use ts::Ticks;

/// A zone of the IANA time zone database that is built into the program.
///
/// The database of the host is never read: two machines with the same program agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: String,
    first_offset_s: i32,
    /// In order of time; only changes of the offset, from 1972 to the end of [`Day::LAST`].
    changes: Vec<ClockChange>,
}

/// An instant at which local clocks are set forward or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockChange {
    /// When, in seconds since 1970-01-01T00:00:00 UTC.
    pub unix_s: i64,
    /// Offset from UTC up to then, in seconds east.
    pub before_s: i32,
    /// Offset from UTC from then on, in seconds east.
    pub after_s: i32,
}

/// What becomes of a civil time that a clock change skips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GapPolicy {
    /// It moves later by as much as the clock was set forward.
    #[default]
    Later,
    /// It moves earlier by as much as the clock was set forward.
    Earlier,
    /// What was planned for it does not take place.
    Skip,
    /// The timetable is faulty.
    Reject,
}

/// Which instant is meant by a civil time that a clock change repeats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FoldPolicy {
    /// The first.
    #[default]
    First,
    /// The second.
    Second,
    /// The timetable is faulty.
    Reject,
}

/// A civil date and time of day without a zone: seconds since 1970-01-01T00:00:00 on the local
/// clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(pub i64);

/// Where a civil time stands on the UTC axis, in seconds since 1970-01-01T00:00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalInstants {
    /// It happens once.
    One(i64),
    /// It is skipped. The two instants are those of the offset after and before the change.
    Gap {
        /// The instant on which [`GapPolicy::Earlier`] falls.
        earlier: i64,
        /// The instant on which [`GapPolicy::Later`] falls.
        later: i64,
    },
    /// It happens twice.
    Fold {
        /// The first time.
        first: i64,
        /// The second time.
        second: i64,
    },
}

/// The instant a policy gives to a civil time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resolved {
    pub unix_s: i64,
    /// The civil time does not exist; a policy moved it.
    pub moved: bool,
}

impl LocalTime {
    /// The civil time `second` seconds into `day`.
    pub fn new(day: Day, second_of_day: u32) -> LocalTime {
        LocalTime(i64::from(day.0) * SECONDS_PER_DAY + i64::from(second_of_day))
    }

    /// The date.
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(SECONDS_PER_DAY) as i32)
    }

    /// Seconds since the midnight that starts the date.
    pub fn second_of_day(self) -> u32 {
        self.0.rem_euclid(SECONDS_PER_DAY) as u32
    }
}

impl core::fmt::Display for LocalTime {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let second = self.second_of_day();
        write!(f, "{} {:02}:{:02}", self.day(), second / 3600, second / 60 % 60)?;
        if second.is_multiple_of(60) { Ok(()) } else { write!(f, ":{:02}", second % 60) }
    }
}

impl Zone {
    /// The zone with this IANA name, for example `Asia/Shanghai`.
    ///
    /// # Errors
    /// The nearest name that exists, when there is one, if this name does not.
    pub fn named(name: &str) -> Result<Zone, Option<String>> {
        let database = TimeZoneDatabase::bundled();
        let Ok(tz) = database.get(name) else {
            let names: Vec<String> = database.available().map(|n| n.as_str().to_owned()).collect();
            return Err(nearest(name, names.iter().map(String::as_str)).map(str::to_owned));
        };
        let start = Timestamp::from_second(i64::from(Day::FIRST.0) * SECONDS_PER_DAY)
            .expect("1972 is inside the range of time stamps");
        let end_s = (i64::from(Day::LAST.0) + 2) * SECONDS_PER_DAY;
        let first_offset_s = tz.to_offset(start).seconds();
        let mut before_s = first_offset_s;
        let mut changes = Vec::new();
        for transition in tz.following(start) {
            let unix_s = transition.timestamp().as_second();
            if unix_s >= end_s {
                break;
            }
            let after_s = transition.offset().seconds();
            if after_s != before_s {
                changes.push(ClockChange { unix_s, before_s, after_s });
                before_s = after_s;
            }
        }
        let name = tz.iana_name().unwrap_or(name).to_owned();
        Ok(Zone { name, first_offset_s, changes })
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The offset from UTC at an instant, in seconds east.
    pub fn utc_offset_s(&self, at: Ticks) -> i32 {
        self.offset_at_unix_s(utc_from_ticks(at).unix_s)
    }

    /// The first clock change after an instant, with the instant at which it happens.
    pub fn next_change(&self, after: Ticks) -> Option<(Ticks, ClockChange)> {
        let unix_s = utc_from_ticks(after).unix_s;
        let change = self.changes.get(self.changes.partition_point(|c| c.unix_s <= unix_s))?;
        Some((ticks_from_unix(change.unix_s)?, *change))
    }

    /// The instant on the local clock, as RFC 3339 text.
    pub fn format(&self, at: Ticks) -> String {
        format_rfc3339(at, self.utc_offset_s(at))
    }

    /// The civil time that local clocks show at an instant.
    pub fn local_time(&self, at: Ticks) -> LocalTime {
        let unix_s = utc_from_ticks(at).unix_s;
        LocalTime(unix_s + i64::from(self.offset_at_unix_s(unix_s)))
    }

    /// The civil time that local clocks show at a second of UTC.
    pub(crate) fn local_at_unix_s(&self, unix_s: i64) -> LocalTime {
        LocalTime(unix_s + i64::from(self.offset_at_unix_s(unix_s)))
    }

    /// Where a civil time stands on the UTC axis.
    pub fn instants(&self, local: LocalTime) -> LocalInstants {
        let with = |offset_s: i32| local.0 - i64::from(offset_s);
        if let Some(change) = self.change_at(local) {
            let (before, after) = (with(change.before_s), with(change.after_s));
            return if change.is_gap() {
                LocalInstants::Gap { earlier: after, later: before }
            } else {
                LocalInstants::Fold { first: before, second: after }
            };
        }
        LocalInstants::One(with(self.last_offset_s(self.changes_before(local))))
    }

    /// The clock change that skips or repeats a civil time.
    pub(crate) fn change_at(&self, local: LocalTime) -> Option<&ClockChange> {
        let change = self.changes.get(self.changes_before(local))?;
        (local.0 >= change.local_start()).then_some(change)
    }

    /// The instant a civil time has under these policies; `None` when they let it fall out.
    pub(crate) fn resolve(
        &self,
        local: LocalTime,
        gap: GapPolicy,
        fold: FoldPolicy,
    ) -> Option<Resolved> {
        let (unix_s, moved) = match self.instants(local) {
            LocalInstants::One(unix_s) => (unix_s, false),
            LocalInstants::Gap { earlier, later } => match gap {
                GapPolicy::Later => (later, true),
                GapPolicy::Earlier => (earlier, true),
                GapPolicy::Skip | GapPolicy::Reject => return None,
            },
            LocalInstants::Fold { first, second } => match fold {
                FoldPolicy::First => (first, false),
                FoldPolicy::Second => (second, false),
                FoldPolicy::Reject => return None,
            },
        };
        Some(Resolved { unix_s, moved })
    }

    /// The least and the greatest offset, in seconds east, at which a policy can resolve a civil
    /// time to an instant from `from_unix_s` on, `until_unix_s` excluded.
    pub(crate) fn offsets_s(&self, from_unix_s: i64, until_unix_s: i64) -> (i64, i64) {
        // No change sets clocks by more than a day, nor moves a civil time by more.
        let low = from_unix_s.saturating_sub(SECONDS_PER_DAY);
        let high = until_unix_s.saturating_add(SECONDS_PER_DAY);
        let first = self.changes.partition_point(|c| c.unix_s <= low);
        let behind = self.changes.partition_point(|c| c.unix_s < high);
        let held = i64::from(self.last_offset_s(first));
        let changes = self.changes.get(first..behind).unwrap_or_default();
        changes
            .iter()
            .map(|c| i64::from(c.after_s))
            .fold((held, held), |(least, greatest), o| (least.min(o), greatest.max(o)))
    }

    /// All clock changes from 1972 to the end of [`Day::LAST`], in order.
    pub(crate) fn changes(&self) -> &[ClockChange] {
        &self.changes
    }

    /// How many changes lie wholly before a civil time.
    fn changes_before(&self, local: LocalTime) -> usize {
        self.changes.partition_point(|c| c.local_end() <= local.0)
    }

    fn offset_at_unix_s(&self, unix_s: i64) -> i32 {
        self.last_offset_s(self.changes.partition_point(|c| c.unix_s <= unix_s))
    }

    /// The offset that holds after the first `count` changes.
    fn last_offset_s(&self, count: usize) -> i32 {
        match count.checked_sub(1) {
            Some(last) => self.changes[last].after_s,
            None => self.first_offset_s,
        }
    }
}

impl ClockChange {
    /// Clocks are set forward: civil times from [`Self::local_start`] to [`Self::local_end`] do
    /// not happen. Otherwise they happen twice.
    pub fn is_gap(&self) -> bool {
        self.after_s > self.before_s
    }

    /// The first civil time that is skipped or repeated, in seconds of the local clock.
    pub fn local_start(&self) -> i64 {
        self.unix_s + i64::from(self.before_s.min(self.after_s))
    }

    /// The first civil time behind those that are skipped or repeated.
    pub fn local_end(&self) -> i64 {
        self.unix_s + i64::from(self.before_s.max(self.after_s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::civil::parse_rfc3339;
    use jiff::tz::AmbiguousOffset;
    use proptest::prelude::*;

    fn local(text: &str) -> LocalTime {
        let ticks = parse_rfc3339(&format!("{text}Z")).unwrap();
        LocalTime(utc_from_ticks(ticks).unix_s)
    }

    #[test]
    fn skipped_and_repeated_times_are_found() {
        let shanghai = Zone::named("asia/shanghai").unwrap();
        assert_eq!(shanghai.name(), "Asia/Shanghai");
        let gap = shanghai.instants(local("1986-05-04T02:30:00"));
        assert!(matches!(gap, LocalInstants::Gap { earlier, later } if later - earlier == 3600));
        let fold = shanghai.instants(local("1991-09-15T01:30:00"));
        assert!(matches!(fold, LocalInstants::Fold { first, second } if second - first == 3600));
        let london = Zone::named("Europe/London").unwrap();
        let fold = london.instants(local("2026-10-25T01:30:00"));
        assert!(matches!(fold, LocalInstants::Fold { .. }));
        let now = parse_rfc3339("2026-10-25T00:30:00Z").unwrap();
        assert_eq!(london.format(now), "2026-10-25T01:30:00+01:00");
        let (at, change) = london.next_change(now).unwrap();
        assert_eq!(london.format(at), "2026-10-25T01:00:00Z");
        assert!(!change.is_gap());
    }

    #[test]
    fn an_unknown_zone_is_answered_with_the_nearest() {
        assert_eq!(Zone::named("Asia/Shangai"), Err(Some("Asia/Shanghai".into())));
        assert_eq!(Zone::named("xyzzy-plugh"), Err(None));
    }

    /// Every zone of the database, at civil times around each of its changes and elsewhere.
    #[test]
    fn every_zone_agrees_with_the_calendar_library() {
        let database = TimeZoneDatabase::bundled();
        for name in database.available() {
            let zone = Zone::named(name.as_str()).unwrap();
            let tz = database.get(name.as_str()).unwrap();
            for change in zone.changes().iter().filter(|c| c.unix_s < 2_600_000_000) {
                for local_s in [change.local_start(), change.local_end()] {
                    for step in [-1, 0, 1] {
                        assert_same(&zone, &tz, LocalTime(local_s + step));
                    }
                }
            }
        }
    }

    fn assert_same(zone: &Zone, tz: &jiff::tz::TimeZone, local: LocalTime) {
        let ymd = local.day().ymd();
        let second = local.second_of_day();
        let datetime = jiff::civil::date(ymd.year as i16, ymd.month as i8, ymd.day as i8).at(
            (second / 3600) as i8,
            (second / 60 % 60) as i8,
            (second % 60) as i8,
            0,
        );
        let with = |o: jiff::tz::Offset| local.0 - i64::from(o.seconds());
        let expected = match tz.to_ambiguous_timestamp(datetime).offset() {
            AmbiguousOffset::Unambiguous { offset } => LocalInstants::One(with(offset)),
            AmbiguousOffset::Gap { before, after } => {
                LocalInstants::Gap { earlier: with(after), later: with(before) }
            }
            AmbiguousOffset::Fold { before, after } => {
                LocalInstants::Fold { first: with(before), second: with(after) }
            }
        };
        assert_eq!(zone.instants(local), expected, "{} {local}", zone.name());
    }

    proptest! {
        #[test]
        fn any_civil_time_agrees_with_the_calendar_library(
            local_s in 70_000_000i64..7_000_000_000,
            name in prop::sample::select(
                vec!["Europe/London", "America/Santiago", "Asia/Shanghai"],
            ),
        ) {
            let tz = TimeZoneDatabase::bundled().get(name).unwrap();
            assert_same(&Zone::named(name).unwrap(), &tz, LocalTime(local_s));
        }

        #[test]
        fn any_instant_is_one_of_the_instants_of_its_civil_time(
            unix_s in 70_000_000i64..7_000_000_000,
            name in prop::sample::select(vec!["Europe/London", "Pacific/Apia", "Antarctica/Troll"]),
        ) {
            let zone = Zone::named(name).unwrap();
            let local = zone.local_time(ticks_from_unix(unix_s).unwrap());
            let found = match zone.instants(local) {
                LocalInstants::One(one) => one == unix_s,
                LocalInstants::Fold { first, second } => first == unix_s || second == unix_s,
                LocalInstants::Gap { .. } => false,
            };
            prop_assert!(found);
        }
    }
}
