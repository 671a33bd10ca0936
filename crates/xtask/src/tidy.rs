//! What the compiler and clippy do not check: the arrows between crates, the purity of the pure
//! ones, the shape of the source, and links in the documents.

mod layers;
mod links;
mod purity;
mod shape;
mod source;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::shell::{output, program, root};

/// One thing that is not as it should be.
pub struct Finding {
    file: PathBuf,
    line: usize,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file.display(), self.line, self.what)
    }
}

/// A file of the repository with its text.
pub struct File {
    path: PathBuf,
    text: String,
}

/// Prints all findings; an error when there are any.
pub fn run() -> Outcome {
    let mut findings = layers::check()?;
    let rust = files(".rs")?;
    for file in &rust {
        shape::check(file, &mut findings);
        purity::check(file, &mut findings);
    }
    for file in &files(".md")? {
        links::check(file, &mut findings);
    }
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        return Err(format!("{} untidy places", findings.len()));
    }
    println!("{} source files are tidy", rust.len());
    Ok(())
}

/// The files with this ending that git tracks or would track, with paths from the top.
fn files(ending: &str) -> Result<Vec<File>, String> {
    let mut command = program("git");
    command.args(["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
    let mut files = Vec::new();
    for path in output(&mut command)?.lines().filter(|path| path.ends_with(ending)) {
        // A file that is deleted but not yet committed is still listed.
        if let Ok(text) = std::fs::read_to_string(root().join(path)) {
            files.push(File { path: path.into(), text });
        }
    }
    Ok(files)
}

/// The crate of a source file: `crates/NAME/src/..`; none for tests, benches and fuzz targets.
fn crate_of(path: &Path) -> Option<&str> {
    let mut parts = path.iter().map(|part| part.to_str().unwrap_or_default());
    match (parts.next(), parts.next(), parts.next()) {
        (Some("crates"), Some(name), Some("src")) => Some(name),
        _ => None,
    }
}
