//! What a multiplex says about an audio stream, and the buffers a decoder has for it.

use super::{AudioBuffer, AudioFacts, AudioFormat};

/// Full range channels of the arrangement with a low frequency channel beside them.
const SURROUND_CHANNELS: u8 = 6;

impl AudioFacts {
    /// profile_and_level of AAC_descriptor and MPEG-4_audio_descriptor (ISO/IEC 13818-1 table
    /// 2-71): the lowest level that holds the stream. `None` when the stream is not AAC LC, with
    /// or without SBR, or no level holds it.
    ///
    /// SBR counts where the header announces it. ADTS never does, so a High-Efficiency stream
    /// there is given as AAC profile at its core rate.
    pub fn aac_profile_and_level(&self) -> Option<u8> {
        let (object_type, sbr_rate_hz, parametric_stereo) = match self.format {
            AudioFormat::Adts { object_type, .. } => (object_type, None, false),
            AudioFormat::Latm { object_type, sbr_rate_hz, parametric_stereo } => {
                (object_type, sbr_rate_hz, parametric_stereo)
            }
            _ => return None,
        };
        let channels = self.channels?;
        if object_type != 2 || channels > SURROUND_CHANNELS {
            return None;
        }
        let stereo = channels <= 2;
        let (first, rate_hz) = match sbr_rate_hz {
            None => (0x50, self.sample_rate_hz),
            // Version 2 of High-Efficiency AAC has parametric stereo.
            Some(rate_hz) if parametric_stereo => (0x60, rate_hz),
            Some(rate_hz) => (0x58, rate_hz),
        };
        let step = match (sbr_rate_hz.is_some(), stereo, rate_hz) {
            (_, _, 96_001..) => return None,
            // AAC levels 1, 2, 4 and 5.
            (false, true, ..=24_000) => 0,
            (false, true, ..=48_000) => 1,
            (false, false, ..=48_000) => 2,
            (false, _, _) => 3,
            // High-Efficiency levels 2, 3, 4 and 5.
            (true, true, ..=48_000) => 0,
            (true, true, _) => 1,
            (true, false, ..=48_000) => 2,
            (true, false, _) => 3,
        };
        Some(first + step)
    }

    /// component_type of AC-3_descriptor and enhanced_AC-3_descriptor (ETSI EN 300 468 table D.1);
    /// `None` when the stream is neither.
    pub fn ac3_component_type(&self) -> Option<u8> {
        const ENHANCED: u8 = 0x80;
        const FULL_SERVICE: u8 = 0x40;
        const MULTIPLE_SUBSTREAMS: u8 = 6;
        let (flags, acmod, dolby_surround) = match self.format {
            AudioFormat::Ac3 { bsmod, acmod, dolby_surround, .. } => {
                // Complete main and emergency services stand for themselves.
                let full = if matches!(bsmod, 0 | 6) { FULL_SERVICE } else { 0 };
                (full | bsmod << 3, acmod, dolby_surround)
            }
            AudioFormat::Eac3 { substreams: 1.., .. } => {
                return Some(ENHANCED | FULL_SERVICE | MULTIPLE_SUBSTREAMS);
            }
            AudioFormat::Eac3 { acmod, .. } => (ENHANCED | FULL_SERVICE, acmod, false),
            _ => return None,
        };
        let channels = match acmod {
            0 => 1,
            1 => 0,
            2 if dolby_surround => 3,
            2 => 2,
            _ => 4,
        };
        Some(flags | channels)
    }

    /// The buffers of a decoder for this stream (ISO/IEC 13818-1 clause 2.4.2.4; for AC-3 ETSI TS
    /// 101 154).
    pub fn buffer(&self) -> AudioBuffer {
        let (transport_rate_bps, main_bytes) = match (self.format, self.channels) {
            (AudioFormat::Ac3 { .. } | AudioFormat::Eac3 { .. }, _) => (2_000_000, 5_696),
            (AudioFormat::Adts { .. } | AudioFormat::Latm { .. }, Some(3..)) => (5_529_600, 8_976),
            _ => (2_000_000, 3_584),
        };
        AudioBuffer { transport_rate_bps, main_bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(format: AudioFormat, sample_rate_hz: u32, channels: u8) -> AudioFacts {
        let channels = Some(channels);
        AudioFacts { format, sample_rate_hz, channels, frame_samples: 1024, bit_rate_bps: 0 }
    }

    #[test]
    fn aac_levels_follow_rate_and_channels() {
        let lc = AudioFormat::Adts { object_type: 2, mpeg2: false };
        assert_eq!(facts(lc, 48_000, 2).aac_profile_and_level(), Some(0x51));
        assert_eq!(facts(lc, 24_000, 1).aac_profile_and_level(), Some(0x50));
        assert_eq!(facts(lc, 44_100, 6).aac_profile_and_level(), Some(0x52));
        let he = |parametric_stereo| AudioFormat::Latm {
            object_type: 2,
            sbr_rate_hz: Some(48_000),
            parametric_stereo,
        };
        assert_eq!(facts(he(false), 24_000, 2).aac_profile_and_level(), Some(0x58));
        assert_eq!(facts(he(true), 24_000, 1).aac_profile_and_level(), Some(0x60));
        assert_eq!(facts(he(false), 24_000, 6).aac_profile_and_level(), Some(0x5a));
    }

    #[test]
    fn ac3_component_types_follow_service_and_channels() {
        let ac3 = |acmod| AudioFormat::Ac3 { bsid: 8, bsmod: 0, acmod, dolby_surround: false };
        assert_eq!(facts(ac3(2), 48_000, 2).ac3_component_type(), Some(0x42));
        assert_eq!(facts(ac3(7), 48_000, 6).ac3_component_type(), Some(0x44));
        let enhanced = AudioFormat::Eac3 { bsid: 16, acmod: 7, substreams: 0 };
        assert_eq!(facts(enhanced, 48_000, 6).ac3_component_type(), Some(0xc4));
    }

    #[test]
    fn more_channels_of_aac_have_more_buffer() {
        let lc = AudioFormat::Adts { object_type: 2, mpeg2: false };
        assert_eq!(facts(lc, 48_000, 2).buffer().main_bytes, 3_584);
        assert_eq!(facts(lc, 48_000, 6).buffer().main_bytes, 8_976);
    }
}
