//! The index of an asset: what is accepted holds all invariants and is written as it was read.
#![no_main]

use asset::{AssetIndex, AssetSummary, IndexHeader};
use libfuzzer_sys::fuzz_target;
use ts::crc32::crc32;

const LENGTH_AT: usize = 10;

fuzz_target!(|data: &[u8]| {
    check(data);
    if let Some(sealed) = sealed(data) {
        check(&sealed);
    }
});

fn check(bytes: &[u8]) {
    let _ = AssetSummary::parse(bytes);
    if let Ok(index) = AssetIndex::parse(bytes) {
        assert_eq!(index.check(), Ok(()));
        assert_eq!(AssetIndex::parse(&index.to_bytes()), Ok(index));
    }
}

/// The input with the length and both checksums put right.
fn sealed(data: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = data.to_vec();
    let total = (bytes.len() as u64).to_be_bytes();
    bytes.get_mut(LENGTH_AT..LENGTH_AT + 8)?.copy_from_slice(&total);
    let summary = IndexHeader::parse(&bytes).ok()?.summary_bytes;
    for end in [summary, bytes.len()] {
        let fields = end.checked_sub(4)?;
        let sum = crc32(bytes.get(..fields)?).to_be_bytes();
        bytes[fields..end].copy_from_slice(&sum);
    }
    Some(bytes)
}
