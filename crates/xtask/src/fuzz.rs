//! Running the fuzz targets of `tests/fuzz`, with the stable compiler.
//!
//! The engine is libFuzzer. Coverage is asked for by compiler flags that every release takes, so
//! that no other toolchain is needed. There is no address sanitizer: the crates forbid unsafe code,
//! so what there is to find are panics, overflows (checked in this profile), endless loops and
//! memory without bound.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use crate::Outcome;
use crate::shell::{self, cargo, output, program, root};

const SECONDS_UNLESS_TOLD: u32 = 60;
/// An input that takes longer than this is a finding.
const INPUT_SECONDS_MAX: u32 = 10;
const MEMORY_MIB_MAX: u32 = 1024;
const INPUT_BYTES_MAX: u32 = 48 * 1024;

const COVERAGE_FLAGS: &[&str] = &[
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// Reads `[--seconds N] [TARGET]`.
pub fn command(words: &[&str]) -> Outcome {
    let (seconds, rest) = match words {
        ["--seconds", number, rest @ ..] => {
            (number.parse().map_err(|_| format!("`{number}` is no number of seconds"))?, rest)
        }
        rest => (SECONDS_UNLESS_TOLD, rest),
    };
    match rest {
        [] => run(seconds, None),
        [target] => run(seconds, Some(target)),
        _ => Err("fuzz takes one target, or none for all".to_string()),
    }
}

/// Runs one target, or all of them, for this many seconds each, as many at a time as there are
/// processors. What is found lies in `target/fuzz/findings`.
pub fn run(seconds: u32, only: Option<&str>) -> Outcome {
    let mut targets = targets()?;
    if let Some(only) = only {
        targets.retain(|target| target == only);
        if targets.is_empty() {
            return Err(format!("no fuzz target is named `{only}`"));
        }
    }
    let folder = build()?;
    let waiting = Mutex::new(targets.iter());
    let failed = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers.min(targets.len()) {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().expect("no worker panics").next();
                    let Some(target) = next else { return };
                    if let Err(message) = run_target(&folder, target, seconds) {
                        eprintln!("{message}");
                        failed.lock().expect("no worker panics").push(target.as_str());
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no worker panics");
    if failed.is_empty() { Ok(()) } else { Err(format!("findings in: {}", failed.join(", "))) }
}

/// The targets, one a file in `tests/fuzz/targets`.
fn targets() -> Result<Vec<String>, String> {
    let folder = root().join("tests/fuzz/targets");
    let entries = folder.read_dir().map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_string))
        .collect();
    names.sort();
    Ok(names)
}

/// Builds all targets and gives the folder that they are in. Naming the machine as the target keeps
/// the flags away from build scripts and macros.
fn build() -> Result<PathBuf, String> {
    let version = output(program("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or("rustc -vV names no host")?;
    let mut command = cargo(&["build", "--release"]);
    command.args(["--manifest-path", "tests/fuzz/Cargo.toml"]);
    command.args(["--target", host, "--target-dir", "target/fuzz"]);
    command.env("CARGO_ENCODED_RUSTFLAGS", COVERAGE_FLAGS.join("\u{1f}"));
    shell::run(&mut command)?;
    Ok(root().join("target/fuzz").join(host).join("release"))
}

fn run_target(folder: &Path, target: &str, seconds: u32) -> Outcome {
    let grown = root().join("target/fuzz/corpus").join(target);
    let findings = root().join("target/fuzz/findings").join(target);
    for new in [&grown, &findings] {
        std::fs::create_dir_all(new).map_err(|error| format!("{}: {error}", new.display()))?;
    }
    let mut command = program(folder.join(target));
    command
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
        .arg(format!("-rss_limit_mb={MEMORY_MIB_MAX}"))
        .arg(format!("-max_len={INPUT_BYTES_MAX}"))
        .arg(format!("-artifact_prefix={}/", findings.display()))
        .arg("-print_final_stats=1");
    // New inputs are written to the first folder; the kept corpus is only read.
    command.arg(&grown);
    let kept = root().join("tests/fuzz/corpus").join(target);
    if kept.is_dir() {
        command.arg(kept);
    }
    judge(target, &mut command, &findings)
}

fn judge(target: &str, command: &mut Command, findings: &Path) -> Outcome {
    let output = command.output().map_err(|error| format!("{target}: {error}"))?;
    let log = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let lies_in = findings.display();
        return Err(format!("{}\nfuzz {target}: the input lies in {lies_in}", cause(&log)));
    }
    let runs = log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let covered = log.lines().rev().find_map(|line| line.split(" cov: ").nth(1));
    let covered = covered.and_then(|rest| rest.split(' ').next()).unwrap_or("?");
    println!("{target:<20} {:>10} inputs, {covered:>6} edges", runs.unwrap_or("?").trim());
    Ok(())
}

/// What the log of a failed run says about its cause: the panic, else its last lines.
fn cause(log: &str) -> String {
    const LINES: usize = 10;
    let lines: Vec<&str> = log.lines().collect();
    let panic = lines.iter().position(|line| line.contains("panicked at"));
    let first = panic.unwrap_or(lines.len().saturating_sub(LINES));
    let told = lines[first..].iter().take(LINES);
    told.copied().collect::<Vec<_>>().join("\n")
}
