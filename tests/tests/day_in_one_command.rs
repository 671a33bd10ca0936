//! One command renders and verifies a stretch of any length, and writes nothing to disk.

use std::process::Command;
use std::time::Duration;
use tests::judge;
use tests::program::headend;
use tests::station::Station;
use tests::timetables::{Minute, lessons};

/// The most memory that a render may take, whatever its length.
const MEMORY_BYTES: u64 = 1 << 30;

fn verified(station: &Station, multiplex: &str, from: &str, duration: &str) -> serde_json::Value {
    let words =
        ["--multiplex", multiplex, "--from", from, "--duration", duration, "--verify", "--json"];
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

/// A lesson each minute on three services is more than a guide of eight days can tell in time.
#[test]
fn a_quarter_of_an_hour_of_the_densest_guide_conforms_and_check_says_what_it_leaves_out() {
    let station = Station::new(&lessons(Minute(0), 1440));
    verified(&station, "test", "2026-09-01T12:00:00Z", "15m");
    let words = ["--from", "2026-09-01T12:00:00Z", "--horizon", "10m"];
    let output = station.command("check", &words);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("W0504") && said.contains("of 8 days"), "{said}");
}

/// Time stamps wrap on the way, as they do in any stretch of 26.5 hours.
#[test]
fn a_day_of_the_demo_conforms() {
    verified(&Station::demo(), "demo", "2026-09-01T12:00:00Z", "24h");
}
