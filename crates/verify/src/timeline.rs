//! When each packet of a constant-rate stream leaves, in 27 MHz ticks since the first.

use crate::findings::Place;
use ts::{PACKET_BITS, PACKET_SIZE, Rate, TICKS_PER_SECOND};

/// Ticks per packet as an exact fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    num: u64,
    den: u64,
}

impl Step {
    /// The step of a stream of this rate: 1504 bits at 27 MHz.
    pub(crate) const fn of_rate(rate: Rate) -> Step {
        Step { num: PACKET_BITS * TICKS_PER_SECOND * rate.denominator(), den: rate.numerator() }
    }

    /// The step of a stream in which `packets` take `ticks`; `None` when either is zero.
    pub(crate) const fn between(ticks: u64, packets: u64) -> Option<Step> {
        if ticks == 0 || packets == 0 || packets > 1 << 48 {
            return None;
        }
        Some(Step { num: ticks, den: packets })
    }

    /// The rate in bit/s, rounded to the nearest.
    pub(crate) fn rate_bps(self) -> u64 {
        let bits = u128::from(PACKET_BITS * TICKS_PER_SECOND) * u128::from(self.den);
        ((bits + u128::from(self.num / 2)) / u128::from(self.num)) as u64
    }
}

/// An instant with the fraction of a tick that the packet grid leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exact {
    pub(crate) ticks: u64,
    frac: u64,
    den: u64,
}

impl Exact {
    /// By how much `ticks` on the clock differ from the time since `earlier`, in picoseconds.
    /// Both instants must lie on one step.
    pub(crate) fn error_ps(self, earlier: Exact, ticks: i64) -> i64 {
        let den = i128::from(self.den.max(1));
        let line = i128::from(self.ticks) - i128::from(earlier.ticks);
        let frac = i128::from(self.frac) - i128::from(earlier.frac);
        let error = (i128::from(ticks) - line) * den - frac;
        let ps = error * 1_000_000 / (27 * den);
        ps.clamp(i64::MIN as i128, i64::MAX as i128) as i64
    }
}

/// The grid of packets in time. Nothing is rounded on the way, so there is no drift.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeline {
    step: Step,
    packet: u64,
    ticks: u64,
    frac: u64,
}

impl Timeline {
    /// A line that begins with packet zero at zero.
    pub(crate) const fn new(step: Step) -> Timeline {
        Timeline { step, packet: 0, ticks: 0, frac: 0 }
    }

    /// The packet that is due and when it leaves.
    pub(crate) const fn place(&self) -> Place {
        Place { packet: self.packet, time_ticks: self.ticks }
    }

    /// When the packet leaves, exactly.
    pub(crate) const fn exact(&self) -> Exact {
        Exact { ticks: self.ticks, frac: self.frac, den: self.step.den }
    }

    /// Where the packet begins, in bytes since the start.
    pub(crate) const fn byte(&self) -> u64 {
        self.packet * PACKET_SIZE as u64
    }

    /// The step in force.
    pub(crate) const fn step(&self) -> Step {
        self.step
    }

    /// Goes on by some packets.
    pub(crate) fn advance(&mut self, packets: u64) {
        self.packet += packets;
        let num = u128::from(self.step.num) * u128::from(packets) + u128::from(self.frac);
        let den = u128::from(self.step.den);
        self.ticks += (num / den) as u64;
        self.frac = (num % den) as u64;
    }

    /// Goes on by one packet.
    pub(crate) fn advance_one(&mut self) {
        self.packet += 1;
        // num + frac stays within 64 bits: a step is below 2^60 and a fraction below 2^60.
        let num = self.step.num + self.frac;
        self.ticks += num / self.step.den;
        self.frac = num % self.step.den;
    }

    /// Takes another step from this packet on; time itself does not jump.
    pub(crate) fn set_step(&mut self, step: Step) {
        self.step = step;
        self.frac = 0;
    }

    /// Ticks that so many bytes take, rounded down.
    pub(crate) fn ticks_of_bytes(&self, bytes: u64) -> u64 {
        let num = u128::from(bytes) * u128::from(self.step.num);
        (num / (u128::from(self.step.den) * PACKET_SIZE as u128)) as u64
    }
}

/// The simplest rate that a span of the clock allows, when it is known to within one tick: `ticks`
/// for `packets`.
pub(crate) fn simplest_rate(ticks: u64, packets: u64) -> Option<Rate> {
    if ticks < 2 || packets == 0 {
        return None;
    }
    let bits = u128::from(packets) * u128::from(PACKET_BITS * TICKS_PER_SECOND);
    let low = (bits, u128::from(ticks + 1));
    let high = (bits, u128::from(ticks - 1));
    let (num, den) = simplest_between(low, high);
    Rate::new(u64::try_from(num).ok()?, u64::try_from(den).ok()?)
}

/// The fraction of smallest denominator in the closed interval, by continued fractions.
fn simplest_between(low: (u128, u128), high: (u128, u128)) -> (u128, u128) {
    // Convergent matrix of the continued fraction found so far: value = (a*x + b) / (c*x + d).
    let (mut a, mut b, mut c, mut d) = (1u128, 0u128, 0u128, 1u128);
    let (mut low, mut high) = (low, high);
    loop {
        let whole = low.0.div_ceil(low.1);
        if high.1 == 0 || whole * high.1 <= high.0 {
            return (a * whole + b, c * whole + d);
        }
        let term = low.0 / low.1;
        (a, b, c, d) = (a * term + b, a, c * term + d, c);
        (low, high) = ((high.1, high.0 - term * high.1), (low.1, low.0 - term * low.1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ts::SlotGrid;

    #[test]
    fn a_rational_rate_is_found_again_from_its_clock() {
        let rate = Rate::new(646_250_000, 17).unwrap();
        let grid = SlotGrid::new(rate);
        let packets = 40_000_000;
        let ticks = grid.time_of(packets).0;
        assert_eq!(simplest_rate(ticks, packets), Some(rate));
        let whole = Rate::new(8_446_000, 1).unwrap();
        let ticks = SlotGrid::new(whole).time_of(5_616).0;
        assert_eq!(simplest_rate(ticks, 5_616), Some(whole));
    }

    proptest! {
        #[test]
        fn the_line_is_the_slot_grid(
            num in 1_000_000u64..200_000_000_000, den in 1u64..4_000, jump in 0u64..1_000_000,
        ) {
            prop_assume!(num / den >= 100_000);
            let rate = Rate::new(num, den).unwrap();
            let mut line = Timeline::new(Step::of_rate(rate));
            line.advance(jump);
            for _ in 0..50 {
                let place = line.place();
                prop_assert_eq!(place.time_ticks, SlotGrid::new(rate).time_of(place.packet).0);
                line.advance_one();
            }
        }
    }
}
