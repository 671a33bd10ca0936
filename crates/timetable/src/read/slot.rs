//! `[[slot]]`: what airs on which days.

use super::fields::{Fields, Kind, Report, Value};
use super::frame::{FrameDraft, read_frame};
use super::live::{read_licence, read_overrun, read_start};
use super::pattern::read_pattern;
use super::repeat::read_repeats;
use super::sites::{read_audience, read_regions};
use super::times::read_times;
use super::value;
use super::{read_fold, read_gap};
use crate::calendar::DayKinds;
use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Licence, Start};
use crate::pattern::DayPattern;
use crate::recurrence::Repeat;
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
    pub start: Start,
    pub may_overrun_s: u32,
    pub audience: Vec<Id>,
    pub regions: Vec<Id>,
    pub licence: Option<Licence>,
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
    Live(Id),
    OptOut(Option<AssetId>),
}

/// Reads a slot.
pub(crate) fn read_slot(mut table: Fields<'_>, report: &mut Report) -> Option<SlotDraft> {
    let programme = read_programme(&mut table, report);
    read_rest(table, programme, SLOT_PRIORITY, report)
}

/// Reads a window in which regions may leave the service: a slot that shows what the others see.
pub(crate) fn read_opt_out(mut table: Fields<'_>, report: &mut Report) -> Option<SlotDraft> {
    let sustain = table.optional("sustain", report, value::asset);
    let at = sustain.as_ref().map_or(table.at(), |s| s.at);
    if table.value("regions", report).is_none() {
        table.missing("regions", report);
    }
    let value = ProgrammeDraft::OptOut(sustain.map(|s| s.value));
    read_rest(table, Some(Located { value, at }), OPT_OUT_PRIORITY, report)
}

/// Reads all of a slot but what it shows.
fn read_rest(
    mut table: Fields<'_>,
    programme: Option<Located<ProgrammeDraft>>,
    usual_priority: u8,
    report: &mut Report,
) -> Option<SlotDraft> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Slot));
    let service = table.required("service", report, |v, r| value::reference(v, r, Kind::Service));
    let first_lesson =
        table.optional("first_lesson", report, |v, r| value::integer(v, r, 1..=9999));
    let title = table.optional("title", report, value::texts);
    let pattern = read_pattern(&mut table, report);
    let at = table.required("at", report, read_times);
    let length_s = table.required("length", report, value::airing_length_s);
    let from_offset = table.optional("from_offset", report, value::duration);
    let repeats = read_repeats(&mut table, at.as_ref(), report);
    let start = table.optional("start", report, read_start);
    let may_overrun = table.optional("may_overrun", report, read_overrun);
    let audience = read_audience(&mut table, report);
    let regions = read_regions(&mut table, report);
    let licence = table.optional("licence", report, read_licence);
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
    refuse_overrun(&may_overrun, &programme, report);
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
        start: start.map_or(Start::Hard, |s| s.value),
        may_overrun_s: may_overrun.map_or(0, |m| m.value),
        audience,
        regions,
        licence: licence.map(|l| l.value),
        first: frame.first,
        last: frame.last,
        until_at: frame.until_at,
        term: frame.term,
        during: frame.during,
        season: frame.season,
        except: except.map_or(Vec::new(), |e| e.value),
        extra: extra.map_or(Vec::new(), |e| e.value),
        priority: priority.map_or(usual_priority, |p| p.value as u8),
        gap: gap.map(|g| g.value),
        fold: fold.map(|f| f.value),
    })
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

/// Only what is made while it airs goes on behind its end.
fn refuse_overrun(
    may_overrun: &Option<Located<u32>>,
    programme: &Located<ProgrammeDraft>,
    report: &mut Report,
) {
    if let Some(may_overrun) = may_overrun
        && !matches!(programme.value, ProgrammeDraft::Live(_))
    {
        let message = "`may_overrun` needs a `live` source";
        report.fault(Code::Conflict, may_overrun.at, message, "");
    }
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

/// `course`, `asset`, `rerun_of` or `live`: exactly one of them.
fn read_programme(table: &mut Fields<'_>, report: &mut Report) -> Option<Located<ProgrammeDraft>> {
    let given = ["course", "asset", "rerun_of", "live"].map(|key| table.value(key, report));
    let given: Vec<Value<'_>> = given.into_iter().flatten().collect();
    let [named] = given[..] else {
        match given[..] {
            [first, second, ..] => {
                let message = format!(
                    "a slot airs a `course`, an `asset`, a `live` source or a rerun, not both `{}` \
                     and `{}`",
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
        "live" => ProgrammeDraft::Live(value::reference(named, report, Kind::Live)?),
        _ => ProgrammeDraft::RerunOf(value::reference(named, report, Kind::Slot)?),
    };
    Some(Located { value: programme, at: named.at })
}

const SLOT_PRIORITY: u8 = 50;
/// What is given to the regions stands above what is shown to all.
const OPT_OUT_PRIORITY: u8 = 60;
