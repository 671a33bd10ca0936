//! Ingest that is killed at any instant: nothing is lost, nothing half done is ever seen, and in
//! the end everything is there. These tests need ffmpeg.

mod support;

use library::catalogue::{Query, State};
use library::pipeline::{Order, Pipeline};
use library::{IngestOptions, Library};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use support::{clip_path, id};

const FOLDER: &str = "HEADEND_TEST_FOLDER";
const KILLS: u32 = 30;
/// A file that cannot be used, among those that can.
const REFUSED: &str = "broken";

/// Works off the journal in a process of its own, which is killed from outside.
#[test]
#[ignore = "is called by the other test"]
fn worker() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let library = Library::open(&Path::new(&folder).join("library")).unwrap();
    let pipeline = Pipeline::new(&library, "ffmpeg".into(), 2, 2).unwrap();
    pipeline.run(None, &AtomicBool::new(false), &|_| {}).unwrap();
}

fn start_worker(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["worker", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Files of several kinds: taken as they are, packed anew, encoded anew, refused.
fn sources(folder: &Path) -> BTreeMap<&'static str, PathBuf> {
    let make = |name: &str, coding: &[&str]| {
        let path = folder.join(name);
        let status = Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-i"])
            .arg(clip_path("slate-h264"))
            .args(coding)
            .arg(&path)
            .status()
            .expect("these tests need the program ffmpeg: apt-get install ffmpeg");
        assert!(status.success());
        path
    };
    let broken = folder.join("broken.ts");
    let mut bytes = std::fs::read(clip_path("slate-h264")).unwrap();
    bytes.drain(188 * 40 + 5..188 * 41);
    std::fs::write(&broken, bytes).unwrap();
    let encode = ["-s", "160x90", "-c:v", "mjpeg", "-c:a", "pcm_s16le"];
    BTreeMap::from([
        ("maths/1", clip_path("maths-4-1")),
        ("water/1", clip_path("water-1")),
        ("packed", make("packed.mp4", &["-c", "copy"])),
        ("encoded", make("encoded.avi", &encode)),
        (REFUSED, broken),
    ])
}

fn put_all(library: &Library, sources: &BTreeMap<&'static str, PathBuf>) {
    let pipeline = Pipeline::new(library, "ffmpeg".into(), 1, 1).unwrap();
    for (name, path) in sources {
        let options = IngestOptions::default();
        pipeline.put(&Order { id: id(name), sources: vec![path.clone()], options }).unwrap();
    }
}

fn states(library: &Library) -> BTreeMap<String, State> {
    let all = library.catalogue().unwrap().search(&Query::default()).unwrap();
    all.into_iter().map(|found| (found.id.as_str().to_owned(), found.state)).collect()
}

/// What can be seen is whole: every byte of it, and what the catalogue says of it.
fn check(library: &Library, wanted: &BTreeMap<String, [u8; 32]>) {
    for (id, summary) in library.survey().unwrap() {
        let summary = summary.unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(Some(&summary.digest), wanted.get(id.as_str()), "{id} is what was ordered");
        let asset = library.open_asset(&id).unwrap();
        (0..asset.pages()).for_each(|page| drop(asset.read_page(page).unwrap()));
        assert!(library.card(&id).unwrap().provenance.is_some(), "{id}");
    }
    let path = library.catalogue().unwrap().path();
    let catalogue = rusqlite::Connection::open(path).unwrap();
    let sound: String = catalogue.query_row("PRAGMA integrity_check", [], |r| r.get(0)).unwrap();
    assert_eq!(sound, "ok");
}

fn digests(library: &Library) -> BTreeMap<String, [u8; 32]> {
    let survey = library.survey().unwrap();
    survey.into_iter().map(|(id, s)| (id.as_str().to_owned(), s.unwrap().digest)).collect()
}

#[test]
fn ingest_killed_at_any_instant_loses_nothing_and_shows_nothing_half_done() {
    let bench = tempfile::tempdir().unwrap();
    let sources = sources(bench.path());
    // Undisturbed, for what must come out and for how long it takes.
    let quiet = bench.path().join("quiet");
    let library = Library::open(&quiet.join("library")).unwrap();
    put_all(&library, &sources);
    let started = Instant::now();
    assert!(start_worker(&quiet).wait().unwrap().success());
    let usual = started.elapsed();
    let wanted = digests(&library);
    assert_eq!(wanted.len(), sources.len() - 1);

    let mut kills = 0;
    let mut chance: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut round = 0;
    while kills < KILLS {
        round += 1;
        assert!(round < 20, "work that is killed again and again gets on");
        let folder = bench.path().join(format!("round-{round}"));
        let library = Library::open(&folder.join("library")).unwrap();
        put_all(&library, &sources);
        loop {
            let mut worker = start_worker(&folder);
            chance ^= chance << 13;
            chance ^= chance >> 7;
            chance ^= chance << 17;
            let instant = usual.mul_f64((chance % 1000) as f64 / 1000.0);
            std::thread::sleep(instant.max(Duration::from_millis(2)));
            let over = worker.try_wait().unwrap().is_some();
            if !over {
                worker.kill().unwrap();
                worker.wait().unwrap();
                kills += 1;
            }
            check(&library, &wanted);
            let all: Vec<String> = states(&library).into_keys().collect();
            let named: Vec<&str> = sources.keys().copied().collect();
            assert_eq!(all, named, "no order is ever lost");
            if over || kills >= KILLS {
                break;
            }
        }
        assert!(start_worker(&folder).wait().unwrap().success());
        check(&library, &wanted);
        let jobs = library.catalogue().unwrap().jobs().unwrap();
        assert_eq!(digests(&library), wanted, "{jobs:?}");
        for (name, state) in states(&library) {
            let ends = if name == REFUSED { State::Refused } else { State::Ready };
            assert_eq!(state, ends, "{name}");
        }
        let left = left_over(&folder.join("library"));
        assert!(left.is_empty(), "no drafts are left: {left:?}");
    }
}

/// The hidden files of a library.
fn left_over(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with('.')).collect()
}
