//! Files that appear whole or not at all.

use crate::store::FileError;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// A file under a name that no catalogue shows, removed again unless it is published.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    published: bool,
}

impl Draft {
    /// A new, empty file in `folder`, which is made when it is not there.
    pub(crate) fn create(folder: &Path) -> Result<(Draft, File), FileError> {
        let wrap = |error| FileError::new(folder, error);
        fs::create_dir_all(folder).map_err(wrap)?;
        loop {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(".ingest-{}-{number}.tmp", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let draft = Draft {
                        path,
                        published: false,
                    };
                    return Ok((draft, file));
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

    /// Gives the draft its final name, over whatever has that name, and makes that durable.
    /// The draft's bytes must have been synchronised.
    pub(crate) fn publish(mut self, to: &Path) -> Result<(), FileError> {
        fs::rename(&self.path, to).map_err(|error| FileError::new(to, error))?;
        self.published = true;
        let folder = to.parent().unwrap_or(Path::new("."));
        File::open(folder)
            .and_then(|f| f.sync_all())
            .map_err(|error| FileError::new(folder, error))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            let _ = fs::remove_file(&self.path);
        }
    }
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
