//! Why a source cannot be ingested: what, where, and what to do about it.

use crate::id::AssetId;
use crate::store::FileError;
use asset::IndexError;
use core::fmt;
use es::Codec;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use ts::{Pid, Span};

/// Why nothing was ingested.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IngestError {
    /// ffmpeg was needed and did not do it.
    #[error("{path}: {fault}")]
    Convert {
        /// The source.
        path: PathBuf,
        /// What went wrong.
        fault: ConvertFault,
    },
    /// The disk is full.
    #[error(
        "the disk of {folder} is full ({path}); nothing was changed: make room, as with `headend \
         library gc CONFIG`, then go on with `headend ingest CONFIG --resume`"
    )]
    DiskFull {
        /// The library's folder.
        folder: PathBuf,
        /// What could not be written.
        path: PathBuf,
    },
    /// The library has an asset of this name.
    #[error("the library has an asset {id} already; ask for it to be replaced, or choose an id")]
    Exists {
        /// The name.
        id: AssetId,
    },
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The streams do not make an asset.
    #[error("the streams do not make an asset: {0}")]
    Index(#[from] IndexError),
    /// No source was named.
    #[error("no source file was named")]
    NoSource,
    /// A source cannot be used.
    #[error("{path}: {fault}")]
    Source {
        /// The source.
        path: PathBuf,
        /// What is wrong with it.
        fault: SourceFault,
    },
}

impl IngestError {
    /// Whether the same may be done again later, since the fault is not in the sources.
    pub fn passes(&self) -> bool {
        matches!(self, IngestError::DiskFull { .. })
    }

    /// This error, told as what it is when the disk of the library's folder is full.
    pub(super) fn or_full_disk(self, folder: &Path) -> IngestError {
        let full = [ErrorKind::StorageFull, ErrorKind::QuotaExceeded, ErrorKind::FileTooLarge];
        match self {
            IngestError::File(FileError { path, kind, .. })
                if full.contains(&kind) && path.starts_with(folder) =>
            {
                IngestError::DiskFull { folder: folder.to_owned(), path }
            }
            other => other,
        }
    }
}

/// A place in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The packet, counted from zero.
    pub packet: u64,
    /// The time behind the first time stamp of the source, when one has been seen.
    pub time: Option<Span>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "packet {}", self.packet)?;
        if let Some(time) = self.time {
            let ms = time.as_ms().max(0);
            write!(f, " ({}:{:02}.{:03})", ms / 60_000, ms / 1000 % 60, ms % 1000)?;
        }
        Ok(())
    }
}

/// What is wrong with a source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceFault {
    /// An access unit or a PES packet is not as its standard says.
    #[error("PID {pid}, {place}: damaged: {what}")]
    Damaged {
        /// The stream.
        pid: Pid,
        /// Where.
        place: Place,
        /// What is wrong.
        what: String,
    },
    /// Decoding time stamps do not rise.
    #[error("PID {pid}, {place}: a decoding time stamp is not after the one before it")]
    DecodingOrder {
        /// The stream.
        pid: Pid,
        /// Where.
        place: Place,
    },
    /// There are no bytes in it.
    #[error("the file is empty")]
    Empty,
    /// The coding changes inside the source.
    #[error("PID {pid}, {place}: {what} changes here; ingest the parts as assets of their own")]
    FormatChange {
        /// The stream.
        pid: Pid,
        /// Where.
        place: Place,
        /// What changes.
        what: &'static str,
    },
    /// Packets are missing.
    #[error(
        "PID {pid}, {place}: packets are missing (counter {found} where {wanted} is due); \
         capture the source again or repair it with ffmpeg"
    )]
    Gap {
        /// The stream.
        pid: Pid,
        /// Where.
        place: Place,
        /// The counter that is due.
        wanted: u8,
        /// The counter that came.
        found: u8,
    },
    /// Time stamps are missing that cannot be inferred.
    #[error(
        "PID {pid}, {place}: an access unit without time stamp, which cannot be inferred \
         because {why}; remux the source with ffmpeg"
    )]
    MissingTimestamps {
        /// The stream.
        pid: Pid,
        /// Where.
        place: Place,
        /// Why the stamp cannot be inferred.
        why: &'static str,
    },
    /// A further source, which may only add sound, has none.
    #[error("a further file adds sound to the first one, and there is none in it")]
    NoAudio,
    /// No picture with which a decoder could begin.
    #[error(
        "PID {pid}: none of {units} pictures can be entered (an intra picture with its parameter \
         sets); encode the source again with a key frame each second"
    )]
    NoKeyFrame {
        /// The video stream.
        pid: Pid,
        /// Pictures in the source.
        units: u64,
    },
    /// No programme association table.
    #[error("no programme association table in {packets} packets")]
    NoPat {
        /// Packets that were searched.
        packets: u64,
    },
    /// No programme map table.
    #[error("programme {program} has no map table on PID {pid}")]
    NoPmt {
        /// The programme.
        program: u16,
        /// Where the table should be.
        pid: Pid,
    },
    /// The programme that was asked for is not there.
    #[error("no programme {wanted} in the source, which has {present:?}")]
    NoProgram {
        /// The programme that was asked for.
        wanted: u16,
        /// The programmes of the source.
        present: Vec<u16>,
    },
    /// The programme association table is empty.
    #[error("the source has no programmes: its association table is empty")]
    NoPrograms,
    /// Neither sound nor pictures that can be carried.
    #[error(
        "programme {program} has no video or audio that can be carried (stream types {found:x?})"
    )]
    NoStreams {
        /// The programme.
        program: u16,
        /// The types of its streams.
        found: Vec<u8>,
    },
    /// It is something else than a transport stream.
    #[error("not a transport stream: no sync bytes 188, 192 or 204 bytes apart")]
    NotTransportStream,
    /// The programme gets other streams inside the source.
    #[error("{place}: the programme map changes here; ingest the parts as assets of their own")]
    ProgrammeChanged {
        /// Where.
        place: Place,
    },
    /// Packets are scrambled.
    #[error("PID {pid}, {place}: scrambled; descramble the source first")]
    Scrambled {
        /// The stream.
        pid: Pid,
        /// Where.
        place: Place,
    },
    /// The sync byte is not in its place.
    #[error("{place}: no sync byte where a packet should begin; the file is damaged here")]
    SyncLost {
        /// Where.
        place: Place,
    },
    /// Time stamps jump.
    #[error(
        "PID {pid}, {place}: time stamps jump by {jump_ms} ms; cut the source there and ingest \
         the parts as assets of their own"
    )]
    TimeJump {
        /// The stream.
        pid: Pid,
        /// Where.
        place: Place,
        /// How far, in milliseconds; negative when back.
        jump_ms: i64,
    },
    /// Packets are marked as damaged.
    #[error("PID {pid}, {place}: transport_error_indicator is set; capture the source again")]
    TransportError {
        /// The stream.
        pid: Pid,
        /// Where.
        place: Place,
    },
    /// The streams end before anything whole has come.
    #[error("the streams end before a whole picture or audio frame has come")]
    TooShort,
    /// Streams are not fit to be broadcast as they are.
    #[error("not fit to be broadcast as it is: {what}")]
    Unfit {
        /// What is unfit.
        what: String,
    },
    /// An access unit is larger than any level allows.
    #[error("PID {pid}, {place}: an access unit of more than {limit} bytes")]
    UnitTooLarge {
        /// The stream.
        pid: Pid,
        /// Where.
        place: Place,
        /// The limit in bytes.
        limit: usize,
    },
}

/// What can go wrong with ffmpeg.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConvertFault {
    /// ffmpeg could not read or encode the source.
    #[error("ffmpeg could not convert it: {message}")]
    Failed {
        /// The last line that ffmpeg wrote.
        message: String,
    },
    /// ffmpeg is not there.
    #[error(
        "not a transport stream that can be taken as it is ({why}), and the program ffmpeg is not \
         installed; install it (Debian: apt-get install ffmpeg) or convert the file elsewhere"
    )]
    NotInstalled {
        /// Why it would have been needed.
        why: Box<SourceFault>,
    },
}

/// Something about the source that was put right or left out, for the operator to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The source was converted by ffmpeg.
    Converted {
        /// Whether pictures and sound were encoded anew, not only packed anew.
        encoded: bool,
    },
    /// Audio frames were left out because they overlap others, or lie before the first time stamp.
    AudioFramesDropped {
        /// The stream.
        pid: Pid,
        /// How many.
        frames: u64,
    },
    /// There are gaps between audio frames.
    AudioGaps {
        /// The stream.
        pid: Pid,
        /// Frames that are missing in all.
        frames: u64,
    },
    /// Bytes that belong to no audio frame were left out.
    BytesSkipped {
        /// The stream.
        pid: Pid,
        /// How many.
        bytes: u64,
    },
    /// Pictures before the first clean random access point were left out.
    LeadingDropped {
        /// How many.
        units: u64,
        /// How much time, from the first picture of the source to the first of the asset.
        span: Span,
    },
    /// The asset begins with an intra picture of H.264 that is no IDR picture, because none comes
    /// within seconds.
    OpenStart {
        /// The stream.
        pid: Pid,
    },
    /// A stream that cannot be carried was left out.
    StreamSkipped {
        /// The stream.
        pid: Pid,
        /// Its stream_type.
        stream_type: u8,
        /// Its codec, when it has one that could be carried: no packets, or further video.
        codec: Option<Codec>,
    },
    /// The stream file of the asset that was replaced is still there.
    Superseded {
        /// The file, which nothing refers to any more.
        path: PathBuf,
    },
    /// Nothing was measured, since ffmpeg is not installed.
    NotMeasured,
    /// Packets of subtitles that are damaged, have no time stamp or one that goes back, were left
    /// out.
    SubtitlesDropped {
        /// The stream.
        pid: Pid,
        /// How many PES packets.
        packets: u64,
    },
    /// A stream of subtitles was left out, because decoders cannot have a display set in time.
    SubtitlesTooDense {
        /// The stream.
        pid: Pid,
        /// When that display set is shown, from the start of the asset.
        at: Span,
    },
    /// Subtitles or teletext were left out.
    TextsSkipped {
        /// The stream.
        pid: Pid,
        /// What it carries.
        what: &'static str,
    },
    /// Some streams were encoded anew by ffmpeg, which were not fit to be broadcast.
    Treated {
        /// What was unfit.
        why: String,
    },
    /// Something is not as it should be and was let be.
    Unfit {
        /// What.
        what: String,
    },
    /// The source is cut in the middle of an access unit, which was left out.
    TailDropped {
        /// The stream.
        pid: Pid,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Converted { encoded: true } => f.write_str("encoded anew by ffmpeg"),
            Note::Converted { encoded: false } => f.write_str("packed anew by ffmpeg"),
            Note::AudioFramesDropped { pid, frames } => {
                write!(f, "PID {pid}: {frames} audio frames without a place in time left out")
            }
            Note::AudioGaps { pid, frames } => {
                write!(f, "PID {pid}: {frames} audio frames are missing in the source")
            }
            Note::BytesSkipped { pid, bytes } => {
                write!(f, "PID {pid}: {bytes} bytes that are no audio frame left out")
            }
            Note::LeadingDropped { units, span } => write!(
                f,
                "{units} pictures ({} ms) before the first clean entry point left out",
                span.as_ms()
            ),
            Note::OpenStart { pid } => write!(
                f,
                "PID {pid}: begins without IDR picture; some decoders may show its first pictures \
                 damaged, encode the source again to avoid that"
            ),
            Note::StreamSkipped { pid, stream_type, .. } => {
                write!(f, "PID {pid} (stream type {stream_type:#04x}) left out")
            }
            Note::Superseded { path } => {
                write!(f, "{} is not used any more", path.display())
            }
            Note::NotMeasured => {
                f.write_str("loudness, silence and black not measured: ffmpeg is not installed")
            }
            Note::SubtitlesDropped { pid, packets } => {
                write!(
                    f,
                    "PID {pid}: {packets} packets of subtitles without sense or time left out"
                )
            }
            Note::SubtitlesTooDense { pid, at } => write!(
                f,
                "PID {pid}: subtitles left out; those at {:.1} s are more than a decoder can have \
                 in time",
                at.as_ms() as f64 / 1000.0
            ),
            Note::TextsSkipped { pid, what } => {
                write!(f, "PID {pid}: {what} left out, which cannot be carried yet")
            }
            Note::Treated { why } => write!(f, "encoded anew in part by ffmpeg: {why}"),
            Note::Unfit { what } => f.write_str(what),
            Note::TailDropped { pid } => {
                write!(f, "PID {pid}: the source is cut; its last, incomplete unit left out")
            }
        }
    }
}
