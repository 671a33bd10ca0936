//! The site's own folder inside the one it receives into: spools, files that are being made, and
//! the lock that keeps a second process out.

use super::error::StorageError;
use super::folder::{Folder, Place};
use rustix::fs::{AtFlags, Dir, Mode, OFlags, openat, renameat, unlinkat};
use rustix::io::Errno;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

/// What the site's own folder is called.
pub(crate) const WORK_FOLDER: &str = ".headend";
const LOCK: &str = "lock";
/// What the names of spools and unfinished files begin with.
const LEFTOVERS: [&str; 2] = ["spool-", "file-"];
const FILE_MODE: Mode = Mode::from_raw_mode(0o666);

/// The site's own folder, held by this process alone.
#[derive(Debug)]
pub(crate) struct Workspace {
    folder: OwnedFd,
    path: PathBuf,
    /// The lock lasts as long as this file is open, however the process ends.
    _lock: File,
}

impl Workspace {
    /// Opens and locks it, and removes what a process that was killed has left there.
    pub(crate) fn open(into: &Folder) -> Result<Workspace, StorageError> {
        let folder = into.work_folder()?;
        let path = into.path().join(WORK_FOLDER);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let at_lock = path.join(LOCK);
        let lock = openat(&folder, LOCK, flags, FILE_MODE)
            .map_err(|errno| StorageError::system("write", &at_lock, errno))?;
        let mut lock = File::from(lock);
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let read = Read::by_ref(&mut lock).take(20).read_to_string(&mut text);
                let pid = read.ok().and_then(|_| text.trim().parse().ok());
                return Err(StorageError::InUse { path: into.path().to_owned(), pid });
            }
            Err(TryLockError::Error(error)) => {
                return Err(StorageError::io("lock", &at_lock, &error));
            }
        }
        write_pid(&mut lock).map_err(|error| StorageError::io("write", &at_lock, &error))?;
        let workspace = Workspace { folder, path, _lock: lock };
        workspace.sweep()?;
        Ok(workspace)
    }

    /// A new file in it.
    pub(crate) fn create(&self, name: &str) -> Result<File, StorageError> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.folder, name, flags, FILE_MODE);
        file.map(File::from).map_err(|errno| StorageError::system("write", &self.at(name), errno))
    }

    /// A file in it; `None` when it is not there.
    pub(crate) fn open_file(&self, name: &str) -> Result<Option<File>, StorageError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(&self.folder, name, flags, Mode::empty()) {
            Ok(file) => Ok(Some(File::from(file))),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(StorageError::system("read", &self.at(name), errno)),
        }
    }

    /// The names of the files in it that begin so, in order.
    pub(crate) fn names(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        let failed = |errno| StorageError::system("list", &self.path, errno);
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_str().ok();
            names.extend(name.filter(|name| name.starts_with(prefix)).map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// Removes a file in it, if it is there.
    pub(crate) fn remove(&self, name: &str) -> Result<(), StorageError> {
        match unlinkat(&self.folder, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(StorageError::system("remove", &self.at(name), errno)),
        }
    }

    /// Puts a finished file into its place in one step; what stood there is replaced.
    pub(crate) fn publish(&self, name: &str, place: &Place<'_>) -> Result<(), StorageError> {
        renameat(&self.folder, name, &place.folder, place.name).map_err(|errno| match errno {
            Errno::ISDIR | Errno::NOTEMPTY | Errno::EXIST => {
                StorageError::InTheWay { path: place.path.clone() }
            }
            _ => StorageError::system("write", &place.path, errno),
        })
    }

    /// The path of a file in it, for messages.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Removes spools and unfinished files: what is in them is made again of the journals.
    pub(crate) fn sweep(&self) -> Result<(), StorageError> {
        for prefix in LEFTOVERS {
            for name in self.names(prefix)? {
                self.remove(&name)?;
            }
        }
        Ok(())
    }
}

fn write_pid(lock: &mut File) -> std::io::Result<()> {
    lock.set_len(0)?;
    lock.seek(SeekFrom::Start(0))?;
    writeln!(lock, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_told_who_was_first_and_takes_over_when_that_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let first = Workspace::open(&folder).unwrap();
        let refused = Workspace::open(&folder).unwrap_err();
        let (path, pid) = (dir.path().to_owned(), Some(std::process::id()));
        assert_eq!(refused, StorageError::InUse { path, pid });
        drop(first);
        std::fs::write(dir.path().join(".headend/lock"), "999999999 of a dead process").unwrap();
        assert!(Workspace::open(&folder).is_ok());
    }

    #[test]
    fn leftovers_of_a_killed_process_are_removed_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        drop(Workspace::open(&folder).unwrap());
        let work = dir.path().join(WORK_FOLDER);
        for name in ["spool-1", "file-7", "notes"] {
            std::fs::write(work.join(name), "x").unwrap();
        }
        Workspace::open(&folder).unwrap();
        let mut names: Vec<_> = std::fs::read_dir(&work)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["lock", "notes"]);
    }
}
