//! Access units and headers of HEVC video.
#![no_main]

use es::Codec;
use fuzz::split_video;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| split_video(Codec::Hevc, data));
