//! The folder for what the benchmarks make: films and libraries are kept there between runs.

use std::path::{Path, PathBuf};

/// The folder that the environment variable `HEADEND_BENCH_FOLDER` names, or `target/benches`.
pub fn path() -> PathBuf {
    let named = std::env::var_os("HEADEND_BENCH_FOLDER").map(PathBuf::from);
    named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/benches"))
}

/// A folder within it, made when it is not there.
///
/// # Panics
/// When it cannot be made.
pub fn below(name: &str) -> PathBuf {
    let folder = path().join(name);
    std::fs::create_dir_all(&folder).expect("a folder for the benchmarks");
    folder.canonicalize().expect("a folder that was just made")
}
