//! The folder that files are received into, walked one component at a time without following
//! links, so that no name on air and no link on disk leads out of it.

use super::error::StorageError;
use super::workspace::WORK_FOLDER;
use datacast::RelativePath;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, mkdirat, open, openat, statat};
use rustix::io::Errno;
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

/// Folders are read and entered by all, as far as the user's mask allows.
const FOLDER_MODE: Mode = Mode::from_raw_mode(0o777);

/// The folder that files are received into.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    root: OwnedFd,
}

/// Where a file stands: an open folder and the name in it.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    pub(crate) folder: OwnedFd,
    pub(crate) name: &'a str,
    /// For messages.
    pub(crate) path: PathBuf,
}

impl Folder {
    /// Opens the folder and makes it where there is none. Links that lead to it are the keeper's
    /// own and are followed.
    pub(crate) fn open(path: &Path) -> Result<Folder, StorageError> {
        std::fs::create_dir_all(path)
            .map_err(|error| StorageError::io("make the folder", path, &error))?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = open(path, flags, Mode::empty())
            .map_err(|errno| StorageError::system("open the folder", path, errno))?;
        Ok(Folder { path: path.to_owned(), root })
    }

    /// The path as it was given.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The work folder inside, made where there is none.
    pub(crate) fn work_folder(&self) -> Result<OwnedFd, StorageError> {
        let path = self.path.join(WORK_FOLDER);
        make(&self.root, WORK_FOLDER, &path)?;
        enter(&self.root, WORK_FOLDER, &path)
    }

    /// Where a file of a bundle is to stand; the folders above it are made.
    pub(crate) fn make_place<'a>(
        &self,
        bundle: &'a str,
        path: &'a RelativePath,
    ) -> Result<Place<'a>, StorageError> {
        self.walk(bundle, path, true)
    }

    /// A file of a bundle, opened for reading; `None` when it is not there.
    pub(crate) fn open_file(
        &self,
        bundle: &str,
        path: &RelativePath,
    ) -> Result<Option<File>, StorageError> {
        let opened = self.walk(bundle, path, false).and_then(|place| {
            // A pipe that stands there must not be waited for.
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            let file = openat(&place.folder, place.name, flags, Mode::empty())
                .map_err(|errno| obstacle("open", &place.folder, place.name, &place.path, errno))?;
            let file = File::from(file);
            let about = file
                .metadata()
                .map_err(|error| StorageError::io("look at", &place.path, &error))?;
            if about.is_file() {
                Ok(file)
            } else {
                Err(StorageError::InTheWay { path: place.path })
            }
        });
        match opened {
            Ok(file) => Ok(Some(file)),
            Err(StorageError::System { errno: Errno::NOENT, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn walk<'a>(
        &self,
        bundle: &'a str,
        path: &'a RelativePath,
        is_made: bool,
    ) -> Result<Place<'a>, StorageError> {
        if bundle.eq_ignore_ascii_case(WORK_FOLDER) {
            return Err(StorageError::Reserved { id: bundle.to_owned() });
        }
        let (folders, name) = match path.as_str().rsplit_once('/') {
            Some((folders, name)) => (Some(folders), name),
            None => (None, path.as_str()),
        };
        let mut shown = self.path.clone();
        let mut at: Option<OwnedFd> = None;
        let folders = folders.into_iter().flat_map(|folders| folders.split('/'));
        for component in std::iter::once(bundle).chain(folders) {
            shown.push(component);
            let above = at.as_ref().unwrap_or(&self.root);
            if is_made {
                make(above, component, &shown)?;
            }
            at = Some(enter(above, component, &shown)?);
        }
        shown.push(name);
        // The loop runs at least once, for the folder of the bundle.
        let folder = at.ok_or_else(|| StorageError::InTheWay { path: shown.clone() })?;
        Ok(Place { folder, name, path: shown })
    }
}

fn make(above: impl AsFd, name: &str, path: &Path) -> Result<(), StorageError> {
    match mkdirat(above, name, FOLDER_MODE) {
        Ok(()) | Err(Errno::EXIST) => Ok(()),
        Err(errno) => Err(StorageError::system("make the folder", path, errno)),
    }
}

fn enter(above: impl AsFd, name: &str, path: &Path) -> Result<OwnedFd, StorageError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let entered = openat(&above, name, flags, Mode::empty());
    entered.map_err(|errno| obstacle("open the folder", &above, name, path, errno))
}

/// Why something could not be opened: what stands there tells more than the error number.
fn obstacle(
    action: &'static str,
    above: impl AsFd,
    name: &str,
    path: &Path,
    errno: Errno,
) -> StorageError {
    if !matches!(errno, Errno::NOTDIR | Errno::LOOP | Errno::ISDIR | Errno::NXIO) {
        return StorageError::system(action, path, errno);
    }
    let about = statat(above, name, AtFlags::SYMLINK_NOFOLLOW);
    let kind = about.map(|about| FileType::from_raw_mode(about.st_mode));
    match kind {
        Ok(FileType::Symlink) => StorageError::Link { path: path.to_owned() },
        _ => StorageError::InTheWay { path: path.to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn path(text: &str) -> RelativePath {
        RelativePath::new(text).unwrap()
    }

    #[test]
    fn links_below_the_folder_are_not_followed() {
        let outside = tempfile::tempdir().unwrap();
        let inside = tempfile::tempdir().unwrap();
        let folder = Folder::open(inside.path()).unwrap();
        std::fs::write(outside.path().join("a"), "secret").unwrap();
        symlink(outside.path(), inside.path().join("week-1")).unwrap();
        let link = StorageError::Link { path: inside.path().join("week-1") };
        assert_eq!(folder.make_place("week-1", &path("a")).unwrap_err(), link);
        assert_eq!(folder.open_file("week-1", &path("a")).unwrap_err(), link);
        std::fs::create_dir(inside.path().join("week-2")).unwrap();
        symlink(outside.path().join("a"), inside.path().join("week-2/a")).unwrap();
        let link = StorageError::Link { path: inside.path().join("week-2/a") };
        assert_eq!(folder.open_file("week-2", &path("a")).unwrap_err(), link);
    }

    #[test]
    fn what_is_not_there_is_no_error_and_what_is_no_file_is_in_the_way() {
        let inside = tempfile::tempdir().unwrap();
        let folder = Folder::open(inside.path()).unwrap();
        assert!(folder.open_file("week-1", &path("a/b")).unwrap().is_none());
        let deep = path("a/b/c");
        let place = folder.make_place("week-1", &deep).unwrap();
        assert_eq!(place.name, "c");
        let in_the_way = StorageError::InTheWay { path: inside.path().join("week-1/a/b") };
        assert_eq!(folder.open_file("week-1", &path("a/b")).unwrap_err(), in_the_way);
        std::fs::write(inside.path().join("week-1/f"), "").unwrap();
        let in_the_way = StorageError::InTheWay { path: inside.path().join("week-1/f") };
        assert_eq!(folder.make_place("week-1", &path("f/g")).unwrap_err(), in_the_way);
    }

    #[test]
    fn no_bundle_gets_into_the_work_folder() {
        let inside = tempfile::tempdir().unwrap();
        let folder = Folder::open(inside.path()).unwrap();
        for id in [".headend", ".HEADEND"] {
            let error = folder.make_place(id, &path("lock")).unwrap_err();
            assert_eq!(error, StorageError::Reserved { id: id.to_owned() });
        }
    }
}
