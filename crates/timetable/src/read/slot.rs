//! `[[slot]]`: what airs on which days.

use super::fields::{Fields, Kind, Report, Value};
use super::pattern::read_pattern;
use super::repeat::read_repeats;
use super::times::read_times;
use super::value;
use super::{read_fold, read_gap};
use crate::calendar::{DayKind, DayKinds};
use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::pattern::DayPattern;
use crate::recurrence::Repeat;
use crate::source::{Located, Location};
use crate::text::{AssetId, Id, Texts};
use crate::times::DayTimes;
use crate::zone::{FoldPolicy, GapPolicy, LocalTime};
use toml::de::DeValue;
use ts::Span;

/// A slot as it is written.
pub(crate) struct SlotDraft {
    pub id: Located<Id>,
    pub service: Located<Id>,
    pub programme: Located<ProgrammeDraft>,
    pub first_lesson: Option<Located<u32>>,
    pub title: Option<Texts>,
    pub pattern: Located<DayPattern>,
    pub at: Located<DayTimes>,
    pub length_s: Located<u32>,
    pub from_offset: Span,
    pub first: Day,
    pub last: Day,
    pub term: Option<Located<Id>>,
    /// On which days of its term it airs.
    pub during: DayKinds,
    pub season: Option<Located<Id>>,
    pub repeats: Vec<Repeat>,
    /// `until`, where it is written.
    pub until_at: Option<Location>,
    pub except: Vec<Located<Day>>,
    pub extra: Vec<Located<LocalTime>>,
    pub priority: u8,
    pub gap: Option<GapPolicy>,
    pub fold: Option<FoldPolicy>,
}

/// What a slot names to be aired.
pub(crate) enum ProgrammeDraft {
    Asset(AssetId),
    Course(Id),
    /// What another slot showed last.
    RerunOf(Id),
}

/// Reads a slot.
pub(crate) fn read_slot(mut table: Fields<'_>, report: &mut Report) -> Option<SlotDraft> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Slot));
    let service = table.required("service", report, |v, r| value::reference(v, r, Kind::Service));
    let programme = read_programme(&mut table, report);
    let first_lesson =
        table.optional("first_lesson", report, |v, r| value::integer(v, r, 1..=9999));
    let title = table.optional("title", report, value::texts);
    let pattern = read_pattern(&mut table, report);
    let at = table.required("at", report, read_times);
    let length_s = table.required("length", report, value::airing_length_s);
    let from_offset = table.optional("from_offset", report, value::duration);
    let repeats = read_repeats(&mut table, at.as_ref(), report);
    let frame = read_frame(&mut table, report);
    let except = table.optional("except", report, |v, r| value::list(v, r, value::day));
    let extra = table.optional("extra", report, |v, r| value::list(v, r, value::local_time));
    let priority = table.optional("priority", report, |v, r| value::integer(v, r, 0..=99));
    let gap = table.optional("on_gap", report, read_gap);
    let fold = table.optional("on_fold", report, read_fold);
    table.finish(report);

    let programme = programme?;
    let of_course = matches!(programme.value, ProgrammeDraft::Course(_));
    if let Some(first_lesson) = first_lesson.filter(|_| !of_course) {
        let message = "`first_lesson` needs a `course`";
        report.fault(Code::Conflict, first_lesson.at, message, "");
    }
    refuse_extra(&at, &extra, report);
    let (frame, pattern) = (frame?, pattern?);
    need_start(&programme, &pattern, &frame, report);
    Some(SlotDraft {
        id: id?,
        service: service?,
        programme,
        first_lesson: first_lesson.map(|f| f.map(|n| n as u32)),
        title: title.map(|t| t.value),
        pattern,
        at: at?,
        length_s: length_s?,
        from_offset: from_offset.map_or(Span(0), |o| o.value),
        repeats,
        first: frame.first,
        last: frame.last,
        until_at: frame.until_at,
        term: frame.term,
        during: frame.during,
        season: frame.season,
        except: except.map_or(Vec::new(), |e| e.value),
        extra: extra.map_or(Vec::new(), |e| e.value),
        priority: priority.map_or(SLOT_PRIORITY, |p| p.value as u8),
        gap: gap.map(|g| g.value),
        fold: fold.map(|f| f.value),
    })
}

/// The keys that place a slot in the calendar.
struct FrameDraft {
    first: Day,
    last: Day,
    /// `from` is written.
    has_from: bool,
    until_at: Option<Location>,
    term: Option<Located<Id>>,
    during: DayKinds,
    season: Option<Located<Id>>,
}

fn read_frame(table: &mut Fields<'_>, report: &mut Report) -> Option<FrameDraft> {
    let dates = read_date_range(table, report);
    let term = table.optional("term", report, |v, r| value::reference(v, r, Kind::Term));
    let during = table.optional("during", report, read_day_kinds);
    let season = table.optional("season", report, |v, r| value::reference(v, r, Kind::Season));
    if let Some(during) = during.as_ref().filter(|_| term.is_none()) {
        report.fault(Code::Conflict, during.at, "`during` needs a `term`", "");
    }
    let (has_from, until_at) = (dates.0.is_some(), dates.1.as_ref().map(|d| d.at));
    let (first, last) = date_range(dates, report)?;
    let during = during.map_or(DayKinds::TEACHING, |d| d.value);
    Some(FrameDraft { first, last, has_from, until_at, term, during, season })
}

/// What is counted needs a day to be counted from.
fn need_start(
    programme: &Located<ProgrammeDraft>,
    pattern: &Located<DayPattern>,
    frame: &FrameDraft,
    report: &mut Report,
) {
    if frame.has_from || frame.term.is_some() {
        return;
    }
    let (message, at, help) = match (&programme.value, &pattern.value) {
        (ProgrammeDraft::Course(_), _) => (
            "a slot with a course needs `from` or `term`",
            programme.at,
            "lessons are counted from that date on",
        ),
        (_, DayPattern::EveryWeeks { .. }) => (
            "`every_weeks` needs `from` or `term`",
            pattern.at,
            "weeks are counted from that of the first date",
        ),
        (_, DayPattern::Rule(_)) => {
            ("`rrule` needs `from` or `term`", pattern.at, "the rule is counted from that date on")
        }
        _ => return,
    };
    report.push(Diagnostic::new(Code::MissingKey, message).primary(at, "").help(help));
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

/// An extra airing of a slot that airs several times a day would stand between lessons that are
/// counted by the day.
fn refuse_extra(
    at: &Option<Located<DayTimes>>,
    extra: &Option<Located<Vec<Located<LocalTime>>>>,
    report: &mut Report,
) {
    let (Some(at), Some(extra)) = (at, extra) else { return };
    if at.value.per_day() > 1 && !extra.value.is_empty() {
        let message = "a slot that airs several times a day has no `extra`";
        let finding = Diagnostic::new(Code::Conflict, message)
            .primary(extra.at, "")
            .secondary(at.at, format!("{} times a day", at.value.per_day()))
            .help("write the airing as an [[item]], or as a slot of its own");
        report.push(finding);
    }
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

/// `course`, `asset` or `rerun_of`: exactly one of them.
fn read_programme(table: &mut Fields<'_>, report: &mut Report) -> Option<Located<ProgrammeDraft>> {
    let given = ["course", "asset", "rerun_of"].map(|key| table.value(key, report));
    let given: Vec<Value<'_>> = given.into_iter().flatten().collect();
    let [named] = given[..] else {
        match given[..] {
            [first, second, ..] => {
                let message = format!(
                    "a slot airs one of `course`, `asset` and `rerun_of`, here are `{}` and `{}`",
                    first.key, second.key
                );
                let finding = Diagnostic::new(Code::Conflict, message)
                    .primary(second.at, "")
                    .secondary(first.at, "");
                report.push(finding);
            }
            _ => table.missing("course` or `asset", report),
        }
        return None;
    };
    let programme = match named.key {
        "course" => ProgrammeDraft::Course(value::reference(named, report, Kind::Course)?),
        "asset" => ProgrammeDraft::Asset(value::asset(named, report)?),
        _ => ProgrammeDraft::RerunOf(value::reference(named, report, Kind::Slot)?),
    };
    Some(Located { value: programme, at: named.at })
}

const SLOT_PRIORITY: u8 = 50;
