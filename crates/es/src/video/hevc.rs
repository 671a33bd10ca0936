//! HEVC: NAL units in their order (ITU-T H.265 clauses 7.3 and 7.4.2.4).

mod hrd;
mod level;
mod profile;
mod sps;
mod vps;

use super::part::{Marks, Part, Slice, Start};
use super::start_code::unescape;
use super::{Entry, Leading, PictureKind, VideoFacts};
use crate::HeaderError;
use crate::bits::BitReader;
use sps::Sps;
use vps::Vps;

/// Bytes of a slice segment NAL unit that are read: its header up to the slice type.
const SLICE_HEADER_BYTES: usize = 64;
/// Bytes of a parameter set that are read; the longest sound one is shorter.
const PARAMETER_SET_BYTES: usize = 16 << 10;

/// nal_unit_type (table 7-1).
mod nal {
    pub(super) const RADL_N: u8 = 6;
    pub(super) const RADL_R: u8 = 7;
    pub(super) const RASL_N: u8 = 8;
    pub(super) const RASL_R: u8 = 9;
    pub(super) const LAST_NON_IRAP: u8 = 15;
    pub(super) const BLA_W_LP: u8 = 16;
    pub(super) const CRA: u8 = 21;
    pub(super) const LAST_IRAP: u8 = 23;
    pub(super) const VPS: u8 = 32;
    pub(super) const SPS: u8 = 33;
    pub(super) const PPS: u8 = 34;
    pub(super) const DELIMITER: u8 = 35;
    pub(super) const PREFIX_SEI: u8 = 39;
}

/// The part of a picture parameter set that slice headers need.
#[derive(Clone, Copy, Debug)]
struct Pps {
    sps_id: u32,
    dependent_slices: bool,
    extra_slice_header_bits: usize,
}

/// Reads the NAL units of a stream and keeps its parameter sets.
#[derive(Clone, Debug, Default)]
pub(super) struct HevcHeaders {
    vps: [Option<Vps>; 16],
    sps: [Option<Sps>; 16],
    pps: PpsTable,
    active: Option<u32>,
}

#[derive(Clone, Debug)]
struct PpsTable([Option<Pps>; 64]);

impl Default for PpsTable {
    fn default() -> PpsTable {
        PpsTable([None; 64])
    }
}

/// The header of a NAL unit (clause 7.3.1.2).
#[derive(Clone, Copy)]
struct NalHeader {
    kind: u8,
    temporal_id: u8,
}

impl HevcHeaders {
    const VPS_SET: u8 = 1;
    const SPS_SET: u8 = 2;
    const PPS_SET: u8 = 4;
    /// The three kinds of parameter set.
    pub(super) const ALL_SETS: u8 = Self::VPS_SET | Self::SPS_SET | Self::PPS_SET;

    /// Reads one NAL unit.
    pub(super) fn read(&mut self, unit: &[u8]) -> Part {
        let [first, second, payload @ ..] = unit else {
            return Part::Suffix;
        };
        let layer = (first & 1) << 5 | second >> 3;
        if layer != 0 {
            return Part::Suffix;
        }
        let header = NalHeader { kind: (first >> 1) & 0x3f, temporal_id: (second & 7).max(1) - 1 };
        let sets = |kind| Marks { parameter_sets: kind, ..Marks::PLAIN };
        match header.kind {
            0..=nal::RASL_R | nal::BLA_W_LP..=nal::CRA => self.read_slice(header, payload),
            nal::VPS => Part::Prefix(Marks::of(self.read_vps(payload), sets(Self::VPS_SET))),
            nal::SPS => Part::Prefix(Marks::of(self.read_sps(payload), sets(Self::SPS_SET))),
            nal::PPS => Part::Prefix(Marks::of(self.read_pps(payload), sets(Self::PPS_SET))),
            nal::DELIMITER => Part::Prefix(Marks { delimiter: true, ..Marks::PLAIN }),
            // Reserved and unspecified types that stand before pictures.
            nal::PREFIX_SEI | 41..=44 | 48..=55 => Part::Prefix(Marks::PLAIN),
            _ => Part::Suffix,
        }
    }

    /// What the parameter sets of the last slice say.
    pub(super) fn facts(&self) -> Option<VideoFacts> {
        let sps = self.sps.get(self.active? as usize)?.as_ref()?;
        let mut facts = sps.facts;
        let vps = self.vps.get(sps.vps_id as usize).copied().flatten();
        facts.frame_duration = facts.frame_duration.or(vps.and_then(|vps| vps.frame_duration));
        Some(facts)
    }

    fn read_vps(&mut self, payload: &[u8]) -> Result<(), HeaderError> {
        let (id, vps) = Vps::parse(&unescape(payload, PARAMETER_SET_BYTES))?;
        self.vps[id as usize] = Some(vps);
        Ok(())
    }

    fn read_sps(&mut self, payload: &[u8]) -> Result<(), HeaderError> {
        let (id, sps) = Sps::parse(&unescape(payload, PARAMETER_SET_BYTES))?;
        self.sps[id as usize] = Some(sps);
        Ok(())
    }

    fn read_pps(&mut self, payload: &[u8]) -> Result<(), HeaderError> {
        let rbsp = unescape(payload, PARAMETER_SET_BYTES);
        let mut r = BitReader::new(&rbsp, "picture parameter set");
        let id = r.ue_max("pps_pic_parameter_set_id", 63)?;
        let sps_id = r.ue_max("pps_seq_parameter_set_id", 15)?;
        let dependent_slices = r.flag()?;
        r.skip(1)?; // output_flag_present_flag
        let extra_slice_header_bits = r.bits(3)? as usize;
        self.pps.0[id as usize] = Some(Pps { sps_id, dependent_slices, extra_slice_header_bits });
        Ok(())
    }

    fn read_slice(&mut self, header: NalHeader, payload: &[u8]) -> Part {
        let rbsp = unescape(payload, SLICE_HEADER_BYTES);
        let mut r = BitReader::new(&rbsp, "slice segment header");
        let first = match r.flag() {
            Ok(first) => first,
            Err(fault) => return Part::Slice(Slice::unreadable(fault)),
        };
        let (kind, fault) = match self.read_slice_type(&mut r, header.kind, first) {
            Ok(kind) => (kind, None),
            Err(fault) => (PictureKind::I, Some(fault)),
        };
        let top_layer = self.active_sps().map_or(0, |sps| sps.sub_layers - 1);
        // Types below 16 are odd when pictures of the same sub-layer may refer to them.
        let is_odd = header.kind > nal::LAST_NON_IRAP || header.kind & 1 == 1;
        Part::Slice(Slice {
            start: if first { Start::Unit } else { Start::Nothing },
            kind,
            is_field: self.active_sps().is_some_and(|sps| sps.field_sequence),
            reference: is_odd || header.temporal_id < top_layer,
            entry: entry_of(header.kind),
            leading: match header.kind {
                nal::RADL_N | nal::RADL_R => Leading::Decodable,
                nal::RASL_N | nal::RASL_R => Leading::Skipped,
                _ => Leading::Unmarked,
            },
            fault,
        })
    }

    /// Reads on behind first_slice_segment_in_pic_flag; a dependent segment counts as intra, as it
    /// says nothing of its own.
    fn read_slice_type(
        &mut self,
        r: &mut BitReader<'_>,
        nal_kind: u8,
        first: bool,
    ) -> Result<PictureKind, HeaderError> {
        const STRUCTURE: &str = "slice segment header";
        if (nal::BLA_W_LP..=nal::LAST_IRAP).contains(&nal_kind) {
            r.skip(1)?; // no_output_of_prior_pics_flag
        }
        let id = r.ue_max("slice_pic_parameter_set_id", 63)?;
        let missing = |id| HeaderError::MissingParameterSet { structure: STRUCTURE, id };
        let pps = self.pps.0[id as usize].ok_or(missing(id))?;
        let sps = self.sps[pps.sps_id as usize].as_ref().ok_or(missing(pps.sps_id))?;
        if first {
            self.active = Some(pps.sps_id);
        } else {
            if pps.dependent_slices && r.flag()? {
                return Ok(PictureKind::I);
            }
            r.skip(sps.segment_address_bits)?;
        }
        r.skip(pps.extra_slice_header_bits)?;
        match r.ue_max("slice_type", 2)? {
            0 => Ok(PictureKind::B),
            1 => Ok(PictureKind::P),
            _ => Ok(PictureKind::I),
        }
    }

    fn active_sps(&self) -> Option<&Sps> {
        self.sps.get(self.active? as usize)?.as_ref()
    }
}

/// The entry point that a type of NAL unit makes of its picture.
fn entry_of(nal_kind: u8) -> Option<Entry> {
    match nal_kind {
        nal::BLA_W_LP | nal::CRA => Some(Entry::Open),
        nal::BLA_W_LP..=nal::CRA => Some(Entry::Closed),
        _ => None,
    }
}
