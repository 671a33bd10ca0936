//! The types of an index: what an asset is, stream by stream and access unit by access unit.

use es::{AudioFacts, Codec, FrameDuration, SubtitleFacts, VideoFacts};
use ts::Span;

/// Packets in one page of an asset file; the last page may be shorter.
pub const PAGE_PACKETS: u32 = 1024;
/// What is added to an asset time to give the time stamp in the asset file, so that the stamps of
/// reordered pictures before asset zero stay positive.
pub const FILE_TIME_OFFSET: Span = Span::from_seconds(10);

/// An ISO 639-2 language code: three lower-case letters, `und` when it is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language([u8; 3]);

impl Language {
    /// The code for a language that is not known.
    pub const UNDETERMINED: Language = Language(*b"und");

    /// The language of a code of three ASCII letters; upper case is folded. `None` for anything
    /// else.
    pub fn new(code: [u8; 3]) -> Option<Language> {
        code.iter()
            .all(u8::is_ascii_alphabetic)
            .then(|| Language(code.map(|b| b.to_ascii_lowercase())))
    }

    /// The three letters.
    pub const fn code(self) -> [u8; 3] {
        self.0
    }
}

impl core::fmt::Display for Language {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(core::str::from_utf8(&self.0).unwrap_or("und"))
    }
}

/// The decoder's buffers for a stream, as far as delivery must know them (ISO/IEC 13818-1
/// clause 2.4.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferModel {
    /// Rx, the rate in bit/s at which the transport buffer empties.
    pub transport_rate_bps: u64,
    /// What may be used as one buffer behind the transport buffer, in bytes: EB of video, B of
    /// audio.
    pub main_bytes: u32,
    /// The longest that a byte may stay in the decoder before its access unit is decoded.
    pub residence_max: Span,
}

/// What the headers of a stream say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facts {
    /// The first sequence header of a video stream.
    Video(VideoFacts),
    /// The first frame header of an audio stream.
    Audio(AudioFacts),
    /// The pages of a stream of subtitles.
    Subtitles(SubtitleFacts),
}

impl Facts {
    /// The codec.
    pub const fn codec(&self) -> Codec {
        match self {
            Facts::Video(facts) => facts.codec(),
            Facts::Audio(facts) => facts.codec(),
            Facts::Subtitles(facts) => facts.codec(),
        }
    }

    /// Whether the stream carries pictures.
    pub const fn is_video(&self) -> bool {
        matches!(self, Facts::Video(_))
    }

    /// Whether the stream carries sound.
    pub const fn is_audio(&self) -> bool {
        matches!(self, Facts::Audio(_))
    }
}

/// What is true of a whole stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamFormat {
    /// The codec and what its headers say.
    pub facts: Facts,
    /// The language that is spoken, or that subtitles are in first; undetermined for video.
    pub language: Language,
    /// How long one frame is presented; of subtitles, which stay until others come, the finest step
    /// between two.
    pub frame_duration: FrameDuration,
    /// First PTS minus first DTS.
    pub reorder: Span,
    /// The decoder's buffers.
    pub buffer: BufferModel,
}

/// One access unit: a picture, an audio frame or a display set of subtitles in a PES packet of its
/// own, which is a run of consecutive packets of the asset file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessUnit {
    /// Where in the file its first packet is.
    pub first_packet: u32,
    /// Packets of the run, at least one.
    pub packets: u16,
    /// Bytes of PES payload.
    pub bytes: u32,
    /// When it is presented, from asset zero.
    pub pts: Span,
    /// When it is decoded, from asset zero; never after its PTS.
    pub dts: Span,
    /// Whether a decoder can start here.
    pub random_access: bool,
}

/// One elementary stream of an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamIndex {
    /// What is true of the whole stream.
    pub format: StreamFormat,
    /// The access units in decoding order. The first one of video is a random access point.
    pub units: Vec<AccessUnit>,
    /// Packets of the stream before unit `i`; one entry more than there are units.
    pub packets_before: Vec<u32>,
}

impl StreamIndex {
    /// The index of a stream.
    pub fn new(format: StreamFormat, units: Vec<AccessUnit>) -> StreamIndex {
        let mut packets_before = Vec::with_capacity(units.len() + 1);
        let mut total = 0u32;
        packets_before.push(0);
        for unit in &units {
            total = total.saturating_add(u32::from(unit.packets));
            packets_before.push(total);
        }
        StreamIndex { format, units, packets_before }
    }

    /// Packets of the stream in the file.
    pub fn packets(&self) -> u32 {
        self.packets_before.last().copied().unwrap_or(0)
    }

    fn summary(&self) -> StreamSummary {
        StreamSummary {
            format: self.format,
            units: self.units.len() as u32,
            packets: self.packets(),
            bytes: self.units.iter().map(|u| u64::from(u.bytes)).sum(),
        }
    }
}

/// Everything the library knows of an asset.
///
/// Asset zero is the PTS of the first presented picture, or of the first audio frame when there is
/// no video. Subtitles alone are no asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetIndex {
    /// BLAKE3 of the asset file.
    pub digest: [u8; 32],
    /// Packets in the asset file.
    pub packets: u32,
    /// From asset zero to the end of the last presented picture (audio frame).
    pub duration: Span,
    /// The elementary streams; video, if any, is the first, subtitles are the last.
    pub streams: Vec<StreamIndex>,
    /// The CRC-32 (IEEE 802.3) of each page of [`PAGE_PACKETS`] packets.
    pub page_crcs: Vec<u32>,
}

impl AssetIndex {
    /// The part that a catalogue shows.
    pub fn summary(&self) -> AssetSummary {
        AssetSummary {
            digest: self.digest,
            packets: self.packets,
            duration: self.duration,
            streams: self.streams.iter().map(StreamIndex::summary).collect(),
        }
    }
}

/// What a catalogue shows of an asset: a few hundred bytes that stand first in its index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetSummary {
    /// BLAKE3 of the asset file.
    pub digest: [u8; 32],
    /// Packets in the asset file.
    pub packets: u32,
    /// From asset zero to the end of the last presented picture (audio frame).
    pub duration: Span,
    /// The elementary streams; video, if any, is the first, subtitles are the last.
    pub streams: Vec<StreamSummary>,
}

/// What a catalogue shows of one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSummary {
    /// What is true of the whole stream.
    pub format: StreamFormat,
    /// How many access units there are.
    pub units: u32,
    /// Packets of the stream in the file.
    pub packets: u32,
    /// Bytes of PES payload in all units.
    pub bytes: u64,
}

impl AssetSummary {
    /// Bytes of the asset file.
    pub const fn file_bytes(&self) -> u64 {
        self.packets as u64 * ts::PACKET_SIZE as u64
    }

    /// Pages of the asset file.
    pub const fn pages(&self) -> u32 {
        self.packets.div_ceil(PAGE_PACKETS)
    }
}
