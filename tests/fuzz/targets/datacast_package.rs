//! Manifests of packages that bear a good signature, and chunks that bear a good digest: what a
//! careless or broken headend could sign.
#![no_main]

use datacast::Digest;
use datacast::package::{
    Admission, Gate, PackageLimits, PackageManifest, SigningKey, SiteFacts, sign, unpack_chunk,
};
use fuzz::pieces;
use libfuzzer_sys::fuzz_target;

const LIMITS: PackageLimits = PackageLimits { plain_size_max: 1 << 20, chunk_size_max: 1 << 16 };

fuzz_target!(|data: &[u8]| {
    let mut pieces = pieces(data);
    let Some(first) = pieces.next() else { return };
    let key = SigningKey::new([1; 32]);
    let mut gate = Gate::new(vec![key.trusted()], vec![], SiteFacts::default(), LIMITS, 2);
    assert!(gate.admit(first).is_err());
    let Ok(text) = core::str::from_utf8(first) else { return };
    let Ok(Admission::New(manifest)) = gate.admit(sign(&key, text).as_bytes()) else { return };
    assert_eq!(PackageManifest::parse(&manifest.to_text(), LIMITS).as_ref(), Ok(&*manifest));
    for (chunk, stored) in manifest.chunks().iter().zip(pieces) {
        let mut chunk = *chunk;
        chunk.digest = Digest::of(stored);
        if let Ok(plain) = unpack_chunk(&chunk, None, stored) {
            assert_eq!(plain.len(), chunk.plain_size as usize);
        }
    }
});
