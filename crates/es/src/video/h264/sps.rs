//! The sequence parameter set (H.264 clause 7.3.2.1.1) and its usability information (annex E).

use super::super::vui::{self, Schedule};
use super::super::{VideoFacts, VideoProfile};
use super::level::{LEVEL_1B, Level};
use crate::bits::BitReader;
use crate::{FrameDuration, HeaderError};

const STRUCTURE: &str = "H.264 sequence parameter set";

/// Width and height that no level reaches, in macroblocks.
const MBS_MAX: u32 = 1055;

/// What slices and the platform need of a sequence parameter set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sps {
    pub(super) facts: VideoFacts,
    pub(super) frame_num_bits: u32,
    /// Width of pic_order_cnt_lsb, when slices carry it.
    pub(super) pic_order_cnt_lsb_bits: Option<u32>,
    pub(super) frame_mbs_only: bool,
    pub(super) separate_colour_planes: bool,
}

/// The first fields: profile, level and the format of samples.
struct Head {
    profile_idc: u8,
    constraints: u8,
    level_idc: u8,
    chroma_format_idc: u32,
    separate_colour_planes: bool,
}

/// What the usability information adds.
#[derive(Default)]
struct Usability {
    sample_aspect: Option<(u32, u32)>,
    transfer_characteristics: Option<u8>,
    frame_duration: Option<FrameDuration>,
    fixed_frame_rate: bool,
    nal_schedule: Option<Schedule>,
    reorder_frames: Option<u8>,
}

impl Sps {
    /// Reads a set from its RBSP; gives its seq_parameter_set_id too.
    pub(super) fn parse(rbsp: &[u8]) -> Result<(u32, Sps), HeaderError> {
        let mut r = BitReader::new(rbsp, STRUCTURE);
        let (profile_idc, constraints, level_idc) = (r.byte(8)?, r.byte(8)?, r.byte(8)?);
        let id = r.ue_max("seq_parameter_set_id", 31)?;
        let head = Head::parse(&mut r, profile_idc, constraints, level_idc)?;
        let level = Level::of(head.effective_level())
            .ok_or_else(|| r.forbidden("level_idc", u64::from(level_idc)))?;
        let frame_num_bits = r.ue_max("log2_max_frame_num_minus4", 12)? + 4;
        let order = PictureOrder::parse(&mut r)?;
        r.ue_max("max_num_ref_frames", 16)?;
        r.skip(1)?; // gaps_in_frame_num_value_allowed_flag
        let width_mbs = r.ue_max("pic_width_in_mbs_minus1", MBS_MAX)? + 1;
        let map_units = r.ue_max("pic_height_in_map_units_minus1", MBS_MAX)? + 1;
        let frame_mbs_only = r.flag()?;
        let height_mbs = if frame_mbs_only { map_units } else { map_units * 2 };
        if !frame_mbs_only {
            r.skip(1)?; // mb_adaptive_frame_field_flag
        }
        r.skip(1)?; // direct_8x8_inference_flag
        let (width, height) = cropped(&mut r, &head, frame_mbs_only, width_mbs, height_mbs)?;
        let usability = if r.flag()? { Usability::parse(&mut r)? } else { Usability::default() };
        let never_reorders = head.never_reorders() || order == PictureOrder::OutputOrder;
        let reorder_max = (level.max_dpb_mbs / (width_mbs * height_mbs)).min(16) as u8;
        let inferred = if never_reorders { 0 } else { reorder_max };
        let facts = VideoFacts {
            profile: VideoProfile::Avc { profile_idc, constraints, level_idc },
            width,
            height,
            frame_duration: usability.frame_duration,
            fixed_frame_rate: usability.fixed_frame_rate,
            interlaced: !frame_mbs_only,
            display_aspect: usability
                .sample_aspect
                .and_then(|sample| vui::display_aspect(width, height, sample)),
            reorder_frames: usability.reorder_frames.unwrap_or(inferred),
            transfer_characteristics: usability.transfer_characteristics,
            buffer: level.buffer(usability.nal_schedule),
        };
        let sps = Sps {
            facts,
            frame_num_bits,
            pic_order_cnt_lsb_bits: order.lsb_bits(),
            frame_mbs_only,
            separate_colour_planes: head.separate_colour_planes,
        };
        Ok((id, sps))
    }
}

impl Head {
    /// Reads what stands behind the identifier in the profiles of high quality.
    fn parse(
        r: &mut BitReader<'_>,
        profile_idc: u8,
        constraints: u8,
        level_idc: u8,
    ) -> Result<Head, HeaderError> {
        let mut head = Head {
            profile_idc,
            constraints,
            level_idc,
            chroma_format_idc: 1,
            separate_colour_planes: false,
        };
        const HIGH: [u8; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];
        if !HIGH.contains(&profile_idc) {
            return Ok(head);
        }
        head.chroma_format_idc = r.ue_max("chroma_format_idc", 3)?;
        if head.chroma_format_idc == 3 {
            head.separate_colour_planes = r.flag()?;
        }
        r.ue_max("bit_depth_luma_minus8", 6)?;
        r.ue_max("bit_depth_chroma_minus8", 6)?;
        r.skip(1)?; // qpprime_y_zero_transform_bypass_flag
        if r.flag()? {
            let lists = if head.chroma_format_idc == 3 { 12 } else { 8 };
            for list in 0..lists {
                if r.flag()? {
                    skip_scaling_list(r, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
        Ok(head)
    }

    /// The level, where level 1b is told by a constraint flag (clause A.3.1).
    fn effective_level(&self) -> u8 {
        let low_profile = matches!(self.profile_idc, 66 | 77 | 88);
        let one_b = self.level_idc == 11 && low_profile && self.constraint_set3();
        if one_b { LEVEL_1B } else { self.level_idc }
    }

    fn constraint_set3(&self) -> bool {
        self.constraints & 0x10 != 0
    }

    /// Baseline has no B slices, and the intra profiles have nothing else than I slices.
    fn never_reorders(&self) -> bool {
        let intra = matches!(self.profile_idc, 44 | 86 | 100 | 110 | 122 | 244);
        self.profile_idc == 66 || (intra && self.constraint_set3())
    }
}

/// How the order of output is told (clause 8.2.1).
#[derive(Clone, Copy, PartialEq, Eq)]
enum PictureOrder {
    Lsb(u32),
    Cycle,
    OutputOrder,
}

impl PictureOrder {
    fn parse(r: &mut BitReader<'_>) -> Result<PictureOrder, HeaderError> {
        match r.ue_max("pic_order_cnt_type", 2)? {
            0 => Ok(PictureOrder::Lsb(r.ue_max("log2_max_pic_order_cnt_lsb_minus4", 12)? + 4)),
            1 => {
                r.skip(1)?; // delta_pic_order_always_zero_flag
                r.se()?;
                r.se()?;
                for _ in 0..r.ue_max("num_ref_frames_in_pic_order_cnt_cycle", 255)? {
                    r.se()?;
                }
                Ok(PictureOrder::Cycle)
            }
            _ => Ok(PictureOrder::OutputOrder),
        }
    }

    fn lsb_bits(self) -> Option<u32> {
        if let PictureOrder::Lsb(bits) = self { Some(bits) } else { None }
    }
}

/// Passes over a scaling list (clause 7.3.2.1.1.1).
fn skip_scaling_list(r: &mut BitReader<'_>, size: usize) -> Result<(), HeaderError> {
    let mut last = 8i32;
    for _ in 0..size {
        last = last.wrapping_add(r.se()?) & 0xff;
        if last == 0 {
            break;
        }
    }
    Ok(())
}

/// Width and height in samples of what frame cropping leaves (equations 7-19 to 7-22).
fn cropped(
    r: &mut BitReader<'_>,
    head: &Head,
    frame_mbs_only: bool,
    width_mbs: u32,
    height_mbs: u32,
) -> Result<(u32, u32), HeaderError> {
    let (width, height) = (width_mbs * 16, height_mbs * 16);
    if !r.flag()? {
        return Ok((width, height));
    }
    let (left, right, top, bottom) = (r.ue()?, r.ue()?, r.ue()?, r.ue()?);
    let planar = head.separate_colour_planes;
    let across = if matches!(head.chroma_format_idc, 1 | 2) && !planar { 2 } else { 1 };
    let down = if head.chroma_format_idc == 1 && !planar { 2 } else { 1 };
    let down = if frame_mbs_only { down } else { down * 2 };
    let left_out = |size: u32, unit: u64, a: u32, b: u32| {
        let cut = unit * (u64::from(a) + u64::from(b));
        u64::from(size).checked_sub(cut).filter(|rest| *rest > 0).map(|rest| rest as u32)
    };
    let width = left_out(width, across, left, right)
        .ok_or_else(|| r.forbidden("frame_crop_right_offset", u64::from(right)))?;
    let height = left_out(height, down, top, bottom)
        .ok_or_else(|| r.forbidden("frame_crop_bottom_offset", u64::from(bottom)))?;
    Ok((width, height))
}

impl Usability {
    fn parse(r: &mut BitReader<'_>) -> Result<Usability, HeaderError> {
        let mut usability = Usability {
            sample_aspect: vui::sample_aspect(r)?,
            transfer_characteristics: vui::video_signal(r)?,
            ..Usability::default()
        };
        vui::skip_chroma_location(r)?;
        if r.flag()? {
            let (units_in_tick, time_scale) = (r.bits(32)?, r.bits(32)?);
            usability.fixed_frame_rate = r.flag()?;
            // A tick is the time of a field, so a frame lasts two.
            usability.frame_duration = units_in_tick
                .checked_mul(2)
                .and_then(|units| FrameDuration::from_seconds(units, time_scale));
        }
        let nal = r.flag()?;
        if nal {
            usability.nal_schedule = Some(read_hrd(r)?);
        }
        let vcl = r.flag()?;
        if vcl {
            read_hrd(r)?;
        }
        if nal || vcl {
            r.skip(1)?; // low_delay_hrd_flag
        }
        r.skip(1)?; // pic_struct_present_flag
        if r.flag()? {
            r.skip(1)?; // motion_vectors_over_pic_boundaries_flag
            for _ in 0..4 {
                r.ue()?;
            }
            usability.reorder_frames = Some(r.ue_max("max_num_reorder_frames", 16)? as u8);
        }
        Ok(usability)
    }
}

/// Reads HRD parameters (clause E.1.2): the last schedule, which is the one of the decoder model.
fn read_hrd(r: &mut BitReader<'_>) -> Result<Schedule, HeaderError> {
    let more = r.ue_max("cpb_cnt_minus1", 31)?;
    let (rate_scale, size_scale) = (r.bits(4)?, r.bits(4)?);
    let mut schedule = Schedule { rate_bps: 0, buffer_bits: 0 };
    for _ in 0..=more {
        schedule = Schedule::scaled(r.ue()?, rate_scale, r.ue()?, size_scale);
        r.skip(1)?; // cbr_flag
    }
    r.skip(5 + 5 + 5 + 5)?; // lengths of delays and of the time offset
    Ok(schedule)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(rbsp: &[u8]) -> Result<(u32, Sps), HeaderError> {
        Sps::parse(rbsp)
    }

    #[test]
    fn the_parameter_set_of_rfc_6184_is_read() {
        // sprop-parameter-sets=Z0IACpZTBYmI: Baseline, level 1.
        let (id, sps) = parse(&[0x42, 0x00, 0x0a, 0x96, 0x53, 0x05, 0x89, 0x88]).unwrap();
        assert_eq!(id, 0);
        assert_eq!((sps.facts.width, sps.facts.height), (176, 144));
        assert_eq!((sps.facts.reorder_frames, sps.facts.frame_duration), (0, None));
        assert_eq!(sps.facts.buffer.elementary_bytes, 175 * 1200 / 8);
        assert!(!sps.facts.interlaced && !sps.facts.buffer.stated);
    }

    #[test]
    fn what_is_cut_short_or_out_of_bounds_is_refused() {
        let truncated = HeaderError::Truncated { structure: STRUCTURE };
        assert_eq!(parse(&[0x42, 0x00, 0x0a, 0x96]), Err(truncated));
        let no_level =
            HeaderError::Forbidden { structure: STRUCTURE, field: "level_idc", value: 99 };
        assert_eq!(parse(&[0x42, 0x00, 99, 0x96, 0x53, 0x05, 0x89, 0x88]), Err(no_level));
    }
}
