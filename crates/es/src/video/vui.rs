//! What the video usability information of H.264 (annex E) and H.265 (annex E) have in common.

use crate::HeaderError;
use crate::bits::BitReader;

/// The shape of a sample by aspect_ratio_idc 1 to 16 (H.264 table E-1).
const SAMPLE_ASPECTS: [(u32, u32); 16] = [
    (1, 1),
    (12, 11),
    (10, 11),
    (16, 11),
    (40, 33),
    (24, 11),
    (20, 11),
    (32, 11),
    (80, 33),
    (18, 11),
    (15, 11),
    (64, 33),
    (160, 99),
    (4, 3),
    (3, 2),
    (2, 1),
];

/// aspect_ratio_idc that is followed by the shape itself.
const EXTENDED_SAR: u8 = 255;

/// Reads the aspect ratio fields: width to height of a sample when it is told.
pub(super) fn sample_aspect(r: &mut BitReader<'_>) -> Result<Option<(u32, u32)>, HeaderError> {
    if !r.flag()? {
        return Ok(None);
    }
    let idc = r.byte(8)?;
    if idc == EXTENDED_SAR {
        let (width, height) = (r.bits(16)?, r.bits(16)?);
        return Ok((width != 0 && height != 0).then_some((width, height)));
    }
    Ok(SAMPLE_ASPECTS.get(usize::from(idc).wrapping_sub(1)).copied())
}

/// Reads the overscan and video signal fields: transfer_characteristics when it is told.
pub(super) fn video_signal(r: &mut BitReader<'_>) -> Result<Option<u8>, HeaderError> {
    if r.flag()? {
        r.skip(1)?; // overscan_appropriate_flag
    }
    if !r.flag()? {
        return Ok(None);
    }
    r.skip(3 + 1)?; // video_format, video_full_range_flag
    if !r.flag()? {
        return Ok(None);
    }
    r.skip(8)?; // colour_primaries
    let transfer = r.byte(8)?;
    r.skip(8)?; // matrix_coefficients
    Ok(Some(transfer))
}

/// Passes over the chroma location fields.
pub(super) fn skip_chroma_location(r: &mut BitReader<'_>) -> Result<(), HeaderError> {
    if r.flag()? {
        r.ue()?;
        r.ue()?;
    }
    Ok(())
}

/// Width to height of the picture as shown, in lowest terms.
pub(super) fn display_aspect(width: u32, height: u32, sample: (u32, u32)) -> Option<(u32, u32)> {
    let across = u64::from(width) * u64::from(sample.0);
    let down = u64::from(height) * u64::from(sample.1);
    let (mut a, mut b) = (across, down);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    if across == 0 || down == 0 {
        return None;
    }
    Some((u32::try_from(across / a).ok()?, u32::try_from(down / a).ok()?))
}

/// A schedule of the hypothetical reference decoder: its rate and its buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Schedule {
    pub(super) rate_bps: u64,
    pub(super) buffer_bits: u64,
}

impl Schedule {
    /// The schedule that scaled values stand for (equations E-37 and E-38 of H.264).
    pub(super) fn scaled(
        rate_value_minus1: u32,
        rate_scale: u32,
        size_value_minus1: u32,
        size_scale: u32,
    ) -> Schedule {
        Schedule {
            rate_bps: (u64::from(rate_value_minus1) + 1) << (6 + rate_scale),
            buffer_bits: (u64::from(size_value_minus1) + 1) << (4 + size_scale),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::display_aspect;

    #[test]
    fn pictures_are_shown_in_their_shape() {
        assert_eq!(display_aspect(1920, 1080, (1, 1)), Some((16, 9)));
        assert_eq!(display_aspect(1440, 1080, (4, 3)), Some((16, 9)));
        assert_eq!(display_aspect(0, 1080, (1, 1)), None);
    }
}
