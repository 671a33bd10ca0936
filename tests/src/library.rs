//! The demo lessons, ingested once for all tests.

use crate::judge;
use crate::program::{folder as programs, headend};
use crate::station::repository;
use std::fs::File;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, UNIX_EPOCH};

/// A library with every demo lesson. It is kept for as long as the programs do not change.
///
/// # Panics
/// When a lesson cannot be ingested.
pub fn folder() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(make).clone()
}

fn make() -> PathBuf {
    let program = programs().join("headend");
    let built = program.metadata().and_then(|m| m.modified()).expect("the program is there");
    let stamp = built.duration_since(UNIX_EPOCH).expect("a time after 1970").as_nanos();
    let parent = repository().join("target/tmp/tests-library");
    std::fs::create_dir_all(&parent).expect("a folder can be made");
    let lock = File::create(parent.join("lock")).expect("a lock file can be made");
    lock.lock().expect("a lock can be waited for");
    let made = parent.join(format!("{stamp}"));
    if !made.exists() {
        let fresh = tempfile::tempdir_in(&parent).expect("a temporary folder");
        ingest_all(fresh.path());
        std::fs::rename(fresh.path().join("library"), &made).expect("a folder can be renamed");
    }
    made
}

fn ingest_all(folder: &std::path::Path) {
    let config = folder.join("headend.toml");
    std::fs::write(&config, CONFIG).expect("a configuration");
    std::fs::write(folder.join("timetable.toml"), TIMETABLE).expect("a timetable");
    let media = repository().join("schedules/demo/media");
    let mut files: Vec<PathBuf> = std::fs::read_dir(media)
        .expect("the demo lessons are there")
        .map(|entry| entry.expect("a folder can be read").path())
        .filter(|path| path.extension().is_some_and(|e| e == "ts"))
        .collect();
    files.sort();
    for file in files {
        let mut command = headend();
        command
            .args(["ingest", "--as-is"])
            .arg(&config)
            .arg("--id")
            .arg(file.file_stem().expect("a name"));
        let output = judge::run(command.arg(&file), Duration::from_secs(60));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", file.display());
    }
}

const CONFIG: &str = r#"format = 1
timetables = ["timetable.toml"]
[network]
id = 1
name = { en = "Ingest" }
[[multiplex]]
name = "none"
transport_stream_id = 1
original_network_id = 1
rate = 1_000_000
services = ["none"]
"#;

const TIMETABLE: &str = r#"format = 1
zone = "UTC"
[[service]]
id = "none"
number = 1
kind = "data"
name = { en = "None" }
"#;
