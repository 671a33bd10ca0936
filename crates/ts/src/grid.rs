//! The grid of packet slots of a constant-rate multiplex.
//!
//! Slot `n` is the n-th 188-byte packet since the start of the axis and leaves at
//! `floor(n * 1504 * 27e6 / R)` ticks, where the rate `R` is an exact rational. Nothing is ever
//! accumulated, so there is no drift and the error is below one tick for ever.

use crate::time::{TICKS_PER_SECOND, Ticks};
use core::fmt;

/// Bits in one transport packet.
pub const PACKET_BITS: u64 = 188 * 8;

/// A bit rate as an exact rational number of bits per second, in lowest terms and above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    num: u64,
    den: u64,
}

impl Rate {
    /// The rate `num / den` bit/s; `None` when either is zero or the grid of such a rate would
    /// leave the range of the arithmetic (above 2^40 bit/s, or a denominator above 2^24).
    pub const fn new(num: u64, den: u64) -> Option<Rate> {
        if num == 0 || den == 0 {
            return None;
        }
        let divisor = gcd(num, den);
        let (num, den) = (num / divisor, den / divisor);
        if den > 1 << 24 || num / den > 1 << 40 || num < den {
            return None;
        }
        Some(Rate { num, den })
    }

    /// The numerator in lowest terms.
    pub const fn numerator(self) -> u64 {
        self.num
    }

    /// The denominator in lowest terms.
    pub const fn denominator(self) -> u64 {
        self.den
    }

    /// The rate in whole bits per second, rounded down.
    pub const fn bps_floor(self) -> u64 {
        self.num / self.den
    }
}

impl fmt::Display for Rate {
    /// Three decimals, as a modulator's front panel wants it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thousandths = (self.num % self.den) as u128 * 1000 / self.den as u128;
        write!(f, "{}.{:03} bit/s", self.num / self.den, thousandths)
    }
}

/// The slots of one multiplex in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotGrid {
    rate: Rate,
}

impl SlotGrid {
    /// The grid of a multiplex of this rate.
    pub const fn new(rate: Rate) -> SlotGrid {
        SlotGrid { rate }
    }

    /// The rate of the multiplex.
    pub const fn rate(self) -> Rate {
        self.rate
    }

    /// The instant at which slot `n` leaves.
    pub const fn time_of(self, slot: u64) -> Ticks {
        let ticks_num = slot as u128 * (PACKET_BITS * TICKS_PER_SECOND) as u128;
        Ticks((ticks_num * self.rate.den as u128 / self.rate.num as u128) as u64)
    }

    /// The first slot that leaves at or after `time`.
    pub const fn first_at_or_after(self, time: Ticks) -> u64 {
        // floor(n*c*den/num) >= t  <=>  n*c*den >= t*num  <=>  n >= t*num / (c*den), rounded up.
        let num = time.0 as u128 * self.rate.num as u128;
        let den = (PACKET_BITS * TICKS_PER_SECOND) as u128 * self.rate.den as u128;
        num.div_ceil(den) as u64
    }
}

const fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_rates_give_the_published_packet_times() {
        let grid = SlotGrid::new(Rate::new(646_250_000, 17).unwrap());
        assert_eq!(grid.time_of(55), Ticks(58_752));
        let grid = SlotGrid::new(Rate::new(241_640_000_000, 3_699).unwrap());
        assert_eq!(grid.time_of(30_205), Ticks(18_776_124));
    }

    #[test]
    fn impossible_rates_are_refused() {
        assert_eq!(Rate::new(0, 1), None);
        assert_eq!(Rate::new(1, 0), None);
        assert_eq!(Rate::new(1, 2), None);
    }

    proptest! {
        #[test]
        fn the_first_slot_at_or_after_any_time_is_exact(
            num in 1_000_000u64..200_000_000_000, den in 1u64..20_000,
            t in 0u64..130_000_000_000_000_000,
        ) {
            prop_assume!(num / den >= 1000);
            let grid = SlotGrid::new(Rate::new(num, den).unwrap());
            let n = grid.first_at_or_after(Ticks(t));
            prop_assert!(grid.time_of(n) >= Ticks(t));
            prop_assert!(n == 0 || grid.time_of(n - 1) < Ticks(t));
        }
    }
}
