//! Multiprotocol encapsulation: an IP datagram in a section (EN 301 192 clause 7).
//!
//! ```text
//! 0x3e | 1011 | length 12 | MAC_6 | MAC_5 | 11 | scrambling 2 + 2 | LLC_SNAP | current | number |
//! last number | MAC_4 | MAC_3 | MAC_2 | MAC_1 | datagram | CRC_32
//! ```
//!
//! The address is written backwards: MAC_1 is its first byte. In streams with time slicing or
//! MPE-FEC the four bytes of MAC_4 to MAC_1 hold [`RealTime`] in their place.

use core::net::{Ipv4Addr, Ipv6Addr};
use ts::section::{LongHeader, SectionError, SectionView, write_section};

/// Table of datagram sections.
pub const TABLE_DATAGRAM: u8 = 0x3e;
/// Bytes of the longest datagram that a section holds.
pub const DATAGRAM_SIZE_MAX: usize = 4096 - OVERHEAD;

/// Header and CRC of a section around its datagram.
const OVERHEAD: usize = 16;

/// A MAC address, in the order in which it is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddress(pub [u8; 6]);

impl MacAddress {
    /// The address of an IPv4 multicast group (RFC 1112).
    pub const fn of_group_v4(group: Ipv4Addr) -> MacAddress {
        let [_, b, c, d] = group.octets();
        MacAddress([0x01, 0x00, 0x5e, b & 0x7f, c, d])
    }

    /// The address of an IPv6 multicast group (RFC 2464).
    pub const fn of_group_v6(group: Ipv6Addr) -> MacAddress {
        let [.., a, b, c, d] = group.octets();
        MacAddress([0x33, 0x33, a, b, c, d])
    }
}

/// What stands in the four bytes before the datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressing {
    /// The whole MAC address.
    Mac(MacAddress),
    /// The last two bytes of the MAC address, MAC_5 and MAC_6, and the real-time parameters.
    RealTime([u8; 2], RealTime),
}

/// real_time_parameters (EN 301 192 clause 9.10).
///
/// ```text
/// delta_t 12 | table_boundary | frame_boundary | address 18
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RealTime {
    /// Time to the next burst in units of 10 ms, 12 bits; without time slicing the number of the
    /// frame, which all its sections share.
    pub delta_t: u16,
    /// Whether this is the last section of the application data table or of the RS data table.
    pub table_boundary: bool,
    /// Whether this is the last section of the frame.
    pub frame_boundary: bool,
    /// Where the payload begins in its table, in bytes, 18 bits.
    pub address: u32,
}

impl RealTime {
    /// The four bytes; what does not fit its field is cut.
    pub const fn to_bytes(self) -> [u8; 4] {
        let delta_t = (self.delta_t as u32 & 0xfff) << 20;
        let flags = (self.table_boundary as u32) << 19 | (self.frame_boundary as u32) << 18;
        (delta_t | flags | self.address & 0x3_ffff).to_be_bytes()
    }

    /// Reads the four bytes.
    pub const fn from_bytes(bytes: [u8; 4]) -> RealTime {
        let bits = u32::from_be_bytes(bytes);
        RealTime {
            delta_t: (bits >> 20) as u16,
            table_boundary: bits >> 19 & 1 != 0,
            frame_boundary: bits >> 18 & 1 != 0,
            address: bits & 0x3_ffff,
        }
    }
}

/// Why a section carries no datagram that could be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MpeError {
    /// The table is another one.
    #[error("table {table_id:#04x} holds no datagram")]
    Kind {
        /// Table of the section.
        table_id: u8,
    },
    /// The section ends before the datagram.
    #[error("datagram section of {size} bytes, at least {OVERHEAD} are needed")]
    Short {
        /// Bytes of the section.
        size: usize,
    },
    /// Payload or address is scrambled, or an LLC/SNAP header stands before the datagram.
    #[error("datagram section is scrambled or has an LLC header (flags {flags:#07b})")]
    Flags {
        /// The five bits.
        flags: u8,
    },
    /// The datagram is spread over several sections, which EN 301 192 allows and no sender of IP
    /// does.
    #[error("datagram section {number} of {last}")]
    Divided {
        /// section_number.
        number: u8,
        /// last_section_number.
        last: u8,
    },
}

/// The section of a datagram.
///
/// # Errors
/// [`SectionError::TooLong`] when the datagram exceeds [`DATAGRAM_SIZE_MAX`].
pub fn datagram_section(addressing: Addressing, datagram: &[u8]) -> Result<Vec<u8>, SectionError> {
    let ([mac_5, mac_6], rest) = match addressing {
        Addressing::Mac(MacAddress([a, b, c, d, e, f])) => ([e, f], [d, c, b, a]),
        Addressing::RealTime(low, parameters) => (low, parameters.to_bytes()),
    };
    let header = LongHeader {
        table_id: TABLE_DATAGRAM,
        private: false,
        extension: u16::from_be_bytes([mac_6, mac_5]),
        // The bits of the version stand for scrambling and LLC_SNAP here.
        version: 0,
        current: true,
        number: 0,
        last_number: 0,
    };
    write_section(&header, &[&rest, datagram].concat())
}

/// A datagram section that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatagramSection<'a> {
    /// MAC_5 and MAC_6.
    pub mac_low: [u8; 2],
    rest: [u8; 4],
    /// The datagram, and what may be stuffed behind it.
    pub payload: &'a [u8],
}

impl<'a> DatagramSection<'a> {
    /// Reads a section; any section may be given.
    ///
    /// # Errors
    /// [`MpeError`] telling why it is of no use.
    pub fn parse(section: SectionView<'a>) -> Result<DatagramSection<'a>, MpeError> {
        if section.table_id() != TABLE_DATAGRAM {
            return Err(MpeError::Kind { table_id: section.table_id() });
        }
        if section.version() != 0 {
            return Err(MpeError::Flags { flags: section.version() });
        }
        if section.last_number() != 0 {
            let (number, last) = (section.number(), section.last_number());
            return Err(MpeError::Divided { number, last });
        }
        let short = MpeError::Short { size: section.bytes().len() };
        let (rest, payload) = section.body().split_first_chunk::<4>().ok_or(short)?;
        let [mac_6, mac_5] = section.extension().to_be_bytes();
        Ok(DatagramSection { mac_low: [mac_5, mac_6], rest: *rest, payload })
    }

    /// The address, in streams without real-time parameters.
    pub const fn mac(&self) -> MacAddress {
        let [d, c, b, a] = self.rest;
        MacAddress([a, b, c, d, self.mac_low[0], self.mac_low[1]])
    }

    /// The real-time parameters, in streams that have them.
    pub const fn real_time(&self) -> RealTime {
        RealTime::from_bytes(self.rest)
    }
}

/// Bytes of the IP datagram that begins here, by its own header; `None` when none begins here.
pub fn datagram_size(bytes: &[u8]) -> Option<usize> {
    let size = match (bytes.first()? >> 4, bytes) {
        (4, [_, _, high, low, ..]) => usize::from(u16::from_be_bytes([*high, *low])),
        (6, [_, _, _, _, high, low, ..]) => 40 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => return None,
    };
    (size >= 20).then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bytes_of_the_address_stand_backwards() {
        let mac = MacAddress([0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f]);
        let section = datagram_section(Addressing::Mac(mac), b"IP").unwrap();
        let header = [0x3e, 0xb0, 15, 0x0f, 0x0e, 0xc1, 0, 0, 0x0d, 0x0c, 0x0b, 0x0a, b'I', b'P'];
        assert_eq!(section[..14], header);
        assert_eq!(section.len(), 18);
    }

    #[test]
    fn groups_have_the_addresses_that_bridges_give_them() {
        let v4 = MacAddress::of_group_v4(Ipv4Addr::new(239, 255, 42, 1));
        assert_eq!(v4, MacAddress([0x01, 0x00, 0x5e, 0x7f, 0x2a, 0x01]));
        let v6 = MacAddress::of_group_v6("ff15::e0:1234:5678".parse().unwrap());
        assert_eq!(v6, MacAddress([0x33, 0x33, 0x12, 0x34, 0x56, 0x78]));
    }

    #[test]
    fn what_is_scrambled_or_divided_is_refused() {
        let section = |version, last_number, table_id, body: &[u8]| {
            let header = LongHeader {
                table_id,
                private: false,
                extension: 0,
                version,
                current: true,
                number: 0,
                last_number,
            };
            let bytes = write_section(&header, body).unwrap();
            DatagramSection::parse(SectionView::parse(&bytes).unwrap()).map(|_| ())
        };
        assert_eq!(section(0, 0, 0x3e, &[0; 4]), Ok(()));
        assert_eq!(section(0, 0, 0x3e, &[0; 3]), Err(MpeError::Short { size: 15 }));
        assert_eq!(section(0, 0, 0x3f, &[0; 4]), Err(MpeError::Kind { table_id: 0x3f }));
        assert_eq!(section(1, 0, 0x3e, &[0; 4]), Err(MpeError::Flags { flags: 1 }));
        assert_eq!(section(0, 1, 0x3e, &[0; 4]), Err(MpeError::Divided { number: 0, last: 1 }));
    }

    #[test]
    fn a_datagram_longer_than_a_section_is_refused() {
        let mac = Addressing::Mac(MacAddress([0; 6]));
        assert!(datagram_section(mac, &[0; DATAGRAM_SIZE_MAX]).is_ok());
        assert!(datagram_section(mac, &[0; DATAGRAM_SIZE_MAX + 1]).is_err());
    }

    proptest! {
        #[test]
        fn any_datagram_reads_back(
            mac: [u8; 6], datagram in prop::collection::vec(any::<u8>(), 0..2000),
        ) {
            let bytes = datagram_section(Addressing::Mac(MacAddress(mac)), &datagram).unwrap();
            let read = DatagramSection::parse(SectionView::parse(&bytes).unwrap()).unwrap();
            prop_assert_eq!((read.mac(), read.payload), (MacAddress(mac), &datagram[..]));
        }

        #[test]
        fn any_real_time_parameters_read_back(
            delta_t in 0u16..4096, address in 0u32..1 << 18,
            table_boundary: bool, frame_boundary: bool, low: [u8; 2],
        ) {
            let parameters = RealTime { delta_t, table_boundary, frame_boundary, address };
            prop_assert_eq!(RealTime::from_bytes(parameters.to_bytes()), parameters);
            let bytes = datagram_section(Addressing::RealTime(low, parameters), b"x").unwrap();
            let read = DatagramSection::parse(SectionView::parse(&bytes).unwrap()).unwrap();
            prop_assert_eq!((read.mac_low, read.real_time()), (low, parameters));
        }
    }
}
