//! The pages of docs/reference that are made from the program, and the examples in the documents.
//!
//! `cargo xtask bless reference` writes the pages anew.

#[path = "support/page.rs"]
mod page;

use page::assert_page;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// What a program says of itself, at a width of a hundred columns.
fn help(program: &str, command: &[&str]) -> String {
    let mut asked = Command::new(program);
    asked.args(command).arg("--help").env("COLUMNS", "100").stdin(Stdio::null());
    let output = asked.output().expect("the program runs");
    assert!(output.status.success(), "{command:?}");
    let text = String::from_utf8(output.stdout).expect("help is text");
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn the_reference_page_of_commands_is_what_the_programs_say() {
    let headend = env!("CARGO_BIN_EXE_headend");
    let site = env!("CARGO_BIN_EXE_headend-site");
    let mut page = String::from(
        "# Commands\n\n<!-- Written by `cargo xtask bless reference`. -->\n\n\
         `CONFIG` is the path of a [configuration](configuration.md). `T` is an instant of RFC \
         3339, such as\n`2027-03-01T08:00:00+08:00`, or `now`; `D` is a length of time, such as \
         `90s`, `10m`, `1h30m`.\nResults go to standard output, everything else to standard \
         error. `RUST_LOG` chooses what is logged\n(`warn`, `info`, `debug`); usual is `info`.\n\n\
         | exit code | meaning |\n|---|---|\n\
         | 0 | done; what was asked is so |\n\
         | 1 | the answer is no: not conformant, warnings with `--deny-warnings`, not ingested, \
         damaged, not complete, plans that differ, files that have not the house form |\n\
         | 64 | the command line is wrong |\n\
         | 69 | something that is needed is not available |\n\
         | 74 | reading or writing failed |\n\
         | 78 | the configuration or the timetable is wrong |\n",
    );
    let pages = [
        (headend, "headend", &[][..]),
        (headend, "headend demo", &["demo"]),
        (headend, "headend check", &["check"]),
        (headend, "headend amend", &["amend"]),
        (headend, "headend amend list", &["amend", "list"]),
        (headend, "headend amend cancel", &["amend", "cancel"]),
        (headend, "headend amend move", &["amend", "move"]),
        (headend, "headend amend insert", &["amend", "insert"]),
        (headend, "headend amend extend", &["amend", "extend"]),
        (headend, "headend amend cut", &["amend", "cut"]),
        (headend, "headend amend replace", &["amend", "replace"]),
        (headend, "headend amend substitute", &["amend", "substitute"]),
        (headend, "headend amend hold", &["amend", "hold"]),
        (headend, "headend amend resume", &["amend", "resume"]),
        (headend, "headend amend boost", &["amend", "boost"]),
        (headend, "headend amend opt-out", &["amend", "opt-out"]),
        (headend, "headend amend undo", &["amend", "undo"]),
        (headend, "headend explain", &["explain"]),
        (headend, "headend plan", &["plan"]),
        (headend, "headend why", &["why"]),
        (headend, "headend fmt", &["fmt"]),
        (headend, "headend export", &["export"]),
        (headend, "headend import", &["import"]),
        (headend, "headend schema", &["schema"]),
        (headend, "headend ingest", &["ingest"]),
        (headend, "headend library", &["library"]),
        (headend, "headend library list", &["library", "list"]),
        (headend, "headend library search", &["library", "search"]),
        (headend, "headend library show", &["library", "show"]),
        (headend, "headend library scrub", &["library", "scrub"]),
        (headend, "headend library gc", &["library", "gc"]),
        (headend, "headend library rebuild", &["library", "rebuild"]),
        (headend, "headend library withdraw", &["library", "withdraw"]),
        (headend, "headend render", &["render"]),
        (headend, "headend verify", &["verify"]),
        (headend, "headend run", &["run"]),
        (headend, "headend asrun", &["asrun"]),
        (headend, "headend asrun verify", &["asrun", "verify"]),
        (headend, "headend asrun export", &["asrun", "export"]),
        (headend, "headend doctor", &["doctor"]),
        (headend, "headend manual", &["manual"]),
        (headend, "headend completions", &["completions"]),
        (headend, "headend control", &["control"]),
        (headend, "headend control token", &["control", "token"]),
        (headend, "headend control machine", &["control", "machine"]),
        (site, "headend-site", &[]),
        (site, "headend-site receive", &["receive"]),
    ];
    for (program, name, command) in pages {
        let text = help(program, command);
        write!(page, "\n## {name}\n\n```text\n{text}```\n").expect("a string takes text");
    }
    assert_page("commands.md", &page);
}

/// The place of a heading in a page.
fn anchor(code: timetable::Code) -> String {
    code.as_str().to_lowercase()
}

#[test]
fn the_reference_page_of_diagnostics_has_every_code_with_its_explanation() {
    let mut page = String::from(
        "# Diagnostics\n\n<!-- Written by `cargo xtask bless reference`. -->\n\n\
         Every finding in a timetable or a configuration has a code. Codes with `E` are errors: \
         the file is not\nused. Codes with `W` are warnings. Of each code at most fifty findings \
         are shown. `headend explain CODE` tells\nthe same on a terminal.\n\n| code | what it says |\n|---|---|\n",
    );
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for code in timetable::Code::ALL {
        writeln!(page, "| [`{code}`](#{}) | {} |", anchor(*code), words(code.explanation()))
            .expect("a string takes text");
    }
    for code in timetable::Code::ALL {
        let told = timetable::explanation(*code);
        let (meaning, mend) = (words(told.meaning), words(told.mend));
        write!(page, "\n## {code}\n\n{meaning}\n\n```toml\n{}```\n\n{mend}\n", told.example)
            .expect("a string takes text");
        if !told.mended.is_empty() {
            write!(page, "\n```toml\n{}```\n", told.mended).expect("a string takes text");
        }
    }
    assert_page("diagnostics.md", &page);
}

#[test]
fn the_schemas_beside_the_reference_are_those_of_the_program() {
    use desk::schema::{Subject, schema};
    let subjects = [(Subject::Timetable, "timetable"), (Subject::Config, "configuration")];
    for (subject, name) in subjects {
        let text = serde_json::to_string_pretty(&schema(subject)).expect("a schema is JSON");
        assert_page(&format!("{name}.schema.json"), &(text + "\n"));
    }
}

#[test]
fn the_reference_page_of_profiles_has_every_carrier_with_its_exact_rate() {
    let mut page = String::from(
        "# Carrier profiles\n\n<!-- Written by `cargo xtask bless reference`. -->\n\n\
         A profile is a carrier by its name, for `profile` in a [multiplex](configuration.md). \
         The multiplex has at\nleast 100 ppm less than the carrier takes, in whole kbit/s.\n\n\
         | profile | symbols per second | carrier, bit/s | exactly | multiplex, bit/s |\n\
         |---|---|---|---|---|\n",
    );
    for profile in si::modulation::PROFILES {
        let carrier = profile.transmission.rate().expect("profiles are carriers");
        let (numerator, denominator) = (carrier.numerator(), carrier.denominator());
        let exactly = match denominator {
            1 => numerator.to_string(),
            _ => format!("{numerator}/{denominator}"),
        };
        let decimal = carrier.to_string();
        let decimal = decimal.trim_end_matches(" bit/s");
        let multiplex = profile.mux_rate().expect("profiles are carriers").bps_floor();
        let symbols = profile.transmission.symbol_rate();
        let name = profile.name;
        writeln!(page, "| `{name}` | {symbols} | {decimal} | {exactly} | {multiplex} |")
            .expect("a string takes text");
    }
    assert_page("profiles.md", &page);
}

#[test]
fn the_reference_page_of_checks_has_every_check_of_the_verifier() {
    let mut page = String::from(
        "# Checks of `headend verify`\n\n<!-- Written by `cargo xtask bless reference`. -->\n\n\
         Numbers are the rows of ETSI TR 101 290. Letters stand for what it leaves out: `S` \
         syntax and clocks of\nISO/IEC 13818-1, `E` the programme guide against the content, `R` \
         RTP datagrams and repair packets.\n\n| check | name |\n|---|---|\n",
    );
    for check in verify::Check::all() {
        let (id, name) = (check.id(), check.name());
        writeln!(page, "| {id} | {name} |").expect("a string takes text");
    }
    assert_page("checks.md", &page);
}

/// The TOML examples of a document.
fn examples(text: &str) -> Vec<&str> {
    let blocks = text.split("```toml\n").skip(1);
    blocks.filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_whole_timetable_in_reference_and_guides_is_free_of_findings() {
    let pages = ["guide/scheduler.md", "guide/scheduler.zh.md", "reference/timetable.md"];
    for page in pages {
        let text = std::fs::read_to_string(docs().join(page)).expect(page);
        let whole: Vec<&str> =
            examples(&text).into_iter().filter(|e| e.starts_with("format = 1")).collect();
        assert!(!whole.is_empty(), "{page} shows a whole timetable");
        for example in whole {
            let source = timetable::Source { name: page, text: example };
            let (_, findings) = timetable::parse(&[source]);
            let told = timetable::render_short(&findings, &[source]);
            assert!(findings.is_empty(), "{told}\n{example}");
        }
    }
}
