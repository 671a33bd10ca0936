//! Rewriting the expected files of golden tests; the difference is then read and committed.

use crate::Outcome;
use crate::shell::{self, cargo, program};

/// Runs the tests whose names match the filter with the variables that let them rewrite what they
/// expect: `INSTA_UPDATE` for snapshots, `BLESS` for rendered files.
pub fn run(filter: &[&str]) -> Outcome {
    for package in [&["--workspace", "--exclude", "tests"][..], &["--release", "-p", "tests"]] {
        let mut command = cargo(&["test"]);
        command.args(package).arg("--").args(filter);
        shell::run(command.env("INSTA_UPDATE", "always").env("BLESS", "1"))?;
    }
    shell::run(program("git").args(["status", "--short"]))
}
