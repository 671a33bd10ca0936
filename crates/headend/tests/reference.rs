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

const HEADEND: &str = env!("CARGO_BIN_EXE_headend");
const SITE: &str = env!("CARGO_BIN_EXE_headend-site");

/// What a program says of itself, at a width of a hundred columns.
fn help(program: &str, command: &[&str]) -> String {
    let mut asked = Command::new(program);
    asked.args(command).arg("--help").env("COLUMNS", "100").stdin(Stdio::null());
    let output = asked.output().expect("the program runs");
    assert!(output.status.success(), "{command:?}");
    let text = String::from_utf8(output.stdout).expect("help is text");
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// The programs and commands of the page, in its order.
const PAGES: &[(&str, &str)] = &[
    (HEADEND, "headend"),
    (HEADEND, "headend demo"),
    (HEADEND, "headend check"),
    (HEADEND, "headend amend"),
    (HEADEND, "headend amend list"),
    (HEADEND, "headend amend cancel"),
    (HEADEND, "headend amend move"),
    (HEADEND, "headend amend insert"),
    (HEADEND, "headend amend extend"),
    (HEADEND, "headend amend cut"),
    (HEADEND, "headend amend replace"),
    (HEADEND, "headend amend substitute"),
    (HEADEND, "headend amend hold"),
    (HEADEND, "headend amend resume"),
    (HEADEND, "headend amend boost"),
    (HEADEND, "headend amend opt-out"),
    (HEADEND, "headend amend undo"),
    (HEADEND, "headend explain"),
    (HEADEND, "headend plan"),
    (HEADEND, "headend why"),
    (HEADEND, "headend fmt"),
    (HEADEND, "headend export"),
    (HEADEND, "headend import"),
    (HEADEND, "headend schema"),
    (HEADEND, "headend ingest"),
    (HEADEND, "headend library"),
    (HEADEND, "headend library list"),
    (HEADEND, "headend library search"),
    (HEADEND, "headend library show"),
    (HEADEND, "headend library scrub"),
    (HEADEND, "headend library gc"),
    (HEADEND, "headend library rebuild"),
    (HEADEND, "headend library withdraw"),
    (HEADEND, "headend render"),
    (HEADEND, "headend verify"),
    (HEADEND, "headend run"),
    (HEADEND, "headend asrun"),
    (HEADEND, "headend asrun verify"),
    (HEADEND, "headend asrun export"),
    (HEADEND, "headend doctor"),
    (HEADEND, "headend manual"),
    (HEADEND, "headend completions"),
    (HEADEND, "headend control"),
    (HEADEND, "headend control token"),
    (HEADEND, "headend control machine"),
    (SITE, "headend-site"),
    (SITE, "headend-site receive"),
];

#[test]
fn the_reference_page_of_commands_is_what_the_programs_say() {
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
    for (program, name) in PAGES {
        let command: Vec<&str> = name.split(' ').skip(1).collect();
        let text = help(program, &command);
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
