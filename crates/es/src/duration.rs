//! The exact duration of a frame.

use core::fmt;

/// Ticks of the 27 MHz system clock in one second.
const TICKS_PER_SECOND: u64 = 27_000_000;

/// The time one frame lasts: an exact rational number of 27 MHz ticks in lowest terms, above zero.
///
/// 25 frames per second is 1080000/1, 30000/1001 is 900900/1, and 1024 samples at 44.1 kHz are
/// 30720000/49.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameDuration {
    num: u64,
    den: u64,
}

impl FrameDuration {
    /// The duration of `num / den` ticks; `None` when either is zero or either leaves 2^48.
    pub const fn from_ticks(num: u64, den: u64) -> Option<FrameDuration> {
        if num == 0 || den == 0 {
            return None;
        }
        let divisor = gcd(num, den);
        let (num, den) = (num / divisor, den / divisor);
        if num >> 48 != 0 || den >> 48 != 0 {
            return None;
        }
        Some(FrameDuration { num, den })
    }

    /// The duration of `num / den` seconds; `None` as for [`FrameDuration::from_ticks`].
    pub const fn from_seconds(num: u32, den: u32) -> Option<FrameDuration> {
        FrameDuration::from_ticks(num as u64 * TICKS_PER_SECOND, den as u64)
    }

    /// Ticks above the line, in lowest terms.
    pub const fn numerator(self) -> u64 {
        self.num
    }

    /// Ticks below the line, in lowest terms.
    pub const fn denominator(self) -> u64 {
        self.den
    }

    /// The ticks that `frames` frames last together, rounded down; held at the greatest `u64`.
    pub const fn ticks_of(self, frames: u64) -> u64 {
        let ticks = frames as u128 * self.num as u128 / self.den as u128;
        if ticks > u64::MAX as u128 { u64::MAX } else { ticks as u64 }
    }

    /// How many whole frames fit into `ticks`; held at the greatest `u64`.
    pub const fn frames_in(self, ticks: u64) -> u64 {
        let frames = ticks as u128 * self.den as u128 / self.num as u128;
        if frames > u64::MAX as u128 { u64::MAX } else { frames as u64 }
    }
}

impl fmt::Display for FrameDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} ticks", self.num, self.den)
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
    fn common_durations_are_exact() {
        let of = |num, den| {
            let d = FrameDuration::from_seconds(num, den).unwrap();
            (d.numerator(), d.denominator())
        };
        assert_eq!(of(1, 25), (1_080_000, 1));
        assert_eq!(of(1001, 30000), (900_900, 1));
        assert_eq!(of(1001, 24000), (1_126_125, 1));
        assert_eq!(of(1024, 44100), (30_720_000, 49));
        assert_eq!(of(1152, 48000), (648_000, 1));
        assert_eq!(FrameDuration::from_seconds(0, 25), None);
        assert_eq!(FrameDuration::from_seconds(1, 0), None);
    }

    proptest! {
        #[test]
        fn any_number_of_frames_fits_into_its_own_ticks(
            num in 1u32.., den in 1u32.., frames in 0u64..1 << 40,
        ) {
            let Some(duration) = FrameDuration::from_seconds(num, den) else { return Ok(()) };
            prop_assume!(duration.numerator() >= duration.denominator());
            let ticks = duration.ticks_of(frames);
            prop_assume!(ticks < u64::MAX - 1);
            prop_assert!(duration.frames_in(ticks + 1) >= frames);
            prop_assert!(duration.frames_in(ticks) <= frames);
        }
    }
}
