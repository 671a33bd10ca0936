//! `[[item]]`: what airs once.

use super::fields::{Fields, Kind, Report};
use super::value;
use super::{read_fold, read_gap};
use crate::source::Located;
use crate::text::{AssetId, Id, Texts};
use crate::zone::{FoldPolicy, GapPolicy, LocalTime};
use ts::Span;

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

/// One-off items stand above the weekly pattern.
const ITEM_PRIORITY: u8 = 70;
