//! The sequence parameter set (ITU-T H.265 clause 7.3.2.2) and its usability information (E.2.1).

use super::super::vui::{self, Schedule};
use super::super::{VideoFacts, VideoProfile};
use super::hrd::read_hrd;
use super::level::Level;
use super::profile::ProfileTierLevel;
use crate::bits::BitReader;
use crate::{FrameDuration, HeaderError};

const STRUCTURE: &str = "HEVC sequence parameter set";

/// Width and height that no level reaches, in samples.
const SIZE_MAX: u32 = 16_888;

/// What slices and the platform need of a sequence parameter set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sps {
    pub(super) facts: VideoFacts,
    pub(super) vps_id: u32,
    pub(super) sub_layers: u8,
    /// Whether each picture is a field.
    pub(super) field_sequence: bool,
    /// Width of slice_segment_address.
    pub(super) segment_address_bits: usize,
}

/// What the usability information adds.
#[derive(Default)]
struct Usability {
    sample_aspect: Option<(u32, u32)>,
    transfer_characteristics: Option<u8>,
    field_sequence: bool,
    frame_duration: Option<FrameDuration>,
    schedule: Option<Schedule>,
}

/// The size of pictures.
struct Size {
    coded_width: u32,
    coded_height: u32,
    width: u32,
    height: u32,
}

impl Sps {
    /// Reads a set from its RBSP; gives its sps_seq_parameter_set_id too.
    pub(super) fn parse(rbsp: &[u8]) -> Result<(u32, Sps), HeaderError> {
        let mut r = BitReader::new(rbsp, STRUCTURE);
        let vps_id = r.bits(4)?;
        let sub_layers = r.byte(3)? + 1;
        r.skip(1)?; // sps_temporal_id_nesting_flag
        let profile = ProfileTierLevel::parse(&mut r, sub_layers)?;
        let id = r.ue_max("sps_seq_parameter_set_id", 15)?;
        let level = Level::of(profile.level_idc(), profile.is_high_tier())
            .ok_or_else(|| r.forbidden("general_level_idc", u64::from(profile.level_idc())))?;
        let size = Size::parse(&mut r)?;
        r.ue_max("bit_depth_luma_minus8", 8)?;
        r.ue_max("bit_depth_chroma_minus8", 8)?;
        let poc_lsb_bits = r.ue_max("log2_max_pic_order_cnt_lsb_minus4", 12)? + 4;
        let reorder_frames = read_reorder(&mut r, sub_layers)?;
        let ctb_log2 = read_coding_blocks(&mut r)?;
        skip_tools(&mut r)?;
        skip_reference_sets(&mut r, poc_lsb_bits)?;
        r.skip(2)?; // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
        let usability = match r.flag()? {
            true => Usability::parse(&mut r, sub_layers)?,
            false => Usability::default(),
        };
        let field_sequence = usability.field_sequence;
        let height = if field_sequence { size.height * 2 } else { size.height };
        let facts = VideoFacts {
            profile: VideoProfile::Hevc {
                profile_tier_level: profile.bytes,
                temporal_layers: sub_layers > 1,
            },
            width: size.width,
            height,
            frame_duration: usability.frame_duration,
            fixed_frame_rate: false,
            interlaced: field_sequence || profile.is_interlaced(),
            display_aspect: usability
                .sample_aspect
                .and_then(|sample| vui::display_aspect(size.width, height, sample)),
            reorder_frames,
            transfer_characteristics: usability.transfer_characteristics,
            buffer: level.buffer(usability.schedule),
        };
        let segment_address_bits = size.segment_address_bits(ctb_log2);
        Ok((id, Sps { facts, vps_id, sub_layers, field_sequence, segment_address_bits }))
    }
}

impl Size {
    fn parse(r: &mut BitReader<'_>) -> Result<Size, HeaderError> {
        let chroma_format_idc = r.ue_max("chroma_format_idc", 3)?;
        let planar = chroma_format_idc == 3 && r.flag()?;
        let coded_width = r.ue_max("pic_width_in_luma_samples", SIZE_MAX)?;
        let coded_height = r.ue_max("pic_height_in_luma_samples", SIZE_MAX)?;
        let (mut cut_width, mut cut_height) = (0, 0);
        if r.flag()? {
            let across = if matches!(chroma_format_idc, 1 | 2) && !planar { 2 } else { 1 };
            let down = if chroma_format_idc == 1 { 2 } else { 1 };
            cut_width = across * (u64::from(r.ue()?) + u64::from(r.ue()?));
            cut_height = down * (u64::from(r.ue()?) + u64::from(r.ue()?));
        }
        let width = u64::from(coded_width).saturating_sub(cut_width);
        let height = u64::from(coded_height).saturating_sub(cut_height);
        if width == 0 || height == 0 {
            return Err(r.forbidden("conformance_window", cut_width.max(cut_height)));
        }
        Ok(Size { coded_width, coded_height, width: width as u32, height: height as u32 })
    }

    /// Ceil(Log2(PicSizeInCtbsY)) for coding tree blocks of this size.
    fn segment_address_bits(&self, ctb_log2: u32) -> usize {
        let across = self.coded_width.div_ceil(1 << ctb_log2);
        let blocks = u64::from(across) * u64::from(self.coded_height.div_ceil(1 << ctb_log2));
        (u64::BITS - blocks.saturating_sub(1).leading_zeros()) as usize
    }
}

/// Reads the limits of the picture buffer: sps_max_num_reorder_pics of the highest sub-layer.
fn read_reorder(r: &mut BitReader<'_>, sub_layers: u8) -> Result<u8, HeaderError> {
    let told_layers = if r.flag()? { sub_layers } else { 1 };
    let mut reorder = 0;
    for _ in 0..told_layers {
        r.ue()?; // sps_max_dec_pic_buffering_minus1
        reorder = r.ue_max("sps_max_num_reorder_pics", 16)? as u8;
        r.ue()?; // sps_max_latency_increase_plus1
    }
    Ok(reorder)
}

/// Reads the sizes of coding and transform blocks: CtbLog2SizeY.
fn read_coding_blocks(r: &mut BitReader<'_>) -> Result<u32, HeaderError> {
    let smallest = r.ue_max("log2_min_luma_coding_block_size_minus3", 3)? + 3;
    let ctb_log2 = smallest + r.ue_max("log2_diff_max_min_luma_coding_block_size", 3)?;
    for _ in 0..4 {
        r.ue()?; // transform block sizes and depths of their hierarchies
    }
    Ok(ctb_log2)
}

/// Passes over scaling lists and the switches of coding tools.
fn skip_tools(r: &mut BitReader<'_>) -> Result<(), HeaderError> {
    if r.flag()? && r.flag()? {
        skip_scaling_lists(r)?;
    }
    r.skip(2)?; // amp_enabled_flag, sample_adaptive_offset_enabled_flag
    if r.flag()? {
        r.skip(4 + 4)?; // PCM bit depths
        r.ue()?;
        r.ue()?;
        r.skip(1)?; // pcm_loop_filter_disabled_flag
    }
    Ok(())
}

/// Passes over scaling_list_data (clause 7.3.4).
fn skip_scaling_lists(r: &mut BitReader<'_>) -> Result<(), HeaderError> {
    for size_id in 0..4 {
        let step = if size_id == 3 { 3 } else { 1 };
        for _ in (0..6).step_by(step) {
            if !r.flag()? {
                r.ue()?; // scaling_list_pred_matrix_id_delta
                continue;
            }
            if size_id > 1 {
                r.se()?; // scaling_list_dc_coef_minus8
            }
            for _ in 0..(1 << (4 + 2 * size_id)).min(64) {
                r.se()?;
            }
        }
    }
    Ok(())
}

/// Passes over short-term and long-term reference picture sets.
fn skip_reference_sets(r: &mut BitReader<'_>, poc_lsb_bits: u32) -> Result<(), HeaderError> {
    let sets = r.ue_max("num_short_term_ref_pic_sets", 64)?;
    let mut pictures = 0;
    for set in 0..sets {
        pictures = skip_short_term_set(r, set, pictures)?;
    }
    if r.flag()? {
        for _ in 0..r.ue_max("num_long_term_ref_pics_sps", 32)? {
            r.skip(poc_lsb_bits as usize + 1)?;
        }
    }
    Ok(())
}

/// Passes over st_ref_pic_set (clause 7.3.7) and gives how many pictures the set names, given how
/// many the set before it names.
fn skip_short_term_set(
    r: &mut BitReader<'_>,
    set: u32,
    pictures_before: u32,
) -> Result<u32, HeaderError> {
    if set > 0 && r.flag()? {
        r.skip(1)?; // delta_rps_sign
        r.ue()?; // abs_delta_rps_minus1
        let mut pictures = 0;
        for _ in 0..=pictures_before {
            let used = r.flag()?;
            pictures += u32::from(used || r.flag()?);
        }
        return Ok(pictures);
    }
    let pictures = r.ue_max("num_negative_pics", 16)? + r.ue_max("num_positive_pics", 16)?;
    for _ in 0..pictures {
        r.ue()?; // delta_poc_minus1
        r.skip(1)?; // used_by_curr_pic_flag
    }
    Ok(pictures)
}

impl Usability {
    fn parse(r: &mut BitReader<'_>, sub_layers: u8) -> Result<Usability, HeaderError> {
        let mut usability = Usability {
            sample_aspect: vui::sample_aspect(r)?,
            transfer_characteristics: vui::video_signal(r)?,
            ..Usability::default()
        };
        vui::skip_chroma_location(r)?;
        r.skip(1)?; // neutral_chroma_indication_flag
        usability.field_sequence = r.flag()?;
        r.skip(1)?; // frame_field_info_present_flag
        if r.flag()? {
            for _ in 0..4 {
                r.ue()?; // default display window
            }
        }
        if r.flag()? {
            let (units_in_tick, time_scale) = (r.bits(32)?, r.bits(32)?);
            usability.frame_duration = FrameDuration::from_seconds(units_in_tick, time_scale);
            if r.flag()? {
                r.ue()?; // vui_num_ticks_poc_diff_one_minus1
            }
            if r.flag()? {
                usability.schedule = read_hrd(r, sub_layers)?;
            }
        }
        Ok(usability)
    }
}
