//! The pictures of a source: whole, timed, and from a clean entry point on.

use super::error::{Note, Place, SourceFault};
use super::pes::Pes;
use super::stamps::{StampQueue, Stamps};
use super::timing::{Timed, VideoTiming};
use super::unit::Unit;
use es::{Codec, Entry, FrameDuration, VideoFacts, VideoSplitter, access_unit_delimiter};
use std::collections::VecDeque;
use ts::{Pid, Span};

/// The video stream of a source.
pub(super) struct VideoTrack {
    pid: Pid,
    codec: Codec,
    splitter: VideoSplitter,
    stamps: StampQueue,
    timing: VideoTiming,
    start: Start,
    units: u64,
    dropped: u64,
    first_seen: Option<Span>,
    facts: Option<VideoFacts>,
    ready: VecDeque<Unit>,
}

/// How far the search for the first picture of the asset has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// No entry point yet.
    Searching,
    /// Entered by a picture presented at this time; pictures presented before it are left out
    /// when the entry is open.
    Entered { pts: Span, open: bool },
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
            start: Start::Searching,
            units: 0,
            dropped: 0,
            first_seen: None,
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
        self.enter(timed)?;
        match (self.start, self.first_seen) {
            (Start::Searching, None) => Ok(()),
            (Start::Searching, Some(_)) => Err(SourceFault::NoKeyFrame {
                pid: self.pid,
                units: self.units,
            }),
            (Start::Entered { pts, .. }, Some(first)) if self.dropped > 0 => {
                let span = pts - first;
                notes.push(Note::LeadingDropped {
                    units: self.dropped,
                    span,
                });
                Ok(())
            }
            _ => Ok(()),
        }
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
        self.first_seen
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
                && self.start != Start::Searching
            {
                return Err(SourceFault::Damaged {
                    pid: self.pid,
                    place: stamps.place,
                    what: fault.to_string(),
                });
            }
            self.timing.push(unit, stamps, &mut timed)?;
        }
        self.enter(timed)
    }

    fn enter(&mut self, timed: Vec<Timed>) -> Result<(), SourceFault> {
        for picture in timed {
            let pts = picture.unit.pts;
            self.first_seen = Some(self.first_seen.map_or(pts, |first| first.min(pts)));
            let is_entry = picture.picture.entry.is_some() && picture.picture.has_parameter_sets;
            if self.start == Start::Searching && is_entry && picture.facts.is_some() {
                let open = picture.picture.entry == Some(Entry::Open);
                self.start = Start::Entered { pts, open };
            }
            // HEVC marks its leading pictures; by their time those of all codecs are known.
            let leads = match self.start {
                Start::Searching => true,
                Start::Entered { pts: entry, open } => open && pts < entry,
            };
            if leads {
                self.dropped += 1;
                continue;
            }
            self.keep(picture, is_entry)?;
        }
        Ok(())
    }

    fn keep(&mut self, picture: Timed, is_entry: bool) -> Result<(), SourceFault> {
        let Timed {
            picture,
            facts,
            mut unit,
        } = picture;
        self.check_format(facts, unit.place)?;
        if !picture.has_delimiter {
            unit.bytes
                .splice(..0, access_unit_delimiter(self.codec).iter().copied());
        }
        unit.random_access = is_entry;
        self.ready.push_back(unit);
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
        Err(SourceFault::FormatChange {
            pid: self.pid,
            place,
            what,
        })
    }
}
