//! `headend amend` as it is called: it judges, shows, writes only when told to, and all other
//! commands know of what is written. And what a check proves.

use headend::station::Station;
use headend::{demo, when};
use library::{AssetId, IngestOptions, Library, ingest};
use std::path::Path;
use std::process::Command;
use ts::Span;

struct Run {
    code: i32,
    text: String,
}

/// The demo's folder with its library.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    demo::write(folder.path()).unwrap();
    let library = Library::open(&folder.path().join("library")).unwrap();
    for (name, bytes) in demo::MEDIA {
        let source = folder.path().join("source.ts");
        std::fs::write(&source, bytes).unwrap();
        let id: AssetId = name.parse().unwrap();
        ingest(&[source], &id, &library, &IngestOptions::default(), &mut |_| {}).unwrap();
    }
    folder
}

fn headend(folder: &Path, words: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headend"));
    let output = command.current_dir(folder).args(words).env("NO_COLOR", "1").output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let text = text(&output.stdout) + &text(&output.stderr);
    Run { code: output.status.code().unwrap(), text }
}

fn amend(folder: &Path, verb: &str, words: &[&str]) -> Run {
    let mut all = vec!["amend", verb, "headend.toml"];
    all.extend(words);
    all.extend(["--by", "li", "--reason", "flood"]);
    headend(folder, &all)
}

/// The date of tomorrow on the clock of the demo.
fn tomorrow(folder: &Path) -> String {
    let station = Station::open(&folder.join("headend.toml")).unwrap();
    let zone = station.timetable.zone();
    zone.format(when::now() + Span::from_seconds(86_400))[..10].to_owned()
}

#[test]
fn an_amendment_is_shown_first_and_known_to_all_commands_once_it_is_written() {
    let folder = folder();
    let folder = folder.path();
    let day = tomorrow(folder);
    let airing = format!("farm@{day}T12:00");
    let words = [&airing[..], "--play", "computer-1"];
    let shown = amend(folder, "substitute", &words);
    assert_eq!(shown.code, 1, "{}", shown.text);
    assert!(shown.text.contains("amendment-1") && shown.text.contains("nothing is written"));
    assert!(headend(folder, &["amend", "list", "headend.toml"]).text.contains("0 amendments"));

    let written = amend(folder, "substitute", &[&words[..], &["--yes"]].concat());
    assert_eq!(written.code, 0, "{}", written.text);
    let list = headend(folder, &["amend", "list", "headend.toml"]).text;
    assert!(list.contains("by li: flood") && list.contains("coming"), "{list}");
    let noon = format!("{day}T12:00:10");
    let why = headend(folder, &["why", "headend.toml", &noon, "--service", "tv-1"]).text;
    assert!(why.contains("amendment  1") && why.contains("computer-1"), "{why}");
    let from = format!("{day}T12:00:00+08:00");
    let plan = ["plan", "headend.toml", "--from", &from, "--duration", "1m"];
    assert!(headend(folder, &plan).text.contains("computer-1"));
    let export = ["export", "csv", "headend.toml", "--from", &day, "--days", "1"];
    assert!(headend(folder, &export).text.contains("computer-1"));

    let undone = amend(folder, "undo", &["1", "--yes"]);
    assert_eq!(undone.code, 0, "{}", undone.text);
    let list = headend(folder, &["amend", "list", "headend.toml"]).text;
    assert!(list.contains("undone"), "{list}");
}

#[test]
fn what_would_be_wrong_is_refused_and_nothing_is_written() {
    let folder = folder();
    let folder = folder.path();
    let day = tomorrow(folder);
    let airing = format!("farm@{day}T12:00");
    for (verb, words, code) in [
        ("cancel", vec!["farn@2099-01-01T12:00"], "E0802"),
        ("extend", vec![&airing[..], "--by-time", "2m"], "E0201"),
        ("substitute", vec![&airing[..], "--play", "not/ingested"], "E0301"),
        ("cancel", vec!["farm@2026-01-02T12:00"], "E0803"),
    ] {
        let refused = amend(folder, verb, &[&words[..], &["--yes"]].concat());
        assert_eq!(refused.code, 78, "{verb}: {}", refused.text);
        assert!(refused.text.contains(code), "{verb}: {}", refused.text);
    }
    let soon = amend(folder, "cancel", &[&airing, "--at", "now", "--yes"]);
    assert_eq!(soon.code, 64, "{}", soon.text);
    assert!(!folder.join("state/amendments.jsonl").exists());
}

/// The packets of the first picture stream of tv-1 over a minute from an instant on, each with the
/// second in which it leaves; what verify says of them must be good.
fn pictures(folder: &Path, from: &str) -> Vec<(f64, Vec<u8>)> {
    let render = ["render", "headend.toml", "--multiplex", "demo", "--from", from];
    let rendered =
        headend(folder, &[&render[..], &["--duration", "75s", "--out", "out.ts"]].concat());
    assert_eq!(rendered.code, 0, "{}", rendered.text);
    let verified = headend(folder, &["verify", "out.ts"]);
    assert_eq!(verified.code, 0, "{}", verified.text);
    let bytes = std::fs::read(folder.join("out.ts")).unwrap();
    let pid = |packet: &[u8]| u16::from(packet[1] & 0x1f) << 8 | u16::from(packet[2]);
    let second = |i: usize| i as f64 * 1504.0 / 8_446_000.0;
    let packets = bytes.chunks(188).enumerate().filter(|(_, p)| pid(p) == 0x101);
    packets.map(|(i, p)| (second(i), p.to_vec())).collect()
}

/// The packets are the same, whatever other packets lie between them.
fn same(one: &[(f64, Vec<u8>)], other: &[(f64, Vec<u8>)]) -> bool {
    one.iter().map(|(_, packet)| packet).eq(other.iter().map(|(_, packet)| packet))
}

/// The second in which the first packet leaves that differs.
fn parting(one: &[(f64, Vec<u8>)], other: &[(f64, Vec<u8>)]) -> f64 {
    let same = one.iter().zip(other).take_while(|(a, b)| a.1 == b.1).count();
    one[same].0
}

#[test]
fn what_is_on_air_is_cut_and_extended_without_a_fault() {
    let folder = folder();
    let folder = folder.path();
    let day = tomorrow(folder);
    let amend = |verb: &str, words: &[&str]| {
        let done = amend(folder, verb, &[words, &["--yes"]].concat());
        assert_eq!(done.code, 0, "{}", done.text);
        done.text
    };
    // It begins in the middle of a lesson of 41 s or more, which is no fault of the lesson.
    let start = format!("{day}T12:00:20");
    let news = ["water-1", "--service", "tv-1", "--start", &start, "--length", "50s"];
    let told = amend("insert", &[&news[..], &["--id", "news"]].concat());
    assert!(!told.contains("E0302"), "{told}");
    let noon = format!("{day}T12:00:00+08:00");
    let whole = pictures(folder, &noon);
    let on_air = format!("{day}T12:00:30");
    amend("cut", &["news", "--by-time", "20s", "--at", &on_air]);
    let cut = pictures(folder, &noon);
    let cut_s = parting(&whole, &cut);
    assert!((49.0..53.0).contains(&cut_s), "it was to end in second 50, not {cut_s}");
    // A revision that comes while the slate stands leaves it as it is. It takes an event from the
    // guide again, so that one section of the schedule was there for half a minute only.
    let on_air = format!("{day}T12:00:56");
    let until = format!("{day}T13:00");
    let coming = format!("farm@{day}T12:10");
    amend("cancel", &[&coming, "--at", &on_air]);
    assert!(same(&pictures(folder, &noon), &cut), "another amendment changed what is on air");

    let lesson = format!("farm@{day}T12:05");
    amend("cut", &[&lesson, "--by-time", "4m30s"]);
    let five = format!("{day}T12:05:00+08:00");
    let short = pictures(folder, &five);
    let on_air = format!("{day}T12:05:10");
    amend("extend", &[&lesson, "--by-time", "1m", "--at", &on_air]);
    let extended = pictures(folder, &five);
    let extended_s = parting(&short, &extended);
    assert!((28.0..31.0).contains(&extended_s), "it was to end in second 30, not {extended_s}");
    let on_air = format!("{day}T12:05:36");
    amend("boost", &["week-1", "--weight", "2", "--until", &until, "--at", &on_air]);
    assert!(same(&pictures(folder, &five), &extended), "another amendment changed what is on air");
}

#[test]
fn a_check_tells_a_late_bundle_and_the_end_of_the_plan_and_proves_what_is_in_time() {
    let folder = folder();
    let folder = folder.path();
    let path = folder.join("timetable.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    // The first lesson of a course of its own, in the last week of all slots.
    let text = text.replace("from = 2026-01-01", "from = 2026-01-01\nuntil = 2027-03-02");
    let lesson = "\n[[course]]\nid = \"law\"\ntitle = { en = \"Law\" }\nkind = \"elective\"
lessons = [{ id = \"l1\", asset = \"story-1\" }]
[[slot]]\nid = \"law\"\nservice = \"tv-2\"\ncourse = \"law\"\ndays = [\"mon\"]\nat = 03:00
length = \"5m\"\npriority = 80\nfrom = 2027-03-01\nuntil = 2027-03-01\n";
    let bundle = |cycles: u32, from: &str| {
        format!(
            "[[bundle]]\nid = \"notes\"\nservice = \"data-1\"\ntitle = {{ en = \"Notes\" }}
files = \"week-1/**\"\nrate = 1_000\nfrom = {from}\nfor = {{ course = \"law\", lesson = \"l1\" }}
ready = {{ before = \"2h\", cycles = {cycles} }}\n"
        )
    };
    let check = ["check", "headend.toml", "--horizon", "1m", "--from", "2027-02-28T00:00:00Z"];
    let check = |bundle: &str| {
        std::fs::write(&path, format!("{text}{lesson}{bundle}")).unwrap();
        headend(folder, &check)
    };
    let in_time = check(&bundle(3, "2027-02-01"));
    assert!(in_time.text.contains("proven: bundle `notes` is complete by"), "{}", in_time.text);
    assert!(!in_time.text.contains("E0501"), "{}", in_time.text);
    assert!(in_time.text.contains("warning[W0701]: the plan of `tv-1` ends in 64h"));
    assert!(in_time.text.contains("nothing is planned behind 2027-03-03"), "{}", in_time.text);
    // It may be sent for an hour, from midnight on, until two hours before the lesson.
    let late = check(&bundle(30, "2027-03-01"));
    assert_eq!(late.code, 78, "{}", late.text);
    assert!(late.text.contains("error[E0501]"), "{}", late.text);
    assert!(late.text.contains("NOT so: bundle `notes` is complete by"), "{}", late.text);
}

#[test]
fn findings_that_take_the_library_and_the_multiplex_are_shown_with_their_places() {
    let folder = folder();
    let folder = folder.path();
    let path = folder.join("timetable.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let notes = |id: &str, cycles: u32| {
        format!(
            "\n[[bundle]]\nid = \"{id}\"\nservice = \"data-1\"\ntitle = {{ en = \"Notes\" }}
files = \"week-1/**\"\nrate = 1_000\nfrom = 2027-03-01
for = {{ course = \"law\", lesson = \"l1\" }}\nready = {{ before = \"2h\", cycles = {cycles} }}\n"
        )
    };
    let faulty = format!(
        "{text}
[[item]]\nid = \"opening\"\nservice = \"tv-2\"\nasset = \"films/opening\"
at = 2027-02-28T08:00:00\nlength = \"1m\"\npriority = 90
[[item]]\nid = \"second\"\nservice = \"tv-1\"\nasset = \"water-1\"\nat = 2027-02-28T08:01:30
length = \"30s\"\npriority = 90\nstart_at = \"500ms\"
[[course]]\nid = \"law\"\ntitle = {{ en = \"Law\" }}\nkind = \"elective\"
lessons = [{{ id = \"l1\", asset = \"story-1\", length = \"50s\" }}]
[[slot]]\nid = \"law\"\nservice = \"tv-2\"\ncourse = \"law\"\ndays = [\"mon\"]\nat = 03:00
length = \"5m\"\npriority = 80\nfrom = 2027-03-01\nuntil = 2027-03-01\n{}{}
[[bundle]]\nid = \"atlas\"\nservice = \"data-1\"\ntitle = {{ en = \"Atlas\" }}
files = \"week-1/**\"\nrate = 40_000_000\n",
        notes("notes-late", 30),
        notes("notes-tight", 18),
    );
    std::fs::write(&path, faulty).unwrap();
    let check = ["check", "headend.toml", "--horizon", "2m", "--from", "2027-02-28T00:00:00Z"];
    let told = headend(folder, &check);
    for code in ["E0301", "E0302", "W0304", "E0501", "W0502", "E0503"] {
        assert!(told.text.contains(&format!("[{code}]")), "{code}: {}", told.text);
    }
    insta::assert_snapshot!("findings_of_library_and_multiplex", told.text);
}

#[test]
fn a_check_prints_what_it_proves_for_people_and_for_machines() {
    let folder = folder();
    let folder = folder.path();
    let path = folder.join("timetable.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let required =
        "\n[[site_class]]\nid = \"village\"\nname = { en = \"Village\" }\naudience = [\"village\"]
open = \"always\"\nchances = 2
[[course]]\nid = \"law\"\ntitle = { en = \"Law\" }\nkind = \"required\"
lessons = [{ id = \"l1\", asset = \"story-1\" }]
[[slot]]\nid = \"law\"\nservice = \"tv-2\"\ncourse = \"law\"\ndays = [\"mon\"]\nat = 03:00
length = \"5m\"\npriority = 80\nfrom = 2027-03-01\nuntil = 2027-03-01
rerun = [{ days_later = 1, at = 03:00 }]\n";
    std::fs::write(&path, text + required).unwrap();
    let check = ["check", "headend.toml", "--horizon", "1m", "--from", "2027-02-01T00:00:00Z"];
    let told = headend(folder, &check);
    let proven = "proven: all 1 lessons of `law` air at least 2 times";
    assert!(told.text.contains(proven), "{}", told.text);
    let json = headend(folder, &[&check[..], &["--format", "json", "--proofs"]].concat());
    let report: serde_json::Value = serde_json::from_str(&json.text).expect(&json.text);
    let lesson = &report["proofs"]["courses"][0]["lessons"][0];
    assert_eq!(lesson["starts"].as_array().map(Vec::len), Some(2), "{report}");
    assert!(report["findings"].is_array());
}
