//! The text of a rule: `FREQ=MONTHLY;BYDAY=1SA`.

use super::{Frequency, Rule};
use crate::civil::Day;
use core::str::FromStr;
use thiserror::Error;

/// Why a text is no rule that says days.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum RuleError {
    #[error("`{0}` is no part of a rule; parts are written NAME=value, with `;` between them")]
    Part(String),
    #[error("`{0}` is there twice")]
    Twice(String),
    #[error("`{part}` cannot be `{value}`; {wanted}")]
    Value { part: &'static str, value: String, wanted: &'static str },
    #[error("`{0}` says times of day; the times are said by `at`")]
    Time(String),
    #[error("a rule needs FREQ: DAILY, WEEKLY, MONTHLY or YEARLY")]
    NoFrequency,
    #[error("`{part}` cannot be used with FREQ={frequency}")]
    NotWith { part: &'static str, frequency: &'static str },
    #[error("COUNT and UNTIL exclude each other")]
    CountAndUntil,
    #[error("BYSETPOS needs another part that begins with BY")]
    LonelyPosition,
    #[error("a weekday with a number cannot be used with BYWEEKNO")]
    NumberInWeek,
    #[error("a rule is at most {MAX_BYTES} bytes long")]
    TooLong,
}

pub(super) fn parse(text: &str) -> Result<Rule, RuleError> {
    if text.len() > MAX_BYTES {
        return Err(RuleError::TooLong);
    }
    let text = text.strip_prefix("RRULE:").unwrap_or(text);
    let mut rule = Rule {
        frequency: Frequency::Daily,
        interval: 1,
        count: None,
        until: None,
        months: Vec::new(),
        month_days: Vec::new(),
        year_days: Vec::new(),
        weeks: Vec::new(),
        weekdays: Vec::new(),
        set_positions: Vec::new(),
        week_start: 0,
    };
    let mut frequency = None;
    let mut seen: Vec<&str> = Vec::new();
    for part in text.split(';') {
        let (name, value) =
            part.split_once('=').ok_or_else(|| RuleError::Part(part.escape_debug().to_string()))?;
        if seen.contains(&name) {
            return Err(RuleError::Twice(name.to_owned()));
        }
        seen.push(name);
        if name == "FREQ" {
            frequency = Some(read_frequency(value)?);
        } else {
            read_part(&mut rule, name, value)?;
        }
    }
    rule.frequency = frequency.ok_or(RuleError::NoFrequency)?;
    refuse(&rule)?;
    Ok(rule)
}

fn read_part(rule: &mut Rule, name: &str, value: &str) -> Result<(), RuleError> {
    match name {
        "INTERVAL" => rule.interval = number("INTERVAL", value, 1, 1000)? as u32,
        "COUNT" => rule.count = Some(number("COUNT", value, 1, 100_000)? as u32),
        "UNTIL" => rule.until = Some(read_until(value)?),
        "BYMONTH" => {
            let months = numbers("BYMONTH", value, 12, false)?;
            rule.months = months.into_iter().map(|month| month as u8).collect();
        }
        "BYMONTHDAY" => rule.month_days = numbers("BYMONTHDAY", value, 31, true)?,
        "BYYEARDAY" => rule.year_days = numbers("BYYEARDAY", value, 366, true)?,
        "BYWEEKNO" => rule.weeks = numbers("BYWEEKNO", value, 53, true)?,
        "BYSETPOS" => rule.set_positions = numbers("BYSETPOS", value, 366, true)?,
        "BYDAY" => rule.weekdays = value.split(',').map(read_weekday).collect::<Result<_, _>>()?,
        "WKST" => rule.week_start = weekday("WKST", value)?,
        "BYHOUR" | "BYMINUTE" | "BYSECOND" => return Err(RuleError::Time(name.to_owned())),
        other => return Err(RuleError::Part(other.escape_debug().to_string())),
    }
    Ok(())
}

/// What the clause says does not go together.
fn refuse(rule: &Rule) -> Result<(), RuleError> {
    let frequency = match rule.frequency {
        Frequency::Daily => "DAILY",
        Frequency::Weekly => "WEEKLY",
        Frequency::Monthly => "MONTHLY",
        Frequency::Yearly => "YEARLY",
    };
    let not_with = |part| Err(RuleError::NotWith { part, frequency });
    let numbered = rule.weekdays.iter().any(|(nth, _)| nth.is_some());
    let by_month = matches!(rule.frequency, Frequency::Monthly | Frequency::Yearly);
    if numbered && !by_month {
        return not_with("BYDAY with a number");
    }
    if numbered && !rule.weeks.is_empty() {
        return Err(RuleError::NumberInWeek);
    }
    if !rule.month_days.is_empty() && rule.frequency == Frequency::Weekly {
        return not_with("BYMONTHDAY");
    }
    if !rule.year_days.is_empty() && rule.frequency != Frequency::Yearly {
        return not_with("BYYEARDAY");
    }
    if !rule.weeks.is_empty() && rule.frequency != Frequency::Yearly {
        return not_with("BYWEEKNO");
    }
    if rule.count.is_some() && rule.until.is_some() {
        return Err(RuleError::CountAndUntil);
    }
    let lists = [rule.months.len(), rule.month_days.len(), rule.year_days.len(), rule.weeks.len()];
    let others = rule.weekdays.len() + lists.iter().sum::<usize>();
    if !rule.set_positions.is_empty() && others == 0 {
        return Err(RuleError::LonelyPosition);
    }
    Ok(())
}

fn read_frequency(value: &str) -> Result<Frequency, RuleError> {
    Ok(match value {
        "DAILY" => Frequency::Daily,
        "WEEKLY" => Frequency::Weekly,
        "MONTHLY" => Frequency::Monthly,
        "YEARLY" => Frequency::Yearly,
        "HOURLY" | "MINUTELY" | "SECONDLY" => {
            return Err(RuleError::Time(format!("FREQ={value}")));
        }
        _ => return Err(faulty("FREQ", value, "it is DAILY, WEEKLY, MONTHLY or YEARLY")),
    })
}

fn read_until(value: &str) -> Result<Day, RuleError> {
    let wanted = "it is a date like 20270630, the last day";
    let fault = || faulty("UNTIL", value, wanted);
    if value.len() != 8 || !value.bytes().all(|b| b.is_ascii_digit()) {
        return Err(fault());
    }
    let part = |range| value.get(range).and_then(|digits: &str| digits.parse::<u16>().ok());
    let (year, month, day) = (part(0..4), part(4..6), part(6..8));
    let (year, month, day) =
        year.zip(month).zip(day).map(|((y, m), d)| (y, m, d)).ok_or_else(fault)?;
    Day::from_ymd(i32::from(year), month as u8, day as u8).ok_or_else(fault)
}

fn read_weekday(text: &str) -> Result<(Option<i16>, u8), RuleError> {
    let fault =
        || faulty("BYDAY", text, "it is a weekday like SA, or one with its number, 1SA or -1SA");
    let split =
        text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at)).ok_or_else(fault)?;
    let (nth, name) = text.split_at(split);
    let weekday = weekday("BYDAY", name).map_err(|_| fault())?;
    if nth.is_empty() {
        return Ok((None, weekday));
    }
    let nth = signed(nth).filter(|n| *n != 0 && n.abs() <= 53).ok_or_else(fault)?;
    Ok((Some(nth), weekday))
}

fn weekday(part: &'static str, name: &str) -> Result<u8, RuleError> {
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let place = names.iter().position(|n| *n == name);
    place.map(|p| p as u8).ok_or_else(|| faulty(part, name, "weekdays are MO TU WE TH FR SA SU"))
}

fn numbers(
    part: &'static str,
    value: &str,
    greatest: i16,
    negative: bool,
) -> Result<Vec<i16>, RuleError> {
    let fits = |n: &i16| *n != 0 && n.abs() <= greatest && (negative || *n > 0);
    let read =
        |text| signed(text).filter(fits).ok_or_else(|| faulty(part, text, "it is out of range"));
    value.split(',').map(read).collect()
}

fn number(part: &'static str, value: &str, least: i64, greatest: i64) -> Result<i64, RuleError> {
    let number = i64::from_str(value).ok().filter(|n| (least..=greatest).contains(n));
    number.ok_or_else(|| faulty(part, value, "it is out of range"))
}

fn signed(text: &str) -> Option<i16> {
    i16::from_str(text).ok()
}

fn faulty(part: &'static str, value: &str, wanted: &'static str) -> RuleError {
    RuleError::Value { part, value: value.escape_debug().to_string(), wanted }
}

const MAX_BYTES: usize = 1000;
