//! The subtitles of a source: display sets with their times.

use super::error::{Note, SourceFault};
use super::pes::Pes;
use super::stamps::Stamps;
use super::unit::Unit;
use asset::{AccessUnit, BufferModel};
use es::{FrameDuration, SubtitleFacts, subtitle};
use std::collections::VecDeque;
use ts::{Pid, Span, TICKS_PER_SECOND};

/// PES packets of other streams than video say how long they are, in 16 bits; this much is left to
/// the header.
const SEGMENTS_MAX: usize = 65_000;
/// The part of a decoder's buffer, rate and patience that a display set may need, in tenths: the
/// rest is for headers and for packets that other streams push aside.
const PART: u64 = 8;

/// A stream of subtitles of a source.
pub(super) struct SubtitleTrack {
    pid: Pid,
    facts: SubtitleFacts,
    first: Option<Span>,
    /// When the last one is shown.
    last: Option<Span>,
    /// The last display set, to which what has the same time stamp still belongs.
    open: Option<(Unit, Vec<u8>)>,
    dropped: u64,
    ready: VecDeque<Unit>,
}

impl SubtitleTrack {
    pub(super) fn new(pid: Pid, facts: SubtitleFacts) -> SubtitleTrack {
        let ready = VecDeque::new();
        SubtitleTrack { pid, facts, first: None, last: None, open: None, dropped: 0, ready }
    }

    /// Takes a PES packet. What cannot be shown is left out: a lesson is worth more than its texts.
    pub(super) fn push(&mut self, pes: &Pes, stamps: Stamps) {
        let (Some(pts), Ok((segments, entry))) = (stamps.pts, subtitle::segments(&pes.payload))
        else {
            self.dropped += 1;
            return;
        };
        if let Some((unit, whole)) = &mut self.open
            && unit.pts == pts
            && whole.len() + segments.len() <= SEGMENTS_MAX
        {
            whole.extend_from_slice(segments);
            unit.random_access |= entry;
            return;
        }
        let late = self.last.is_some_and(|last| pts <= last);
        if late || segments.len() > SEGMENTS_MAX {
            self.dropped += 1;
            return;
        }
        self.close();
        self.first.get_or_insert(pts);
        self.last = Some(pts);
        let place = stamps.place;
        let unit = Unit { place, bytes: Vec::new(), pts, dts: pts, random_access: entry };
        self.open = Some((unit, segments.to_vec()));
    }

    /// Pictures or sound have come up to a time: what was to be shown by then is whole.
    pub(super) fn reach(&mut self, time: Span) {
        if self.open.as_ref().is_some_and(|(unit, _)| unit.pts <= time) {
            self.close();
        }
    }

    /// Ends the stream.
    pub(super) fn finish(&mut self, notes: &mut Vec<Note>) -> Result<(), SourceFault> {
        self.close();
        if self.dropped > 0 {
            notes.push(Note::SubtitlesDropped { pid: self.pid, packets: self.dropped });
        }
        Ok(())
    }

    /// The display sets that are whole.
    pub(super) fn ready(&mut self) -> &mut VecDeque<Unit> {
        &mut self.ready
    }

    /// When the first one is shown.
    pub(super) fn first_presented(&self) -> Option<Span> {
        self.first
    }

    /// The pages, and the finest step between two display sets.
    pub(super) fn format(&self) -> Option<(SubtitleFacts, FrameDuration)> {
        Some((self.facts, FrameDuration::from_seconds(1, 25)?))
    }

    fn close(&mut self) {
        if let Some((mut unit, segments)) = self.open.take() {
            unit.bytes = subtitle::data_of(&segments);
            self.ready.push_back(unit);
        }
    }
}

/// The first display set that a decoder cannot have in time: it and those right behind it are more
/// than the buffer holds, or than the rate brings while bytes may wait.
pub(super) fn overfull(units: &[AccessUnit], buffer: &BufferModel, wait_max: Span) -> Option<Span> {
    let rate_bps = buffer.transport_rate_bps * PART / 10;
    let bytes_max = u64::from(buffer.main_bytes) * PART / 10;
    let wait_max = Span(wait_max.0 * PART as i64 / 10);
    // From the last one back: when each must begin to come so that all are there in time.
    let mut begin_next = Span(i64::MAX);
    for unit in units.iter().rev() {
        let bits = u64::from(unit.packets) * ts::PACKET_BITS;
        let takes = Span((bits * TICKS_PER_SECOND / rate_bps.max(1)) as i64);
        let begin = unit.dts.min(begin_next) - takes;
        if u64::from(unit.bytes) > bytes_max || unit.dts - begin > wait_max {
            return Some(unit.pts);
        }
        begin_next = begin;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(at_ms: i64, bytes: u32) -> AccessUnit {
        let at = Span::from_ms(at_ms);
        let packets = bytes.div_ceil(184) as u16;
        AccessUnit { first_packet: 0, packets, bytes, pts: at, dts: at, random_access: true }
    }

    #[test]
    fn display_sets_that_come_too_close_are_found() {
        let buffer = BufferModel {
            transport_rate_bps: 192_000,
            main_bytes: 24 * 1024,
            residence_max: Span::from_seconds(1),
        };
        let found = |units: &[AccessUnit]| overfull(units, &buffer, Span::from_ms(690));
        assert_eq!(found(&[unit(0, 8000), unit(1000, 8000), unit(1040, 60)]), None);
        assert_eq!(found(&[unit(500, 20_000)]), Some(Span::from_ms(500)));
        assert_eq!(found(&[unit(500, 8000), unit(600, 8000)]), Some(Span::from_ms(500)));
    }
}
