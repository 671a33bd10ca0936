//! Parameters of coded video in the PMT.

use super::{Descriptor, FieldError, fit};
use crate::reader::Reader;

/// AVC_video_descriptor (ISO/IEC 13818-1 clause 2.6.64).
///
/// ```text
/// profile_idc 8 | constraint_set0..5_flag 6 | AVC_compatible_flags 2 | level_idc 8 |
/// AVC_still_present 1 | AVC_24_hour_picture_flag 1 | Frame_Packing_SEI_not_present_flag 1 | 11111
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvcVideo {
    /// profile_idc of the sequence parameter set.
    pub profile_idc: u8,
    /// The byte between profile_idc and level_idc in the sequence parameter set.
    pub constraint_flags: u8,
    /// level_idc of the sequence parameter set.
    pub level_idc: u8,
    /// Whether the stream may hold still pictures.
    pub still_present: bool,
    /// Whether it may hold pictures that stand for 24 hours.
    pub pictures_of_24_hours: bool,
    /// Whether it has no frame packing (stereoscopic) messages.
    pub frame_packing_sei_not_present: bool,
}

impl Descriptor for AvcVideo {
    const TAG: u8 = 0x28;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        let flags = u8::from(self.still_present) << 7
            | u8::from(self.pictures_of_24_hours) << 6
            | u8::from(self.frame_packing_sei_not_present) << 5
            | 0x1f;
        out.extend_from_slice(&[self.profile_idc, self.constraint_flags, self.level_idc, flags]);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<AvcVideo, FieldError> {
        let [profile_idc, constraint_flags, level_idc, flags] = Reader::new(body).array()?;
        Ok(AvcVideo {
            profile_idc,
            constraint_flags,
            level_idc,
            still_present: flags & 0x80 != 0,
            pictures_of_24_hours: flags & 0x40 != 0,
            frame_packing_sei_not_present: flags & 0x20 != 0,
        })
    }
}

/// HEVC_video_descriptor (ISO/IEC 13818-1 clause 2.6.95).
///
/// ```text
/// profile_space 2 | tier_flag 1 | profile_idc 5 | profile_compatibility 32 | progressive 1 |
/// interlaced 1 | non_packed 1 | frame_only 1 | copied_44bits 44 | level_idc 8 |
/// temporal_layer_subset_flag 1 | still_present 1 | 24hr_picture_present 1 |
/// sub_pic_hrd_params_not_present 1 | 11 | HDR_WCG_idc 2 |
/// [ temporal_id_min 3 | 11111 | temporal_id_max 3 | 11111 ]
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HevcVideo {
    /// The twelve bytes of profile_tier_level from general_profile_space to general_level_idc:
    /// space, tier and profile; compatibility; source flags and the 44 copied bits; level.
    pub profile_tier_level: [u8; 12],
    /// The temporal layers in this stream, when it does not hold them all.
    pub temporal_subset: Option<TemporalSubset>,
    /// Whether the stream may hold still pictures.
    pub still_present: bool,
    /// Whether it may hold pictures that stand for 24 hours.
    pub pictures_of_24_hours: bool,
    /// Whether the buffering messages say nothing about parts of pictures.
    pub sub_pic_hrd_params_not_present: bool,
    /// Dynamic range and colour, two bits: 0 standard, 1 wide colour, 2 both, 3 not said.
    pub hdr_wcg_idc: u8,
}

/// The range of TemporalId in a stream, three bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemporalSubset {
    /// The least.
    pub min: u8,
    /// The greatest.
    pub max: u8,
}

impl Descriptor for HevcVideo {
    const TAG: u8 = 0x38;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        let hdr_wcg_idc = fit(u32::from(self.hdr_wcg_idc), 2, "HDR_WCG_idc")? as u8;
        out.extend_from_slice(&self.profile_tier_level);
        out.push(
            u8::from(self.temporal_subset.is_some()) << 7
                | u8::from(self.still_present) << 6
                | u8::from(self.pictures_of_24_hours) << 5
                | u8::from(self.sub_pic_hrd_params_not_present) << 4
                | 0x0c
                | hdr_wcg_idc,
        );
        if let Some(TemporalSubset { min, max }) = self.temporal_subset {
            out.push((fit(u32::from(min), 3, "temporal_id_min")? as u8) << 5 | 0x1f);
            out.push((fit(u32::from(max), 3, "temporal_id_max")? as u8) << 5 | 0x1f);
        }
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<HevcVideo, FieldError> {
        let mut reader = Reader::new(body);
        let profile_tier_level = reader.array()?;
        let flags = reader.u8()?;
        let temporal_subset = if flags & 0x80 != 0 {
            Some(TemporalSubset { min: reader.u8()? >> 5, max: reader.u8()? >> 5 })
        } else {
            None
        };
        Ok(HevcVideo {
            profile_tier_level,
            temporal_subset,
            still_present: flags & 0x40 != 0,
            pictures_of_24_hours: flags & 0x20 != 0,
            sub_pic_hrd_params_not_present: flags & 0x10 != 0,
            hdr_wcg_idc: flags & 0x03,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::DescriptorLoop;

    #[test]
    fn high_profile_at_level_4_has_the_published_bytes() {
        let high = AvcVideo {
            profile_idc: 100,
            constraint_flags: 0,
            level_idc: 40,
            still_present: false,
            pictures_of_24_hours: false,
            frame_packing_sei_not_present: true,
        };
        let mut descriptors = DescriptorLoop::new();
        descriptors.push(&high).unwrap();
        assert_eq!(descriptors.as_bytes(), [0x28, 0x04, 0x64, 0x00, 0x28, 0x3f]);
        assert_eq!(descriptors.first(), Some(Ok(high)));
    }
}
