//! The sequence header of MPEG-2 video and its extensions (ISO/IEC 13818-2 clause 6.2.2).

use super::super::buffer::multiplex_overhead_bytes;
use super::super::{VideoBuffer, VideoFacts, VideoProfile, vui};
use crate::bits::BitReader;
use crate::{FrameDuration, HeaderError};

/// Seconds per frame by frame_rate_code 1 to 8 (table 6-4).
const FRAME_SECONDS: [(u32, u32); 8] =
    [(1001, 24_000), (1, 24), (1, 25), (1001, 30_000), (1, 30), (1, 50), (1001, 60_000), (1, 60)];

/// The sequence header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sequence {
    width: u32,
    height: u32,
    aspect_ratio_information: u8,
    frame_seconds: (u32, u32),
    bit_rate_400: u64,
    vbv_buffer_size: u64,
}

impl Sequence {
    /// Reads what stands behind sequence_header_code, up to the quantiser matrices.
    pub(super) fn parse(payload: &[u8]) -> Result<Sequence, HeaderError> {
        let mut r = BitReader::new(payload, "sequence header");
        let (width, height) = (r.bits(12)?, r.bits(12)?);
        let aspect_ratio_information = r.byte(4)?;
        let frame_rate_code = r.byte(4)?;
        let frame_seconds = *FRAME_SECONDS
            .get(usize::from(frame_rate_code).wrapping_sub(1))
            .ok_or_else(|| r.forbidden("frame_rate_code", u64::from(frame_rate_code)))?;
        let bit_rate_400 = u64::from(r.bits(18)?);
        r.skip(1)?; // marker_bit
        let vbv_buffer_size = u64::from(r.bits(10)?);
        Ok(Sequence {
            width,
            height,
            aspect_ratio_information,
            frame_seconds,
            bit_rate_400,
            vbv_buffer_size,
        })
    }

    /// What header and extensions say together; `None` when profile and level are none that is
    /// broadcast, or the size is zero.
    pub(super) fn facts(
        self,
        extension: Extension,
        display: Option<Display>,
    ) -> Option<VideoFacts> {
        let width = self.width | extension.width_high;
        let height = self.height | extension.height_high;
        if width == 0 || height == 0 {
            return None;
        }
        let (num, den) = self.frame_seconds;
        let frame_duration =
            FrameDuration::from_seconds(num * extension.rate_den, den * extension.rate_num);
        let display_aspect = match self.aspect_ratio_information {
            1 => vui::display_aspect(width, height, (1, 1)),
            2 => Some((4, 3)),
            3 => Some((16, 9)),
            4 => Some((221, 100)),
            _ => None,
        };
        Some(VideoFacts {
            profile: VideoProfile::Mpeg2 { profile_and_level: extension.profile_and_level },
            width,
            height,
            frame_duration,
            fixed_frame_rate: true,
            interlaced: !extension.progressive,
            display_aspect,
            reorder_frames: u8::from(!extension.low_delay),
            transfer_characteristics: display.and_then(|display| display.transfer),
            buffer: self.buffer(extension)?,
        })
    }

    /// The buffers of ISO/IEC 13818-1 clause 2.4.2.4.
    fn buffer(self, extension: Extension) -> Option<VideoBuffer> {
        let limits = Limits::of(extension.profile_and_level)?;
        // Streams of variable rate state the greatest value there is, beyond all levels.
        let stated_rate_bps = (self.bit_rate_400 | extension.bit_rate_high) * 400;
        let coded_rate_bps = stated_rate_bps.min(limits.rate_max_bps);
        let vbv_bits = (self.vbv_buffer_size | extension.vbv_high) * 16 * 1024;
        let overhead_bytes = multiplex_overhead_bytes(limits.rate_max_bps);
        let (multiplex_bytes, leak_rate_bps) = if limits.is_high {
            (overhead_bytes, (coded_rate_bps * 21 / 20).min(limits.rate_max_bps))
        } else {
            let spare_bits = limits.vbv_max_bits.saturating_sub(vbv_bits);
            (overhead_bytes + spare_bits / 8, limits.rate_max_bps)
        };
        Some(VideoBuffer {
            transport_rate_bps: limits.rate_max_bps * 6 / 5,
            multiplex_bytes,
            leak_rate_bps,
            elementary_bytes: vbv_bits / 8,
            coded_rate_bps,
            stated: true,
        })
    }
}

/// The sequence extension (clause 6.2.2.3), its high bits in their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extension {
    profile_and_level: u8,
    progressive: bool,
    width_high: u32,
    height_high: u32,
    bit_rate_high: u64,
    vbv_high: u64,
    low_delay: bool,
    rate_num: u32,
    rate_den: u32,
}

impl Extension {
    /// Reads what stands behind extension_start_code.
    pub(super) fn parse(payload: &[u8]) -> Result<Extension, HeaderError> {
        let mut r = BitReader::new(payload, "sequence extension");
        r.skip(4)?; // extension_start_code_identifier
        let profile_and_level = r.byte(8)?;
        let progressive = r.flag()?;
        r.skip(2)?; // chroma_format
        let (width_high, height_high) = (r.bits(2)? << 12, r.bits(2)? << 12);
        let bit_rate_high = u64::from(r.bits(12)?) << 18;
        r.skip(1)?; // marker_bit
        let vbv_high = u64::from(r.bits(8)?) << 10;
        let low_delay = r.flag()?;
        let (rate_num, rate_den) = (r.bits(2)? + 1, r.bits(5)? + 1);
        Ok(Extension {
            profile_and_level,
            progressive,
            width_high,
            height_high,
            bit_rate_high,
            vbv_high,
            low_delay,
            rate_num,
            rate_den,
        })
    }
}

/// The sequence display extension (clause 6.2.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Display {
    transfer: Option<u8>,
}

impl Display {
    /// Reads what stands behind extension_start_code.
    pub(super) fn parse(payload: &[u8]) -> Result<Display, HeaderError> {
        let mut r = BitReader::new(payload, "sequence display extension");
        r.skip(4 + 3)?; // extension_start_code_identifier, video_format
        if !r.flag()? {
            return Ok(Display { transfer: None });
        }
        r.skip(8)?; // colour_primaries
        Ok(Display { transfer: Some(r.byte(8)?) })
    }
}

/// Rmax and VBVmax of a profile and level (tables 8-13 and 8-14).
struct Limits {
    rate_max_bps: u64,
    vbv_max_bits: u64,
    /// Whether the level is High or High 1440, whose buffers follow another rule.
    is_high: bool,
}

impl Limits {
    fn of(profile_and_level: u8) -> Option<Limits> {
        let (rate_max_bps, vbv_max_bits, is_high) = match profile_and_level {
            // Main profile at Low level; Simple and Main profile at Main level.
            0x4a => (4_000_000, 475_136, false),
            0x58 | 0x48 => (15_000_000, 1_835_008, false),
            // Main profile at High 1440 and High level.
            0x46 => (60_000_000, 7_340_032, true),
            0x44 => (80_000_000, 9_781_248, true),
            // High profile at Main, High 1440 and High level.
            0x18 => (20_000_000, 2_441_216, false),
            0x16 => (80_000_000, 9_781_248, true),
            0x14 => (100_000_000, 12_222_464, true),
            // 4:2:2 profile at Main and High level.
            0x85 => (50_000_000, 9_437_184, false),
            0x82 => (300_000_000, 47_185_920, true),
            _ => return None,
        };
        Some(Limits { rate_max_bps, vbv_max_bits, is_high })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sequence header and extension of interlaced 720x576 at 16:9, 25 frames per second, 15
    /// Mbit/s and the greatest buffer of Main level.
    const SEQUENCE: [u8; 8] = [0x2d, 0x02, 0x40, 0x33, 0x24, 0x9f, 0x23, 0x81];
    const EXTENSION: [u8; 6] = [0x14, 0x82, 0x00, 0x01, 0x00, 0x00];

    fn facts_of(sequence: [u8; 8], extension: [u8; 6]) -> Option<VideoFacts> {
        let sequence = Sequence::parse(&sequence).unwrap();
        sequence.facts(Extension::parse(&extension).unwrap(), None)
    }

    #[test]
    fn a_main_level_sequence_is_read() {
        let facts = facts_of(SEQUENCE, EXTENSION).unwrap();
        assert_eq!((facts.width, facts.height, facts.interlaced), (720, 576, true));
        assert_eq!(facts.display_aspect, Some((16, 9)));
        assert_eq!(facts.frame_duration, FrameDuration::from_ticks(1_080_000, 1));
        let buffer = facts.buffer;
        assert_eq!((buffer.coded_rate_bps, buffer.elementary_bytes), (15_000_000, 229_376));
        assert_eq!((buffer.transport_rate_bps, buffer.leak_rate_bps), (18_000_000, 15_000_000));
        // The buffer is as great as the level allows, so BSmux and BSoh are all that is left.
        assert_eq!(buffer.multiplex_bytes, 7_500 + 2_500);
    }

    #[test]
    fn a_high_level_leaks_at_its_stated_rate() {
        // Main profile at High level, with the low fields of the sequence header.
        let facts = facts_of(SEQUENCE, [0x14, 0x42, 0x00, 0x01, 0x00, 0x00]).unwrap();
        assert_eq!(facts.buffer.leak_rate_bps, 15_750_000);
        assert_eq!(facts.buffer.multiplex_bytes, 40_000 + 13_333);
    }

    #[test]
    fn unknown_profiles_have_no_facts() {
        assert_eq!(facts_of(SEQUENCE, [0x1f, 0xf2, 0x00, 0x01, 0x00, 0x00]), None);
        let mut forbidden = SEQUENCE;
        forbidden[3] = 0x30;
        assert!(matches!(
            Sequence::parse(&forbidden),
            Err(HeaderError::Forbidden { field: "frame_rate_code", value: 0, .. })
        ));
    }
}
