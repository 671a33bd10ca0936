//! A disk that fills up stops ingest with a clear error, and does nothing else. The disk is a small
//! file system in memory, mounted where only the test sees it; that takes root or user namespaces.

mod support;

use library::catalogue::State;
use library::pipeline::{Order, Pipeline};
use library::{IngestError, IngestOptions, Library};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use support::{clip_path, id};

const FOLDER: &str = "HEADEND_TEST_FOLDER";

#[test]
fn a_full_disk_stops_ingest_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("unshare");
    if !is_root() {
        command.arg("--map-root-user");
    }
    let output = command
        .arg("--mount")
        .arg(std::env::current_exe().unwrap())
        .args(["on_a_small_disk", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .expect("this test needs the program unshare of util-linux");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0)
}

fn mount(folder: &Path, options: &str) {
    let mut command = Command::new("mount");
    command.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder);
    assert!(command.status().unwrap().success(), "a small file system can be mounted");
}

#[test]
#[ignore = "is called by the other test, which lets it mount"]
fn on_a_small_disk() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    mount(folder, "size=1750k");
    let library = Library::open(folder).unwrap();
    let order = |name: &str, clip: &str| Order {
        id: id(name),
        sources: vec![clip_path(clip)],
        options: IngestOptions::default(),
    };
    let run = |orders: &[Order]| {
        let pipeline = Pipeline::new(&library, "/nowhere/ffmpeg".into(), 1, 1).unwrap();
        orders.iter().for_each(|order| pipeline.put(order).unwrap());
        let ended = pipeline.run(None, &AtomicBool::new(false), &|_| {}).unwrap();
        (ended, pipeline.halted())
    };
    let state = |name: &str| library.catalogue().unwrap().show(&id(name)).unwrap().unwrap().state;
    let (ended, halted) = run(&[order("small", "slate-audio")]);
    assert!(ended[0].1.is_ok() && !halted);

    let orders = [order("large", "water-1"), order("other", "slate-h264")];
    let (ended, halted) = run(&orders);
    let (name, result) = &ended[0];
    let Err(error @ IngestError::DiskFull { .. }) = result else { panic!("{name}: {result:?}") };
    assert!(error.to_string().contains("headend ingest CONFIG --resume"), "{error}");
    assert!(halted && ended.len() == 1, "what comes behind is left for later");
    assert_eq!(
        ["large", "other", "small"].map(state),
        [State::Waiting, State::Waiting, State::Ready]
    );
    let drafts = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name());
    let drafts: Vec<_> = drafts.filter(|n| n.to_string_lossy().starts_with('.')).collect();
    assert!(drafts.is_empty(), "{drafts:?}");
    assert!(library.read_page(&id("small"), 0).is_ok());

    mount(folder, "remount,size=64m");
    let (ended, halted) = run(&[]);
    assert!(ended.len() == 2 && ended.iter().all(|(_, r)| r.is_ok()) && !halted, "{ended:?}");
    assert_eq!(["large", "other", "small"].map(state), [State::Ready; 3]);
}
