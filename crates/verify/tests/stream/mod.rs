//! A small conformant stream, made slot by slot with nothing of the project's multiplexer.
//!
//! 1.2 Mbit/s: one service with H.264 and MP2, tables with two events and their schedule, and a
//! clock of its own. A [`Plan`] says how much of it there is and where it is bent.

#![allow(dead_code, reason = "each test uses a part of it")]

mod pictures;
mod tables;

use std::collections::BTreeMap;
use ts::packet::{AdaptationFlags, NULL_PACKET, pcr_packet, set_continuity, write_packet};
use ts::pes::PesHeader;
use ts::section::packetise;
use ts::{PACKET_SIZE, Packet, Pid, Rate, TICKS_PER_SECOND, Ticks, Timestamp};

pub const SECOND: u64 = TICKS_PER_SECOND;
pub const MS: u64 = SECOND / 1000;
pub const RATE_BPS: u64 = 1_200_000;
/// 1504 bits at 1.2 Mbit/s.
pub const SLOT: u64 = 33_840;
/// The clock at the first packet.
pub const CLOCK_START: u64 = 3_000 * SECOND;
/// 2026-09-01 00:30:00.
pub const START_UTC_S: i64 = 1_788_222_600;

pub const PMT: u16 = 0x20;
pub const PCR: u16 = 0x21;
pub const VIDEO: u16 = 0x31;
pub const AUDIO: u16 = 0x32;
pub const DATA: u16 = 0x33;

const FRAME: u64 = 40 * MS;
const AUDIO_FRAME: u64 = 24 * MS;

/// What a thing on the wheel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    Clock,
    Pat,
    Pmt,
    Nit,
    NitOther,
    Sdt,
    SdtOther,
    Present,
    Following,
    PresentOther,
    FollowingOther,
    Schedule,
    Tdt,
    Data,
    Video,
    Audio,
}

type Omit = Box<dyn Fn(Item, u64) -> bool>;

/// How the stream is made. The default is conformant.
pub struct Plan {
    pub seconds: u64,
    /// The clock at the first packet.
    pub clock_start: u64,
    pub pcr_interval: u64,
    /// The times that the TDT tells are off by this.
    pub tdt_offset_s: i64,
    /// Leaves out items by kind and time.
    pub omit: Omit,
    /// Moves the clock reference of a time, in ticks.
    pub bend_clock: Box<dyn Fn(u64) -> i64>,
    /// From the first packet of a picture to its decoding.
    pub video_lead: u64,
    pub video_bytes: usize,
    pub audio_lead: u64,
    /// PTS less DTS of pictures.
    pub reorder: i64,
    /// Whether a picture of this time has time stamps.
    pub stamped: Box<dyn Fn(u64) -> bool>,
    /// Present and following change so much behind their time.
    pub guide_late: u64,
    /// The schedule has the first event end so many seconds early.
    pub schedule_short_s: i64,
    /// Interval of packets on the data PID; none when `None`.
    pub data_interval: Option<u64>,
    /// Descriptors of the data PID.
    pub data_descriptors: Vec<u8>,
    /// Further components of the PMT: stream_type and PID.
    pub ghosts: Vec<(u8, u16)>,
    /// The interval of the clock of a running programme: PAT and PMT.
    pub psi_interval: u64,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            seconds: 45,
            clock_start: CLOCK_START,
            pcr_interval: 30 * MS,
            tdt_offset_s: 0,
            omit: Box::new(|_, _| false),
            bend_clock: Box::new(|_| 0),
            video_lead: 600 * MS,
            video_bytes: 1500,
            audio_lead: 150 * MS,
            reorder: FRAME as i64,
            stamped: Box::new(|_| true),
            guide_late: 0,
            schedule_short_s: 0,
            data_interval: Some(50 * MS),
            data_descriptors: Vec::new(),
            ghosts: Vec::new(),
            psi_interval: 200 * MS,
        }
    }
}

pub fn rate() -> Rate {
    Rate::new(RATE_BPS, 1).unwrap()
}

/// The packets of the plan, counters set.
pub fn packets(plan: &Plan) -> Vec<Packet> {
    let mut due = schedule(plan);
    due.sort_by_key(|(time, item, _)| (*time, *item));
    due.reverse();
    let mut out = Vec::new();
    let mut last_clock = None;
    for slot in 0..plan.seconds * SECOND / SLOT {
        let now = slot * SLOT;
        let clock_due = last_clock.is_none_or(|last| now + SLOT > last + plan.pcr_interval);
        if clock_due && !(plan.omit)(Item::Clock, now) {
            last_clock = Some(now);
            let value = (plan.clock_start + now).wrapping_add_signed((plan.bend_clock)(now));
            out.push(pcr_packet(pid(PCR), 0, Ticks(value).pcr()));
        } else if due.last().is_some_and(|(time, _, _)| *time <= now) {
            out.extend(due.pop().map(|(_, _, packet)| packet));
        } else {
            out.push(NULL_PACKET);
        }
    }
    count(&mut out);
    out
}

/// The bytes of packets.
pub fn bytes(packets: &[Packet]) -> Vec<u8> {
    packets.concat()
}

/// Numbers the packets of each PID.
pub fn count(packets: &mut [Packet]) {
    let mut counters = BTreeMap::new();
    for packet in packets {
        let counter: &mut u8 = counters.entry([packet[1] & 0x1f, packet[2]]).or_insert(15);
        if packet[3] & 0x10 != 0 {
            *counter = (*counter + 1) & 0x0f;
        }
        set_continuity(packet, *counter);
    }
}

/// The first packet of a PID at or behind a time, by its place.
pub fn place_of(packets: &[Packet], wanted: u16, from: u64) -> usize {
    let from = (from / SLOT) as usize;
    let found = packets[from..].iter().position(|packet| pid_of(packet) == wanted);
    from + found.expect("the PID comes")
}

pub fn pid_of(packet: &Packet) -> u16 {
    u16::from_be_bytes([packet[1] & 0x1f, packet[2]])
}

pub fn pid(value: u16) -> Pid {
    Pid::new(value).unwrap()
}

/// A packet with this section in it.
pub fn section_packet(on: u16, section: &[u8]) -> Packet {
    let mut out = Vec::new();
    packetise(pid(on), 0, &[section], &mut out);
    out[0]
}

fn schedule(plan: &Plan) -> Vec<(u64, Item, Packet)> {
    let mut due = Vec::new();
    let end = plan.seconds * SECOND;
    for (item, on, interval, phase) in tables::wheel(plan.psi_interval) {
        let mut time = phase;
        while time < end {
            if !(plan.omit)(item, time) {
                due.push((time, item, section_packet(on, &tables::section(item, time, plan))));
            }
            time += interval;
        }
    }
    if let Some(interval) = plan.data_interval {
        for n in 0..end / interval {
            due.push((n * interval, Item::Data, section_packet(DATA, &tables::private_section())));
        }
    }
    for n in 0..end / FRAME {
        let time = n * FRAME;
        let unit = pictures::picture(n, plan.video_bytes);
        let decode = plan.clock_start + time + plan.video_lead;
        let header = video_header(plan, time, decode);
        spread(&mut due, Item::Video, VIDEO, time, FRAME, &header, &unit);
    }
    for n in 0..end / AUDIO_FRAME {
        let time = n * AUDIO_FRAME;
        let header = PesHeader {
            stream_id: 0xc0,
            pts: Some(stamp(plan.clock_start + time + plan.audio_lead)),
            dts: None,
            data_alignment: true,
            payload_len: Some(pictures::AUDIO_BYTES),
        };
        spread(&mut due, Item::Audio, AUDIO, time, AUDIO_FRAME, &header, &pictures::audio());
    }
    due.retain(|(time, item, _)| !(plan.omit)(*item, *time));
    due
}

fn video_header(plan: &Plan, time: u64, decode: u64) -> PesHeader {
    let stamped = (plan.stamped)(time);
    PesHeader {
        stream_id: 0xe0,
        pts: stamped.then(|| stamp(decode.wrapping_add_signed(plan.reorder))),
        dts: stamped.then(|| stamp(decode)),
        data_alignment: true,
        payload_len: None,
    }
}

fn stamp(ticks: u64) -> Timestamp {
    Ticks(ticks).timestamp()
}

/// Cuts one PES packet into packets that leave evenly over `span`.
fn spread(
    due: &mut Vec<(u64, Item, Packet)>,
    item: Item,
    on: u16,
    time: u64,
    span: u64,
    header: &PesHeader,
    body: &[u8],
) {
    let mut bytes = Vec::new();
    header.write(&mut bytes);
    bytes.extend_from_slice(body);
    let mut parts = Vec::new();
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let mut packet = [0; PACKET_SIZE];
        let first = parts.is_empty();
        let taken = write_packet(&mut packet, pid(on), 0, first, AdaptationFlags::default(), rest);
        rest = &rest[taken..];
        parts.push(packet);
    }
    let gap = span / parts.len() as u64;
    for (n, packet) in (0..).zip(parts) {
        due.push((time + n * gap, item, packet));
    }
}
