//! Cutting a stretch of an endless stream down to its whole access units.
//!
//! A stretch begins and ends in the middle of pictures and audio frames, of which a decoder
//! rightly complains. So, of each PID that carries PES packets, are dropped
//! - at the front what comes before the first PES packet, which for video must also be marked as a
//!   random access point: a picture that needs earlier ones cannot be decoded either;
//! - at the back the last PES packet, unless its length is known and all of it is there.
//!
//! Nothing else is dropped and no byte is changed, so everything between the cuts, above all the
//! joins of programmes, reaches the judge as it was on air.

use crate::stretch::{packets, streams};
use std::collections::BTreeMap;
use std::ops::Range;
use ts::pes::PesHeader;
use ts::{PacketView, Pid};

/// Pictures at the end of a stretch among which some may be missing: those that are shown before
/// pictures that were sent earlier. The demo lessons have at most so many of them in a row.
pub const REORDERED_MAX: usize = 4;

/// A stretch cut to whole access units.
#[derive(Debug)]
pub struct Trimmed {
    /// The packets that remain, in their order.
    pub bytes: Vec<u8>,
    /// How many packets were dropped from the front and from the back of each PID.
    pub dropped: BTreeMap<Pid, (usize, usize)>,
}

/// What is known of one PID on the way through a stretch.
#[derive(Debug, Default)]
struct Track {
    is_video: bool,
    seen: usize,
    first: Option<usize>,
    /// Where the last PES packet begins, its bytes so far, and how many it must have.
    last: usize,
    bytes: usize,
    needed: Option<usize>,
}

impl Track {
    fn see(&mut self, packet: PacketView<'_>) {
        if packet.unit_start() {
            if self.first.is_none() && (!self.is_video || packet.random_access()) {
                self.first = Some(self.seen);
            }
            self.last = self.seen;
            self.bytes = 0;
            let header = PesHeader::parse(packet.payload());
            let (header, size) = header.expect("a PES header stands at the start of its unit");
            self.needed = header.payload_len.map(|payload| size + payload);
        }
        self.bytes += packet.payload().len();
        self.seen += 1;
    }

    /// The packets that are kept, counted on the PID.
    fn kept(&self) -> Range<usize> {
        let is_whole = self.needed.is_some_and(|needed| self.bytes >= needed);
        let end = if is_whole { self.seen } else { self.last };
        self.first.unwrap_or(end).min(end)..end
    }
}

/// Drops the parts of access units at both ends of a stretch.
///
/// # Panics
/// When a PES packet does not begin with a PES header.
pub fn whole_units(bytes: &[u8]) -> Trimmed {
    let of_pes = streams(bytes).into_iter().filter(|(_, stream)| !stream.is_sections());
    let mut tracks: BTreeMap<Pid, Track> = of_pes
        .map(|(pid, stream)| (pid, Track { is_video: stream.is_video(), ..Track::default() }))
        .collect();
    for packet in packets(bytes).map(PacketView::new).filter(|packet| packet.has_payload()) {
        if let Some(track) = tracks.get_mut(&packet.pid()) {
            track.see(packet);
        }
    }
    let mut places: BTreeMap<Pid, (usize, Range<usize>)> =
        tracks.iter().map(|(pid, track)| (*pid, (0, track.kept()))).collect();
    let mut kept = Vec::with_capacity(bytes.len());
    for packet in packets(bytes) {
        let view = PacketView::new(packet);
        match places.get_mut(&view.pid()) {
            Some((place, range)) if view.has_payload() => {
                if range.contains(place) {
                    kept.extend_from_slice(packet);
                }
                *place += 1;
            }
            _ => kept.extend_from_slice(packet),
        }
    }
    let dropped = tracks.iter().map(|(pid, track)| {
        let Range { start, end } = track.kept();
        (*pid, (start, track.seen - end))
    });
    Trimmed { bytes: kept, dropped: dropped.collect() }
}

/// The stretch without the packets of one PID.
pub fn without(bytes: &[u8], pid: Pid) -> Vec<u8> {
    packets(bytes)
        .filter(|packet| PacketView::new(packet).pid() != pid)
        .flatten()
        .copied()
        .collect()
}
