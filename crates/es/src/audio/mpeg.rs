//! MPEG audio frames (ISO/IEC 11172-3 clause 2.4.1.3, ISO/IEC 13818-3 clause 2.4.2.3).

use super::header::{Header, Probe, probe_of};
use super::{AudioFacts, AudioFormat};
use crate::HeaderError;
use crate::bits::BitReader;

/// Bit rates in kbit/s by bitrate_index 1 to 14: layers I, II and III of MPEG-1.
const FULL_RATES_KBPS: [[u32; 14]; 3] = [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
];
/// The same for MPEG-2: layer I, then layers II and III.
const HALF_RATES_KBPS: [[u32; 14]; 2] = [
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
/// Sampling rates of MPEG-1 by sampling_frequency; MPEG-2 halves them.
const SAMPLE_RATES_HZ: [u32; 3] = [44_100, 48_000, 32_000];
/// mode of a single channel.
const SINGLE_CHANNEL: u8 = 3;

/// The header of 32 bits.
struct MpegHeader {
    layer: u8,
    half_rate: bool,
    bit_rate_bps: u32,
    sample_rate_hz: u32,
    padding: u32,
    mode: u8,
}

/// Looks for a header at the first byte.
pub(super) fn probe(bytes: &[u8]) -> Probe {
    probe_of(MpegHeader::parse(bytes).map(|header| Header {
        bytes: header.frame_bytes(),
        key: header.sample_rate_hz << 2 | u32::from(header.layer),
    }))
}

/// Reads the header of a frame.
pub(super) fn read(frame: &[u8]) -> Result<AudioFacts, HeaderError> {
    let header = MpegHeader::parse(frame)?;
    Ok(AudioFacts {
        format: AudioFormat::Mpeg { layer: header.layer, half_rate: header.half_rate },
        sample_rate_hz: header.sample_rate_hz,
        channels: Some(if header.mode == SINGLE_CHANNEL { 1 } else { 2 }),
        frame_samples: header.samples(),
        bit_rate_bps: header.bit_rate_bps,
    })
}

impl MpegHeader {
    fn parse(bytes: &[u8]) -> Result<MpegHeader, HeaderError> {
        let mut r = BitReader::new(bytes, "MPEG audio header");
        let sync = r.bits(12)?;
        if sync != 0xfff {
            return Err(r.forbidden("syncword", u64::from(sync)));
        }
        let half_rate = !r.flag()?;
        let layer = match r.byte(2)? {
            0 => return Err(r.forbidden("layer", 0)),
            code => 4 - code,
        };
        r.skip(1)?; // protection_bit
        let index = r.bits(4)?;
        // Index 0 is free format, whose frames do not tell their length.
        let rates = match (half_rate, layer) {
            (false, _) => FULL_RATES_KBPS[usize::from(layer) - 1],
            (true, 1) => HALF_RATES_KBPS[0],
            (true, _) => HALF_RATES_KBPS[1],
        };
        let bit_rate_bps = 1000
            * rates
                .get((index as usize).wrapping_sub(1))
                .ok_or_else(|| r.forbidden("bitrate_index", u64::from(index)))?;
        let frequency = r.bits(2)?;
        let full_rate_hz = SAMPLE_RATES_HZ
            .get(frequency as usize)
            .ok_or_else(|| r.forbidden("sampling_frequency", u64::from(frequency)))?;
        let sample_rate_hz = if half_rate { full_rate_hz / 2 } else { *full_rate_hz };
        let padding = r.bits(1)?;
        r.skip(1)?; // private_bit
        let mode = r.byte(2)?;
        Ok(MpegHeader { layer, half_rate, bit_rate_bps, sample_rate_hz, padding, mode })
    }

    fn samples(&self) -> u32 {
        match (self.layer, self.half_rate) {
            (1, _) => 384,
            (3, true) => 576,
            _ => 1152,
        }
    }

    /// Length of the frame: slots of four bytes in layer I, of one byte in the others.
    fn frame_bytes(&self) -> usize {
        let slot_bytes = if self.layer == 1 { 4 } else { 1 };
        let slots = self.samples() / 8 / slot_bytes * self.bit_rate_bps / self.sample_rate_hz;
        ((slots + self.padding) * slot_bytes) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(header: [u8; 4]) -> Option<usize> {
        if let Probe::Frame(found) = probe(&header) { Some(found.bytes) } else { None }
    }

    #[test]
    fn frames_have_their_published_lengths() {
        // Layer III, 128 kbit/s, 44.1 kHz: 417 bytes, 418 with padding.
        assert_eq!(length([0xff, 0xfb, 0x90, 0x00]), Some(417));
        assert_eq!(length([0xff, 0xfb, 0x92, 0x00]), Some(418));
        // Layer II, 192 kbit/s, 48 kHz: 576 bytes.
        assert_eq!(length([0xff, 0xfd, 0xa4, 0x00]), Some(576));
        // Layer I, 384 kbit/s, 48 kHz: 384 bytes.
        assert_eq!(length([0xff, 0xff, 0xc4, 0x00]), Some(384));
        // MPEG-2 layer III, 64 kbit/s, 24 kHz: 192 bytes.
        assert_eq!(length([0xff, 0xf3, 0x84, 0x00]), Some(192));
        // MPEG-2 layer II, 64 kbit/s, 24 kHz: 384 bytes.
        assert_eq!(length([0xff, 0xf5, 0x84, 0x00]), Some(384));
    }

    #[test]
    fn halved_rates_have_a_stream_type_of_their_own() {
        let full = read(&[0xff, 0xfd, 0xa4, 0xc0]).unwrap();
        assert_eq!((full.stream_type(), full.channels, full.frame_samples), (0x03, Some(1), 1152));
        let half = read(&[0xff, 0xf3, 0x84, 0x00]).unwrap();
        assert_eq!(
            (half.stream_type(), half.sample_rate_hz, half.frame_samples),
            (0x04, 24_000, 576)
        );
    }

    #[test]
    fn free_format_and_reserved_fields_are_refused() {
        for header in [
            [0xff, 0xfb, 0x00, 0],
            [0xff, 0xfb, 0xf0, 0],
            [0xff, 0xfb, 0x9c, 0],
            [0xff, 0xf9, 0x90, 0],
        ] {
            assert_eq!(probe(&header), Probe::Bad);
        }
    }
}
