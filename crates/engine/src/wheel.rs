//! Which table packets a superframe carries, and at which slots.
//!
//! Every section PID sends the same number of packets in each superframe of a cycle, so that its
//! continuity counter follows from the superframe's number. Sections that need fewer are spread
//! over more. Sections of one sub-table stand evenly apart, which keeps the 25 ms between them
//! (ETSI TR 101 290 clause 5), and packets of one PID keep the pace of 1 Mbit/s at which system
//! buffers empty.

use crate::superframe::CYCLE;
use ts::packet::PAYLOAD_MAX;
use ts::section::packetise_exact;
use ts::{Packet, Pid, Rate};

/// The rate at which a system data transport buffer empties (ISO/IEC 13818-1 clause 2.4.2.4).
const SYSTEM_BPS: u64 = 1_000_000;
/// The end of a superframe is left to packets that are pushed behind others.
const LAST_SLOTS: u32 = 64;

/// A section to be sent in one superframe.
#[derive(Clone, Debug)]
pub(crate) struct Sending {
    /// The slot from which on it is to be sent.
    pub slot: u32,
    /// The section.
    pub section: Vec<u8>,
}

/// All that one section PID sends in one superframe.
#[derive(Clone, Debug)]
pub(crate) struct PidRun {
    pub pid: Pid,
    /// Packets that the PID sends in each superframe of this cycle.
    pub packets: u32,
    /// The sections in any order.
    pub sendings: Vec<Sending>,
}

/// Packets that a section takes when it has them to itself.
pub(crate) fn packets_of(section: &[u8]) -> u32 {
    (section.len() + 1).div_ceil(PAYLOAD_MAX) as u32
}

/// The `count` slots that divide a superframe evenly, the first `phase` thousandths of a part in.
pub(crate) fn evenly(count: u32, slots: u32, phase: u32) -> impl Iterator<Item = u32> {
    let usable = u64::from(slots.saturating_sub(LAST_SLOTS));
    let parts = u64::from(count.max(1)) * 1000;
    (0..u64::from(count)).map(move |i| ((i * 1000 + u64::from(phase)) * usable / parts) as u32)
}

impl PidRun {
    /// Appends the PID's packets with their slots, in order.
    pub(crate) fn place(
        mut self,
        superframe: u64,
        slots: u32,
        rate: Rate,
        out: &mut Vec<(u32, Packet)>,
    ) {
        self.repeat_until_spreadable();
        self.sendings.sort_by_key(|s| s.slot);
        let mut spare = self.packets.saturating_sub(self.needed());
        let sections = self.sendings.len() as u32;
        let pace = (rate.bps_floor() / SYSTEM_BPS) as u32 + 1;
        let pace = pace.min(slots / (self.packets + 1)).max(1);
        let mut continuity = (superframe % CYCLE).wrapping_mul(u64::from(self.packets)) as u8;
        let (mut packets, mut next) = (Vec::new(), 0);
        let first = out.len();
        for (i, sending) in self.sendings.iter().enumerate() {
            let left = sections - i as u32;
            let share = spare.div_ceil(left).min(room_of(&sending.section));
            let count = packets_of(&sending.section) + share;
            spare -= share;
            packets.clear();
            let exact = count as usize;
            packetise_exact(self.pid, continuity, &sending.section, exact, &mut packets);
            continuity = continuity.wrapping_add(count as u8);
            let mut slot = sending.slot.max(next);
            for packet in &packets {
                out.push((slot, *packet));
                slot += pace;
            }
            next = slot;
        }
        debug_assert!(self.sendings.is_empty() || out.len() - first == self.packets as usize);
        pull_back(&mut out[first..], slots.saturating_sub(LAST_SLOTS / 2));
    }

    fn needed(&self) -> u32 {
        self.sendings.iter().map(|s| packets_of(&s.section)).sum()
    }

    /// Where the sections are too short to be spread over all packets, they are sent again.
    fn repeat_until_spreadable(&mut self) {
        let once = self.sendings.clone();
        let room = |run: &PidRun| -> u32 {
            run.needed() + run.sendings.iter().map(|s| room_of(&s.section)).sum::<u32>()
        };
        while !once.is_empty() && room(self) < self.packets {
            self.sendings.extend(once.iter().cloned());
        }
    }
}

/// Packets over which a section can be spread beyond those it needs, a few bytes in each.
fn room_of(section: &[u8]) -> u32 {
    (section.len() as u32 / 4).saturating_sub(packets_of(section))
}

/// Moves what runs over the end back, in order.
fn pull_back(placed: &mut [(u32, Packet)], end: u32) {
    let mut limit = end;
    for (slot, _) in placed.iter_mut().rev() {
        if *slot < limit {
            break;
        }
        limit = limit.saturating_sub(1);
        *slot = limit;
    }
}
