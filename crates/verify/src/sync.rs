//! From bytes to packets: TR 101 290 rows 1.1 and 1.2.
//!
//! Five sync bytes in their places gain the lock, two bad ones in a row lose it. The outcome
//! depends on the bytes only, never on how they were cut into pieces.

use ts::packet::SYNC_BYTE;
use ts::{PACKET_SIZE, Packet};

/// Sync bytes in a row that gain the lock.
const TO_GAIN: usize = 5;
/// Bad sync bytes in a row that lose it.
const TO_LOSE: u32 = 2;
/// Bytes that must be in hand to decide whether a lock begins at the first of them.
const HUNT_WINDOW: usize = (TO_GAIN - 1) * PACKET_SIZE + 1;

/// Bytes that are hunted through at a time when they came in pieces.
const HUNT_STEP: usize = 8 * HUNT_WINDOW;

/// What the framer hands out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame<'a> {
    /// A packet in its place.
    Packet(&'a Packet),
    /// A packet whose sync byte has this value instead.
    BadSync(u8),
    /// The lock is lost.
    Lost,
    /// The lock is back; so many bytes in between belong to no packet.
    Found {
        /// Bytes skipped.
        skipped: u64,
    },
}

/// Cuts bytes into packets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Framer {
    pending: Vec<u8>,
    locked: bool,
    was_locked: bool,
    bad_in_a_row: u32,
    skipped: u64,
}

impl Framer {
    /// Takes the next bytes and hands out what they complete.
    pub(crate) fn push(&mut self, mut bytes: &[u8], mut out: impl FnMut(Frame<'_>)) {
        // What is left of the last piece is completed first, so that the rest is read in place.
        let mut pending = core::mem::take(&mut self.pending);
        while !pending.is_empty() && !bytes.is_empty() {
            let wanted = if self.locked { PACKET_SIZE } else { HUNT_STEP };
            let take = wanted.saturating_sub(pending.len()).min(bytes.len());
            pending.extend_from_slice(&bytes[..take]);
            bytes = &bytes[take..];
            let used = self.consume(&pending, &mut out);
            pending.drain(..used);
        }
        if pending.is_empty() {
            let used = self.consume(bytes, &mut out);
            pending.extend_from_slice(&bytes[used..]);
        }
        self.pending = pending;
    }

    /// Ends the stream: a lock that too few bytes were left to gain is gained by what there is.
    /// Says whether there ever was one.
    pub(crate) fn finish(&mut self, mut out: impl FnMut(Frame<'_>)) -> bool {
        let pending = core::mem::take(&mut self.pending);
        let whole = pending.len() >= PACKET_SIZE;
        if !self.locked && whole && pending.iter().step_by(PACKET_SIZE).all(|b| *b == SYNC_BYTE) {
            self.lock(&mut out);
            self.consume(&pending, &mut out);
        }
        self.was_locked
    }

    /// Reads as far as it can and says how many bytes are done with.
    fn consume(&mut self, bytes: &[u8], out: &mut impl FnMut(Frame<'_>)) -> usize {
        let mut at = 0;
        loop {
            let rest = &bytes[at..];
            if self.locked {
                let Some(packet) = rest.first_chunk::<PACKET_SIZE>() else {
                    return at;
                };
                at += self.locked_packet(packet, out);
            } else {
                if rest.len() < HUNT_WINDOW {
                    return at;
                }
                if rest.iter().step_by(PACKET_SIZE).take(TO_GAIN).all(|b| *b == SYNC_BYTE) {
                    self.lock(out);
                } else {
                    self.skipped += 1;
                    at += 1;
                }
            }
        }
    }

    fn locked_packet(&mut self, packet: &Packet, out: &mut impl FnMut(Frame<'_>)) -> usize {
        if packet[0] == SYNC_BYTE {
            self.bad_in_a_row = 0;
            out(Frame::Packet(packet));
            return PACKET_SIZE;
        }
        self.bad_in_a_row += 1;
        out(Frame::BadSync(packet[0]));
        if self.bad_in_a_row < TO_LOSE {
            return PACKET_SIZE;
        }
        self.locked = false;
        self.skipped = 0;
        out(Frame::Lost);
        // The byte itself is known to be no sync byte.
        PACKET_SIZE
    }

    fn lock(&mut self, out: &mut impl FnMut(Frame<'_>)) {
        self.locked = true;
        self.bad_in_a_row = 0;
        if self.was_locked || self.skipped > 0 {
            out(Frame::Found { skipped: self.skipped });
        }
        self.was_locked = true;
        self.skipped = 0;
    }
}
