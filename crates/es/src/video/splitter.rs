//! Cutting a video stream into access units.

use super::headers::Headers;
use super::part::{Marks, Part, Slice, Start};
use super::start_code::{self, PREFIX_BYTES};
use super::{AccessUnit, Picture, PictureStructure, VideoFacts};
use crate::{Codec, HeaderError};

/// The greatest unit that is held together; more bytes than this without a boundary are skipped.
/// The greatest coded picture buffer of HEVC level 5.2 holds 30 MB.
const MAX_UNIT_BYTES: usize = 32 << 20;

/// How much is taken into the buffer at once, which bounds what is moved when a unit leaves it.
const PIECE_BYTES: usize = 64 << 10;

/// Cuts a video elementary stream into access units.
///
/// Feed it the payloads of the PES packets in order. The time stamps of a PES packet belong to the
/// first unit whose [offset](AccessUnit::offset) lies in its payload. Where the stream has a gap,
/// call [`finish`](VideoSplitter::finish) and go on.
#[derive(Clone, Debug)]
pub struct VideoSplitter {
    headers: Headers,
    /// The bytes of the unit in hand and of what has not been looked at.
    buffer: Vec<u8>,
    /// Offset of the first byte of the buffer in the stream.
    origin: u64,
    /// Buffer position from which no start code has been searched.
    searched: usize,
    /// Where the part in hand begins: the zero byte before its start code, and the code itself.
    part: Option<PartStart>,
    /// Where the next unit begins if the next slice proves that there is one.
    boundary: Option<usize>,
    /// The marks of the parts behind that boundary.
    next_marks: Marks,
    marks: Marks,
    picture: Option<Draft>,
    skipped: u64,
}

#[derive(Clone, Copy, Debug)]
struct PartStart {
    first: usize,
    code: usize,
}

/// What the slices of the unit in hand have said.
#[derive(Clone, Copy, Debug)]
struct Draft {
    first: Slice,
    structure: PictureStructure,
    reference: bool,
    facts: Option<VideoFacts>,
    fault: Option<HeaderError>,
}

impl VideoSplitter {
    /// A splitter at the start of a stream; `None` when the codec is not video.
    pub fn new(codec: Codec) -> Option<VideoSplitter> {
        Some(VideoSplitter {
            headers: Headers::new(codec)?,
            buffer: Vec::new(),
            origin: 0,
            searched: 0,
            part: None,
            boundary: None,
            next_marks: Marks::default(),
            marks: Marks::default(),
            picture: None,
            skipped: 0,
        })
    }

    /// Takes the next bytes of the stream and appends the units that they complete to `out`. A
    /// unit is complete when the first slice of the next one has come whole.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<AccessUnit>) {
        for piece in bytes.chunks(PIECE_BYTES) {
            self.buffer.extend_from_slice(piece);
            self.search(out);
        }
    }

    /// Ends the stream here, or marks a gap in it, and appends the last unit to `out`. Offsets go
    /// on counting, and parameter sets stay in force.
    pub fn finish(&mut self, out: &mut Vec<AccessUnit>) {
        self.end_part(self.buffer.len(), out);
        if self.picture.is_some() {
            let end = self.boundary.unwrap_or(self.buffer.len());
            self.emit(end, out);
        }
        self.skip_to(self.buffer.len());
        self.headers.forget_picture();
    }

    /// How many bytes belonged to no unit so far: those before the first unit, those of pictures
    /// without a beginning, and those of headers without a picture.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    fn search(&mut self, out: &mut Vec<AccessUnit>) {
        loop {
            let limit = self.buffer.len().min(MAX_UNIT_BYTES);
            if let Some(code) = start_code::find(&self.buffer[..limit], self.searched) {
                let first = code - usize::from(self.owns_byte_before(code));
                let before = self.buffer.len();
                self.end_part(first, out);
                let moved = before - self.buffer.len();
                self.part = Some(PartStart { first: first - moved, code: code - moved });
                self.searched = code - moved + PREFIX_BYTES;
                if self.picture.is_none() && !self.marks.present {
                    self.skip_before_part();
                }
            } else if limit == MAX_UNIT_BYTES {
                self.skip_to(limit);
                self.headers.forget_picture();
            } else {
                self.searched = self.searched.max(limit.saturating_sub(PREFIX_BYTES - 1));
                return;
            }
        }
    }

    /// Whether the byte before a start code is a zero byte that belongs to it.
    fn owns_byte_before(&self, code: usize) -> bool {
        let floor = self.part.map_or(0, |part| part.code + PREFIX_BYTES);
        code > floor && self.buffer[code - 1] == 0 && self.headers.owns_zero_byte()
    }

    /// Reads the part in hand, which ends at `end`, and places it in a unit.
    fn end_part(&mut self, end: usize, out: &mut Vec<AccessUnit>) {
        let Some(part) = self.part.take() else { return };
        let bytes = self.buffer.get(part.code + PREFIX_BYTES..end).unwrap_or(&[]);
        match self.headers.read(bytes) {
            Part::Prefix(marks) => {
                if self.picture.is_some() {
                    self.boundary.get_or_insert(part.first);
                    self.next_marks.merge(marks);
                } else {
                    self.marks.merge(marks);
                }
            }
            Part::Slice(slice) => self.place(slice, part.first, end, out),
            Part::Suffix if self.picture.is_none() && !self.marks.present => self.skip_to(end),
            Part::Suffix => {}
        }
    }

    fn place(&mut self, slice: Slice, first: usize, end: usize, out: &mut Vec<AccessUnit>) {
        if slice.start == Start::Unit {
            if self.picture.is_some() {
                let cut = self.boundary.unwrap_or(first);
                self.emit(cut, out);
            }
            self.picture = Some(Draft {
                first: slice,
                structure: match slice.is_field {
                    true => PictureStructure::SingleField,
                    false => PictureStructure::Frame,
                },
                reference: slice.reference,
                facts: self.headers.facts(),
                fault: slice.fault,
            });
            return;
        }
        let Some(picture) = &mut self.picture else {
            // The beginning of this picture is not there, so nothing of it can be shown.
            self.skip_to(end);
            return;
        };
        if slice.start == Start::Unknown && self.boundary.is_some() {
            // It is likely to be of the picture that was about to begin.
            return;
        }
        if slice.start == Start::SecondField {
            picture.structure = PictureStructure::FieldPair;
        } else if picture.structure != PictureStructure::FieldPair {
            picture.first.kind = picture.first.kind.max(slice.kind);
        }
        picture.reference |= slice.reference;
        picture.fault = picture.fault.or(slice.fault);
        let next = core::mem::take(&mut self.next_marks);
        self.marks.merge(next);
        self.boundary = None;
    }

    /// Gives out the unit in hand, which ends at `end`; what follows begins the next one.
    fn emit(&mut self, end: usize, out: &mut Vec<AccessUnit>) {
        let marks = core::mem::replace(&mut self.marks, core::mem::take(&mut self.next_marks));
        let zero_bytes = u64::from(self.buffer.starts_with(&[0, 0, 0]));
        let offset = self.origin + zero_bytes;
        let bytes = self.buffer[..end].to_vec();
        self.drop_front(end);
        self.boundary = None;
        let Some(draft) = self.picture.take() else {
            return;
        };
        let kind = draft.first.kind;
        let picture = Picture {
            kind,
            entry: draft.first.entry.or_else(|| self.headers.entry_by_marks(kind, marks)),
            leading: draft.first.leading,
            structure: draft.structure,
            reference: draft.reference,
            has_delimiter: marks.delimiter,
            has_parameter_sets: self.headers.sets_are_complete(marks),
        };
        let fault = marks.fault.or(draft.fault);
        out.push(AccessUnit { offset, bytes, picture, facts: draft.facts, fault });
    }

    /// Skips what precedes the part in hand, which is the first of its unit.
    fn skip_before_part(&mut self) {
        let Some(part) = self.part else { return };
        self.skip_to(part.first);
        self.part = Some(PartStart { first: 0, code: part.code - part.first });
        self.searched = part.code - part.first + PREFIX_BYTES;
    }

    /// Skips everything before `end`, the unit in hand included.
    fn skip_to(&mut self, end: usize) {
        self.skipped += end as u64;
        self.drop_front(end);
        self.part = None;
        self.boundary = None;
        self.marks = Marks::default();
        self.next_marks = Marks::default();
        self.picture = None;
    }

    fn drop_front(&mut self, count: usize) {
        self.buffer.drain(..count);
        self.origin += count as u64;
        self.searched = self.searched.saturating_sub(count);
    }
}
