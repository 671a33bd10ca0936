//! Packets out of bytes that are cut anywhere, as a file or a pipe gives them.

use ts::packet::SYNC_BYTE;
use ts::{PACKET_SIZE, Packet};

/// Finds the packets in a stream of bytes.
#[derive(Debug, Default)]
pub(crate) struct PacketStream {
    carry: Vec<u8>,
    in_sync: bool,
    losses: u64,
}

impl PacketStream {
    /// Takes the next bytes and hands out the packets that end in them.
    pub(crate) fn push(&mut self, bytes: &[u8], mut packet: impl FnMut(&Packet)) {
        self.carry.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(next) = self.carry.get(at..at + PACKET_SIZE) {
            if self.is_start(at) {
                self.in_sync = true;
                if let Ok(next) = next.try_into() {
                    packet(next);
                }
                at += PACKET_SIZE;
                continue;
            }
            self.losses += u64::from(self.in_sync);
            self.in_sync = false;
            let ahead = self.carry[at + 1..].iter().position(|byte| *byte == SYNC_BYTE);
            at = ahead.map_or(self.carry.len(), |distance| at + 1 + distance);
        }
        self.carry.drain(..at.min(self.carry.len()));
    }

    /// How often the packets did not go on where they should.
    pub(crate) const fn losses(&self) -> u64 {
        self.losses
    }

    /// A sync byte, and out of sync also one a packet later if that is there already: 0x47 is
    /// frequent in payloads.
    fn is_start(&self, at: usize) -> bool {
        let sync = |at: usize| self.carry.get(at).is_none_or(|byte| *byte == SYNC_BYTE);
        sync(at) && (self.in_sync || sync(at + PACKET_SIZE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ts::NULL_PACKET;

    #[test]
    fn packets_are_found_again_behind_foreign_bytes() {
        let mut bytes = NULL_PACKET.repeat(3);
        bytes.extend_from_slice(&[0, 0x47, 1, 2]);
        bytes.extend_from_slice(&NULL_PACKET.repeat(3));
        let mut stream = PacketStream::default();
        let mut found = 0;
        stream.push(&bytes, |packet| found += usize::from(*packet == NULL_PACKET));
        assert_eq!((found, stream.losses()), (6, 1));
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_packets(cuts in proptest::collection::vec(1usize..400, 1..20)) {
            let bytes = NULL_PACKET.repeat(20);
            let mut stream = PacketStream::default();
            let (mut found, mut at) = (0, 0);
            for cut in cuts.iter().cycle() {
                let end = (at + cut).min(bytes.len());
                stream.push(&bytes[at..end], |packet| found += usize::from(*packet == NULL_PACKET));
                at = end;
                if at == bytes.len() { break; }
            }
            prop_assert_eq!((found, stream.losses()), (20, 0));
        }

        #[test]
        fn any_bytes_are_taken_in_bounded_memory(bytes in proptest::collection::vec(
            prop_oneof![Just(0x47u8), any::<u8>()], 0..2000)) {
            let mut stream = PacketStream::default();
            for piece in bytes.chunks(97) {
                stream.push(piece, |_| {});
                prop_assert!(stream.carry.len() < PACKET_SIZE);
            }
        }
    }
}
