//! Lengths of time as text: `45m`, `44m30s`, `1h30m`, `1s500ms`.

use thiserror::Error;
use ts::Span;

/// Why a text names no length of time.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DurationError {
    /// The text has not the form of a length of time.
    #[error("a length is written like \"45m\", \"1h30m\" or \"44m30s\"")]
    Form,
    /// A unit stands behind a smaller one, or twice.
    #[error("units go from large to small, each at most once: d, h, m, s, ms")]
    Order,
    /// The length starts with a minus sign.
    #[error("a length cannot be negative")]
    Negative,
    /// The length is longer than ten years.
    #[error("the length is too long")]
    TooLong,
}

/// Reads a length of time: whole numbers with the units d, h, m, s and ms, from large to small.
///
/// # Errors
/// Any other text, and lengths above ten years.
pub fn parse_duration(text: &str) -> Result<Span, DurationError> {
    if text.trim_start().starts_with('-') {
        return Err(DurationError::Negative);
    }
    let mut rest = text;
    let mut least_unit = UNITS.len();
    let mut total_ms: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let letters = rest[digits..].bytes().take_while(u8::is_ascii_lowercase).count();
        let (number, unit) = (&rest[..digits], &rest[digits..digits + letters]);
        rest = &rest[digits + letters..];
        let place = UNITS.iter().position(|(name, _)| *name == unit).ok_or(DurationError::Form)?;
        if digits == 0 {
            return Err(DurationError::Form);
        }
        if place >= least_unit {
            return Err(DurationError::Order);
        }
        least_unit = place;
        let number: i64 = number.parse().map_err(|_| DurationError::TooLong)?;
        let ms = number.checked_mul(UNITS[place].1).ok_or(DurationError::TooLong)?;
        total_ms = total_ms.checked_add(ms).ok_or(DurationError::TooLong)?;
    }
    if least_unit == UNITS.len() {
        return Err(DurationError::Form);
    }
    if total_ms > MAX_MS {
        return Err(DurationError::TooLong);
    }
    Ok(Span::from_ms(total_ms))
}

/// Writes a length of time as [`parse_duration`] reads it, in whole milliseconds.
pub fn format_duration(span: Span) -> String {
    let mut ms = span.as_ms().unsigned_abs();
    let mut text = String::from(if span.0 < 0 { "-" } else { "" });
    if ms == 0 {
        return "0s".into();
    }
    for (name, unit_ms) in UNITS.iter().rev().skip(1) {
        let unit_ms = *unit_ms as u64;
        if ms >= unit_ms {
            text.push_str(&format!("{}{name}", ms / unit_ms));
            ms %= unit_ms;
        }
    }
    text
}

/// Units from small to large, with their milliseconds.
const UNITS: [(&str, i64); 5] =
    [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
const MAX_MS: i64 = 3653 * 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_are_read_and_faults_named() {
        assert_eq!(parse_duration("44m30s"), Ok(Span::from_seconds(2670)));
        assert_eq!(parse_duration("1s500ms"), Ok(Span::from_ms(1500)));
        assert_eq!(parse_duration("0s"), Ok(Span(0)));
        for text in ["", "45", "m", "45 m", "1.5h", "45min", "一m"] {
            assert_eq!(parse_duration(text), Err(DurationError::Form), "{text}");
        }
        assert_eq!(parse_duration("30s1m"), Err(DurationError::Order));
        assert_eq!(parse_duration("1m1m"), Err(DurationError::Order));
        assert_eq!(parse_duration("-5m"), Err(DurationError::Negative));
        assert_eq!(parse_duration("99999999999999999999s"), Err(DurationError::TooLong));
        assert_eq!(parse_duration("4000d"), Err(DurationError::TooLong));
        assert_eq!(format_duration(Span::from_seconds(5400)), "1h30m");
    }

    proptest! {
        #[test]
        fn any_length_survives_its_text(ms in 0i64..MAX_MS) {
            let span = Span::from_ms(ms);
            prop_assert_eq!(parse_duration(&format_duration(span)), Ok(span));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,20}") {
            let _ = parse_duration(&text);
        }
    }
}
