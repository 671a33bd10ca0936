//! Levels of HEVC (ITU-T H.265 table A.9) and the decoder buffers that follow from them.

use super::super::VideoBuffer;
use super::super::vui::Schedule;

/// What one unit of MaxBR and MaxCPB is worth for NAL units of the Main profiles, in bits
/// (CpbNalFactor and BrNalFactor of table A.10).
const NAL_FACTOR: u64 = 1100;

/// MaxBR and MaxCPB of a level, which are equal but at the lowest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    max_br: u64,
    max_cpb: u64,
}

impl Level {
    /// The limits of a level by general_level_idc, which is thirty times its number; `None` when
    /// there is no such level. Levels below 4 have no High tier.
    pub(super) fn of(level_idc: u8, high_tier: bool) -> Option<Level> {
        let (main, high) = match level_idc {
            30 => {
                return Some(Level { max_br: 128, max_cpb: 350 });
            }
            60 => (1_500, 1_500),
            63 => (3_000, 3_000),
            90 => (6_000, 6_000),
            93 => (10_000, 10_000),
            120 => (12_000, 30_000),
            123 => (20_000, 50_000),
            150 => (25_000, 100_000),
            153 => (40_000, 160_000),
            156 => (60_000, 240_000),
            180 => (60_000, 240_000),
            183 => (120_000, 480_000),
            186 => (240_000, 800_000),
            _ => return None,
        };
        let limit = if high_tier { high } else { main };
        Some(Level { max_br: limit, max_cpb: limit })
    }

    /// The buffers of a decoder of this level for a stream with this NAL HRD.
    pub(super) fn buffer(self, stated: Option<Schedule>) -> VideoBuffer {
        VideoBuffer::of_level(NAL_FACTOR * self.max_br, NAL_FACTOR * self.max_cpb, stated)
    }
}
