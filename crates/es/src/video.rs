//! Video: access units, pictures and sequence headers.

mod buffer;
mod h264;
mod headers;
mod hevc;
mod mpeg2;
mod part;
mod splitter;
mod start_code;
mod vui;

use crate::{Codec, FrameDuration, HeaderError};

pub use splitter::VideoSplitter;

/// One frame of video as it stands in the stream, with all that precedes its slices.
///
/// A frame coded as two fields is one unit here, with both fields in it: the frame is what has a
/// time on the programme axis and what an edit keeps or drops. In the terms of H.264 such a unit
/// holds two access units; time stamps belong to the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessUnit {
    /// Where its first start code prefix (00 00 01) stands, in bytes from the first byte given to
    /// the splitter. A zero_byte before the prefix is counted to the unit but not here: some
    /// multiplexers leave it at the end of the PES packet before.
    pub offset: u64,
    /// The bytes of the unit from its first start code, zero_byte included, to the next unit.
    pub bytes: Vec<u8>,
    /// What its headers say about the picture.
    pub picture: Picture,
    /// What the sequence headers in force say; `None` before the first sound ones.
    pub facts: Option<VideoFacts>,
    /// The first header in the unit that could not be read.
    pub fault: Option<HeaderError>,
}

/// One picture: a frame or a pair of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// How the picture is coded; of a pair of fields, the first.
    pub kind: PictureKind,
    /// Whether decoding may begin here; `None` when it may not.
    pub entry: Option<Entry>,
    /// Whether the picture leads an entry point, as far as the codec says so itself.
    pub leading: Leading,
    /// Frame or fields.
    pub structure: PictureStructure,
    /// Whether other pictures may refer to this one, so that it cannot be dropped alone.
    pub reference: bool,
    /// Whether the unit begins with an access unit delimiter (never with MPEG-2).
    pub has_delimiter: bool,
    /// Whether all parameter sets that a decoder needs to begin here stand in the unit: SPS and
    /// PPS; VPS, SPS and PPS; sequence header and extension.
    pub has_parameter_sets: bool,
}

/// How a picture is coded, by the most general of its slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PictureKind {
    /// Intra slices only.
    I,
    /// Predicted from pictures of the past.
    P,
    /// Predicted in both directions.
    B,
}

/// A point at which decoding may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Everything behind it decodes: IDR, BLA without RASL pictures, MPEG-2 with closed_gop.
    Closed,
    /// Pictures behind it that are shown before it may refer to what went before it: intra picture
    /// with recovery point, CRA, MPEG-2 I picture behind a sequence header without closed_gop.
    Open,
}

/// Whether a picture is shown before the entry point that precedes it in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leading {
    /// Not known to be. H.264 and MPEG-2 have no mark for it: there a picture leads an entry when
    /// its presentation time is the earlier one.
    Unmarked,
    /// HEVC RADL: decodes when decoding begins at the entry.
    Decodable,
    /// HEVC RASL: does not decode when decoding begins at the entry.
    Skipped,
}

/// How the lines of a picture are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureStructure {
    /// One coded frame.
    Frame,
    /// Two coded fields of opposite parity in one unit.
    FieldPair,
    /// One coded field whose other half is not there, or (HEVC) is a unit of its own.
    SingleField,
}

/// What the sequence headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoFacts {
    /// Profile and level, as the descriptors of a PMT want them.
    pub profile: VideoProfile,
    /// Width to be shown, in samples.
    pub width: u32,
    /// Height of the frame to be shown, in lines.
    pub height: u32,
    /// The time between two frames (between two fields of HEVC field sequences); `None` when the
    /// headers leave it to the time stamps.
    pub frame_duration: Option<FrameDuration>,
    /// Whether each frame lasts exactly that long.
    pub fixed_frame_rate: bool,
    /// Whether pictures may hold two fields of different times.
    pub interlaced: bool,
    /// Width to height of the picture as shown, in lowest terms, (16, 9) for example.
    pub display_aspect: Option<(u32, u32)>,
    /// The greatest number of frames that precede a frame in the stream and follow it on screen.
    pub reorder_frames: u8,
    /// transfer_characteristics when the headers tell it: 16 is PQ, 18 is HLG.
    pub transfer_characteristics: Option<u8>,
    /// The decoder's buffers.
    pub buffer: VideoBuffer,
}

impl VideoFacts {
    /// The codec.
    pub const fn codec(&self) -> Codec {
        match self.profile {
            VideoProfile::Avc { .. } => Codec::H264,
            VideoProfile::Hevc { .. } => Codec::Hevc,
            VideoProfile::Mpeg2 { .. } => Codec::Mpeg2Video,
        }
    }
}

/// Profile and level in the bytes that stand in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoProfile {
    /// The first three bytes of the SPS, which are the first three of AVC_video_descriptor.
    Avc {
        /// profile_idc.
        profile_idc: u8,
        /// constraint_set0_flag to constraint_set5_flag and two reserved bits.
        constraints: u8,
        /// level_idc: ten times the level.
        level_idc: u8,
    },
    /// The general part of profile_tier_level, which is the head of HEVC_video_descriptor.
    Hevc {
        /// general_profile_space to general_level_idc: 88 bits of profile and constraints, then
        /// the level, which is thirty times the level's number.
        profile_tier_level: [u8; 12],
        /// Whether the stream has temporal sub-layers.
        temporal_layers: bool,
    },
    /// Of the sequence extension.
    Mpeg2 {
        /// profile_and_level_indication: 0x48 is Main profile at Main level.
        profile_and_level: u8,
    },
}

/// The buffers that a decoder has for a video stream (ISO/IEC 13818-1 clauses 2.4.2.4, 2.14.3 and
/// 2.17.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoBuffer {
    /// Rx: the rate at which the transport buffer empties, in bit/s.
    pub transport_rate_bps: u64,
    /// MBS: the size of the multiplexing buffer, in bytes.
    pub multiplex_bytes: u64,
    /// Rbx: the greatest rate at which the multiplexing buffer empties, in bit/s.
    pub leak_rate_bps: u64,
    /// EBS: the size of the elementary stream buffer, cpb_size or vbv_buffer_size, in bytes.
    pub elementary_bytes: u64,
    /// The greatest rate of the elementary stream, in bit/s: of its hypothetical reference decoder
    /// or sequence header when stated, else of its level.
    pub coded_rate_bps: u64,
    /// Whether size and rate stand in the stream; when not, they are those of its level.
    pub stated: bool,
}

/// The bytes of an access unit delimiter NAL unit with its start code, which fits any picture.
/// Empty for a codec that has none.
///
/// DVB wants each H.264 and HEVC access unit to begin with one (ETSI TS 101 154).
pub const fn access_unit_delimiter(codec: Codec) -> &'static [u8] {
    match codec {
        // primary_pic_type 7: slices of any type (H.264 table 7-5).
        Codec::H264 => &[0, 0, 0, 1, 0x09, 0xf0],
        // pic_type 2: slices of any type (H.265 table 7-2).
        Codec::Hevc => &[0, 0, 0, 1, 0x46, 0x01, 0x50],
        _ => &[],
    }
}
