//! Readers for the values of keys: each takes a TOML value and either gives what it stands for,
//! or reports what is wrong with it.

use super::fields::{Fields, Kind, Report, Value, type_name};
use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::duration::parse_duration;
use crate::nearest::nearest;
use crate::recurrence::Weekdays;
use crate::source::Located;
use crate::text::{AssetId, Id, Language, Texts};
use crate::zone::LocalTime;
use core::ops::RangeInclusive;
use toml::de::DeValue;
use toml::value::Datetime;
use ts::Span;

/// The text of a string.
pub fn string<'t>(value: Value<'t>, report: &mut Report) -> Option<&'t str> {
    match value.inner {
        DeValue::String(text) => Some(text),
        _ => wrong_type(value, report, "a string"),
    }
}

/// A new name; it is declared as one of this kind.
pub(crate) fn declared_id(value: Value<'_>, report: &mut Report, kind: Kind) -> Option<Id> {
    let id = id(value, report)?;
    report.declared.push((kind, Located { value: id.clone(), at: value.at }));
    Some(id)
}

/// A name that something of this kind must have.
pub(crate) fn reference(value: Value<'_>, report: &mut Report, kind: Kind) -> Option<Id> {
    let id = id(value, report)?;
    report.referenced.push((kind, Located { value: id.clone(), at: value.at }));
    Some(id)
}

/// An id.
pub fn id(value: Value<'_>, report: &mut Report) -> Option<Id> {
    let text = string(value, report)?;
    let id = Id::new(text);
    if id.is_none() {
        let message = format!("`{}` is not an id", text.escape_debug());
        let finding = Diagnostic::new(Code::BadName, message)
            .primary(value.at, "")
            .help("an id has small letters, digits and single hyphens, at most 64 of them");
        report.push(finding);
    }
    id
}

/// The id of an asset.
pub(crate) fn asset(value: Value<'_>, report: &mut Report) -> Option<AssetId> {
    let text = string(value, report)?;
    let asset = AssetId::new(text);
    if asset.is_none() {
        let message = format!("`{}` is not the name of an asset", text.escape_debug());
        let finding = Diagnostic::new(Code::BadName, message)
            .primary(value.at, "")
            .help("parts of letters, digits, `.`, `_` and `-`, joined by `/`");
        report.push(finding);
    }
    asset
}

/// A text for people, in several languages: `{ zh = "…", en = "…" }`.
pub fn texts(value: Value<'_>, report: &mut Report) -> Option<Texts> {
    let DeValue::Table(table) = value.inner else {
        return wrong_type(value, report, "a table like { zh = \"…\", en = \"…\" }");
    };
    let mut found = Vec::new();
    for (key, entry) in table.iter() {
        let name: &str = key.get_ref();
        let Some(language) = Language::new(name) else {
            let message = format!("`{}` is no language code", name.escape_debug());
            let finding = Diagnostic::new(Code::UnknownKey, message)
                .primary(report.location(key.span()), "")
                .help("`zh`, `en`, another common two-letter code, or any three-letter code");
            report.push(finding);
            continue;
        };
        let at = report.location(entry.span());
        let entry = Value { key: value.key, inner: entry.get_ref(), at };
        if let Some(text) = shown_text(entry, report) {
            found.push((language, text.to_owned()));
        }
    }
    if table.is_empty() {
        let message = format!("`{}` has no text in any language", value.key);
        report.fault(Code::BadText, value.at, message, "");
    }
    Texts::new(found)
}

fn shown_text<'t>(value: Value<'t>, report: &mut Report) -> Option<&'t str> {
    let text = string(value, report)?;
    let fault = if text.trim().is_empty() {
        "this text is empty".to_owned()
    } else if text.chars().any(char::is_control) {
        "this text has control characters".to_owned()
    } else if text.len() > MAX_TEXT_BYTES {
        format!("this text has {} bytes, {MAX_TEXT_BYTES} is the limit", text.len())
    } else {
        return Some(text);
    };
    report.fault(Code::BadText, value.at, fault, "");
    None
}

/// An integer in a range.
pub fn integer(value: Value<'_>, report: &mut Report, range: RangeInclusive<u64>) -> Option<u64> {
    let DeValue::Integer(digits) = value.inner else {
        return wrong_type(value, report, "an integer");
    };
    let number = i128::from_str_radix(digits.as_str(), digits.radix()).ok();
    let inside = number.and_then(|n| u64::try_from(n).ok()).filter(|n| range.contains(n));
    if inside.is_none() {
        let (low, high) = range.into_inner();
        let message = format!("`{}` must be from {low} to {high}", value.key);
        report.fault(Code::OutOfRange, value.at, message, "");
    }
    inside
}

/// True or false.
pub fn boolean(value: Value<'_>, report: &mut Report) -> Option<bool> {
    match value.inner {
        DeValue::Boolean(truth) => Some(*truth),
        _ => wrong_type(value, report, "true or false"),
    }
}

/// A remark for people, in any one language.
pub(crate) fn remark(value: Value<'_>, report: &mut Report) -> Option<String> {
    shown_text(value, report).map(str::to_owned)
}

/// One of several words.
pub fn word<T: Copy>(
    value: Value<'_>,
    report: &mut Report,
    words: &[(&'static str, T)],
) -> Option<T> {
    let text = string(value, report)?;
    if let Some((_, meaning)) = words.iter().find(|(name, _)| *name == text) {
        return Some(*meaning);
    }
    let names = || words.iter().map(|(name, _)| *name);
    let message = format!("`{}` cannot be \"{}\"", value.key, text.escape_debug());
    let help = match nearest(text, names()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("it is one of: {}", names().collect::<Vec<_>>().join(", ")),
    };
    report.push(Diagnostic::new(Code::UnknownWord, message).primary(value.at, "").help(help));
    None
}

/// A length of time, zero included.
pub(crate) fn duration(value: Value<'_>, report: &mut Report) -> Option<Span> {
    let DeValue::String(text) = value.inner else {
        return wrong_type(value, report, "a length like \"45m\"");
    };
    match parse_duration(text) {
        Ok(span) => Some(span),
        Err(error) => {
            let message =
                format!("`{} = \"{}\"` is no length of time", value.key, text.escape_debug());
            let label = error.to_string();
            report.fault(Code::BadDuration, value.at, message, &label);
            None
        }
    }
}

/// A length of time above zero.
pub(crate) fn length(value: Value<'_>, report: &mut Report) -> Option<Span> {
    let span = duration(value, report)?;
    let fault = if span.0 == 0 {
        "must be longer than zero"
    } else if span > Span::from_seconds(24 * 3600) {
        "is longer than 24h"
    } else {
        return Some(span);
    };
    report.fault(Code::BadDuration, value.at, format!("`{}` {fault}", value.key), "");
    None
}

/// How long airings may last: whole seconds, at least [`crate::MIN_AIRING_S`], at most a day.
pub(crate) fn airing_length_s(value: Value<'_>, report: &mut Report) -> Option<u32> {
    let ms = length(value, report)?.as_ms();
    let fault = if ms % 1000 != 0 {
        "must be whole seconds".to_owned()
    } else if ms < i64::from(crate::MIN_AIRING_S) * 1000 {
        format!("is shorter than {}s", crate::MIN_AIRING_S)
    } else {
        return Some((ms / 1000) as u32);
    };
    report.fault(Code::BadDuration, value.at, format!("`{}` {fault}", value.key), "");
    None
}

/// A date.
pub(crate) fn day(value: Value<'_>, report: &mut Report) -> Option<Day> {
    match value.inner {
        DeValue::Datetime(Datetime { date: Some(date), time: None, offset: None }) => {
            checked_day(*date, value, report)
        }
        _ => wrong_type(value, report, "a date like 2027-03-15"),
    }
}

/// A time of day in whole seconds, as seconds since midnight.
pub(crate) fn time_of_day(value: Value<'_>, report: &mut Report) -> Option<u32> {
    match value.inner {
        DeValue::Datetime(Datetime { date: None, time: Some(time), offset: None }) => {
            checked_time(*time, value, report)
        }
        _ => wrong_type(value, report, "a time of day like 19:30"),
    }
}

/// A date with a time on the local clock.
pub(crate) fn local_time(value: Value<'_>, report: &mut Report) -> Option<LocalTime> {
    match value.inner {
        DeValue::Datetime(Datetime { date: Some(date), time: Some(time), offset: None }) => {
            let day = checked_day(*date, value, report)?;
            Some(LocalTime::new(day, checked_time(*time, value, report)?))
        }
        DeValue::Datetime(Datetime { offset: Some(_), .. }) => {
            let finding =
                Diagnostic::new(Code::WrongType, format!("`{}` is a local time", value.key))
                    .primary(value.at, "")
                    .help("leave the offset out; the zone of the timetable holds");
            report.push(finding);
            None
        }
        _ => wrong_type(value, report, "a date with a time like 2027-03-15T09:00"),
    }
}

/// A date with a time on the local clock, as text.
pub(crate) fn local_time_text(value: Value<'_>, report: &mut Report) -> Option<LocalTime> {
    let text = string(value, report)?;
    if let Ok(Datetime { date: Some(date), time: Some(time), offset: None }) = text.parse() {
        let day = checked_day(date, value, report)?;
        return Some(LocalTime::new(day, checked_time(time, value, report)?));
    }
    let message = format!("`{}` is no local time", text.escape_debug());
    let finding = Diagnostic::new(Code::BadDate, message)
        .primary(value.at, "")
        .help("write it like 2027-03-15T19:30; the zone of the timetable holds");
    report.push(finding);
    None
}

/// A set of weekdays.
pub(crate) fn weekdays(value: Value<'_>, report: &mut Report) -> Option<Weekdays> {
    let names = Weekdays::NAMES.map(|name| (name, name));
    let days = list(value, report, |v, r| word(v, r, &names))?;
    if days.is_empty() {
        report.fault(Code::EmptyRange, value.at, format!("`{}` names no day", value.key), "");
        return None;
    }
    let number = |name: &str| Weekdays::NAMES.iter().position(|n| *n == name).map(|i| i as u8);
    Some(Weekdays::of(days.iter().filter_map(|d| number(d.value))))
}

/// The entries of an array, each read by `read`; faulty ones are reported and left out.
pub fn list<'t, T>(
    value: Value<'t>,
    report: &mut Report,
    mut read: impl FnMut(Value<'t>, &mut Report) -> Option<T>,
) -> Option<Vec<Located<T>>> {
    let DeValue::Array(entries) = value.inner else {
        return wrong_type(value, report, "an array");
    };
    if entries.len() > MAX_LIST {
        let message = format!("`{}` has more than {MAX_LIST} entries", value.key);
        report.fault(Code::TooLarge, value.at, message, "");
        return None;
    }
    let mut found = Vec::with_capacity(entries.len());
    for entry in entries.iter() {
        let at = report.location(entry.span());
        let entry = Value { key: value.key, inner: entry.get_ref(), at };
        if let Some(value) = read(entry, report) {
            found.push(Located { value, at });
        }
    }
    Some(found)
}

/// The keys of an inline table that is a `what`.
pub fn table<'t>(value: Value<'t>, report: &mut Report, what: &'static str) -> Option<Fields<'t>> {
    match value.inner {
        DeValue::Table(table) => Some(Fields::new(what, table, value.at)),
        _ => wrong_type(value, report, "a table"),
    }
}

/// Reports a value of the wrong type.
pub fn wrong_type<T>(value: Value<'_>, report: &mut Report, wanted: &str) -> Option<T> {
    let found = type_name(value.inner);
    let message = format!("`{}` must be {wanted}, here it is {found}", value.key);
    report.fault(Code::WrongType, value.at, message, &format!("expected {wanted}"));
    None
}

fn checked_day(date: toml::value::Date, value: Value<'_>, report: &mut Report) -> Option<Day> {
    let day = Day::from_ymd(i32::from(date.year), date.month, date.day);
    let Some(day) = day.filter(|d| (Day::FIRST..=Day::LAST).contains(d)) else {
        let message = format!("`{}` must be from {} to {}", value.key, Day::FIRST, Day::LAST);
        report.fault(Code::BadDate, value.at, message, "");
        return None;
    };
    Some(day)
}

fn checked_time(time: toml::value::Time, value: Value<'_>, report: &mut Report) -> Option<u32> {
    let second = time.second.unwrap_or(0);
    if time.nanosecond.unwrap_or(0) != 0 || second > 59 || time.minute > 59 || time.hour > 23 {
        let message = format!("`{}` must be a whole second of the day", value.key);
        report.fault(Code::BadDate, value.at, message, "");
        return None;
    }
    Some(u32::from(time.hour) * 3600 + u32::from(time.minute) * 60 + u32::from(second))
}

/// Service names and event names must fit in one descriptor (EN 300 468 clause 6.1) with their
/// surroundings, whatever the character set.
const MAX_TEXT_BYTES: usize = 240;
const MAX_LIST: usize = 4000;
