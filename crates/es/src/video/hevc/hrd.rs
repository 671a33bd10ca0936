//! HRD parameters (ITU-T H.265 clause E.2.2).

use super::super::vui::Schedule;
use crate::HeaderError;
use crate::bits::BitReader;

/// What the parts about single sub-layers need of the common part.
struct Common {
    nal: bool,
    vcl: bool,
    sub_picture: bool,
    rate_scale: u32,
    size_scale: u32,
}

/// Reads the parameters with their common part: the last NAL schedule of the highest sub-layer.
pub(super) fn read_hrd(
    r: &mut BitReader<'_>,
    sub_layers: u8,
) -> Result<Option<Schedule>, HeaderError> {
    let common = Common::parse(r)?;
    let mut schedule = None;
    for _ in 0..sub_layers {
        let fixed_general = r.flag()?;
        let fixed = fixed_general || r.flag()?;
        let low_delay = if fixed {
            r.ue_max("elemental_duration_in_tc_minus1", 2047)?;
            false
        } else {
            r.flag()?
        };
        let schedules = if low_delay { 1 } else { r.ue_max("cpb_cnt_minus1", 31)? + 1 };
        if common.nal {
            schedule = common.read_schedules(r, schedules)?;
        }
        if common.vcl {
            common.read_schedules(r, schedules)?;
        }
    }
    Ok(schedule)
}

impl Common {
    fn parse(r: &mut BitReader<'_>) -> Result<Common, HeaderError> {
        let (nal, vcl) = (r.flag()?, r.flag()?);
        let mut common = Common { nal, vcl, sub_picture: false, rate_scale: 0, size_scale: 0 };
        if !nal && !vcl {
            return Ok(common);
        }
        common.sub_picture = r.flag()?;
        if common.sub_picture {
            r.skip(8 + 5 + 1 + 5)?; // tick_divisor_minus2 and lengths of delays
        }
        (common.rate_scale, common.size_scale) = (r.bits(4)?, r.bits(4)?);
        if common.sub_picture {
            r.skip(4)?; // cpb_size_du_scale
        }
        r.skip(5 + 5 + 5)?; // lengths of delays
        Ok(common)
    }

    fn read_schedules(
        &self,
        r: &mut BitReader<'_>,
        count: u32,
    ) -> Result<Option<Schedule>, HeaderError> {
        let mut last = None;
        for _ in 0..count {
            last = Some(Schedule::scaled(r.ue()?, self.rate_scale, r.ue()?, self.size_scale));
            if self.sub_picture {
                r.ue()?; // cpb_size_du_value_minus1
                r.ue()?; // bit_rate_du_value_minus1
            }
            r.skip(1)?; // cbr_flag
        }
        Ok(last)
    }
}
