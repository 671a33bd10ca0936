//! `at` of `[[slot]]`: once a day, or several times.
//!
//! - `at = 19:30`: one local time.
//! - `at = [08:00, 12:00, 16:00]`: several local times, in any order.
//! - `at = { from = 00:00, every = "2m", count = 720 }`: local times at equal distances, all of
//!   them before 24:00.

use super::fields::{Report, Value};
use super::value;
use crate::civil::SECONDS_PER_DAY;
use crate::diagnostic::{Code, Diagnostic};
use crate::times::DayTimes;
use toml::de::DeValue;

/// Reads the times of day of a slot.
pub(crate) fn read_times(value: Value<'_>, report: &mut Report) -> Option<DayTimes> {
    match value.inner {
        DeValue::Array(_) => listed_times(value, report),
        DeValue::Table(_) => series_of_times(value, report),
        _ => value::time_of_day(value, report).map(DayTimes::once),
    }
}

fn listed_times(value: Value<'_>, report: &mut Report) -> Option<DayTimes> {
    let DeValue::Array(entries) = value.inner else { return None };
    if entries.is_empty() {
        report.fault(Code::EmptyRange, value.at, format!("`{}` names no time", value.key), "");
        return None;
    }
    if entries.len() > MAX_TIMES {
        let message = format!("`{}` has more than {MAX_TIMES} times", value.key);
        report.fault(Code::TooLarge, value.at, message, "");
        return None;
    }
    let listed = value::list(value, report, value::time_of_day)?;
    let mut seen = std::collections::BTreeMap::new();
    for time in &listed {
        if let Some(first) = seen.insert(time.value, time.at) {
            let message = format!("`{}` names the same time twice", value.key);
            let finding = Diagnostic::new(Code::Duplicate, message)
                .primary(time.at, "again here")
                .secondary(first, "first here");
            report.push(finding);
        }
    }
    DayTimes::new(listed.into_iter().map(|time| time.value))
}

fn series_of_times(value: Value<'_>, report: &mut Report) -> Option<DayTimes> {
    let mut table = value::table(value, report, "series of times")?;
    let from = table.required("from", report, value::time_of_day);
    let every_s = table.required("every", report, value::airing_length_s);
    let count = table.required("count", report, |v, r| value::integer(v, r, 1..=MAX_TIMES as u64));
    table.finish(report);
    let (first_s, every_s, count) = (from?.value, every_s?.value, count?);
    let fits = (SECONDS_PER_DAY as u32 - 1 - first_s) / every_s + 1;
    if count.value > u64::from(fits) {
        let message = format!("only {fits} of these {} airings start before 24:00", count.value);
        let finding = Diagnostic::new(Code::OutOfRange, message)
            .primary(count.at, "")
            .help(format!("count = {fits}, a smaller `every`, or an earlier `from`"));
        report.push(finding);
        return None;
    }
    DayTimes::new((0..count.value as u32).map(|i| first_s + i * every_s))
}

/// One a minute.
const MAX_TIMES: usize = 1440;
