//! profile_tier_level (ITU-T H.265 clause 7.3.3).

use crate::HeaderError;
use crate::bits::BitReader;

/// Bytes of the general part, level included.
const GENERAL_BYTES: usize = 12;
/// Bits of the profile of a sub-layer.
const SUB_LAYER_PROFILE_BITS: usize = 88;

/// The general part of profile_tier_level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ProfileTierLevel {
    pub(super) bytes: [u8; GENERAL_BYTES],
}

impl ProfileTierLevel {
    /// Reads the structure for so many sub-layers, one at least, and passes over what it says of
    /// single ones.
    pub(super) fn parse(
        r: &mut BitReader<'_>,
        sub_layers: u8,
    ) -> Result<ProfileTierLevel, HeaderError> {
        let mut bytes = [0; GENERAL_BYTES];
        for byte in &mut bytes {
            *byte = r.byte(8)?;
        }
        let lower = usize::from(sub_layers.saturating_sub(1));
        let mut bits = 0;
        for _ in 0..lower {
            bits += if r.flag()? { SUB_LAYER_PROFILE_BITS } else { 0 };
            bits += if r.flag()? { 8 } else { 0 };
        }
        if lower > 0 {
            r.skip(2 * 8usize.saturating_sub(lower))?; // reserved_zero_2bits
        }
        r.skip(bits)?;
        Ok(ProfileTierLevel { bytes })
    }

    /// general_tier_flag.
    pub(super) fn is_high_tier(&self) -> bool {
        self.bytes[0] & 0x20 != 0
    }

    /// Whether the source is interlaced and never progressive.
    pub(super) fn is_interlaced(&self) -> bool {
        self.bytes[5] & 0xc0 == 0x40
    }

    /// general_level_idc.
    pub(super) fn level_idc(&self) -> u8 {
        self.bytes[11]
    }
}
