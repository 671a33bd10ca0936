//! Licences, bans, sources and advisories of the dependencies, by cargo-deny and `deny.toml`.

use crate::Outcome;
use crate::shell::{self, cargo, program};

/// Checks what can be checked without a network, then the advisories if their database is there.
pub fn run() -> Outcome {
    if !cargo(&["deny", "--version"]).output().is_ok_and(|output| output.status.success()) {
        shell::run(&mut cargo(&["install", "cargo-deny", "--locked"]))?;
    }
    shell::run(&mut cargo(&["deny", "--all-features", "check", "bans", "licenses", "sources"]))?;
    advisories()
}

/// The database of advisories is a public git repository. Where it cannot be reached this check
/// says so and passes, since nothing in the change is at fault.
fn advisories() -> Outcome {
    let fetched = program("timeout").args(["60", "cargo", "deny", "fetch", "db"]).output();
    if !fetched.is_ok_and(|output| output.status.success()) {
        println!("NOT CHECKED: the database of security advisories cannot be reached from here");
        return Ok(());
    }
    shell::run(&mut cargo(&["deny", "--all-features", "check", "advisories"]))
}
