//! An asset that gives out on air is covered by its service's slate, and nobody else notices.

use engine::DATAGRAM_PACKETS;
use headend::demo;
use headend::lineup::Lineup;
use headend::maker::Maker;
use headend::station::Station;
use library::{AssetId, IngestOptions, Library, ingest};
use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use ts::{PACKET_SIZE, Span};
use verify::{Check, Options, Verifier};

/// The demo's folder with its library.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    demo::write(folder.path()).unwrap();
    let library = Library::open(&folder.path().join("library")).unwrap();
    for (name, bytes) in demo::MEDIA {
        let id: AssetId = name.parse().unwrap();
        let source = folder.path().join("source.ts");
        fs::write(&source, bytes).unwrap();
        ingest(&[source], &id, &library, &IngestOptions::default(), &mut |_| {}).unwrap();
    }
    folder
}

/// Overwrites the middle of an asset's stream.
fn damage(folder: &Path, asset: &str) {
    let library = folder.join("library");
    let is_stream = |name: &str| name.starts_with(&format!("{asset}.")) && name.ends_with(".ts");
    for entry in fs::read_dir(library).unwrap() {
        let path = entry.unwrap().path();
        if is_stream(path.file_name().unwrap().to_str().unwrap()) {
            let size = fs::metadata(&path).unwrap().len();
            let mut file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.seek(SeekFrom::Start(size / 2)).unwrap();
            file.write_all(&[0x55; 20_000]).unwrap();
        }
    }
}

/// Three minutes of the demo as they go on air: how often a slate had to be shown, and the
/// judgement.
fn aired(station: &Station) -> (u64, verify::Report) {
    let from = timetable::civil::parse_rfc3339("2026-11-24T00:39:50Z").unwrap();
    let until = from + Span::from_seconds(180);
    let lineup = Lineup::new(station, 0, from, until).unwrap();
    let grid = lineup.grid();
    let part = lineup.at(grid.at(from));
    let mut maker = Maker::new(part.engine.clone(), part.source.clone());
    let mut buffer = vec![0; grid.datagrams() as usize * DATAGRAM_PACKETS as usize * PACKET_SIZE];
    let mut verifier = Verifier::new(Options::default());
    let mut covers = 0;
    for k in grid.at(from)..grid.at(until) {
        while let Err(error) = maker.make(k, 0, &mut buffer) {
            let airing = maker.failing_airing(&error);
            let (service, start) = airing.expect("the damage is in one service");
            assert_eq!(part.engine.multiplex().services[service].id, "tv-1", "{error}");
            assert!(maker.show_slate(service, start, k), "each airing is lost once: {error}");
            covers += 1;
        }
        verifier.push(&buffer);
    }
    (covers, verifier.finish())
}

/// What was sent of a lost lesson ends in mid-picture, in mid-frame for each sound, and the slate
/// takes a moment to appear; all else, counters and clock included, is as it always is.
fn assert_harmless(covers: u64, report: &verify::Report) {
    assert!(covers > 0, "a lost asset was on air");
    for tally in &report.checks {
        let allowed = match tally.check {
            Check::Buffer | Check::PesSyntax | Check::Pts => 3 * covers,
            _ => 0,
        };
        assert!(tally.errors <= allowed, "{:?}: {}\n{report}", tally.check, tally.errors);
    }
}

#[test]
fn the_slate_covers_an_asset_that_is_damaged_on_air_and_the_stream_stays_conformant() {
    let folder = folder();
    for asset in ["vegetables-1", "water-1", "computer-1"] {
        damage(folder.path(), asset);
    }
    let station = Station::open(&folder.path().join("headend.toml")).unwrap();
    let (covers, report) = aired(&station);
    assert_harmless(covers, &report);
}

#[test]
fn the_slate_covers_assets_that_are_gone_when_their_time_comes_from_their_beginning() {
    let folder = folder();
    let station = Station::open(&folder.path().join("headend.toml")).unwrap();
    for entry in fs::read_dir(folder.path().join("library")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if ["vegetables-1.", "water-1.", "computer-1."].iter().any(|id| name.starts_with(id)) {
            fs::remove_file(&path).unwrap();
        }
    }
    let (covers, report) = aired(&station);
    assert_harmless(covers, &report);
}
