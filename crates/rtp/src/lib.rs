//! RTP for MPEG-2 transport streams (RFC 2250, SMPTE ST 2022-2) and its ST 2022-1 FEC flows.
//!
//! Sending is a function: headers and repair packets follow from the datagram index and the
//! configuration, so two senders that never talk send the same bytes (SMPTE ST 2022-7).
//!
//! - [`header`]: the fixed RTP header, and the numbering of the datagrams of a multiplex;
//! - [`fec_header`]: the header of FEC packets;
//! - [`protect`]: the repair packets of a superframe and when each is due;
//! - [`receive`]: the other end, datagrams in any order to payloads in order, repaired;
//! - [`sdp`]: the session description of an output;
//! - [`pcap`]: captures of all this, written and read.

#![forbid(unsafe_code)]

pub mod fec_header;
pub mod header;
pub mod pcap;
pub mod protect;
pub mod receive;
pub mod sdp;

pub use fec_header::{Direction, FecHeader};
pub use header::{Encapsulation, MediaStream, RtpPacket, classify};
pub use protect::{ProtectError, Protector, RepairPacket, RepairPackets};
pub use receive::{Delivery, Receiver, Statistics};

/// Transport packets in each datagram.
pub const DATAGRAM_PACKETS: usize = 7;
/// Bytes of transport packets in each datagram.
pub const PAYLOAD_SIZE: usize = DATAGRAM_PACKETS * ts::PACKET_SIZE;
/// Bytes of the fixed RTP header.
pub const HEADER_SIZE: usize = 12;
/// Bytes of a media datagram, its RTP header included.
pub const DATAGRAM_SIZE: usize = HEADER_SIZE + PAYLOAD_SIZE;
/// Bytes of a repair packet, its RTP and FEC headers included.
pub const REPAIR_SIZE: usize = HEADER_SIZE + fec_header::FEC_HEADER_SIZE + PAYLOAD_SIZE;

// Behind IPv6 and UDP headers, repair packets still fit an Ethernet frame without fragmentation.
const _: () = assert!(REPAIR_SIZE + 8 + 40 <= 1500);
