//! The programs that are measured.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// `headend`, optimised, as users run it.
pub fn headend() -> Command {
    let mut command = Command::new(folder().join("headend"));
    command.stdin(Stdio::null());
    command
}

/// `ffmpeg`, silent but for errors.
pub fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y"]).stdin(Stdio::null());
    command
}

/// Whether a program of this name can be started from PATH.
pub fn is_on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// Runs a command to its end.
///
/// # Panics
/// When it fails; the message is what it printed.
pub fn succeed(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?} cannot be started: {e}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

/// The folder of the project's programs: that which the environment variable `HEADEND_PROGRAMS`
/// names, for programs that were built elsewhere; otherwise that of cargo, where they are built
/// first when they are out of date.
///
/// # Panics
/// When they cannot be built.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        if let Some(folder) = std::env::var_os("HEADEND_PROGRAMS") {
            return folder.into();
        }
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--release", "--package", "headend", "--bins"]);
        succeed(build.arg("--manifest-path").arg(manifest));
        // A benchmark is `TARGET/release/deps/NAME`, a program `TARGET/release/NAME`.
        let own = std::env::current_exe().expect("the path of this program");
        own.ancestors().nth(2).expect("a folder of programs").to_owned()
    })
}
