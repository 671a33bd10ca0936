//! ISO/IEC 13818-1 systems: packets, clocks, PES, sections, PAT and PMT.
//!
//! Wire types in both directions: what is written here can be read here, and reading any bytes
//! never panics. The crate knows no clock, no file and no socket; time is a parameter.

#![forbid(unsafe_code)]

pub mod crc32;
pub mod grid;
pub mod packet;
pub mod pes;
pub mod psi;
pub mod section;
pub mod time;

pub use grid::{PACKET_BITS, Rate, SlotGrid};
pub use packet::{NULL_PACKET, PACKET_SIZE, Packet, PacketView, Pid};
pub use time::{Pcr, Span, TICKS_PER_90K, TICKS_PER_SECOND, Ticks, Timestamp};
