//! Audio: frames and their headers.

mod ac3;
mod adts;
mod eac3;
mod header;
mod latm;
mod mpeg;
mod signalling;
mod splitter;

use crate::{Codec, FrameDuration};

pub use splitter::AudioSplitter;

/// One audio frame as it stands in the stream: the least that can be decoded and timed alone.
///
/// It is an ADTS frame, an AudioSyncStream element, an MPEG audio frame, an AC-3 syncframe, or an
/// E-AC-3 syncframe of substream 0 with those of the other substreams of the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioFrame {
    /// Where the frame begins, in bytes from the first byte given to the splitter.
    pub offset: u64,
    /// The bytes that were skipped between the frame before and this one; zero in a sound stream.
    pub skipped_before: u64,
    /// The bytes of the frame, header included.
    pub bytes: Vec<u8>,
    /// What its header says.
    pub facts: AudioFacts,
}

/// What the header of an audio frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioFacts {
    /// The fields of the codec.
    pub format: AudioFormat,
    /// Sampling rate of the coded signal in Hz; with SBR the decoder gives twice that.
    pub sample_rate_hz: u32,
    /// Channels of the coded signal, LFE counted; `None` when the header leaves it to the payload.
    pub channels: Option<u8>,
    /// Samples per channel in the frame, at [`sample_rate_hz`](AudioFacts::sample_rate_hz).
    pub frame_samples: u32,
    /// Bit rate in bit/s: the nominal one where the header has it, else that of this frame's
    /// length, which differs from frame to frame.
    pub bit_rate_bps: u32,
}

impl AudioFacts {
    /// The codec.
    pub const fn codec(&self) -> Codec {
        match self.format {
            AudioFormat::Adts { .. } => Codec::AacAdts,
            AudioFormat::Latm { .. } => Codec::AacLatm,
            AudioFormat::Mpeg { .. } => Codec::MpegAudio,
            AudioFormat::Ac3 { .. } => Codec::Ac3,
            AudioFormat::Eac3 { .. } => Codec::Eac3,
        }
    }

    /// The stream_type by which a PMT announces the stream.
    pub const fn stream_type(&self) -> u8 {
        match self.format {
            AudioFormat::Mpeg { half_rate: true, .. } => 0x04,
            _ => self.codec().stream_type(),
        }
    }

    /// The time that the frame lasts.
    ///
    /// # Panics
    /// When samples or rate are zero, which no splitter gives.
    pub fn frame_duration(&self) -> FrameDuration {
        FrameDuration::from_seconds(self.frame_samples, self.sample_rate_hz)
            .expect("a splitter gives no frame without samples or rate")
    }
}

/// The fields of an audio header that belong to one codec alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudioFormat {
    /// AAC in ADTS.
    Adts {
        /// MPEG-4 audio object type: 1 Main, 2 LC, 3 SSR, 4 LTP. High-Efficiency AAC says 2 here,
        /// as SBR is found in the payload only.
        object_type: u8,
        /// Whether the frame calls itself MPEG-2 AAC (ID is 1).
        mpeg2: bool,
    },
    /// AAC in LATM.
    Latm {
        /// MPEG-4 audio object type of the core: 2 is LC.
        object_type: u8,
        /// Sampling rate behind SBR in Hz, when SBR is announced.
        sbr_rate_hz: Option<u32>,
        /// Whether parametric stereo is announced.
        parametric_stereo: bool,
    },
    /// MPEG audio.
    Mpeg {
        /// 1, 2 or 3.
        layer: u8,
        /// Whether the sampling rate is one of the halved rates of ISO/IEC 13818-3.
        half_rate: bool,
    },
    /// AC-3.
    Ac3 {
        /// bsid: 8 or less, 9 and 10 at halved rates.
        bsid: u8,
        /// bsmod: the kind of service, 0 is main audio.
        bsmod: u8,
        /// acmod: the channel arrangement.
        acmod: u8,
        /// Whether the stereo signal says that it is Dolby Surround encoded.
        dolby_surround: bool,
    },
    /// Enhanced AC-3.
    Eac3 {
        /// bsid: 11 to 16.
        bsid: u8,
        /// acmod of independent substream 0.
        acmod: u8,
        /// How many syncframes of further substreams belong to the frame.
        substreams: u8,
    },
}

/// The buffers that a decoder has for an audio stream (ISO/IEC 13818-1 clause 2.4.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioBuffer {
    /// Rx: the rate at which the transport buffer empties, in bit/s.
    pub transport_rate_bps: u64,
    /// BS: the size of the main buffer, in bytes.
    pub main_bytes: u64,
}
