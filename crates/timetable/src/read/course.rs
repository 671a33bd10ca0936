//! `[[course]]`: ordered lessons, listed one by one or as a pattern of asset names.

use super::fields::{Fields, Kind, Report, Value};
use super::live::read_licence;
use super::sites::read_audience;
use super::value;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Course, CourseKind, IfFinished, IfPreempted, Lesson, Withdrawn};
use crate::recurrence::Advance;
use crate::source::{Located, Location};
use crate::text::{AssetId, Id, Language};
use crate::zone::LocalTime;
use toml::de::DeValue;

/// Reads a course.
pub(crate) fn read_course(mut table: Fields<'_>, report: &mut Report) -> Option<Course> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Course));
    let title = table.required("title", report, value::texts);
    let kinds = [("required", CourseKind::Required), ("elective", CourseKind::Elective)];
    let kind = table.required("kind", report, |v, r| value::word(v, r, &kinds));
    let language = table.optional("language", report, read_language);
    let lessons = table.required("lessons", report, read_lessons);
    let content = table.optional("content", report, |v, r| value::integer(v, r, 0..=255));
    let ends = [
        ("filler", IfFinished::Filler),
        ("restart", IfFinished::Restart),
        ("last", IfFinished::Last),
        ("error", IfFinished::Error),
    ];
    let fates = [("drop", IfPreempted::Drop), ("hold", IfPreempted::Hold)];
    let if_preempted = table.optional("if_preempted", report, |v, r| value::word(v, r, &fates));
    let audience = read_audience(&mut table, report);
    let by = table.optional("by", report, value::day);
    let licence = table.optional("licence", report, read_licence);
    let withdrawn = table.optional("withdrawn", report, |v, r| value::list(v, r, read_withdrawn));
    let advances = [("airing", Advance::Airing), ("day", Advance::Day), ("week", Advance::Week)];
    let advance = table.optional("advance", report, |v, r| value::word(v, r, &advances));
    let if_finished = table.optional("if_finished", report, |v, r| value::word(v, r, &ends));
    table.finish(report);

    let (id, kind) = (id?, kind?.value);
    let mut lessons = lessons?.value;
    let licence = licence.map(|l| l.value);
    let withdrawn = withdrawn.map_or(Vec::new(), |w| w.value);
    let withdrawn = withdrawn.into_iter().filter_map(|w| w.value.find(&lessons, report)).collect();
    for lesson in &mut lessons {
        lesson.licence = lesson.licence.or(licence);
    }
    let if_finished = if_finished.map_or(
        match kind {
            CourseKind::Required => IfFinished::Error,
            CourseKind::Elective => IfFinished::Filler,
        },
        |given| given.value,
    );
    Some(Course {
        id: id.value,
        title: title?.value,
        kind,
        language: language.map(|l| l.value),
        lessons,
        if_preempted: if_preempted.map_or(IfPreempted::Drop, |p| p.value),
        audience,
        withdrawn,
        by: by.map(|b| b.value),
        content: content.map(|c| c.value as u8),
        advance: advance.map_or(Advance::Airing, |a| a.value),
        if_finished,
        origin: id.at,
    })
}

/// A withdrawn lesson as it is written.
struct WithdrawnDraft {
    lesson: Located<Id>,
    from: LocalTime,
    play: Located<AssetId>,
}

impl WithdrawnDraft {
    fn find(self, lessons: &[Lesson], report: &mut Report) -> Option<Withdrawn> {
        let place = lessons.iter().position(|lesson| lesson.id == self.lesson.value);
        if place.is_none() {
            let message = format!("this course has no lesson `{}`", self.lesson.value);
            report.fault(Code::UnknownReference, self.lesson.at, message, "");
        }
        let (lesson, origin) = (place? as u32, self.play.at);
        Some(Withdrawn { lesson, from: self.from, play: self.play.value, origin })
    }
}

fn read_withdrawn(value: Value<'_>, report: &mut Report) -> Option<WithdrawnDraft> {
    let mut table = value::table(value, report, "withdrawn lesson")?;
    let lesson = table.required("lesson", report, value::id);
    let from = table.required("from", report, value::local_time);
    let play = table.required("play", report, value::asset);
    table.finish(report);
    Some(WithdrawnDraft { lesson: lesson?, from: from?.value, play: play? })
}

fn read_language(value: Value<'_>, report: &mut Report) -> Option<Language> {
    let code = value::string(value, report)?;
    let language = Language::new(code);
    if language.is_none() {
        let message = format!("`{}` is no language code", code.escape_debug());
        report.fault(Code::UnknownWord, value.at, message, "");
    }
    language
}

fn read_lessons(value: Value<'_>, report: &mut Report) -> Option<Vec<Lesson>> {
    let lessons = match value.inner {
        DeValue::Array(_) => listed_lessons(value, report)?,
        DeValue::Table(_) => patterned_lessons(value, report)?,
        _ => return value::wrong_type(value, report, "a list of lessons or a pattern"),
    };
    if lessons.is_empty() {
        report.fault(Code::EmptyRange, value.at, "this course has no lessons", "");
        return None;
    }
    Some(lessons)
}

fn listed_lessons(value: Value<'_>, report: &mut Report) -> Option<Vec<Lesson>> {
    let lessons = value::list(value, report, |v, r| read_lesson(value::table(v, r, "lesson")?, r))?;
    let mut seen = std::collections::BTreeMap::new();
    let mut kept = Vec::with_capacity(lessons.len());
    for (lesson, id_at) in lessons.into_iter().map(|l| l.value) {
        if let Some(first) = seen.insert(lesson.id.clone(), id_at) {
            let message = format!("two lessons have the id `{}`", lesson.id);
            let finding = Diagnostic::new(Code::Duplicate, message)
                .primary(id_at, "again here")
                .secondary(first, "first here");
            report.push(finding);
        }
        kept.push(lesson);
    }
    Some(kept)
}

fn read_lesson(mut table: Fields<'_>, report: &mut Report) -> Option<(Lesson, Location)> {
    let id = table.required("id", report, value::id);
    let asset = table.required("asset", report, value::asset);
    let title = table.optional("title", report, value::texts);
    let length = table.optional("length", report, value::length);
    let licence = table.optional("licence", report, read_licence);
    table.finish(report);
    let (id, asset) = (id?, asset?);
    let lesson = Lesson {
        id: id.value,
        asset: asset.value,
        title: title.map(|t| t.value),
        length_claim: length.map(|l| l.value),
        licence: licence.map(|l| l.value),
        origin: asset.at,
    };
    Some((lesson, id.at))
}

fn patterned_lessons(value: Value<'_>, report: &mut Report) -> Option<Vec<Lesson>> {
    let mut table = value::table(value, report, "pattern of lessons")?;
    let pattern = table.required("pattern", report, read_pattern);
    let count = table.required("count", report, |v, r| value::integer(v, r, 1..=MAX_LESSONS));
    let first = table.optional("first", report, |v, r| value::integer(v, r, 0..=MAX_LESSONS));
    let length = table.optional("length", report, value::length);
    table.finish(report);
    let (pattern, count) = (pattern?, count?.value);
    let first = first.map_or(1, |f| f.value);
    let lesson = |number| pattern.value.lesson(number, pattern.at, length);
    (first..first + count).map(lesson).collect()
}

/// An asset name with one number in it: `party-101/{n:02}`.
struct Pattern<'t> {
    before: &'t str,
    width: usize,
    behind: &'t str,
}

impl Pattern<'_> {
    fn parse(text: &str) -> Option<Pattern<'_>> {
        let (before, rest) = text.split_once("{n")?;
        let (format, behind) = rest.split_once('}')?;
        let width = match format.strip_prefix(":0") {
            Some(width) => width.parse().ok().filter(|w| (1..=9).contains(w))?,
            None if format.is_empty() => 1,
            None => return None,
        };
        let pattern = Pattern { before, width, behind };
        pattern.asset(0)?;
        Some(pattern)
    }

    fn asset(&self, number: u64) -> Option<AssetId> {
        AssetId::new(&format!("{}{number:0w$}{}", self.before, self.behind, w = self.width))
    }

    fn lesson(
        &self,
        number: u64,
        origin: Location,
        length: Option<Located<ts::Span>>,
    ) -> Option<Lesson> {
        Some(Lesson {
            id: Id::new(&format!("l{number:02}"))?,
            asset: self.asset(number)?,
            title: None,
            length_claim: length.map(|l| l.value),
            licence: None,
            origin,
        })
    }
}

fn read_pattern<'t>(value: Value<'t>, report: &mut Report) -> Option<Pattern<'t>> {
    let text = value::string(value, report)?;
    let pattern = Pattern::parse(text);
    if pattern.is_none() {
        let message = format!("`{}` is no pattern of asset names", text.escape_debug());
        let finding = Diagnostic::new(Code::BadName, message)
            .primary(value.at, "")
            .help("an asset name with one number: `party-101/{n}`, or `{n:02}` for two digits");
        report.push(finding);
    }
    pattern
}

const MAX_LESSONS: u64 = 9999;
