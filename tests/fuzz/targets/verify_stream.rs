//! The judge of transport streams: the report is the same however the stream is cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ts::Rate;
use verify::{Options, Verifier};

fuzz_target!(|data: &[u8]| {
    let Some((size, data)) = data.split_first() else {
        return;
    };
    for rate in [Rate::new(8_446_000, 1), None] {
        let judge = |size: usize| {
            let mut verifier = Verifier::new(Options { rate, ..Options::default() });
            for piece in data.chunks(size) {
                verifier.push(piece);
            }
            verifier.finish()
        };
        let whole = judge(data.len().max(1));
        whole.is_conformant();
        assert_eq!(whole, judge(usize::from(*size) + 1));
    }
});
