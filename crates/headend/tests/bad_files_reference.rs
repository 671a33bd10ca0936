//! The page that shows what each kind of bad file is answered.
//!
//! Every row is made anew: the file is written, the command is run, and what it says is the page.
//! `cargo xtask bless reference` writes it.

#[path = "support/page.rs"]
mod page;

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const HEADEND: &str = env!("CARGO_BIN_EXE_headend");
const SITE: &str = env!("CARGO_BIN_EXE_headend-site");

/// A file that is not as it should be, and who meets it.
struct Case {
    /// What is wrong with it.
    what: &'static str,
    /// Its name, in the folder of the station.
    file: &'static str,
    /// What becomes of the bytes that are there before.
    damage: fn(Vec<u8>) -> Vec<u8>,
    program: &'static str,
    words: &'static [&'static str],
    exit: i32,
}

const fn case(
    what: &'static str,
    file: &'static str,
    damage: fn(Vec<u8>) -> Vec<u8>,
    words: &'static [&'static str],
    exit: i32,
) -> Case {
    Case { what, file, damage, program: HEADEND, words, exit }
}

const CHECK: &[&str] =
    &["check", "headend.toml", "--from", "2026-09-01T00:00:00Z", "--horizon", "5m"];
const INGEST: &[&str] = &["ingest", "headend.toml", "--id", "new", "film.ts"];
const RENDER: &[&str] = &[
    "render",
    "headend.toml",
    "--multiplex",
    "example",
    "--from",
    "2026-09-01T00:00:00Z",
    "--duration",
    "1m",
    "--out",
    "-",
];
const RECEIVE: &[&str] = &["receive", "--from", "film.ts", "--into", "files"];

/// A film, as it comes to the library.
const FILMS: &[Case] = &[
    case("no bytes", "film.ts", |_| Vec::new(), INGEST, 1),
    case("text", "film.ts", |_| b"This is no film.\n".repeat(1000), INGEST, 1),
    case("zeros", "film.ts", |_| vec![0; 188_000], INGEST, 1),
    case("null packets only", "film.ts", |film| null_packets(film.len() / 188), INGEST, 1),
    case("no programme association table", "film.ts", |film| without(&film, 0), INGEST, 1),
    case("no programme map", "film.ts", |film| without(&film, 0x1000), INGEST, 1),
    case("only tables", "film.ts", |film| without(&without(&film, 0x100), 0x101), INGEST, 1),
    case("cut behind two packets", "film.ts", |film| film[..376].to_vec(), INGEST, 1),
    case("a packet lost", "film.ts", |film| lost(film, 500), INGEST, 1),
    case("bytes lost", "film.ts", |film| [&film[..90_000], &film[90_050..]].concat(), INGEST, 1),
    case("a packet marked as damaged", "film.ts", |film| changed(film, 500, 1, 0x80), INGEST, 1),
    case("scrambled", "film.ts", |film| changed(film, 500, 3, 0x80), INGEST, 1),
    case("cut in the middle", "film.ts", |film| film[..film.len() / 2 + 77].to_vec(), INGEST, 0),
];

/// What the daemon reads.
const STATION: &[Case] = &[
    case("timetable: no TOML", "timetable.toml", |_| b"format = = 1\n".to_vec(), CHECK, 78),
    case("timetable: emptied", "timetable.toml", |_| Vec::new(), CHECK, 78),
    case(
        "timetable: not UTF-8",
        "timetable.toml",
        |text| [&text, &b"\xff"[..]].concat(),
        CHECK,
        78,
    ),
    case(
        "timetable: a key misspelt",
        "timetable.toml",
        |text| replaced(text, "slate =", "slat ="),
        CHECK,
        78,
    ),
    case(
        "timetable: a lesson that the library has not",
        "timetable.toml",
        |text| replaced(text, "asset = \"lesson\"", "asset = \"leson\""),
        CHECK,
        78,
    ),
    case("configuration: emptied", "headend.toml", |_| Vec::new(), CHECK, 78),
    case(
        "configuration: a key misspelt",
        "headend.toml",
        |text| replaced(text, "country =", "land ="),
        CHECK,
        78,
    ),
    case(
        "configuration: a profile that is not known",
        "headend.toml",
        |text| replaced(text, "\"dvbs-6111-34\"", "\"dvbs-6111-43\""),
        CHECK,
        78,
    ),
    case("asset: its index cut", "library/lesson.idx", half, RENDER, 0),
    case("asset: a bit of its index wrong", "library/lesson.idx", one_bit_wrong, RENDER, 69),
    case(
        "asset: a bit of its packets wrong",
        "library/lesson.d43fa19357ddfc4d.ts",
        one_bit_wrong,
        RENDER,
        69,
    ),
    case("asset: its packets cut", "library/lesson.d43fa19357ddfc4d.ts", half, RENDER, 0),
    case(
        "asset: a bit of its packets wrong, looked for",
        "library/lesson.d43fa19357ddfc4d.ts",
        one_bit_wrong,
        &["library", "scrub", "headend.toml"],
        1,
    ),
];

/// What is received, and what is judged.
const STREAMS: &[Case] = &[
    case("no bytes, judged", "film.ts", |_| Vec::new(), &["verify", "film.ts"], 1),
    case("noise, judged", "film.ts", |_| noise(188_000), &["verify", "film.ts"], 1),
    Case { program: SITE, ..case("no bytes, received", "film.ts", |_| Vec::new(), RECEIVE, 69) },
    Case { program: SITE, ..case("noise, received", "film.ts", |_| noise(188_000), RECEIVE, 69) },
    Case {
        program: SITE,
        ..case("a film without files, received", "film.ts", |film| film, RECEIVE, 1)
    },
];

fn null_packets(count: usize) -> Vec<u8> {
    [&[0x47, 0x1f, 0xff, 0x10][..], &[0xff; 184]].concat().repeat(count)
}

fn without(film: &[u8], pid: u16) -> Vec<u8> {
    let of = |packet: &[u8]| u16::from_be_bytes([packet[1] & 0x1f, packet[2]]);
    film.chunks_exact(188).filter(|packet| of(packet) != pid).flatten().copied().collect()
}

fn lost(mut film: Vec<u8>, packet: usize) -> Vec<u8> {
    film.drain(packet * 188..(packet + 1) * 188);
    film
}

fn changed(mut film: Vec<u8>, packet: usize, byte: usize, bits: u8) -> Vec<u8> {
    film[packet * 188 + byte] |= bits;
    film
}

fn replaced(text: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(text).expect("a text");
    assert!(text.contains(from), "{from} is there");
    text.replacen(from, to, 1).into_bytes()
}

fn half(bytes: Vec<u8>) -> Vec<u8> {
    bytes[..bytes.len() / 2].to_vec()
}

fn one_bit_wrong(mut bytes: Vec<u8>) -> Vec<u8> {
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    bytes
}

fn noise(size: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..size).map(|_| next()).collect()
}

const CONFIGURATION: &str = r#"format = 1
timetables = ["timetable.toml"]

[network]
id = 1
name = { en = "Example" }
country = "CHN"

[[multiplex]]
name = "example"
transport_stream_id = 1
original_network_id = 1
profile = "dvbs-6111-34"
services = ["tv-1"]
"#;

const TIMETABLE: &str = r#"format = 1
zone = "Asia/Shanghai"

[[service]]
id = "tv-1"
number = 1
kind = "television"
name = { en = "Example" }
slate = "slate"

[[item]]
id = "example"
service = "tv-1"
asset = "lesson"
title = { en = "Example" }
at = 2026-09-01T08:00:00
length = "1m"
"#;

/// A folder with a configuration, a timetable, a library with the lesson and the slate that they
/// name, and a film that is not in the library.
fn station() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    std::fs::write(path.join("headend.toml"), CONFIGURATION).expect("a file");
    std::fs::write(path.join("timetable.toml"), TIMETABLE).expect("a file");
    let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schedules/demo/media");
    for (id, film) in [("slate", "slate-h264.ts"), ("lesson", "vegetables-1.ts")] {
        std::fs::copy(media.join(film), path.join("film.ts")).expect("a film of the demo");
        let words = ["ingest", "headend.toml", "--as-is", "--id", id, "film.ts"];
        let (code, said) = answer(path, HEADEND, &words);
        assert_eq!(code, Some(0), "{said}");
    }
    folder
}

/// The exit code and what is said, without colours, ffmpeg and times of day.
fn answer(folder: &Path, program: &str, words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(program);
    command.current_dir(folder).args(words).stdin(Stdio::null());
    command.env_clear().env("PATH", "/nowhere").env("NO_COLOR", "1").env("RUST_LOG", "off");
    let output = command.output().expect("the program runs");
    let mut said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !words.ends_with(&["-"]) {
        said = String::from_utf8_lossy(&output.stdout).into_owned() + &said;
    }
    let here = format!("{}/", folder.display());
    (output.status.code(), said.replace(&here, ""))
}

/// Damages the file, asks, and puts the file right again.
fn row(folder: &Path, case: &Case, page: &mut String) {
    let path = folder.join(case.file);
    let before = std::fs::read(&path).expect("the file is there");
    std::fs::write(&path, (case.damage)(before.clone())).expect("the file can be written");
    let (code, said) = answer(folder, case.program, case.words);
    std::fs::write(&path, before).expect("the file can be written");
    assert_eq!(code, Some(case.exit), "{}: {said}", case.what);
    assert!(!said.contains("panicked"), "{}: {said}", case.what);
    let program = Path::new(case.program).file_name().and_then(|name| name.to_str());
    let command = [&[program.expect("a plain name")], case.words].concat().join(" ");
    let lines: Vec<&str> = said.lines().map(str::trim_end).collect();
    let (what, exit, said) = (case.what, case.exit, lines.join("\n"));
    write!(page, "\n### {what}\n\n```text\n$ {command}\n{said}\n[{exit}]\n```\n")
        .expect("a string takes text");
}

#[test]
fn the_reference_page_of_bad_files_is_what_the_programs_answer() {
    let mut page = String::from(
        "# Bad files\n\n<!-- Written by `cargo xtask bless reference`. -->\n\n\
         What the programs answer to files that are damaged, cut or something else. The number in \
         brackets is the\n[exit code](commands.md). A file that is refused leaves nothing behind: \
         the library, the plan on air and the\nfolder of the site stay as they were.\n",
    );
    let folder = station();
    let parts = [
        ("Films that are to be taken into the library", FILMS),
        ("What the daemon reads", STATION),
        ("Streams that are received or judged", STREAMS),
    ];
    for (title, cases) in parts {
        write!(page, "\n## {title}\n").expect("a string takes text");
        cases.iter().for_each(|case| row(folder.path(), case, &mut page));
    }
    page::assert_page("bad-files.md", &page);
}
