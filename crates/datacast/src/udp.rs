//! UDP datagrams in IP datagrams (RFC 768, RFC 791, RFC 8200), as MPE carries them.
//!
//! ```text
//! IPv4: 0x45 | DSCP 0 | length 16 | id 16 (0) | don't fragment | TTL 8 | 17 | checksum 16 |
//!       source 32 | destination 32
//! IPv6: 6 | flow 28 (0) | length 16 | 17 | hop limit 8 | source 128 | destination 128
//! UDP:  source port 16 | destination port 16 | length 16 | checksum 16 | payload
//! ```
//!
//! Datagrams are never fragmented, so the identification may be zero in all of them (RFC 6864).

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const UDP: u8 = 17;
const HEADER_SIZE: usize = 8;
const HEADER_V4_SIZE: usize = 20;
const HEADER_V6_SIZE: usize = 40;
const DONT_FRAGMENT: u16 = 0x4000;

/// A datagram from one address to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Udp<'a> {
    /// Who sends it.
    pub source: SocketAddr,
    /// Whom it is for.
    pub destination: SocketAddr,
    /// What it carries.
    pub payload: &'a [u8],
}

/// Why an IP datagram could not be written or is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UdpError {
    /// One address is of IPv4 and the other of IPv6.
    #[error("source and destination are of two versions of IP")]
    Mixed,
    /// The payload does not fit.
    #[error("{size} bytes do not fit a datagram")]
    TooLong {
        /// Bytes of the payload.
        size: usize,
    },
    /// The datagram ends early, or its lengths contradict each other.
    #[error("IP datagram of {size} bytes is cut short")]
    Short {
        /// Bytes that there are.
        size: usize,
    },
    /// Neither IPv4 nor IPv6, or something else than UDP in it.
    #[error("IP version {version} with protocol {protocol} is no UDP")]
    Kind {
        /// The version.
        version: u8,
        /// The protocol, or next header.
        protocol: u8,
    },
    /// It is a part of a larger one.
    #[error("IP datagram is a fragment")]
    Fragment,
    /// A checksum does not match.
    #[error("{of} checksum does not match")]
    Checksum {
        /// IPv4 or UDP.
        of: &'static str,
    },
}

impl<'a> Udp<'a> {
    /// Appends the IP datagram to `out`.
    ///
    /// # Errors
    /// [`UdpError::Mixed`] and [`UdpError::TooLong`].
    pub fn append(&self, hops: u8, out: &mut Vec<u8>) -> Result<(), UdpError> {
        let size = self.payload.len();
        let too_long = UdpError::TooLong { size };
        let length = u16::try_from(size + HEADER_SIZE).map_err(|_| too_long)?;
        match (self.source.ip(), self.destination.ip()) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                let whole = u16::try_from(size + HEADER_SIZE + HEADER_V4_SIZE);
                let whole = whole.map_err(|_| too_long)?;
                let mut header = [0; HEADER_V4_SIZE];
                header[0] = 0x45;
                header[2..4].copy_from_slice(&whole.to_be_bytes());
                header[6..8].copy_from_slice(&DONT_FRAGMENT.to_be_bytes());
                header[8..10].copy_from_slice(&[hops, UDP]);
                header[12..16].copy_from_slice(&source.octets());
                header[16..20].copy_from_slice(&destination.octets());
                let checksum = !sum(0, &header);
                header[10..12].copy_from_slice(&checksum.to_be_bytes());
                out.extend_from_slice(&header);
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                out.extend_from_slice(&[0x60, 0, 0, 0]);
                out.extend_from_slice(&length.to_be_bytes());
                out.extend_from_slice(&[UDP, hops]);
                out.extend_from_slice(&source.octets());
                out.extend_from_slice(&destination.octets());
            }
            _ => return Err(UdpError::Mixed),
        }
        let start = out.len();
        for field in [self.source.port(), self.destination.port(), length, 0] {
            out.extend_from_slice(&field.to_be_bytes());
        }
        out.extend_from_slice(self.payload);
        let checksum = match !self.checksum(&out[start..]) {
            // Zero stands for a datagram without checksum.
            0 => 0xffff,
            checksum => checksum,
        };
        out[start + 6..start + 8].copy_from_slice(&checksum.to_be_bytes());
        Ok(())
    }

    /// Reads an IP datagram; bytes behind its end are left out.
    ///
    /// # Errors
    /// [`UdpError`] telling why it is of no use.
    pub fn parse(bytes: &'a [u8]) -> Result<Udp<'a>, UdpError> {
        let short = UdpError::Short { size: bytes.len() };
        let version = bytes.first().ok_or(short)? >> 4;
        let (source, destination, protocol, datagram) = match version {
            4 => split_v4(bytes)?,
            6 => split_v6(bytes)?,
            _ => return Err(UdpError::Kind { version, protocol: 0 }),
        };
        if protocol != UDP {
            return Err(UdpError::Kind { version, protocol });
        }
        let [p0, p1, q0, q1, l0, l1, c0, c1, ..] = *datagram else { return Err(short) };
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        let datagram = datagram.get(..length).ok_or(short)?;
        let payload = datagram.get(HEADER_SIZE..).ok_or(short)?;
        let udp = Udp {
            source: SocketAddr::new(source, u16::from_be_bytes([p0, p1])),
            destination: SocketAddr::new(destination, u16::from_be_bytes([q0, q1])),
            payload,
        };
        let has_checksum = version == 6 || [c0, c1] != [0, 0];
        if has_checksum && udp.checksum(datagram) != 0xffff {
            return Err(UdpError::Checksum { of: "UDP" });
        }
        Ok(udp)
    }

    /// The sum over pseudo header and datagram, without complement.
    fn checksum(&self, datagram: &[u8]) -> u16 {
        let length = datagram.len() as u16;
        let mut total = sum(0, &[0, UDP]);
        total = sum(total, &length.to_be_bytes());
        for address in [self.source.ip(), self.destination.ip()] {
            total = match address {
                IpAddr::V4(address) => sum(total, &address.octets()),
                IpAddr::V6(address) => sum(total, &address.octets()),
            };
        }
        sum(total, datagram)
    }
}

type Split<'a> = (IpAddr, IpAddr, u8, &'a [u8]);

fn split_v4(bytes: &[u8]) -> Result<Split<'_>, UdpError> {
    let short = UdpError::Short { size: bytes.len() };
    let header_size = usize::from(bytes[0] & 15) * 4;
    let header = bytes.get(..header_size).filter(|header| header.len() >= HEADER_V4_SIZE);
    let header = header.ok_or(short)?;
    if sum(0, header) != 0xffff {
        return Err(UdpError::Checksum { of: "IPv4" });
    }
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let datagram = bytes.get(header_size..length).ok_or(short)?;
    if u16::from_be_bytes([header[6], header[7]]) & !(DONT_FRAGMENT | 0x8000) != 0 {
        return Err(UdpError::Fragment);
    }
    let address = |at: usize| {
        let octets = [header[at], header[at + 1], header[at + 2], header[at + 3]];
        IpAddr::V4(Ipv4Addr::from(octets))
    };
    Ok((address(12), address(16), header[9], datagram))
}

fn split_v6(bytes: &[u8]) -> Result<Split<'_>, UdpError> {
    let short = UdpError::Short { size: bytes.len() };
    let (header, rest) = bytes.split_first_chunk::<HEADER_V6_SIZE>().ok_or(short)?;
    let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    let datagram = rest.get(..length).ok_or(short)?;
    let address = |at: usize| {
        let mut octets = [0; 16];
        octets.copy_from_slice(&header[at..at + 16]);
        IpAddr::V6(Ipv6Addr::from(octets))
    };
    Ok((address(8), address(24), header[6], datagram))
}

/// The sum in ones' complement (RFC 1071).
fn sum(start: u16, bytes: &[u8]) -> u16 {
    let mut total = u64::from(start);
    let (pairs, tail) = bytes.as_chunks::<2>();
    total += pairs.iter().map(|pair| u64::from(u16::from_be_bytes(*pair))).sum::<u64>();
    total += tail.iter().map(|byte| u64::from(*byte) << 8).sum::<u64>();
    while total > 0xffff {
        total = (total & 0xffff) + (total >> 16);
    }
    total as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn header_matches_a_published_example() {
        // The header of RFC 1071's usual example: 192.168.0.1 to 192.168.0.199, 115 bytes.
        let header = [
            0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8,
            0, 0xc7,
        ];
        let udp = Udp {
            source: "192.168.0.1:5004".parse().unwrap(),
            destination: "192.168.0.199:5004".parse().unwrap(),
            payload: &[7; 87],
        };
        let mut out = Vec::new();
        udp.append(64, &mut out).unwrap();
        assert_eq!(out[..20], header);
        assert_eq!(Udp::parse(&out), Ok(udp));
    }

    #[test]
    fn what_is_no_whole_udp_datagram_is_refused() {
        let udp = Udp {
            source: "10.0.0.1:1".parse().unwrap(),
            destination: "239.0.0.1:2".parse().unwrap(),
            payload: b"payload",
        };
        let mut good = Vec::new();
        udp.append(1, &mut good).unwrap();
        let with = |changes: &[(usize, u8)]| {
            let mut bytes = good.clone();
            for (at, value) in changes {
                bytes[*at] = *value;
            }
            bytes[10..12].fill(0);
            let checksum = !sum(0, &bytes[..20]);
            bytes[10..12].copy_from_slice(&checksum.to_be_bytes());
            Udp::parse(&bytes).map(|_| ())
        };
        assert_eq!(with(&[]), Ok(()));
        assert_eq!(with(&[(6, 0x20)]), Err(UdpError::Fragment));
        assert_eq!(with(&[(9, 6)]), Err(UdpError::Kind { version: 4, protocol: 6 }));
        assert_eq!(with(&[(30, 0)]), Err(UdpError::Checksum { of: "UDP" }));
        assert_eq!(with(&[(25, 200)]), Err(UdpError::Short { size: good.len() }));
        let mixed = Udp { destination: "[::1]:2".parse().unwrap(), ..udp };
        assert_eq!(mixed.append(1, &mut Vec::new()), Err(UdpError::Mixed));
        let long = Udp { payload: &[0; 65_508], ..udp };
        assert_eq!(long.append(1, &mut Vec::new()), Err(UdpError::TooLong { size: 65_508 }));
    }

    proptest! {
        #[test]
        fn any_datagram_reads_back_and_damage_is_noticed(
            v6: bool, a: [u8; 16], b: [u8; 16], ports: (u16, u16),
            payload in prop::collection::vec(any::<u8>(), 0..60), at: u16, bit in 0u8..8,
        ) {
            let address = |octets: [u8; 16]| match v6 {
                true => IpAddr::V6(Ipv6Addr::from(octets)),
                false => IpAddr::V4(Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3])),
            };
            let udp = Udp {
                source: SocketAddr::new(address(a), ports.0),
                destination: SocketAddr::new(address(b), ports.1),
                payload: &payload,
            };
            let mut bytes = Vec::new();
            udp.append(9, &mut bytes).unwrap();
            prop_assert_eq!(Udp::parse(&bytes), Ok(udp));
            let at = usize::from(at) % bytes.len();
            bytes[at] ^= 1 << bit;
            // IPv6 has no checksum of its header: what is not an address or a length may change.
            let is_covered = !v6 || at >= 8;
            if is_covered {
                prop_assert!(Udp::parse(&bytes) != Ok(udp));
            }
        }

        #[test]
        fn any_bytes_are_read_without_panic(
            mut bytes in prop::collection::vec(any::<u8>(), 0..80), version in 0u8..16,
        ) {
            if let Some(first) = bytes.first_mut() {
                *first = version << 4 | 5;
            }
            let _ = Udp::parse(&bytes);
        }
    }
}
