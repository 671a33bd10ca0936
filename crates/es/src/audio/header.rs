//! The header readers of the audio codecs, as one.

use super::{AudioFacts, ac3, adts, eac3, latm, mpeg};
use crate::{Codec, HeaderError};

/// What stands at a place in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probe {
    /// Too few bytes to tell.
    Short,
    /// No header.
    Bad,
    /// What may be a frame; not all its bytes need be there.
    Frame(Header),
}

/// What the search for frames needs of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of the frame, header included; never zero.
    pub(super) bytes: usize,
    /// Fields that stay the same from frame to frame of a stream, sampling rate foremost.
    pub(super) key: u32,
}

/// The reader of one codec.
#[derive(Clone, Debug)]
pub(super) enum Headers {
    Adts,
    Latm(Option<latm::StreamMuxConfig>),
    Mpeg,
    Ac3,
    Eac3,
}

impl Headers {
    /// The reader of a codec; `None` when it is not audio.
    pub(super) fn new(codec: Codec) -> Option<Headers> {
        match codec {
            Codec::AacAdts => Some(Headers::Adts),
            Codec::AacLatm => Some(Headers::Latm(None)),
            Codec::MpegAudio => Some(Headers::Mpeg),
            Codec::Ac3 => Some(Headers::Ac3),
            Codec::Eac3 => Some(Headers::Eac3),
            Codec::H264 | Codec::Hevc | Codec::Mpeg2Video | Codec::DvbSubtitles => None,
        }
    }

    /// Looks for a header at the first of these bytes; at the end of a stream no more will come.
    pub(super) fn probe(&self, bytes: &[u8], at_end: bool) -> Probe {
        match self {
            Headers::Adts => adts::probe(bytes),
            Headers::Latm(_) => latm::probe(bytes),
            Headers::Mpeg => mpeg::probe(bytes),
            Headers::Ac3 => ac3::probe(bytes),
            Headers::Eac3 => eac3::probe(bytes, at_end),
        }
    }

    /// Reads the header of a whole frame that a probe has found.
    pub(super) fn read(&mut self, frame: &[u8]) -> Result<AudioFacts, HeaderError> {
        match self {
            Headers::Adts => adts::read(frame),
            Headers::Latm(config) => latm::read(frame, config),
            Headers::Mpeg => mpeg::read(frame),
            Headers::Ac3 => ac3::read(frame),
            Headers::Eac3 => eac3::read(frame),
        }
    }
}

/// What a parsed header or its fault means for the search: a fault in bytes that are all there is
/// no header, and one for lack of bytes may be mended.
pub(super) fn probe_of(parsed: Result<Header, HeaderError>) -> Probe {
    match parsed {
        Ok(header) => Probe::Frame(header),
        Err(HeaderError::Truncated { .. }) => Probe::Short,
        Err(_) => Probe::Bad,
    }
}

/// The bit rate of frames of this length, in bit/s.
pub(super) fn rate_of_length(bytes: usize, samples: u32, sample_rate_hz: u32) -> u32 {
    let bits = bytes as u64 * 8 * u64::from(sample_rate_hz);
    u32::try_from(bits / u64::from(samples.max(1))).unwrap_or(u32::MAX)
}
