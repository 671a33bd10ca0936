//! Airings that no timetable names: the slate in place of what cannot be shown, and an asset by
//! itself.

use crate::catalogue::{AssetIx, CatalogueEntry};
use crate::fill::{FillerPool, Programme, fill_gap};
use crate::handover::{Begin, Head, airings};
use crate::model::{Airing, AiringKind, NAMED_AHEAD};
use ts::{Span, Ticks};

/// What has been sent of the lost airing is shown at most so far ahead of the present, and the
/// slate's first picture can be sent in what is left of this. So the slate is shown from so long
/// behind the loss on.
pub const COVER_AHEAD: Span = Span::from_ms(1200);

/// Where an airing was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// When its data gave out.
    pub at: Ticks,
    /// When the last of its pictures that can still be completed has been sent.
    pub video: Ticks,
    /// The same for sound.
    pub audio: Ticks,
}

/// The slate, again and again, from the instant at which an airing's data gave out to the
/// airing's end. Empty when too little of the airing is left to show anything.
pub fn cover(lost: &Airing, loss: Loss, slate: AssetIx, entry: &CatalogueEntry) -> Vec<Airing> {
    let from = loss.at + COVER_AHEAD;
    if lost.end.since(from) < COVER_AHEAD {
        return Vec::new();
    }
    let pool = [(slate, entry.summary.duration)];
    let mut pieces = Vec::new();
    fill_gap(FillerPool { assets: &pool, kind: AiringKind::Slate }, from, lost.end, &mut pieces);
    // A piece that follows, so that every airing before it is made.
    let mut behind = pieces[pieces.len() - 1].clone();
    behind.start = lost.end;
    pieces.push(behind);
    let head = Head::new(entry);
    // The slate is announced before it is sent.
    let announced = loss.at + NAMED_AHEAD;
    let begin = Begin {
        video: lost.video.from.max(loss.video).max(announced),
        audio: lost.audio.from.max(loss.audio).max(announced),
        decode: lost.decode_from.max(loss.at),
        frames: Vec::new(),
    };
    let mut covering = airings(&pieces, Some(begin), |_| &head);
    if let Some(last) = covering.last_mut() {
        last.video.until = lost.video.until;
        last.audio.until = lost.audio.until;
        last.decode_until = last.decode_until.min(lost.decode_until);
    }
    covering
}

/// A whole asset as it would be aired again and again, to tell whether it can be.
pub fn by_itself(asset: AssetIx, entry: &CatalogueEntry, start: Ticks) -> Option<Airing> {
    let piece = |start: Ticks| Programme {
        asset,
        kind: AiringKind::Programme,
        in_point: Span(0),
        start,
        end: start + entry.summary.duration,
        event: None,
    };
    let head = Head::new(entry);
    let pieces = [piece(start), piece(start + entry.summary.duration)];
    airings(&pieces, None, |_| &head).into_iter().next()
}
