//! Completing the time stamps of pictures.
//!
//! The first pictures are held back until the frame duration is known, by the headers or by the
//! stamps themselves. Stamps that the source leaves out are inferred where they can be.

use super::error::{Place, SourceFault};
use super::stamps::Stamps;
use super::unit::{STEP_MAX, Unit};
use es::{AccessUnit, Codec, FrameDuration, PictureKind, VideoFacts};
use std::collections::VecDeque;
use ts::{Pid, Span};

/// Pictures from which the frame duration is learnt.
const PRELUDE: usize = 60;
/// How far stamps on a 90 kHz clock may be from an exact duration.
const ROUNDING: i64 = 2 * 300;
/// The unit of some containers.
const MILLISECOND: i64 = 27_000;

/// A picture that may lack time stamps.
struct Raw {
    unit: AccessUnit,
    stamps: Stamps,
}

/// A picture with its time stamps.
pub(super) struct Timed {
    pub(super) picture: es::Picture,
    pub(super) facts: Option<VideoFacts>,
    pub(super) unit: Unit,
}

/// Gives every picture of a stream its PTS and DTS.
pub(super) struct VideoTiming {
    pid: Pid,
    codec: Codec,
    prelude: Vec<Raw>,
    rule: Option<Rule>,
    last_dts: Option<Span>,
    /// MPEG-2 reference pictures without PTS, which is the DTS of the next reference picture, and
    /// what follows them.
    held: VecDeque<Timed>,
}

/// What the prelude taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rule {
    frame: Option<FrameDuration>,
    /// Whether pictures are presented in the order of decoding.
    in_order: bool,
    /// For a source that should have DTS and has none: the DTS of the first picture, and the number
    /// of the next.
    derived: Option<(Span, u64)>,
}

impl VideoTiming {
    pub(super) fn new(pid: Pid, codec: Codec) -> VideoTiming {
        VideoTiming {
            pid,
            codec,
            prelude: Vec::new(),
            rule: None,
            last_dts: None,
            held: VecDeque::new(),
        }
    }

    /// The frame duration, once it is known.
    pub(super) fn frame(&self) -> Option<FrameDuration> {
        self.rule?.frame
    }

    /// Takes the next picture and appends those whose time is known.
    pub(super) fn push(
        &mut self,
        unit: AccessUnit,
        stamps: Stamps,
        out: &mut Vec<Timed>,
    ) -> Result<(), SourceFault> {
        let raw = Raw { unit, stamps };
        if self.rule.is_some() {
            return self.complete(raw, out);
        }
        self.prelude.push(raw);
        if self.prelude.len() == PRELUDE { self.end_prelude(out) } else { Ok(()) }
    }

    /// Ends the stream.
    pub(super) fn finish(&mut self, out: &mut Vec<Timed>) -> Result<(), SourceFault> {
        if self.rule.is_none() {
            self.end_prelude(out)?;
        }
        let after = self.last_dts.map_or(Span(0), |last| last + self.frame_or_zero());
        self.release(after, out);
        Ok(())
    }

    fn end_prelude(&mut self, out: &mut Vec<Timed>) -> Result<(), SourceFault> {
        let prelude = core::mem::take(&mut self.prelude);
        self.rule = Some(learn(&prelude));
        prelude.into_iter().try_for_each(|raw| self.complete(raw, out))
    }

    fn complete(&mut self, raw: Raw, out: &mut Vec<Timed>) -> Result<(), SourceFault> {
        let Raw { unit, stamps } = raw;
        let place = stamps.place;
        let dts = self.decoding_time(&stamps)?;
        let pts_is_dts = self.rule.is_some_and(|r| r.in_order)
            || (self.codec == Codec::Mpeg2Video && unit.picture.kind == PictureKind::B);
        let pts = match stamps.pts {
            Some(pts) => Some(pts),
            None if pts_is_dts => Some(dts),
            None if self.codec == Codec::Mpeg2Video => None,
            None => return Err(self.missing(place, "pictures are presented in another order")),
        };
        self.check_step(place, dts)?;
        if pts.is_some_and(|pts| pts < dts) {
            let what = "a picture is presented before it is decoded".to_owned();
            return Err(SourceFault::Damaged { pid: self.pid, place, what });
        }
        self.last_dts = Some(dts);
        if unit.picture.kind != PictureKind::B {
            self.release(dts, out);
        }
        let timed = Timed {
            picture: unit.picture,
            facts: unit.facts,
            unit: Unit {
                place,
                bytes: unit.bytes,
                pts: pts.unwrap_or(dts),
                dts,
                random_access: false,
            },
        };
        if pts.is_none() || !self.held.is_empty() {
            self.held.push_back(timed);
        } else {
            out.push(timed);
        }
        Ok(())
    }

    fn decoding_time(&mut self, stamps: &Stamps) -> Result<Span, SourceFault> {
        let frame = self.frame();
        if let Some(rule) = &mut self.rule
            && let (Some((first, number)), Some(frame)) = (&mut rule.derived, frame)
        {
            let dts = *first + Span(frame.ticks_of(*number) as i64);
            *number += 1;
            return Ok(dts);
        }
        if let Some(dts) = stamps.dts.or(stamps.pts) {
            return Ok(dts);
        }
        match (self.last_dts, frame) {
            (Some(last), Some(frame)) => Ok(last + Span(frame.ticks_of(1) as i64)),
            (None, _) => Err(self.missing(stamps.place, "it is the first of its stream")),
            (_, None) => Err(self.missing(stamps.place, "the frame rate is not known")),
        }
    }

    fn check_step(&self, place: Place, dts: Span) -> Result<(), SourceFault> {
        let Some(last) = self.last_dts else {
            return Ok(());
        };
        let (pid, step) = (self.pid, dts - last);
        if step > STEP_MAX || step < Span(-STEP_MAX.0) {
            return Err(SourceFault::TimeJump { pid, place, jump_ms: step.as_ms() });
        }
        if step <= Span(0) {
            return Err(SourceFault::DecodingOrder { pid, place });
        }
        Ok(())
    }

    /// The first held picture is presented at `pts`: let it and those behind it go.
    fn release(&mut self, pts: Span, out: &mut Vec<Timed>) {
        if let Some(first) = self.held.front_mut() {
            first.unit.pts = pts;
        }
        out.extend(self.held.drain(..));
    }

    fn frame_or_zero(&self) -> Span {
        Span(self.frame().map_or(0, |f| f.ticks_of(1) as i64))
    }

    fn missing(&self, place: Place, why: &'static str) -> SourceFault {
        SourceFault::MissingTimestamps { pid: self.pid, place, why }
    }
}

fn learn(prelude: &[Raw]) -> Rule {
    let stated = prelude.iter().find_map(|raw| raw.unit.facts.as_ref());
    let frame = frame_duration(prelude, stated);
    let stamped: Vec<&Stamps> = prelude.iter().map(|raw| &raw.stamps).collect();
    let pts: Vec<Span> = stamped.iter().filter_map(|s| s.pts).collect();
    let rises = pts.windows(2).all(|w| w[0] < w[1]);
    let no_delay = stamped.iter().all(|s| s.dts.is_none() || s.dts == s.pts);
    let has_b = prelude.iter().any(|raw| raw.unit.picture.kind == PictureKind::B);
    Rule {
        frame,
        in_order: rises && no_delay && !has_b,
        derived: frame.and_then(|frame| derived_start(&stamped, frame)),
    }
}

/// Where the DTS of a source begin that has PTS in another order and no DTS at all: early enough
/// that every picture of the prelude is decoded before it is presented.
fn derived_start(stamped: &[&Stamps], frame: FrameDuration) -> Option<(Span, u64)> {
    let pts: Option<Vec<Span>> = stamped.iter().map(|s| s.pts).collect();
    let pts = pts?;
    let disordered = pts.windows(2).any(|w| w[0] >= w[1]);
    if !disordered || stamped.iter().any(|s| s.dts.is_some()) {
        return None;
    }
    let decoded_in = |number: usize| Span(frame.ticks_of(number as u64) as i64);
    let first = pts.iter().enumerate().map(|(i, pts)| *pts - decoded_in(i)).min()?;
    Some((first, 0))
}

/// The frame duration that the headers state or the stamps of the prelude show.
fn frame_duration(prelude: &[Raw], facts: Option<&VideoFacts>) -> Option<FrameDuration> {
    let stated = facts.and_then(|f| f.frame_duration);
    let pts: Option<Vec<Span>> = prelude.iter().map(|raw| raw.stamps.pts).collect();
    // Steps mean something only when no picture between two stamps lacks one.
    pts.map_or(stated, |pts| duration_of(pts, stated))
}

/// The frame duration: the stated one when the stamps agree with it, else the standard one that is
/// nearest to what they show, else what they show.
fn duration_of(mut pts: Vec<Span>, stated: Option<FrameDuration>) -> Option<FrameDuration> {
    pts.sort_unstable();
    let mut steps: Vec<i64> = pts.windows(2).map(|w| (w[1] - w[0]).0).filter(|s| *s > 0).collect();
    steps.sort_unstable();
    let Some(&median) = steps.get(steps.len() / 2) else {
        return stated;
    };
    // Some containers round to milliseconds: then only many steps together show the duration. The
    // last pictures may lack some that are presented between them and decoded later.
    steps.retain(|step| (step - median).abs() <= MILLISECOND + ROUNDING);
    let step = steps.iter().sum::<i64>() / steps.len() as i64;
    let off = |d: &FrameDuration| (d.ticks_of(1) as i64 - step).abs();
    let agrees = |d: &FrameDuration| off(d) <= ROUNDING;
    const STANDARD: [(u32, u32); 12] = [
        (1, 25),
        (1, 50),
        (1001, 30_000),
        (1, 30),
        (1001, 24_000),
        (1, 24),
        (1001, 60_000),
        (1, 60),
        (1, 15),
        (2, 25),
        (1, 10),
        (1, 5),
    ];
    let standard = STANDARD.iter().filter_map(|(n, d)| FrameDuration::from_seconds(*n, *d));
    stated
        .filter(agrees)
        .or_else(|| standard.min_by_key(off).filter(agrees))
        .or_else(|| FrameDuration::from_ticks(step as u64, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stamps of sixty pictures, rounded down to so many ticks.
    fn stamps(frame: FrameDuration, rounding: i64) -> Vec<Span> {
        (0..60).map(|n| Span(frame.ticks_of(n) as i64 / rounding * rounding)).collect()
    }

    #[test]
    fn the_rate_is_known_from_stamps_that_are_rounded_to_milliseconds() {
        for (n, d) in [(1001, 24_000), (1, 24), (1, 25), (1001, 30_000), (1, 30), (1, 50)] {
            let frame = FrameDuration::from_seconds(n, d).unwrap();
            for rounding in [300, MILLISECOND] {
                assert_eq!(duration_of(stamps(frame, rounding), None), Some(frame), "{n}/{d}");
                assert_eq!(duration_of(stamps(frame, rounding), Some(frame)), Some(frame));
            }
        }
    }

    #[test]
    fn a_missing_picture_does_not_change_the_rate() {
        let frame = FrameDuration::from_seconds(1, 25).unwrap();
        let mut pts = stamps(frame, MILLISECOND);
        pts.drain(55..58);
        pts.remove(20);
        assert_eq!(duration_of(pts, None), Some(frame));
    }
}
