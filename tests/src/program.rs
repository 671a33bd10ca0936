//! The programs under test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// `headend`, optimised, as users run it.
pub fn headend() -> Command {
    Command::new(folder().join("headend"))
}

/// `headend-site`.
pub fn headend_site() -> Command {
    Command::new(folder().join("headend-site"))
}

/// The folder of the programs: that which the environment variable `HEADEND_PROGRAMS` names, for
/// programs that were built elsewhere; otherwise that of cargo, where they are built first when
/// they are out of date.
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
        let output = Command::new(env!("CARGO"))
            .args(["build", "--release", "--package", "headend", "--bins"])
            .args(["--message-format", "json-render-diagnostics", "--manifest-path"])
            .arg(manifest)
            .output()
            .expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the programs cannot be built: {said}");
        let messages = String::from_utf8_lossy(&output.stdout);
        let mut program = messages.lines().filter_map(|line| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(PathBuf::from(message["executable"].as_str()?))
        });
        let program = program.next_back().expect("cargo says where the programs are");
        program.parent().expect("a program is in a folder").to_owned()
    })
}
