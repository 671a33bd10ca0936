//! Sections of one PID with the place of their first and last byte.
//!
//! The 25 ms rule is about bytes, so the places are kept in bytes of the stream, which the
//! reassembly of the `ts` crate does not need.

use ts::PacketView;
use ts::section::section_size;

/// A value of table_id that means stuffing to the end of the packet.
const STUFFING: u8 = 0xff;

/// From where to where a section goes, in bytes since the start of the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Its first byte.
    pub(crate) first: u64,
    /// The byte behind its last.
    pub(crate) end: u64,
}

/// Puts sections together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gather {
    partial: Vec<u8>,
    first: u64,
    inside: bool,
}

impl Gather {
    /// A packet is missing: what was begun is dropped.
    pub(crate) fn break_off(&mut self) {
        self.partial.clear();
        self.inside = false;
    }

    /// Takes the next packet, which begins at this byte of the stream, and hands out each section
    /// that ends in it. Returns false when the pointer of the packet is damaged.
    pub(crate) fn push(
        &mut self,
        packet: PacketView<'_>,
        byte: u64,
        mut section: impl FnMut(&[u8], Extent),
    ) -> bool {
        let payload = packet.payload();
        let end = byte + ts::PACKET_SIZE as u64;
        if !packet.unit_start() {
            self.take(payload, end - payload.len() as u64, &mut section);
            return true;
        }
        let split = payload.split_first().map(|(pointer, rest)| (usize::from(*pointer), rest));
        let Some((tail, head)) = split.and_then(|(at, rest)| rest.split_at_checked(at)) else {
            self.break_off();
            return false;
        };
        self.take(tail, end - (tail.len() + head.len()) as u64, &mut section);
        let sound = self.partial.is_empty();
        self.partial.clear();
        self.inside = true;
        self.take(head, end - head.len() as u64, &mut section);
        sound
    }

    fn take(&mut self, mut bytes: &[u8], mut at: u64, section: &mut impl FnMut(&[u8], Extent)) {
        while self.inside && !bytes.is_empty() {
            if self.partial.is_empty() {
                if bytes[0] == STUFFING {
                    self.inside = false;
                    return;
                }
                self.first = at;
            }
            let wanted = match section_size(&self.partial) {
                Some(size) => size - self.partial.len(),
                None => 3 - self.partial.len(),
            };
            let (now, later) = bytes.split_at(wanted.min(bytes.len()));
            self.partial.extend_from_slice(now);
            at += now.len() as u64;
            bytes = later;
            if section_size(&self.partial) == Some(self.partial.len()) {
                section(&self.partial, Extent { first: self.first, end: at });
                self.partial.clear();
            }
        }
    }
}
