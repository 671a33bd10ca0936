//! Files that appear whole or not at all.

use crate::store::FileError;
use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// How the names of drafts begin and end.
const DRAFT: (&str, &str) = (".ingest-", ".tmp");

/// A file under a name that no catalogue shows, removed again unless it is published. It is locked
/// while it is worked on, so that what a killed process left can be told from it.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    published: bool,
    _lock: File,
}

impl Draft {
    /// A new, empty file in `folder`, which is made when it is not there.
    pub(crate) fn create(folder: &Path) -> Result<(Draft, File), FileError> {
        let wrap = |error| FileError::new(folder, error);
        fs::create_dir_all(folder).map_err(wrap)?;
        loop {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            let (begin, end) = DRAFT;
            let process = std::process::id();
            // The time tells a process from an earlier one of the same number.
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let name = format!("{begin}{process}-{number}-{}{end}", since.as_nanos());
            let path = folder.join(name);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let lock = file.try_clone().map_err(|e| FileError::new(&path, e))?;
                    // A sweep that was faster removes the file, or has removed it already.
                    if lock.try_lock().is_ok() && is_at(&lock, &path) {
                        let draft = Draft { path, published: false, _lock: lock };
                        return Ok((draft, file));
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(FileError::new(&path, error)),
            }
        }
    }

    /// Where the draft is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The name of its file, which no other draft ever has.
    pub(crate) fn name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// Gives the draft its final name, over whatever has that name, and makes that durable.
    /// The draft's bytes must have been synchronised.
    pub(crate) fn publish(mut self, to: &Path) -> Result<(), FileError> {
        let folder = to.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|error| FileError::new(folder, error))?;
        fs::rename(&self.path, to).map_err(|error| FileError::new(to, error))?;
        self.published = true;
        File::open(folder).and_then(|f| f.sync_all()).map_err(|error| FileError::new(folder, error))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether the process that made a draft of this name in `folder` still works on it. May say so for
/// a moment also when it does not, while another process looks at it.
pub(crate) fn is_alive(folder: &Path, name: &str) -> bool {
    File::open(folder.join(name)).is_ok_and(|file| file.try_lock().is_err())
}

/// Whether a file is still what its path names.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(file), Ok(path)) => (file.dev(), file.ino()) == (path.dev(), path.ino()),
        _ => false,
    }
}

/// Gives a file a second name, over whatever has that name. Where the file system knows no second
/// names, it is copied.
pub(crate) fn link(from: &Path, to: &Path) -> Result<(), FileError> {
    let folder = to.parent().unwrap_or(Path::new("."));
    loop {
        let (draft, file) = Draft::create(folder)?;
        let path = draft.path().to_owned();
        fs::remove_file(&path).map_err(|error| FileError::new(&path, error))?;
        if fs::hard_link(from, &path).is_err() {
            drop((draft, file));
            return copy(from, to);
        }
        match draft.publish(to) {
            // The new name bears no lock of a draft, so that a sweep may have taken it for a
            // forgotten one.
            Err(FileError { kind: ErrorKind::NotFound, .. }) if from.exists() => {}
            done => return done,
        }
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), FileError> {
    let (draft, mut file) = Draft::create(to.parent().unwrap_or(Path::new(".")))?;
    let wrap = |error| FileError::new(draft.path(), error);
    let mut source = File::open(from).map_err(|error| FileError::new(from, error))?;
    std::io::copy(&mut source, &mut file).map_err(wrap)?;
    file.sync_all().map_err(wrap)?;
    draft.publish(to)
}

/// Removes the drafts in `folder` that killed processes left.
pub(crate) fn sweep(folder: &Path) -> Result<(), FileError> {
    let wrap = |error| FileError::new(folder, error);
    for entry in fs::read_dir(folder).map_err(wrap)? {
        let entry = entry.map_err(wrap)?;
        let name = entry.file_name();
        let is_draft = |n: &str| n.starts_with(DRAFT.0) && n.ends_with(DRAFT.1);
        if name.to_str().is_some_and(is_draft)
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            // Another sweep may have been faster; what is left is tried again next time.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// Writes a whole file so that a crash leaves either the old one or the new one.
pub(crate) fn replace(to: &Path, bytes: &[u8]) -> Result<(), FileError> {
    use std::io::Write;
    let (draft, mut file) = Draft::create(to.parent().unwrap_or(Path::new(".")))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|error| FileError::new(draft.path(), error))?;
    draft.publish(to)
}
