//! The system target decoder (ISO/IEC 13818-1 clause 2.4.2): every buffer that a conformant stream
//! must neither flood nor starve, filled from the bytes of the finished stream.
//!
//! A packet enters its buffer whole at the time of its slot, which is stricter than the standard's
//! byte by byte by at most one packet. Amounts are bits times ticks per second, so that a rate
//! times a span needs no rounding.

mod main_buffer;
mod model;
mod system;
mod transport;

pub(crate) use main_buffer::MainBuffer;
pub(crate) use model::{Delay, Model, audio_model, private_model, video_model};
pub(crate) use system::{LeakyBucket, SystemBuffer};
pub(crate) use transport::{Passage, TransportBuffer};

use ts::TICKS_PER_SECOND;

/// A bit in the scaled amounts of the buffers.
pub(crate) const BIT: u64 = TICKS_PER_SECOND;
/// A byte in the scaled amounts of the buffers.
pub(crate) const BYTE: u64 = 8 * BIT;

/// What leaves at `rate_bps` in `ticks`, held at an amount that empties any buffer.
pub(crate) const fn outflow(rate_bps: u64, ticks: u64) -> u64 {
    rate_bps.saturating_mul(ticks)
}

/// Ticks that `amount` takes at `rate_bps`, rounded up.
pub(crate) const fn ticks_for(amount: u64, rate_bps: u64) -> u64 {
    if rate_bps == 0 { 0 } else { amount.div_ceil(rate_bps) }
}
