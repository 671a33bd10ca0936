//! Access units and headers of MPEG-2 video.
#![no_main]

use es::Codec;
use fuzz::split_video;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| split_video(Codec::Mpeg2Video, data));
