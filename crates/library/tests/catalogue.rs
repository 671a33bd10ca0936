//! The catalogue: what it finds, what it saves opening, and that the folder stays what is true.

mod support;

use library::card::{Card, Licence, Titles, Withdrawal};
use library::catalogue::{Found, Query, State};
use library::{AssetError, CatalogueError, IngestOptions, Library, ingest, rebuild};
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use support::{Bench, clip_path, id, without_ffmpeg};

fn ingest_as(bench: &Bench, name: &str, clip: &str, card: Card) {
    let options = IngestOptions { card, who: "test".to_owned(), ..without_ffmpeg() };
    ingest(&[clip_path(clip)], &id(name), &bench.library, &options, &mut |_| {}).unwrap();
}

fn lesson(zh: &str, en: &str) -> Card {
    Card {
        title: Titles { zh: zh.to_owned(), en: en.to_owned() },
        course: "maths-7".to_owned(),
        language: "zho".to_owned(),
        keywords: vec!["初中".to_owned()],
        ..Card::default()
    }
}

fn search(library: &Library, query: &Query) -> Vec<Found> {
    library.catalogue().unwrap().search(query).unwrap()
}

fn found(library: &Library, text: &str) -> Vec<String> {
    let query = Query { text: text.to_owned(), ..Query::default() };
    search(library, &query).into_iter().map(|f| f.id.as_str().to_owned()).collect()
}

fn state(library: &Library, name: &str) -> State {
    library.catalogue().unwrap().show(&id(name)).unwrap().unwrap().state
}

fn stream_of(bench: &Bench, name: &str) -> PathBuf {
    let digest = bench.library.index(&id(name)).unwrap().digest;
    let start = u64::from_be_bytes(*digest.first_chunk().unwrap());
    bench.library.folder().join(format!("{name}.{start:016x}.ts"))
}

#[test]
fn an_asset_is_found_by_any_piece_of_a_chinese_title_and_by_the_beginning_of_a_word() {
    let bench = Bench::new();
    ingest_as(&bench, "maths/1", "slate-h264", lesson("有理数的加法", "Adding rationals"));
    ingest_as(&bench, "maths/2", "slate-mpeg2", lesson("有理数的减法", "Subtracting rationals"));
    ingest_as(&bench, "farm/1", "slate-audio", Card::default());
    let library = &bench.library;
    assert_eq!(found(library, "有理数"), ["maths/1", "maths/2"]);
    assert_eq!(found(library, "加"), ["maths/1"]);
    assert_eq!(found(library, "减法 rational"), ["maths/2"]);
    assert_eq!(found(library, "初中 SUB"), ["maths/2"]);
    assert_eq!(found(library, "farm"), ["farm/1"]);
    assert_eq!(found(library, "法加"), [""; 0]);
    assert_eq!(found(library, "!"), [""; 0]);
    let below =
        Query { below: "maths".to_owned(), course: "maths-7".to_owned(), ..Query::default() };
    assert_eq!(search(library, &below).len(), 2);
    let one = &search(library, &Query { limit: Some(1), ..below })[0];
    assert_eq!(
        (one.state, one.duration_ms, one.card.title.any()),
        (State::Ready, 2400, "有理数的加法")
    );
    let provenance = one.card.provenance.as_ref().unwrap();
    let source = fs::read(clip_path("slate-h264")).unwrap();
    assert_eq!(provenance.sources[0].blake3, blake3::hash(&source).to_hex().as_str());
    assert_eq!(
        (provenance.sources[0].bytes, provenance.who.as_str()),
        (source.len() as u64, "test")
    );
}

#[test]
fn what_the_catalogue_knows_is_told_without_opening_a_file() {
    let bench = Bench::new();
    ingest_as(&bench, "a", "slate-h264", Card::default());
    let summary = bench.library.summary(&id("a")).unwrap();
    // The index is spoilt in place so that it looks the same from outside.
    let path = bench.library.folder().join("a.idx");
    let metadata = fs::metadata(&path).unwrap();
    let file = File::options().write(true).open(&path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &[0; 100], 0).unwrap();
    file.set_modified(metadata.modified().unwrap()).unwrap();
    let again = Library::open(bench.library.folder()).unwrap();
    assert_eq!(again.summary(&id("a")), Ok(summary));
    // As soon as it looks different, it is read.
    file.set_modified(std::time::SystemTime::now()).unwrap();
    assert!(matches!(again.summary(&id("a")), Err(AssetError::Index { .. })));
    assert_eq!(state(&again, "a"), State::Damaged);
}

#[test]
fn a_library_without_catalogue_is_taken_into_one_by_looking_at_it() {
    let bench = Bench::new();
    ingest_as(&bench, "a", "slate-h264", lesson("甲", ""));
    ingest_as(&bench, "b/c", "slate-mpeg2", Card::default());
    let folder = bench.folder.path().join("old");
    fs::create_dir_all(folder.join("b")).unwrap();
    for name in ["a.idx", "a.json", "b/c.idx"] {
        fs::copy(bench.library.folder().join(name), folder.join(name)).unwrap();
    }
    for name in ["a", "b/c"] {
        let stream = stream_of(&bench, name);
        let name = stream.strip_prefix(bench.library.folder()).unwrap().to_owned();
        fs::copy(&stream, folder.join(name)).unwrap();
    }
    let old = Library::open(&folder).unwrap();
    assert!(found(&old, "甲").is_empty());
    let ids = ["a", "b/c", "nothing"].map(id);
    let summaries = old.summaries(&ids);
    assert!(summaries[0].is_ok() && summaries[1].is_ok());
    assert!(matches!(summaries[2], Err(AssetError::NotThere { .. })));
    assert_eq!(found(&old, "甲"), ["a"]);
    assert_eq!(search(&old, &Query::default()).len(), 2);
}

#[test]
fn files_that_go_or_are_cut_are_seen_at_once_and_again_when_they_come_back() {
    let bench = Bench::new();
    ingest_as(&bench, "a", "slate-h264", lesson("甲", ""));
    let (library, lesson) = (&bench.library, id("a"));
    let stream = stream_of(&bench, "a");
    let aside = bench.folder.path().join("aside");
    fs::rename(&stream, &aside).unwrap();
    assert!(matches!(library.summary(&lesson), Err(AssetError::File(_))));
    assert_eq!(state(library, "a"), State::Missing);
    fs::copy(&aside, &stream).unwrap();
    assert!(library.summary(&lesson).is_ok());
    assert_eq!(state(library, "a"), State::Ready);
    File::options().write(true).open(&stream).unwrap().set_len(188).unwrap();
    assert!(matches!(library.summary(&lesson), Err(AssetError::Length { .. })));
    assert_eq!(state(library, "a"), State::Damaged);
    fs::remove_file(library.folder().join("a.idx")).unwrap();
    assert!(matches!(library.summary(&lesson), Err(AssetError::NotThere { .. })));
    assert_eq!(state(library, "a"), State::Missing);
    assert_eq!(found(library, "甲"), ["a"], "what is gone can still be found");
}

#[test]
fn a_damaged_catalogue_keeps_nothing_from_air_and_is_made_anew_from_the_folder() {
    let bench = Bench::new();
    let until = "2027-08-31".parse().ok();
    let card = Card { licence: Licence { until, ..Licence::default() }, ..lesson("甲乙", "") };
    ingest_as(&bench, "a", "slate-h264", card.clone());
    let folder = bench.library.folder().to_owned();
    let before = bench.library.catalogue().unwrap().show(&id("a")).unwrap();
    drop(bench.library);
    for name in ["catalogue.sqlite-wal", "catalogue.sqlite-shm"] {
        let _ = fs::remove_file(folder.join(name));
    }
    fs::write(folder.join("catalogue.sqlite"), "certainly no database ".repeat(1000)).unwrap();
    let library = Library::open(&folder).unwrap();
    let error = library.catalogue().unwrap_err();
    assert!(matches!(error, CatalogueError::Sqlite { .. }), "{error}");
    assert!(library.summary(&id("a")).is_ok());
    assert!(library.read_page(&id("a"), 0).is_ok());
    drop(library);
    let (library, rebuilt) = rebuild(&folder).unwrap();
    assert_eq!((rebuilt.assets, rebuilt.faulty), (1, Vec::new()));
    assert!(rebuilt.set_aside.unwrap().exists());
    assert_eq!(library.catalogue().unwrap().show(&id("a")).unwrap(), before);
    assert_eq!(found(&library, "乙"), ["a"]);
    let day = "2027-09-01".parse().ok();
    let expired = Query { expires_before: day, ..Query::default() };
    assert_eq!(search(&library, &expired).len(), 1);
    // A sound catalogue is made anew in place.
    let (library, rebuilt) = rebuild(&folder).unwrap();
    assert_eq!((rebuilt.assets, rebuilt.set_aside), (1, None));
    assert_eq!(found(&library, "甲"), ["a"]);
}

#[test]
fn a_withdrawn_asset_is_not_aired_until_that_is_taken_back() {
    let bench = Bench::new();
    ingest_as(&bench, "a", "slate-h264", lesson("甲", ""));
    let (library, lesson) = (&bench.library, id("a"));
    let whole = library.card(&lesson).unwrap();
    let (who, when, why) = ("Li".to_owned(), "2027-03-01T00:00:00Z".to_owned(), "error".to_owned());
    let withdrawn = Some(Withdrawal { who: who.clone(), when: when.clone(), why: why.clone() });
    library.write_card(&lesson, &Card { withdrawn, ..whole.clone() }).unwrap();
    let error = AssetError::Withdrawn { id: lesson.clone(), who, when, why };
    assert_eq!(library.summary(&lesson), Err(error.clone()));
    assert_eq!(Library::open(library.folder()).unwrap().summary(&lesson), Err(error));
    assert_eq!(state(library, "a"), State::Withdrawn);
    library.write_card(&lesson, &whole).unwrap();
    assert!(library.summary(&lesson).is_ok());
    assert_eq!(state(library, "a"), State::Ready);
}

#[test]
fn content_that_was_replaced_is_found_by_who_has_planned_with_it() {
    let bench = Bench::new();
    ingest_as(&bench, "a", "slate-h264", lesson("甲", "First"));
    let old = bench.library.summary(&id("a")).unwrap();
    ingest_as(
        &bench,
        "a",
        "slate-mpeg2",
        Card { title: Titles { zh: "乙".to_owned(), ..Titles::default() }, ..Card::default() },
    );
    let new = bench.library.summary(&id("a")).unwrap();
    assert_ne!(old.digest, new.digest);
    for summary in [&old, &new] {
        let open = bench.library.open_content(&id("a"), &summary.digest).unwrap();
        assert_eq!(open.index().summary(), *summary);
        assert!(open.read_page(0).is_ok());
    }
    let gone = bench.library.open_content(&id("a"), &[7; 32]).unwrap_err();
    assert_eq!(gone, AssetError::Replaced { id: id("a") });
    let card = bench.library.card(&id("a")).unwrap();
    assert_eq!((card.title.zh.as_str(), card.title.en.as_str()), ("乙", "First"));
}

#[test]
fn the_same_content_under_two_names_is_kept_once() {
    let bench = Bench::new();
    ingest_as(&bench, "a", "slate-h264", Card::default());
    ingest_as(&bench, "b/a", "slate-h264", Card::default());
    let files = ["a", "b/a"].map(|name| fs::metadata(stream_of(&bench, name)).unwrap().ino());
    assert_eq!(files[0], files[1]);
    assert!(bench.library.check(&id("a")).is_ok() && bench.library.check(&id("b/a")).is_ok());
}
