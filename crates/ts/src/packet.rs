//! The transport packet (ISO/IEC 13818-1 clause 2.4.3.2) and its adaptation field (2.4.3.4).
//!
//! ```text
//! 0x47 | tei pusi prio pid(13) | scrambling(2) afc(2) cc(4) | [adaptation field] | [payload]
//! ```

use crate::time::Pcr;
use core::fmt;

/// Bytes in a transport packet.
pub const PACKET_SIZE: usize = 188;
/// Bytes behind the four-byte header.
pub const PAYLOAD_MAX: usize = 184;
/// The first byte of each packet.
pub const SYNC_BYTE: u8 = 0x47;

/// One packet as it stands on the wire.
pub type Packet = [u8; PACKET_SIZE];

/// A packet identifier, 13 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pid(u16);

impl Pid {
    /// Programme association table.
    pub const PAT: Pid = Pid(0x0000);
    /// Conditional access table.
    pub const CAT: Pid = Pid(0x0001);
    /// Network information table (EN 300 468 table 1).
    pub const NIT: Pid = Pid(0x0010);
    /// Service description and bouquet association tables.
    pub const SDT: Pid = Pid(0x0011);
    /// Event information table.
    pub const EIT: Pid = Pid(0x0012);
    /// Time and date, and time offset tables.
    pub const TDT: Pid = Pid(0x0014);
    /// Null packets.
    pub const NULL: Pid = Pid(0x1fff);

    /// The identifier with this value; `None` above 13 bits.
    pub const fn new(value: u16) -> Option<Pid> {
        if value <= 0x1fff { Some(Pid(value)) } else { None }
    }

    /// The low 13 bits of two wire bytes.
    pub const fn from_wire(high: u8, low: u8) -> Pid {
        Pid(u16::from_be_bytes([high & 0x1f, low]))
    }

    /// The value, at most 0x1fff.
    pub const fn value(self) -> u16 {
        self.0
    }
}

impl fmt::Debug for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pid({:#06x})", self.0)
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#06x}", self.0)
    }
}

/// A packet seen through its fields. Reading never fails: what a damaged packet does not have is
/// `None` or empty.
#[derive(Clone, Copy, Debug)]
pub struct PacketView<'a>(&'a Packet);

impl<'a> PacketView<'a> {
    /// The view of a packet.
    pub const fn new(packet: &'a Packet) -> PacketView<'a> {
        PacketView(packet)
    }

    /// Whether the sync byte is in its place.
    pub const fn has_sync(self) -> bool {
        self.0[0] == SYNC_BYTE
    }

    /// transport_error_indicator.
    pub const fn transport_error(self) -> bool {
        self.0[1] & 0x80 != 0
    }

    /// payload_unit_start_indicator.
    pub const fn unit_start(self) -> bool {
        self.0[1] & 0x40 != 0
    }

    /// The packet identifier.
    pub const fn pid(self) -> Pid {
        Pid::from_wire(self.0[1], self.0[2])
    }

    /// transport_scrambling_control, two bits.
    pub const fn scrambling(self) -> u8 {
        self.0[3] >> 6
    }

    /// Whether the packet has an adaptation field.
    pub const fn has_adaptation(self) -> bool {
        self.0[3] & 0x20 != 0
    }

    /// Whether the packet carries payload, and so counts for the continuity counter.
    pub const fn has_payload(self) -> bool {
        self.0[3] & 0x10 != 0
    }

    /// The continuity counter.
    pub const fn continuity(self) -> u8 {
        self.0[3] & 0x0f
    }

    /// The adaptation field behind its length byte; empty when absent, empty or too long.
    pub fn adaptation(self) -> &'a [u8] {
        if !self.has_adaptation() {
            return &[];
        }
        self.0.get(5..5 + self.0[4] as usize).unwrap_or(&[])
    }

    /// Whether the adaptation field, if any, has a length that its kind of packet allows.
    pub const fn adaptation_is_sound(self) -> bool {
        match (self.has_adaptation(), self.has_payload()) {
            (false, payload) => payload,
            (true, true) => self.0[4] <= 182,
            (true, false) => self.0[4] == 183,
        }
    }

    /// discontinuity_indicator.
    pub fn discontinuity(self) -> bool {
        self.adaptation().first().is_some_and(|flags| flags & 0x80 != 0)
    }

    /// random_access_indicator.
    pub fn random_access(self) -> bool {
        self.adaptation().first().is_some_and(|flags| flags & 0x40 != 0)
    }

    /// The programme clock reference, when the packet has one.
    pub fn pcr(self) -> Option<Pcr> {
        match self.adaptation() {
            [flags, a, b, c, d, e, f, ..] if flags & 0x10 != 0 => {
                Some(Pcr::from_bytes([*a, *b, *c, *d, *e, *f]))
            }
            _ => None,
        }
    }

    /// The payload; empty when there is none or the adaptation field is damaged.
    pub fn payload(self) -> &'a [u8] {
        if !self.has_payload() {
            return &[];
        }
        let start = if self.has_adaptation() { 5 + self.0[4] as usize } else { 4 };
        self.0.get(start..).unwrap_or(&[])
    }
}

/// A null packet: payload only, counter zero, every payload byte 0xff.
pub const NULL_PACKET: Packet = {
    let mut packet = [0xff; PACKET_SIZE];
    packet[0] = SYNC_BYTE;
    packet[1] = 0x1f;
    packet[2] = 0xff;
    packet[3] = 0x10;
    packet
};

/// What the adaptation field of a packet to be written says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AdaptationFlags {
    /// random_access_indicator.
    pub random_access: bool,
    /// The programme clock reference to carry.
    pub pcr: Option<Pcr>,
}

/// Writes a packet with as much of `payload` as fits and returns how many bytes that was.
///
/// A payload that does not fill the packet is preceded by an adaptation field with stuffing, which
/// is how PES packets end; sections that are to be stuffed behind themselves are filled up by the
/// caller. An empty payload gives a packet with an adaptation field only.
pub fn write_packet(
    out: &mut Packet,
    pid: Pid,
    continuity: u8,
    unit_start: bool,
    flags: AdaptationFlags,
    payload: &[u8],
) -> usize {
    let wants_field = flags.random_access || flags.pcr.is_some();
    let field_min = match (wants_field, flags.pcr.is_some()) {
        (false, _) => 0,
        (true, false) => 2,
        (true, true) => 8,
    };
    let room = PAYLOAD_MAX - field_min;
    let taken = payload.len().min(room);
    let field = PAYLOAD_MAX - taken;
    out[0] = SYNC_BYTE;
    out[1] = (u8::from(unit_start) << 6) | (pid.value() >> 8) as u8;
    out[2] = pid.value() as u8;
    out[3] = (u8::from(field > 0) << 5) | (u8::from(taken > 0) << 4) | (continuity & 0x0f);
    if field > 0 {
        out[4] = (field - 1) as u8;
        out[5..4 + field].fill(0xff);
    }
    if field > 1 {
        out[5] = (u8::from(flags.random_access) << 6) | (u8::from(flags.pcr.is_some()) << 4);
        if let Some(pcr) = flags.pcr {
            out[6..12].copy_from_slice(&pcr.to_bytes());
        }
    }
    out[4 + field..].copy_from_slice(&payload[..taken]);
    taken
}

/// A packet that carries nothing but a clock reference. Its counter does not move.
pub fn pcr_packet(pid: Pid, continuity: u8, pcr: Pcr) -> Packet {
    let mut packet = [0; PACKET_SIZE];
    let flags = AdaptationFlags { random_access: false, pcr: Some(pcr) };
    write_packet(&mut packet, pid, continuity, false, flags, &[]);
    packet
}

/// Gives a packet another identifier, in place.
pub fn set_pid(packet: &mut Packet, pid: Pid) {
    packet[1] = (packet[1] & 0xe0) | (pid.value() >> 8) as u8;
    packet[2] = pid.value() as u8;
}

/// Gives a packet another continuity counter, in place; only the low four bits count.
pub fn set_continuity(packet: &mut Packet, continuity: u8) {
    packet[3] = (packet[3] & 0xf0) | (continuity & 0x0f);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Ticks;
    use proptest::prelude::*;

    #[test]
    fn clock_only_packet_matches_the_published_vector() {
        let packet = pcr_packet(Pid::new(0x101).unwrap(), 0, Ticks(27_000_000).pcr());
        let head = [0x47, 0x01, 0x01, 0x20, 0xb7, 0x10, 0x00, 0x00, 0xaf, 0xc8, 0x7e, 0x00];
        assert_eq!(packet[..12], head);
        assert!(packet[12..].iter().all(|b| *b == 0xff));
    }

    #[test]
    fn null_packet_is_payload_only() {
        let view = PacketView::new(&NULL_PACKET);
        assert_eq!(
            (view.pid(), view.has_adaptation(), view.payload().len()),
            (Pid::NULL, false, 184)
        );
    }

    proptest! {
        #[test]
        fn any_payload_survives_with_sound_stuffing(
            payload in proptest::collection::vec(any::<u8>(), 0..400),
            pid in 0u16..0x2000, cc in 0u8..16, start: bool, rai: bool, pcr: bool,
        ) {
            let flags = AdaptationFlags {
                random_access: rai,
                pcr: pcr.then(|| Ticks(123_456_789).pcr()),
            };
            let mut packet = [0; PACKET_SIZE];
            let pid = Pid::new(pid).unwrap();
            let taken = write_packet(&mut packet, pid, cc, start, flags, &payload);
            let view = PacketView::new(&packet);
            prop_assert!(view.adaptation_is_sound() && view.has_sync());
            prop_assert_eq!(view.payload(), &payload[..taken]);
            prop_assert_eq!((view.pid(), view.continuity(), view.unit_start()), (pid, cc, start));
            prop_assert_eq!(view.pcr(), flags.pcr);
            prop_assert_eq!(view.random_access(), rai);
        }

        #[test]
        fn any_bytes_can_be_viewed(bytes in proptest::collection::vec(any::<u8>(), 188)) {
            let packet: Packet = bytes.try_into().unwrap();
            let view = PacketView::new(&packet);
            let _ = (view.adaptation(), view.payload(), view.pcr(), view.random_access());
        }
    }
}
