//! Words of Reed-Solomon codes: corrected to a codeword, or left as they were.
#![no_main]

use fec::ReedSolomon;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [parity, erasures, rest @ ..] = data else { return };
    let code = ReedSolomon::new(usize::from(parity % 64) + 1);
    let (erasures, word) = rest.split_at(usize::from(*erasures).min(rest.len()));
    let mut corrected = word.to_vec();
    if code.correct(&mut corrected, erasures).is_err() {
        assert_eq!(corrected, word);
        return;
    }
    let mut again = vec![0; code.parity()];
    let (data, tail) = corrected.split_at(word.len() - code.parity());
    code.encode(data, &mut again);
    assert_eq!(again, tail);
});
