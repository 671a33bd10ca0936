//! A running daemon takes amendments; killed and started again in their midst it goes on as if it
//! had never stopped, and what was sent can be rendered again from the timetable and the log.

use std::time::Duration;
use tests::clock::{rfc3339, unix_now_s};
use tests::datagrams::{Listener, assert_rendered, of_capture};
use tests::on_air::OnAir;
use tests::program::headend;
use tests::station::Station;
use tests::timetables::{Minute, lessons};

fn lessons_now() -> String {
    let minute_of_day = (unix_now_s() / 60 + 8 * 60) % 1440;
    lessons(Minute(minute_of_day.saturating_sub(2) as u32), 30)
}

/// Runs `headend amend VERB CONFIG WORDS..` and gives what it said; it must do as it is told.
fn amend(station: &Station, verb: &str, words: &[&str]) -> String {
    let mut command = headend();
    command.args(["amend", verb]).arg(station.config()).args(words).env("NO_COLOR", "1");
    command.args(["--by", "li", "--reason", "flood"]);
    let output = command.output().expect("headend can be run");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let all = said(&output.stdout) + &said(&output.stderr);
    assert_eq!(output.status.code(), Some(if words.contains(&"--yes") { 0 } else { 1 }), "{all}");
    all
}

/// The civil time in Shanghai of an instant.
fn local(unix_s: u64) -> String {
    let text = rfc3339(unix_s + 8 * 3600);
    text[..19].to_owned()
}

#[test]
fn a_daemon_takes_amendments_and_resumes_in_their_midst() {
    let station = Station::new(&lessons_now());
    let listener = Listener::new(station.group);
    let from_s = unix_now_s() - 2;
    let on_air = OnAir::start(&station);
    on_air.wait_for("on air");
    // Well behind the notice that every machine is given, in the place of a whole lesson.
    let start_s = (unix_now_s() + 90).next_multiple_of(60);
    let start = local(start_s);
    let insert = ["water-1", "--service", "tv-1", "--start", &start, "--length", "1m"];
    let shown = amend(&station, "insert", &insert);
    assert!(shown.contains("water-1") && shown.contains("nothing is written"), "{shown}");
    assert!(!station.path("state/amendments.jsonl").exists());
    let shown = amend(&station, "insert", &[&insert[..], &["--yes"]].concat());
    assert!(shown.contains("amendment 1 is written"), "{shown}");
    on_air.wait_for("amendment taken");
    std::thread::sleep(Duration::from_secs(3));
    on_air.kill();
    // A crash tears the line that is being written.
    let log = station.path("state/amendments.jsonl");
    let text = std::fs::read_to_string(&log).expect("a log");
    std::fs::write(&log, format!("{text}{{\"n\":2,\"eff")).expect("a file");
    let on_air = OnAir::start(&station);
    on_air.wait_for("on air");
    let left = (start_s + 8).saturating_sub(unix_now_s());
    std::thread::sleep(Duration::from_secs(left));
    let words = [&rfc3339(start_s + 5)[..], "--service", "tv-1"];
    let why = station.command("why", &words);
    let why = String::from_utf8_lossy(&why.stdout).into_owned();
    assert!(why.contains("water-1") && why.contains("by li: flood"), "{why}");
    on_air.kill();
    let received = listener.finish();
    let duration = format!("{}s", unix_now_s() + 4 - from_s);
    let rendered = of_capture(&station.capture(&rfc3339(from_s), &duration));
    let counts = assert_rendered(&received, &rendered, station.group);
    assert!(counts[0] > 40 * 802, "{counts:?}");
}
