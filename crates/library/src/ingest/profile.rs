//! What a stream must be like to be broadcast, and judging an asset by it.

use asset::{AccessUnit, AssetIndex, Facts, StreamIndex};
use core::fmt;
use es::{Codec, FrameDuration, VideoFacts, VideoProfile};
use ts::{Span, TICKS_PER_SECOND};

/// The limits that receivers of a network have (ETSI TS 101 154 for those of DVB).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroadcastProfile {
    /// The widest picture.
    pub width_max: u32,
    /// The highest picture.
    pub height_max: u32,
    /// The highest level_idc of H.264: ten times the level.
    pub h264_level_max: u8,
    /// The highest general_level_idc of HEVC: thirty times the level.
    pub hevc_level_max: u8,
    /// The longest time between pictures at which a receiver can start.
    pub group_max: Span,
    /// The rate in bit/s that fills the decoder's buffer.
    pub video_rate_bps: u64,
    /// The most channels of AAC and MPEG audio.
    pub channels_max: u8,
}

impl Default for BroadcastProfile {
    /// High definition as receivers of DVB show it, a picture to start with every five seconds.
    fn default() -> BroadcastProfile {
        BroadcastProfile {
            width_max: 1920,
            height_max: 1080,
            h264_level_max: 42,
            hevc_level_max: 123,
            group_max: Span::from_seconds(5),
            video_rate_bps: 20_000_000,
            channels_max: 2,
        }
    }
}

/// Why a stream does not meet a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Sound has too many channels.
    Channels {
        /// The stream of the asset.
        stream: usize,
        /// Its channels.
        channels: u8,
        /// The most that are allowed.
        most: u8,
    },
    /// No group of pictures, or only ones that are too long.
    Group {
        /// The longest time between entry points in milliseconds.
        longest_ms: i64,
        /// The longest that is allowed.
        most_ms: i64,
    },
    /// A level that receivers need not know.
    Level {
        /// What the stream says.
        profile: String,
    },
    /// It begins with a picture that refers to earlier ones.
    OpenStart,
    /// A profile that receivers need not know.
    Profile {
        /// What the stream says.
        profile: String,
    },
    /// The pictures are too large for the buffer that they must pass.
    Rate {
        /// When the buffer runs out, in milliseconds.
        at_ms: i64,
        /// The rate that fills it, in bit/s.
        rate_bps: u64,
    },
    /// Pictures do not come at a standard rate.
    FrameRate {
        /// Whether the distances between them differ.
        variable: bool,
    },
    /// A sampling rate that receivers need not know.
    SamplingRate {
        /// The stream of the asset.
        stream: usize,
        /// Its rate in Hz.
        rate_hz: u32,
    },
    /// The pictures are too large to be shown.
    Size {
        /// Their width.
        width: u32,
        /// Their height.
        height: u32,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Channels { stream, channels, most } => {
                write!(f, "stream {stream} has {channels} channels, receivers play {most}")
            }
            Unfit::Group { longest_ms, most_ms } => write!(
                f,
                "up to {longest_ms} ms from one entry point to the next, {most_ms} are allowed"
            ),
            Unfit::Level { profile } => write!(f, "the level of {profile} is too high"),
            Unfit::OpenStart => f.write_str("it begins without IDR picture"),
            Unfit::Profile { profile } => write!(f, "receivers need not know {profile}"),
            Unfit::Rate { at_ms, rate_bps } => {
                let rate = rate_bps / 1000;
                write!(f, "the decoder's buffer runs out at {at_ms} ms, filled with {rate} kbit/s")
            }
            Unfit::FrameRate { variable: true } => f.write_str("the frame rate varies"),
            Unfit::FrameRate { variable: false } => {
                f.write_str("the frame rate is none of broadcasting")
            }
            Unfit::SamplingRate { stream, rate_hz } => {
                write!(f, "stream {stream} is sampled at {rate_hz} Hz")
            }
            Unfit::Size { width, height } => write!(f, "{width} x {height} pixels are too many"),
        }
    }
}

impl Unfit {
    /// The stream of sound that is unfit; `None` when it is the pictures.
    pub(super) fn sound(&self) -> Option<usize> {
        match self {
            Unfit::Channels { stream, .. } | Unfit::SamplingRate { stream, .. } => Some(*stream),
            _ => None,
        }
    }
}

impl BroadcastProfile {
    /// All that is unfit in an asset; `open` says that it begins without IDR picture.
    pub fn judge(&self, index: &AssetIndex, open: bool) -> Vec<Unfit> {
        let mut unfit = Vec::new();
        for (number, stream) in index.streams.iter().enumerate() {
            match &stream.format.facts {
                Facts::Video(facts) => {
                    unfit.extend(open.then_some(Unfit::OpenStart));
                    self.judge_header(facts, &mut unfit);
                    self.judge_pictures(stream, index.duration, &mut unfit);
                }
                Facts::Audio(facts) => {
                    let plain = !matches!(facts.codec(), Codec::Ac3 | Codec::Eac3);
                    let many = facts.channels.filter(|c| plain && *c > self.channels_max);
                    let (stream, most) = (number, self.channels_max);
                    unfit.extend(many.map(|channels| Unfit::Channels { stream, channels, most }));
                    let rate_hz = facts.sample_rate_hz;
                    if !SAMPLING_RATES.contains(&rate_hz) {
                        unfit.push(Unfit::SamplingRate { stream, rate_hz });
                    }
                }
                Facts::Subtitles(_) => {}
            }
        }
        unfit
    }

    fn judge_header(&self, facts: &VideoFacts, unfit: &mut Vec<Unfit>) {
        let VideoFacts { width, height, .. } = *facts;
        if width > self.width_max || height > self.height_max {
            unfit.push(Unfit::Size { width, height });
        }
        match facts.profile {
            VideoProfile::Avc { profile_idc, level_idc, .. } => {
                let name = format!("H.264 profile {profile_idc} level {level_idc}");
                judge_numbers(
                    profile_idc,
                    &[66, 77, 100],
                    level_idc,
                    self.h264_level_max,
                    name,
                    unfit,
                );
            }
            VideoProfile::Hevc { profile_tier_level: bytes, .. } => {
                // general_profile_idc is the end of the first byte, general_level_idc the last.
                let (profile, level) = (bytes[0] & 0x1f, bytes[bytes.len() - 1]);
                let name = format!("HEVC profile {profile} level {level}");
                judge_numbers(profile, &[1, 2], level, self.hevc_level_max, name, unfit);
            }
            VideoProfile::Mpeg2 { profile_and_level } => {
                // Main profile at main, high 1440 and high level (ISO/IEC 13818-2 clause 8).
                if !matches!(profile_and_level, 0x48 | 0x46 | 0x44) {
                    let profile = format!("MPEG-2 profile and level {profile_and_level:#04x}");
                    unfit.push(Unfit::Profile { profile });
                }
            }
        }
    }

    fn judge_pictures(&self, stream: &StreamIndex, end: Span, unfit: &mut Vec<Unfit>) {
        let entries = stream.units.iter().filter(|u| u.random_access).map(|u| u.pts);
        let mut from = Span(0);
        let mut longest = Span(0);
        for at in entries.chain([end]) {
            longest = longest.max(at - from);
            from = at;
        }
        if longest > self.group_max {
            let (longest_ms, most_ms) = (longest.as_ms(), self.group_max.as_ms());
            unfit.push(Unfit::Group { longest_ms, most_ms });
        }
        let frame = stream.format.frame_duration;
        if !STANDARD_RATES.iter().any(|(n, d)| FrameDuration::from_seconds(*n, *d) == Some(frame)) {
            unfit.push(Unfit::FrameRate { variable: false });
        } else if varies(&stream.units, frame) {
            unfit.push(Unfit::FrameRate { variable: true });
        }
        let rate_bps = self.video_rate_bps;
        let bytes = stream.format.buffer.main_bytes;
        if let Some(at) = runs_out(&stream.units, bytes, rate_bps) {
            unfit.push(Unfit::Rate { at_ms: at.as_ms(), rate_bps });
        }
    }
}

const SAMPLING_RATES: [u32; 5] = [24_000, 22_050, 32_000, 44_100, 48_000];

/// Frame durations in seconds, as fractions.
const STANDARD_RATES: [(u32, u32); 8] =
    [(1001, 24_000), (1, 24), (1, 25), (1001, 30_000), (1, 30), (1, 50), (1001, 60_000), (1, 60)];

fn judge_numbers(
    profile: u8,
    profiles: &[u8],
    level: u8,
    level_max: u8,
    name: String,
    unfit: &mut Vec<Unfit>,
) {
    if !profiles.contains(&profile) {
        unfit.push(Unfit::Profile { profile: name });
    } else if level > level_max {
        unfit.push(Unfit::Level { profile: name });
    }
}

/// Whether more than one in a hundred presentation times is not a frame behind the one before it.
/// A single hole, as at a cut end, is no other rate.
fn varies(units: &[AccessUnit], frame: FrameDuration) -> bool {
    let mut times: Vec<Span> = units.iter().map(|u| u.pts).collect();
    times.sort_unstable();
    let ticks = frame.ticks_of(1) as i64;
    let steps = times.windows(2).map(|two| (two[1] - two[0]).0);
    let odd = steps.filter(|step| (step - ticks).abs() > ticks / 8).count();
    odd * 100 > times.len()
}

/// When a decoder's buffer of so many bytes, full at first and filled at this rate, has not the
/// whole of a picture that is due (the leaky bucket of ITU-T H.264 annex C for variable rates).
fn runs_out(units: &[AccessUnit], buffer_bytes: u32, rate_bps: u64) -> Option<Span> {
    // In bits times ticks of a second, so that nothing is rounded.
    let full = u128::from(buffer_bytes) * 8 * u128::from(TICKS_PER_SECOND);
    let mut level = full;
    let mut last = units.first()?.dts;
    for unit in units {
        let passed = (unit.dts - last).0.max(0) as u128;
        level = (level + passed * u128::from(rate_bps)).min(full);
        last = unit.dts;
        let needed = u128::from(unit.bytes) * 8 * u128::from(TICKS_PER_SECOND);
        let Some(left) = level.checked_sub(needed) else { return Some(unit.dts) };
        level = left;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: i64 = TICKS_PER_SECOND as i64 / 25;

    fn units(bytes: &[u32], distance: i64) -> Vec<AccessUnit> {
        let unit = |(i, bytes): (usize, &u32)| AccessUnit {
            first_packet: i as u32,
            packets: 1,
            bytes: *bytes,
            pts: Span(i as i64 * distance),
            dts: Span(i as i64 * distance),
            random_access: i == 0,
        };
        bytes.iter().enumerate().map(unit).collect()
    }

    #[test]
    fn a_buffer_runs_out_where_pictures_are_larger_than_what_has_come() {
        // A frame brings 5,000 bytes at 1 Mbit/s.
        let steady = units(&[5000; 100], FRAME);
        assert_eq!(runs_out(&steady, 10_000, 1_000_000), None);
        let burst = units(&[10_000, 5000, 5001, 5000], FRAME);
        assert_eq!(runs_out(&burst, 10_000, 1_000_000), Some(Span(2 * FRAME)));
        assert_eq!(runs_out(&units(&[10_001], FRAME), 10_000, 1_000_000), Some(Span(0)));
    }

    #[test]
    fn missing_pictures_make_the_rate_vary_and_one_hole_and_rounded_stamps_do_not() {
        let frame = FrameDuration::from_seconds(1, 25).unwrap();
        let mut pictures = units(&[1; 200], FRAME);
        pictures.iter_mut().for_each(|u| u.pts = Span(u.pts.0 / 27_000 * 27_000));
        assert!(!varies(&pictures, frame));
        pictures.remove(7);
        assert!(!varies(&pictures, frame));
        pictures.retain(|u| u.first_packet % 7 != 0);
        assert!(varies(&pictures, frame));
    }
}
