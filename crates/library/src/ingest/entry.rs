//! Where an asset begins: at the first picture from which everything behind it decodes.

use super::timing::Timed;
use es::{Codec, Entry, FrameDuration};
use std::collections::VecDeque;
use ts::Span;

/// How much of a source is given up to begin with an IDR picture of H.264. An open entry of H.264
/// cannot be closed without coding it anew, and no decoder may be given other parameter sets there.
const IDR_WAIT_MAX: Span = Span::from_seconds(5);
/// HEVC nal_unit_type of a clean random access picture, and of a broken link without leading
/// pictures (ITU-T H.265 table 7-1).
const CRA_NUT: u8 = 21;
const BLA_N_LP: u8 = 18;
/// The group start code of MPEG-2 (ISO/IEC 13818-2 clause 6.2.2.6).
const GROUP_START_CODE: u8 = 0xb8;

/// Holds back pictures until the asset can begin, and leaves out those that cannot be decoded.
pub(super) struct EntryGate {
    codec: Codec,
    state: State,
    /// Pictures from an open entry of H.264 on, while an IDR picture may still come.
    waiting: VecDeque<Timed>,
    /// The first picture of the asset, until the next one has come.
    first: Option<Timed>,
    first_seen: Option<Span>,
    dropped: u64,
    leading: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No entry point yet.
    Searching,
    /// An open entry point of H.264, and the hope for a better one.
    Waiting,
    /// Entered by a picture presented at this time; pictures presented before it are left out
    /// when the entry is open.
    Entered { pts: Span, open: bool },
}

impl EntryGate {
    pub(super) fn new(codec: Codec) -> EntryGate {
        EntryGate {
            codec,
            state: State::Searching,
            waiting: VecDeque::new(),
            first: None,
            first_seen: None,
            dropped: 0,
            leading: false,
        }
    }

    /// Takes the next picture and appends those that belong to the asset.
    pub(super) fn push(
        &mut self,
        mut picture: Timed,
        frame: Option<FrameDuration>,
        out: &mut Vec<Timed>,
    ) {
        let pts = picture.unit.pts;
        self.first_seen = Some(self.first_seen.map_or(pts, |first| first.min(pts)));
        let complete = picture.picture.has_parameter_sets && picture.facts.is_some();
        let entry = picture.picture.entry.filter(|_| complete);
        picture.unit.random_access = entry.is_some();
        match (self.state, entry) {
            (State::Entered { .. }, _) => self.pass(picture, frame, out),
            (_, Some(Entry::Closed)) => {
                self.dropped += self.waiting.drain(..).count() as u64;
                self.enter(picture, false);
            }
            (State::Searching, Some(Entry::Open)) if self.codec == Codec::H264 => {
                self.state = State::Waiting;
                self.waiting.push_back(picture);
            }
            (State::Searching, Some(Entry::Open)) => self.enter(picture, true),
            (State::Searching, None) => self.dropped += 1,
            (State::Waiting, _) => {
                let since = self.waiting.front().map_or(picture.unit.dts, |w| w.unit.dts);
                let waited = picture.unit.dts - since;
                self.waiting.push_back(picture);
                if waited > IDR_WAIT_MAX {
                    self.settle(frame, out);
                }
            }
        }
    }

    /// Ends the stream.
    pub(super) fn finish(&mut self, frame: Option<FrameDuration>, out: &mut Vec<Timed>) {
        self.settle(frame, out);
        out.extend(self.first.take());
    }

    /// Whether the asset has begun.
    pub(super) const fn entered(&self) -> bool {
        matches!(self.state, State::Entered { .. })
    }

    /// Whether the asset begins with an entry that is open and could not be closed.
    pub(super) fn is_open(&self) -> bool {
        let open = matches!(self.state, State::Entered { open: true, .. });
        open && self.codec == Codec::H264
    }

    /// The earliest PTS of the source, with those of pictures that are left out.
    pub(super) const fn first_seen(&self) -> Option<Span> {
        self.first_seen
    }

    /// How many pictures were left out, and the time from the first picture of the source to the
    /// entry; `None` when none was.
    pub(super) fn dropped(&self) -> Option<(u64, Span)> {
        match (self.state, self.first_seen) {
            (State::Entered { pts, .. }, Some(first)) if self.dropped > 0 => {
                Some((self.dropped, pts - first))
            }
            _ => None,
        }
    }

    fn enter(&mut self, mut picture: Timed, open: bool) {
        if open {
            close_entry(self.codec, &mut picture.unit.bytes);
        }
        let pts = picture.unit.pts;
        self.state = State::Entered { pts, open };
        self.first = Some(picture);
    }

    /// Gives up waiting for an IDR picture.
    fn settle(&mut self, frame: Option<FrameDuration>, out: &mut Vec<Timed>) {
        let mut waiting = core::mem::take(&mut self.waiting);
        if let Some(entry) = waiting.pop_front() {
            self.enter(entry, true);
        }
        waiting.into_iter().for_each(|picture| self.pass(picture, frame, out));
    }

    fn pass(&mut self, picture: Timed, frame: Option<FrameDuration>, out: &mut Vec<Timed>) {
        if let State::Entered { pts, open: true } = self.state
            && picture.unit.pts < pts
        {
            self.dropped += 1;
            self.leading = true;
            return;
        }
        if let Some(mut first) = self.first.take() {
            // The first picture need not be decoded so early when those behind it are gone.
            if let (true, Some(frame)) = (self.leading, frame) {
                let late = picture.unit.dts - Span(frame.ticks_of(1) as i64);
                first.unit.dts = first.unit.dts.max(late.min(first.unit.pts));
            }
            out.push(first);
        }
        out.push(picture);
    }
}

/// Tells the decoder that nothing it lacks will be referred to: an HEVC clean random access picture
/// becomes a broken link picture, which may also follow a stream with other parameter sets, and an
/// MPEG-2 group gets closed_gop. The leading pictures must have been left out.
fn close_entry(codec: Codec, bytes: &mut [u8]) {
    for at in 0..bytes.len().saturating_sub(7) {
        if bytes[at..at + 3] != [0, 0, 1] {
            continue;
        }
        if codec == Codec::Hevc && (bytes[at + 3] >> 1) & 0x3f == CRA_NUT {
            bytes[at + 3] = (bytes[at + 3] & 0x81) | (BLA_N_LP << 1);
        }
        if codec == Codec::Mpeg2Video && bytes[at + 3] == GROUP_START_CODE {
            // Behind 25 bits of time code: closed_gop, then broken_link.
            bytes[at + 7] = (bytes[at + 7] | 0x40) & !0x20;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::error::Place;
    use crate::ingest::unit::Unit;
    use es::{
        Leading, Picture, PictureKind, PictureStructure, VideoBuffer, VideoFacts, VideoProfile,
    };

    const FACTS: VideoFacts = VideoFacts {
        profile: VideoProfile::Mpeg2 { profile_and_level: 0x48 },
        width: 720,
        height: 576,
        frame_duration: None,
        fixed_frame_rate: true,
        interlaced: true,
        display_aspect: None,
        reorder_frames: 1,
        transfer_characteristics: None,
        buffer: VideoBuffer {
            transport_rate_bps: 1,
            multiplex_bytes: 1,
            leak_rate_bps: 1,
            elementary_bytes: 1,
            coded_rate_bps: 1,
            stated: false,
        },
    };

    /// A picture decoded and presented at these frame times.
    fn picture(entry: Option<Entry>, dts: i64, pts: i64) -> Timed {
        let frame = 1_080_000;
        Timed {
            picture: Picture {
                kind: PictureKind::P,
                entry,
                leading: Leading::Unmarked,
                structure: PictureStructure::Frame,
                reference: true,
                has_delimiter: true,
                has_parameter_sets: true,
            },
            facts: Some(FACTS),
            unit: Unit {
                place: Place { packet: 0, time: None },
                bytes: vec![0; 8],
                pts: Span(pts * frame),
                dts: Span(dts * frame),
                random_access: false,
            },
        }
    }

    /// Decoding and presentation in frames.
    type Times = Vec<(i64, i64)>;

    /// What the gate lets through, and what it says it left out.
    fn passed(codec: Codec, pictures: Vec<Timed>) -> (Times, Option<(u64, Span)>) {
        let frame = FrameDuration::from_seconds(1, 25);
        let mut gate = EntryGate::new(codec);
        let mut out = Vec::new();
        pictures.into_iter().for_each(|p| gate.push(p, frame, &mut out));
        gate.finish(frame, &mut out);
        let times = |t: &Timed| (t.unit.dts.0 / 1_080_000, t.unit.pts.0 / 1_080_000);
        (out.iter().map(times).collect(), gate.dropped())
    }

    #[test]
    fn leading_pictures_of_an_open_entry_are_left_out_and_the_delay_they_needed_with_them() {
        let open = Some(Entry::Open);
        let pictures = vec![
            picture(None, 0, 1),
            picture(open, 1, 4),
            picture(None, 2, 2),
            picture(None, 3, 3),
            picture(None, 4, 7),
            picture(None, 5, 5),
        ];
        let (times, dropped) = passed(Codec::Mpeg2Video, pictures);
        assert_eq!(times, [(3, 4), (4, 7), (5, 5)]);
        assert_eq!(dropped, Some((3, Span(3 * 1_080_000))));
    }

    #[test]
    fn an_idr_picture_within_seconds_is_preferred_to_an_open_entry() {
        let start = |idr: i64| {
            let kind = |n| match n {
                0 => Some(Entry::Open),
                n if n == idr => Some(Entry::Closed),
                _ => None,
            };
            passed(Codec::H264, (0..300).map(|n| picture(kind(n), n, n)).collect()).0[0].0
        };
        assert_eq!(start(100), 100);
        assert_eq!(start(200), 0, "eight seconds are too much to give up");
    }

    #[test]
    fn a_closed_entry_keeps_every_picture() {
        let closed = Some(Entry::Closed);
        let pictures = vec![picture(closed, 0, 2), picture(None, 1, 1), picture(None, 2, 4)];
        let (times, dropped) = passed(Codec::Hevc, pictures);
        assert_eq!((times, dropped), (vec![(0, 2), (1, 1), (2, 4)], None));
    }

    #[test]
    fn an_open_entry_is_closed_in_its_headers() {
        let mut hevc = [0, 0, 1, 0x2a, 1, 0xaf, 0, 0, 1, 0x40, 1, 0, 0, 0, 0, 0];
        close_entry(Codec::Hevc, &mut hevc);
        assert_eq!(hevc, [0, 0, 1, 0x24, 1, 0xaf, 0, 0, 1, 0x40, 1, 0, 0, 0, 0, 0]);
        let mut group = [0, 0, 1, 0xb8, 0x12, 0x34, 0x56, 0x80 | 0x20];
        close_entry(Codec::Mpeg2Video, &mut group);
        assert_eq!(group, [0, 0, 1, 0xb8, 0x12, 0x34, 0x56, 0x80 | 0x40]);
    }
}
