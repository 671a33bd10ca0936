//! The UDP datagram in a captured frame.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_IPV6: u16 = 0x86dd;
/// Tags of virtual networks: IEEE 802.1Q, 802.1ad.
const ETHERTYPE_TAGS: [u16; 2] = [0x8100, 0x88a8];
const PROTOCOL_UDP: u8 = 17;

/// What the frames of a capture begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkType {
    /// An Ethernet header.
    Ethernet,
    /// The IP header itself.
    RawIp,
    /// The header of a Linux cooked capture.
    LinuxCooked,
    /// The header of a Linux cooked capture, second version.
    LinuxCooked2,
}

impl LinkType {
    /// The link type with this number in the registry of tcpdump.org.
    pub const fn from_number(number: u32) -> Option<LinkType> {
        match number {
            1 => Some(LinkType::Ethernet),
            // 12 is what raw captures of some systems carry; 228 and 229 name the IP version.
            12 | 101 | 228 | 229 => Some(LinkType::RawIp),
            113 => Some(LinkType::LinuxCooked),
            276 => Some(LinkType::LinuxCooked2),
            _ => None,
        }
    }
}

/// A UDP datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UdpDatagram<'a> {
    /// Where it comes from.
    pub source: SocketAddr,
    /// Where it goes to.
    pub destination: SocketAddr,
    /// What it carries.
    pub payload: &'a [u8],
}

/// The UDP datagram in a frame; `None` when the frame carries something else, is cut short, or
/// carries a fragment. Checksums are not looked at: captures of sent frames often lack them.
pub fn udp(link_type: LinkType, frame: &[u8]) -> Option<UdpDatagram<'_>> {
    let (protocol, packet) = match link_type {
        LinkType::Ethernet => ethernet(frame)?,
        LinkType::LinuxCooked => (word(frame, 14)?, frame.get(16..)?),
        LinkType::LinuxCooked2 => (word(frame, 0)?, frame.get(20..)?),
        LinkType::RawIp => match frame.first()? >> 4 {
            4 => (ETHERTYPE_IPV4, frame),
            6 => (ETHERTYPE_IPV6, frame),
            _ => return None,
        },
    };
    let (from, to, segment) = match protocol {
        ETHERTYPE_IPV4 => ipv4(packet)?,
        ETHERTYPE_IPV6 => ipv6(packet)?,
        _ => return None,
    };
    let payload = segment.get(8..usize::from(word(segment, 4)?))?;
    Some(UdpDatagram {
        source: SocketAddr::new(from, word(segment, 0)?),
        destination: SocketAddr::new(to, word(segment, 2)?),
        payload,
    })
}

/// The EtherType behind any tags, and what follows it.
fn ethernet(frame: &[u8]) -> Option<(u16, &[u8])> {
    let mut at = 12;
    while ETHERTYPE_TAGS.contains(&word(frame, at)?) {
        at += 4;
    }
    Some((word(frame, at)?, frame.get(at + 2..)?))
}

/// The addresses and the UDP segment of a whole IPv4 packet (RFC 791).
fn ipv4(packet: &[u8]) -> Option<(IpAddr, IpAddr, &[u8])> {
    let header = packet.first_chunk::<20>()?;
    let header_len = usize::from(header[0] & 0x0f) * 4;
    let total_len = usize::from(word(packet, 2)?);
    let is_fragment = word(packet, 6)? & 0x3fff != 0;
    if header[0] >> 4 != 4 || header_len < 20 || is_fragment || header[9] != PROTOCOL_UDP {
        return None;
    }
    let from = Ipv4Addr::new(header[12], header[13], header[14], header[15]);
    let to = Ipv4Addr::new(header[16], header[17], header[18], header[19]);
    Some((from.into(), to.into(), packet.get(header_len..total_len)?))
}

/// The addresses and the UDP segment of an IPv6 packet without extension headers (RFC 8200).
fn ipv6(packet: &[u8]) -> Option<(IpAddr, IpAddr, &[u8])> {
    let (header, rest) = packet.split_first_chunk::<40>()?;
    if header[0] >> 4 != 6 || header[6] != PROTOCOL_UDP {
        return None;
    }
    let address = |at: usize| header[at..].first_chunk::<16>().map(|b| Ipv6Addr::from(*b));
    let segment = rest.get(..usize::from(word(packet, 4)?))?;
    Some((address(8)?.into(), address(24)?.into(), segment))
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk::<2>()?))
}
