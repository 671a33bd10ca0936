//! What the sending thread counts, and how it is read while it goes on counting.

use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::sync::atomic::{AtomicI32, AtomicU64};
use ts::Ticks;

/// Buckets of the lateness histogram.
pub const LATENESS_BUCKETS: usize = 24;

/// The counters of one multiplex; written by the sending thread only.
#[derive(Debug, Default)]
pub(crate) struct MultiplexCounters {
    pub(crate) sent: AtomicU64,
    pub(crate) repairs_sent: AtomicU64,
    pub(crate) skipped: AtomicU64,
    pub(crate) repairs_skipped: AtomicU64,
    pub(crate) starved: AtomicU64,
    pub(crate) last_due: AtomicU64,
    pub(crate) next_datagram: AtomicU64,
    pub(crate) lateness: [AtomicU64; LATENESS_BUCKETS],
    pub(crate) outputs: Vec<OutputCounters>,
}

/// The counters of one output.
#[derive(Debug, Default)]
pub(crate) struct OutputCounters {
    pub(crate) sent: AtomicU64,
    pub(crate) errors: AtomicU64,
    pub(crate) last_errno: AtomicI32,
}

/// What became of the datagrams of one multiplex.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MultiplexStatus {
    /// Its name.
    pub name: String,
    /// Media datagrams that were sent, counted once however many outputs there are.
    pub sent: u64,
    /// Repair packets that were sent, counted in the same way.
    pub repairs_sent: u64,
    /// Media datagrams that were too late to be sent.
    pub skipped: u64,
    /// Repair packets that were too late to be sent.
    pub repairs_skipped: u64,
    /// How often the queue was empty when a batch had ended.
    pub starved: u64,
    /// When the newest of all that was sent or skipped was due.
    pub last_due: Ticks,
    /// The index behind that of the newest media datagram that was sent or skipped; 0 before the
    /// first. It never runs ahead of `sent` and `skipped`.
    pub next_datagram: u64,
    /// How late what was sent left.
    pub lateness: Lateness,
    /// The outputs, in the order of their configuration.
    pub outputs: Vec<OutputStatus>,
}

/// What became of the datagrams of one output, media and repair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutputStatus {
    /// Datagrams that the system took.
    pub sent: u64,
    /// Datagrams that the system refused.
    pub errors: u64,
    /// The error number of the last refusal; 0 when there was none.
    pub last_errno: i32,
}

/// A histogram of lateness: bucket 0 counts what was less than 1 us late, bucket `i` what was
/// `2^(i-1)` to `2^i` us late, the last also what was later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lateness(pub [u64; LATENESS_BUCKETS]);

impl Lateness {
    /// All that was counted.
    pub fn count(self) -> u64 {
        self.0.iter().sum()
    }

    /// A bound in microseconds below which `per_mille` of 1000 stayed; 0 when nothing was
    /// counted.
    pub fn below_us(self, per_mille: u64) -> u64 {
        let wanted = (self.count() * per_mille).div_ceil(1000);
        let mut seen = 0;
        for (i, count) in self.0.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return 1 << i;
            }
        }
        0
    }

    /// The bucket of a lateness.
    pub(crate) fn bucket_of(late_ns: i64) -> usize {
        let us = late_ns.max(0) as u64 / 1000;
        ((u64::BITS - us.leading_zeros()) as usize).min(LATENESS_BUCKETS - 1)
    }
}

impl MultiplexCounters {
    pub(crate) fn new(outputs: usize) -> MultiplexCounters {
        MultiplexCounters {
            outputs: (0..outputs).map(|_| OutputCounters::default()).collect(),
            ..MultiplexCounters::default()
        }
    }

    pub(crate) fn status(&self, name: &str) -> MultiplexStatus {
        // Read before the counts and written behind them.
        let next_datagram = self.next_datagram.load(Acquire);
        MultiplexStatus {
            name: name.to_owned(),
            sent: self.sent.load(Relaxed),
            repairs_sent: self.repairs_sent.load(Relaxed),
            skipped: self.skipped.load(Relaxed),
            repairs_skipped: self.repairs_skipped.load(Relaxed),
            starved: self.starved.load(Relaxed),
            last_due: Ticks(self.last_due.load(Relaxed)),
            next_datagram,
            lateness: Lateness(core::array::from_fn(|i| self.lateness[i].load(Relaxed))),
            outputs: self.outputs.iter().map(OutputCounters::status).collect(),
        }
    }
}

impl OutputCounters {
    fn status(&self) -> OutputStatus {
        OutputStatus {
            sent: self.sent.load(Relaxed),
            errors: self.errors.load(Relaxed),
            last_errno: self.last_errno.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_falls_into_powers_of_two() {
        assert_eq!(Lateness::bucket_of(-5), 0);
        assert_eq!(Lateness::bucket_of(999), 0);
        assert_eq!(Lateness::bucket_of(1_000), 1);
        assert_eq!(Lateness::bucket_of(3_999), 2);
        assert_eq!(Lateness::bucket_of(4_000), 3);
        assert_eq!(Lateness::bucket_of(i64::MAX), LATENESS_BUCKETS - 1);
    }

    #[test]
    fn bounds_hold_for_the_share_they_name() {
        let mut lateness = Lateness::default();
        assert_eq!(lateness.below_us(999), 0);
        lateness.0[3] = 990;
        lateness.0[10] = 10;
        assert_eq!(lateness.below_us(500), 8);
        assert_eq!(lateness.below_us(990), 8);
        assert_eq!(lateness.below_us(999), 1024);
    }
}
