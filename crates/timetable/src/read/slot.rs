//! `[[slot]]` and `[[item]]`: what airs when.

use super::fields::{Fields, Kind, Report};
use super::times::read_times;
use super::value;
use super::{read_fold, read_gap};
use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::recurrence::Weekdays;
use crate::source::{Located, Location};
use crate::text::{AssetId, Id, Texts};
use crate::times::DayTimes;
use crate::zone::{FoldPolicy, GapPolicy, LocalTime};
use ts::Span;

/// A slot as it is written.
pub(crate) struct SlotDraft {
    pub id: Located<Id>,
    pub service: Located<Id>,
    pub programme: Located<ProgrammeDraft>,
    pub first_lesson: Option<Located<u32>>,
    pub title: Option<Texts>,
    pub days: Weekdays,
    pub at: Located<DayTimes>,
    pub length_s: Located<u32>,
    pub from_offset: Span,
    pub first: Day,
    pub last: Day,
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
}

/// A one-off item as it is written.
pub(crate) struct ItemDraft {
    pub id: Located<Id>,
    pub service: Located<Id>,
    pub asset: Located<AssetId>,
    pub title: Option<Texts>,
    pub at: Located<LocalTime>,
    pub length_s: Option<u32>,
    pub start_at: Span,
    pub priority: u8,
    pub content: Option<u8>,
    pub gap: Option<GapPolicy>,
    pub fold: Option<FoldPolicy>,
}

/// Reads a slot.
pub(crate) fn read_slot(mut table: Fields<'_>, report: &mut Report) -> Option<SlotDraft> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Slot));
    let service = table.required("service", report, |v, r| value::reference(v, r, Kind::Service));
    let programme = read_programme(&mut table, report);
    let first_lesson =
        table.optional("first_lesson", report, |v, r| value::integer(v, r, 1..=9999));
    let title = table.optional("title", report, value::texts);
    let days = table.optional("days", report, value::weekdays);
    let at = table.required("at", report, read_times);
    let length_s = table.required("length", report, value::airing_length_s);
    let from_offset = table.optional("from_offset", report, value::duration);
    let dates = read_date_range(&mut table, report);
    let except = table.optional("except", report, |v, r| value::list(v, r, value::day));
    let extra = table.optional("extra", report, |v, r| value::list(v, r, value::local_time));
    let priority = table.optional("priority", report, |v, r| value::integer(v, r, 0..=99));
    let gap = table.optional("on_gap", report, read_gap);
    let fold = table.optional("on_fold", report, read_fold);

    table.finish(report);

    let until_at = dates.1.as_ref().map(|d| d.at);
    let no_from = dates.0.is_none();
    let range = date_range(dates, report);
    let programme = programme?;
    let of_course = matches!(programme.value, ProgrammeDraft::Course(_));
    if of_course && no_from {
        let finding = Diagnostic::new(Code::MissingKey, "a slot with a course needs `from`")
            .primary(programme.at, "")
            .help("lessons are counted from that date on");
        report.push(finding);
    }
    if let Some(first_lesson) = first_lesson.filter(|_| !of_course) {
        let message = "`first_lesson` needs a `course`";
        report.fault(Code::Conflict, first_lesson.at, message, "");
    }
    refuse_extra(&at, &extra, report);
    let (first, last) = range?;
    Some(SlotDraft {
        id: id?,
        service: service?,
        programme,
        first_lesson: first_lesson.map(|f| f.map(|n| n as u32)),
        title: title.map(|t| t.value),
        days: days.map_or(Weekdays::ALL, |d| d.value),
        at: at?,
        length_s: length_s?,
        from_offset: from_offset.map_or(Span(0), |o| o.value),
        first,
        last,
        until_at,
        except: except.map_or(Vec::new(), |e| e.value),
        extra: extra.map_or(Vec::new(), |e| e.value),
        priority: priority.map_or(SLOT_PRIORITY, |p| p.value as u8),
        gap: gap.map(|g| g.value),
        fold: fold.map(|f| f.value),
    })
}

/// An extra airing of a slot that airs several times a day would stand between lessons that are
/// counted by the day.
fn refuse_extra(
    at: &Option<Located<DayTimes>>,
    extra: &Option<Located<Vec<Located<LocalTime>>>>,
    report: &mut Report,
) {
    let (Some(at), Some(extra)) = (at, extra) else { return };
    if at.value.per_day() > 1 {
        let message = "a slot that airs several times a day has no `extra`";
        let finding = Diagnostic::new(Code::Conflict, message)
            .primary(extra.at, "")
            .secondary(at.at, format!("{} times a day", at.value.per_day()))
            .help("write the airing as an [[item]], or as a slot of its own");
        report.push(finding);
    }
}

/// Reads a one-off item.
pub(crate) fn read_item(mut table: Fields<'_>, report: &mut Report) -> Option<ItemDraft> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Item));
    let service = table.required("service", report, |v, r| value::reference(v, r, Kind::Service));
    let asset = table.required("asset", report, value::asset);
    let title = table.optional("title", report, value::texts);
    let at = table.required("at", report, value::local_time);
    let length_s = table.optional("length", report, value::airing_length_s);
    let start_at = table.optional("start_at", report, value::duration);
    let priority = table.optional("priority", report, |v, r| value::integer(v, r, 0..=99));
    let content = table.optional("content", report, |v, r| value::integer(v, r, 0..=255));
    let gap = table.optional("on_gap", report, read_gap);
    let fold = table.optional("on_fold", report, read_fold);
    table.finish(report);
    Some(ItemDraft {
        id: id?,
        service: service?,
        asset: asset?,
        title: title.map(|t| t.value),
        at: at?,
        length_s: length_s.map(|l| l.value),
        start_at: start_at.map_or(Span(0), |s| s.value),
        priority: priority.map_or(ITEM_PRIORITY, |p| p.value as u8),
        content: content.map(|c| c.value as u8),
        gap: gap.map(|g| g.value),
        fold: fold.map(|f| f.value),
    })
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

fn read_programme(table: &mut Fields<'_>, report: &mut Report) -> Option<Located<ProgrammeDraft>> {
    let named = (table.value("course", report), table.value("asset", report));
    match named {
        (Some(course), None) => {
            let id = value::reference(course, report, Kind::Course)?;
            Some(Located { value: ProgrammeDraft::Course(id), at: course.at })
        }
        (None, Some(asset)) => {
            let id = value::asset(asset, report)?;
            Some(Located { value: ProgrammeDraft::Asset(id), at: asset.at })
        }
        (Some(course), Some(asset)) => {
            let finding =
                Diagnostic::new(Code::Conflict, "a slot airs a `course` or an `asset`, not both")
                    .primary(asset.at, "")
                    .secondary(course.at, "");
            report.push(finding);
            None
        }
        (None, None) => {
            table.missing("course` or `asset", report);
            None
        }
    }
}

const SLOT_PRIORITY: u8 = 50;
/// One-off items stand above the weekly pattern.
const ITEM_PRIORITY: u8 = 70;
