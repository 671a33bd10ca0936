//! Civil time and the one axis: UTC with its leap seconds, RFC 3339 text, dates as day numbers.
//!
//! The axis counts 27 MHz ticks since 1970-01-01T00:00:00 TAI ([`ts::Ticks`]). UTC lags TAI by a
//! whole number of seconds that grows with every leap second (ITU-R TF.460-6). Before
//! 1972-01-01 UTC had no whole-second offset from TAI; here the offset of that date, 10 s, holds
//! for all earlier instants, so that the axis starts at 1969-12-31T23:59:50 UTC. Instants after
//! the last entry of the table keep the last offset.

mod date;
mod rfc3339;

pub(crate) use date::days_from_civil;
pub use date::{Day, YearMonthDay};
pub use rfc3339::{TimeTextError, format_rfc3339, parse_rfc3339};

use ts::{TICKS_PER_SECOND, Ticks};

/// Seconds in a civil day without a leap second.
pub const SECONDS_PER_DAY: i64 = 86_400;

/// An instant of Coordinated Universal Time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Utc {
    /// Seconds since 1970-01-01T00:00:00 UTC, leap seconds not counted. Inside a leap second this
    /// is the second before it, 23:59:59.
    pub unix_s: i64,
    /// 27 MHz ticks since the start of the second.
    pub subsecond_ticks: u32,
    /// The instant lies in a leap second, 23:59:60.
    pub leap_second: bool,
}

/// TAI minus UTC in whole seconds at the given UTC second.
pub const fn tai_minus_utc_s(unix_s: i64) -> i64 {
    let mut i = LEAP_TABLE.len() - 1;
    while i > 0 && unix_s < LEAP_TABLE[i].0 {
        i -= 1;
    }
    LEAP_TABLE[i].1
}

/// The instant at which a UTC second starts; `None` when it lies off the axis.
pub const fn ticks_from_unix(unix_s: i64) -> Option<Ticks> {
    let Some(tai_s) = unix_s.checked_add(tai_minus_utc_s(unix_s)) else {
        return None;
    };
    if tai_s < 0 {
        return None;
    }
    match (tai_s as u64).checked_mul(TICKS_PER_SECOND) {
        Some(ticks) => Some(Ticks(ticks)),
        None => None,
    }
}

/// The UTC instant of a point on the axis. The inverse of [`ticks_from_unix`].
pub const fn utc_from_ticks(ticks: Ticks) -> Utc {
    let tai_s = (ticks.0 / TICKS_PER_SECOND) as i64;
    let subsecond_ticks = (ticks.0 % TICKS_PER_SECOND) as u32;
    let mut i = LEAP_TABLE.len() - 1;
    while i > 0 {
        let (from_unix_s, offset_s) = LEAP_TABLE[i];
        if tai_s >= from_unix_s + offset_s {
            break;
        }
        // All seconds that a new entry adds are leap seconds right before its start.
        if tai_s >= from_unix_s + LEAP_TABLE[i - 1].1 {
            return Utc { unix_s: from_unix_s - 1, subsecond_ticks, leap_second: true };
        }
        i -= 1;
    }
    Utc { unix_s: tai_s - LEAP_TABLE[i].1, subsecond_ticks, leap_second: false }
}

/// A UTC second ends with a leap second (it is the 23:59:59 before 23:59:60).
pub(crate) const fn leap_second_follows(unix_s: i64) -> bool {
    tai_minus_utc_s(unix_s) != tai_minus_utc_s(unix_s + 1)
}

/// From which UTC second (Unix time) TAI minus UTC has which value, in seconds (IERS Bulletin C).
const LEAP_TABLE: [(i64, i64); 28] = [
    (first_of(1972, 1), 10),
    (first_of(1972, 7), 11),
    (first_of(1973, 1), 12),
    (first_of(1974, 1), 13),
    (first_of(1975, 1), 14),
    (first_of(1976, 1), 15),
    (first_of(1977, 1), 16),
    (first_of(1978, 1), 17),
    (first_of(1979, 1), 18),
    (first_of(1980, 1), 19),
    (first_of(1981, 7), 20),
    (first_of(1982, 7), 21),
    (first_of(1983, 7), 22),
    (first_of(1985, 7), 23),
    (first_of(1988, 1), 24),
    (first_of(1990, 1), 25),
    (first_of(1991, 1), 26),
    (first_of(1992, 7), 27),
    (first_of(1993, 7), 28),
    (first_of(1994, 7), 29),
    (first_of(1996, 1), 30),
    (first_of(1997, 7), 31),
    (first_of(1999, 1), 32),
    (first_of(2006, 1), 33),
    (first_of(2009, 1), 34),
    (first_of(2012, 7), 35),
    (first_of(2015, 7), 36),
    (first_of(2017, 1), 37),
];

const fn first_of(year: i32, month: u8) -> i64 {
    days_from_civil(year, month, 1) as i64 * SECONDS_PER_DAY
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The NTP seconds of the published list of leap seconds, from its 1972-01-01 on.
    const PUBLISHED_NTP_S: [i64; 28] = [
        2272060800, 2287785600, 2303683200, 2335219200, 2366755200, 2398291200, 2429913600,
        2461449600, 2492985600, 2524521600, 2571782400, 2603318400, 2634854400, 2698012800,
        2776982400, 2840140800, 2871676800, 2918937600, 2950473600, 2982009600, 3029443200,
        3076704000, 3124137600, 3345062400, 3439756800, 3550089600, 3644697600, 3692217600,
    ];

    #[test]
    fn leap_table_is_the_published_list() {
        for (i, (entry, ntp_s)) in LEAP_TABLE.iter().zip(PUBLISHED_NTP_S).enumerate() {
            assert_eq!(*entry, (ntp_s - 2_208_988_800, 10 + i as i64));
        }
    }

    #[test]
    fn axis_starts_ten_seconds_before_the_unix_epoch() {
        assert_eq!(utc_from_ticks(Ticks(0)).unix_s, -10);
        assert_eq!(ticks_from_unix(-10), Some(Ticks(0)));
        assert_eq!(ticks_from_unix(-11), None);
        assert_eq!(ticks_from_unix(i64::MAX), None);
        assert_eq!(ticks_from_unix(i64::MIN), None);
    }

    #[test]
    fn a_leap_second_is_a_second_of_its_own() {
        let new_year = first_of(2017, 1);
        let before = ticks_from_unix(new_year - 1).unwrap();
        let inside = Ticks(before.0 + TICKS_PER_SECOND);
        let after = Ticks(inside.0 + TICKS_PER_SECOND);
        assert_eq!(
            utc_from_ticks(inside),
            Utc { unix_s: new_year - 1, subsecond_ticks: 0, leap_second: true }
        );
        assert_eq!(ticks_from_unix(new_year), Some(after));
        assert_eq!(tai_minus_utc_s(new_year), 37);
        assert_eq!(tai_minus_utc_s(new_year - 1), 36);
    }

    proptest! {
        #[test]
        fn any_utc_second_survives_the_axis(unix_s in -10i64..8_000_000_000) {
            let utc = utc_from_ticks(ticks_from_unix(unix_s).unwrap());
            prop_assert_eq!(utc, Utc { unix_s, subsecond_ticks: 0, leap_second: false });
        }

        #[test]
        fn any_instant_of_the_axis_has_a_utc_name(ticks: u64) {
            let utc = utc_from_ticks(Ticks(ticks));
            let start = ticks_from_unix(utc.unix_s).unwrap().0;
            let leap = if utc.leap_second { TICKS_PER_SECOND } else { 0 };
            prop_assert_eq!(start + leap + u64::from(utc.subsecond_ticks), ticks);
        }
    }
}
