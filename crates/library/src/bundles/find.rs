//! The files that a pattern names, found in a folder.

use super::BundleLimits;
use super::error::BundleFault;
use super::pattern::Pattern;
use crate::store::FileError;
use datacast::RelativePath;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Folders in each other.
const DEPTH_MAX: usize = 64;

/// A file that was found, and how it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// Its path below the part of the pattern that has no wildcard.
    pub name: RelativePath,
    /// Where it is; for a link, the file that it leads to.
    pub path: PathBuf,
    /// How it was.
    pub state: FileState,
}

/// What tells a file from what it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileState {
    /// Bytes.
    pub size: u64,
    /// When its content changed last, in nanoseconds since 1970.
    pub modified_ns: i128,
    /// When it changed last in any way, in nanoseconds since 1970. Tools that keep the time of
    /// the content do not keep this one.
    pub changed_ns: i128,
}

impl FileState {
    pub(super) fn of(metadata: &Metadata) -> FileState {
        let ns = |seconds: i64, ns: i64| i128::from(seconds) * 1_000_000_000 + i128::from(ns);
        FileState {
            size: metadata.len(),
            modified_ns: ns(metadata.mtime(), metadata.mtime_nsec()),
            changed_ns: ns(metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// All files below `folder` that a pattern names, in the order of their names. A plain path names
/// a file, or every file in a folder. Names that begin with a full stop are passed over, and
/// links are followed to files that lie in `folder` as well.
pub fn find(
    folder: &Path,
    pattern: &Pattern,
    limits: BundleLimits,
) -> Result<Vec<FoundFile>, BundleFault> {
    let root = canonical(folder)?;
    let base = folder.join(pattern.base());
    let nothing =
        || BundleFault::Nothing { pattern: pattern.as_str().to_owned(), folder: folder.to_owned() };
    let metadata = match fs::metadata(&base) {
        Err(error) if is_absent(&error) => return Err(nothing()),
        other => other.map_err(|error| FileError::new(&base, error))?,
    };
    let everything = Pattern::new("**")?;
    let mut walk = Walk {
        root: &root,
        base: &base,
        pattern: if pattern.is_plain() { &everything } else { pattern },
        limits,
        bytes: 0,
        found: Vec::new(),
    };
    inside(&root, &base)?;
    if pattern.is_plain() && !metadata.is_dir() {
        let name = base.file_name().and_then(|n| n.to_str());
        let name = name.ok_or_else(nothing)?.to_owned();
        walk.file(&base, &name, &metadata)?;
    } else if metadata.is_dir() {
        walk.folder(&base, "", 0)?;
    }
    if walk.found.is_empty() {
        return Err(nothing());
    }
    walk.found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(walk.found)
}

struct Walk<'a> {
    root: &'a Path,
    base: &'a Path,
    pattern: &'a Pattern,
    limits: BundleLimits,
    bytes: u64,
    found: Vec<FoundFile>,
}

impl Walk<'_> {
    /// Looks through a folder, whose path below the base is `prefix`, ended by `/` if not empty.
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), BundleFault> {
        if depth > DEPTH_MAX {
            return Err(BundleFault::TooDeep { path: folder.to_owned(), limit: DEPTH_MAX });
        }
        let wrap = |error| FileError::new(folder, error);
        for entry in fs::read_dir(folder).map_err(wrap)? {
            let entry = entry.map_err(wrap)?;
            let path = entry.path();
            let Ok(name) = entry.file_name().into_string() else {
                return Err(BundleFault::Unicode { path });
            };
            if name.starts_with('.') {
                continue;
            }
            let kind = entry.file_type().map_err(|e| FileError::new(&path, e))?;
            let name = format!("{prefix}{name}");
            if kind.is_dir() {
                if self.pattern.depth().is_none_or(|most| depth < most) {
                    self.folder(&path, &format!("{name}/"), depth + 1)?;
                }
            } else if self.pattern.matches(&name) {
                let metadata = fs::metadata(&path).map_err(|error| lost(&path, error))?;
                if kind.is_symlink() {
                    let target = inside(self.root, &path)?;
                    if metadata.is_dir() {
                        return Err(BundleFault::LinkToFolder { path });
                    }
                    self.file(&target, &name, &metadata)?;
                } else {
                    self.file(&path, &name, &metadata)?;
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, name: &str, metadata: &Metadata) -> Result<(), BundleFault> {
        let path = path.to_owned();
        if !metadata.is_file() {
            return Err(BundleFault::Special { path });
        }
        let folder = || self.base.to_owned();
        if self.found.len() >= self.limits.files {
            return Err(BundleFault::TooManyFiles { folder: folder(), limit: self.limits.files });
        }
        let state = FileState::of(metadata);
        let bytes = self.bytes.checked_add(state.size);
        self.bytes = match bytes.filter(|sum| *sum <= self.limits.bytes) {
            Some(sum) => sum,
            None => {
                return Err(BundleFault::TooLarge { folder: folder(), limit: self.limits.bytes });
            }
        };
        let name = match RelativePath::new(name) {
            Ok(name) => name,
            Err(error) => return Err(BundleFault::Path { path, error }),
        };
        self.found.push(FoundFile { name, path, state });
        Ok(())
    }
}

/// The true path of something that must lie in `root`.
fn inside(root: &Path, path: &Path) -> Result<PathBuf, BundleFault> {
    let target = canonical(path)?;
    if target.starts_with(root) {
        Ok(target)
    } else {
        Err(BundleFault::LinkLeaves { path: path.to_owned(), target })
    }
}

fn canonical(path: &Path) -> Result<PathBuf, FileError> {
    fs::canonicalize(path).map_err(|error| FileError::new(path, error))
}

/// The fault of a file that was there a moment ago.
pub(super) fn lost(path: &Path, error: io::Error) -> BundleFault {
    if is_absent(&error) {
        let path = path.to_owned();
        BundleFault::Vanished { path }
    } else {
        FileError::new(path, error).into()
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
