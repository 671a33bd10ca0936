//! Audio frames of every codec.
#![no_main]

use es::Codec;
use fuzz::split_audio;
use libfuzzer_sys::fuzz_target;

const CODECS: [Codec; 5] =
    [Codec::AacAdts, Codec::AacLatm, Codec::MpegAudio, Codec::Ac3, Codec::Eac3];

fuzz_target!(|data: &[u8]| {
    if let [codec, size, data @ ..] = data {
        split_audio(CODECS[usize::from(*codec) % CODECS.len()], *size, data);
    }
});
