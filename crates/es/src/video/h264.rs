//! H.264: NAL units in their order (ITU-T H.264 clauses 7.3 and 7.4.1.2).

mod level;
mod slice;
mod sps;

use super::part::{Marks, Part, Slice, Start};
use super::start_code::unescape;
use super::{Entry, Leading, VideoFacts};
use crate::HeaderError;
use crate::bits::BitReader;
use slice::SliceHeader;
use sps::Sps;

/// Bytes of a slice NAL unit that are read: its header up to the picture order count.
const SLICE_HEADER_BYTES: usize = 64;
/// Bytes of a parameter set that are read; the longest sound one is far shorter.
const PARAMETER_SET_BYTES: usize = 4096;
/// Bytes of an SEI NAL unit that are read.
const SEI_BYTES: usize = 4096;
/// payloadType of the recovery point SEI message (clause D.1.8).
const RECOVERY_POINT: u32 = 6;

/// nal_unit_type (table 7-1).
mod nal {
    pub(super) const SLICE: u8 = 1;
    pub(super) const PARTITION_A: u8 = 2;
    pub(super) const IDR: u8 = 5;
    pub(super) const SEI: u8 = 6;
    pub(super) const SPS: u8 = 7;
    pub(super) const PPS: u8 = 8;
    pub(super) const DELIMITER: u8 = 9;
    pub(super) const FIRST_OPENING: u8 = 14;
    pub(super) const LAST_OPENING: u8 = 18;
}

/// The part of a picture parameter set that slice headers need.
#[derive(Clone, Copy, Debug)]
struct Pps {
    sps_id: u32,
}

/// Reads the NAL units of a stream and keeps its parameter sets.
#[derive(Clone, Debug)]
pub(super) struct H264Headers {
    sps: [Option<Sps>; 32],
    pps: [Option<Pps>; 256],
    active: Option<u32>,
    last: Option<SliceHeader>,
    /// Whether the unit in hand already holds both fields of its frame, or a frame.
    whole: bool,
}

impl Default for H264Headers {
    fn default() -> H264Headers {
        H264Headers { sps: [None; 32], pps: [None; 256], active: None, last: None, whole: false }
    }
}

impl H264Headers {
    const SPS_SET: u8 = 1;
    const PPS_SET: u8 = 2;
    /// Both kinds of parameter set.
    pub(super) const ALL_SETS: u8 = Self::SPS_SET | Self::PPS_SET;

    /// Reads one NAL unit.
    pub(super) fn read(&mut self, unit: &[u8]) -> Part {
        let Some((&header, payload)) = unit.split_first() else {
            return Part::Suffix;
        };
        match header & 0x1f {
            kind @ (nal::SLICE | nal::PARTITION_A | nal::IDR) => {
                self.read_slice(payload, kind == nal::IDR, header & 0x60 != 0)
            }
            nal::SEI => Part::Prefix(Marks { clean: has_recovery_point(payload), ..Marks::PLAIN }),
            nal::SPS => {
                let sets = Marks { parameter_sets: Self::SPS_SET, ..Marks::PLAIN };
                Part::Prefix(Marks::of(self.read_sps(payload), sets))
            }
            nal::PPS => {
                let sets = Marks { parameter_sets: Self::PPS_SET, ..Marks::PLAIN };
                Part::Prefix(Marks::of(self.read_pps(payload), sets))
            }
            nal::DELIMITER => Part::Prefix(Marks { delimiter: true, ..Marks::PLAIN }),
            nal::FIRST_OPENING..=nal::LAST_OPENING => Part::Prefix(Marks::PLAIN),
            _ => Part::Suffix,
        }
    }

    /// What the sequence parameter set of the last slice says.
    pub(super) fn facts(&self) -> Option<VideoFacts> {
        let id = self.active?;
        self.sps.get(id as usize)?.as_ref().map(|sps| sps.facts)
    }

    /// Forgets the picture in hand.
    pub(super) fn forget_picture(&mut self) {
        self.last = None;
    }

    fn read_sps(&mut self, payload: &[u8]) -> Result<(), HeaderError> {
        let (id, sps) = Sps::parse(&unescape(payload, PARAMETER_SET_BYTES))?;
        self.sps[id as usize] = Some(sps);
        Ok(())
    }

    fn read_pps(&mut self, payload: &[u8]) -> Result<(), HeaderError> {
        let rbsp = unescape(payload, PARAMETER_SET_BYTES);
        let mut r = BitReader::new(&rbsp, "picture parameter set");
        let id = r.ue_max("pic_parameter_set_id", 255)?;
        let sps_id = r.ue_max("seq_parameter_set_id", 31)?;
        self.pps[id as usize] = Some(Pps { sps_id });
        Ok(())
    }

    fn read_slice(&mut self, payload: &[u8], idr: bool, reference: bool) -> Part {
        let rbsp = unescape(payload, SLICE_HEADER_BYTES);
        let read = SliceHeader::parse(&rbsp, idr, reference, |pps_id| {
            let pps = self.pps.get(pps_id as usize).copied().flatten()?;
            let sps = self.sps.get(pps.sps_id as usize)?.as_ref()?;
            Some((pps.sps_id, sps))
        });
        let (header, fault) = match read {
            Ok(read) => read,
            Err(fault) => return Part::Slice(Slice::unreadable(fault)),
        };
        let start = match &self.last {
            None if header.first_mb == 0 => Start::Unit,
            None => Start::Nothing,
            Some(last) if header.continues(last) => Start::Nothing,
            Some(last) if !self.whole && header.completes_frame_of(last) => Start::SecondField,
            Some(_) => Start::Unit,
        };
        if start != Start::Nothing {
            self.whole = start == Start::SecondField || header.bottom_field.is_none();
            self.active = header.sps_id;
        }
        if start != Start::Nothing || self.last.is_some() {
            self.last = Some(header);
        }
        Part::Slice(Slice {
            start,
            kind: header.kind,
            is_field: header.bottom_field.is_some(),
            reference,
            entry: idr.then_some(Entry::Closed),
            leading: Leading::Unmarked,
            fault,
        })
    }
}

/// Whether an SEI NAL unit holds a recovery point at which pictures are right at once. A stream of
/// gradual refresh has recovery points too, but no picture there is whole.
fn has_recovery_point(payload: &[u8]) -> bool {
    let rbsp = unescape(payload, SEI_BYTES);
    let mut rest = rbsp.as_slice();
    // The last byte holds the trailing bits.
    while rest.len() > 2 {
        let Some((kind, behind)) = sei_number(rest) else {
            return false;
        };
        let Some((size, behind)) = sei_number(behind) else {
            return false;
        };
        if kind == RECOVERY_POINT {
            return BitReader::new(behind, "recovery point").ue() == Ok(0);
        }
        rest = behind.get(size as usize..).unwrap_or(&[]);
    }
    false
}

/// Reads payloadType or payloadSize: bytes of 255 and one below are added (clause 7.3.2.3.1).
fn sei_number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let full = bytes.iter().take_while(|byte| **byte == 255).count();
    let last = *bytes.get(full)?;
    Some((full as u32 * 255 + u32::from(last), &bytes[full + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_point_is_found_behind_other_messages() {
        // buffering_period of two bytes, then recovery_point with recovery_frame_cnt 0.
        assert!(has_recovery_point(&[0, 2, 0xaa, 0xaa, 6, 1, 0xc4, 0x80]));
        // recovery_frame_cnt 1: the picture itself is not yet right.
        assert!(!has_recovery_point(&[6, 1, 0x48, 0x80]));
        assert!(!has_recovery_point(&[255, 255]));
    }
}
