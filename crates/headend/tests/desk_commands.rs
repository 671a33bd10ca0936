//! The commands of the scheduler's desk, as they are called: what they print, and how they exit.

use headend::demo;
use library::{AssetId, IngestOptions, Library, ingest};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const TIMETABLE: &str = include_str!("../../timetable/tests/data/rural-1.toml");

struct Desk(tempfile::TempDir);

impl Desk {
    /// A folder with the timetable `rural-1.toml`.
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        desk.write("rural-1.toml", TIMETABLE);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        run(self.0.path(), arguments)
    }
}

struct Run {
    code: i32,
    out: String,
    err: String,
}

fn run(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headend"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    let Output { status, stdout, stderr } = command.output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    Run { code: status.code().expect("it ends by itself"), out: text(stdout), err: text(stderr) }
}

#[test]
fn codes_are_explained_and_others_refused_with_the_nearest() {
    let desk = Desk::new();
    let told = desk.run(&["explain", "e0401"]);
    assert_eq!(told.code, 0);
    assert!(told.out.starts_with("E0401: A required course has lessons"), "{}", told.out);
    assert!(told.out.contains("    [[slot]]"), "{}", told.out);
    let list = desk.run(&["explain"]);
    assert_eq!(list.out.lines().count(), timetable::Code::ALL.len());
    let unknown = desk.run(&["explain", "W0201"]);
    assert_eq!(unknown.code, 64);
    assert!(unknown.err.contains("did you mean E0201?"), "{}", unknown.err);
}

#[test]
fn check_tells_faults_of_either_file_in_every_form() {
    let desk = Desk::new();
    desk.write("headend.toml", "format = 1\ntimetables = [\"rural-1.toml\"]\nnetwork = 5\n");
    for (form, start) in
        [("json", "["), ("sarif", "{"), ("short", "headend.toml:"), ("human", "error[")]
    {
        let told = desk.run(&["check", "headend.toml", "--format", form]);
        assert_eq!(told.code, 78, "{}", told.err);
        assert!(told.out.starts_with(start), "{form}: {}", told.out);
    }
    desk.write("headend.toml", CONFIG);
    desk.write("rural-1.toml", &TIMETABLE.replace("at = 19:30", "at = 19:30\nlenght = 1"));
    let told = desk.run(&["check", "headend.toml", "--format", "sarif"]);
    assert_eq!(told.code, 78);
    let log: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "E0102", "{}", told.out);
    let place = "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri";
    assert_eq!(log.pointer(place).unwrap(), "rural-1.toml");
    assert!(!desk.path("library").exists(), "a faulty text is told before anything is opened");

    desk.write("rural-1.toml", TIMETABLE);
    desk.write("headend.toml", &CONFIG.replace("\"tv-2\"", "\"tv-9\""));
    let told = desk.run(&["check", "headend.toml", "--format", "short"]);
    assert_eq!(told.code, 78);
    assert!(told.out.starts_with("headend.toml:10:"), "{}", told.out);
}

const CONFIG: &str = "format = 1\ntimetables = [\"rural-1.toml\"]\n[network]\nid = 1\n\
    name = { en = \"N\" }\n[[multiplex]]\nname = \"m\"\ntransport_stream_id = 1\n\
    original_network_id = 1\nservices = [\"tv-1\", \"tv-2\"]\nrate = 8_000_000\n";

#[test]
fn fmt_mends_the_layout_checks_it_and_leaves_faulty_files_alone() {
    let desk = Desk::new();
    let untidy = TIMETABLE.replace("id = \"tv-1\"", "id=\"tv-1\"   # 中文");
    desk.write("rural-1.toml", &untidy);
    let told = desk.run(&["fmt", "--check", "rural-1.toml"]);
    assert_eq!((told.code, told.out.as_str()), (1, "rural-1.toml\n"));
    assert_eq!(desk.read("rural-1.toml"), untidy, "--check changes nothing");
    desk.write("faulty.toml", "format=1\n[[slot]]\nlenght=1\n");
    let told = desk.run(&["fmt", "faulty.toml", "rural-1.toml"]);
    assert_eq!(told.code, 78);
    assert!(told.err.contains("faulty.toml:3:1"), "{}", told.err);
    assert_eq!(desk.read("faulty.toml"), "format=1\n[[slot]]\nlenght=1\n");
    assert!(desk.read("rural-1.toml").contains("id = \"tv-1\"  # 中文\n"));
    assert_eq!(desk.run(&["fmt", "--check", "rural-1.toml"]).code, 0);
    assert_eq!(desk.run(&["fmt", "none.toml"]).code, 69);
    assert_eq!(desk.run(&["fmt"]).code, 64);
    let left: Vec<_> = fs::read_dir(desk.0.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "nothing is left beside the files");
}

#[test]
fn fmt_takes_configurations_too() {
    let desk = Desk::new();
    desk.write("headend.toml", &CONFIG.replace("id = 1", "id=1"));
    assert_eq!(desk.run(&["fmt", "headend.toml"]).code, 0);
    assert_eq!(desk.read("headend.toml").matches("\n\n[").count(), 2);
}

#[test]
fn a_difference_of_plans_is_told_and_exits_with_one() {
    let desk = Desk::new();
    desk.write("new.toml", &TIMETABLE.replace("at = 20:15", "at = 20:30"));
    let window = ["--from", "2027-03-01T00:00:00+08:00", "--duration", "14d"];
    let diff = |new: &str, more: &[&str]| {
        let arguments = [&["plan", "--diff", "rural-1.toml", new][..], &window, more].concat();
        desk.run(&arguments)
    };
    let same = diff("rural-1.toml", &[]);
    assert_eq!(same.code, 0, "{}", same.err);
    assert!(same.out.starts_with("no airing changes"));
    let told = diff("new.toml", &["--first", "1"]);
    assert_eq!(told.code, 1);
    insta::assert_snapshot!(told.out);
    let told = diff("new.toml", &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!((told.code, &json["airings"]), (1, &serde_json::json!(2)));
    assert_eq!(json["services"][0]["airings"][0]["aspects"][0], "start");
    assert_eq!(desk.run(&["plan", "--diff", "rural-1.toml"]).code, 64);
    assert_eq!(desk.run(&["plan"]).code, 64);
    assert_eq!(diff("none.toml", &[]).code, 69);
    desk.write("new.toml", "format = 2\n");
    assert_eq!(diff("new.toml", &[]).code, 78);
}

#[test]
fn a_week_is_exported_and_comes_back() {
    let desk = Desk::new();
    for form in ["csv", "xmltv", "ics"] {
        let week = ["--from", "2027-03-01", "--days", "7", "--service", "tv-1"];
        let told = desk.run(&[&["export", form, "rural-1.toml"][..], &week].concat());
        assert_eq!(told.code, 0, "{}", told.err);
        assert!(told.out.contains("party-101/03"), "{}", told.out);
        desk.write("week", &told.out);
        let told = desk.run(&["import", form, "week", "--service", "tv-1"]);
        assert_eq!(told.code, 0, "{}", told.err);
        assert!(told.out.contains("at = 2027-03-01T19:30\nlength = \"45m\"\n"), "{}", told.out);
    }
    let told =
        desk.run(&["export", "html", "rural-1.toml", "--from", "2027-03-01", "--lang", "zh"]);
    assert!(told.out.contains("党的基本知识") && !told.out.contains("Foundations"));
    let told = desk.run(&["export", "csv", "rural-1.toml", "--service", "tv-3"]);
    assert_eq!(told.code, 64);
    assert!(told.err.contains("tv-"), "{}", told.err);
    assert_eq!(desk.run(&["export", "csv", "rural-1.toml", "--from", "soon"]).code, 64);
}

#[test]
fn a_faulty_file_imports_nothing_and_tells_its_lines() {
    let desk = Desk::new();
    desk.write("week.csv", "start,length,asset\n2027-03-01 09:00,45m,a\nsoon,45m,a\n");
    let told = desk.run(&["import", "csv", "week.csv", "--service", "tv-1"]);
    assert_eq!((told.code, told.out.as_str()), (78, ""));
    assert!(told.err.contains("week.csv:3: `soon` is no time"), "{}", told.err);
    fs::write(desk.path("gbk.csv"), b"start,title\n2027-03-01 09:00,\xb4\xf3\xc5\xef\n").unwrap();
    let told = desk.run(&["import", "csv", "gbk.csv", "--service", "tv-1"]);
    assert!(told.err.contains("gbk.csv:2: this is no UTF-8"), "{}", told.err);
    let told =
        desk.run(&["import", "csv", "week.csv", "--service", "tv-1", "--zone", "Asia/Bejing"]);
    assert_eq!(told.code, 64);
    assert_eq!(desk.run(&["import", "csv", "none.csv", "--service", "tv-1"]).code, 69);
}

/// The demo's folder with what its radio plays, and the slates of the other services.
fn demo_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    demo::write(folder.path()).unwrap();
    let library = Library::open(&folder.path().join("library")).unwrap();
    let played = |name: &str| {
        let radio = ["story-1", "english-4-1", "filler-audio", "filler-h264"];
        radio.contains(&name) || name.starts_with("slate")
    };
    for (name, bytes) in demo::MEDIA.iter().filter(|(name, _)| played(name)) {
        let id: AssetId = name.parse().unwrap();
        let source = folder.path().join("source.ts");
        fs::write(&source, bytes).unwrap();
        ingest(&[source], &id, &library, &IngestOptions::default(), &mut |_| {}).unwrap();
    }
    folder
}

#[test]
fn why_names_the_rule_its_place_and_the_count_of_the_lesson() {
    let folder = demo_folder();
    let at = ["why", "headend.toml", "2026-11-24T08:10:01", "--service", "radio-1"];
    let told = run(folder.path(), &at);
    assert_eq!(told.code, 0, "{}", told.err);
    insta::assert_snapshot!(told.out);
    let told = run(folder.path(), &[&at[..], &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(json[0]["airing"]["start"], "2026-11-24T08:10:00+08:00");
    let told =
        run(folder.path(), &["why", "headend.toml", "2026-11-24T08:14:59", "--service", "tv-1"]);
    assert!(told.out.contains("rule"), "{}", told.out);
    assert_eq!(run(folder.path(), &["why", "headend.toml", "soon"]).code, 64);
    let told = run(folder.path(), &["why", "headend.toml", "now", "--service", "tv-7"]);
    assert_eq!(told.code, 64);
}
