//! Levels of H.264 (table A-1) and the decoder buffers that follow from them.

use super::super::VideoBuffer;
use super::super::vui::Schedule;

/// The limits of a level that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    /// MaxBR in units of 1000 bit/s, or of a profile's factor.
    pub(super) max_br: u64,
    /// MaxCPB in the same units, of bits.
    pub(super) max_cpb: u64,
    /// MaxDpbMbs.
    pub(super) max_dpb_mbs: u32,
}

/// level_idc of level 1b in the profiles that have a value of its own for it.
pub(super) const LEVEL_1B: u8 = 9;

/// What one unit of MaxBR and MaxCPB is worth in the decoder model, in bits.
///
/// High profile decoders take a quarter more. A multiplex that stays within the figures of Main
/// profile suits decoders built after either reading of ISO/IEC 13818-1 clause 2.14.3.
const NAL_FACTOR: u64 = 1200;

impl Level {
    /// The limits of a level; `None` when there is no such level.
    pub(super) fn of(level_idc: u8) -> Option<Level> {
        let (max_br, max_cpb, max_dpb_mbs) = match level_idc {
            10 => (64, 175, 396),
            LEVEL_1B => (128, 350, 396),
            11 => (192, 500, 900),
            12 => (384, 1_000, 2_376),
            13 => (768, 2_000, 2_376),
            20 => (2_000, 2_000, 2_376),
            21 => (4_000, 4_000, 4_752),
            22 => (4_000, 4_000, 8_100),
            30 => (10_000, 10_000, 8_100),
            31 => (14_000, 14_000, 18_000),
            32 => (20_000, 20_000, 20_480),
            40 => (20_000, 25_000, 32_768),
            41 => (50_000, 62_500, 32_768),
            42 => (50_000, 62_500, 34_816),
            50 => (135_000, 135_000, 110_400),
            51 | 52 => (240_000, 240_000, 184_320),
            60 => (240_000, 240_000, 696_320),
            61 => (480_000, 480_000, 696_320),
            62 => (800_000, 800_000, 696_320),
            _ => return None,
        };
        Some(Level { max_br, max_cpb, max_dpb_mbs })
    }

    /// The buffers of a decoder of this level for a stream with this NAL HRD.
    pub(super) fn buffer(self, stated: Option<Schedule>) -> VideoBuffer {
        VideoBuffer::of_level(NAL_FACTOR * self.max_br, NAL_FACTOR * self.max_cpb, stated)
    }
}
