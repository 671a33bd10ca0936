//! The video parameter set (ITU-T H.265 clause 7.3.2.1), as far as its timing.

use super::profile::ProfileTierLevel;
use crate::bits::BitReader;
use crate::{FrameDuration, HeaderError};

/// What the platform needs of a video parameter set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Vps {
    /// The time between pictures, when it is told.
    pub(super) frame_duration: Option<FrameDuration>,
}

impl Vps {
    /// Reads a set from its RBSP; gives its vps_video_parameter_set_id too.
    pub(super) fn parse(rbsp: &[u8]) -> Result<(u32, Vps), HeaderError> {
        let mut r = BitReader::new(rbsp, "video parameter set");
        let id = r.bits(4)?;
        r.skip(2 + 6)?; // base layer flags, vps_max_layers_minus1
        let sub_layers = r.byte(3)? + 1;
        r.skip(1 + 16)?; // vps_temporal_id_nesting_flag, reserved
        ProfileTierLevel::parse(&mut r, sub_layers)?;
        let told_layers = if r.flag()? { sub_layers } else { 1 };
        for _ in 0..told_layers {
            r.ue()?; // vps_max_dec_pic_buffering_minus1
            r.ue()?; // vps_max_num_reorder_pics
            r.ue()?; // vps_max_latency_increase_plus1
        }
        let max_layer_id = r.bits(6)? as usize;
        let layer_sets = r.ue_max("vps_num_layer_sets_minus1", 1023)? as usize;
        r.skip(layer_sets * (max_layer_id + 1))?;
        let frame_duration = if r.flag()? {
            let (units_in_tick, time_scale) = (r.bits(32)?, r.bits(32)?);
            FrameDuration::from_seconds(units_in_tick, time_scale)
        } else {
            None
        };
        Ok((id, Vps { frame_duration }))
    }
}
