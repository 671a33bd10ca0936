//! Texts of EN 300 468 annex A.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    si::text::decode(data);
    si::text::decode_gb2312(data);
});
