//! The head of a slice header (H.264 clause 7.3.3) and how slices make pictures.

use super::super::PictureKind;
use super::sps::Sps;
use crate::HeaderError;
use crate::bits::BitReader;

/// The fields of a slice header by which pictures are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SliceHeader {
    pub(super) first_mb: u32,
    pub(super) kind: PictureKind,
    /// Whether the slice is of a bottom field; `None` when it is of a frame.
    pub(super) bottom_field: Option<bool>,
    /// The sequence parameter set that it refers to; `None` when that has not come.
    pub(super) sps_id: Option<u32>,
    pps_id: u32,
    frame_num: u32,
    reference: bool,
    idr_pic_id: Option<u32>,
    pic_order_cnt_lsb: Option<u32>,
}

impl SliceHeader {
    /// Reads a slice header up to its picture order count.
    ///
    /// Without the parameter sets the first fields are all that can be read; they come with the
    /// fault that says so.
    pub(super) fn parse<'s>(
        rbsp: &[u8],
        idr: bool,
        reference: bool,
        sps_of: impl Fn(u32) -> Option<(u32, &'s Sps)>,
    ) -> Result<(SliceHeader, Option<HeaderError>), HeaderError> {
        const STRUCTURE: &str = "slice header";
        let mut r = BitReader::new(rbsp, STRUCTURE);
        let first_mb = r.ue()?;
        let kind = match r.ue_max("slice_type", 9)? % 5 {
            0 | 3 => PictureKind::P,
            1 => PictureKind::B,
            _ => PictureKind::I,
        };
        let pps_id = r.ue_max("pic_parameter_set_id", 255)?;
        let mut header = SliceHeader {
            first_mb,
            kind,
            bottom_field: None,
            sps_id: None,
            pps_id,
            frame_num: 0,
            reference,
            idr_pic_id: None,
            pic_order_cnt_lsb: None,
        };
        let Some((sps_id, sps)) = sps_of(pps_id) else {
            let fault = HeaderError::MissingParameterSet { structure: STRUCTURE, id: pps_id };
            return Ok((header, Some(fault)));
        };
        header.sps_id = Some(sps_id);
        if sps.separate_colour_planes {
            r.skip(2)?; // colour_plane_id
        }
        header.frame_num = r.bits(sps.frame_num_bits)?;
        if !sps.frame_mbs_only && r.flag()? {
            header.bottom_field = Some(r.flag()?);
        }
        if idr {
            header.idr_pic_id = Some(r.ue()?);
        }
        if let Some(bits) = sps.pic_order_cnt_lsb_bits {
            header.pic_order_cnt_lsb = Some(r.bits(bits)?);
        }
        Ok((header, None))
    }

    /// Whether this slice is of the same picture as `last` (clause 7.4.1.2.4).
    ///
    /// That the first macroblock begins a picture holds wherever arbitrary slice order and
    /// redundant pictures are not used, which is in all profiles of broadcasting.
    pub(super) fn continues(&self, last: &SliceHeader) -> bool {
        self.first_mb != 0
            && self.pps_id == last.pps_id
            && self.frame_num == last.frame_num
            && self.bottom_field == last.bottom_field
            && self.reference == last.reference
            && self.idr_pic_id == last.idr_pic_id
            && self.pic_order_cnt_lsb == last.pic_order_cnt_lsb
    }

    /// Whether this slice begins the second field of the frame whose first field `last` is of
    /// (clauses 3.30 and 3.31: complementary field pairs).
    pub(super) fn completes_frame_of(&self, last: &SliceHeader) -> bool {
        let opposite = match (last.bottom_field, self.bottom_field) {
            (Some(first), Some(second)) => first != second,
            _ => false,
        };
        opposite
            && self.frame_num == last.frame_num
            && self.idr_pic_id.is_none()
            && (last.reference || !self.reference)
    }
}
