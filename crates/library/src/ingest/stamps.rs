//! Which time stamps belong to which access unit.

use super::error::Place;
use std::collections::VecDeque;
use ts::Span;

/// The time stamps of a PES packet, which belong to the first access unit that begins in it
/// (ISO/IEC 13818-1 clause 2.4.3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamps {
    pub(super) place: Place,
    pub(super) pts: Option<Span>,
    pub(super) dts: Option<Span>,
}

/// The stamps of the PES packets of one stream by the offset of their payload.
#[derive(Default)]
pub(super) struct StampQueue {
    queue: VecDeque<(u64, Stamps)>,
    bytes: u64,
    current: Option<Stamps>,
}

impl StampQueue {
    /// Notes the stamps of a PES packet with so many bytes of payload.
    pub(super) fn push(&mut self, stamps: Stamps, payload_bytes: usize) {
        self.queue.push_back((self.bytes, stamps));
        self.bytes += payload_bytes as u64;
    }

    /// The stamps of the unit that begins at `offset`; those of a unit that is not the first of its
    /// PES packet have a place only. Offsets must rise.
    pub(super) fn take(&mut self, offset: u64) -> Stamps {
        let mut first = false;
        while let Some((start, stamps)) = self.queue.front()
            && *start <= offset
        {
            self.current = Some(*stamps);
            first = true;
            self.queue.pop_front();
        }
        let unknown = Place { packet: 0, time: None };
        match self.current {
            Some(stamps) if first => stamps,
            current => Stamps { place: current.map_or(unknown, |s| s.place), pts: None, dts: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_unit_of_a_pes_packet_has_its_stamps() {
        let stamps = |packet, pts| Stamps {
            place: Place { packet, time: None },
            pts: Some(Span(pts)),
            dts: None,
        };
        let mut queue = StampQueue::default();
        queue.push(stamps(1, 10), 100);
        queue.push(stamps(2, 20), 100);
        queue.push(stamps(3, 30), 100);
        assert_eq!(queue.take(0), stamps(1, 10));
        assert_eq!(queue.take(60).pts, None);
        assert_eq!(queue.take(230), stamps(3, 30));
    }
}
