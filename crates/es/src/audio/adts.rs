//! ADTS frames (ISO/IEC 13818-7 clause 6.2, ISO/IEC 14496-3 clause 1.A.2).

use super::header::{Header, Probe, probe_of, rate_of_length};
use super::{AudioFacts, AudioFormat};
use crate::HeaderError;
use crate::bits::BitReader;

/// Sampling rates by sampling_frequency_index (ISO/IEC 14496-3 table 1.16).
pub(super) const SAMPLE_RATES_HZ: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
];

/// Samples of one raw data block.
const BLOCK_SAMPLES: u32 = 1024;
/// Bytes of the header, and of the CRC that may follow it.
const HEADER_BYTES: usize = 7;
const CRC_BYTES: usize = 2;

/// The fixed and the variable header.
struct AdtsHeader {
    mpeg2: bool,
    object_type: u8,
    rate_index: u8,
    channel_configuration: u8,
    frame_bytes: usize,
    blocks: u32,
}

/// Looks for a header at the first byte.
pub(super) fn probe(bytes: &[u8]) -> Probe {
    probe_of(AdtsHeader::parse(bytes).map(|header| Header {
        bytes: header.frame_bytes,
        key: u32::from(header.rate_index) << 3 | u32::from(header.object_type),
    }))
}

/// Reads the header of a frame.
pub(super) fn read(frame: &[u8]) -> Result<AudioFacts, HeaderError> {
    let header = AdtsHeader::parse(frame)?;
    let sample_rate_hz = SAMPLE_RATES_HZ[usize::from(header.rate_index)];
    let frame_samples = BLOCK_SAMPLES * header.blocks;
    Ok(AudioFacts {
        format: AudioFormat::Adts { object_type: header.object_type, mpeg2: header.mpeg2 },
        sample_rate_hz,
        channels: channels_of(header.channel_configuration),
        frame_samples,
        bit_rate_bps: rate_of_length(header.frame_bytes, frame_samples, sample_rate_hz),
    })
}

/// Channels by channel_configuration (ISO/IEC 14496-3 table 1.19); `None` when the payload tells.
pub(super) fn channels_of(configuration: u8) -> Option<u8> {
    match configuration {
        1..=6 => Some(configuration),
        7 | 12 | 14 => Some(8),
        11 => Some(7),
        _ => None,
    }
}

impl AdtsHeader {
    fn parse(bytes: &[u8]) -> Result<AdtsHeader, HeaderError> {
        let mut r = BitReader::new(bytes, "ADTS header");
        let sync = r.bits(12)?;
        if sync != 0xfff {
            return Err(r.forbidden("syncword", u64::from(sync)));
        }
        let mpeg2 = r.flag()?;
        let layer = r.byte(2)?;
        if layer != 0 {
            return Err(r.forbidden("layer", u64::from(layer)));
        }
        let has_crc = !r.flag()?;
        let object_type = r.byte(2)? + 1;
        let rate_index = r.byte(4)?;
        if usize::from(rate_index) >= SAMPLE_RATES_HZ.len() {
            return Err(r.forbidden("sampling_frequency_index", u64::from(rate_index)));
        }
        r.skip(1)?; // private_bit
        let channel_configuration = r.byte(3)?;
        r.skip(4)?; // original/copy, home, copyright identification
        let frame_bytes = r.bits(13)? as usize;
        if frame_bytes < HEADER_BYTES + if has_crc { CRC_BYTES } else { 0 } {
            return Err(r.forbidden("aac_frame_length", frame_bytes as u64));
        }
        r.skip(11)?; // adts_buffer_fullness
        let blocks = r.bits(2)? + 1;
        let header = AdtsHeader {
            mpeg2,
            object_type,
            rate_index,
            channel_configuration,
            frame_bytes,
            blocks,
        };
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_header_is_read() {
        // AAC LC, 44.1 kHz, stereo, 371 bytes: the example of many a primer on ADTS.
        let facts = read(&[0xff, 0xf1, 0x50, 0x80, 0x2e, 0x7f, 0xfc]).unwrap();
        assert_eq!(facts.format, AudioFormat::Adts { object_type: 2, mpeg2: false });
        assert_eq!(
            (facts.sample_rate_hz, facts.channels, facts.frame_samples),
            (44_100, Some(2), 1024)
        );
        assert_eq!(facts.bit_rate_bps, 371 * 8 * 44_100 / 1024);
        let duration = facts.frame_duration();
        assert_eq!((duration.numerator(), duration.denominator()), (30_720_000, 49));
    }

    #[test]
    fn a_length_below_its_own_header_is_refused() {
        assert_eq!(probe(&[0xff, 0xf0, 0x50, 0x80, 0x01, 0x1f, 0xfc]), Probe::Bad);
        assert_eq!(probe(&[0xff, 0xf1]), Probe::Short);
    }
}
