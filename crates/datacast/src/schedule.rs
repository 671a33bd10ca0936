//! Which blocks of a carousel a superframe carries: a function of the superframe's number alone.
//!
//! Two orders are laid over each other. The *guaranteed* blocks walk round the carousel, so that
//! the time to complete has a bound. The *extra* blocks use what room video has left, whose amount
//! differs from superframe to superframe; the walk could not depend on it without a history. They
//! form a run that starts at a multiple of the golden ratio: of all starts that need no memory,
//! these divide the circle most evenly, each new run falling into one of the widest gaps that the
//! runs before it have left. It also keeps a site that is switched off at the same hours each day
//! from missing the same blocks each day, when the walk alone takes days.

/// 2^64 over the golden ratio, odd.
pub(crate) const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// How many blocks a superframe carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Blocks promised to each superframe.
    pub guaranteed: u64,
    /// Blocks that this superframe has room for beside those.
    pub extra: u64,
}

/// The blocks of a carousel of `total` blocks that superframe `superframe` carries, in the order of
/// sending: the guaranteed ones, then the extra ones. Nothing when `total` is zero.
///
/// With `guaranteed` the same in each superframe and above zero, any `cycle_superframes` successive
/// superframes carry every block. Extra blocks never repeat a guaranteed one of their superframe
/// unless the whole carousel is guaranteed in each superframe.
pub fn blocks(superframe: u64, share: Share, total: u64) -> impl Iterator<Item = u64> {
    let Share { guaranteed, extra } = if total == 0 { NOTHING } else { share };
    let total = total.max(1);
    let first = remainder(u128::from(superframe) * u128::from(guaranteed), total);
    let walk = (0..guaranteed).map(move |i| remainder(u128::from(first) + u128::from(i), total));
    let start = scale(superframe.wrapping_mul(GOLDEN), total);
    let in_walk = move |block: u64| {
        let ahead = if block >= first { block - first } else { block + (total - first) };
        ahead < guaranteed
    };
    let run = (0..u64::MAX)
        .map(move |i| remainder(u128::from(start) + u128::from(i), total))
        .filter(move |block| guaranteed >= total || !in_walk(*block));
    walk.chain(run.take(usize::try_from(extra).unwrap_or(usize::MAX)))
}

/// Superframes within which every block is sent, from any start; `None` when nothing is guaranteed.
pub const fn cycle_superframes(guaranteed: u64, total: u64) -> Option<u64> {
    if guaranteed == 0 { None } else { Some(total.div_ceil(guaranteed)) }
}

const NOTHING: Share = Share { guaranteed: 0, extra: 0 };

/// A remainder that fits, since the divisor does.
pub(crate) fn remainder(value: u128, divisor: u64) -> u64 {
    (value % u128::from(divisor)) as u64
}

/// Maps the full range of `fraction` to `0..total` without bias by the low bits.
pub(crate) fn scale(fraction: u64, total: u64) -> u64 {
    ((u128::from(fraction) * u128::from(total)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn an_empty_carousel_has_no_blocks() {
        assert_eq!(blocks(7, Share { guaranteed: 3, extra: 3 }, 0).count(), 0);
    }

    #[test]
    fn far_superframes_do_not_overflow() {
        let sent: Vec<u64> =
            blocks(u64::MAX, Share { guaranteed: 2, extra: 2 }, u64::MAX).collect();
        assert_eq!(sent.len(), 4);
    }

    #[test]
    fn extra_runs_alone_cover_the_carousel_almost_evenly() {
        let (total, extra) = (10_000, 100);
        let mut seen = BTreeSet::new();
        for superframe in 50_000..50_300 {
            seen.extend(blocks(superframe, Share { guaranteed: 0, extra }, total));
        }
        // Three passes' worth of random runs would leave 5 % out.
        assert_eq!(seen.len() as u64, total);
    }

    proptest! {
        #[test]
        fn every_block_is_sent_within_a_cycle_from_any_start(
            start in 0u64..1 << 40, guaranteed in 1u64..50, extra in 0u64..50, total in 1u64..2000,
        ) {
            let cycle = cycle_superframes(guaranteed, total).unwrap();
            let share = Share { guaranteed, extra: 0 };
            let sent: BTreeSet<u64> =
                (start..start + cycle).flat_map(|k| blocks(k, share, total)).collect();
            prop_assert_eq!(sent.len() as u64, total);
            prop_assert!(sent.iter().all(|b| *b < total));
            let with_extra: Vec<u64> = blocks(start, Share { guaranteed, extra }, total).collect();
            prop_assert_eq!(with_extra.len() as u64, guaranteed + extra);
            if guaranteed + extra <= total {
                let distinct: BTreeSet<u64> = with_extra.iter().copied().collect();
                prop_assert_eq!(distinct.len(), with_extra.len());
            }
        }
    }
}
