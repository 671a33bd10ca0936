//! Filler: what is shown while nothing is planned.

use crate::model::Filler;
use crate::text::AssetId;
use ts::{TICKS_PER_SECOND, Ticks};

/// Filler starts anew at every multiple of so many ticks of the axis: one hour.
///
/// A gap of any length can so be filled from any place in it, without going back to where it
/// started.
pub const FILLER_RESTART: u64 = 3600 * TICKS_PER_SECOND;

impl Filler {
    /// The assets that fill a gap from `start` on, one after the other and round again.
    ///
    /// With which one it begins is a function of the pool and of `start` alone.
    pub fn sequence(&self, start: Ticks) -> impl Iterator<Item = &AssetId> {
        let first = (mixed(&self.id, start) % self.assets.len() as u64) as usize;
        self.assets.iter().cycle().skip(first)
    }
}

/// The parts of a gap in which filler runs on: `[from, until)` cut at every multiple of
/// [`FILLER_RESTART`].
pub fn filler_runs(from: Ticks, until: Ticks) -> impl Iterator<Item = (Ticks, Ticks)> {
    let mut start = from;
    core::iter::from_fn(move || {
        if start >= until {
            return None;
        }
        let restart = (start.0 / FILLER_RESTART + 1).saturating_mul(FILLER_RESTART);
        let run = (start, Ticks(restart).min(until));
        start = run.1;
        Some(run)
    })
}

/// Spreads gap starts evenly over a pool: FNV-1a over the id of the pool and the start, and the
/// finaliser of SplitMix64.
fn mixed(pool: &crate::Id, start: Ticks) -> u64 {
    let bytes = pool.as_str().bytes().chain(start.0.to_be_bytes());
    let mut hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_filled_alike_from_any_restart_in_it() {
        let hour = |h: u64| Ticks(h * FILLER_RESTART);
        let whole: Vec<_> = filler_runs(Ticks(hour(5).0 + 7), Ticks(hour(8).0 + 1)).collect();
        assert_eq!(whole.len(), 4);
        assert_eq!(whole[0], (Ticks(hour(5).0 + 7), hour(6)));
        let part: Vec<_> = filler_runs(hour(7), Ticks(hour(8).0 + 1)).collect();
        assert_eq!(part, whole[2..]);
        assert_eq!(filler_runs(hour(1), hour(1)).count(), 0);
        assert_eq!(filler_runs(Ticks(u64::MAX - 1), Ticks(u64::MAX)).count(), 1);
    }
}
