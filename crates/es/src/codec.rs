//! The codecs that the platform carries.

use core::fmt;

/// A codec of an elementary stream, with the framing it has in a transport stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Codec {
    /// ITU-T H.264, ISO/IEC 14496-10, byte stream format of annex B.
    H264,
    /// ITU-T H.265, ISO/IEC 23008-2, byte stream format of annex B.
    Hevc,
    /// ITU-T H.262, ISO/IEC 13818-2.
    Mpeg2Video,
    /// AAC in ADTS frames, ISO/IEC 13818-7 clause 6.2.
    AacAdts,
    /// AAC in LATM multiplex elements with LOAS framing, ISO/IEC 14496-3 clause 1.7.
    AacLatm,
    /// MPEG audio layers I to III, ISO/IEC 11172-3 and 13818-3.
    MpegAudio,
    /// AC-3, ETSI TS 102 366.
    Ac3,
    /// Enhanced AC-3, ETSI TS 102 366 annex E.
    Eac3,
    /// DVB subtitles, ETSI EN 300 743.
    DvbSubtitles,
}

impl Codec {
    /// Every codec, in the order of this type.
    pub const ALL: [Codec; 9] = [
        Codec::H264,
        Codec::Hevc,
        Codec::Mpeg2Video,
        Codec::AacAdts,
        Codec::AacLatm,
        Codec::MpegAudio,
        Codec::Ac3,
        Codec::Eac3,
        Codec::DvbSubtitles,
    ];

    /// Whether the codec carries pictures.
    pub const fn is_video(self) -> bool {
        matches!(self, Codec::H264 | Codec::Hevc | Codec::Mpeg2Video)
    }

    /// Whether the codec carries sound.
    pub const fn is_audio(self) -> bool {
        !self.is_video() && !matches!(self, Codec::DvbSubtitles)
    }

    /// The stream_type by which a PMT announces the codec (ISO/IEC 13818-1 table 2-34).
    ///
    /// MPEG audio at the halved sampling rates of MPEG-2 is announced as 0x04, which only its
    /// headers tell: [`AudioFacts::stream_type`](crate::AudioFacts::stream_type) does so.
    pub const fn stream_type(self) -> u8 {
        match self {
            Codec::H264 => 0x1b,
            Codec::Hevc => 0x24,
            Codec::Mpeg2Video => 0x02,
            Codec::AacAdts => 0x0f,
            Codec::AacLatm => 0x11,
            Codec::MpegAudio => 0x03,
            Codec::Ac3 | Codec::Eac3 | Codec::DvbSubtitles => 0x06,
        }
    }

    /// The codec that a stream_type names; `None` for those of private data, 0x06 among them, whose
    /// codec stands in a descriptor.
    pub const fn from_stream_type(stream_type: u8) -> Option<Codec> {
        match stream_type {
            0x02 => Some(Codec::Mpeg2Video),
            0x03 | 0x04 => Some(Codec::MpegAudio),
            0x0f => Some(Codec::AacAdts),
            0x11 => Some(Codec::AacLatm),
            0x1b => Some(Codec::H264),
            0x24 => Some(Codec::Hevc),
            _ => None,
        }
    }

    /// The name that people know the codec by.
    pub const fn name(self) -> &'static str {
        match self {
            Codec::H264 => "H.264",
            Codec::Hevc => "HEVC",
            Codec::Mpeg2Video => "MPEG-2 video",
            Codec::AacAdts => "AAC (ADTS)",
            Codec::AacLatm => "AAC (LATM)",
            Codec::MpegAudio => "MPEG audio",
            Codec::Ac3 => "AC-3",
            Codec::Eac3 => "E-AC-3",
            Codec::DvbSubtitles => "DVB subtitles",
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Codec;

    #[test]
    fn a_stream_type_of_its_own_names_its_codec() {
        for codec in Codec::ALL {
            let named = Codec::from_stream_type(codec.stream_type());
            let private = codec.stream_type() == 0x06;
            assert_eq!(named, (!private).then_some(codec));
        }
    }
}
