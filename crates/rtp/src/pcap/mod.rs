//! Captures in the classic pcap format: bytes in, bytes out.
//!
//! ```text
//! file    magic(32) major(16) minor(16) zone(32) sigfigs(32) snaplen(32) linktype(32)
//! record  seconds(32) fraction(32) captured(32) original(32) frame
//! ```
//!
//! Written captures have nanosecond time stamps and Ethernet frames. Read are both resolutions,
//! both byte orders, and the link types of Ethernet, Linux cooked and raw IP captures. To read a
//! capture as a stream, take [`FILE_HEADER_SIZE`] bytes for [`FileHeader::parse`], then, until the
//! end, [`RECORD_HEADER_SIZE`] bytes for [`FileHeader::record`] and as many as that asks for
//! [`frame::udp`].

pub mod checksum;
pub mod flow;
pub mod frame;

pub use flow::Flow;
pub use frame::{LinkType, UdpDatagram};

use ts::{TICKS_PER_SECOND, Ticks};

/// Bytes of the file header.
pub const FILE_HEADER_SIZE: usize = 24;
/// Bytes of the header of a record.
pub const RECORD_HEADER_SIZE: usize = 16;
/// The longest frame: what capture programs use as their own limit.
pub const FRAME_MAX: usize = 262_144;

const MAGIC_MICROSECONDS: u32 = 0xa1b2_c3d4;
const MAGIC_NANOSECONDS: u32 = 0xa1b2_3c4d;
const MAGIC_PCAPNG: u32 = 0x0a0d_0d0a;

/// Why a capture cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PcapError {
    /// The file does not begin as a capture does.
    #[error("not a pcap capture: it begins with {magic:#010x}")]
    Magic {
        /// The first four bytes, most significant first.
        magic: u32,
    },
    /// The capture has the newer format.
    #[error("a pcapng capture: convert it with `editcap -F nsecpcap`")]
    Pcapng,
    /// The frames are of a kind that is not read.
    #[error("frames of link type {number}, where Ethernet, Linux cooked and raw IP are read")]
    LinkType {
        /// The number of the link type.
        number: u32,
    },
    /// A record claims a length that no capture has.
    #[error("a record claims {captured} bytes, where {FRAME_MAX} are the most")]
    RecordTooLong {
        /// The bytes that it claims.
        captured: u32,
    },
}

/// Nanoseconds since 1970-01-01T00:00:00 UTC of an instant, as captures count them.
///
/// `tai_minus_utc_s` are the leap seconds between the scales, 37 since 2017.
pub const fn unix_ns(time: Ticks, tai_minus_utc_s: u32) -> u64 {
    let seconds = time.0 / TICKS_PER_SECOND;
    let ns = time.0 % TICKS_PER_SECOND * 1000 / 27;
    seconds.saturating_sub(tai_minus_utc_s as u64) * 1_000_000_000 + ns
}

/// The instant that is written as `unix_ns`; the exact inverse of [`unix_ns`].
pub const fn ticks_of(unix_ns: u64, tai_minus_utc_s: u32) -> Ticks {
    let seconds = unix_ns / 1_000_000_000 + tai_minus_utc_s as u64;
    let ticks = (unix_ns % 1_000_000_000 * 27).div_ceil(1000);
    Ticks(seconds.saturating_mul(TICKS_PER_SECOND).saturating_add(ticks))
}

/// The header of a written capture: nanoseconds, Ethernet.
pub const fn file_header() -> [u8; FILE_HEADER_SIZE] {
    let [m0, m1, m2, m3] = MAGIC_NANOSECONDS.to_le_bytes();
    let [s0, s1, s2, s3] = (FRAME_MAX as u32).to_le_bytes();
    [m0, m1, m2, m3, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, s0, s1, s2, s3, 1, 0, 0, 0]
}

/// Appends the record of a datagram that was sent at `unix_ns`.
///
/// # Panics
/// When the payload is longer than a UDP datagram may be.
pub fn write_record(out: &mut Vec<u8>, unix_ns: u64, flow: &Flow, payload: &[u8]) {
    let seconds = (unix_ns / 1_000_000_000) as u32;
    let ns = (unix_ns % 1_000_000_000) as u32;
    let len = (flow.frame_overhead() + payload.len()) as u32;
    for field in [seconds, ns, len, len] {
        out.extend_from_slice(&field.to_le_bytes());
    }
    flow.write_frame(out, payload);
}

/// What the header of a capture says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileHeader {
    big_endian: bool,
    nanoseconds: bool,
    /// What the frames are.
    pub link_type: LinkType,
}

/// What the header of a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    /// When the frame was captured, in nanoseconds since 1970 UTC.
    pub unix_ns: u64,
    /// The bytes of the frame that follow, at most [`FRAME_MAX`].
    pub captured_len: usize,
    /// The bytes that the frame had on the wire.
    pub original_len: u32,
}

impl FileHeader {
    /// Reads the header of a capture.
    ///
    /// # Errors
    /// It is no capture, one of the newer format, or one of frames that are not read.
    pub fn parse(bytes: &[u8; FILE_HEADER_SIZE]) -> Result<FileHeader, PcapError> {
        let magic = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let (big_endian, nanoseconds) = match magic {
            MAGIC_PCAPNG => return Err(PcapError::Pcapng),
            _ if magic == MAGIC_MICROSECONDS => (true, false),
            _ if magic == MAGIC_NANOSECONDS => (true, true),
            _ if magic == MAGIC_MICROSECONDS.swap_bytes() => (false, false),
            _ if magic == MAGIC_NANOSECONDS.swap_bytes() => (false, true),
            _ => return Err(PcapError::Magic { magic }),
        };
        // The upper bits of the last field tell how long a frame check sequence is.
        let number = word(bytes, 20, big_endian) & 0x0fff_ffff;
        let link_type = LinkType::from_number(number).ok_or(PcapError::LinkType { number })?;
        Ok(FileHeader { big_endian, nanoseconds, link_type })
    }

    /// Reads the header of a record.
    ///
    /// # Errors
    /// It claims a frame longer than [`FRAME_MAX`].
    pub fn record(self, bytes: &[u8; RECORD_HEADER_SIZE]) -> Result<RecordHeader, PcapError> {
        let seconds = u64::from(word(bytes, 0, self.big_endian));
        let fraction = u64::from(word(bytes, 4, self.big_endian));
        let ns = if self.nanoseconds { fraction } else { fraction * 1000 };
        let captured = word(bytes, 8, self.big_endian);
        let captured_len = captured as usize;
        if captured_len > FRAME_MAX {
            return Err(PcapError::RecordTooLong { captured });
        }
        let original_len = word(bytes, 12, self.big_endian);
        Ok(RecordHeader { unix_ns: seconds * 1_000_000_000 + ns, captured_len, original_len })
    }
}

fn word(bytes: &[u8], at: usize, big_endian: bool) -> u32 {
    let word = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    if big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
}
