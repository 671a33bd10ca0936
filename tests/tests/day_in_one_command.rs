//! One command renders and verifies a stretch of any length, and writes nothing to disk.

use std::process::Command;
use std::time::Duration;
use tests::judge;
use tests::program::headend;
use tests::station::Station;
use tests::timetables::{Minute, lessons};

/// The most memory that a render may take, whatever its length.
const MEMORY_BYTES: u64 = 1 << 30;

fn verified(station: &Station, from: &str, duration: &str) -> serde_json::Value {
    let words =
        ["--multiplex", "test", "--from", from, "--duration", duration, "--verify", "--json"];
    // What is beyond the limit fails to be allocated, and with it the test.
    let mut command = Command::new("prlimit");
    command.arg(format!("--as={}", 8 * MEMORY_BYTES)).arg(headend().get_program());
    command.arg("render").arg(station.config()).args(words);
    let output = judge::run(command, Duration::from_secs(1800));
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{report}\n{said}");
    serde_json::from_str(&report).expect("the verdict is JSON")
}

#[test]
fn a_quarter_of_an_hour_conforms() {
    let station = Station::new(&lessons(Minute(8 * 60), 60));
    verified(&station, "2026-09-01T00:00:00Z", "15m");
}

/// The wrap of time stamps is met on the way, as in any stretch of 26.5 hours.
#[test]
#[ignore = "takes minutes"]
fn a_day_conforms() {
    let station = Station::new(&lessons(Minute(0), 1440));
    verified(&station, "2026-09-01T12:00:00Z", "24h");
}
