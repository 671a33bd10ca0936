//! A receiving site gets every file back, whichever way the stream comes and wherever it begins.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tests::judge;
use tests::on_air::OnAir;
use tests::program::headend_site;
use tests::station::{Station, repository};
use tests::timetables::{Minute, lessons};

/// All files below a folder, by path relative to it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder can be read") {
            let path = entry.expect("a folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("a path below the folder").to_owned();
                found.insert(name, std::fs::read(path).expect("a file can be read"));
            }
        }
    }
    found
}

/// Every file of the bundle is below the folder, byte for byte.
fn assert_received(into: &Path) {
    let sent = files(&repository().join("schedules/demo/bundle"));
    let received = files(into);
    assert!(sent.len() >= 10, "{} files were sent", sent.len());
    for (name, bytes) in &sent {
        let found = received.iter().find(|(path, _)| path.ends_with(name));
        let names: Vec<_> = received.keys().collect();
        let (_, got) = found.unwrap_or_else(|| panic!("{} is not in {names:?}", name.display()));
        assert!(got == bytes, "{} came with other bytes", name.display());
    }
}

fn receive(from: &str, into: &Path, words: &[&str]) -> Command {
    let mut command = headend_site();
    command.args(["receive", "--from", from, "--into"]).arg(into).args(words);
    command
}

fn assert_success(command: Command) {
    let output = judge::run(command, Duration::from_secs(120));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
}

#[test]
fn files_come_back_from_a_recording_that_begins_anywhere_in_the_cycle() {
    let station = Station::new(&lessons(Minute(8 * 60), 30));
    for (number, start) in ["00:10:00", "00:10:07.311", "00:10:13.9"].into_iter().enumerate() {
        let file = station.path(&format!("part-{number}.ts"));
        let from = format!("2026-09-01T{start}Z");
        std::fs::write(&file, station.render(&from, "25s")).expect("a file");
        let into = station.path(&format!("site-{number}"));
        assert_success(receive(file.to_str().expect("a plain path"), &into, &[]));
        assert_received(&into);
    }
}

#[test]
fn files_come_back_from_a_capture_with_losses_that_fec_repairs() {
    let station = Station::new(&lessons(Minute(8 * 60), 30));
    let capture = station.capture("2026-09-01T00:10:00Z", "25s");
    let media = station.group.port().to_be_bytes();
    let (mut lossy, mut rest) = (capture[..24].to_vec(), &capture[24..]);
    let mut count = 0;
    while !rest.is_empty() {
        let size = u32::from_le_bytes([rest[8], rest[9], rest[10], rest[11]]) as usize;
        let (record, tail) = rest.split_at(16 + size);
        rest = tail;
        // The destination port stands behind Ethernet and IPv4 headers and the source port.
        let is_media = record[16 + 14 + 20 + 2..][..2] == media;
        count += u32::from(is_media);
        if !(is_media && count % 23 == 0) {
            lossy.extend_from_slice(record);
        }
    }
    let file = station.path("lossy.pcap");
    std::fs::write(&file, lossy).expect("a file");
    let into = station.path("site");
    assert_success(receive(file.to_str().expect("a plain path"), &into, &[]));
    assert_received(&into);
}

#[test]
fn files_come_back_from_the_air() {
    let station = Station::new(&lessons(Minute(8 * 60), 30));
    let on_air = OnAir::start(&station);
    let into = station.path("site");
    let from = format!("rtp://{}?interface=127.0.0.1", station.group);
    assert_success(receive(&from, &into, &["--seconds", "25"]));
    assert_received(&into);
    on_air.kill();
}
