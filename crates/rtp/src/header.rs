//! The fixed RTP header (RFC 3550 clause 5.1), and how the datagrams of a multiplex are numbered.
//!
//! ```text
//!  0                   1                   2                   3
//! |V=2|P|X|  CC   |M|     PT      |        sequence number        |
//! |                     time stamp (90 kHz)                       |
//! |                            SSRC                               |
//! ```

use crate::{DATAGRAM_PACKETS, HEADER_SIZE, PAYLOAD_SIZE};
use ts::packet::SYNC_BYTE;
use ts::{PACKET_SIZE, SlotGrid, Ticks};

/// The payload type of MPEG-2 transport streams (RFC 3551 table 5).
pub const PAYLOAD_TYPE_MP2T: u8 = 33;

/// The numbering of one multiplex: everything that its RTP headers are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaStream {
    /// The slots of the multiplex. Datagram `n` holds slots `7 n` to `7 n + 6`.
    pub grid: SlotGrid,
    /// The synchronisation source, the same on every machine that sends this multiplex.
    pub ssrc: u32,
}

impl MediaStream {
    /// When datagram `index` leaves: the time of its first slot.
    pub const fn due(self, index: u64) -> Ticks {
        self.grid.time_of(index * DATAGRAM_PACKETS as u64)
    }

    /// The first datagram that leaves at or after `time`.
    pub const fn first_at_or_after(self, time: Ticks) -> u64 {
        self.grid.first_at_or_after(time).div_ceil(DATAGRAM_PACKETS as u64)
    }

    /// Writes the header of datagram `index`: sequence number and time stamp follow from the
    /// index (RFC 2250 clause 2), the marker is never set as the time never jumps.
    pub fn write_header(self, index: u64, header: &mut [u8; HEADER_SIZE]) {
        *header = RtpHeader {
            marker: false,
            payload_type: PAYLOAD_TYPE_MP2T,
            sequence: index as u16,
            timestamp: self.due(index).rtp_timestamp(),
            ssrc: self.ssrc,
        }
        .to_bytes();
    }
}

/// The fields of a header without contributing sources, extension or padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpHeader {
    /// M.
    pub marker: bool,
    /// PT, seven bits.
    pub payload_type: u8,
    /// The sequence number.
    pub sequence: u16,
    /// The time stamp; 90 kHz for transport streams.
    pub timestamp: u32,
    /// The synchronisation source.
    pub ssrc: u32,
}

impl RtpHeader {
    /// The header as it stands on the wire.
    pub const fn to_bytes(self) -> [u8; HEADER_SIZE] {
        let [s0, s1] = self.sequence.to_be_bytes();
        let [t0, t1, t2, t3] = self.timestamp.to_be_bytes();
        let [c0, c1, c2, c3] = self.ssrc.to_be_bytes();
        let marker_and_type = ((self.marker as u8) << 7) | (self.payload_type & 0x7f);
        [0x80, marker_and_type, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3]
    }
}

/// An RTP packet seen through its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    fixed: &'a [u8; HEADER_SIZE],
    body: &'a [u8],
}

impl<'a> RtpPacket<'a> {
    /// The view of a packet; `None` when it is too short for a header or not of version 2.
    pub fn parse(bytes: &'a [u8]) -> Option<RtpPacket<'a>> {
        let (fixed, body) = bytes.split_first_chunk::<HEADER_SIZE>()?;
        if fixed[0] >> 6 == 2 { Some(RtpPacket { fixed, body }) } else { None }
    }

    /// The fixed fields.
    pub const fn header(self) -> RtpHeader {
        let h = self.fixed;
        RtpHeader {
            marker: h[1] & 0x80 != 0,
            payload_type: h[1] & 0x7f,
            sequence: u16::from_be_bytes([h[2], h[3]]),
            timestamp: u32::from_be_bytes([h[4], h[5], h[6], h[7]]),
            ssrc: u32::from_be_bytes([h[8], h[9], h[10], h[11]]),
        }
    }

    /// The padding, extension and contributing source count bits of the first byte.
    pub const fn flags(self) -> u8 {
        self.fixed[0] & 0x3f
    }

    /// Everything behind the fixed header.
    pub const fn body(self) -> &'a [u8] {
        self.body
    }

    /// The payload behind contributing sources and extension, without padding; `None` when the
    /// lengths in the packet contradict its size.
    pub fn payload(self) -> Option<&'a [u8]> {
        payload_of(self.flags(), self.body)
    }
}

/// The payload in what follows the fixed header, given the flags of the first byte.
pub(crate) fn payload_of(flags: u8, body: &[u8]) -> Option<&[u8]> {
    let mut payload = body.get(usize::from(flags & 0x0f) * 4..)?;
    if flags & 0x10 != 0 {
        let words = u16::from_be_bytes([*payload.get(2)?, *payload.get(3)?]);
        payload = payload.get(4 + usize::from(words) * 4..)?;
    }
    if flags & 0x20 != 0 {
        let padding = usize::from(*payload.last()?);
        payload = payload.get(..payload.len().checked_sub(padding)?)?;
    }
    Some(payload)
}

/// Whether `payload` is one to seven whole transport packets, as its length and its first byte
/// say (SMPTE ST 2022-2 clause 6).
pub fn is_transport_payload(payload: &[u8]) -> bool {
    payload.first() == Some(&SYNC_BYTE)
        && payload.len().is_multiple_of(PACKET_SIZE)
        && payload.len() <= PAYLOAD_SIZE
}

/// What a datagram on a media port is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encapsulation<'a> {
    /// Transport packets straight in UDP.
    Udp(&'a [u8]),
    /// RTP with payload type 33.
    Rtp(RtpPacket<'a>),
    /// Something else.
    Unknown,
}

/// Tells plain UDP from RTP by the first bytes (ETSI TS 102 034 clause 7.1): the sync byte, or
/// version 2 with the payload type of transport streams.
pub fn classify(datagram: &[u8]) -> Encapsulation<'_> {
    if is_transport_payload(datagram) {
        return Encapsulation::Udp(datagram);
    }
    match RtpPacket::parse(datagram) {
        Some(packet) if packet.header().payload_type == PAYLOAD_TYPE_MP2T => {
            Encapsulation::Rtp(packet)
        }
        _ => Encapsulation::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ts::Rate;

    fn stream() -> MediaStream {
        // 7 packets last exactly one millisecond at this rate.
        let rate = Rate::new(7 * 1504 * 1000, 1).unwrap();
        MediaStream { grid: SlotGrid::new(rate), ssrc: 0x1234_5678 }
    }

    #[test]
    fn the_header_follows_from_the_datagram_index() {
        let mut header = [0; 12];
        stream().write_header(0x1_0002, &mut header);
        // 65538 ms are 5,898,420 ticks of 90 kHz.
        assert_eq!(header, [0x80, 33, 0, 2, 0x00, 0x5a, 0x00, 0xb4, 0x12, 0x34, 0x56, 0x78]);
    }

    #[test]
    fn sequence_and_time_stamp_wrap_apart() {
        let mut header = [0; 12];
        // 2^32 / 90 ms is 47,721,858.8 ms: the first whole millisecond behind the wrap.
        stream().write_header(47_721_859, &mut header);
        let read = RtpPacket::parse(&header).unwrap().header();
        assert_eq!(read.timestamp, (47_721_859u64 * 90 - (1 << 32)) as u32);
        assert_eq!(read.sequence, (47_721_859u64 % 65_536) as u16);
    }

    #[test]
    fn sources_extension_and_padding_are_not_payload() {
        let mut packet =
            RtpHeader { marker: true, payload_type: 33, sequence: 1, timestamp: 2, ssrc: 3 }
                .to_bytes()
                .to_vec();
        packet[0] |= 0x20 | 0x10 | 1;
        packet.extend_from_slice(&[9; 4]);
        packet.extend_from_slice(&[0xbe, 0xde, 0, 1, 8, 8, 8, 8]);
        packet.extend_from_slice(&[0x47, 1, 2]);
        packet.extend_from_slice(&[0, 2]);
        assert_eq!(RtpPacket::parse(&packet).unwrap().payload(), Some(&[0x47, 1, 2][..]));
        packet.truncate(14);
        assert_eq!(RtpPacket::parse(&packet).unwrap().payload(), None);
    }

    #[test]
    fn plain_udp_and_rtp_are_told_apart() {
        let mut plain = vec![0; PAYLOAD_SIZE];
        plain.iter_mut().step_by(188).for_each(|byte| *byte = 0x47);
        assert_eq!(classify(&plain), Encapsulation::Udp(&plain));
        assert_eq!(classify(&plain[..187]), Encapsulation::Unknown);
        let mut header = [0; 12];
        stream().write_header(5, &mut header);
        let datagram = [&header[..], &plain].concat();
        assert!(matches!(classify(&datagram), Encapsulation::Rtp(p) if p.body() == plain));
    }

    proptest! {
        #[test]
        fn any_header_survives_the_wire(
            marker: bool, payload_type in 0u8..128, sequence: u16, timestamp: u32, ssrc: u32,
        ) {
            let header = RtpHeader { marker, payload_type, sequence, timestamp, ssrc };
            let bytes = header.to_bytes();
            prop_assert_eq!(RtpPacket::parse(&bytes).unwrap().header(), header);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = classify(&bytes);
            let _ = RtpPacket::parse(&bytes).map(RtpPacket::payload);
        }

        #[test]
        fn the_first_datagram_at_or_after_any_time_is_exact(t in 0u64..60_000_000_000_000_000) {
            let index = stream().first_at_or_after(Ticks(t));
            prop_assert!(stream().due(index) >= Ticks(t));
            prop_assert!(index == 0 || stream().due(index - 1) < Ticks(t));
        }
    }
}
