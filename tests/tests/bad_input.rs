//! What is missing, damaged or wrong is told with its place, and never reaches air.

use std::path::Path;
use std::process::Output;
use std::time::Duration;
use tests::clock::unix_now_s;
use tests::datagrams::{Listener, Received, name};
use tests::judge::{self, ask, judge, python};
use tests::on_air::OnAir;
use tests::program::headend;
use tests::station::{Station, repository};
use tests::timetables::{Minute, lessons};
use tests::{single, trim};
use ts::Pid;

fn station() -> Station {
    Station::new(&lessons(Minute(8 * 60), 30))
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

/// Files of the library of a station that belong to an asset.
fn files_of(station: &Station, asset: &str) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(station.path("library")).expect("there is a library");
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    let belongs = |path: &std::path::PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(&format!("{asset}."))
    };
    let found: Vec<_> = paths.filter(belongs).collect();
    assert!(!found.is_empty(), "{asset} is in the library");
    found
}

/// Each file is refused by `ingest`: what is in it, and what must be said.
#[test]
fn files_that_cannot_be_played_are_refused_with_a_reason() {
    let station = station();
    let lesson = std::fs::read(repository().join("schedules/demo/media/maths-4-1.ts"));
    let lesson = lesson.expect("the demo lessons are there");
    let without_pat: Vec<u8> = lesson
        .chunks_exact(188)
        .filter(|packet| packet[1] & 0x1f != 0 || packet[2] != 0)
        .flatten()
        .copied()
        .collect();
    let table: [(&str, Vec<u8>); 6] = [
        ("empty.ts", Vec::new()),
        ("text.ts", b"This is no film.".repeat(1000)),
        ("zero.ts", vec![0; 188 * 1000]),
        ("null-packets.ts", [&[0x47, 0x1f, 0xff, 0x10][..], &[0xff; 184]].concat().repeat(1000)),
        ("without-pat.ts", without_pat),
        ("two-packets.ts", lesson[..376].to_vec()),
    ];
    for (name, bytes) in table {
        let file = station.path(name);
        std::fs::write(&file, bytes).expect("a file");
        let path = file.to_str().expect("a plain path");
        let output = station.command("ingest", &["--id", "bad", path]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(said.contains(name) && said.len() < 2_000, "{name}: {said}");
        assert!(!said.contains("panicked"), "{name}: {said}");
    }
    let output = station.command("ingest", &["--id", "bad", "/nowhere/film.ts"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("/nowhere/film.ts"));
}

#[test]
fn a_missing_asset_is_an_error_of_check_at_the_place_of_its_use() {
    let station = station();
    for file in files_of(&station, "water-1") {
        std::fs::remove_file(file).expect("a file can be removed");
    }
    let words = ["--from", "2026-09-01T00:00:00Z", "--horizon", "10m"];
    let output = station.command("check", &words);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.contains("water-1") && said.contains("timetable.toml:"), "{said}");
}

#[test]
fn a_faulty_timetable_is_an_error_of_check_with_line_and_column() {
    let station = station();
    let text = std::fs::read_to_string(station.path("timetable.toml")).expect("a timetable");
    let faulty = text.replacen("from = 08:00", "from = 25:00", 1);
    std::fs::write(station.path("timetable.toml"), &faulty).expect("a file");
    let line = 1 + faulty.lines().position(|l| l.contains("from = 25:00")).expect("the fault");
    let output = station.command("check", &[]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.contains(&format!("timetable.toml:{line}:")), "{said}");
}

/// The schema of OASIS, and what it says of a log: nothing when the log keeps it.
const SARIF: &str = r"
import json, sys, jsonschema
schema, log = (json.load(open(path, encoding='utf-8')) for path in sys.argv[1:3])
judge = jsonschema.Draft7Validator(schema)
judge.check_schema(schema)
for error in judge.iter_errors(log):
    print(error.json_path, error.message)
for run in log['runs']:
    print('results', len(run['results']))
";

#[test]
fn findings_as_sarif_keep_the_schema_of_sarif() {
    let station = station();
    let text = std::fs::read_to_string(station.path("timetable.toml")).expect("a timetable");
    // A fault with a place and advice, one that is related to another place, and a warning.
    let faults = "[[item]]\nid = \"opening\"\nservice = \"tv-1\"\nasset = \"films/开幕\"
at = 2027-03-01T09:00\nlenght = \"10m\"
[[item]]\nid = \"opening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\nat = 2027-03-01T10:00\n";
    std::fs::write(station.path("timetable.toml"), text.clone() + faults).expect("a file");
    let schema = repository().join("tests/data/sarif-schema-2.1.0.json");
    let results = |code: i32| {
        let output = station.command("check", &["--format", "sarif"]);
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        let log = station.path("log.sarif");
        std::fs::write(&log, &output.stdout).expect("a file");
        let verdict = ask(python().args(["-c", SARIF]).arg(&schema).arg(&log));
        assert!(verdict.success, "{}", verdict.stderr);
        verdict.stdout
    };
    assert_eq!(results(78), "results 3\n");
    std::fs::write(station.path("timetable.toml"), text).expect("a file");
    assert_eq!(results(0), "results 0\n");
}

/// The slate is shown where a lesson cannot be read, and nobody sees that anything was amiss.
fn assert_slate_instead_of(damage: impl Fn(&Path)) {
    let station = station();
    let healthy = station.render("2026-09-01T00:09:30Z", "90s");
    for file in files_of(&station, "water-1").iter().chain(&files_of(&station, "computer-1")) {
        damage(file);
    }
    let stretch = station.render("2026-09-01T00:09:30Z", "90s");
    assert_eq!(stretch.len(), healthy.len());
    assert!(stretch != healthy, "the damage shows");
    assert_decodes(&station, &stretch);
}

/// All pictures and sounds of a stretch decode without a word.
fn assert_decodes(station: &Station, stretch: &[u8]) {
    for service_id in [1, 2, 3] {
        let trimmed = trim::whole_units(&single::service(stretch, service_id)).bytes;
        let file = station.path("service.ts");
        std::fs::write(&file, trim::without(&trimmed, Pid::EIT)).expect("a file");
        let mut command = judge("ffmpeg");
        command.args(["-nostdin", "-v", "warning", "-xerror", "-i"]).arg(&file);
        command.args(["-map", "0:v?", "-map", "0:a", "-fps_mode", "passthrough"]);
        command.args(["-enc_time_base", "-1", "-f", "null", "-"]);
        let verdict = ask(&mut command);
        let is_silent = verdict.success && verdict.stderr.is_empty();
        assert!(is_silent, "service {service_id}: {}", verdict.stderr);
    }
}

#[test]
fn a_missing_lesson_is_replaced_by_the_slate() {
    assert_slate_instead_of(|file| std::fs::remove_file(file).expect("a file can be removed"));
}

/// Whoever renders wants exactly what the timetable says, or to know why not.
#[test]
fn rendering_a_damaged_lesson_fails_and_names_it() {
    for extension in ["ts", "idx"] {
        let station = station();
        for file in files_of(&station, "water-1") {
            flip_middle_bit(&file, extension);
        }
        let words = ["--multiplex", "test", "--from", "2026-09-01T00:09:30Z", "--duration", "90s"];
        let output = station.prepare("render", &words).args(["--out", "-"]).output();
        let output = output.expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(69), "{extension}: {said}");
        assert!(said.contains("water-1"), "{extension}: {said}");
    }
}

/// Whoever watches sees the lesson up to where it is damaged, then the slate.
#[test]
fn on_air_the_slate_replaces_damaged_lessons_without_a_step() {
    let minute_of_day = (unix_now_s() / 60 + 8 * 60) % 1440;
    let station = Station::new(&lessons(Minute(minute_of_day.saturating_sub(2) as u32), 30));
    for asset in ["vegetables-1", "water-1", "computer-1", "maths-4-1", "maths-4-2", "story-1"] {
        for file in files_of(&station, asset) {
            flip_middle_bit(&file, "ts");
        }
    }
    // Where the machine stalls, datagrams are skipped, which decoders do notice.
    let stretch = (0..3).find_map(|_| aired_without_loss(&station));
    assert_decodes(&station, &stretch.expect("the machine has time for three datagrams in a ms"));
}

/// What a daemon sends in 55 s, in which lessons are damaged; `None` when the machine was too busy
/// to send or receive all of it. It begins while fillers are on: of a lesson that ends
/// right then ffmpeg would look in vain for the sounds that the PMT still names.
fn aired_without_loss(station: &Station) -> Option<Vec<u8>> {
    while !(50..56).contains(&(unix_now_s() % 60)) {
        std::thread::sleep(Duration::from_millis(500));
    }
    let listener = Listener::new(station.group);
    let on_air = OnAir::start(station);
    std::thread::sleep(Duration::from_secs(55));
    assert!(on_air.said().contains("slate shown"), "{}", on_air.said());
    on_air.kill();
    let media = &listener.finish()[0];
    assert!(media.len() > 50 * 802, "{} datagrams", media.len());
    let sequence = |datagram: &Received| name(&datagram.payload).0;
    let is_whole =
        media.windows(2).all(|pair| sequence(&pair[1]) == sequence(&pair[0]).wrapping_add(1));
    is_whole.then(|| media.iter().flat_map(|d| &d.payload[12..]).copied().collect())
}

/// Turns a bit in the middle of a file that has this extension.
fn flip_middle_bit(file: &Path, extension: &str) {
    if file.extension().is_some_and(|e| e == extension) {
        let mut bytes = std::fs::read(file).expect("a file can be read");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(file, bytes).expect("a file can be written");
    }
}

#[test]
fn a_truncated_lesson_is_replaced_by_the_slate() {
    assert_slate_instead_of(|file| {
        let bytes = std::fs::read(file).expect("a file can be read");
        std::fs::write(file, &bytes[..bytes.len() / 2]).expect("a file can be written");
    });
}

#[test]
fn without_its_slate_the_daemon_refuses_to_start() {
    let station = station();
    for file in files_of(&station, "slate-h264") {
        std::fs::remove_file(file).expect("a file can be removed");
    }
    let on_air = OnAir::start(&station);
    let log = station.path("run.log");
    let status = on_air.wait(Duration::from_secs(10)).expect("it ends by itself");
    let said = std::fs::read_to_string(log).expect("it said why");
    assert!(!status.success(), "{said}");
    assert!(said.contains("slate-h264") && !said.contains("panicked"), "{said}");
}

#[test]
fn streams_that_are_none_are_no_reason_to_panic() {
    let station = station();
    for (name, bytes) in [("empty", vec![]), ("noise", (0..=255u8).cycle().take(50_000).collect())]
    {
        let file = station.path(name);
        std::fs::write(&file, bytes).expect("a file");
        let mut command = headend();
        command.arg("verify").arg(&file);
        let output = judge::run(command, Duration::from_secs(20));
        let said = said(&output);
        assert_ne!(output.status.code(), Some(0), "{name}: {said}");
        assert_ne!(output.status.code(), Some(101), "{name}: {said}");
    }
}
