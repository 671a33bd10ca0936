//! The program as a script calls it.

use crate::air::Bundle;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// What a run of the program ended with.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    /// The report; null where there was none.
    pub report: Value,
    pub stderr: String,
}

pub fn command(from: &str, into: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headend-site"));
    command.args(["receive", "--json", "--from", from, "--into"]).arg(into);
    command
}

pub fn receive(from: impl AsRef<Path>, into: &Path) -> Ended {
    let from = from.as_ref().to_str().unwrap();
    ended(command(from, into).output().unwrap())
}

pub fn start(from: &str, into: &Path, options: &[&str]) -> Child {
    let mut command = command(from, into);
    command.args(options).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub fn ended(output: Output) -> Ended {
    let stdout = String::from_utf8(output.stdout).unwrap();
    let report = if stdout.is_empty() { Value::Null } else { stdout.parse().unwrap() };
    let stderr = String::from_utf8(output.stderr).unwrap();
    Ended { code: output.status.code(), report, stderr }
}

/// All files below a folder by their paths.
pub fn files_in(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(&at).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path();
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Holds a folder to these bundles, bit for bit, and nothing else but the lock.
#[track_caller]
pub fn assert_holds(folder: &Path, bundles: &[&Bundle]) {
    let mut files = files_in(folder);
    assert!(files.remove(".headend/lock").is_some());
    for bundle in bundles {
        for (path, bytes) in &bundle.files {
            let file = files.remove(&format!("{}/{path}", bundle.id));
            assert!(file.as_ref() == Some(bytes), "{path} of {}", bundle.id);
        }
    }
    assert_eq!(files.keys().collect::<Vec<_>>(), Vec::<&String>::new());
}
