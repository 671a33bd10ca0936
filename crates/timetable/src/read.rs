//! TOML text to drafts: every table read key by key, every fault reported, nothing resolved yet.
//!
//! [`read_document`], [`Fields`] and the readers of [`value`] know nothing of timetables; other
//! files of the platform are read with them, so that all faults look alike.

mod calendar;
mod course;
mod fields;
mod frame;
mod item;
mod live;
mod pattern;
mod repeat;
mod service;
mod sites;
mod slot;
mod times;
pub mod value;

pub use fields::{Fields, Report, Value, type_name};
pub(crate) use fields::{Kind, MAX_FINDINGS};
pub(crate) use item::{ItemDraft, ItemShows};
pub(crate) use slot::{ProgrammeDraft, SlotDraft};

use crate::calendar::{Season, Term};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Bundle, Course, Filler, Live, Notice, Region, Service, SiteClass};
use crate::source::{Located, Source};
use crate::text::Id;
use crate::zone::{FoldPolicy, GapPolicy, Zone};
use toml::de::DeTable;

/// What the sources say, before anything is looked up. A definition with a fault is not here.
#[derive(Default)]
pub(crate) struct Draft {
    pub zone: Option<Located<Zone>>,
    pub gap: Option<Located<GapPolicy>>,
    pub fold: Option<Located<FoldPolicy>>,
    pub terms: Vec<Term>,
    pub seasons: Vec<Season>,
    pub regions: Vec<Region>,
    pub classes: Vec<SiteClass>,
    pub live: Vec<Live>,
    pub notices: Vec<Notice>,
    /// The region whose plan this is.
    pub region: Option<Located<Id>>,
    /// So many sources are the plan's own; those behind are included.
    pub own_sources: usize,
    pub services: Vec<Service>,
    pub courses: Vec<Course>,
    /// Lessons of all courses.
    pub lessons: usize,
    pub slots: Vec<SlotDraft>,
    pub items: Vec<ItemDraft>,
    pub fillers: Vec<Filler>,
    pub bundles: Vec<Bundle>,
    pub declared: Vec<(Kind, Located<crate::Id>)>,
    pub referenced: Vec<(Kind, Located<crate::Id>)>,
    /// Whom classes of sites serve.
    pub audiences: Vec<Located<Id>>,
    pub diagnostics: Vec<Diagnostic>,
    /// Some source is not TOML: what seems to be missing may only be unreadable.
    pub broken_syntax: bool,
}

/// Reads one source into the draft.
pub(crate) fn read_source(index: usize, source: &Source<'_>, draft: &mut Draft) {
    let mut report = read_document(index, source, "timetable", |root, report| {
        read_root(root, report, draft);
    });
    let is_syntax = |d: &Diagnostic| d.code == Code::Syntax;
    draft.broken_syntax |= report.diagnostics.iter().any(is_syntax);
    draft.diagnostics.append(&mut report.diagnostics);
    draft.declared.append(&mut report.declared);
    draft.referenced.append(&mut report.referenced);
    draft.audiences.append(&mut report.audiences);
}

/// The plans that a source includes, as paths relative to its own; what is faulty is told when the
/// source is read.
pub fn includes(source: &Source<'_>) -> Vec<Located<String>> {
    let mut found = Vec::new();
    read_document(0, source, "timetable", |mut root, report| {
        let included = root.optional("include", report, read_includes);
        found = included.map_or(Vec::new(), |list| list.value);
    });
    found
}

/// Parses a TOML text that is a `what`, has `read` walk through what could be parsed, and gives
/// all findings. `index` is the place of the source among those that are shown with them.
///
/// Findings beside a syntax error, and those about missing keys where there is one, are left out:
/// what was there could not be read.
pub fn read_document(
    index: usize,
    source: &Source<'_>,
    what: &'static str,
    read: impl FnOnce(Fields<'_>, &mut Report),
) -> Report {
    let mut report = Report::new(index);
    if source.text.len() > MAX_SOURCE_BYTES {
        let message = format!("this text is longer than {MAX_SOURCE_BYTES} bytes");
        report.fault(Code::TooLarge, report.location(0..0), message, "");
        return report;
    }
    let (table, mut errors) = DeTable::parse_recoverable(source.text);
    errors.truncate(MAX_FINDINGS);
    let root = Fields::new(what, table.get_ref(), report.location(0..0));
    read(root, &mut report);
    if !errors.is_empty() {
        keep_findings_beside(source, &errors, &mut report.diagnostics);
    }
    for error in &errors {
        let at = report.location(error.span().unwrap_or(0..0));
        let finding = Diagnostic::new(Code::Syntax, error.message()).primary(at, "not TOML");
        // Not through `push`: what is no TOML is told however much else there is.
        report.diagnostics.push(finding);
    }
    report
}

/// Drops findings on lines with a syntax error, and those about missing keys: what was there
/// could not be read.
fn keep_findings_beside(
    source: &Source<'_>,
    errors: &[toml::de::Error],
    findings: &mut Vec<Diagnostic>,
) {
    let ends: Vec<usize> = source.text.match_indices('\n').map(|(at, _)| at).collect();
    let line = |offset: usize| ends.partition_point(|end| *end < offset);
    let broken: std::collections::BTreeSet<_> =
        errors.iter().filter_map(|e| e.span()).map(|span| line(span.start)).collect();
    findings.retain(|finding| {
        finding.code != Code::MissingKey
            && finding.location().is_none_or(|at| !broken.contains(&line(at.start)))
    });
}

fn read_root(mut root: Fields<'_>, report: &mut Report, draft: &mut Draft) {
    let format = root.required("format", report, |v, r| value::integer(v, r, 0..=u64::MAX));
    if let Some(format) = format.filter(|f| f.value != FORMAT) {
        let finding = Diagnostic::new(
            Code::BadFormat,
            format!("format {} is not known to this program", format.value),
        )
        .primary(format.at, "")
        .help(format!("this program reads format {FORMAT}"));
        report.push(finding);
        return;
    }
    let zone = root.optional("zone", report, read_zone);
    once("zone", &mut draft.zone, zone, report);
    let gap = root.optional("on_gap", report, read_gap);
    once("on_gap", &mut draft.gap, gap, report);
    let fold = root.optional("on_fold", report, read_fold);
    once("on_fold", &mut draft.fold, fold, report);
    root.optional("include", report, read_includes);
    let region = root.optional("plan_for", report, |v, r| value::reference(v, r, Kind::Region));
    once("plan_for", &mut draft.region, region, report);
    read_surroundings(&mut root, report, draft);
    for table in root.tables("service", report) {
        draft.services.extend(service::read_service(table, report));
    }
    for table in root.tables("filler", report) {
        draft.fillers.extend(service::read_filler(table, report));
    }
    for table in root.tables("bundle", report) {
        draft.bundles.extend(service::read_bundle(table, report));
    }
    for table in root.tables("course", report) {
        let at = table.at();
        let Some(course) = course::read_course(table, report) else {
            continue;
        };
        draft.lessons += course.lessons.len();
        if draft.lessons > MAX_LESSONS {
            let message = format!("more than {MAX_LESSONS} lessons");
            report.fault(Code::TooLarge, at, message, "");
            break;
        }
        draft.courses.push(course);
    }
    for table in root.tables("slot", report) {
        draft.slots.extend(slot::read_slot(table, report));
    }
    for table in root.tables("opt_out", report) {
        draft.slots.extend(slot::read_opt_out(table, report));
    }
    for table in root.tables("item", report) {
        draft.items.extend(item::read_item(table, report));
    }
    if let Some(slot) = draft.slots.get(MAX_SLOTS) {
        report.fault(Code::TooLarge, slot.id.at, format!("more than {MAX_SLOTS} slots"), "");
        draft.slots.truncate(MAX_SLOTS);
    }
    hold_to_daily_airings(report, draft);
    root.finish(report);
}

/// The tables that slots refer to, but for services and courses.
fn read_surroundings(root: &mut Fields<'_>, report: &mut Report, draft: &mut Draft) {
    for table in root.tables("term", report) {
        draft.terms.extend(calendar::read_term(table, report));
    }
    for table in root.tables("season", report) {
        draft.seasons.extend(calendar::read_season(table, report));
    }
    for table in root.tables("region", report) {
        draft.regions.extend(sites::read_region(table, report));
    }
    for table in root.tables("site_class", report) {
        draft.classes.extend(sites::read_class(table, report));
    }
    for table in root.tables("live", report) {
        draft.live.extend(live::read_live(table, report));
    }
    for table in root.tables("notice", report) {
        draft.notices.extend(service::read_notice(table, report));
    }
}

/// The time that checks take grows with the airings of a day.
fn hold_to_daily_airings(report: &mut Report, draft: &mut Draft) {
    let mut airings = 0;
    let beyond = draft.slots.iter().position(|slot| {
        airings += slot.at.value.per_day() * (1 + slot.repeats.len());
        airings > MAX_DAILY_AIRINGS
    });
    if let Some(beyond) = beyond {
        let message = format!("more than {MAX_DAILY_AIRINGS} airings of slots in a day");
        report.fault(Code::TooLarge, draft.slots[beyond].at.at, message, "");
        draft.slots.truncate(beyond);
    }
}

/// Takes a setting that holds for all sources; it can be given in one of them.
fn once<T: PartialEq>(
    key: &str,
    held: &mut Option<Located<T>>,
    given: Option<Located<T>>,
    report: &mut Report,
) {
    let Some(given) = given else { return };
    match held {
        Some(first) if first.at.source != given.at.source && first.value != given.value => {
            let finding = Diagnostic::new(Code::Conflict, format!("`{key}` is given twice"))
                .primary(given.at, "and here otherwise")
                .secondary(first.at, "here first");
            report.push(finding);
        }
        Some(_) => {}
        None => *held = Some(given),
    }
}

/// The plans that a plan includes, as paths relative to its own.
fn read_includes(value: Value<'_>, report: &mut Report) -> Option<Vec<Located<String>>> {
    value::list(value, report, value::remark)
}

fn read_zone(value: Value<'_>, report: &mut Report) -> Option<Zone> {
    let name = value::string(value, report)?;
    match Zone::named(name) {
        Ok(zone) => Some(zone),
        Err(near) => {
            let message = format!("`{}` is not in the time zone database", name.escape_debug());
            let mut finding = Diagnostic::new(Code::BadZone, message).primary(value.at, "");
            finding.help = Some(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "a zone is named like `Asia/Shanghai`".to_owned(),
            });
            report.push(finding);
            None
        }
    }
}

/// What happens with times that a clock change skips.
pub(crate) fn read_gap(value: Value<'_>, report: &mut Report) -> Option<GapPolicy> {
    let words = [
        ("later", GapPolicy::Later),
        ("earlier", GapPolicy::Earlier),
        ("skip", GapPolicy::Skip),
        ("reject", GapPolicy::Reject),
    ];
    value::word(value, report, &words)
}

/// What happens with times that a clock change repeats.
pub(crate) fn read_fold(value: Value<'_>, report: &mut Report) -> Option<FoldPolicy> {
    let words = [
        ("first", FoldPolicy::First),
        ("second", FoldPolicy::Second),
        ("reject", FoldPolicy::Reject),
    ];
    value::word(value, report, &words)
}

/// The version of the timetable language.
const FORMAT: u64 = 1;
/// A year of one-off items for eight services takes about 8 MB.
const MAX_SOURCE_BYTES: usize = 16 << 20;
const MAX_LESSONS: usize = 200_000;
const MAX_SLOTS: usize = 10_000;
/// Seventeen services that change twice a minute all day.
const MAX_DAILY_AIRINGS: usize = 50_000;
