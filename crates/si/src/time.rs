//! Time fields: the 40-bit UTC of EN 300 468 annex C and BCD durations.
//!
//! ```text
//! UTC:      MJD 16 | hour 8 | minute 8 | second 8   the last three in BCD
//! duration: hours 8 | minutes 8 | seconds 8         in BCD
//! ```
//!
//! The Modified Julian Date counts days since 1858-11-17. It outgrew 16 bits on 2038-04-23; from
//! there on it is sent modulo 65536, and a value without its top bit is read as 65536 more.

use crate::bcd::{from_bcd, to_bcd};
use core::fmt;

/// Seconds in a day of UTC, leap seconds aside.
pub const SECONDS_PER_DAY: u64 = 86_400;
/// The Modified Julian Date of 1970-01-01.
const MJD_OF_1970: u64 = 40_587;
/// The longest duration that a field holds: 99:59:59.
pub const DURATION_MAX_S: u32 = 99 * 3600 + 59 * 60 + 59;

/// What is wrong with a time field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// A digit is above nine, or minutes, seconds or the hour of a day exceed their range.
    #[error("time field {field:02x?} is not a time of day in decimal digits")]
    Digits {
        /// The hour, minute and second bytes.
        field: [u8; 3],
    },
    /// All bits are set: the start is deliberately undefined (NVOD reference events).
    #[error("time field is undefined")]
    Undefined,
    /// The day lies before 1970.
    #[error("date {mjd} (MJD) is before 1970")]
    TooEarly {
        /// The Modified Julian Date that was read.
        mjd: u32,
    },
    /// A duration above [`DURATION_MAX_S`].
    #[error("duration of {seconds} s exceeds 99:59:59")]
    TooLong {
        /// The duration, in seconds.
        seconds: u32,
    },
}

/// An instant of civil time: UTC seconds since 1970-01-01, every day having 86 400 of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcSeconds(pub u64);

impl UtcSeconds {
    /// The Modified Julian Date of the day.
    pub const fn mjd(self) -> u64 {
        self.0 / SECONDS_PER_DAY + MJD_OF_1970
    }

    /// 00:00:00 of the same day.
    pub const fn midnight(self) -> UtcSeconds {
        UtcSeconds(self.0 - self.0 % SECONDS_PER_DAY)
    }

    /// The 40-bit field. The date is sent modulo 65536 days, which a reader takes for a day
    /// between 1970 and 2128-01-09; later days alias.
    pub fn to_wire(self) -> [u8; 5] {
        let [high, low] = ((self.mjd() % 65_536) as u16).to_be_bytes();
        // A time of day has two digits in each of its parts.
        let [hour, minute, second] =
            clock_to_wire((self.0 % SECONDS_PER_DAY) as u32).unwrap_or_default();
        [high, low, hour, minute, second]
    }

    /// Reads the 40-bit field.
    ///
    /// # Errors
    /// [`TimeError`] when the field is undefined, is not decimal, or lies before 1970.
    pub fn from_wire(field: [u8; 5]) -> Result<UtcSeconds, TimeError> {
        if field == [0xff; 5] {
            return Err(TimeError::Undefined);
        }
        let mjd16 = u32::from(u16::from_be_bytes([field[0], field[1]]));
        let mjd = if mjd16 < 0x8000 { mjd16 + 65_536 } else { mjd16 };
        let clock = [field[2], field[3], field[4]];
        let second_of_day = u64::from(duration_from_wire(clock)?);
        if second_of_day >= SECONDS_PER_DAY {
            return Err(TimeError::Digits { field: clock });
        }
        let days = u64::from(mjd).checked_sub(MJD_OF_1970).ok_or(TimeError::TooEarly { mjd })?;
        Ok(UtcSeconds(days * SECONDS_PER_DAY + second_of_day))
    }
}

impl fmt::Display for UtcSeconds {
    /// RFC 3339 in UTC: 2026-09-01T00:30:00Z.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_date(self.0 / SECONDS_PER_DAY);
        let clock = self.0 % SECONDS_PER_DAY;
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// The 24-bit duration field.
///
/// # Errors
/// [`TimeError::TooLong`] above [`DURATION_MAX_S`].
pub fn duration_to_wire(seconds: u32) -> Result<[u8; 3], TimeError> {
    clock_to_wire(seconds).ok_or(TimeError::TooLong { seconds })
}

/// Reads the 24-bit duration field, in seconds.
///
/// # Errors
/// [`TimeError::Digits`] when it is not decimal, or minutes or seconds are above 59.
pub fn duration_from_wire(field: [u8; 3]) -> Result<u32, TimeError> {
    let part = |byte: u8, max: u32| {
        from_bcd(u32::from(byte), 2).filter(|v| *v <= max).ok_or(TimeError::Digits { field })
    };
    Ok(part(field[0], 99)? * 3600 + part(field[1], 59)? * 60 + part(field[2], 59)?)
}

fn clock_to_wire(seconds: u32) -> Option<[u8; 3]> {
    let hours = to_bcd(seconds / 3600, 2)?;
    let minutes = to_bcd(seconds / 60 % 60, 2)?;
    Some([hours as u8, minutes as u8, to_bcd(seconds % 60, 2)? as u8])
}

/// Year, month and day of the Gregorian calendar, `days` after 1970-01-01. Years are counted from
/// March, so that the leap day ends them; 400 of them have 146 097 days.
fn civil_date(days: u64) -> (u64, u64, u64) {
    let since_march_0 = days + 719_468;
    let era = since_march_0 / 146_097;
    let day_of_era = since_march_0 % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The date, its Modified Julian Date and the two bytes of the field.
    const PUBLISHED_DATES: [(&str, u64, u16); 9] = [
        ("1970-01-01", 40_587, 0x9e8b),
        ("1982-09-06", 45_218, 0xb0a2),
        ("1993-10-13", 49_273, 0xc079),
        ("2000-01-01", 51_544, 0xc958),
        ("2024-02-29", 60_369, 0xebd1),
        ("2026-09-01", 61_284, 0xef64),
        ("2038-04-22", 65_535, 0xffff),
        ("2038-04-23", 65_536, 0x0000),
        ("2127-12-31", 98_294, 0x7ff6),
    ];

    #[test]
    fn published_dates_have_the_published_day_numbers_on_both_sides_of_2038() {
        for (date, mjd, wire) in PUBLISHED_DATES {
            let time = UtcSeconds((mjd - MJD_OF_1970) * SECONDS_PER_DAY + 45_900);
            assert_eq!(time.to_string(), format!("{date}T12:45:00Z"));
            assert_eq!(time.mjd(), mjd);
            let [high, low] = wire.to_be_bytes();
            assert_eq!(time.to_wire(), [high, low, 0x12, 0x45, 0x00], "{date}");
            assert_eq!(UtcSeconds::from_wire(time.to_wire()), Ok(time));
        }
    }

    #[test]
    fn fields_that_are_no_time_are_refused() {
        assert_eq!(UtcSeconds::from_wire([0xff; 5]), Err(TimeError::Undefined));
        assert_eq!(
            UtcSeconds::from_wire([0xc0, 0x79, 0x24, 0, 0]),
            Err(TimeError::Digits { field: [0x24, 0, 0] })
        );
        assert_eq!(
            UtcSeconds::from_wire([0x80, 0, 0, 0, 0]),
            Err(TimeError::TooEarly { mjd: 0x8000 })
        );
        assert_eq!(
            duration_from_wire([0, 0x60, 0]),
            Err(TimeError::Digits { field: [0, 0x60, 0] })
        );
        let seconds = DURATION_MAX_S + 1;
        assert_eq!(duration_to_wire(seconds), Err(TimeError::TooLong { seconds }));
    }

    proptest! {
        #[test]
        fn any_instant_until_2128_survives_the_wire(s in 0u64..57_717 * SECONDS_PER_DAY) {
            prop_assert_eq!(UtcSeconds::from_wire(UtcSeconds(s).to_wire()), Ok(UtcSeconds(s)));
        }

        #[test]
        fn any_duration_survives_the_wire(s in 0..=DURATION_MAX_S) {
            prop_assert_eq!(duration_from_wire(duration_to_wire(s).unwrap()), Ok(s));
        }

        #[test]
        fn any_bytes_are_read_without_panic(field: [u8; 5]) {
            let _ = UtcSeconds::from_wire(field);
        }
    }
}
