//! The header of FEC packets (SMPTE ST 2022-1 clause 8.4, after RFC 2733).
//!
//! ```text
//!  0                   1                   2                   3
//! |        SNBase low bits        |        length recovery        |
//! |E| PT recovery |                     mask                      |
//! |                      time stamp recovery                      |
//! |N|D|type |index|    offset     |      NA       |SNBase ext bits|
//! ```
//!
//! It stands between the RTP header of the FEC packet and the parity of the payloads. The
//! recovery fields are the parities of the fields of the media packets; the parities of their
//! padding, extension, source count and marker bits stand in the RTP header of the FEC packet.

/// Bytes of the header.
pub const FEC_HEADER_SIZE: usize = 16;
/// The payload type of FEC packets: the first dynamic one, as all known equipment has it.
pub const PAYLOAD_TYPE_FEC: u8 = 96;

/// What a FEC packet protects: the D bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Packets that stand a row apart; the flow on the media port + 2.
    Column,
    /// Neighbours; the flow on the media port + 4.
    Row,
}

impl Direction {
    /// What is added to the media port for this flow (SMPTE ST 2022-1 clause 8.2).
    pub const fn port_offset(self) -> u16 {
        match self {
            Direction::Column => 2,
            Direction::Row => 4,
        }
    }
}

/// The fields of the header that are not constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FecHeader {
    /// The sequence number of the first media packet that is protected.
    pub base: u16,
    /// The parity of the lengths behind the fixed RTP header.
    pub length_recovery: u16,
    /// The parity of the payload types, seven bits.
    pub payload_type_recovery: u8,
    /// The parity of the time stamps.
    pub timestamp_recovery: u32,
    /// Whether a column or a row is protected.
    pub direction: Direction,
    /// The distance of the protected packets: L for a column, 1 for a row.
    pub offset: u8,
    /// The number of protected packets: D for a column, L for a row.
    pub count: u8,
}

impl FecHeader {
    /// The header as it stands on the wire.
    pub const fn to_bytes(self) -> [u8; FEC_HEADER_SIZE] {
        let [b0, b1] = self.base.to_be_bytes();
        let [l0, l1] = self.length_recovery.to_be_bytes();
        let [t0, t1, t2, t3] = self.timestamp_recovery.to_be_bytes();
        let extended_and_type = 0x80 | (self.payload_type_recovery & 0x7f);
        let direction = match self.direction {
            Direction::Column => 0x00,
            Direction::Row => 0x40,
        };
        [
            b0,
            b1,
            l0,
            l1,
            extended_and_type,
            0,
            0,
            0,
            t0,
            t1,
            t2,
            t3,
            direction,
            self.offset,
            self.count,
            0,
        ]
    }

    /// Reads a header; `None` when it names a code other than the parity (type 0, index 0), or
    /// protects no more than one packet.
    pub const fn from_bytes(h: &[u8; FEC_HEADER_SIZE]) -> Option<FecHeader> {
        let is_parity = h[12] & 0xbf == 0;
        let (offset, count) = (h[13], h[14]);
        if !is_parity || offset == 0 || count < 2 {
            return None;
        }
        Some(FecHeader {
            base: u16::from_be_bytes([h[0], h[1]]),
            length_recovery: u16::from_be_bytes([h[2], h[3]]),
            payload_type_recovery: h[4] & 0x7f,
            timestamp_recovery: u32::from_be_bytes([h[8], h[9], h[10], h[11]]),
            direction: if h[12] & 0x40 == 0 { Direction::Column } else { Direction::Row },
            offset,
            count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_column_of_ten_packets_has_the_published_layout() {
        let header = FecHeader {
            base: 0xfffe,
            length_recovery: 0,
            payload_type_recovery: 0,
            timestamp_recovery: 0x0102_0304,
            direction: Direction::Column,
            offset: 10,
            count: 10,
        };
        let bytes = [0xff, 0xfe, 0, 0, 0x80, 0, 0, 0, 1, 2, 3, 4, 0, 10, 10, 0];
        assert_eq!(header.to_bytes(), bytes);
    }

    #[test]
    fn a_row_of_five_packets_has_the_published_layout() {
        let header = FecHeader {
            base: 5,
            length_recovery: 1316,
            payload_type_recovery: 33,
            timestamp_recovery: 0,
            direction: Direction::Row,
            offset: 1,
            count: 5,
        };
        let bytes = [0, 5, 0x05, 0x24, 0x80 | 33, 0, 0, 0, 0, 0, 0, 0, 0x40, 1, 5, 0];
        assert_eq!(header.to_bytes(), bytes);
    }

    #[test]
    fn codes_other_than_the_parity_are_not_read() {
        let mut bytes = [0, 5, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x40, 1, 5, 0];
        assert!(FecHeader::from_bytes(&bytes).is_some());
        bytes[12] = 0x48;
        assert_eq!(FecHeader::from_bytes(&bytes), None);
    }

    proptest! {
        #[test]
        fn any_header_survives_the_wire(
            base: u16, length_recovery: u16, payload_type_recovery in 0u8..128,
            timestamp_recovery: u32, row: bool, offset in 1u8.., count in 2u8..,
        ) {
            let direction = if row { Direction::Row } else { Direction::Column };
            let header = FecHeader {
                base, length_recovery, payload_type_recovery, timestamp_recovery, direction,
                offset, count,
            };
            prop_assert_eq!(FecHeader::from_bytes(&header.to_bytes()), Some(header));
        }
    }
}
