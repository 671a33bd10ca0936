//! The one time axis and the clocks that are read off it.
//!
//! Everything below the timetable compiler counts 27 MHz ticks since 1970-01-01T00:00:00 TAI, in
//! integers. The programme clock reference, presentation time stamps and RTP time stamps are all
//! the same axis, taken modulo their own width.

use core::fmt;
use core::ops::{Add, AddAssign, Sub, SubAssign};

/// Ticks of the system clock in one second (ISO/IEC 13818-1 clause 2.4.2.1).
pub const TICKS_PER_SECOND: u64 = 27_000_000;
/// Ticks of the system clock in one tick of the 90 kHz clock of PTS and DTS.
pub const TICKS_PER_90K: u64 = 300;
/// The period of the programme clock reference, in ticks: 2^33 * 300.
pub const PCR_PERIOD: u64 = (1 << 33) * TICKS_PER_90K;

/// An instant: 27 MHz ticks since 1970-01-01T00:00:00 TAI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticks(pub u64);

/// A signed distance between two instants, in 27 MHz ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

impl Ticks {
    /// The instant `seconds` whole seconds after the start of the axis.
    pub const fn from_seconds(seconds: u64) -> Ticks {
        Ticks(seconds * TICKS_PER_SECOND)
    }

    /// The programme clock reference that names this instant.
    pub const fn pcr(self) -> Pcr {
        Pcr(self.0 % PCR_PERIOD)
    }

    /// The 33-bit 90 kHz time stamp that names this instant, rounded down.
    pub const fn timestamp(self) -> Timestamp {
        Timestamp((self.0 / TICKS_PER_90K) & Timestamp::MASK)
    }

    /// The 32-bit 90 kHz RTP time stamp (RFC 2250) that names this instant, rounded down.
    pub const fn rtp_timestamp(self) -> u32 {
        (self.0 / TICKS_PER_90K) as u32
    }

    /// The span from `earlier` to this instant; negative when `earlier` is later.
    pub const fn since(self, earlier: Ticks) -> Span {
        Span(self.0.wrapping_sub(earlier.0) as i64)
    }

    /// This instant moved by `span`, held at the start of the axis.
    pub const fn saturating_add(self, span: Span) -> Ticks {
        Ticks(self.0.saturating_add_signed(span.0))
    }
}

impl Span {
    /// A span of whole milliseconds.
    pub const fn from_ms(ms: i64) -> Span {
        Span(ms * (TICKS_PER_SECOND as i64 / 1000))
    }

    /// A span of whole seconds.
    pub const fn from_seconds(seconds: i64) -> Span {
        Span(seconds * TICKS_PER_SECOND as i64)
    }

    /// A span of 90 kHz ticks.
    pub const fn from_90k(ticks_90k: i64) -> Span {
        Span(ticks_90k * TICKS_PER_90K as i64)
    }

    /// Whole milliseconds in this span, rounded towards zero.
    pub const fn as_ms(self) -> i64 {
        self.0 / (TICKS_PER_SECOND as i64 / 1000)
    }
}

impl Add<Span> for Ticks {
    type Output = Ticks;
    fn add(self, span: Span) -> Ticks {
        Ticks(self.0.checked_add_signed(span.0).expect("an instant stays on the axis"))
    }
}

impl Sub<Span> for Ticks {
    type Output = Ticks;
    fn sub(self, span: Span) -> Ticks {
        self + Span(-span.0)
    }
}

impl AddAssign<Span> for Ticks {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0 + other.0)
    }
}

impl Sub for Span {
    type Output = Span;
    fn sub(self, other: Span) -> Span {
        Span(self.0 - other.0)
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Span) {
        self.0 += other.0;
    }
}

impl SubAssign for Span {
    fn sub_assign(&mut self, other: Span) {
        self.0 -= other.0;
    }
}

/// A programme clock reference: ticks modulo [`PCR_PERIOD`] (ISO/IEC 13818-1 clause 2.4.3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pcr(u64);

impl Pcr {
    /// The clock reference of a value in ticks; `None` when it is not below [`PCR_PERIOD`].
    pub const fn new(value: u64) -> Option<Pcr> {
        if value < PCR_PERIOD { Some(Pcr(value)) } else { None }
    }

    /// The value in ticks, below [`PCR_PERIOD`].
    pub const fn value(self) -> u64 {
        self.0
    }

    /// Ticks from `earlier` to this value, going forward round the circle.
    pub const fn forward_from(self, earlier: Pcr) -> u64 {
        (self.0 + PCR_PERIOD - earlier.0) % PCR_PERIOD
    }

    /// The six bytes of the field: base 33 bits, six reserved ones, extension 9 bits.
    pub const fn to_bytes(self) -> [u8; 6] {
        let wire = ((self.0 / TICKS_PER_90K) << 15) | (0x3f << 9) | (self.0 % TICKS_PER_90K);
        let b = wire.to_be_bytes();
        [b[2], b[3], b[4], b[5], b[6], b[7]]
    }

    /// Reads the six bytes of the field; an extension above 299 is carried into the base.
    pub const fn from_bytes(b: [u8; 6]) -> Pcr {
        let wire = u64::from_be_bytes([0, 0, b[0], b[1], b[2], b[3], b[4], b[5]]);
        Pcr(((wire >> 15) * TICKS_PER_90K + (wire & 0x1ff)) % PCR_PERIOD)
    }
}

/// A presentation or decoding time stamp: 90 kHz modulo 2^33 (ISO/IEC 13818-1 clause 2.4.3.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    const MASK: u64 = (1 << 33) - 1;

    /// The time stamp with this value, taken modulo 2^33.
    pub const fn new(value_90k: u64) -> Timestamp {
        Timestamp(value_90k & Timestamp::MASK)
    }

    /// The value, below 2^33.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// The signed distance from `other` to this stamp on the shorter way round, in 90 kHz ticks.
    pub const fn distance_from(self, other: Timestamp) -> i64 {
        let forward = (self.0.wrapping_sub(other.0)) & Timestamp::MASK;
        if forward > Timestamp::MASK / 2 { forward as i64 - (1 << 33) } else { forward as i64 }
    }

    /// The five bytes of the field behind the four-bit `prefix` (0010, 0011 or 0001).
    pub const fn to_bytes(self, prefix: u8) -> [u8; 5] {
        let v = self.0;
        [
            (prefix << 4) | (((v >> 30) as u8 & 0x07) << 1) | 1,
            (v >> 22) as u8,
            (((v >> 15) as u8) << 1) | 1,
            (v >> 7) as u8,
            ((v as u8) << 1) | 1,
        ]
    }

    /// Reads the five bytes of the field; `None` when a marker bit is missing.
    pub const fn from_bytes(b: [u8; 5]) -> Option<Timestamp> {
        if b[0] & 1 == 0 || b[2] & 1 == 0 || b[4] & 1 == 0 {
            return None;
        }
        let high = ((b[0] >> 1) & 0x07) as u64;
        let middle = (((b[1] as u64) << 8) | b[2] as u64) >> 1;
        let low = (((b[3] as u64) << 8) | b[4] as u64) >> 1;
        Some(Timestamp((high << 30) | (middle << 15) | low))
    }
}

impl fmt::Display for Ticks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = self.0 % TICKS_PER_SECOND;
        write!(f, "{}.{:08} s TAI", self.0 / TICKS_PER_SECOND, fraction * 100 / 27)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn clock_reference_bytes_match_the_published_vectors() {
        let cases: [(u64, [u8; 6]); 6] = [
            (0, [0, 0, 0, 0, 0x7e, 0]),
            (299, [0, 0, 0, 0, 0x7f, 0x2b]),
            (300, [0, 0, 0, 0, 0xfe, 0]),
            (27_000_000, [0, 0, 0xaf, 0xc8, 0x7e, 0]),
            (123_456_789_012, [0x0c, 0x43, 0xab, 0x23, 0x7e, 0x0c]),
            (PCR_PERIOD - 1, [0xff, 0xff, 0xff, 0xff, 0xff, 0x2b]),
        ];
        for (value, bytes) in cases {
            assert_eq!(Ticks(value).pcr().to_bytes(), bytes);
            assert_eq!(Pcr::from_bytes(bytes).value(), value);
        }
    }

    #[test]
    fn time_stamp_bytes_match_the_published_vectors() {
        assert_eq!(Timestamp::new(90_000).to_bytes(2), [0x21, 0x00, 0x05, 0xbf, 0x21]);
        assert_eq!(Timestamp::new(0x1_2345_6789).to_bytes(2), [0x29, 0x8d, 0x15, 0xcf, 0x13]);
        assert_eq!(Timestamp::new(90_000).to_bytes(1), [0x11, 0x00, 0x05, 0xbf, 0x21]);
        assert_eq!(Timestamp::from_bytes([0x20, 0, 1, 0, 1]), None);
    }

    proptest! {
        #[test]
        fn any_time_stamp_survives_the_wire(v in 0u64..(1 << 33)) {
            let t = Timestamp::new(v);
            prop_assert_eq!(Timestamp::from_bytes(t.to_bytes(3)), Some(t));
        }

        #[test]
        fn distances_are_signed_across_the_wrap(
            v in 0u64..(1 << 33), d in -1_000_000i64..1_000_000,
        ) {
            let a = Timestamp::new(v);
            let b = Timestamp::new(v.wrapping_add_signed(d));
            prop_assert_eq!(b.distance_from(a), d);
        }
    }
}
