//! UDP frames of one flow, written as a network card would send them.

use super::checksum::Checksum;
use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

const ETHERNET_SIZE: usize = 14;
const IPV4_SIZE: usize = 20;
const IPV6_SIZE: usize = 40;
const UDP_SIZE: usize = 8;
const PROTOCOL_UDP: u8 = 17;
/// A locally administered station address that stands for the sender.
const STATION_SENDER: [u8; 6] = [0x02, 0, 0, 0, 0, 1];
/// A locally administered station address that stands for the next station of a unicast flow.
const STATION_NEXT: [u8; 6] = [0x02, 0, 0, 0, 0, 2];

/// Where datagrams come from and go to, and how they are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    source: SocketAddr,
    destination: SocketAddr,
    ttl: u8,
    dscp: u8,
}

impl Flow {
    /// A flow with this time to live (or hop limit) and this code point (the upper six bits of
    /// the former type of service); `None` when the addresses are of different families or the
    /// code point has more than six bits.
    pub const fn new(
        source: SocketAddr,
        destination: SocketAddr,
        ttl: u8,
        dscp: u8,
    ) -> Option<Flow> {
        if source.is_ipv4() != destination.is_ipv4() || dscp > 0x3f {
            return None;
        }
        Some(Flow { source, destination, ttl, dscp })
    }

    /// The same flow to the port `offset` higher, as the FEC flows of an output are; `None` when
    /// there is no such port.
    pub fn with_port_offset(self, offset: u16) -> Option<Flow> {
        let mut flow = self;
        flow.destination.set_port(self.destination.port().checked_add(offset)?);
        Some(flow)
    }

    /// The bytes of a frame that are not payload.
    pub const fn frame_overhead(&self) -> usize {
        let ip = if self.destination.is_ipv4() { IPV4_SIZE } else { IPV6_SIZE };
        ETHERNET_SIZE + ip + UDP_SIZE
    }

    /// Appends the Ethernet frame of a datagram, without its frame check sequence.
    ///
    /// # Panics
    /// When the payload is longer than a UDP datagram may be.
    pub fn write_frame(&self, out: &mut Vec<u8>, payload: &[u8]) {
        let udp_len = u16::try_from(UDP_SIZE + IPV4_SIZE + payload.len())
            .expect("a datagram is shorter than 64 KiB")
            - IPV4_SIZE as u16;
        out.extend_from_slice(&self.station());
        out.extend_from_slice(&STATION_SENDER);
        let addresses = match (self.source, self.destination) {
            (SocketAddr::V4(from), SocketAddr::V4(to)) => {
                self.write_ipv4(out, *from.ip(), *to.ip(), udp_len)
            }
            (SocketAddr::V6(from), SocketAddr::V6(to)) => {
                self.write_ipv6(out, *from.ip(), *to.ip(), udp_len)
            }
            _ => unreachable!("the constructor refuses mixed families"),
        };
        let mut udp = [0; UDP_SIZE];
        udp[..2].copy_from_slice(&self.source.port().to_be_bytes());
        udp[2..4].copy_from_slice(&self.destination.port().to_be_bytes());
        udp[4..6].copy_from_slice(&udp_len.to_be_bytes());
        let pseudo = addresses.over(&[0, PROTOCOL_UDP]).over(&udp_len.to_be_bytes());
        // Zero would say that there is no checksum (RFC 768).
        let checksum = match pseudo.over(&udp).over(payload).finish() {
            0 => 0xffff,
            checksum => checksum,
        };
        udp[6..].copy_from_slice(&checksum.to_be_bytes());
        out.extend_from_slice(&udp);
        out.extend_from_slice(payload);
    }

    /// The station address of the destination (RFC 1112 clause 6.4, RFC 2464 clause 7).
    fn station(&self) -> [u8; 6] {
        match self.destination {
            SocketAddr::V4(to) if to.ip().is_multicast() => {
                let [_, b, c, d] = to.ip().octets();
                [0x01, 0x00, 0x5e, b & 0x7f, c, d]
            }
            SocketAddr::V6(to) if to.ip().is_multicast() => {
                let [.., a, b, c, d] = to.ip().octets();
                [0x33, 0x33, a, b, c, d]
            }
            _ => STATION_NEXT,
        }
    }

    /// Writes the EtherType and an IPv4 header; returns the sum of the addresses.
    fn write_ipv4(&self, out: &mut Vec<u8>, from: Ipv4Addr, to: Ipv4Addr, len: u16) -> Checksum {
        out.extend_from_slice(&[0x08, 0x00]);
        let mut header = [0; IPV4_SIZE];
        header[0] = 0x45;
        header[1] = self.dscp << 2;
        header[2..4].copy_from_slice(&(IPV4_SIZE as u16 + len).to_be_bytes());
        // Not to be fragmented; so the identification needs no value (RFC 6864).
        header[6] = 0x40;
        header[8] = self.ttl;
        header[9] = PROTOCOL_UDP;
        header[12..16].copy_from_slice(&from.octets());
        header[16..].copy_from_slice(&to.octets());
        let checksum = Checksum::default().over(&header).finish();
        header[10..12].copy_from_slice(&checksum.to_be_bytes());
        out.extend_from_slice(&header);
        Checksum::default().over(&from.octets()).over(&to.octets())
    }

    /// Writes the EtherType and an IPv6 header; returns the sum of the addresses.
    fn write_ipv6(&self, out: &mut Vec<u8>, from: Ipv6Addr, to: Ipv6Addr, len: u16) -> Checksum {
        out.extend_from_slice(&[0x86, 0xdd]);
        let class = self.dscp << 2;
        out.extend_from_slice(&[0x60 | (class >> 4), class << 4, 0, 0]);
        out.extend_from_slice(&len.to_be_bytes());
        out.extend_from_slice(&[PROTOCOL_UDP, self.ttl]);
        out.extend_from_slice(&from.octets());
        out.extend_from_slice(&to.octets());
        Checksum::default().over(&from.octets()).over(&to.octets())
    }
}
