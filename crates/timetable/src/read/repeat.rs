//! The keys of a slot that show the same lesson again without moving its course on.
//!
//! - `rotate = { every = "4h", times = 6 }`: each airing six times in all, four hours apart.
//! - `rerun = [{ days_later = 1, at = 07:00 }, { after = "26h" }]`: each airing again, later.

use super::fields::{Fields, Report, Value};
use super::value;
use crate::civil::SECONDS_PER_DAY;
use crate::diagnostic::{Code, Diagnostic};
use crate::recurrence::Repeat;
use crate::source::Located;
use crate::times::DayTimes;

/// Reads `rotate` and `rerun`. The repeats are in order, each once.
pub(crate) fn read_repeats(
    table: &mut Fields<'_>,
    at: Option<&Located<DayTimes>>,
    report: &mut Report,
) -> Vec<Repeat> {
    let rotate = table.optional("rotate", report, read_rotation);
    let reruns = table.optional("rerun", report, |v, r| value::list(v, r, read_rerun));
    let mut repeats = rotate.map_or(Vec::new(), |r| r.value);
    let reruns = reruns.map_or(Vec::new(), |r| r.value);
    if let Some(at) = at.filter(|at| at.value.per_day() > 1)
        && let Some(on_day) = reruns.iter().find(|r| matches!(r.value, Repeat::OnDay { .. }))
    {
        let message = "a rerun at a time of day needs a slot that airs once a day";
        let finding = Diagnostic::new(Code::Conflict, message)
            .primary(on_day.at, "")
            .secondary(at.at, format!("{} times a day", at.value.per_day()))
            .help("{ after = \"24h\" } is the same times on the next day");
        report.push(finding);
    }
    repeats.extend(reruns.into_iter().map(|r| r.value));
    repeats.sort_unstable();
    repeats.dedup();
    repeats
}

fn read_rotation(value: Value<'_>, report: &mut Report) -> Option<Vec<Repeat>> {
    let mut table = value::table(value, report, "rotation")?;
    let every_s = table.required("every", report, value::airing_length_s);
    let times = table.required("times", report, |v, r| value::integer(v, r, 2..=MAX_TIMES));
    table.finish(report);
    let (every_s, times) = (every_s?.value, times?.value as u32);
    Some((1..times).map(|n| Repeat::After { seconds: every_s * n }).collect())
}

fn read_rerun(value: Value<'_>, report: &mut Report) -> Option<Repeat> {
    let mut table = value::table(value, report, "rerun")?;
    let after = table.optional("after", report, value::duration);
    let days_later =
        table.optional("days_later", report, |v, r| value::integer(v, r, 0..=MAX_DAYS as u64));
    let at = table.optional("at", report, value::time_of_day);
    let given = after.is_some() || days_later.is_some() || at.is_some();
    if !given {
        table.missing("after`, or `days_later` and `at", report);
    }
    table.finish(report);
    match (after, days_later, at) {
        (Some(after), None, None) => {
            let seconds = after.value.as_ms() / 1000;
            if !(1..=MAX_DAYS * SECONDS_PER_DAY).contains(&seconds) {
                let message = format!("`after` must be from 1s to {MAX_DAYS}d");
                report.fault(Code::BadDuration, after.at, message, "");
                return None;
            }
            Some(Repeat::After { seconds: seconds as u32 })
        }
        (None, days_later, Some(at)) => {
            let days_later = days_later.map_or(0, |d| d.value) as u32;
            Some(Repeat::OnDay { days_later, second_of_day: at.value })
        }
        (Some(after), _, _) => {
            let message = "`after` excludes `days_later` and `at`";
            report.fault(Code::Conflict, after.at, message, "");
            None
        }
        (None, Some(days_later), None) => {
            let message = "`days_later` needs `at`";
            report.fault(Code::Conflict, days_later.at, message, "");
            None
        }
        (None, None, None) => None,
    }
}

/// A rotation of half an hour through a day.
const MAX_TIMES: u64 = 48;
/// A lesson is repeated within two months.
const MAX_DAYS: i64 = 62;
