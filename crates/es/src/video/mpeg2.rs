//! MPEG-2 video: start codes in their order (ISO/IEC 13818-2 clause 6.2).

mod sequence;

use super::part::{Marks, Part, Slice, Start};
use super::{Entry, Leading, PictureKind, VideoFacts};
use crate::HeaderError;
use crate::bits::BitReader;
use sequence::{Display, Extension, Sequence};

/// start_code values (table 6-1).
mod code {
    pub(super) const PICTURE: u8 = 0x00;
    pub(super) const FIRST_SLICE: u8 = 0x01;
    pub(super) const LAST_SLICE: u8 = 0xaf;
    pub(super) const SEQUENCE: u8 = 0xb3;
    pub(super) const EXTENSION: u8 = 0xb5;
    pub(super) const GROUP: u8 = 0xb8;
}

/// extension_start_code_identifier values (table 6-2).
mod extension {
    pub(super) const SEQUENCE: u8 = 1;
    pub(super) const SEQUENCE_DISPLAY: u8 = 2;
    pub(super) const PICTURE_CODING: u8 = 8;
}

/// Bits behind which the picture structure stands in the picture coding extension.
const BEFORE_PICTURE_STRUCTURE: usize = 4 + 4 * 4 + 2;

/// Reads the headers of a stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Mpeg2Headers {
    sequence: Option<Sequence>,
    extension: Option<Extension>,
    display: Option<Display>,
    /// The picture header that no slice has followed yet.
    coming: Option<PictureHeader>,
    /// The picture whose slices are coming.
    current: Option<PictureHeader>,
    /// Whether the unit in hand waits for a second field.
    awaits_field: bool,
}

#[derive(Clone, Copy, Debug)]
struct PictureHeader {
    kind: PictureKind,
    /// Whether it is a bottom field; `None` when it is a frame.
    bottom_field: Option<bool>,
}

impl Mpeg2Headers {
    const SEQUENCE_SET: u8 = 1;
    const EXTENSION_SET: u8 = 2;
    /// Sequence header and sequence extension.
    pub(super) const ALL_SETS: u8 = Self::SEQUENCE_SET | Self::EXTENSION_SET;

    /// Reads one start code with what follows it.
    pub(super) fn read(&mut self, part: &[u8]) -> Part {
        let Some((&value, payload)) = part.split_first() else {
            return Part::Suffix;
        };
        match value {
            code::PICTURE => {
                Part::Prefix(Marks::of(self.read_picture_header(payload), Marks::PLAIN))
            }
            code::FIRST_SLICE..=code::LAST_SLICE => self.read_slice(),
            code::SEQUENCE => {
                let sets = Marks { parameter_sets: Self::SEQUENCE_SET, ..Marks::PLAIN };
                Part::Prefix(Marks::of(self.read_sequence(payload), sets))
            }
            code::EXTENSION => self.read_extension(payload),
            code::GROUP => {
                self.awaits_field = false;
                Part::Prefix(Marks { clean: is_closed_group(payload), ..Marks::PLAIN })
            }
            _ => Part::Suffix,
        }
    }

    /// What sequence header and extensions say; `None` for MPEG-1, which has no extension.
    pub(super) fn facts(&self) -> Option<VideoFacts> {
        self.sequence?.facts(self.extension?, self.display)
    }

    /// Forgets the picture in hand.
    pub(super) fn forget_picture(&mut self) {
        self.coming = None;
        self.current = None;
        self.awaits_field = false;
    }

    fn read_sequence(&mut self, payload: &[u8]) -> Result<(), HeaderError> {
        self.awaits_field = false;
        let sequence = Sequence::parse(payload)?;
        if self.sequence != Some(sequence) {
            self.extension = None;
            self.display = None;
        }
        self.sequence = Some(sequence);
        Ok(())
    }

    fn read_extension(&mut self, payload: &[u8]) -> Part {
        let read = match payload.first().map_or(0, |byte| byte >> 4) {
            extension::SEQUENCE => {
                let sets = Marks { parameter_sets: Self::EXTENSION_SET, ..Marks::PLAIN };
                let read = Extension::parse(payload).map(|read| self.extension = Some(read));
                return Part::Prefix(Marks::of(read, sets));
            }
            extension::SEQUENCE_DISPLAY => {
                Display::parse(payload).map(|read| self.display = Some(read))
            }
            extension::PICTURE_CODING => self.read_picture_coding(payload),
            _ => return Part::Suffix,
        };
        Part::Prefix(Marks::of(read, Marks::PLAIN))
    }

    fn read_picture_header(&mut self, payload: &[u8]) -> Result<(), HeaderError> {
        self.coming = None;
        let mut r = BitReader::new(payload, "picture header");
        r.skip(10)?; // temporal_reference
        let kind = match r.byte(3)? {
            1 => PictureKind::I,
            2 => PictureKind::P,
            3 => PictureKind::B,
            other => return Err(r.forbidden("picture_coding_type", u64::from(other))),
        };
        self.coming = Some(PictureHeader { kind, bottom_field: None });
        Ok(())
    }

    fn read_picture_coding(&mut self, payload: &[u8]) -> Result<(), HeaderError> {
        let mut r = BitReader::new(payload, "picture coding extension");
        r.skip(BEFORE_PICTURE_STRUCTURE)?;
        let bottom_field = match r.byte(2)? {
            1 => Some(false),
            2 => Some(true),
            3 => None,
            other => return Err(r.forbidden("picture_structure", u64::from(other))),
        };
        if let Some(coming) = &mut self.coming {
            coming.bottom_field = bottom_field;
        }
        Ok(())
    }

    fn read_slice(&mut self) -> Part {
        let (picture, start) = match (self.coming.take(), self.current) {
            (Some(coming), before) => {
                let fields = (before.and_then(|b| b.bottom_field), coming.bottom_field);
                let opposite = matches!(fields, (Some(first), Some(second)) if first != second);
                let second = opposite && self.awaits_field;
                self.awaits_field = !second && coming.bottom_field.is_some();
                (coming, if second { Start::SecondField } else { Start::Unit })
            }
            (None, Some(current)) => (current, Start::Nothing),
            // Slices of a picture whose header is not there.
            (None, None) => return Part::Suffix,
        };
        self.current = Some(picture);
        Part::Slice(Slice {
            start,
            kind: picture.kind,
            is_field: picture.bottom_field.is_some(),
            reference: picture.kind != PictureKind::B,
            entry: None::<Entry>,
            leading: Leading::Unmarked,
            fault: None,
        })
    }
}

/// Whether a group of pictures header says that nothing in it refers to what went before.
fn is_closed_group(payload: &[u8]) -> bool {
    let mut r = BitReader::new(payload, "group of pictures header");
    r.skip(25).is_ok() && r.flag() == Ok(true)
}
