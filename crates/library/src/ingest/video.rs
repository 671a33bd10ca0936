//! The pictures of a source: whole, timed, and from a clean entry point on.

use super::entry::EntryGate;
use super::error::{Note, Place, SourceFault};
use super::pes::Pes;
use super::stamps::{StampQueue, Stamps};
use super::timing::{Timed, VideoTiming};
use super::unit::Unit;
use es::{Codec, FrameDuration, VideoFacts, VideoSplitter, access_unit_delimiter};
use std::collections::VecDeque;
use ts::{Pid, Span};

/// The video stream of a source.
pub(super) struct VideoTrack {
    pid: Pid,
    codec: Codec,
    splitter: VideoSplitter,
    stamps: StampQueue,
    timing: VideoTiming,
    entry: EntryGate,
    units: u64,
    facts: Option<VideoFacts>,
    ready: VecDeque<Unit>,
}

impl VideoTrack {
    /// A track of a video codec; `None` for another.
    pub(super) fn new(pid: Pid, codec: Codec) -> Option<VideoTrack> {
        Some(VideoTrack {
            pid,
            codec,
            splitter: VideoSplitter::new(codec)?,
            stamps: StampQueue::default(),
            timing: VideoTiming::new(pid, codec),
            entry: EntryGate::new(codec),
            units: 0,
            facts: None,
            ready: VecDeque::new(),
        })
    }

    pub(super) fn push(&mut self, pes: &Pes, stamps: Stamps) -> Result<(), SourceFault> {
        self.stamps.push(stamps, pes.payload.len());
        let mut units = Vec::new();
        self.splitter.push(&pes.payload, &mut units);
        self.take(units)
    }

    /// Ends the stream; its last picture is left out when it is not `whole`.
    pub(super) fn finish(&mut self, whole: bool, notes: &mut Vec<Note>) -> Result<(), SourceFault> {
        let mut units = Vec::new();
        self.splitter.finish(&mut units);
        if !whole && units.pop().is_some() {
            notes.push(Note::TailDropped { pid: self.pid });
        }
        self.take(units)?;
        let mut timed = Vec::new();
        self.timing.finish(&mut timed)?;
        let mut kept = Vec::new();
        self.enter(timed, &mut kept);
        self.entry.finish(self.timing.frame(), &mut kept);
        self.keep(kept)?;
        if !self.entry.entered() && self.units > 0 {
            let (pid, units) = (self.pid, self.units);
            return Err(SourceFault::NoKeyFrame { pid, units });
        }
        if let Some((units, span)) = self.entry.dropped() {
            notes.push(Note::LeadingDropped { units, span });
        }
        if self.entry.is_open() {
            notes.push(Note::OpenStart { pid: self.pid });
        }
        Ok(())
    }

    /// The pictures that are ready, in decoding order.
    pub(super) fn ready(&mut self) -> &mut VecDeque<Unit> {
        &mut self.ready
    }

    /// When the first presented picture of the asset is presented: known when a picture is ready
    /// that is decoded no earlier, or when the stream has ended.
    pub(super) fn first_presented(&self, ended: bool) -> Option<Span> {
        let first = self.ready.iter().map(|u| u.pts).min()?;
        let known = self.ready.back().is_some_and(|u| u.dts >= first);
        (known || ended).then_some(first)
    }

    /// The earliest PTS of the source, with those of pictures that are left out.
    pub(super) fn first_seen(&self) -> Option<Span> {
        self.entry.first_seen()
    }

    /// The headers of the first picture and the frame duration.
    pub(super) fn format(&self) -> Option<(VideoFacts, FrameDuration)> {
        Some((self.facts?, self.timing.frame()?))
    }

    fn take(&mut self, units: Vec<es::AccessUnit>) -> Result<(), SourceFault> {
        let mut timed = Vec::new();
        for unit in units {
            let stamps = self.stamps.take(unit.offset);
            self.units += 1;
            if let Some(fault) = unit.fault
                && self.entry.entered()
            {
                return Err(SourceFault::Damaged {
                    pid: self.pid,
                    place: stamps.place,
                    what: fault.to_string(),
                });
            }
            self.timing.push(unit, stamps, &mut timed)?;
        }
        let mut kept = Vec::new();
        self.enter(timed, &mut kept);
        self.keep(kept)
    }

    fn enter(&mut self, timed: Vec<Timed>, kept: &mut Vec<Timed>) {
        let frame = self.timing.frame();
        for picture in timed {
            self.entry.push(picture, frame, kept);
        }
    }

    fn keep(&mut self, kept: Vec<Timed>) -> Result<(), SourceFault> {
        for Timed { picture, facts, mut unit } in kept {
            self.check_format(facts, unit.place)?;
            if !picture.has_delimiter {
                let delimiter = access_unit_delimiter(self.codec);
                unit.bytes.splice(..0, delimiter.iter().copied());
            }
            self.ready.push_back(unit);
        }
        Ok(())
    }

    fn check_format(&mut self, facts: Option<VideoFacts>, place: Place) -> Result<(), SourceFault> {
        let Some(facts) = facts else { return Ok(()) };
        let first = *self.facts.get_or_insert(facts);
        let what = if (first.width, first.height) != (facts.width, facts.height) {
            "the picture size"
        } else if first.codec() != facts.codec() || first.interlaced != facts.interlaced {
            "the coding of pictures"
        } else {
            return Ok(());
        };
        Err(SourceFault::FormatChange { pid: self.pid, place, what })
    }
}
