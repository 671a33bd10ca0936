//! Pictures coded as fields: two fields of a frame are one unit.

#[allow(dead_code)]
mod streams;

use es::{AccessUnit, Codec, Entry, PictureKind, PictureStructure};
use streams::units_of;

/// Writes bit fields and Exp-Golomb codes.
#[derive(Default)]
struct BitWriter {
    bits: Vec<bool>,
}

impl BitWriter {
    fn u(mut self, count: u32, value: u32) -> BitWriter {
        self.bits.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
        self
    }

    fn ue(self, value: u32) -> BitWriter {
        let length = (value + 1).ilog2();
        self.u(length, 0).u(length + 1, value + 1)
    }

    /// The bytes behind a start code and these first ones, with the trailing bits.
    fn behind(mut self, first: &[u8]) -> Vec<u8> {
        self.bits.push(true);
        let body = self.bits.chunks(8).map(|bits| {
            bits.iter().enumerate().fold(0, |byte, (at, bit)| byte | u8::from(*bit) << (7 - at))
        });
        [&[0, 0, 1], first, &body.collect::<Vec<u8>>()].concat()
    }
}

/// An H.264 sequence of 720x576 that may hold fields, and its picture parameter set.
fn parameter_sets() -> Vec<u8> {
    let sps = BitWriter::default().u(8, 77).u(8, 0).u(8, 30).ue(0);
    // frame_num of 4 bits, picture order count type 0 of 6 bits, one reference frame.
    let sps = sps.ue(0).ue(0).ue(2).ue(1).u(1, 0);
    // 45 macroblocks by 18 map units, fields allowed, nothing cropped, no VUI.
    let sps = sps.ue(44).ue(17).u(1, 0).u(1, 0).u(1, 1).u(1, 0).u(1, 0);
    let pps = BitWriter::default().ue(0).ue(0).u(2, 0).ue(0);
    [sps.behind(&[0x67]), pps.behind(&[0x68])].concat()
}

/// A slice of a field, or of a frame when `bottom` is `None`; IDR when its NAL header says so.
fn slice(nal: u8, first_mb: u32, kind: u32, frame_num: u32, bottom: Option<u32>) -> Vec<u8> {
    let mut slice = BitWriter::default().ue(first_mb).ue(kind).ue(0).u(4, frame_num);
    slice = match bottom {
        None => slice.u(1, 0),
        Some(bottom) => slice.u(1, 1).u(1, bottom),
    };
    if nal & 0x1f == 5 {
        slice = slice.ue(0);
    }
    slice.u(6, frame_num * 2 + bottom.unwrap_or(0)).u(16, 0xffff).behind(&[nal])
}

const DELIMITER: [u8; 5] = [0, 0, 1, 0x09, 0xf0];
const P: u32 = 5;
const B: u32 = 6;
const I: u32 = 7;

fn structures(units: &[AccessUnit]) -> Vec<(PictureStructure, PictureKind)> {
    units.iter().map(|unit| (unit.picture.structure, unit.picture.kind)).collect()
}

#[test]
fn two_h264_fields_of_a_frame_are_one_unit() {
    let stream = [
        DELIMITER.to_vec(),
        parameter_sets(),
        slice(0x65, 0, I, 0, Some(0)),
        slice(0x65, 400, I, 0, Some(0)),
        DELIMITER.to_vec(),
        slice(0x61, 0, P, 0, Some(1)),
        // Two fields of a frame that nothing refers to, and a frame.
        DELIMITER.to_vec(),
        slice(0x01, 0, B, 1, Some(0)),
        slice(0x01, 0, B, 1, Some(1)),
        DELIMITER.to_vec(),
        slice(0x61, 0, P, 1, None),
    ];
    let (units, skipped) = units_of(Codec::H264, &[&stream.concat()]);
    let (pair, frame) = (PictureStructure::FieldPair, PictureStructure::Frame);
    assert_eq!(
        structures(&units),
        [(pair, PictureKind::I), (pair, PictureKind::B), (frame, PictureKind::P)]
    );
    assert_eq!((units[0].picture.entry, units[1].picture.entry), (Some(Entry::Closed), None));
    assert_eq!((units[0].picture.reference, units[1].picture.reference), (true, false));
    let facts = units[0].facts.unwrap();
    assert_eq!((facts.width, facts.height, facts.interlaced), (720, 576, true));
    assert_eq!(skipped, 0);
}

#[test]
fn a_lone_h264_field_stays_alone() {
    let stream = [
        parameter_sets(),
        slice(0x65, 0, I, 0, Some(0)),
        // Same parity: the other field of the first frame is not there.
        slice(0x61, 0, P, 1, Some(0)),
        slice(0x61, 0, P, 1, Some(1)),
        // Another frame number.
        slice(0x61, 0, P, 2, Some(0)),
    ];
    let (units, _) = units_of(Codec::H264, &[&stream.concat()]);
    let (pair, single) = (PictureStructure::FieldPair, PictureStructure::SingleField);
    assert_eq!(
        structures(&units),
        [(single, PictureKind::I), (pair, PictureKind::P), (single, PictureKind::P)]
    );
}

#[test]
fn h264_pictures_are_told_apart_when_first_slices_are_lost() {
    let stream = [
        parameter_sets(),
        slice(0x65, 0, I, 0, None),
        slice(0x61, 90, P, 1, None),
        slice(0x61, 180, P, 1, None),
        slice(0x61, 90, P, 2, None),
    ];
    let (units, _) = units_of(Codec::H264, &[&stream.concat()]);
    assert_eq!(units.len(), 3);
}

/// The headers of an MPEG-2 picture, and a slice.
fn picture(kind: u8, structure: u8) -> Vec<u8> {
    let header = [0, 0, 1, 0x00, 0, kind << 3 | 7, 0xff, 0xf8];
    let coding = [0, 0, 1, 0xb5, 0x8f, 0xff, 0xf0 | structure, 0x80, 0x00];
    [&header[..], &coding, &[0, 0, 1, 0x01, 0x0a, 0x55]].concat()
}

#[test]
fn two_mpeg2_fields_of_a_frame_are_one_unit() {
    const TOP: u8 = 1;
    const BOTTOM: u8 = 2;
    const FRAME: u8 = 3;
    let sequence = [0, 0, 1, 0xb3, 0x2d, 0x02, 0x40, 0x33, 0x24, 0x9f, 0x23, 0x81];
    let extension = [0, 0, 1, 0xb5, 0x14, 0x82, 0x00, 0x01, 0x00, 0x00];
    let group = [0, 0, 1, 0xb8, 0x00, 0x08, 0x00, 0x40];
    let stream = [
        sequence.to_vec(),
        extension.to_vec(),
        group.to_vec(),
        picture(1, TOP),
        picture(2, BOTTOM),
        picture(3, FRAME),
        picture(2, BOTTOM),
        group.to_vec(),
        picture(1, TOP),
        picture(1, BOTTOM),
    ];
    let (units, skipped) = units_of(Codec::Mpeg2Video, &[&stream.concat()]);
    let pair = (PictureStructure::FieldPair, PictureKind::I);
    let frame = (PictureStructure::Frame, PictureKind::B);
    let single = (PictureStructure::SingleField, PictureKind::P);
    assert_eq!(structures(&units), [pair, frame, single, pair]);
    // The group is closed; the second one has no sequence header before it.
    assert_eq!((units[0].picture.entry, units[3].picture.entry), (Some(Entry::Closed), None));
    assert_eq!(skipped, 0);
}
