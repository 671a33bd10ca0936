//! LATM elements in LOAS framing (ISO/IEC 14496-3 clauses 1.7.2 and 1.7.3).

use super::adts::{SAMPLE_RATES_HZ, channels_of};
use super::header::{Header, Probe, probe_of, rate_of_length};
use super::{AudioFacts, AudioFormat};
use crate::HeaderError;
use crate::bits::BitReader;

/// Bytes of the framing: sync word and audioMuxLengthBytes.
const FRAMING_BYTES: usize = 3;
/// audioObjectType of spectral band replication and of parametric stereo.
const SBR: u8 = 5;
const PARAMETRIC_STEREO: u8 = 29;

/// What StreamMuxConfig says of the first layer of the first programme, which is the only one in
/// broadcasting (ETSI TS 101 154).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StreamMuxConfig {
    /// Frames in an element.
    sub_frames: u32,
    audio: AudioSpecificConfig,
}

/// AudioSpecificConfig (clause 1.6.2.1) for AAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct AudioSpecificConfig {
    object_type: u8,
    sample_rate_hz: u32,
    channels: Option<u8>,
    sbr_rate_hz: Option<u32>,
    parametric_stereo: bool,
    frame_samples: u32,
}

/// Looks for the framing of an element at the first byte.
pub(super) fn probe(bytes: &[u8]) -> Probe {
    let mut r = BitReader::new(bytes, "AudioSyncStream");
    let mut parse = || {
        let sync = r.bits(11)?;
        if sync != 0x2b7 {
            return Err(r.forbidden("syncword", u64::from(sync)));
        }
        match r.bits(13)? as usize {
            0 => Err(r.forbidden("audioMuxLengthBytes", 0)),
            length => Ok(Header { bytes: FRAMING_BYTES + length, key: 0 }),
        }
    };
    probe_of(parse())
}

/// Reads an element, and into `config` the configuration that it brings.
pub(super) fn read(
    frame: &[u8],
    config: &mut Option<StreamMuxConfig>,
) -> Result<AudioFacts, HeaderError> {
    const STRUCTURE: &str = "AudioMuxElement";
    let mut r = BitReader::new(frame.get(FRAMING_BYTES..).unwrap_or(&[]), STRUCTURE);
    let use_same_stream_mux = r.flag()?;
    if !use_same_stream_mux {
        *config = Some(StreamMuxConfig::parse(&mut r)?);
    }
    let missing = HeaderError::MissingParameterSet { structure: STRUCTURE, id: 0 };
    let StreamMuxConfig { sub_frames, audio } = config.ok_or(missing)?;
    let frame_samples = sub_frames * audio.frame_samples;
    Ok(AudioFacts {
        format: AudioFormat::Latm {
            object_type: audio.object_type,
            sbr_rate_hz: audio.sbr_rate_hz,
            parametric_stereo: audio.parametric_stereo,
        },
        sample_rate_hz: audio.sample_rate_hz,
        channels: audio.channels,
        frame_samples,
        bit_rate_bps: rate_of_length(frame.len(), frame_samples, audio.sample_rate_hz),
    })
}

impl StreamMuxConfig {
    /// Reads the configuration as far as the AudioSpecificConfig of the first layer.
    fn parse(r: &mut BitReader<'_>) -> Result<StreamMuxConfig, HeaderError> {
        let version_1 = r.flag()?;
        if version_1 && r.flag()? {
            return Err(r.forbidden("audioMuxVersionA", 1));
        }
        if version_1 {
            skip_value(r)?; // taraBufferFullness
        }
        r.skip(1)?; // allStreamsSameTimeFraming
        let sub_frames = r.bits(6)? + 1;
        r.skip(4 + 3)?; // numProgram, numLayer
        if version_1 {
            skip_value(r)?; // ascLen
        }
        Ok(StreamMuxConfig { sub_frames, audio: AudioSpecificConfig::parse(r)? })
    }
}

impl AudioSpecificConfig {
    fn parse(r: &mut BitReader<'_>) -> Result<AudioSpecificConfig, HeaderError> {
        let announced = read_object_type(r)?;
        let sample_rate_hz = read_sample_rate(r)?;
        let channels = channels_of(r.byte(4)?);
        let extended = matches!(announced, SBR | PARAMETRIC_STEREO);
        let (object_type, sbr_rate_hz) = if extended {
            let rate_hz = read_sample_rate(r)?;
            (read_object_type(r)?, Some(rate_hz))
        } else {
            (announced, None)
        };
        // The types of AAC whose configuration is GASpecificConfig (clause 4.4.1).
        if !matches!(object_type, 1..=4) {
            return Err(r.forbidden("audioObjectType", u64::from(object_type)));
        }
        let frame_samples = if r.flag()? { 960 } else { 1024 };
        Ok(AudioSpecificConfig {
            object_type,
            sample_rate_hz,
            channels,
            sbr_rate_hz,
            parametric_stereo: announced == PARAMETRIC_STEREO,
            frame_samples,
        })
    }
}

/// Reads GetAudioObjectType.
fn read_object_type(r: &mut BitReader<'_>) -> Result<u8, HeaderError> {
    const ESCAPE: u8 = 31;
    match r.byte(5)? {
        ESCAPE => Ok(32 + r.byte(6)?),
        object_type => Ok(object_type),
    }
}

/// Reads samplingFrequencyIndex, or the frequency itself.
fn read_sample_rate(r: &mut BitReader<'_>) -> Result<u32, HeaderError> {
    const EXPLICIT: u8 = 15;
    let index = r.byte(4)?;
    let rate_hz = match SAMPLE_RATES_HZ.get(usize::from(index)) {
        Some(rate_hz) => *rate_hz,
        None if index == EXPLICIT => r.bits(24)?,
        None => 0,
    };
    if rate_hz == 0 {
        return Err(r.forbidden("samplingFrequencyIndex", u64::from(index)));
    }
    Ok(rate_hz)
}

/// Passes over LatmGetValue.
fn skip_value(r: &mut BitReader<'_>) -> Result<(), HeaderError> {
    let bytes = r.bits(2)? as usize + 1;
    r.skip(bytes * 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config_of(bytes: &[u8]) -> AudioSpecificConfig {
        let config = StreamMuxConfig::parse(&mut BitReader::new(bytes, "test")).unwrap();
        assert_eq!(config.sub_frames, 1);
        config.audio
    }

    #[test]
    fn the_configurations_of_rfc_6416_are_read() {
        let lc = config_of(&[0x40, 0x00, 0x26, 0x20, 0x3f, 0xc0]);
        assert_eq!((lc.object_type, lc.sample_rate_hz, lc.channels), (2, 24_000, Some(2)));
        assert_eq!((lc.sbr_rate_hz, lc.frame_samples), (None, 1024));
        let he = config_of(&[0x40, 0x00, 0x56, 0x23, 0x10, 0x1f, 0xe0]);
        assert_eq!((he.object_type, he.sample_rate_hz, he.channels), (2, 24_000, Some(2)));
        assert_eq!((he.sbr_rate_hz, he.parametric_stereo), (Some(48_000), false));
        let he2 = config_of(&[0x40, 0x01, 0xd6, 0x13, 0x10, 0x1f, 0xe0]);
        assert_eq!((he2.object_type, he2.sample_rate_hz, he2.channels), (2, 24_000, Some(1)));
        assert_eq!((he2.sbr_rate_hz, he2.parametric_stereo), (Some(48_000), true));
    }

    #[test]
    fn an_element_without_configuration_waits_for_one() {
        let element = [0x56, 0xe0, 0x02, 0x80, 0x00];
        let mut config = None;
        assert!(matches!(
            read(&element, &mut config),
            Err(HeaderError::MissingParameterSet { .. })
        ));
        config =
            StreamMuxConfig::parse(&mut BitReader::new(&[0x40, 0, 0x26, 0x20, 0x3f, 0xc0], "test"))
                .ok();
        assert_eq!(read(&element, &mut config).unwrap().sample_rate_hz, 24_000);
    }
}
