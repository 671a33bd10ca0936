//! Buffer sizes and rates of the target decoder by codec, profile and level.
//!
//! ISO/IEC 13818-1 clauses 2.4.2.3 (MPEG-2 video, audio), 2.4.2.8 (AAC), 2.14.3 (AVC), 2.17.2
//! (HEVC); DVB sizes for AC-3, subtitles and teletext.

use es::{VideoFacts, VideoProfile};
use ts::TICKS_PER_SECOND;

/// How long data may stay in the decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delay {
    /// One second.
    Second,
    /// Ten seconds, for the video of ISO/IEC 14496-10 and 23008-2.
    TenSeconds,
}

impl Delay {
    /// The limit in ticks.
    pub(crate) const fn limit_ticks(self) -> u64 {
        match self {
            Delay::Second => TICKS_PER_SECOND,
            Delay::TenSeconds => 10 * TICKS_PER_SECOND,
        }
    }
}

/// The multiplexing buffer of video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Multiplexing {
    /// MBS in bits.
    pub(crate) size_bits: u64,
    /// Rbx, the leak rate into EB.
    pub(crate) rate_bps: u64,
}

/// The buffers of one elementary stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Model {
    /// TBS in bytes.
    pub(crate) tb_bytes: u64,
    /// Rx.
    pub(crate) rx_bps: u64,
    /// MB, for video.
    pub(crate) multiplexing: Option<Multiplexing>,
    /// EBS or BS in bits.
    pub(crate) main_bits: u64,
    /// The limit of residence.
    pub(crate) delay: Delay,
}

const TB_BYTES: u64 = 512;
const AUDIO_RX_BPS: u64 = 2_000_000;
const MPEG_AUDIO_B_BYTES: u64 = 3584;
const AC3_B_BYTES: u64 = 5696;

impl Model {
    const fn flat(tb_bytes: u64, rx_bps: u64, main_bytes: u64) -> Model {
        Model {
            tb_bytes,
            rx_bps,
            multiplexing: None,
            main_bits: main_bytes * 8,
            delay: Delay::Second,
        }
    }

    /// AVC and HEVC: `max_rate` and `max_cpb` are those of profile and level.
    fn hrd(max_rate_bps: u64, max_cpb_bits: u64, stated: Option<(u64, u64)>) -> Model {
        let (rate_bps, cpb_bits) = stated.unwrap_or((max_rate_bps, max_cpb_bits));
        let base = max_rate_bps.max(2_000_000);
        let overhead = base / 250 + base / 750;
        Model {
            tb_bytes: TB_BYTES,
            rx_bps: rate_bps * 6 / 5,
            multiplexing: Some(Multiplexing {
                size_bits: overhead + max_cpb_bits.saturating_sub(cpb_bits),
                rate_bps: max_rate_bps,
            }),
            main_bits: cpb_bits,
            delay: Delay::TenSeconds,
        }
    }

    fn mpeg2(profile_and_level: u8, rate_bps: u64, vbv_bits: u64) -> Model {
        let (max_bps, vbv_max_bits, high) = match profile_and_level & 0x7f {
            0x4a | 0x5a => (4_000_000, 475_136, false),
            0x46 | 0x36 | 0x26 => (60_000_000, 7_340_032, true),
            0x44 | 0x34 | 0x14 => (80_000_000, 9_781_248, true),
            0x05 => (50_000_000, 9_437_184, false),
            0x02 => (300_000_000, 47_185_920, true),
            _ => (15_000_000, 1_835_008, false),
        };
        let spare = if high { 0 } else { u64::saturating_sub(vbv_max_bits, vbv_bits) };
        let leak = if high { max_bps.min(rate_bps + rate_bps / 20) } else { max_bps };
        Model {
            tb_bytes: TB_BYTES,
            rx_bps: max_bps * 6 / 5,
            multiplexing: Some(Multiplexing {
                size_bits: max_bps / 250 + max_bps / 750 + spare,
                rate_bps: leak,
            }),
            main_bits: vbv_bits,
            delay: Delay::Second,
        }
    }
}

/// The model of a video stream with these headers. Without headers it is that of the greatest
/// level, which only starvation and residence can break.
pub(crate) fn video_model(stream_type: u8, facts: Option<&VideoFacts>) -> Model {
    let Some(facts) = facts else {
        return match stream_type {
            0x1b => Model::hrd(avc_factor(100) * 240_000, avc_factor(100) * 240_000, None),
            0x24 => Model::hrd(1100 * 240_000, 1100 * 240_000, None),
            _ => Model::mpeg2(0x44, 80_000_000, 9_781_248),
        };
    };
    let buffer = &facts.buffer;
    let stated =
        buffer.stated.then_some((buffer.coded_rate_bps.max(1), buffer.elementary_bytes * 8));
    match &facts.profile {
        VideoProfile::Avc { profile_idc, constraints, level_idc } => {
            let factor = avc_factor(*profile_idc);
            let (rate, cpb) = avc_limits(*profile_idc, *constraints, *level_idc);
            Model::hrd(factor * rate, factor * cpb, stated)
        }
        VideoProfile::Hevc { profile_tier_level, .. } => {
            let high_tier = profile_tier_level[0] & 0x20 != 0;
            let (rate, cpb) = hevc_limits(high_tier, profile_tier_level[11]);
            Model::hrd(1100 * rate, 1100 * cpb, stated)
        }
        VideoProfile::Mpeg2 { profile_and_level } => {
            Model::mpeg2(*profile_and_level, buffer.coded_rate_bps, buffer.elementary_bytes * 8)
        }
    }
}

/// cpbBrNalFactor of an AVC profile (H.264 table A-2).
const fn avc_factor(profile_idc: u8) -> u64 {
    match profile_idc {
        66 | 77 | 88 => 1200,
        110 => 3600,
        122 | 244 | 44 => 4800,
        _ => 1500,
    }
}

/// MaxBR and MaxCPB of an AVC level (H.264 table A-1).
const fn avc_limits(profile_idc: u8, constraints: u8, level_idc: u8) -> (u64, u64) {
    let level_1b = level_idc == 11 && constraints & 0x10 != 0 && profile_idc <= 88;
    match level_idc {
        9 => (128, 350),
        10 => (64, 175),
        11 if level_1b => (128, 350),
        11 => (192, 500),
        12 => (384, 1000),
        13 => (768, 2000),
        20 => (2000, 2000),
        21 | 22 => (4000, 4000),
        30 => (10_000, 10_000),
        31 => (14_000, 14_000),
        32 => (20_000, 20_000),
        40 => (20_000, 25_000),
        41 | 42 => (50_000, 62_500),
        50 => (135_000, 135_000),
        61 => (480_000, 480_000),
        62 => (800_000, 800_000),
        _ => (240_000, 240_000),
    }
}

/// MaxBR and MaxCPB of an HEVC tier and level (H.265 table A.8).
const fn hevc_limits(high_tier: bool, level_idc: u8) -> (u64, u64) {
    let kbit = match (high_tier, level_idc / 3) {
        (_, 0..=10) => return (128, 350),
        (_, 11..=20) => 1500,
        (_, 21) => 3000,
        (_, 22..=30) => 6000,
        (_, 31) => 10_000,
        (false, 32..=40) => 12_000,
        (true, 32..=40) => 30_000,
        (false, 41) => 20_000,
        (true, 41) => 50_000,
        (false, 42..=50) => 25_000,
        (true, 42..=50) => 100_000,
        (false, 51) => 40_000,
        (true, 51) => 160_000,
        (false, 52..=60) => 60_000,
        (false, 61) => 120_000,
        (true, 52..=60) | (false, _) => 240_000,
        (true, 61) => 480_000,
        (true, _) => 800_000,
    };
    (kbit, kbit)
}

/// The model of MPEG audio or AAC with so many channels.
pub(crate) fn audio_model(stream_type: u8, channels: Option<u8>) -> Model {
    match (stream_type, channels) {
        (0x0f | 0x11, Some(3..=8)) => Model::flat(TB_BYTES, 5_529_600, 8976),
        (0x0f | 0x11, Some(9..=12)) => Model::flat(TB_BYTES, 8_294_400, 12_804),
        (0x0f | 0x11, Some(13..)) => Model::flat(TB_BYTES, 33_177_600, 51_216),
        _ => Model::flat(TB_BYTES, AUDIO_RX_BPS, MPEG_AUDIO_B_BYTES),
    }
}

/// The model of a stream of private PES packets, by the tags of its descriptors; `None` when none
/// of them says what it is.
pub(crate) fn private_model<'a>(
    descriptors: impl Iterator<Item = (u8, &'a [u8])>,
) -> Option<Model> {
    for (tag, body) in descriptors {
        match tag {
            0x6a | 0x7a => return Some(Model::flat(TB_BYTES, AUDIO_RX_BPS, AC3_B_BYTES)),
            // Subtitles for high definition (subtitling_type 0x14, 0x24 and above) have more room.
            0x59 if body.chunks_exact(8).any(|page| page[3] & 0x0f >= 4) => {
                return Some(Model::flat(2 * TB_BYTES, 400_000, 100 * 1024));
            }
            0x59 => return Some(Model::flat(TB_BYTES, 192_000, 24 * 1024)),
            0x56 | 0x46 => return Some(Model::flat(480, 6_750_000, 1504)),
            0x7c => return Some(audio_model(0x0f, None)),
            _ => {}
        }
    }
    None
}
