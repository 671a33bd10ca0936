//! The grid of superframes of a multiplex.

use core::ops::Range;
use ts::{Rate, SlotGrid, Ticks};

/// Packets in one datagram (SMPTE ST 2022-2 allows one to seven; we always send seven).
pub const DATAGRAM_PACKETS: u64 = rtp::DATAGRAM_PACKETS as u64;
/// Superframes in a cycle. Counters of section PIDs return to zero with each cycle, and a revision
/// of the timetable takes effect at the start of one.
pub const CYCLE: u64 = 16;
/// How long a superframe lasts at most: sixteen tables in it are then less than 100 ms apart.
const LENGTH_MAX_MS: u64 = 1_550;

/// Which slots belong to which superframe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuperframeGrid {
    slots: SlotGrid,
    datagrams: u64,
}

/// Why a multiplex has no superframes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuperframeError {
    /// A superframe must hold whole matrices and be short enough for the tables.
    #[error(
        "at {rate} a superframe holds at most {datagrams_max} datagrams, which is less than the \
         {unit} of the forward error correction matrices: use smaller matrices"
    )]
    TooSlow {
        /// The rate of the multiplex.
        rate: Rate,
        /// Datagrams that leave in the longest superframe.
        datagrams_max: u64,
        /// Datagrams that a superframe must be a multiple of.
        unit: u64,
    },
}

impl SuperframeGrid {
    /// The longest superframes that are a multiple of `unit` datagrams: the least common multiple
    /// of all matrices in use, one when there is none.
    pub fn new(rate: Rate, unit: u64) -> Result<SuperframeGrid, SuperframeError> {
        let slots = SlotGrid::new(rate);
        let length = Ticks(LENGTH_MAX_MS * (ts::TICKS_PER_SECOND / 1000));
        let datagrams_max = slots.first_at_or_after(length) / DATAGRAM_PACKETS;
        let datagrams = datagrams_max / unit.max(1) * unit.max(1);
        if datagrams == 0 {
            return Err(SuperframeError::TooSlow { rate, datagrams_max, unit });
        }
        Ok(SuperframeGrid { slots, datagrams })
    }

    /// The packet slots of the multiplex.
    pub const fn slots(self) -> SlotGrid {
        self.slots
    }

    /// Datagrams in a superframe.
    pub const fn datagrams(self) -> u64 {
        self.datagrams
    }

    /// Packets in a superframe.
    pub const fn packets(self) -> u32 {
        (self.datagrams * DATAGRAM_PACKETS) as u32
    }

    /// The slots of a superframe.
    pub const fn slots_of(self, superframe: u64) -> Range<u64> {
        let first = superframe * self.datagrams * DATAGRAM_PACKETS;
        first..first + self.datagrams * DATAGRAM_PACKETS
    }

    /// The first datagram of a superframe.
    pub const fn first_datagram(self, superframe: u64) -> u64 {
        superframe * self.datagrams
    }

    /// When a superframe begins.
    pub const fn start(self, superframe: u64) -> Ticks {
        self.slots.time_of(self.slots_of(superframe).start)
    }

    /// The superframe that an instant falls into.
    pub const fn at(self, time: Ticks) -> u64 {
        let slot = self.slots.first_at_or_after(Ticks(time.0 + 1)).saturating_sub(1);
        slot / (self.datagrams * DATAGRAM_PACKETS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_multiplex_too_slow_for_its_matrix_is_refused() {
        let rate = Rate::new(500_000, 1).unwrap();
        let error = SuperframeGrid::new(rate, 100).unwrap_err();
        assert_eq!(error, SuperframeError::TooSlow { rate, datagrams_max: 73, unit: 100 });
    }

    proptest! {
        #[test]
        fn every_instant_is_in_the_superframe_that_it_falls_into(
            bps in 2_000_000u64..100_000_000, t in 0u64..60_000_000_000_000_000,
        ) {
            let grid = SuperframeGrid::new(Rate::new(bps, 1).unwrap(), 100).unwrap();
            let k = grid.at(Ticks(t));
            prop_assert!(grid.start(k) <= Ticks(t) && Ticks(t) < grid.start(k + 1));
        }
    }
}
