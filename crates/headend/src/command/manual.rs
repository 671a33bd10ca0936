//! `headend manual` and `headend completions`: what packages install beside the program.

use crate::exit::{Code, Failure};
use clap::Args;
use clap_complete::Shell;
use std::path::PathBuf;

/// Where manual pages go.
#[derive(Args, Debug)]
pub struct ManualArgs {
    /// The folder; made when it is not there.
    pub folder: PathBuf,
}

/// Which shell.
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// The shell.
    pub shell: Shell,
}

/// Writes a manual page for the program and for each of its commands.
pub fn run(args: &ManualArgs, program: clap::Command) -> Result<(), Failure> {
    let failed =
        |e: std::io::Error| Failure::new(Code::Io, format!("{}: {e}", args.folder.display()));
    std::fs::create_dir_all(&args.folder).map_err(failed)?;
    clap_mangen::generate_to(program, &args.folder).map_err(failed)
}

/// Prints completions.
pub fn completions(args: &CompletionsArgs, mut program: clap::Command) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut program, "headend", &mut bytes);
    crate::output::print(&String::from_utf8_lossy(&bytes))
}
