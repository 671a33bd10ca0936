//! Making the catalogue anew from the folder.

use crate::catalogue::{self, Catalogue, CatalogueError};
use crate::id::AssetId;
use crate::store::{AssetError, FileError, Library};
use std::fs;
use std::path::{Path, PathBuf};

/// What a rebuild has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many assets are in the folder.
    pub assets: usize,
    /// Those that cannot be aired, and why.
    pub faulty: Vec<(AssetId, AssetError)>,
    /// Where the old catalogue was put that could not be used; the journal in it is lost.
    pub set_aside: Option<PathBuf>,
}

/// Why the catalogue cannot be made anew.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RebuildError {
    /// The new one cannot be written.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The folder cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Makes the catalogue of the library in `folder` anew from its files. A catalogue that can be read
/// keeps its journal; one that cannot is set aside.
pub fn rebuild(folder: &Path) -> Result<(Library, Rebuilt), RebuildError> {
    let mut library = Library::open(folder)?;
    let mut set_aside = None;
    let emptied = library.catalogue().and_then(Catalogue::empty);
    if let Err(CatalogueError::Sqlite { path, .. }) = emptied {
        drop(library);
        set_aside = Some(put_aside(&path)?);
        library = Library::open(folder)?;
    }
    library.catalogue()?.empty()?;
    let survey = library.survey()?;
    let assets = survey.len();
    let faulty = survey.into_iter().filter_map(|(id, state)| Some((id, state.err()?))).collect();
    Ok((library, Rebuilt { assets, faulty, set_aside }))
}

/// Renames a catalogue and what SQLite keeps beside it.
fn put_aside(path: &Path) -> Result<PathBuf, FileError> {
    let beside = |end: &str| path.with_file_name(format!("{}{end}", catalogue::FILE_NAME));
    for end in ["-wal", "-shm"] {
        // They are of no use without the catalogue, and mostly not there.
        let _ = fs::remove_file(beside(end));
    }
    let aside = beside(".damaged");
    fs::rename(path, &aside).map_err(|error| FileError::new(path, error))?;
    Ok(aside)
}
