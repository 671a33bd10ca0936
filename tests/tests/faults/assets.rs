//! Assets that go while they are on air.

use super::{FILES, Row, Scene, TV_1, TV_2, station};
use std::fs;
use std::path::PathBuf;
use tests::station::{Station, copy_folder};

pub fn play() -> Vec<Row> {
    let scene = Scene::begin(station());
    // One service each, so that each has a slate of its own.
    for path in streams(&scene.station, &["vegetables-1", "water-1", "computer-1", "filler-h264"]) {
        let file = fs::File::options().write(true).open(&path).expect("the asset is there");
        file.set_len(188).expect("a file can be cut");
    }
    scene.is_told("raised", "slate", "tv-1");
    for path in streams(&scene.station, &["maths-4-1", "maths-4-2", "filler-mpeg2"]) {
        fs::remove_file(path).expect("the asset is there");
    }
    scene.is_told("raised", "slate", "tv-2");
    scene.awaits_lessons();
    let audience = scene.end(|station| {
        copy_folder(&tests::library::folder(), &station.path("library"));
    });
    audience.counts_on();
    // What a slate does not need goes to the bundle.
    let mut differing = audience.what_differs();
    differing.remove(&FILES);
    assert_eq!(differing, [TV_1, TV_2].into());
    vec![
        Row {
            fault: "asset truncated",
            provoked: "the files of all that `tv-1` has, cut to one packet while it plays",
            audience: "the slate on `tv-1` within the lead, up to the end of the airing; nothing \
                       else changes",
            operator: "alarm `slate test/tv-1` with file and page",
        },
        Row {
            fault: "asset deleted",
            provoked: "the files of all that `tv-2` has, removed while it plays",
            audience: "what is on plays to its end from the open file; then the slate on `tv-2`; \
                       nothing else changes",
            operator: "alarm `slate test/tv-2` with the file's name",
        },
    ]
}

/// The files of assets' packets.
fn streams(station: &Station, assets: &[&str]) -> Vec<PathBuf> {
    let entries = fs::read_dir(station.path("library")).expect("a library");
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    let is_one = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".ts") && assets.iter().any(|asset| name.starts_with(&format!("{asset}.")))
    };
    paths.filter(is_one).collect()
}
