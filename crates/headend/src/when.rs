//! Instants and durations of the command line.

use timetable::civil::{format_rfc3339, parse_rfc3339, utc_from_ticks};
use ts::{Span, Ticks};

/// An instant as the command line names it: RFC 3339, or `now`.
pub fn parse_instant(text: &str) -> Result<Ticks, String> {
    if text == "now" {
        return Ok(now());
    }
    parse_rfc3339(text).map_err(|e| format!("{e}; write it like 2027-03-01T08:00:00+08:00"))
}

/// A length of time as the command line names it: `90s`, `10m`, `24h`, `1h30m`.
pub fn parse_span(text: &str) -> Result<Span, String> {
    let span = timetable::parse_duration(text)
        .map_err(|e| format!("{e}; write it like 90s, 10m or 24h"))?;
    if span.0 <= 0 { Err("it must be above zero".to_owned()) } else { Ok(span) }
}

/// The present instant by the system's clock.
pub fn now() -> Ticks {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let since = since.unwrap_or_default();
    let whole = timetable::civil::ticks_from_unix(since.as_secs() as i64).unwrap_or(Ticks(0));
    whole + Span((u64::from(since.subsec_nanos()) * 27 / 1000) as i64)
}

/// Seconds that TAI is ahead of UTC at an instant.
pub fn tai_minus_utc_s(at: Ticks) -> u32 {
    let utc = utc_from_ticks(at);
    timetable::civil::tai_minus_utc_s(utc.unix_s) as u32
}

/// An instant on a clock that is so many seconds ahead of UTC.
pub fn show(at: Ticks, utc_offset_s: i32) -> String {
    format_rfc3339(at, utc_offset_s)
}
