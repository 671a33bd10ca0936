//! `[[live]]`: sources that come while they air; and licences of what does not.

use super::fields::{Fields, Kind, Report, Value};
use super::frame::{date_range, read_date_range};
use super::value;
use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{IfLost, Licence, Live, Start};
use ts::Span;

/// Reads a live source.
pub(crate) fn read_live(mut table: Fields<'_>, report: &mut Report) -> Option<Live> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Live));
    let title = table.optional("title", report, value::texts);
    let input = table.required("input", report, read_input);
    let if_lost = table.optional("if_lost", report, read_if_lost);
    let is_covered = table.value("if_lost", report).is_some();
    let at = table.at();
    table.finish(report);
    if !is_covered {
        let finding = Diagnostic::new(Code::Uncovered, "this live source has no `if_lost`")
            .primary(id.as_ref().map_or(at, |id| id.at), "")
            .help("if_lost = { after = \"2s\", play = the id of an asset }");
        report.push(finding);
    }
    let id = id?;
    Some(Live {
        id: id.value,
        title: title.map(|t| t.value),
        input: input?.value,
        if_lost: if_lost?.value,
        origin: id.at,
    })
}

fn read_input(value: Value<'_>, report: &mut Report) -> Option<String> {
    let text = value::string(value, report)?;
    let schemes = ["rtp://", "udp://", "srt://", "file:"];
    let rest = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
    let fits = |rest: &&str| !rest.is_empty() && !rest.chars().any(|c| c.is_control() || c == ' ');
    if rest.filter(fits).is_none() || text.len() > MAX_INPUT_BYTES {
        let message = format!("`{}` is no input", text.escape_debug());
        let finding = Diagnostic::new(Code::BadName, message)
            .primary(value.at, "")
            .help("for example rtp://239.10.0.5:5004; also udp://, srt:// and file:");
        report.push(finding);
        return None;
    }
    Some(text.to_owned())
}

fn read_if_lost(value: Value<'_>, report: &mut Report) -> Option<IfLost> {
    let mut table = value::table(value, report, "cover")?;
    let after = table.optional("after", report, value::duration);
    let play = table.required("play", report, value::asset);
    table.finish(report);
    let after = after.map_or(AFTER, |after| after.value).as_ms().clamp(0, MAX_AFTER_MS);
    let play = play?;
    Some(IfLost { after_ms: after as u32, play: play.value, origin: play.at })
}

/// Reads `licence`: from when to when something may be aired.
pub(crate) fn read_licence(value: Value<'_>, report: &mut Report) -> Option<Licence> {
    let mut table = value::table(value, report, "licence")?;
    let dates = read_date_range(&mut table, report);
    if dates.0.is_none() && dates.1.is_none() {
        table.missing("from` or `until", report);
    }
    table.finish(report);
    let given = |day: Day, open: Day| (day != open).then_some(day);
    let (first, last) = date_range(dates, report)?;
    let (first, last) = (given(first, Day::FIRST), given(last, Day::LAST));
    Some(Licence { first, last, origin: value.at })
}

/// Reads `start`: `"hard"`, or `{ soft = "3m" }`.
pub(crate) fn read_start(value: Value<'_>, report: &mut Report) -> Option<Start> {
    if let toml::de::DeValue::String(_) = value.inner {
        return value::word(value, report, &[("hard", Start::Hard)]);
    }
    let mut table = value::table(value, report, "soft start")?;
    let late = table.required("soft", report, value::length);
    table.finish(report);
    let late = late?;
    if late.value > MAX_LATE {
        report.fault(Code::BadDuration, late.at, "an airing starts at most 30m late", "");
        return None;
    }
    Some(Start::Soft { late_s: (late.value.as_ms() / 1000) as u32 })
}

/// Reads `may_overrun`, in seconds.
pub(crate) fn read_overrun(value: Value<'_>, report: &mut Report) -> Option<u32> {
    Some((value::length(value, report)?.as_ms() / 1000) as u32)
}

const MAX_INPUT_BYTES: usize = 400;
/// Shorter than anyone reaches for the telephone, longer than a gap in a network.
const AFTER: Span = Span::from_seconds(2);
const MAX_AFTER_MS: i64 = 600_000;
const MAX_LATE: Span = Span::from_seconds(1800);
