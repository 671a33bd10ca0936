//! Scrubbing finds bit rot; sweeping removes nothing that is needed.

mod support;

use library::card::{Card, Licence, Withdrawal};
use library::catalogue::State;
use library::gc::{GcPolicy, Reason};
use library::{IngestOptions, Library, ScrubFault, ingest};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use support::{Bench, clip_path, id, without_ffmpeg};

fn ingest_as(bench: &Bench, name: &str, clip: &str, card: Card) {
    let options = IngestOptions { card, ..without_ffmpeg() };
    ingest(&[clip_path(clip)], &id(name), &bench.library, &options, &mut |_| {}).unwrap();
}

fn stream_of(library: &Library, name: &str) -> PathBuf {
    let digest = library.index(&id(name)).unwrap().digest;
    let start = u64::from_be_bytes(*digest.first_chunk().unwrap());
    library.folder().join(format!("{name}.{start:016x}.ts"))
}

fn state(library: &Library, name: &str) -> State {
    library.catalogue().unwrap().show(&id(name)).unwrap().unwrap().state
}

#[test]
fn scrub_names_the_asset_and_the_bytes_that_rot() {
    let bench = Bench::new();
    ingest_as(&bench, "a", "maths-4-1", Card::default());
    let (library, lesson) = (&bench.library, id("a"));
    let mut read = 0;
    assert_eq!(library.scrub(&lesson, &mut |bytes| read += bytes), Ok(()));
    let path = stream_of(library, "a");
    let sound = fs::read(&path).unwrap();
    assert_eq!(read, sound.len() as u64);

    let page = 1024 * 188;
    let mut rotten = sound.clone();
    for at in [page + 7, 2 * page, sound.len() - 1] {
        rotten[at] ^= 0x10;
    }
    fs::write(&path, &rotten).unwrap();
    let last = (sound.len() - 1) / page * page;
    let ranges = vec![page as u64..3 * page as u64, last as u64..sound.len() as u64];
    let fault = ScrubFault::Rotten { path: path.clone(), ranges };
    assert_eq!(library.scrub(&lesson, &mut |_| {}), Err(fault.clone()));
    let found = library.catalogue().unwrap().show(&lesson).unwrap().unwrap();
    assert_eq!((found.state, found.fault), (State::Damaged, Some(fault.to_string())));
    assert!(fault.to_string().contains("bytes 192512..577536, "), "{fault}");
    // Looking at the asset from outside does not hide what was found.
    assert!(Library::open(library.folder()).unwrap().summary(&lesson).is_ok());
    assert_eq!(state(library, "a"), State::Damaged);

    fs::write(&path, &sound).unwrap();
    assert_eq!(library.scrub(&lesson, &mut |_| {}), Ok(()));
    assert_eq!(state(library, "a"), State::Ready);
}

fn policy(named: &[&str]) -> GcPolicy {
    GcPolicy {
        named: named.iter().map(|name| id(name)).collect(),
        today: "2027-09-01".parse().unwrap(),
        keep_replaced: Duration::ZERO,
        unused: false,
    }
}

fn licence(until: &str) -> Card {
    let licence = Licence { until: until.parse().ok(), ..Licence::default() };
    Card { licence, ..Card::default() }
}

#[test]
fn nothing_goes_that_a_timetable_names_or_that_has_no_reason_to_go() {
    let bench = Bench::new();
    let library = &bench.library;
    let withdrawal = Withdrawal { who: String::new(), when: String::new(), why: String::new() };
    let withdrawn = Card { withdrawn: Some(withdrawal), ..Card::default() };
    ingest_as(&bench, "expired", "slate-h264", licence("2027-08-31"));
    ingest_as(&bench, "last-day", "slate-mpeg2", licence("2027-09-01"));
    ingest_as(&bench, "named", "water-1", licence("2027-08-31"));
    ingest_as(&bench, "old", "slate-audio", Card::default());
    ingest_as(&bench, "out", "maths-4-1", withdrawn);
    let sizes = ["expired", "out"].map(|n| fs::metadata(stream_of(library, n)).unwrap().len());
    let plan = library.plan_gc(&policy(&["named"])).unwrap();
    let removed: Vec<_> = plan.removals.iter().map(|r| (r.id.clone().unwrap(), r.why)).collect();
    assert_eq!(removed, [(id("expired"), Reason::Expired), (id("out"), Reason::Withdrawn)]);
    assert_eq!(plan.spared, [(id("named"), Reason::Expired)]);
    for (removal, stream) in plan.removals.iter().zip(sizes) {
        assert!(removal.bytes > stream, "card and index count too");
        assert!(library.check(removal.id.as_ref().unwrap()).is_ok(), "a plan removes nothing");
        library.remove(removal).unwrap();
        assert!(removal.files.iter().all(|file| !file.exists()));
    }
    let left: BTreeSet<_> = library.survey().unwrap().into_keys().collect();
    assert_eq!(left, ["last-day", "named", "old"].map(id).into());
    assert_eq!(library.catalogue().unwrap().show(&id("out")), Ok(None));

    let unused = GcPolicy { unused: true, ..policy(&["named", "last-day"]) };
    let plan = library.plan_gc(&unused).unwrap();
    assert_eq!(plan.removals.len(), 1);
    assert_eq!(
        (plan.removals[0].id.clone(), plan.removals[0].why),
        (Some(id("old")), Reason::Unused)
    );
}

#[test]
fn replaced_and_orphaned_content_goes_after_a_while_and_shared_content_stays() {
    let bench = Bench::new();
    let library = &bench.library;
    ingest_as(&bench, "a", "slate-h264", Card::default());
    ingest_as(&bench, "twin", "slate-h264", Card::default());
    let replaced = stream_of(library, "a");
    ingest_as(&bench, "a", "slate-mpeg2", Card::default());
    let orphan = library.folder().join("b.0123456789abcdef.ts");
    fs::write(&orphan, [0x47; 188]).unwrap();
    fs::write(library.folder().join("notes.ts"), "of the keeper").unwrap();
    let later = GcPolicy { keep_replaced: Duration::from_secs(3600), ..policy(&[]) };
    assert_eq!(library.plan_gc(&later).unwrap().removals, []);
    let plan = library.plan_gc(&policy(&[])).unwrap();
    let what: Vec<_> = plan.removals.iter().map(|r| (r.files.last().unwrap(), r.why)).collect();
    assert_eq!(what, [(&replaced, Reason::Replaced), (&orphan, Reason::Orphan)]);
    assert!(plan.removals[0].bytes < 10_000, "the stream is still that of the twin");
    plan.removals.iter().for_each(|removal| library.remove(removal).unwrap());
    assert!(!replaced.exists() && !orphan.exists());
    assert_eq!(library.scrub(&id("twin"), &mut |_| {}), Ok(()));
    assert_eq!(library.scrub(&id("a"), &mut |_| {}), Ok(()));
}

#[test]
fn nothing_of_an_asset_goes_that_is_not_understood() {
    let bench = Bench::new();
    ingest_as(&bench, "a", "slate-h264", Card::default());
    fs::write(bench.library.folder().join("a.idx"), "damaged").unwrap();
    assert_eq!(bench.library.plan_gc(&policy(&[])).unwrap().removals, []);
}
