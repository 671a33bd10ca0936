//! Ingest of transport streams: what is accepted becomes an asset that passes the library's check.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use library::{AssetId, IngestOptions, Library, ingest};
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> =
    LazyLock::new(|| TempDir::new().expect("a folder for the library can be made"));

fuzz_target!(|data: &[u8]| {
    let source = FOLDER.path().join("source.ts");
    fs::write(&source, data).expect("the source can be written");
    let library = Library::open(&FOLDER.path().join("library")).expect("the library opens");
    let id: AssetId = "lesson".parse().expect("the id is sound");
    // What is no transport stream is left to ffmpeg, which is not what is tested here.
    let ffmpeg = PathBuf::from("/nonexistent");
    let options = IngestOptions { ffmpeg, replace: true, ..IngestOptions::default() };
    if ingest(&[source], &id, &library, &options, &mut |_| {}).is_ok() {
        library.check(&id).expect("what ingest makes is sound");
    }
});
