//! The lessons that the project ships are ingested whole.

use library::{AssetId, IngestOptions, Library, ingest};
use std::path::{Path, PathBuf};

fn media() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schedules/demo/media");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "ts"));
    files.sort();
    files
}

#[test]
fn every_lesson_becomes_an_asset() {
    let folder = tempfile::tempdir().unwrap();
    let library = Library::open(folder.path()).unwrap();
    for file in media() {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let id: AssetId = name.parse().unwrap();
        let report = ingest(&[file], &id, &library, &IngestOptions::default(), &mut |_| {});
        assert_eq!(report.unwrap().notes, []);
    }
}
