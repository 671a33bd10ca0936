//! Alarms of a daemon on air, as somebody who is told of them meets them.

#[path = "support/daemon.rs"]
mod daemon;

use daemon::Daemon;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn headend(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headend"));
    command.args(words).stdout(Stdio::null());
    command
}

/// A station like that of the demo, whose alarms are written to a file.
fn station(folder: &Path, group: &str, more: &str) -> (PathBuf, PathBuf) {
    let demo = folder.join("demo");
    let made = headend(&["demo", "--seconds", "1", "--folder"]).arg(&demo).status().unwrap();
    assert!(made.success());
    let (config, told) = (demo.join("headend.toml"), folder.join("told.jsonl"));
    let text = std::fs::read_to_string(&config).unwrap();
    let hook = format!("cat >> {}", told.display());
    let alarms = format!("\n[alarms]\nexec = [\"/bin/sh\", \"-c\", {hook:?}]\n{more}\n");
    // Daemons of several tests must not send to one group.
    let text = text.replace("239.255.42.1", group);
    std::fs::write(&config, text + &alarms).unwrap();
    (config, told)
}

fn start(config: &Path, log: &Path) -> Daemon {
    let log = std::fs::File::create(log).unwrap();
    let mut command = headend(&["run"]);
    Daemon::new(command.arg(config).stderr(log).spawn().unwrap())
}

/// Waits until the file has a line with all of these words.
fn wait_for(path: &Path, words: &[&str], patience: Duration) {
    let begin = Instant::now();
    loop {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if text.lines().any(|line| words.iter().all(|word| line.contains(word))) {
            return;
        }
        assert!(begin.elapsed() < patience, "no {words:?} in:\n{text}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_missing_asset_and_a_refused_timetable_are_told_and_told_again_when_they_are_mended() {
    let folder = tempfile::tempdir().unwrap();
    let (config, told) = station(folder.path(), "239.255.42.71", "");
    let timetable = config.with_file_name("timetable.toml");
    let good = std::fs::read_to_string(&timetable).unwrap();
    std::fs::write(&timetable, good.replace("asset = \"water-1\"", "asset = \"absent-1\""))
        .unwrap();
    let daemon = start(&config, &folder.path().join("log"));
    let patience = Duration::from_secs(20);
    wait_for(&told, &["\"raised\"", "\"asset-missing\"", "\"absent-1\"", "advice"], patience);
    std::fs::write(&timetable, "format = 2").unwrap();
    daemon.signal(rustix::process::Signal::HUP);
    wait_for(&told, &["\"raised\"", "\"reload-refused\""], patience);
    std::fs::write(&timetable, &good).unwrap();
    daemon.signal(rustix::process::Signal::HUP);
    wait_for(&told, &["\"cleared\"", "\"asset-missing\"", "\"absent-1\""], patience);
    wait_for(&told, &["\"cleared\"", "\"reload-refused\""], patience);
}

#[test]
fn what_is_sent_is_judged_on_its_way_back_and_a_changed_file_reloads_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (config, told) = station(folder.path(), "239.255.42.72", "monitor = true");
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(!text.contains("\n[run]"), "the demo has no settings of its own");
    std::fs::write(&config, text + "\n[run]\nwatch = true\n").unwrap();
    let log = folder.path().join("log");
    let mut daemon = start(&config, &log);
    wait_for(&log, &["on air"], Duration::from_secs(20));
    let timetable = config.with_file_name("timetable.toml");
    let good = std::fs::read_to_string(&timetable).unwrap();
    std::fs::write(&timetable, good.replace("Safe water", "Clean water")).unwrap();
    wait_for(&log, &["timetable accepted"], Duration::from_secs(30));
    wait_for(&log, &["judged"], Duration::from_secs(30));
    let found = std::fs::read_to_string(&told).unwrap_or_default();
    assert!(!found.contains("conformance"), "{found}");
    daemon.signal(rustix::process::Signal::TERM);
    assert!(daemon.wait().success());
}
