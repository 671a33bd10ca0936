//! `[[region]]` and `[[site_class]]`: whom programmes are for.

use super::fields::{Fields, Kind, Report, Value};
use super::frame::read_term_days;
use super::pattern::read_plain_pattern;
use super::read_zone;
use super::value;
use crate::civil::SECONDS_PER_DAY;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{OpenTimes, Opening, Region, SiteClass};
use crate::source::Located;
use crate::text::Id;
use toml::de::DeValue;

/// Reads a region.
pub(crate) fn read_region(mut table: Fields<'_>, report: &mut Report) -> Option<Region> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Region));
    let name = table.required("name", report, value::texts);
    let first = table.optional("from", report, value::day);
    table.finish(report);
    let id = id?;
    let (name, first) = (name?.value, first.map(|f| f.value));
    Some(Region { id: id.value, name, first, origin: id.at })
}

/// Reads a class of sites. Whom it serves is thereby declared.
pub(crate) fn read_class(mut table: Fields<'_>, report: &mut Report) -> Option<SiteClass> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::SiteClass));
    let name = table.optional("name", report, value::texts);
    let audience = table.required("audience", report, |v, r| value::list(v, r, value::id));
    let open = table.required("open", report, read_opening);
    let zone = table.optional("zone", report, read_zone);
    let chances = table.optional("chances", report, |v, r| value::integer(v, r, 0..=20));
    table.finish(report);
    let (id, audience) = (id?, audience?);
    if audience.value.is_empty() {
        report.fault(Code::EmptyRange, audience.at, "this class serves nobody", "");
        return None;
    }
    report.audiences.extend(audience.value.iter().cloned());
    Some(SiteClass {
        id: id.value,
        name: name.map(|n| n.value),
        audience: in_order(audience.value),
        open: open?.value,
        zone: zone.map(|z| z.value),
        chances: chances.map_or(CHANCES, |c| c.value as u32),
        origin: id.at,
    })
}

/// Reads `audience`: whom something is for.
pub(crate) fn read_audience(table: &mut Fields<'_>, report: &mut Report) -> Vec<Id> {
    read_names(table, "audience", Kind::Audience, report)
}

/// Reads `regions`: where something is for.
pub(crate) fn read_regions(table: &mut Fields<'_>, report: &mut Report) -> Vec<Id> {
    read_names(table, "regions", Kind::Region, report)
}

/// Names of things of one kind, in order, each once.
pub(super) fn read_names(
    table: &mut Fields<'_>,
    key: &'static str,
    kind: Kind,
    report: &mut Report,
) -> Vec<Id> {
    let names =
        table.optional(key, report, |v, r| value::list(v, r, |v, r| value::reference(v, r, kind)));
    let Some(names) = names else { return Vec::new() };
    if names.value.is_empty() {
        report.fault(Code::EmptyRange, names.at, format!("`{key}` names nobody"), "");
    }
    in_order(names.value)
}

fn in_order(names: Vec<Located<Id>>) -> Vec<Id> {
    let mut names: Vec<Id> = names.into_iter().map(|name| name.value).collect();
    names.sort();
    names.dedup();
    names
}

fn read_opening(value: Value<'_>, report: &mut Report) -> Option<Opening> {
    if let DeValue::String(_) = value.inner {
        return value::word(value, report, &[("always", ())]).map(|()| Opening::Always);
    }
    let times = value::list(value, report, read_open_times)?;
    if matches!(value.inner, DeValue::Array(list) if list.is_empty()) {
        report.fault(Code::EmptyRange, value.at, "`open` has no time", "");
    }
    (!times.is_empty()).then(|| Opening::Times(times.into_iter().map(|t| t.value).collect()))
}

fn read_open_times(value: Value<'_>, report: &mut Report) -> Option<OpenTimes> {
    let mut table = value::table(value, report, "opening time")?;
    let days = read_plain_pattern(&mut table, report);
    let (term, during) = read_term_days(&mut table, report);
    let from = table.required("from", report, value::time_of_day);
    let to = table.required("to", report, value::time_of_day);
    table.finish(report);
    let (days, from, to) = (days?, from?, to?);
    let to_s = if to.value == 0 { SECONDS_PER_DAY as u32 } else { to.value };
    if to_s <= from.value {
        let finding = Diagnostic::new(Code::EmptyRange, "this site closes before it opens")
            .primary(to.at, "")
            .help("write two times, one up to 00:00 and one from 00:00 on");
        report.push(finding);
        return None;
    }
    Some(OpenTimes { days, term: term.map(|t| t.value), during, from_s: from.value, to_s })
}

/// Who misses a lesson has a second chance.
const CHANCES: u32 = 2;
