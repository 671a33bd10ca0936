//! What can be wrong with an index.

/// Why an index is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// A checksum does not match: the bytes are damaged.
    #[error("the {part} fails its checksum")]
    Checksum {
        /// The part that the checksum protects.
        part: Part,
    },
    /// A field has a value that it cannot have.
    #[error("byte {at}: {what}")]
    Malformed {
        /// Where the field begins.
        at: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The bytes begin with something else.
    #[error("this is not an asset index")]
    NotAnIndex,
    /// The page checksums do not cover the file.
    #[error("{found} page checksums for a file of {wanted} pages")]
    Pages {
        /// Pages of the file.
        wanted: u32,
        /// Checksums in the index.
        found: usize,
    },
    /// A stream is not as it must be.
    #[error("stream {stream}: {fault}")]
    Stream {
        /// Which stream, counted from zero.
        stream: usize,
        /// What is wrong with it.
        fault: StreamFault,
    },
    /// There are no streams, too many, video that is not the first of them, or subtitles that are
    /// not the last.
    #[error("an asset has one to {STREAMS_MAX} streams, video first and subtitles last")]
    Streams,
    /// The bytes end early, or go on behind the end.
    #[error("the index says it has {stated} bytes, there are {present}")]
    Length {
        /// Bytes according to the header, or that a header needs.
        stated: u64,
        /// Bytes that are there.
        present: u64,
    },
    /// An access unit is not as it must be.
    #[error("stream {stream}, access unit {unit}: {fault}")]
    Unit {
        /// Which stream, counted from zero.
        stream: usize,
        /// Which unit, counted from zero.
        unit: usize,
        /// What is wrong with it.
        fault: UnitFault,
    },
    /// The index was written by another version of the program.
    #[error("index version {found}, this program reads {wanted}: ingest the asset again")]
    Version {
        /// The version that this program reads.
        wanted: u16,
        /// The version of the index.
        found: u16,
    },
}

/// The most streams that an asset may have.
pub const STREAMS_MAX: usize = 32;

/// A part of an index with a checksum of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Header and summary.
    Summary,
    /// All of it.
    Index,
}

impl core::fmt::Display for Part {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Part::Summary => "summary",
            Part::Index => "index",
        })
    }
}

/// What can be wrong with a stream as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamFault {
    /// There is nothing in it.
    #[error("it has no access units")]
    Empty,
    /// A duration or delay is zero, negative or beyond any asset.
    #[error("a duration is out of range")]
    Durations,
    /// The counts in the summary are not those of the units.
    #[error("its units are not what the summary says")]
    Totals,
    /// The cumulative counts are not those of the units.
    #[error("its cumulative packet counts are not those of its units")]
    PacketsBefore,
}

/// What can be wrong with an access unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitFault {
    /// It is decoded before or together with the unit before it.
    #[error("its DTS is not after that of the unit before it")]
    DecodingOrder,
    /// It has no packets, or no bytes, or more bytes than its packets hold.
    #[error("its bytes do not fit its packets")]
    Size,
    /// Its packets are not behind those of the unit before it, or not in the file.
    #[error("its packets are not in their place in the file")]
    Place,
    /// It is presented before it is decoded.
    #[error("its PTS is before its DTS")]
    PresentedEarly,
    /// It is the first picture, and no decoder can start there.
    #[error("the first picture is not a random access point")]
    NoEntry,
    /// Its time is beyond any asset.
    #[error("its time is out of range")]
    Time,
}
