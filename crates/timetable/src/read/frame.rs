//! The keys that place a slot, or another thing with dates, in the calendar.

use super::fields::{Fields, Kind, Report, Value};
use super::value;
use crate::calendar::{DayKind, DayKinds};
use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Located, Location};
use crate::text::Id;
use toml::de::DeValue;

/// The keys that place a slot in the calendar.
pub(super) struct FrameDraft {
    pub first: Day,
    pub last: Day,
    /// `from` is written.
    pub has_from: bool,
    pub until_at: Option<Location>,
    pub term: Option<Located<Id>>,
    pub during: DayKinds,
    pub season: Option<Located<Id>>,
}

/// Reads `from`, `until`, `term`, `during` and `season`.
pub(super) fn read_frame(table: &mut Fields<'_>, report: &mut Report) -> Option<FrameDraft> {
    let dates = read_date_range(table, report);
    let (term, during) = read_term_days(table, report);
    let season = table.optional("season", report, |v, r| value::reference(v, r, Kind::Season));
    let (has_from, until_at) = (dates.0.is_some(), dates.1.as_ref().map(|d| d.at));
    let (first, last) = date_range(dates, report)?;
    Some(FrameDraft { first, last, has_from, until_at, term, during, season })
}

/// Reads `term` and `during`: which days of a term are meant, usually those of teaching.
pub(super) fn read_term_days(
    table: &mut Fields<'_>,
    report: &mut Report,
) -> (Option<Located<Id>>, DayKinds) {
    let term_given = table.value("term", report).is_some();
    let term = table.optional("term", report, |v, r| value::reference(v, r, Kind::Term));
    let during = table.optional("during", report, read_day_kinds);
    if let Some(during) = during.as_ref().filter(|_| !term_given) {
        report.fault(Code::Conflict, during.at, "`during` needs a `term`", "");
    }
    (term, during.map_or(DayKinds::TEACHING, |d| d.value))
}

/// One kind of days of a term, or several.
fn read_day_kinds(value: Value<'_>, report: &mut Report) -> Option<DayKinds> {
    let words =
        [("teaching", DayKind::Teaching), ("breaks", DayKind::Break), ("closed", DayKind::Closed)];
    if !matches!(value.inner, DeValue::Array(_)) {
        return value::word(value, report, &words).map(|kind| DayKinds::of([kind]));
    }
    let kinds = value::list(value, report, |v, r| value::word(v, r, &words))?;
    if kinds.is_empty() {
        report.fault(Code::EmptyRange, value.at, "`during` names no day", "");
        return None;
    }
    Some(DayKinds::of(kinds.into_iter().map(|k| k.value)))
}

/// `from` and `until` as they are written.
pub(crate) type DateRange = (Option<Located<Day>>, Option<Located<Day>>);

/// Reads `from` and `until`.
pub(crate) fn read_date_range(table: &mut Fields<'_>, report: &mut Report) -> DateRange {
    let first = table.optional("from", report, value::day);
    let last = table.optional("until", report, value::day);
    (first, last)
}

/// The first and last day of a range, both included.
pub(crate) fn date_range((first, last): DateRange, report: &mut Report) -> Option<(Day, Day)> {
    if let (Some(first), Some(last)) = (&first, &last)
        && last.value < first.value
    {
        let finding = Diagnostic::new(Code::EmptyRange, "`until` is before `from`")
            .primary(last.at, "")
            .secondary(first.at, "");
        report.push(finding);
        return None;
    }
    Some((first.map_or(Day::FIRST, |d| d.value), last.map_or(Day::LAST, |d| d.value)))
}
