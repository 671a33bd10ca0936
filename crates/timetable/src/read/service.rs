//! `[[service]]`, `[[filler]]` and `[[bundle]]`.

use super::fields::{Fields, Kind, Report, Value};
use super::frame::{date_range, read_date_range};
use super::pattern::read_plain_pattern;
use super::sites::{read_names, read_regions};
use super::value;
use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Bundle, BundleEncoding, BundleLesson, Filler, Notice, Ready, Relay, Service, ServiceKind,
    Window, WindowTimes,
};
use crate::pattern::DayPattern;
use crate::source::Located;
use toml::de::DeValue;

/// Reads a service.
pub(crate) fn read_service(mut table: Fields<'_>, report: &mut Report) -> Option<Service> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Service));
    let number = table.required("number", report, |v, r| value::integer(v, r, 1..=0xffff));
    let name = table.required("name", report, value::texts);
    let provider = table.optional("provider", report, value::texts);
    let kinds = [
        ("television", ServiceKind::Television),
        ("radio", ServiceKind::Radio),
        ("data", ServiceKind::Data),
    ];
    let kind = table.required("kind", report, |v, r| value::word(v, r, &kinds));
    let filler = table.optional("filler", report, |v, r| value::reference(v, r, Kind::Filler));
    let slate = table.optional("slate", report, value::asset);
    let content = table.optional("content", report, |v, r| value::integer(v, r, 0..=255));
    let relays = table.optional("relays", report, read_relay);
    let at = table.at();
    table.finish(report);

    let shows = kind.is_some_and(|k| k.value != ServiceKind::Data);
    if shows && slate.is_none() {
        let finding = Diagnostic::new(Code::NoSlate, "this service has no slate")
            .primary(at, "")
            .help("slate = the id of an asset that is shown when all else fails");
        report.push(finding);
    }
    let (id, number) = (id?, number?);
    Some(Service {
        id: id.value,
        number: number.value as u16,
        number_at: number.at,
        name: name?.value,
        provider: provider.map(|p| p.value),
        kind: kind?.value,
        filler: filler.map(|f| f.value),
        slate_at: slate.as_ref().map_or(at, |s| s.at),
        slate: slate.map(|s| s.value),
        content: content.map(|c| c.value as u8),
        relays: relays.map(|r| r.value),
        origin: id.at,
    })
}

fn read_relay(value: Value<'_>, report: &mut Report) -> Option<Relay> {
    let mut table = value::table(value, report, "relay")?;
    let service = table.required("service", report, |v, r| value::reference(v, r, Kind::Service));
    let from = table.required("from", report, value::day);
    let until = table.required("until", report, value::day);
    table.finish(report);
    let (service, from, until) = (service?, from?, until?);
    let (first, last) = date_range((Some(from), Some(until)), report)?;
    Some(Relay { service: service.value, first, last, origin: service.at })
}

/// Reads a notice.
pub(crate) fn read_notice(mut table: Fields<'_>, report: &mut Report) -> Option<Notice> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Notice));
    let services = read_names(&mut table, "services", Kind::Service, report);
    let from = table.required("from", report, value::day);
    let until = table.required("until", report, value::day);
    let text = table.required("text", report, value::texts);
    table.finish(report);
    let (id, from, until) = (id?, from?, until?);
    let (first, last) = date_range((Some(from), Some(until)), report)?;
    Some(Notice { id: id.value, services, first, last, text: text?.value, origin: id.at })
}

/// Reads a filler pool.
pub(crate) fn read_filler(mut table: Fields<'_>, report: &mut Report) -> Option<Filler> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Filler));
    let assets = table.required("assets", report, |v, r| value::list(v, r, value::asset));
    table.finish(report);
    let (id, assets) = (id?, assets?);
    if assets.value.is_empty() {
        report.fault(Code::EmptyRange, assets.at, "this filler has no assets", "");
        return None;
    }
    let assets_at = assets.value.iter().map(|a| a.at).collect();
    let assets = assets.value.into_iter().map(|a| a.value).collect();
    Some(Filler { id: id.value, assets, assets_at, origin: id.at })
}

/// Reads a bundle.
pub(crate) fn read_bundle(mut table: Fields<'_>, report: &mut Report) -> Option<Bundle> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Bundle));
    let service = table.required("service", report, |v, r| value::reference(v, r, Kind::Service));
    let title = table.required("title", report, value::texts);
    let files = table.required("files", report, read_files);
    let always = table.optional("window", report, |v, r| value::word(v, r, &[("always", ())]));
    let windows = table.optional("windows", report, read_windows);
    let dates = read_date_range(&mut table, report);
    let rate = table.optional("rate", report, |v, r| value::integer(v, r, 0..=MAX_RATE_BPS));
    let weight = table.optional("weight", report, |v, r| value::integer(v, r, 1..=1000));
    let regions = read_regions(&mut table, report);
    let lesson = table.optional("for", report, read_bundle_lesson);
    let ready = table.optional("ready", report, read_ready);
    let block = table.optional("block_size", report, |v, r| value::integer(v, r, 64..=4066));
    let encodings =
        &[("fountain", BundleEncoding::Fountain), ("carousel", BundleEncoding::Carousel)];
    let encoding = table.optional("encoding", report, |v, r| value::word(v, r, encodings));
    table.finish(report);

    if let (Some(always), Some(windows)) = (&always, &windows) {
        let finding = Diagnostic::new(Code::Conflict, "`window` and `windows` exclude each other")
            .primary(windows.at, "")
            .secondary(always.at, "");
        report.push(finding);
    }
    if let Some(ready) = ready.as_ref().filter(|_| lesson.is_none()) {
        report.fault(Code::Conflict, ready.at, "`ready` needs `for`, the lesson it is for", "");
    }
    let id = id?;
    let service = service?;
    let (first, last) = date_range(dates, report)?;
    if let Some(ready) = ready.as_ref().filter(|_| first == Day::FIRST) {
        let finding = Diagnostic::new(Code::MissingKey, "a bundle with `ready` needs `from`")
            .primary(ready.at, "")
            .help("from that day on it is sent");
        report.push(finding);
    }
    Some(Bundle {
        id: id.value,
        service: service.value,
        service_at: service.at,
        title: title?.value,
        files: files?.value,
        windows_at: windows.as_ref().map(|w| w.at),
        window: windows.map_or(Window::Always, |w| Window::Times(w.value)),
        rate_bps: rate.map_or(0, |r| r.value),
        weight: weight.map_or(1, |w| w.value as u16),
        regions,
        lesson: lesson.map(|l| l.value),
        ready: ready.map(|r| r.value),
        block_size_bytes: block.map(|b| b.value as u16),
        encoding: encoding.map(|e| e.value).unwrap_or_default(),
        origin: id.at,
        first,
        last,
    })
}

fn read_bundle_lesson(value: Value<'_>, report: &mut Report) -> Option<BundleLesson> {
    let mut table = value::table(value, report, "lesson")?;
    let course = table.required("course", report, |v, r| value::reference(v, r, Kind::Course));
    let lesson = table.required("lesson", report, value::id);
    table.finish(report);
    let lesson = lesson?;
    Some(BundleLesson { course: course?.value, lesson: lesson.value, origin: lesson.at })
}

fn read_ready(value: Value<'_>, report: &mut Report) -> Option<Ready> {
    let mut table = value::table(value, report, "`ready`")?;
    let before = table.required("before", report, value::duration);
    let cycles = table.optional("cycles", report, |v, r| value::integer(v, r, 1..=1000));
    table.finish(report);
    let before = before?;
    let before_s = u32::try_from(before.value.as_ms() / 1000).ok().filter(|s| *s <= MAX_BEFORE_S);
    if before_s.is_none() {
        report.fault(Code::BadDuration, before.at, "`before` is longer than 62d", "");
    }
    let cycles = cycles.map_or(1, |c| c.value as u32);
    Some(Ready { before_s: before_s?, cycles, origin: before.at })
}

fn read_files(value: Value<'_>, report: &mut Report) -> Option<String> {
    let text = value::string(value, report)?;
    let climbs = text.starts_with('/') || text.split(['/', '\\']).any(|part| part == "..");
    if text.is_empty() || climbs || text.chars().any(char::is_control) {
        let message = format!("`{}` names no files of the bundle folder", text.escape_debug());
        let finding = Diagnostic::new(Code::BadName, message)
            .primary(value.at, "")
            .help("a path or glob below the folder of bundles, without `..`");
        report.push(finding);
        return None;
    }
    Some(text.to_owned())
}

fn read_windows(value: Value<'_>, report: &mut Report) -> Option<Vec<WindowTimes>> {
    let windows = value::list(value, report, read_window)?;
    if windows.is_empty() && matches!(value.inner, DeValue::Array(a) if a.is_empty()) {
        report.fault(Code::EmptyRange, value.at, "`windows` has no window", "");
        return None;
    }
    Some(windows.into_iter().map(|w| w.value).collect())
}

fn read_window(value: Value<'_>, report: &mut Report) -> Option<WindowTimes> {
    let mut table = value::table(value, report, "window")?;
    let days = read_plain_pattern(&mut table, report);
    let from = table.required("from", report, value::time_of_day);
    let to = table.required("to", report, value::time_of_day);
    table.finish(report);
    let (days, from, to): (DayPattern, Located<u32>, Located<u32>) = (days?, from?, to?);
    if from.value == to.value {
        let finding = Diagnostic::new(Code::EmptyRange, "this window opens and closes at once")
            .primary(to.at, "")
            .help("for whole days leave `windows` out and set `from` and `until` of the bundle");
        report.push(finding);
        return None;
    }
    Some(WindowTimes { days, from_s: from.value, to_s: to.value })
}

const MAX_BEFORE_S: u32 = 62 * 86_400;
/// Faster than any multiplex a satellite carries.
const MAX_RATE_BPS: u64 = 1_000_000_000;
