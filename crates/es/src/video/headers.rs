//! The header readers of the three codecs, as one.

use super::h264::H264Headers;
use super::hevc::HevcHeaders;
use super::mpeg2::Mpeg2Headers;
use super::part::{Marks, Part};
use super::{Entry, PictureKind, VideoFacts};
use crate::Codec;

/// Reads the parts of a stream in their order and remembers what later ones refer to.
#[derive(Clone, Debug)]
pub(super) enum Headers {
    H264(Box<H264Headers>),
    Hevc(Box<HevcHeaders>),
    Mpeg2(Mpeg2Headers),
}

impl Headers {
    /// The reader of a codec; `None` when it is not video.
    pub(super) fn new(codec: Codec) -> Option<Headers> {
        match codec {
            Codec::H264 => Some(Headers::H264(Box::default())),
            Codec::Hevc => Some(Headers::Hevc(Box::default())),
            Codec::Mpeg2Video => Some(Headers::Mpeg2(Mpeg2Headers::default())),
            _ => None,
        }
    }

    /// Reads one part, from the byte behind its start code prefix.
    pub(super) fn read(&mut self, part: &[u8]) -> Part {
        match self {
            Headers::H264(headers) => headers.read(part),
            Headers::Hevc(headers) => headers.read(part),
            Headers::Mpeg2(headers) => headers.read(part),
        }
    }

    /// What the sequence headers say that the last slice refers to.
    pub(super) fn facts(&self) -> Option<VideoFacts> {
        match self {
            Headers::H264(headers) => headers.facts(),
            Headers::Hevc(headers) => headers.facts(),
            Headers::Mpeg2(headers) => headers.facts(),
        }
    }

    /// Forgets the picture in hand, so that the next slice is not taken for a part of it.
    pub(super) fn forget_picture(&mut self) {
        match self {
            Headers::H264(headers) => headers.forget_picture(),
            Headers::Hevc(_) => {}
            Headers::Mpeg2(headers) => headers.forget_picture(),
        }
    }

    /// Whether the zero byte before a start code prefix belongs to what the prefix begins, which
    /// is so for NAL units (zero_byte of annex B).
    pub(super) fn owns_zero_byte(&self) -> bool {
        !matches!(self, Headers::Mpeg2(_))
    }

    /// Whether these are all the parameter sets that decoding needs.
    pub(super) fn sets_are_complete(&self, marks: Marks) -> bool {
        let needed = match self {
            Headers::H264(_) => H264Headers::ALL_SETS,
            Headers::Hevc(_) => HevcHeaders::ALL_SETS,
            Headers::Mpeg2(_) => Mpeg2Headers::ALL_SETS,
        };
        marks.parameter_sets & needed == needed
    }

    /// The entry point that a picture is whose slices do not make it one by themselves.
    pub(super) fn entry_by_marks(&self, kind: PictureKind, marks: Marks) -> Option<Entry> {
        if kind != PictureKind::I {
            return None;
        }
        match self {
            Headers::H264(_) => {
                (marks.clean || self.sets_are_complete(marks)).then_some(Entry::Open)
            }
            Headers::Hevc(_) => None,
            Headers::Mpeg2(_) => self.sets_are_complete(marks).then_some(if marks.clean {
                Entry::Closed
            } else {
                Entry::Open
            }),
        }
    }
}
