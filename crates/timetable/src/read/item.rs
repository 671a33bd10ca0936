//! `[[item]]`: what airs once.

use super::fields::{Fields, Kind, Report};
use super::live::{read_licence, read_overrun, read_start};
use super::sites::read_regions;
use super::value;
use super::{read_fold, read_gap};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Licence, Start};
use crate::source::Located;
use crate::text::{AssetId, Id, Texts};
use crate::zone::{FoldPolicy, GapPolicy, LocalTime};
use ts::Span;

/// A one-off item as it is written.
pub(crate) struct ItemDraft {
    pub id: Located<Id>,
    pub service: Located<Id>,
    pub shows: Located<ItemShows>,
    pub title: Option<Texts>,
    pub at: Located<LocalTime>,
    pub length_s: Option<u32>,
    pub may_overrun_s: u32,
    pub start_at: Span,
    pub start: Start,
    pub priority: u8,
    pub regions: Vec<Id>,
    pub licence: Option<Licence>,
    pub content: Option<u8>,
    pub gap: Option<GapPolicy>,
    pub fold: Option<FoldPolicy>,
}

/// What an item names to be aired.
pub(crate) enum ItemShows {
    Asset(AssetId),
    Live(Id),
}

/// Reads a one-off item.
pub(crate) fn read_item(mut table: Fields<'_>, report: &mut Report) -> Option<ItemDraft> {
    let id = table.required("id", report, |v, r| value::declared_id(v, r, Kind::Item));
    let service = table.required("service", report, |v, r| value::reference(v, r, Kind::Service));
    let shows = read_shows(&mut table, report);
    let title = table.optional("title", report, value::texts);
    let at = table.required("at", report, value::local_time);
    let length_s = table.optional("length", report, value::airing_length_s);
    let may_overrun = table.optional("may_overrun", report, read_overrun);
    let start_at = table.optional("start_at", report, value::duration);
    let start = table.optional("start", report, read_start);
    let priority = table.optional("priority", report, |v, r| value::integer(v, r, 0..=99));
    let regions = read_regions(&mut table, report);
    let licence = table.optional("licence", report, read_licence);
    let content = table.optional("content", report, |v, r| value::integer(v, r, 0..=255));
    let gap = table.optional("on_gap", report, read_gap);
    let fold = table.optional("on_fold", report, read_fold);
    let length_given = table.value("length", report).is_some();
    table.finish(report);
    let is_live = matches!(&shows, Some(Located { value: ItemShows::Live(_), .. }));
    for (key, at) in [
        ("may_overrun", may_overrun.as_ref().filter(|_| !is_live).map(|m| m.at)),
        ("start", start.as_ref().filter(|_| !length_given).map(|s| s.at)),
    ] {
        if let Some(at) = at {
            let needed = if key == "start" { "a `length`" } else { "a `live` source" };
            report.fault(Code::Conflict, at, format!("`{key}` needs {needed}"), "");
        }
    }
    if is_live && !length_given {
        need_length(&shows, report);
    }
    Some(ItemDraft {
        id: id?,
        service: service?,
        shows: shows?,
        title: title.map(|t| t.value),
        at: at?,
        length_s: length_s.map(|l| l.value),
        may_overrun_s: may_overrun.map_or(0, |m| m.value),
        start_at: start_at.map_or(Span(0), |s| s.value),
        start: start.map_or(Start::Hard, |s| s.value),
        priority: priority.map_or(ITEM_PRIORITY, |p| p.value as u8),
        regions,
        licence: licence.map(|l| l.value),
        content: content.map(|c| c.value as u8),
        gap: gap.map(|g| g.value),
        fold: fold.map(|f| f.value),
    })
}

/// Nothing else says how long a live programme is.
fn need_length(shows: &Option<Located<ItemShows>>, report: &mut Report) {
    let at = shows.as_ref().map(|s| s.at).unwrap_or_default();
    let finding = Diagnostic::new(Code::MissingKey, "a live item needs a `length`").primary(at, "");
    report.push(finding);
}

fn read_shows(table: &mut Fields<'_>, report: &mut Report) -> Option<Located<ItemShows>> {
    let live = table.value("live", report);
    let Some(live) = live else {
        let asset = table.required("asset", report, value::asset)?;
        return Some(asset.map(ItemShows::Asset));
    };
    if let Some(asset) = table.value("asset", report) {
        let finding = Diagnostic::new(Code::Conflict, "an item airs an `asset` or a `live` source")
            .primary(live.at, "")
            .secondary(asset.at, "");
        report.push(finding);
        return None;
    }
    let id = value::reference(live, report, Kind::Live)?;
    Some(Located { value: ItemShows::Live(id), at: live.at })
}

/// One-off items stand above the weekly pattern.
const ITEM_PRIORITY: u8 = 70;
