//! Access units and headers of H.264 video.
#![no_main]

use es::Codec;
use fuzz::split_video;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| split_video(Codec::H264, data));
