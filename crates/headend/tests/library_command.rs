//! `headend ingest` and `headend library` as a librarian calls them.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CONFIG: &str = r#"format = 1
timetables = ["timetable.toml"]
[network]
id = 1
name = { en = "Library" }
[[multiplex]]
name = "one"
transport_stream_id = 1
original_network_id = 1
rate = 6_000_000
services = ["tv"]
"#;

const TIMETABLE: &str = r#"format = 1
zone = "Asia/Shanghai"
[[service]]
id = "tv"
number = 1
kind = "television"
name = { en = "Television" }
slate = "slate"
"#;

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("c.toml"), CONFIG).unwrap();
        fs::write(folder.path().join("timetable.toml"), TIMETABLE).unwrap();
        Bench { folder }
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_headend"));
        command.current_dir(self.folder.path()).args(words).env("USER", "li");
        command.env_remove("SUDO_USER").output().unwrap()
    }

    /// What a command says that succeeds.
    fn says(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.says(words)).unwrap()
    }

    fn ingest(&self, id: &str, clip: &str, more: &[&str]) {
        let clip = clip_path(clip);
        let words = ["ingest", "c.toml", "--as-is", "--id", id, clip.to_str().unwrap()];
        self.says(&[&words, more].concat());
    }

    fn stream_of(&self, id: &str) -> PathBuf {
        let shown = self.json(&["library", "show", "c.toml", id, "--json"]);
        let start = shown["blake3"].as_str().unwrap()[..16].to_owned();
        self.folder.path().join(format!("library/{id}.{start}.ts"))
    }
}

fn clip_path(name: &str) -> PathBuf {
    let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schedules/demo/media");
    media.join(name).with_extension("ts")
}

#[test]
fn assets_are_found_with_all_that_is_known_of_them() {
    let bench = Bench::new();
    let said = ["--title-zh", "有理数的加法", "--course", "maths-7", "--keyword", "初中"];
    bench.ingest("maths/1", "slate-h264", &said);
    bench.ingest("slate", "slate-mpeg2", &[]);
    let found = bench.json(&["library", "search", "c.toml", "加法", "初中", "--json"]);
    assert_eq!(found.as_array().unwrap().len(), 1);
    let (card, provenance) = (&found[0]["card"], &found[0]["card"]["provenance"]);
    assert_eq!((&found[0]["id"], &found[0]["state"]), (&"maths/1".into(), &"ready".into()));
    assert_eq!((&card["course"], &provenance["who"]), (&"maths-7".into(), &"li".into()));
    let list = bench.says(&["library", "list", "c.toml"]);
    assert!(list.contains("maths/1  有理数的加法") && list.ends_with("2 assets\n"), "{list}");
    let none = bench.says(&["library", "list", "c.toml", "--state", "damaged"]);
    assert_eq!(none, "0 assets\n");
    let output = bench.run(&["library", "show", "c.toml", "maths/2"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "error: there is no asset maths/2\n");
}

#[test]
fn scrub_fails_with_the_asset_and_the_bytes_and_a_good_source_mends_it() {
    let bench = Bench::new();
    bench.ingest("a", "maths-4-1", &[]);
    assert_eq!(bench.says(&["library", "scrub", "c.toml"]), "1 assets read, 0 damaged\n");
    let path = bench.stream_of("a");
    let mut bytes = fs::read(&path).unwrap();
    bytes[200_000] ^= 1;
    fs::write(&path, bytes).unwrap();
    let output = bench.run(&["library", "scrub", "c.toml"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.starts_with("a: ") && said.contains("bytes 192512..385024;"), "{said}");
    let damaged = bench.says(&["library", "list", "c.toml", "--state", "damaged"]);
    assert!(damaged.ends_with("1 assets\n"), "{damaged}");
    bench.ingest("a", "maths-4-1", &["--replace"]);
    assert_eq!(bench.says(&["library", "scrub", "c.toml", "a"]), "1 assets read, 0 damaged\n");
}

#[test]
fn gc_tells_what_would_go_and_spares_what_the_timetable_names() {
    let bench = Bench::new();
    bench.ingest("slate", "slate-h264", &["--licence-until", "2020-01-01"]);
    bench.ingest("old", "slate-mpeg2", &["--licence-until", "2020-01-01"]);
    let stream = bench.stream_of("old");
    let told = bench.json(&["library", "gc", "c.toml", "--json"]);
    let removals = told["removals"].as_array().unwrap();
    assert_eq!((removals.len(), &removals[0]["id"]), (1, &"old".into()));
    assert!(told["bytes"].as_u64().unwrap() > fs::metadata(&stream).unwrap().len());
    assert_eq!(told["spared"][0]["id"], "slate");
    assert!(stream.exists());
    bench.says(&["library", "gc", "c.toml", "--remove"]);
    assert!(!stream.exists() && bench.stream_of("slate").exists());
    assert!(bench.says(&["library", "list", "c.toml"]).ends_with("1 assets\n"));
}

#[test]
fn gc_takes_what_is_packed_of_a_bundle_once_it_is_packed_anew() {
    let bench = Bench::new();
    let path = |name: &str| bench.folder.path().join(name);
    fs::write(path("c.toml"), CONFIG.replace("[\"tv\"]", "[\"tv\", \"files\"]")).unwrap();
    let bundle = "[[service]]\nid = \"files\"\nnumber = 2\nkind = \"data\"\nname = { en = \"F\" }\n\
        [[bundle]]\nid = \"week\"\nservice = \"files\"\ntitle = { en = \"Week\" }\n\
        files = \"week/**\"\n";
    fs::write(path("timetable.toml"), format!("{TIMETABLE}{bundle}")).unwrap();
    fs::create_dir_all(path("bundles/week")).unwrap();
    let packed = || {
        let entries = fs::read_dir(path("library/bundles")).unwrap();
        entries.filter(|e| e.as_ref().unwrap().path().extension().unwrap() == "blob").count()
    };
    for text in ["monday", "tuesday is longer"] {
        fs::write(path("bundles/week/a.txt"), text).unwrap();
        bench.says(&["library", "gc", "c.toml"]);
    }
    assert_eq!(packed(), 2);
    bench.says(&["library", "gc", "c.toml", "--remove"]);
    assert_eq!(packed(), 2, "an earlier timetable may still need it");
    let said = bench.says(&["library", "gc", "c.toml", "--keep-days", "0", "--remove"]);
    assert!(said.contains("replaced") && said.contains("week-"), "{said}");
    assert_eq!(packed(), 1);
}

#[test]
fn a_withdrawal_needs_a_reason_and_can_be_taken_back() {
    let bench = Bench::new();
    bench.ingest("a", "slate-h264", &[]);
    assert_eq!(bench.run(&["library", "withdraw", "c.toml", "a"]).status.code(), Some(64));
    bench.says(&["library", "withdraw", "c.toml", "a", "--why", "a wrong formula"]);
    let shown = bench.json(&["library", "show", "c.toml", "a", "--json"]);
    assert_eq!(
        (&shown["state"], &shown["card"]["withdrawn"]["who"]),
        (&"withdrawn".into(), &"li".into())
    );
    bench.says(&["library", "withdraw", "c.toml", "a", "--undo"]);
    let shown = bench.json(&["library", "show", "c.toml", "a", "--json"]);
    assert_eq!(shown["state"], "ready");
}

#[test]
fn a_watched_folder_is_worked_off_and_what_was_refused_is_told_and_kept() {
    let bench = Bench::new();
    let folder = bench.folder.path().join("in/maths");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(clip_path("slate-h264"), folder.join("1.ts")).unwrap();
    fs::write(folder.join("1.json"), r#"{ "title": { "zh": "一" } }"#).unwrap();
    let mut damaged = fs::read(clip_path("slate-h264")).unwrap();
    damaged.drain(188 * 40..188 * 41);
    fs::write(folder.join("2.ts"), damaged).unwrap();
    let watch = ["ingest", "c.toml", "--as-is", "--watch", "in", "--once", "--settle", "100ms"];
    let output = bench.run(&watch);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("error: maths/2: ") && errors.contains("packets are missing"),
        "{errors}"
    );
    let list = bench.says(&["library", "list", "c.toml"]);
    assert!(list.contains("maths/1  一") && list.contains("refused"), "{list}");
    assert_eq!(bench.says(&watch), "", "nothing is new");
    assert_eq!(bench.says(&["ingest", "c.toml", "--resume"]), "");
}

#[test]
fn a_catalogue_is_made_anew_after_it_was_lost() {
    let bench = Bench::new();
    bench.ingest("a", "slate-h264", &["--title-zh", "甲"]);
    let library = bench.folder.path().join("library");
    for name in ["catalogue.sqlite-wal", "catalogue.sqlite-shm", "catalogue.sqlite"] {
        let _ = fs::remove_file(library.join(name));
    }
    fs::write(library.join("catalogue.sqlite"), [7; 5000]).unwrap();
    let output = bench.run(&["library", "list", "c.toml"]);
    assert_eq!(output.status.code(), Some(69));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("run `headend library rebuild CONFIG`"), "{said}");
    let said = bench.says(&["library", "rebuild", "c.toml"]);
    assert!(
        said.contains("catalogue.sqlite.damaged") && said.contains("1 assets, 0 cannot"),
        "{said}"
    );
    assert!(bench.says(&["library", "search", "c.toml", "甲"]).ends_with("1 assets\n"));
}
