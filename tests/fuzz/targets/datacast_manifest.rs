//! The manifest of a bundle: what is accepted names only files inside the bundle.
#![no_main]

use datacast::Manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(manifest) = Manifest::parse(data) {
        assert_eq!(manifest.bytes(), data);
        for (file, _) in manifest.files() {
            let path = file.path.as_str();
            assert!(!path.starts_with('/') && path.split('/').all(|part| part != ".."));
        }
    }
});
