//! Which table packets a superframe carries, and at which slots.
//!
//! Every section PID sends the same number of packets in each superframe of a cycle, so that its
//! continuity counter follows from the superframe's number. Sections that need fewer are spread
//! over more. Sections of one sub-table stand evenly apart, which keeps the 25 ms between them
//! (ETSI TR 101 290 clause 5), and packets of one PID keep the pace of 1 Mbit/s at which system
//! buffers empty.

use crate::superframe::CYCLE;
use si::SubTable;
use std::collections::BTreeMap;
use ts::packet::PAYLOAD_MAX;
use ts::section::packetise_exact;
use ts::{PACKET_BITS, Packet, Pid, Rate};

/// The rate at which a system data transport buffer empties (ISO/IEC 13818-1 clause 2.4.2.4).
const SYSTEM_BPS: u64 = 1_000_000;
/// The least time between two sections of one sub-table, a little above the 25 ms of the standard.
const SECTIONS_APART_MS: u64 = 26;
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

/// Slots that two sections of one sub-table stand apart.
pub(crate) fn sections_apart(rate: Rate) -> u32 {
    (rate.bps_floor() * SECTIONS_APART_MS / 1000 / PACKET_BITS) as u32 + 1
}

/// Slots from one packet to the next of a PID whose system buffer empties as fast as it fills.
fn system_pace(rate: Rate) -> u32 {
    (rate.bps_floor() / SYSTEM_BPS) as u32 + 1
}

/// The most packets that a section PID may have in a superframe: a quarter of all, so that they
/// can stand apart and other tables keep their places between them.
pub(crate) fn packets_max(slots: u32) -> u32 {
    usable(slots) / 4
}

/// Slots from one packet to the next with so many packets in a superframe: a third of the time is
/// left, because some of it goes by between the sections of a sub-table.
fn spread(usable: u32, packets: u32) -> u32 {
    usable * 2 / (3 * packets).max(1)
}

/// The slots of a superframe that section PIDs plan with.
fn usable(slots: u32) -> u32 {
    slots.saturating_sub(LAST_SLOTS) * 9 / 10
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
        let apart = sections_apart(rate);
        let pace = self.pace(slots, rate, apart);
        let mut continuity = (superframe % CYCLE).wrapping_mul(u64::from(self.packets)) as u8;
        let mut ended: BTreeMap<SubTable, u32> = BTreeMap::new();
        let (mut packets, mut next) = (Vec::new(), 0);
        let first = out.len();
        while !self.sendings.is_empty() {
            let (slot, i) = self.earliest(next, &ended, apart);
            let left = self.sendings.len() as u32;
            let section = self.sendings.remove(i).section;
            let share = spare.div_ceil(left).min(room_of(&section));
            let count = packets_of(&section) + share;
            spare -= share;
            packets.clear();
            packetise_exact(self.pid, continuity, &section, count as usize, &mut packets);
            continuity = continuity.wrapping_add(count as u8);
            out.extend((slot..).step_by(pace as usize).zip(packets.iter().copied()));
            next = slot + count * pace;
            ended.extend(SubTable::of(&section).map(|table| (table, next)));
        }
        debug_assert!(out.len() == first || out.len() - first == self.packets as usize);
        pull_back(&mut out[first..], slots.saturating_sub(LAST_SLOTS / 2));
    }

    /// The section that can begin first, behind what is sent and apart from its own sub-table.
    fn earliest(&self, next: u32, ended: &BTreeMap<SubTable, u32>, apart: u32) -> (u32, usize) {
        let start = |sending: &Sending| {
            let own = SubTable::of(&sending.section).and_then(|table| ended.get(&table));
            sending.slot.max(next).max(own.map_or(0, |end| end + apart))
        };
        let starts = self.sendings.iter().enumerate().map(|(i, s)| (start(s), i));
        starts.min().unwrap_or((next, 0))
    }

    /// Slots from one packet to the next: those of the system rate, or fewer where the superframe
    /// is too short for that.
    fn pace(&self, slots: u32, rate: Rate, apart: u32) -> u32 {
        let usable = usable(slots);
        let mut loads: BTreeMap<SubTable, (u32, u32)> = BTreeMap::new();
        for sending in &self.sendings {
            let table = SubTable::of(&sending.section);
            let load = table.map(|table| loads.entry(table).or_default());
            if let Some((sections, packets)) = load {
                *sections += 1;
                *packets += packets_of(&sending.section);
            }
        }
        let of_tables = loads
            .values()
            .map(|(sections, packets)| usable.saturating_sub(sections * apart) / packets.max(&1));
        of_tables.chain([system_pace(rate), spread(usable, self.packets)]).min().unwrap_or(1).max(1)
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
