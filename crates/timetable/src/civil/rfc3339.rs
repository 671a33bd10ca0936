//! Instants as RFC 3339 text.

use super::{Day, SECONDS_PER_DAY, leap_second_follows, ticks_from_unix, utc_from_ticks};
use thiserror::Error;
use ts::{TICKS_PER_SECOND, Ticks};

/// Why a text names no instant.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TimeTextError {
    /// The text has not the form of RFC 3339 section 5.6.
    #[error("an instant is written like 2027-03-15T09:00:00+08:00 or 2027-03-15T01:00:00Z")]
    Form,
    /// There is no such date.
    #[error("there is no such date")]
    Date,
    /// Hour, minute or second is out of range.
    #[error("there is no such time of day")]
    Time,
    /// The second is 60 where UTC has no leap second.
    #[error("UTC has no leap second there")]
    LeapSecond,
    /// The offset from UTC is out of range.
    #[error("the offset from UTC is out of range")]
    Offset,
    /// The instant lies before 1970-01-01T00:00:00 TAI.
    #[error("the instant lies before the start of the time axis in 1970")]
    OffAxis,
}

/// Reads an RFC 3339 date-time, fractions of a second included (rounded down to a tick).
///
/// # Errors
/// Any text that is not of that form, or names no instant on the axis.
pub fn parse_rfc3339(text: &str) -> Result<Ticks, TimeTextError> {
    let mut scan = Scan(text.as_bytes());
    let year = scan.digits(4)?;
    scan.one_of(b"-")?;
    let month = scan.digits(2)?;
    scan.one_of(b"-")?;
    let day = scan.digits(2)?;
    scan.one_of(b"Tt ")?;
    let hour = scan.digits(2)?;
    scan.one_of(b":")?;
    let minute = scan.digits(2)?;
    scan.one_of(b":")?;
    let second = scan.digits(2)?;
    let subsecond_ticks = scan.fraction()?;
    let offset_s = scan.offset()?;

    let date = Day::from_ymd(year as i32, month as u8, day as u8).ok_or(TimeTextError::Date)?;
    if hour > 23 || minute > 59 || second > 60 {
        return Err(TimeTextError::Time);
    }
    let second_of_day = hour * 3600 + minute * 60 + second.min(59);
    let unix_s = i64::from(date.0) * SECONDS_PER_DAY + second_of_day - offset_s;
    let mut start = ticks_from_unix(unix_s).ok_or(TimeTextError::OffAxis)?;
    if second == 60 {
        if !leap_second_follows(unix_s) {
            return Err(TimeTextError::LeapSecond);
        }
        start.0 += TICKS_PER_SECOND;
    }
    Ok(Ticks(start.0 + subsecond_ticks))
}

/// Writes an instant as RFC 3339 text at an offset from UTC in seconds, rounded to minutes.
///
/// A fraction is written with nine digits, and only when there is one; the text reads back as the
/// same tick. A leap second is written as second 60.
pub fn format_rfc3339(ticks: Ticks, utc_offset_s: i32) -> String {
    let utc = utc_from_ticks(ticks);
    let offset_min = utc_offset_s.div_euclid(60);
    let local_s = utc.unix_s + i64::from(offset_min) * 60;
    let date = Day(local_s.div_euclid(SECONDS_PER_DAY) as i32);
    let second_of_day = local_s.rem_euclid(SECONDS_PER_DAY);
    let (hour, minute) = (second_of_day / 3600, second_of_day / 60 % 60);
    let second = second_of_day % 60 + i64::from(utc.leap_second);
    let mut text = format!("{date}T{hour:02}:{minute:02}:{second:02}");
    if utc.subsecond_ticks > 0 {
        let ns = (u64::from(utc.subsecond_ticks) * 1000).div_ceil(27);
        text.push_str(&format!(".{ns:09}"));
    }
    if offset_min == 0 {
        text.push('Z');
    } else {
        let sign = if offset_min < 0 { '-' } else { '+' };
        let size = offset_min.unsigned_abs();
        text.push_str(&format!("{sign}{:02}:{:02}", size / 60, size % 60));
    }
    text
}

struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    fn next(&mut self) -> Result<u8, TimeTextError> {
        let (&first, rest) = self.0.split_first().ok_or(TimeTextError::Form)?;
        self.0 = rest;
        Ok(first)
    }

    fn one_of(&mut self, allowed: &[u8]) -> Result<u8, TimeTextError> {
        let byte = self.next()?;
        if allowed.contains(&byte) { Ok(byte) } else { Err(TimeTextError::Form) }
    }

    fn digits(&mut self, count: usize) -> Result<i64, TimeTextError> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.next()?;
            if !byte.is_ascii_digit() {
                return Err(TimeTextError::Form);
            }
            value = value * 10 + i64::from(byte - b'0');
        }
        Ok(value)
    }

    /// An optional fraction of a second, in ticks; digits beyond the ninth do not reach a tick.
    fn fraction(&mut self) -> Result<u64, TimeTextError> {
        if self.0.first() != Some(&b'.') {
            return Ok(0);
        }
        self.next()?;
        let count = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 {
            return Err(TimeTextError::Form);
        }
        let mut ns = 0;
        for place in 0..count {
            let digit = u64::from(self.next()? - b'0');
            if place < 9 {
                ns += digit * 10u64.pow(8 - place as u32);
            }
        }
        Ok(ns * 27 / 1000)
    }

    fn offset(&mut self) -> Result<i64, TimeTextError> {
        let sign = self.one_of(b"Zz+-")?;
        let seconds = if sign == b'+' || sign == b'-' {
            let hours = self.digits(2)?;
            self.one_of(b":")?;
            let minutes = self.digits(2)?;
            if hours > 23 || minutes > 59 {
                return Err(TimeTextError::Offset);
            }
            hours * 3600 + minutes * 60
        } else {
            0
        };
        if !self.0.is_empty() {
            return Err(TimeTextError::Form);
        }
        Ok(if sign == b'-' { -seconds } else { seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn offsets_fractions_and_leap_seconds_are_read() {
        let t = |text| parse_rfc3339(text);
        assert_eq!(t("1970-01-01T00:00:00Z"), Ok(Ticks::from_seconds(10)));
        assert_eq!(t("2027-03-15T09:00:00+08:00"), t("2027-03-15T01:00:00Z"));
        assert_eq!(
            t("2027-03-15T01:00:00.5z").unwrap().0,
            t("2027-03-15T01:00:00Z").unwrap().0 + TICKS_PER_SECOND / 2
        );
        assert_eq!(
            t("2016-12-31T23:59:60Z").unwrap().0 + TICKS_PER_SECOND,
            t("2017-01-01T00:00:00Z").unwrap().0
        );
        assert_eq!(t("2017-01-01T07:59:60+08:00"), t("2016-12-31T23:59:60Z"));
    }

    #[test]
    fn texts_that_name_no_instant_are_refused_with_the_reason() {
        let t = |text| parse_rfc3339(text).unwrap_err();
        assert_eq!(t("2027-03-15"), TimeTextError::Form);
        assert_eq!(t("2027-03-15T09:00:00"), TimeTextError::Form);
        assert_eq!(t("2027-03-15T09:00:00.Z"), TimeTextError::Form);
        assert_eq!(t("2027-03-15T09:00:00Zx"), TimeTextError::Form);
        assert_eq!(t("2027-02-29T09:00:00Z"), TimeTextError::Date);
        assert_eq!(t("2027-03-15T24:00:00Z"), TimeTextError::Time);
        assert_eq!(t("2026-12-31T23:59:60Z"), TimeTextError::LeapSecond);
        assert_eq!(t("2027-03-15T09:00:00+24:00"), TimeTextError::Offset);
        assert_eq!(t("1969-12-31T23:59:49Z"), TimeTextError::OffAxis);
    }

    proptest! {
        #[test]
        fn any_instant_survives_its_text(
            ticks in 0u64..200_000_000_000 * TICKS_PER_SECOND, quarter in -48i32..=56,
        ) {
            let text = format_rfc3339(Ticks(ticks), quarter * 900);
            prop_assert_eq!(parse_rfc3339(&text), Ok(Ticks(ticks)), "{}", text);
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}") {
            let _ = parse_rfc3339(&text);
        }
    }
}
