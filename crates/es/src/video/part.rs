//! What a start code and the bytes behind it mean for the cutting of a stream.

use super::{Entry, Leading, PictureKind};
use crate::HeaderError;

/// The role of one NAL unit, or of one MPEG-2 start code with what follows it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// Stands before a picture, and so opens the next unit when it comes behind slices.
    Prefix(Marks),
    /// A part of a coded picture.
    Slice(Slice),
    /// Belongs to what precedes it.
    Suffix,
}

/// What the parts before the first slice of a picture say together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    /// Whether there is any part at all.
    pub(super) present: bool,
    /// Whether the first of them is an access unit delimiter.
    pub(super) delimiter: bool,
    /// The kinds of parameter sets among them, one bit each.
    pub(super) parameter_sets: u8,
    /// Whether a recovery point or a closed GOP is announced.
    pub(super) clean: bool,
    /// The first fault in them.
    pub(super) fault: Option<HeaderError>,
}

impl Marks {
    /// A part that says nothing that matters here.
    pub(super) const PLAIN: Marks =
        Marks { present: true, delimiter: false, parameter_sets: 0, clean: false, fault: None };

    /// A part that could or could not be read, with what it says when it could.
    pub(super) fn of(read: Result<(), HeaderError>, marks: Marks) -> Marks {
        match read {
            Ok(()) => marks,
            Err(fault) => Marks { fault: Some(fault), ..Marks::PLAIN },
        }
    }

    /// Adds what later parts say.
    pub(super) fn merge(&mut self, later: Marks) {
        if !self.present {
            *self = later;
            return;
        }
        self.parameter_sets |= later.parameter_sets;
        self.clean |= later.clean;
        self.fault = self.fault.or(later.fault);
    }
}

/// How a slice relates to the slices before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// It begins a new unit.
    Unit,
    /// It begins the second field of the frame whose first field went before.
    SecondField,
    /// It goes on with the same picture.
    Nothing,
    /// Its header cannot be read.
    Unknown,
}

/// What a slice says of its picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    pub(super) start: Start,
    pub(super) kind: PictureKind,
    pub(super) is_field: bool,
    pub(super) reference: bool,
    /// The entry point that the slice alone makes its picture.
    pub(super) entry: Option<Entry>,
    pub(super) leading: Leading,
    pub(super) fault: Option<HeaderError>,
}

impl Slice {
    /// A slice whose header cannot be read.
    pub(super) fn unreadable(fault: HeaderError) -> Slice {
        Slice {
            start: Start::Unknown,
            kind: PictureKind::I,
            is_field: false,
            reference: false,
            entry: None,
            leading: Leading::Unmarked,
            fault: Some(fault),
        }
    }
}
