//! The decoder buffers of a video stream in the T-STD.

use super::VideoBuffer;
use super::vui::Schedule;

/// The least rate for which the multiplexing buffer is sized (ISO/IEC 13818-1 clause 2.14.3.1).
const LEAST_MULTIPLEX_RATE_BPS: u64 = 2_000_000;

impl VideoBuffer {
    /// The buffers for H.264 and HEVC: greatest rate and buffer of the level in bits, and the
    /// schedule that the stream states for itself.
    pub(super) fn of_level(
        rate_max_bps: u64,
        buffer_max_bits: u64,
        stated: Option<Schedule>,
    ) -> VideoBuffer {
        let used =
            stated.unwrap_or(Schedule { rate_bps: rate_max_bps, buffer_bits: buffer_max_bits });
        let spare_bits = buffer_max_bits.saturating_sub(used.buffer_bits);
        let overhead_bytes = multiplex_overhead_bytes(rate_max_bps.max(LEAST_MULTIPLEX_RATE_BPS));
        VideoBuffer {
            transport_rate_bps: used.rate_bps * 6 / 5,
            multiplex_bytes: overhead_bytes + spare_bits / 8,
            leak_rate_bps: rate_max_bps,
            elementary_bytes: used.buffer_bits / 8,
            coded_rate_bps: used.rate_bps,
            stated: stated.is_some(),
        }
    }
}

/// BSmux and BSoh together: 4 ms and 1/750 s of the greatest rate.
pub(super) fn multiplex_overhead_bytes(rate_bps: u64) -> u64 {
    (rate_bps / 250 + rate_bps / 750) / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_states_nothing_gets_all_that_its_level_has() {
        // H.264 level 4: 1200 * 20000 bit/s and 1200 * 25000 bit.
        let buffer = VideoBuffer::of_level(24_000_000, 30_000_000, None);
        assert_eq!(buffer.transport_rate_bps, 28_800_000);
        assert_eq!((buffer.elementary_bytes, buffer.stated), (3_750_000, false));
        assert_eq!(buffer.multiplex_bytes, 12_000 + 4_000);
    }

    #[test]
    fn a_stated_buffer_leaves_the_rest_of_the_level_to_the_multiplexing_buffer() {
        let stated = Schedule { rate_bps: 4_000_000, buffer_bits: 4_000_000 };
        let buffer = VideoBuffer::of_level(24_000_000, 30_000_000, Some(stated));
        assert_eq!(buffer.transport_rate_bps, 4_800_000);
        assert_eq!((buffer.elementary_bytes, buffer.stated), (500_000, true));
        assert_eq!(buffer.multiplex_bytes, 16_000 + 3_250_000);
    }
}
