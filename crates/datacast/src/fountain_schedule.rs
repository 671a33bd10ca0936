//! Which symbols of a fountain a superframe carries: a function of the superframe's number alone.
//!
//! A superframe owns a range of encoding symbol ids of each source block, next to that of the
//! superframe before it, so that no repair symbol is sent twice until the 24 bits of the id are
//! used up. How many symbols of its range a superframe sends, depends on the room it has, and on
//! nothing else. Then the ids begin again at the first repair symbol: with the range of E ids a
//! superframe, after `(2^24 - K) / E` superframes. A site that is still collecting after such a
//! time (days of airing, many times the bundle) may then be sent symbols that it has; nothing else
//! is lost by it.
//!
//! Some of what is guaranteed walks round the source symbols, so that receivers which know nothing
//! of fountains complete as well. While a site completes within one walk no source symbol reaches
//! it twice, so the walk costs nothing; only a site that is on for short times of many walks loses
//! by it.

use crate::fountain::{Fountain, RepairId};
use crate::schedule::{GOLDEN, Share, blocks, remainder, scale};
use fec::raptorq::IDS;

/// How a fountain is sent; the same in all superframes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sending {
    /// The most repair symbols that any superframe may have room for.
    pub repairs_max: u32,
    /// Of 16 guaranteed symbols, how many are source symbols: 0 to 16.
    pub sources_of_16: u8,
}

/// A symbol on air.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symbol {
    /// A block of the carousel.
    Source {
        /// Its number in the carousel.
        block: u64,
    },
    /// A repair symbol.
    Repair(RepairId),
}

/// The symbols that superframe `superframe` carries, in the order of sending: as many as the share
/// says, source symbols first. Where nothing is guaranteed the source symbols are of the extra
/// ones, as [`blocks`] chooses them.
pub fn symbols(
    fountain: &Fountain,
    sending: Sending,
    superframe: u64,
    share: Share,
) -> impl Iterator<Item = Symbol> {
    let total = fountain.blocks();
    let sources_of_16 = u128::from(sending.sources_of_16.min(16));
    let walked = |superframe: u128| superframe * u128::from(share.guaranteed) * sources_of_16 / 16;
    let first = walked(u128::from(superframe));
    let walk = (walked(u128::from(superframe) + 1) - first).min(u128::from(total)) as u64;
    let run = match share.guaranteed {
        0 => ((u128::from(share.extra) * sources_of_16 / 16) as u64).min(total),
        _ => 0,
    };
    let repairs = share.guaranteed.saturating_add(share.extra) - walk - run;
    let sources = (0..walk).map(move |i| remainder(first + u128::from(i), total));
    let extra = blocks(superframe, Share { guaranteed: 0, extra: run }, total);
    let fountain = *fountain;
    sources
        .chain(extra)
        .map(move |place| Symbol::Source { block: fountain.in_turns(place) })
        .chain(self::repairs(fountain, sending, superframe, repairs).map(Symbol::Repair))
}

/// Superframes after which a source block begins again with its first repair symbol.
pub fn repeat_superframes(fountain: &Fountain, sending: Sending) -> u64 {
    let symbols = fountain.source_block(0).map_or(0, |block| block.shape.symbols());
    u64::from(IDS - symbols) / range_size(fountain, sending)
}

/// The source blocks take turns. Which one begins, is spread evenly over superframes, so that no
/// block gets less than the others when the turns do not come out even.
fn repairs(
    fountain: Fountain,
    sending: Sending,
    superframe: u64,
    count: u64,
) -> impl Iterator<Item = RepairId> {
    let source_blocks = u64::from(fountain.source_blocks());
    let range = range_size(&fountain, sending);
    let begin = scale(superframe.wrapping_mul(GOLDEN), source_blocks);
    (0..count.min(u64::from(sending.repairs_max))).filter_map(move |turn| {
        let number = ((begin + turn) % source_blocks) as u8;
        let symbols = fountain.source_block(number)?.shape.symbols();
        let ordinal = u128::from(superframe) * u128::from(range) + u128::from(turn / source_blocks);
        let id = symbols + remainder(ordinal, u64::from(IDS - symbols)) as u32;
        Some(RepairId { source_block: number, id })
    })
}

/// Ids of a source block that a superframe owns.
fn range_size(fountain: &Fountain, sending: Sending) -> u64 {
    u64::from(sending.repairs_max.max(1)).div_ceil(u64::from(fountain.source_blocks()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    const SENDING: Sending = Sending { repairs_max: 470, sources_of_16: 4 };

    #[test]
    fn nothing_is_sent_twice_before_the_ids_are_used_up() {
        let fountain = Fountain::new(3000, 4017, 1000 * 4017, 1).unwrap();
        assert_eq!(fountain.source_blocks(), 3);
        assert_eq!(repeat_superframes(&fountain, SENDING), (IDS as u64 - 1000) / 157);
        let share = Share { guaranteed: 60, extra: 410 };
        let mut seen = BTreeSet::new();
        // 200 superframes walk 3000 source symbols: once round.
        for superframe in 1_192_000_000..1_192_000_200 {
            for symbol in symbols(&fountain, SENDING, superframe, share) {
                assert!(seen.insert(symbol), "{symbol:?} twice");
            }
        }
        assert_eq!(seen.len(), 200 * 470);
    }

    #[test]
    fn what_repeats_when_the_ids_are_used_up_is_the_first_repair_symbol() {
        let fountain = Fountain::new(1000, 4017, u32::MAX, 1).unwrap();
        let sending = Sending { repairs_max: 1000, sources_of_16: 0 };
        let share = Share { guaranteed: 1000, extra: 0 };
        let ids = |superframe| -> Vec<u32> {
            let repair = |symbol| match symbol {
                Symbol::Repair(repair) => Some(repair.id),
                Symbol::Source { .. } => None,
            };
            symbols(&fountain, sending, superframe, share).filter_map(repair).collect()
        };
        let wrap = repeat_superframes(&fountain, sending);
        assert_eq!(ids(0)[0], 1000);
        let last = ids(wrap);
        assert!(last.contains(&(IDS - 1)) && last.contains(&1000));
        assert_eq!(last.iter().collect::<BTreeSet<_>>().len(), 1000);
    }

    #[test]
    fn a_fraction_of_a_source_symbol_in_each_superframe_still_walks_round() {
        let fountain = Fountain::new(10, 4017, u32::MAX, 1).unwrap();
        let sending = Sending { repairs_max: 9, sources_of_16: 1 };
        let share = Share { guaranteed: 3, extra: 1 };
        let mut sources = BTreeSet::new();
        for superframe in 77..77 + 54 {
            let sent: Vec<Symbol> = symbols(&fountain, sending, superframe, share).collect();
            assert_eq!(sent.len(), 4);
            sources.extend(sent.into_iter().filter(|s| matches!(s, Symbol::Source { .. })));
        }
        assert_eq!(sources.len(), 10);
    }

    proptest! {
        #[test]
        fn any_room_is_filled_and_no_source_block_falls_behind(
            blocks in 1u64..5000, size in 1u64..500, start in 0u64..1 << 40,
            guaranteed in 0u64..30, extra in 0u64..30, sources_of_16 in 0u8..=16,
        ) {
            let fountain = Fountain::new(blocks, 10, (size * 10) as u32, 1).unwrap();
            let sending = Sending { repairs_max: 64, sources_of_16 };
            let share = Share { guaranteed, extra };
            let mut counts = BTreeMap::new();
            let superframes = 4 * u64::from(fountain.source_blocks());
            for superframe in start..start + superframes {
                let sent: Vec<Symbol> = symbols(&fountain, sending, superframe, share).collect();
                prop_assert_eq!(sent.len() as u64, guaranteed + extra);
                let distinct: BTreeSet<&Symbol> = sent.iter().collect();
                prop_assert_eq!(distinct.len(), sent.len());
                for symbol in sent {
                    match symbol {
                        Symbol::Source { block } => prop_assert!(block < blocks),
                        Symbol::Repair(repair) => {
                            let block = fountain.source_block(repair.source_block).unwrap();
                            prop_assert!((block.shape.symbols()..IDS).contains(&repair.id));
                            *counts.entry(repair.source_block).or_insert(0u64) += 1;
                        }
                    }
                }
            }
            let all: u64 = counts.values().sum();
            let fair = all as f64 / f64::from(fountain.source_blocks());
            for number in 0..fountain.source_blocks() {
                let count = counts.get(&number).copied().unwrap_or(0) as f64;
                // The golden ratio keeps arcs within a factor of three of each other, and all but
                // a remainder of the turns come out even.
                prop_assert!((count - fair).abs() <= 12.0 + fair * 0.1, "{count} of {fair}");
            }
        }
    }
}
