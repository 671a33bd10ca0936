//! The as-run log says what went out, whatever happens to the daemon that writes it.

use rustix::process::Signal;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tests::clock::{rfc3339, unix_now_s};
use tests::on_air::OnAir;
use tests::station::Station;
use tests::timetables::{Minute, lessons};

/// Lessons, and a bundle that is sent all through in a few seconds.
fn lessons_now() -> String {
    let minute_of_day = (unix_now_s() / 60 + 8 * 60) % 1440;
    let text = lessons(Minute(minute_of_day.saturating_sub(2) as u32), 30);
    text.replacen("files = \"bundle/**\"\n", "files = \"bundle/**\"\nrate = 1_000_000\n", 1)
}

/// Runs `headend asrun WORD CONFIG WORDS..`: whether it says yes, and what it prints.
fn asrun(station: &Station, word: &str, words: &[&str]) -> (bool, String) {
    let mut command = tests::program::headend();
    command.args(["asrun", word]).arg(station.config()).args(words);
    let output = command.output().expect("headend runs");
    let told = String::from_utf8(output.stdout).expect("text");
    (output.status.success(), told + &String::from_utf8_lossy(&output.stderr))
}

fn entries(station: &Station) -> Vec<Value> {
    let (good, text) = asrun(station, "export", &[]);
    assert!(good, "{text}");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// What names an airing: its service and its planned start.
fn key(aired: &Value) -> (String, String) {
    (text(&aired["service"]), text(&aired["planned"]["start"]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Every airing that the plan has in a stretch of time: by service and start, the asset.
fn planned(station: &Station, from_s: u64) -> BTreeMap<(String, String), (String, String)> {
    let duration = format!("{}s", unix_now_s() + 1 - from_s);
    let output =
        station.command("plan", &["--from", &rfc3339(from_s), "--duration", &duration, "--json"]);
    let plan: Value = serde_json::from_slice(&output.stdout).expect("a plan");
    let mut found = BTreeMap::new();
    for service in plan["multiplexes"][0]["services"].as_array().expect("services") {
        for airing in service["airings"].as_array().expect("airings") {
            let utc = |at: &Value| to_utc(&text(at));
            let key = (text(&service["id"]), utc(&airing["start"]));
            found.insert(key, (text(&airing["asset"]), utc(&airing["end"])));
        }
    }
    found
}

/// An instant at +08:00 as one in UTC.
fn to_utc(at: &str) -> String {
    let local = at.strip_suffix("+08:00").expect("the zone of the timetable");
    let (date, time) = local.split_once('T').expect("a date and a time");
    let hour: i32 = time[..2].parse().expect("an hour");
    if hour >= 8 {
        return format!("{date}T{:02}{}Z", hour - 8, &time[2..]);
    }
    let date: calendar::Date = date.parse().expect("a date");
    format!("{}T{:02}{}Z", date.yesterday(), hour + 16, &time[2..])
}

/// Just enough of the calendar to go back a day.
mod calendar {
    pub struct Date(i32, u32, u32);

    impl std::str::FromStr for Date {
        type Err = std::num::ParseIntError;
        fn from_str(text: &str) -> Result<Date, Self::Err> {
            Ok(Date(text[..4].parse()?, text[5..7].parse()?, text[8..10].parse()?))
        }
    }

    impl Date {
        pub fn yesterday(self) -> String {
            let Date(year, month, day) = self;
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            let (year, month, day) = match (month, day) {
                (1, 1) => (year - 1, 12, 31),
                (month, 1) => (year, month - 1, lengths[month as usize - 2]),
                (month, day) => (year, month, day - 1),
            };
            format!("{year:04}-{month:02}-{day:02}")
        }
    }
}

#[test]
fn a_daemon_that_is_killed_five_times_leaves_a_whole_chain_and_one_entry_for_each_airing() {
    let station = Station::new(&lessons_now());
    let begin_s = unix_now_s();
    for round in 0..5 {
        let on_air = OnAir::start(&station);
        std::thread::sleep(Duration::from_millis(12_000 + 700 * round));
        on_air.kill();
        let (good, told) = asrun(&station, "verify", &[]);
        assert!(good, "after kill {round}: {told}");
    }
    let on_air = OnAir::start(&station);
    on_air.wait_for("on air");
    std::thread::sleep(Duration::from_secs(4));
    on_air.signal(Signal::TERM);
    let status = on_air.wait(Duration::from_secs(5)).expect("the daemon ends");
    assert_eq!(status.code(), Some(0));

    let (good, told) = asrun(&station, "verify", &[]);
    assert!(good, "{told}");
    let entries = entries(&station);
    let of = |event: &str| entries.iter().filter(|e| e["event"] == event).count();
    assert_eq!((of("started"), of("stopped"), of("lost")), (6, 1, 0));
    let planned = planned(&station, begin_s);
    let mut seen = BTreeMap::new();
    for aired in entries.iter().filter(|e| e["kind"] == "airing") {
        let (asset, end) =
            planned.get(&key(aired)).unwrap_or_else(|| panic!("not in the plan: {aired}"));
        assert_eq!((asset, end), (&text(&aired["asset"]), &text(&aired["planned"]["end"])));
        assert_eq!(text(&aired["content"]).len(), 64);
        *seen.entry(key(aired)).or_insert(0) += 1;
    }
    assert!(seen.values().all(|count| *count == 1), "{seen:?}");
    // All that began and ended between the first datagram and the last is there.
    let (first, last) = (rfc3339(begin_s + 2), rfc3339(unix_now_s() - 6));
    let expected: Vec<_> =
        planned.iter().filter(|((_, start), (_, end))| *start > first && *end < last).collect();
    assert!(expected.len() > 3, "{planned:?}");
    for ((service, start), _) in expected {
        assert!(
            seen.contains_key(&(service.clone(), start.clone())),
            "{service} {start}: {seen:?}"
        );
    }
    let results: Vec<String> = entries.iter().map(|e| text(&e["result"])).collect();
    assert!(results.iter().any(|r| r == "interrupted"), "{results:?}");
    // A pass that a kill falls into is one entry all the same.
    let passes = entries.iter().filter(|e| e["kind"] == "bundle-pass");
    let numbers: Vec<u64> = passes.map(|e| e["pass"].as_u64().expect("a number")).collect();
    assert!(!numbers.is_empty() && numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");

    let (good, csv) = asrun(&station, "export", &["--csv"]);
    assert!(good && csv.lines().count() == entries.len() + 1, "{csv}");

    // A line that is changed afterwards is named.
    let folder = station.path("state/as-run");
    let mut files: Vec<_> = std::fs::read_dir(&folder).expect("a log").flatten().collect();
    files.retain(|file| file.path().extension().is_some_and(|e| e == "jsonl"));
    files.sort_by_key(std::fs::DirEntry::path);
    let path = files[0].path();
    let log = std::fs::read_to_string(&path).expect("a log");
    std::fs::write(&path, log.replacen("interrupted", "whole", 1)).expect("a file");
    let line = 1 + log.lines().position(|l| l.contains("interrupted")).expect("the line");
    let (good, told) = asrun(&station, "verify", &[]);
    assert!(!good && told.contains(&format!(":{line}: ")), "{told}");
}

#[test]
fn a_log_that_cannot_be_written_never_stops_the_stream() {
    let station = Station::new(&lessons_now());
    std::fs::create_dir_all(station.path("state")).expect("a folder");
    // A file where the folder must be.
    std::fs::write(station.path("state/as-run"), "").expect("a file");
    let mut on_air = OnAir::start(&station);
    on_air.wait_for("the as-run log cannot be written; the stream goes on");
    std::fs::remove_file(station.path("state/as-run")).expect("a file");
    on_air.wait_for("the as-run log is written again");
    assert!(on_air.is_running());
    on_air.signal(Signal::TERM);
    assert_eq!(on_air.wait(Duration::from_secs(5)).and_then(|s| s.code()), Some(0));
    let (good, told) = asrun(&station, "verify", &[]);
    assert!(good, "{told}");
    assert_eq!(entries(&station)[0]["event"], "started");
}
