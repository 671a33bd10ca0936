//! Running the benchmarks; `docs/benchmarks.md` says what they mean.

use crate::Outcome;
use crate::shell::{self, cargo};

/// Runs the benchmarks whose names match the filter, all without one.
pub fn run(filter: &[&str]) -> Outcome {
    let mut command = cargo(&["bench", "--package", "benches"]);
    if !filter.is_empty() {
        command.arg("--").args(filter);
    }
    shell::run(&mut command)
}
