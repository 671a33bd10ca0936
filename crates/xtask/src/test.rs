//! The one test command.

use std::process::Command;

use crate::report::Report;
use crate::shell::{self, cargo, run_seeing};
use crate::{Outcome, deny, fuzz, judges, tidy};

/// Seconds for each fuzz target in the everyday run and in the full one.
const FUZZ_SECONDS: u32 = 10;
const FUZZ_SECONDS_FULL: u32 = 300;

/// Runs every check; all of them, even when an early one fails, so that one run tells everything.
pub fn run(full: bool) -> Outcome {
    let fuzz_seconds = if full { FUZZ_SECONDS_FULL } else { FUZZ_SECONDS };
    let mut report = Report::default();
    let mut tally = Tally::default();
    report.step("judges", judges::install);
    report.step("format", format);
    report.step("clippy", || {
        shell::run(&mut words("clippy --workspace --all-targets -- -D warnings"))
    });
    report.step("documentation", || {
        let mut doc = words("doc --workspace --no-deps");
        shell::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
    });
    report.step("tidy", tidy::run);
    report.step("dependencies", deny::run);
    report.step("tests", || tally.run("test --workspace --exclude tests --no-fail-fast", full));
    if full {
        report.step("examples", || tally.run("test --workspace --doc --no-fail-fast", false));
    }
    // The end-to-end tests render hours of media, which a debug build would make slow.
    report.step("end-to-end tests", || {
        tally.run("test --release --package tests --no-fail-fast", full)
    });
    report.step("fuzz", || fuzz::run(fuzz_seconds, None));
    let outcome = report.close();
    let Tally { passed, failed, ignored } = tally;
    println!("{passed} passed, {failed} failed, {ignored} skipped");
    outcome
}

/// The fuzz targets are a workspace of their own.
fn format() -> Outcome {
    shell::run(&mut words("fmt --all -- --check --files-with-diff"))?;
    shell::run(&mut words("fmt --manifest-path tests/fuzz/Cargo.toml -- --check --files-with-diff"))
}

fn words(line: &str) -> Command {
    cargo(&line.split(' ').collect::<Vec<_>>())
}

/// The sum of the closing lines of the test runners.
#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Tally {
    /// Runs tests; with `full` those that are marked as ignored for their length as well.
    fn run(&mut self, line: &str, full: bool) -> Outcome {
        let mut command = words(line);
        if full {
            // Examples in documents that are marked `ignore` are no tests.
            command.args(["--tests", "--", "--include-ignored"]);
            // Tests that run for as long as they are told run longer.
            command.env("HEADEND_FULL", "1");
        }
        run_seeing(&mut command, |line| self.see(line))
    }

    /// Reads `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; ..`.
    fn see(&mut self, line: &str) {
        let Some(counts) = line.trim().strip_prefix("test result: ") else {
            return;
        };
        let words: Vec<&str> = counts.split([' ', ';', '.']).filter(|w| !w.is_empty()).collect();
        for pair in words.windows(2) {
            let count = pair[0].parse::<u64>().unwrap_or(0);
            match pair[1] {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn closing_lines_are_summed_and_other_lines_ignored() {
        let mut tally = Tally::default();
        tally.see("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out");
        tally.see("test result: FAILED. 3 passed; 2 failed; 0 ignored; finished in 0.10s");
        tally.see("test a_thing_that_passed ... ok");
        assert_eq!((tally.passed, tally.failed, tally.ignored), (15, 2, 1));
    }
}
