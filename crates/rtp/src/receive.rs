//! The receiving end of an RTP transport stream: datagrams in any order in, payloads in order out.
//!
//! A pure state machine without a clock: what waits for a missing datagram is measured in
//! datagrams that came after it. Lost datagrams are restored from FEC packets when these are
//! there; duplicates, as a second path sends them (SMPTE ST 2022-7), are dropped. After each push
//! the caller takes deliveries until there are none.

use crate::fec_header::FEC_HEADER_SIZE;
use crate::header::{PAYLOAD_TYPE_MP2T, is_transport_payload, payload_of};
use crate::{Direction, FecHeader, RtpPacket};
use fec::matrix::{PACKETS_MAX, SIDE_MAX};
use fec::{Check, Inserted, Window};

/// Datagrams that may overtake a datagram before it counts as lost, where FEC does not ask for
/// more.
const REORDER_MAX: u64 = 32;
/// Datagrams that are kept: two of the largest matrices, what may overtake them, and a jump.
const WINDOW: u64 = 512;
/// A step ahead that counts as loss; a longer one is taken for an outage or a new sender.
const JUMP_MAX: u64 = WINDOW - 2 * PACKETS_MAX as u64 - REORDER_MAX;
/// FEC packets that wait for datagrams.
const CHECKS_MAX: usize = 128;
/// Consecutive datagrams ahead of the window that prove an outage.
const OUTAGE_RUN: usize = 2;
/// Consecutive datagrams that fit nothing, with none between them that fits, which prove a new
/// sender. A late second path gives shorter runs, as the first path goes on between them.
const RESTART_RUN: usize = 32;
/// The largest body behind a fixed header: an Ethernet frame of IPv4 and UDP.
const BODY_MAX: usize = 1500 - 20 - 8 - 12;
/// A datagram in the form that parities cover: flags, marker and payload type, length, time
/// stamp, body, zeros.
const COVERED: usize = 8 + BODY_MAX;

/// What comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery<'a> {
    /// The next transport packets in order.
    Payload {
        /// One to seven packets.
        bytes: &'a [u8],
        /// The RTP time stamp of the first, 90 kHz.
        timestamp: u32,
        /// Whether it was lost and restored.
        repaired: bool,
    },
    /// This many datagrams are missing between the payload before and the next.
    Lost(u64),
    /// The next payload does not continue the one before: another sender, or a long outage.
    Restart,
}

/// What has been seen, all counted in datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Media datagrams that arrived for the first time.
    pub received: u64,
    /// Media datagrams that were there already.
    pub duplicate: u64,
    /// Media datagrams that came when they had been given up.
    pub late: u64,
    /// Lost datagrams that were restored.
    pub repaired: u64,
    /// Datagrams that stayed lost.
    pub lost: u64,
    /// Datagrams that are not what their port carries, or contradict themselves.
    pub malformed: u64,
    /// FEC packets.
    pub fec_received: u64,
    /// New senders and outages too long to be counted.
    pub restarts: u64,
}

/// The state of one received stream.
#[derive(Debug)]
pub struct Receiver {
    window: Window,
    /// The sender that is followed, once there is one.
    ssrc: Option<u32>,
    /// The next datagram to deliver. Its low 16 bits are the sequence number.
    next: u64,
    /// How far the newest datagram may be ahead of a missing one.
    hold: u64,
    /// Whether missing datagrams are given up at once.
    draining: bool,
    run: Run,
    statistics: Statistics,
}

/// Consecutive datagrams that fit nothing that is followed.
#[derive(Debug, Default)]
struct Run {
    ssrc: u32,
    first: u16,
    covered: Vec<[u8; COVERED]>,
    /// The run is long enough and takes over when the old stream is drained.
    confirmed: bool,
}

impl Default for Receiver {
    fn default() -> Receiver {
        Receiver {
            window: Window::new(COVERED, WINDOW as usize, CHECKS_MAX),
            ssrc: None,
            next: 0,
            hold: REORDER_MAX,
            draining: false,
            run: Run::default(),
            statistics: Statistics::default(),
        }
    }
}

impl Receiver {
    /// Takes a datagram from the media port.
    pub fn push_media(&mut self, datagram: &[u8]) {
        self.draining = false;
        if self.run.confirmed {
            self.take_over();
        }
        let Some((packet, covered)) = RtpPacket::parse(datagram).and_then(cover_media) else {
            self.statistics.malformed += 1;
            return;
        };
        let (ssrc, sequence) = (packet.header().ssrc, packet.header().sequence);
        if self.ssrc.is_none() {
            self.follow(ssrc, sequence);
        }
        let index = self.index_of(sequence);
        let fits = self.ssrc == Some(ssrc)
            && index >= self.window.oldest()
            && index < self.window.end() + JUMP_MAX;
        if fits {
            self.run.covered.clear();
            self.insert(index, &covered);
        } else {
            self.consider(ssrc, sequence, index, covered);
        }
    }

    /// Takes a datagram from one of the FEC ports.
    pub fn push_fec(&mut self, datagram: &[u8]) {
        let parsed = RtpPacket::parse(datagram).and_then(|packet| {
            let (fields, parity) = packet.body().split_first_chunk::<FEC_HEADER_SIZE>()?;
            Some((packet, FecHeader::from_bytes(fields)?, parity))
        });
        let Some((packet, header, parity)) = parsed else {
            self.statistics.malformed += 1;
            return;
        };
        let packets = usize::from(header.offset) * usize::from(header.count);
        let sound = match header.direction {
            Direction::Column => packets <= PACKETS_MAX && header.offset <= SIDE_MAX,
            Direction::Row => header.offset == 1 && header.count <= SIDE_MAX,
        };
        if !sound || parity.len() > BODY_MAX {
            self.statistics.malformed += 1;
            return;
        }
        self.statistics.fec_received += 1;
        if self.ssrc.is_none() {
            return;
        }
        self.hold = self.hold.max(2 * packets as u64 + REORDER_MAX);
        let first = self.index_of(header.base);
        let check = Check { first, step: header.offset, count: header.count };
        self.window.insert_check(check, &cover_parity(packet, header, parity));
    }

    /// Gives up what is still missing: the stream has ended, or nothing came for long.
    pub fn flush(&mut self) {
        self.window.finish();
        self.draining = true;
    }

    /// The next delivery, or none until more is pushed.
    pub fn pop(&mut self) -> Option<Delivery<'_>> {
        let lost = self.give_up();
        if lost > 0 {
            self.statistics.lost += lost;
            return Some(Delivery::Lost(lost));
        }
        if self.run.confirmed && self.next >= self.window.end() {
            self.take_over();
            return Some(Delivery::Restart);
        }
        let index = self.next;
        if !self.window.has(index) {
            return None;
        }
        self.next += 1;
        let repaired = self.window.is_restored(index);
        let payload = self.window.get(index).and_then(uncover);
        match payload {
            Some((bytes, timestamp)) => {
                self.statistics.repaired += u64::from(repaired);
                Some(Delivery::Payload { bytes, timestamp, repaired })
            }
            None => {
                // Only a false FEC packet restores something that is no transport stream.
                self.statistics.malformed += 1;
                self.statistics.lost += 1;
                Some(Delivery::Lost(1))
            }
        }
    }

    /// The counters.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// Begins with a sender.
    fn follow(&mut self, ssrc: u32, sequence: u16) {
        // A round of sequence numbers below the first leaves room for what came before it.
        let index = (self.window.end() | 0xffff) + 1 + 0x1_0000 + u64::from(sequence);
        self.ssrc = Some(ssrc);
        self.window.restart(index);
        self.next = index;
        self.hold = REORDER_MAX;
    }

    /// The index nearest to the newest one that has this sequence number.
    fn index_of(&self, sequence: u16) -> u64 {
        let newest = self.window.end();
        let distance = sequence.wrapping_sub(newest as u16) as i16;
        newest.saturating_add_signed(i64::from(distance))
    }

    fn insert(&mut self, index: u64, covered: &[u8; COVERED]) {
        match self.window.insert(index, covered) {
            Inserted::New if index < self.next => self.statistics.late += 1,
            Inserted::New => self.statistics.received += 1,
            Inserted::Duplicate => self.statistics.duplicate += 1,
            Inserted::TooOld => self.statistics.late += 1,
        }
    }

    /// Keeps a datagram that fits nothing, until there are enough of them to follow.
    fn consider(&mut self, ssrc: u32, sequence: u16, index: u64, covered: [u8; COVERED]) {
        self.statistics.late += u64::from(self.ssrc == Some(ssrc) && index < self.next);
        let run = &mut self.run;
        let continues =
            run.ssrc == ssrc && run.first.wrapping_add(run.covered.len() as u16) == sequence;
        if run.covered.is_empty() || !continues {
            run.covered.clear();
            run.ssrc = ssrc;
            run.first = sequence;
        }
        run.covered.push(covered);
        let is_ahead = self.ssrc == Some(ssrc) && index >= self.window.end();
        let needed = if is_ahead { OUTAGE_RUN } else { RESTART_RUN };
        if run.covered.len() >= needed {
            run.confirmed = true;
            self.draining = true;
        }
    }

    /// Follows the confirmed run instead of what was followed before.
    fn take_over(&mut self) {
        let run = core::mem::take(&mut self.run);
        self.follow(run.ssrc, run.first);
        self.draining = false;
        self.statistics.restarts += 1;
        for (index, covered) in (self.next..).zip(&run.covered) {
            self.insert(index, covered);
        }
    }

    /// Steps over datagrams that will not come any more and says how many.
    fn give_up(&mut self) -> u64 {
        let start = self.next;
        let end = self.window.end();
        while self.next < end && !self.window.has(self.next) {
            if !self.draining && end - self.next <= self.hold {
                break;
            }
            self.next += 1;
        }
        self.next - start
    }
}

/// The covered form of a media packet; `None` when it does not carry transport packets.
fn cover_media(packet: RtpPacket) -> Option<(RtpPacket, [u8; COVERED])> {
    let header = packet.header();
    let body = packet.body();
    let is_media = header.payload_type == PAYLOAD_TYPE_MP2T && body.len() <= BODY_MAX;
    if !is_media || !packet.payload().is_some_and(is_transport_payload) {
        return None;
    }
    let second = (u8::from(header.marker) << 7) | header.payload_type;
    let len = body.len() as u16;
    Some((packet, cover(packet.flags(), second, len, header.timestamp, body)))
}

/// The covered form of a parity.
fn cover_parity(packet: RtpPacket, header: FecHeader, parity: &[u8]) -> [u8; COVERED] {
    let second = (u8::from(packet.header().marker) << 7) | header.payload_type_recovery;
    cover(packet.flags(), second, header.length_recovery, header.timestamp_recovery, parity)
}

fn cover(flags: u8, second: u8, len: u16, timestamp: u32, body: &[u8]) -> [u8; COVERED] {
    let mut covered = [0; COVERED];
    covered[0] = flags;
    covered[1] = second;
    covered[2..4].copy_from_slice(&len.to_be_bytes());
    covered[4..8].copy_from_slice(&timestamp.to_be_bytes());
    covered[8..8 + body.len()].copy_from_slice(body);
    covered
}

/// The transport packets and the time stamp in a covered form.
fn uncover(covered: &[u8]) -> Option<(&[u8], u32)> {
    let (fields, body) = covered.split_first_chunk::<8>()?;
    let len = u16::from_be_bytes([fields[2], fields[3]]);
    let payload = payload_of(fields[0], body.get(..usize::from(len))?)?;
    let timestamp = u32::from_be_bytes([fields[4], fields[5], fields[6], fields[7]]);
    let sound = fields[1] & 0x7f == PAYLOAD_TYPE_MP2T && is_transport_payload(payload);
    sound.then_some((payload, timestamp))
}
