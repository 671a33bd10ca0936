//! The transport buffer TB (ISO/IEC 13818-1 clauses 2.4.2.3 and 2.4.2.7).

use super::{BYTE, outflow, ticks_for};
use ts::{PACKET_SIZE, TICKS_PER_SECOND};

/// What became of a packet in the transport buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Passage {
    /// When the first byte of the packet leaves, in ticks.
    pub(crate) first_out: u64,
    /// When the last byte of the packet leaves, in ticks.
    pub(crate) last_out: u64,
    /// The fill in bytes, when it is above the size.
    pub(crate) overflow_bytes: Option<u64>,
    /// Ticks since the buffer was last empty, when they have become more than a second.
    pub(crate) never_empty_ticks: Option<u64>,
}

/// A transport buffer: packets in at once, bits out at a constant rate.
#[derive(Clone, Debug)]
pub(crate) struct TransportBuffer {
    size: u64,
    rate_bps: u64,
    fill: u64,
    max_fill: u64,
    at: u64,
    last_empty: u64,
    told_never_empty: bool,
}

impl TransportBuffer {
    /// An empty buffer of `size_bytes` that empties at `rate_bps`, at the instant `now`.
    pub(crate) fn new(size_bytes: u64, rate_bps: u64, now: u64) -> TransportBuffer {
        TransportBuffer {
            size: size_bytes * BYTE,
            rate_bps,
            fill: 0,
            max_fill: 0,
            at: now,
            last_empty: now,
            told_never_empty: false,
        }
    }

    /// Takes another size and rate; what is inside stays.
    pub(crate) fn set_model(&mut self, size_bytes: u64, rate_bps: u64) {
        self.size = size_bytes * BYTE;
        self.rate_bps = rate_bps;
    }

    /// The greatest fill so far, in bytes, rounded up.
    pub(crate) fn max_fill_bytes(&self) -> u64 {
        self.max_fill.div_ceil(BYTE)
    }

    /// The size in bytes.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.size / BYTE
    }

    /// A packet arrives at `now`.
    pub(crate) fn arrive(&mut self, now: u64) -> Passage {
        let never_empty_ticks = self.drain(now);
        let first_out = now + ticks_for(self.fill, self.rate_bps);
        self.fill += PACKET_SIZE as u64 * BYTE;
        self.max_fill = self.max_fill.max(self.fill);
        let over = self.fill > self.size;
        let overflow_bytes = over.then(|| self.fill.div_ceil(BYTE));
        // What does not fit is lost, so that one burst is not told twice.
        self.fill = self.fill.min(self.size);
        let last_out = now + ticks_for(self.fill, self.rate_bps);
        Passage { first_out, last_out, overflow_bytes, never_empty_ticks }
    }

    fn drain(&mut self, now: u64) -> Option<u64> {
        let out = outflow(self.rate_bps, now.saturating_sub(self.at));
        self.at = self.at.max(now);
        self.fill = self.fill.saturating_sub(out);
        if self.fill == 0 {
            self.last_empty = now;
            self.told_never_empty = false;
            return None;
        }
        let since = now.saturating_sub(self.last_empty);
        if since <= TICKS_PER_SECOND || self.told_never_empty {
            return None;
        }
        self.told_never_empty = true;
        Some(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_packets_back_to_back_fit_and_the_third_does_not() {
        let mut buffer = TransportBuffer::new(512, 2_000_000, 0);
        assert_eq!(buffer.arrive(0).overflow_bytes, None);
        assert_eq!(buffer.arrive(1).overflow_bytes, None);
        assert_eq!(buffer.arrive(2).overflow_bytes, Some(564));
    }

    #[test]
    fn packets_at_the_leak_rate_pass_for_ever_and_one_tick_closer_they_never_leave_it_empty() {
        // 752 us is what 188 bytes take at 2 Mbit/s.
        let spacing = 752 * 27;
        let mut buffer = TransportBuffer::new(512, 2_000_000, 0);
        let mut close = TransportBuffer::new(512, 2_000_000, 0);
        let mut told = 0;
        for n in 0..3000 {
            let passage = buffer.arrive(n * spacing);
            assert_eq!((passage.overflow_bytes, passage.never_empty_ticks), (None, None));
            assert_eq!(passage.last_out, (n + 1) * spacing);
            told += u64::from(close.arrive(n * (spacing - 1)).never_empty_ticks.is_some());
        }
        assert_eq!(told, 1);
    }
}
