//! Buffers for system data (ISO/IEC 13818-1 clause 2.4.2.3) and for sections whose PMT entry
//! describes a buffer of its own (clauses 2.6.22 and 2.6.30).

use super::{BYTE, Passage, TransportBuffer, outflow};

/// Rx of system data, in bit/s.
const SYSTEM_RX_BPS: u64 = 1_000_000;
/// TBsys, in bytes.
const SYSTEM_TB_BYTES: u64 = 512;
/// Bsys, in bytes.
const SYSTEM_B_BYTES: u64 = 1536;
/// The least rate at which Bsys empties, in bit/s.
const SYSTEM_RATE_MIN_BPS: u64 = 80_000;

/// A buffer that empties at a constant rate.
#[derive(Clone, Debug)]
pub(crate) struct LeakyBucket {
    size: u64,
    rate_bps: u64,
    fill: u64,
    max_fill: u64,
    at: u64,
}

impl LeakyBucket {
    /// An empty bucket at the instant `now`.
    pub(crate) fn new(size_bytes: u64, rate_bps: u64, now: u64) -> LeakyBucket {
        LeakyBucket { size: size_bytes * BYTE, rate_bps, fill: 0, max_fill: 0, at: now }
    }

    /// Some bytes arrive; returns the fill in bytes when it is above the size.
    pub(crate) fn arrive(&mut self, now: u64, bytes: u64) -> Option<u64> {
        let out = outflow(self.rate_bps, now.saturating_sub(self.at));
        self.at = self.at.max(now);
        self.fill = self.fill.saturating_sub(out) + bytes * BYTE;
        self.max_fill = self.max_fill.max(self.fill);
        let over = self.fill > self.size;
        let fill = self.fill.div_ceil(BYTE);
        self.fill = self.fill.min(self.size);
        over.then_some(fill)
    }

    /// The greatest fill so far, in bytes, rounded up.
    pub(crate) fn max_fill_bytes(&self) -> u64 {
        self.max_fill.div_ceil(BYTE)
    }

    /// The size in bytes.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.size / BYTE
    }
}

/// TBsys and Bsys of one programme: PAT, CAT, TSDT and its PMT counted together.
#[derive(Clone, Debug)]
pub(crate) struct SystemBuffer {
    pub(crate) transport: TransportBuffer,
    pub(crate) main: LeakyBucket,
}

impl SystemBuffer {
    /// The buffers of a decoder of a stream of `stream_rate_bps`.
    pub(crate) fn new(stream_rate_bps: u64, now: u64) -> SystemBuffer {
        let rate = SYSTEM_RATE_MIN_BPS.max(stream_rate_bps / 500);
        SystemBuffer {
            transport: TransportBuffer::new(SYSTEM_TB_BYTES, SYSTEM_RX_BPS, now),
            main: LeakyBucket::new(SYSTEM_B_BYTES, rate, now),
        }
    }

    /// A packet with so much payload arrives; returns the fill of Bsys when it is above its size.
    pub(crate) fn arrive(&mut self, now: u64, payload_bytes: u64) -> (Passage, Option<u64>) {
        let passage = self.transport.arrive(now);
        (passage, self.main.arrive(passage.first_out, payload_bytes))
    }
}
