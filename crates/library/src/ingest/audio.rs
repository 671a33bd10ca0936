//! The audio frames of a source, on a grid of exact frame durations.

use super::error::{Note, Place, SourceFault};
use super::pes::Pes;
use super::stamps::{StampQueue, Stamps};
use super::unit::{STEP_MAX, Unit};
use es::{AudioFacts, AudioFrame, AudioSplitter, Codec, FrameDuration};
use std::collections::VecDeque;
use ts::{Pid, Span};

/// An audio stream of a source.
///
/// Frames stand at whole multiples of the frame duration behind the first one, at the multiple that
/// is nearest to their time stamp. A stream that runs a little too fast or too slow so loses a
/// frame or gets a gap now and then, and never drifts from the pictures.
pub(super) struct AudioTrack {
    pid: Pid,
    splitter: AudioSplitter,
    stamps: StampQueue,
    grid: Option<Grid>,
    facts: Option<AudioFacts>,
    dropped: u64,
    gaps: u64,
    skipped: u64,
    ready: VecDeque<Unit>,
}

/// Where frames stand in time.
#[derive(Clone, Copy, Debug)]
struct Grid {
    first: Span,
    frame: FrameDuration,
    /// The place on the grid behind the last frame.
    next: u64,
    /// The time stamp that the next frame has if it brings none.
    expected: Span,
}

impl AudioTrack {
    /// A track of an audio codec; `None` for another.
    pub(super) fn new(pid: Pid, codec: Codec) -> Option<AudioTrack> {
        Some(AudioTrack {
            pid,
            splitter: AudioSplitter::new(codec)?,
            stamps: StampQueue::default(),
            grid: None,
            facts: None,
            dropped: 0,
            gaps: 0,
            skipped: 0,
            ready: VecDeque::new(),
        })
    }

    pub(super) fn push(&mut self, pes: &Pes, stamps: Stamps) -> Result<(), SourceFault> {
        self.stamps.push(stamps, pes.payload.len());
        let mut frames = Vec::new();
        self.splitter.push(&pes.payload, &mut frames);
        frames.into_iter().try_for_each(|frame| self.take(frame))
    }

    /// Ends the stream. A last frame that is cut is no whole frame and does not come.
    pub(super) fn finish(&mut self, whole: bool, notes: &mut Vec<Note>) -> Result<(), SourceFault> {
        let pid = self.pid;
        if !whole {
            notes.push(Note::TailDropped { pid });
        }
        let mut frames = Vec::new();
        self.splitter.finish(&mut frames);
        frames.into_iter().try_for_each(|frame| self.take(frame))?;
        if self.skipped > 0 {
            notes.push(Note::BytesSkipped { pid, bytes: self.skipped });
        }
        if self.dropped > 0 {
            notes.push(Note::AudioFramesDropped { pid, frames: self.dropped });
        }
        if self.gaps > 0 {
            notes.push(Note::AudioGaps { pid, frames: self.gaps });
        }
        Ok(())
    }

    /// The frames that are ready.
    pub(super) fn ready(&mut self) -> &mut VecDeque<Unit> {
        &mut self.ready
    }

    /// When the first frame is presented.
    pub(super) fn first_presented(&self) -> Option<Span> {
        Some(self.grid?.first)
    }

    /// The header of the first frame and the frame duration.
    pub(super) fn format(&self) -> Option<(AudioFacts, FrameDuration)> {
        Some((self.facts?, self.grid?.frame))
    }

    fn take(&mut self, frame: AudioFrame) -> Result<(), SourceFault> {
        let stamps = self.stamps.take(frame.offset);
        if self.facts.is_some() {
            self.skipped += frame.skipped_before;
        }
        self.check_format(frame.facts, stamps.place)?;
        let duration = frame.facts.frame_duration();
        let Some(stamp) = stamps.pts.or(self.grid.map(|g| g.expected)) else {
            self.dropped += 1;
            return Ok(());
        };
        let grid = self.grid.get_or_insert(Grid {
            first: stamp,
            frame: duration,
            next: 0,
            expected: stamp,
        });
        let jump = stamp - grid.expected;
        if jump > STEP_MAX || jump < Span(-STEP_MAX.0) {
            let (pid, place) = (self.pid, stamps.place);
            return Err(SourceFault::TimeJump { pid, place, jump_ms: jump.as_ms() });
        }
        grid.expected = stamp + Span(duration.ticks_of(1) as i64);
        match grid.place(stamp) {
            Some((pts, gap)) => {
                self.gaps += gap;
                self.ready.push_back(Unit {
                    place: stamps.place,
                    bytes: frame.bytes,
                    pts,
                    dts: pts,
                    random_access: true,
                });
            }
            None => self.dropped += 1,
        }
        Ok(())
    }

    fn check_format(&mut self, facts: AudioFacts, place: Place) -> Result<(), SourceFault> {
        let first = *self.facts.get_or_insert(facts);
        let same = first.codec() == facts.codec()
            && first.sample_rate_hz == facts.sample_rate_hz
            && first.frame_samples == facts.frame_samples;
        if same {
            return Ok(());
        }
        let what = "the coding of sound";
        Err(SourceFault::FormatChange { pid: self.pid, place, what })
    }
}

impl Grid {
    /// The time of the frame stamped so, and how many places before it stay empty; `None` when
    /// its place is taken.
    fn place(&mut self, stamp: Span) -> Option<(Span, u64)> {
        let behind_first = u64::try_from((stamp - self.first).0).unwrap_or(0);
        let half = self.frame.ticks_of(1) / 2;
        let number = self.frame.frames_in(behind_first + half);
        let gap = number.checked_sub(self.next)?;
        self.next = number + 1;
        Some((self.first + Span(self.frame.ticks_of(number) as i64), gap))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        Grid {
            first: Span(1000),
            frame: FrameDuration::from_seconds(1024, 44_100).unwrap(),
            next: 0,
            expected: Span(1000),
        }
    }

    #[test]
    fn an_hour_of_rounded_stamps_stays_on_the_exact_grid() {
        let mut grid = grid();
        for number in 0..155_000u64 {
            let exact = grid.frame.ticks_of(number) as i64;
            let stamp = Span(1000 + exact / 300 * 300);
            assert_eq!(grid.place(stamp), Some((Span(1000 + exact), 0)));
        }
    }

    #[test]
    fn overlaps_are_dropped_and_gaps_counted() {
        let mut grid = grid();
        let frame = grid.frame.ticks_of(1) as i64;
        assert_eq!(grid.place(Span(1000)), Some((Span(1000), 0)));
        assert_eq!(grid.place(Span(1000 + frame / 3)), None);
        let third = Span(1000 + grid.frame.ticks_of(3) as i64);
        assert_eq!(grid.place(Span(1000 + 3 * frame - 9000)), Some((third, 2)));
    }
}
