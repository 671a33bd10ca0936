//! What the library says of an asset reaches the plan: licences, withdrawals, replaced content.

use asset::AssetSummary;
use headend::command::check;
use headend::demo;
use headend::station::Station;
use library::card::{Card, Licence, Withdrawal};
use library::{AssetId, IngestOptions, Library, ingest};
use std::path::Path;
use timetable::civil::parse_rfc3339;
use timetable::{Code, Diagnostic};
use ts::Span;

/// The demo's folder with its library.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    demo::write(folder.path()).unwrap();
    let library = library(folder.path());
    for (name, bytes) in demo::MEDIA {
        take(&library, folder.path(), name, bytes);
    }
    folder
}

fn library(folder: &Path) -> Library {
    Library::open(&folder.join("library")).unwrap()
}

fn take(library: &Library, folder: &Path, name: &str, bytes: &[u8]) -> AssetSummary {
    let source = folder.join("source.ts");
    std::fs::write(&source, bytes).unwrap();
    let options = IngestOptions { replace: true, ..IngestOptions::default() };
    ingest(&[source], &id(name), library, &options, &mut |_| {}).unwrap().summary
}

fn id(name: &str) -> AssetId {
    name.parse().unwrap()
}

fn open(folder: &Path) -> Station {
    Station::open(&folder.join("headend.toml")).unwrap()
}

/// What is wrong with ten minutes of the demo on this day.
fn findings(folder: &Path, day: &str) -> Vec<Diagnostic> {
    let from = parse_rfc3339(&format!("{day}T00:30:00Z")).unwrap();
    check::findings(&open(folder), from, from + Span::from_seconds(600)).unwrap()
}

#[test]
fn a_lesson_that_airs_after_its_licence_is_an_error() {
    let folder = folder();
    assert_eq!(findings(folder.path(), "2026-11-24"), []);
    let until = "2026-11-24".parse().ok();
    let card = Card { licence: Licence { until, ..Licence::default() }, ..Card::default() };
    library(folder.path()).write_card(&id("maths-4-1"), &card).unwrap();
    assert_eq!(findings(folder.path(), "2026-11-24"), [], "the last day counts");
    let found = findings(folder.path(), "2026-11-25");
    let codes: Vec<Code> = found.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::Unplayable], "{found:?}");
    let text = &found[0].labels[0].text;
    assert!(text.contains("licensed until 2026-11-24, on air 2026-11-25"), "{text}");
}

#[test]
fn a_withdrawn_lesson_cannot_be_aired_and_check_says_who_withdrew_it() {
    let folder = folder();
    let withdrawn = Withdrawal {
        who: "Li".to_owned(),
        when: "2026-11-24T00:00:00Z".to_owned(),
        why: "a wrong formula".to_owned(),
    };
    let card = Card { withdrawn: Some(withdrawn), ..Card::default() };
    library(folder.path()).write_card(&id("maths-4-1"), &card).unwrap();
    let station = open(folder.path());
    let why = "maths-4-1 was withdrawn by Li on 2026-11-24T00:00:00Z: a wrong formula";
    assert_eq!(station.faulty["maths-4-1"], why);
}

#[test]
fn who_has_planned_with_content_plays_it_after_it_was_replaced() {
    let folder = folder();
    let station = open(folder.path());
    let from = parse_rfc3339("2026-11-24T00:30:00Z").unwrap();
    let (rundown, _) = station.rundown(0, from, from + Span::from_seconds(600)).unwrap();
    let number = rundown.assets.iter().position(|(name, _)| name == "maths-4-1").unwrap();
    let planned = rundown.assets[number].1.summary.clone();
    let (_, source) = station.engine(0, rundown).unwrap();
    let other = demo::MEDIA.iter().find(|(name, _)| *name == "maths-4-2").unwrap().1;
    let new = take(&library(folder.path()), folder.path(), "maths-4-1", other);
    assert_ne!(new.digest, planned.digest);
    let index = source.index(rundown::AssetIx(number as u32)).unwrap();
    assert_eq!(index.summary(), planned);
    assert_eq!(open(folder.path()).catalogue.get("maths-4-1").unwrap().summary, new);
}
