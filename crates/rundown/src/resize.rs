//! What is on air and gets another end.
//!
//! All that was sent of an airing follows from its end and its windows, so these stay what they
//! were. One that ends earlier is cut: the slate stands for what is left of it. One that goes on
//! longer is joined by an airing of the same asset, from an entry point on.

use crate::catalogue::{AssetIx, CatalogueEntry};
use crate::compile::GoesOn;
use crate::fill::{PIECE_MIN, Programme};
use crate::model::AiringKind;
use timetable::PlannedAiring;
use ts::{Span, Ticks};

/// The airing that goes on, with its new end.
pub(crate) struct Resized<'p> {
    /// What is planned.
    pub planned: &'p PlannedAiring,
    /// When it ends now.
    pub end: Ticks,
    /// What is shown of it behind its old end; `None` when it is cut.
    pub rest: Option<Programme>,
}

/// The airing that goes on as amendments leave it; `None` when they leave it alone. `asset` is the
/// number of its asset, of which `entry` is known.
pub(crate) fn resized<'p>(
    planned: &'p [PlannedAiring],
    last: &GoesOn,
    asset: AssetIx,
    entry: &CatalogueEntry,
) -> Option<Resized<'p>> {
    let airing = &last.airing;
    let behind = planned.partition_point(|p| p.start <= airing.start);
    let planned = planned.get(behind.checked_sub(1)?)?;
    let shows = airing.kind == AiringKind::Programme && planned.asset.as_str() == last.asset;
    // What the slate stands for already is not taken up again.
    if let Some(end) = airing.cut.filter(|at| *at <= last.from) {
        return Some(Resized { planned, end, rest: None });
    }
    if !shows || !planned.resized {
        return None;
    }
    if planned.window_end < airing.end {
        let (end, left) = (planned.window_end, airing.end.since(planned.window_end));
        let cuts = end >= last.from && left >= CUT_MIN;
        return cuts.then_some(Resized { planned, end, rest: None });
    }
    let shown = airing.in_point + airing.end.since(airing.start);
    let in_point = entry.entry_at(shown);
    let end = planned.window_end.min(airing.end + (entry.summary.duration - in_point));
    if shown >= entry.summary.duration || end.since(airing.end) < PIECE_MIN {
        return None;
    }
    let (kind, start) = (AiringKind::Programme, airing.end);
    let rest = Programme { asset, kind, in_point, start, end, event: Some(0) };
    Some(Resized { planned, end, rest: Some(rest) })
}

/// The least that is cut off on air: with less, there is nothing to be seen of the slate.
const CUT_MIN: Span = Span::from_seconds(4);
