//! What stands in finished packets, read without anything that wrote them.

use std::collections::BTreeMap;
use ts::pes::PesHeader;
use ts::{NULL_PACKET, PACKET_SIZE, PacketView, Timestamp};

/// The time stamps of one PES packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub pts: Timestamp,
    pub dts: Timestamp,
    /// Its place in the stream.
    pub packet: usize,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Tape {
    /// Where counters did not go on by one: packet, PID, expected, found.
    pub breaks: Vec<(usize, u16, u8, u8)>,
    pub stamps: BTreeMap<u16, Vec<Stamp>>,
    pub nulls: usize,
    /// PES packets that begin without a readable header.
    pub headless: Vec<(usize, u16)>,
}

pub fn read(bytes: &[u8]) -> Tape {
    let mut tape = Tape::default();
    let mut counters: BTreeMap<u16, u8> = BTreeMap::new();
    let (packets, rest) = bytes.as_chunks::<PACKET_SIZE>();
    assert!(rest.is_empty());
    for (at, packet) in packets.iter().enumerate() {
        let view = PacketView::new(packet);
        assert!(view.has_sync() && view.adaptation_is_sound());
        if *packet == NULL_PACKET {
            tape.nulls += 1;
            continue;
        }
        let pid = view.pid().value();
        let found = view.continuity();
        if let Some(last) = counters.insert(pid, found) {
            let expected = if view.has_payload() { (last + 1) & 15 } else { last };
            if expected != found {
                tape.breaks.push((at, pid, expected, found));
            }
        }
        if view.unit_start() && pid >= 0x100 && view.payload().starts_with(&[0, 0, 1]) {
            match PesHeader::parse(view.payload()) {
                Ok((PesHeader { pts: Some(pts), dts, .. }, _)) => {
                    let stamp = Stamp { pts, dts: dts.unwrap_or(pts), packet: at };
                    tape.stamps.entry(pid).or_default().push(stamp);
                }
                _ => tape.headless.push((at, pid)),
            }
        }
    }
    tape
}

impl Tape {
    /// Decoding times grow, and nothing is presented before it is decoded.
    pub fn assert_stamps_in_order(&self) {
        for (pid, stamps) in &self.stamps {
            for stamp in stamps {
                let reorder = stamp.pts.distance_from(stamp.dts);
                assert!(reorder >= 0, "PID {pid:#x}: {stamp:?} is presented before it is decoded");
            }
            for pair in stamps.windows(2) {
                let step = pair[1].dts.distance_from(pair[0].dts);
                assert!(step > 0, "PID {pid:#x}: decoding time goes by {step}: {pair:?}");
            }
        }
        assert_eq!(self.headless, []);
    }

    pub fn assert_counters_go_on(&self) {
        assert_eq!(self.breaks, []);
    }
}
