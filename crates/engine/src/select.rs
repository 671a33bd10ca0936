//! Which access units of an asset an airing sends, and where they stand on its time axis.
//!
//! Video is cut where a prefix in decoding order is also a prefix on screen, so that no picture
//! that stays refers to one that goes. Where that leaves the picture a little short of the cut, the
//! last pictures are spread so that no step between two of them is felt.
//!
//! Audio frames stand on a grid of their own duration that begins with the time axis, so that
//! frames of the same kind join without gap or overlap wherever programmes meet; each frame belongs
//! to the airing in which its middle lies.

use asset::AccessUnit;
use core::ops::Range;
use es::FrameDuration;
use rundown::Airing;
use ts::{Span, Ticks};

/// Time stamps are spread over this many times the time that is to be gained or lost.
const STRETCH: i64 = 40;
/// And over at least this many frames.
const STRETCH_FRAMES: u64 = 16;

/// The pictures of an airing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoCut {
    in_point: Span,
    /// Where the kept pictures end by themselves, from the in point.
    natural: Span,
    /// What must be added there.
    gain: Span,
    /// What must be taken off the last decoding time.
    advance: Span,
    /// Over how long both are spread.
    spread: Span,
    /// By how much the first picture is decoded before it is shown: in the asset, and here.
    reorder: Span,
    lead: Span,
}

impl VideoCut {
    /// Chooses the pictures that end last before the airing's end, none from unit `behind` on.
    pub fn select(
        airing: &Airing,
        duration: Span,
        frame: FrameDuration,
        units: &[AccessUnit],
        behind: usize,
    ) -> (Range<usize>, VideoCut) {
        let first = units.partition_point(|u| u.dts < airing.in_point).saturating_sub(1);
        let first = entry_unit(units, first, airing.in_point);
        let wanted = airing.end.since(airing.start);
        let whole = duration - airing.in_point;
        let (end, natural) = if wanted == whole && behind >= units.len() {
            (units.len(), whole)
        } else {
            let kept_max = behind.saturating_sub(first);
            nearest_cut(&units[first..], airing.in_point, whole, wanted, kept_max)
                .map_or((units.len(), whole), |(n, natural)| (first + n, natural))
        };
        let reorder = units.get(first).map_or(Span(0), |u| airing.in_point - u.dts);
        let gain = wanted - natural;
        let frame_span = Span(frame.ticks_of(1) as i64);
        let mut cut = VideoCut {
            in_point: airing.in_point,
            natural,
            gain,
            advance: Span(0),
            spread: Span(frame.ticks_of(STRETCH_FRAMES) as i64),
            reorder,
            lead: airing.start.since(airing.decode_from).min(reorder),
        };
        let limit = airing.decode_until.since(airing.start) - frame_span;
        let last_decode = units[first..end].last().map_or(Span(0), |u| cut.decode(u));
        cut.advance = Span((last_decode - limit).0.max(0));
        let wide = Span(STRETCH * gain.0.abs().max(cut.advance.0));
        cut.spread = cut.spread.max(wide).min(natural).max(Span(1));
        (first..end, cut)
    }

    /// When a picture is shown, from the airing's start.
    pub fn present(&self, unit: &AccessUnit) -> Span {
        let own = unit.pts - self.in_point;
        own + self.part(own, self.gain)
    }

    /// When a picture is decoded, from the airing's start.
    pub fn decode(&self, unit: &AccessUnit) -> Span {
        let own = unit.dts - self.in_point;
        if own < Span(0) && self.lead < self.reorder {
            // What is decoded before the first picture is shown keeps its order in less time.
            let ahead = i128::from(own.0) * i128::from(self.lead.0) / i128::from(self.reorder.0);
            return Span(ahead as i64);
        }
        own + self.part(own, self.gain) - self.part(own, self.advance)
    }

    /// The part of `all` that is due at a time: none before the spread, all at the natural end.
    fn part(&self, own: Span, all: Span) -> Span {
        let into = (own - (self.natural - self.spread)).0;
        if into <= 0 || all.0 == 0 {
            return Span(0);
        }
        Span((i128::from(all.0) * i128::from(into) / i128::from(self.spread.0)) as i64)
    }
}

/// The unit that is shown at the in point.
fn entry_unit(units: &[AccessUnit], near: usize, in_point: Span) -> usize {
    let shown_at = |i: &usize| units[*i].random_access && units[*i].pts == in_point;
    let ahead = (near..units.len()).find(shown_at);
    ahead.or_else(|| (0..near).rev().find(shown_at)).unwrap_or(0)
}

/// Among the places where decoding order and order on screen both have a border, the last one that
/// is not behind `wanted`: how many units are kept, and when the next picture would be shown.
///
/// Time is then only ever gained: pictures stay a little longer. Losing it would put two pictures
/// into the time of one.
fn nearest_cut(
    units: &[AccessUnit],
    in_point: Span,
    whole: Span,
    wanted: Span,
    kept_max: usize,
) -> Option<(usize, Span)> {
    let mut earliest_behind = vec![whole + in_point; units.len() + 1];
    for i in (0..units.len()).rev() {
        earliest_behind[i] = earliest_behind[i + 1].min(units[i].pts);
    }
    let mut latest = in_point;
    let mut best: Option<(usize, Span)> = None;
    for (i, unit) in units.iter().enumerate().take(kept_max) {
        latest = latest.max(unit.pts);
        let next = earliest_behind[i + 1];
        if latest < next {
            let natural = next - in_point;
            if natural > wanted && best.is_some() {
                break;
            }
            best = Some((i + 1, natural));
        }
    }
    best
}

/// The sound of an airing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioCut {
    in_point: Span,
    /// What moves the frames onto the grid, at most half a frame.
    shift: Span,
}

impl AudioCut {
    /// Chooses the frames whose middle lies in the airing. Where the airing before had a stream of
    /// shorter frames in the same place, `before` being theirs, none begins before those have.
    pub fn select(
        airing: &Airing,
        frame: FrameDuration,
        before: Option<Span>,
        units: &[AccessUnit],
    ) -> (Range<usize>, AudioCut) {
        let half = Span(frame.ticks_of(1) as i64 / 2);
        let reference = units.partition_point(|u| u.pts < airing.in_point - half);
        let mut cut = AudioCut { in_point: airing.in_point, shift: Span(0) };
        if let Some(unit) = units.get(reference) {
            let at = airing.start + cut.decode(unit);
            cut.shift = nearest_line(frame, at).since(at);
        }
        // The middle of the grid's frame, not of the asset's, whose times are rounded: so both
        // sides of a join tell of the same frame whether it is theirs.
        let line = |u: &AccessUnit| nearest_line(frame, airing.start + cut.decode(u));
        let reach = before.map_or(half, |before| half.min(Span(before.0 / 2)));
        let first = units.partition_point(|u| line(u) + reach < airing.start);
        let end = cut.end_before(airing.start, airing.end, frame, units);
        (first..end.max(first), cut)
    }

    /// How many frames have their middle before an instant, in an airing that begins at `start`.
    pub fn end_before(
        &self,
        start: Ticks,
        until: Ticks,
        frame: FrameDuration,
        units: &[AccessUnit],
    ) -> usize {
        let half = Span(frame.ticks_of(1) as i64 / 2);
        units.partition_point(|u| nearest_line(frame, start + self.decode(u)) + half < until)
    }

    /// When a frame is decoded and heard, from the airing's start.
    pub fn decode(&self, unit: &AccessUnit) -> Span {
        unit.pts - self.in_point + self.shift
    }
}

/// The subtitles of an airing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextCut {
    in_point: Span,
}

impl TextCut {
    /// Chooses the display sets that are shown within the airing.
    pub fn select(airing: &Airing, units: &[AccessUnit]) -> (Range<usize>, TextCut) {
        let length = airing.end.since(airing.start);
        let behind = |time: Span| units.partition_point(|u| u.pts < time);
        let first = behind(airing.in_point);
        let end = behind(airing.in_point + length);
        (first..end.max(first), TextCut { in_point: airing.in_point })
    }

    /// When a display set is shown, from the airing's start.
    pub fn present(&self, unit: &AccessUnit) -> Span {
        unit.pts - self.in_point
    }
}

/// The line of the grid of frames that is nearest to an instant.
fn nearest_line(frame: FrameDuration, at: Ticks) -> Ticks {
    let below = frame.frames_in(at.0);
    let (low, high) = (frame.ticks_of(below), frame.ticks_of(below + 1));
    Ticks(if at.0 - low <= high - at.0 { low } else { high })
}
