//! The keys of a slot that say on which days it airs.
//!
//! - `days`: weekdays; usually all.
//! - `every_weeks = 2`: those weekdays in every second week.
//! - `nth_in_month = [1, -1]`: the first and the last of those weekdays in each month.
//! - `month_days = [6, 16, 26]`: days of the month.
//! - `rrule = "FREQ=…"`: what the others cannot say.

use super::fields::{Fields, Report, Value};
use super::value;
use crate::diagnostic::{Code, Diagnostic};
use crate::pattern::DayPattern;
use crate::recurrence::{Rule, Weekdays};
use crate::source::Located;
use toml::de::DeValue;

/// Reads the days of a slot. `None` when they are faulty.
pub(crate) fn read_pattern(
    table: &mut Fields<'_>,
    report: &mut Report,
) -> Option<Located<DayPattern>> {
    let at = table.at();
    let given = ["days", "every_weeks", "nth_in_month", "month_days", "rrule"]
        .map(|key| table.value(key, report));
    let days = table.optional("days", report, value::weekdays);
    let weeks = table.optional("every_weeks", report, |v, r| value::integer(v, r, 1..=MAX_WEEKS));
    let nth = table.optional("nth_in_month", report, |v, r| read_numbers(v, r, 5));
    let month_days = table.optional("month_days", report, |v, r| read_numbers(v, r, 31));
    let rule = table.optional("rrule", report, read_rule);
    if !exclusive(&given, report) {
        return None;
    }
    let faulty = [days.is_none(), weeks.is_none(), nth.is_none(), month_days.is_none()];
    if given.iter().zip(faulty).any(|(given, none)| given.is_some() && none) {
        return None;
    }
    if given[4].is_some() {
        return rule.map(|rule| rule.map(DayPattern::Rule));
    }
    if let Some(month_days) = month_days {
        return Some(month_days.map(DayPattern::MonthDays));
    }
    let weekdays = days.as_ref().map_or(Weekdays::ALL, |d| d.value);
    if let Some(nth) = nth {
        return Some(nth.map(|nth| DayPattern::NthInMonth { days: weekdays, nth }));
    }
    if let Some(weeks) = weeks.filter(|weeks| weeks.value > 1) {
        let every = |weeks| DayPattern::EveryWeeks { days: weekdays, weeks: weeks as u32 };
        return Some(weeks.map(every));
    }
    Some(Located { value: DayPattern::Weekly(weekdays), at: days.map_or(at, |d| d.at) })
}

/// Reads the days of something that counts neither weeks nor periods from a first day.
pub(crate) fn read_plain_pattern(
    table: &mut Fields<'_>,
    report: &mut Report,
) -> Option<DayPattern> {
    let days = read_pattern(table, report)?;
    if matches!(days.value, DayPattern::EveryWeeks { .. } | DayPattern::Rule(_)) {
        let message = "days are said by `days`, `nth_in_month` or `month_days` here";
        report.fault(Code::Conflict, days.at, message, "");
        return None;
    }
    Some(days.value)
}

/// Reports keys that exclude each other.
fn exclusive(given: &[Option<Value<'_>>; 5], report: &mut Report) -> bool {
    let [days, weeks, nth, month_days, rule] = given;
    let pairs = [
        (rule, days),
        (rule, weeks),
        (rule, nth),
        (rule, month_days),
        (month_days, days),
        (month_days, weeks),
        (month_days, nth),
        (nth, weeks),
    ];
    let Some((one, other)) = pairs.iter().find_map(|(one, other)| one.zip(**other)) else {
        return true;
    };
    let message = format!("`{}` and `{}` exclude each other", one.key, other.key);
    let finding =
        Diagnostic::new(Code::Conflict, message).primary(other.at, "").secondary(one.at, "");
    report.push(finding);
    false
}

/// One number or several, from 1 or from -1 backwards.
fn read_numbers(value: Value<'_>, report: &mut Report, greatest: i16) -> Option<Vec<i16>> {
    let one = |v: Value<'_>, r: &mut Report| {
        let DeValue::Integer(number) = v.inner else {
            return value::wrong_type(v, r, "a whole number");
        };
        let number = i16::from_str_radix(number.as_str(), number.radix()).ok();
        let fits = number.filter(|n| *n != 0 && n.abs() <= greatest);
        if fits.is_none() {
            let message =
                format!("`{}` must be from 1 to {greatest}, or from -1 to -{greatest}", v.key);
            r.fault(Code::OutOfRange, v.at, message, "");
        }
        fits
    };
    if !matches!(value.inner, DeValue::Array(_)) {
        return one(value, report).map(|number| vec![number]);
    }
    let numbers = value::list(value, report, one)?;
    let DeValue::Array(written) = value.inner else { return None };
    if written.is_empty() {
        report.fault(Code::EmptyRange, value.at, format!("`{}` names no day", value.key), "");
    }
    (!numbers.is_empty() && numbers.len() == written.len())
        .then(|| numbers.into_iter().map(|n| n.value).collect())
}

fn read_rule(value: Value<'_>, report: &mut Report) -> Option<Rule> {
    let text = value::string(value, report)?;
    match Rule::parse(text) {
        Ok(rule) => Some(rule),
        Err(error) => {
            let finding = Diagnostic::new(Code::BadRule, format!("`rrule`: {error}"))
                .primary(value.at, "")
                .help("for example \"FREQ=MONTHLY;BYDAY=1SA\", the first Saturday of each month");
            report.push(finding);
            None
        }
    }
}

const MAX_WEEKS: u64 = 53;
