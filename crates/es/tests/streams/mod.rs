//! The streams of `tests/data` with what ffprobe says of them.

use es::{AccessUnit, AudioFrame, AudioSplitter, Codec, VideoSplitter};

/// A stream and its packets by an independent judge.
pub struct Stream {
    pub codec: Codec,
    pub bytes: &'static [u8],
    packets: &'static str,
}

macro_rules! stream {
    ($codec:ident, $name:literal) => {
        Stream {
            codec: Codec::$codec,
            bytes: include_bytes!(concat!("../data/", $name)),
            packets: include_str!(concat!("../data/", $name, ".packets")),
        }
    };
}

pub const OPEN_264: Stream = stream!(H264, "open-gop.264");
pub const OPEN_265: Stream = stream!(Hevc, "open-gop.265");
pub const OPEN_M2V: Stream = stream!(Mpeg2Video, "open-gop.m2v");
pub const CLOSED_M2V: Stream = stream!(Mpeg2Video, "closed-gop.m2v");
pub const ADTS: Stream = stream!(AacAdts, "stereo.aac");
pub const LATM: Stream = stream!(AacLatm, "stereo.latm");
pub const MP2: Stream = stream!(MpegAudio, "stereo.mp2");
pub const HALF_MP2: Stream = stream!(MpegAudio, "half-rate.mp2");
pub const MP3: Stream = stream!(MpegAudio, "mono.mp3");
pub const AC3: Stream = stream!(Ac3, "stereo.ac3");
pub const EAC3: Stream = stream!(Eac3, "surround.eac3");

pub const VIDEO: [Stream; 4] = [OPEN_264, OPEN_265, OPEN_M2V, CLOSED_M2V];
pub const AUDIO: [Stream; 7] = [ADTS, LATM, MP2, HALF_MP2, MP3, AC3, EAC3];

impl Stream {
    /// Size and key mark of each packet.
    pub fn packets(&self) -> impl Iterator<Item = (usize, bool)> {
        self.packets.lines().map(|line| {
            let (size, flags) = line.split_once(',').expect("two columns");
            (size.parse().expect("a size"), flags.starts_with('K'))
        })
    }
}

/// The units of a video stream that comes in these pieces, and how many bytes are in none.
pub fn units_of(codec: Codec, pieces: &[&[u8]]) -> (Vec<AccessUnit>, u64) {
    let mut splitter = VideoSplitter::new(codec).expect("a video codec");
    let mut units = Vec::new();
    for piece in pieces {
        splitter.push(piece, &mut units);
    }
    splitter.finish(&mut units);
    (units, splitter.skipped())
}

/// The frames of an audio stream that comes in these pieces, and how many bytes are in none.
pub fn frames_of(codec: Codec, pieces: &[&[u8]]) -> (Vec<AudioFrame>, u64) {
    let mut splitter = AudioSplitter::new(codec).expect("an audio codec");
    let mut frames = Vec::new();
    for piece in pieces {
        splitter.push(piece, &mut frames);
    }
    splitter.finish(&mut frames);
    (frames, splitter.skipped())
}
