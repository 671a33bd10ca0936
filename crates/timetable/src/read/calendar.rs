//! `[[term]]` and `[[season]]`: the calendar that slots stand in.

use super::fields::{Fields, Kind, Report, Value};
use super::frame::{date_range, read_date_range};
use super::value;
use crate::calendar::{Closed, MakeUp, Season, SeasonRange, Term};
use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Located, Location};
use toml::de::DeValue;

/// Reads a term.
pub(crate) fn read_term(mut table: Fields<'_>, report: &mut Report) -> Option<Term> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Term));
    let title = table.optional("title", report, value::texts);
    let first = table.required("from", report, value::day);
    let last = table.required("until", report, value::day);
    let closed = table.optional("closed", report, |v, r| value::list(v, r, read_closed));
    let breaks = table.optional("breaks", report, |v, r| value::list(v, r, read_break));
    let makeups = table.optional("makeup", report, |v, r| value::list(v, r, read_makeup));
    table.finish(report);
    let (first, last) = (first?, last?);
    let (first, last) = date_range((Some(first), Some(last)), report)?;
    if last.0 - first.0 >= MAX_TERM_DAYS {
        let id = id?;
        let message = format!("term `{}` is longer than {MAX_TERM_DAYS} days", id.value);
        report.fault(Code::TooLarge, id.at, message, "");
        return None;
    }
    let days = |list: Option<Located<Vec<Located<Closed>>>>| {
        let list = list.map_or(Vec::new(), |l| l.value);
        list.into_iter().map(|c| c.value).collect::<Vec<_>>()
    };
    let makeups = makeups.map_or(Vec::new(), |m| m.value);
    let mut term = Term {
        id: id.as_ref()?.value.clone(),
        title: title.map(|t| t.value),
        first,
        last,
        closed: days(closed),
        breaks: days(breaks),
        makeups: makeups.iter().map(|m| m.value.makeup.clone()).collect(),
        origin: id?.at,
    };
    term.closed.sort_by_key(|c| (c.first, c.origin));
    term.breaks.sort_by_key(|c| (c.first, c.origin));
    hold_apart(&term, report);
    check_makeups(&term, makeups.iter().map(|m| &m.value), report);
    term.makeups.sort_by_key(|m| (m.on, m.origin));
    term.makeups.dedup_by_key(|m| m.on);
    Some(term)
}

/// A make-up day as it is written.
struct MakeUpDraft {
    makeup: MakeUp,
    on_at: Location,
}

/// Closed days and breaks lie in the term, and no day is in two of them.
fn hold_apart(term: &Term, report: &mut Report) {
    let mut all: Vec<&Closed> = term.closed.iter().chain(&term.breaks).collect();
    all.sort_by_key(|c| (c.first, c.origin));
    for range in &all {
        if range.last < term.first || range.first > term.last {
            let finding = Diagnostic::new(
                Code::BadDate,
                format!("{} is not in term `{}`", said(range), term.id),
            )
            .primary(range.origin, "")
            .secondary(term.origin, format!("from {} to {}", term.first, term.last));
            report.push(finding);
        }
    }
    for pair in all.windows(2).filter(|pair| pair[1].first <= pair[0].last) {
        let message = format!("{} is closed twice", pair[1].first);
        let finding = Diagnostic::new(Code::Duplicate, message)
            .primary(pair[1].origin, "again here")
            .secondary(pair[0].origin, "first here");
        report.push(finding);
    }
}

/// Make-up days lie in the term, each once, and make up for days of the term that are lost.
fn check_makeups<'d>(
    term: &Term,
    makeups: impl Iterator<Item = &'d MakeUpDraft>,
    report: &mut Report,
) {
    let mut seen = std::collections::BTreeMap::new();
    let in_term = |day: Day| (term.first..=term.last).contains(&day);
    let span = format!("from {} to {}", term.first, term.last);
    for MakeUpDraft { makeup, on_at } in makeups {
        for (day, at) in [(makeup.on, *on_at), (makeup.taught_as, makeup.origin)] {
            if !in_term(day) {
                let message = format!("{day} is not in term `{}`", term.id);
                let finding = Diagnostic::new(Code::BadDate, message)
                    .primary(at, "")
                    .secondary(term.origin, span.clone());
                report.push(finding);
            }
        }
        if let Some(first) = seen.insert(makeup.on, *on_at) {
            let message = format!("{} is a make-up day twice", makeup.on);
            let finding = Diagnostic::new(Code::Duplicate, message)
                .primary(*on_at, "again here")
                .secondary(first, "first here");
            report.push(finding);
        }
        let lost = |c: &&Closed| (c.first..=c.last).contains(&makeup.taught_as);
        if in_term(makeup.taught_as) && !term.closed.iter().any(|c| lost(&c)) {
            let message = format!("{} is not lost, and is made up for", makeup.taught_as);
            let finding = Diagnostic::new(Code::DeadDate, message)
                .primary(makeup.origin, "not a closed day of the term")
                .help("`taught_as` is one of the days in `closed`");
            report.push(finding);
        }
    }
}

fn said(range: &Closed) -> String {
    if range.first == range.last {
        range.first.to_string()
    } else {
        format!("{} to {}", range.first, range.last)
    }
}

fn read_closed(value: Value<'_>, report: &mut Report) -> Option<Closed> {
    read_days(value, report, "closed day", true)
}

fn read_break(value: Value<'_>, report: &mut Report) -> Option<Closed> {
    read_days(value, report, "break", false)
}

/// A date, a table with `on`, or a table with `from` and `until`.
fn read_days(
    value: Value<'_>,
    report: &mut Report,
    what: &'static str,
    closed: bool,
) -> Option<Closed> {
    if let DeValue::Datetime(_) = value.inner {
        let day = value::day(value, report)?;
        let origin = value.at;
        return Some(Closed { first: day, last: day, why: None, made_up: true, origin });
    }
    let mut table = value::table(value, report, what)?;
    let on = table.optional("on", report, value::day);
    let dates = read_date_range(&mut table, report);
    let why = table.optional("why", report, value::remark);
    let made_up = if closed { table.optional("made_up", report, value::boolean) } else { None };
    let (first, last) = match (on, dates) {
        (Some(on), (None, None)) => (on.value, on.value),
        (None, (Some(first), Some(last))) => date_range((Some(first), Some(last)), report)?,
        (None, (first, last)) => {
            let key = match (first, last) {
                (None, None) => "on`, or `from` and `until",
                (None, _) => "from",
                _ => "until",
            };
            table.missing(key, report);
            table.finish(report);
            return None;
        }
        (Some(on), _) => {
            let message = "`on` is one day, `from` and `until` are several";
            report.fault(Code::Conflict, on.at, message, "");
            table.finish(report);
            return None;
        }
    };
    table.finish(report);
    let (why, made_up) = (why.map(|w| w.value), made_up.is_none_or(|m| m.value));
    Some(Closed { first, last, why, made_up, origin: value.at })
}

fn read_makeup(value: Value<'_>, report: &mut Report) -> Option<MakeUpDraft> {
    let mut table = value::table(value, report, "make-up day")?;
    let on = table.required("on", report, value::day);
    let taught_as = table.required("taught_as", report, value::day);
    table.finish(report);
    let (on, taught_as) = (on?, taught_as?);
    let makeup = MakeUp { on: on.value, taught_as: taught_as.value, origin: taught_as.at };
    Some(MakeUpDraft { makeup, on_at: on.at })
}

/// Reads a season.
pub(crate) fn read_season(mut table: Fields<'_>, report: &mut Report) -> Option<Season> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Season));
    let title = table.optional("title", report, value::texts);
    let ranges = table.required("dates", report, |v, r| value::list(v, r, read_range));
    table.finish(report);
    let (id, ranges) = (id?, ranges?);
    if ranges.value.is_empty() {
        report.fault(Code::EmptyRange, ranges.at, "this season has no dates", "");
        return None;
    }
    let ranges = ranges.value.into_iter().map(|r| r.value).collect();
    Some(Season { id: id.value, title: title.map(|t| t.value), ranges, origin: id.at })
}

/// One end of a range of a season.
#[derive(Clone, Copy)]
enum End {
    Date(Day),
    OfYear((u8, u8)),
}

fn read_range(value: Value<'_>, report: &mut Report) -> Option<SeasonRange> {
    let mut table = value::table(value, report, "range of dates")?;
    let first = table.required("from", report, read_end);
    let last = table.required("until", report, read_end);
    table.finish(report);
    let (first, last) = (first?, last?);
    match (first.value, last.value) {
        (End::Date(from), End::Date(until)) => {
            let range = (first.map(|_| from), last.map(|_| until));
            let (first, last) = date_range((Some(range.0), Some(range.1)), report)?;
            Some(SeasonRange::Dates { first, last })
        }
        (End::OfYear(first), End::OfYear(last)) => Some(SeasonRange::Yearly { first, last }),
        _ => {
            let message = "`from` and `until` of a season are both dates, or both days of any year";
            let finding = Diagnostic::new(Code::Conflict, message)
                .primary(last.at, "")
                .secondary(first.at, "");
            report.push(finding);
            None
        }
    }
}

/// A date, or a day of any year as `"03-05"`.
fn read_end(value: Value<'_>, report: &mut Report) -> Option<End> {
    let DeValue::String(text) = value.inner else {
        return match value.inner {
            DeValue::Datetime(_) => value::day(value, report).map(End::Date),
            _ => value::wrong_type(value, report, "a date, or a day of any year like \"03-05\""),
        };
    };
    let parts = text.split_once('-').filter(|(m, d)| m.len() == 2 && d.len() == 2);
    let numbers = parts.and_then(|(m, d)| Some((m.parse::<u8>().ok()?, d.parse::<u8>().ok()?)));
    // A leap year has every day that any year has.
    let real = numbers.filter(|(month, day)| Day::from_ymd(2028, *month, *day).is_some());
    if real.is_none() {
        let message = format!("`{} = \"{}\"` is no day of a year", value.key, text.escape_debug());
        let finding = Diagnostic::new(Code::BadDate, message)
            .primary(value.at, "")
            .help("month and day with two digits each: \"03-05\" is the fifth of March");
        report.push(finding);
    }
    real.map(End::OfYear)
}

/// Two years: far longer than any term, and few enough to walk through.
const MAX_TERM_DAYS: i32 = 731;
