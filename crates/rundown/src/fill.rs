//! Programmes, and filler in the time between them.

use crate::catalogue::AssetIx;
use crate::model::AiringKind;
use ts::{Span, TICKS_PER_SECOND, Ticks};

/// The shortest piece of filler that is made where there is a choice.
pub(crate) const PIECE_MIN: Span = Span::from_seconds(2);
/// Gaps are divided at multiples of this, so that what fills a long gap can be told without
/// knowing when it began.
const CELL: u64 = 3600 * TICKS_PER_SECOND;

/// A programme of the timetable with its asset found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programme {
    /// What is played.
    pub asset: AssetIx,
    /// Programme, or slate where the asset is missing.
    pub kind: AiringKind,
    /// Where in the asset it begins.
    pub in_point: Span,
    /// When it begins.
    pub start: Ticks,
    /// When it ends by itself, or is cut.
    pub end: Ticks,
    /// The event of the programme guide.
    pub event: Option<u32>,
}

/// The assets that fill gaps, each with its duration, which is above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FillerPool<'a> {
    /// Assets and durations.
    pub assets: &'a [(AssetIx, Span)],
    /// What an airing of the pool is called.
    pub kind: AiringKind,
}

/// A piece of a timeline: [`Programme`] without its event.
pub(crate) type Piece = Programme;

/// Puts filler between programmes, so that the pieces cover `[from, until)` without gap or
/// overlap. `from` is a multiple of the cell or the start of a programme. Programmes are in order
/// and do not overlap; those that end before `from` are left out.
pub(crate) fn timeline(
    programmes: &[Programme],
    pool: FillerPool<'_>,
    from: Ticks,
    until: Ticks,
) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = from;
    for programme in programmes.iter().filter(|p| p.end > from) {
        if programme.start > at {
            fill_gap(pool, at, programme.start, &mut pieces);
        }
        at = programme.end;
        pieces.push(programme.clone());
    }
    if at < until {
        fill_gap(pool, at, until, &mut pieces);
    }
    pieces
}

/// Divides a gap at cell borders, unless that would leave a scrap, and fills each part.
pub(crate) fn fill_gap(pool: FillerPool<'_>, from: Ticks, until: Ticks, pieces: &mut Vec<Piece>) {
    let mut at = from;
    loop {
        let mut border = Ticks((at.0 / CELL + 1) * CELL);
        if border.since(at) < PIECE_MIN {
            border = Ticks(border.0 + CELL);
        }
        if until.since(border) < PIECE_MIN {
            break;
        }
        fill_cell(pool, at, border, pieces);
        at = border;
    }
    fill_cell(pool, at, until, pieces);
}

/// Fills a part of a gap. Which asset comes first is a function of when the part begins.
fn fill_cell(pool: FillerPool<'_>, from: Ticks, until: Ticks, pieces: &mut Vec<Piece>) {
    let count = pool.assets.len() as u64;
    if count == 0 {
        return;
    }
    let mut turn = from.0 / TICKS_PER_SECOND;
    let mut at = from;
    while at < until {
        let (asset, duration) = pool.assets[(turn % count) as usize];
        let left = until.since(at);
        let behind = left - duration;
        let length = if behind.0 <= 0 {
            left
        } else if behind < PIECE_MIN {
            // What would remain is too short to be seen: this piece gives up some of its time.
            left - Span(PIECE_MIN.0.min(left.0 / 2))
        } else {
            duration
        };
        let end = at + length.min(duration);
        pieces.push(Piece {
            asset,
            kind: pool.kind,
            in_point: Span(0),
            start: at,
            end,
            event: None,
        });
        at = end;
        turn += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn programme(start: Ticks, end: Ticks) -> Programme {
        Programme {
            asset: AssetIx(9),
            kind: AiringKind::Programme,
            in_point: Span(0),
            start,
            end,
            event: Some(0),
        }
    }

    proptest! {
        #[test]
        fn any_timeline_has_neither_gap_nor_overlap(
            steps in proptest::collection::vec((0i64..200_000, 1i64..200_000), 0..12),
            durations in proptest::collection::vec(40i64..30_000, 1..4),
        ) {
            let from = Ticks(500_000 * CELL);
            let mut at = from;
            let mut programmes = Vec::new();
            for (gap, length) in steps {
                let start = at + Span::from_ms(gap);
                at = start + Span::from_ms(length);
                programmes.push(programme(start, at));
            }
            let until = at + Span::from_seconds(90);
            let assets: Vec<_> = durations
                .iter()
                .enumerate()
                .map(|(i, ms)| (AssetIx(i as u32), Span::from_ms(*ms)))
                .collect();
            let pool = FillerPool { assets: &assets, kind: AiringKind::Filler };
            let pieces = timeline(&programmes, pool, from, until);
            let mut at = from;
            for piece in &pieces {
                prop_assert_eq!(piece.start, at);
                prop_assert!(piece.end > piece.start);
                at = piece.end;
            }
            prop_assert_eq!(at, until);
        }

        #[test]
        fn filler_is_the_same_from_wherever_it_is_looked_at(
            hours in 1u64..50, seconds in 0i64..7200, cut in 1u64..50,
        ) {
            let start = Ticks(500_000 * CELL);
            let end = start + Span::from_seconds(hours as i64 * 3600 + seconds);
            let until = end + Span::from_seconds(10_000);
            let programmes = [programme(end, until)];
            let assets = [(AssetIx(0), Span::from_ms(15_040)), (AssetIx(1), Span::from_ms(7_000))];
            let pool = FillerPool { assets: &assets, kind: AiringKind::Filler };
            let whole = timeline(&programmes, pool, start, until);
            let later = Ticks(start.0 + cut.min(hours) * CELL);
            prop_assume!(end.since(later) >= PIECE_MIN || end == later);
            let part = timeline(&programmes, pool, later, until);
            let tail = &whole[whole.len() - part.len()..];
            prop_assert_eq!(tail, &part[..]);
        }
    }
}
