//! The folder: which assets there are, in what state, and where their files are.

use crate::card::{self, Card, CardError};
use crate::catalogue::{Catalogue, CatalogueError};
use crate::id::AssetId;
use crate::lookup;
use crate::publish;
use crate::read::{OpenAsset, PageError};
use asset::{AssetIndex, AssetSummary, IndexError};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How the names of indexes end.
const INDEX: &str = ".idx";
/// The longest index that is read: that of a recording of more than a month.
const INDEX_BYTES_MAX: u64 = 4 << 30;
/// Assets that are kept open.
const OPEN_MAX: usize = 128;

/// A file or folder that the system does not let us use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct FileError {
    /// The file or folder.
    pub path: PathBuf,
    /// What kind of error it is.
    pub kind: io::ErrorKind,
    /// What the system says.
    pub message: String,
}

impl FileError {
    pub(crate) fn new(path: &Path, error: io::Error) -> FileError {
        FileError { path: path.to_owned(), kind: error.kind(), message: error.to_string() }
    }
}

/// Why an asset cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssetError {
    /// A file cannot be opened or read; a missing one is of the kind `NotFound`.
    #[error(transparent)]
    File(#[from] FileError),
    /// The index is damaged.
    #[error("{path}: {fault}")]
    Index {
        /// The index file.
        path: PathBuf,
        /// What is wrong with it.
        fault: IndexError,
    },
    /// The stream has another length than the index says.
    #[error("{path}: the file has {found} bytes, the index says {wanted}: ingest it again")]
    Length {
        /// The asset file.
        path: PathBuf,
        /// Bytes according to the index.
        wanted: u64,
        /// Bytes of the file.
        found: u64,
    },
    /// Its card cannot be read.
    #[error(transparent)]
    Card(#[from] CardError),
    /// It was replaced by other content.
    #[error(
        "{id} is not what was planned any more: it was replaced, and the content that it had \
             is gone; plan anew"
    )]
    Replaced {
        /// The name.
        id: AssetId,
    },
    /// It must not be aired.
    #[error("{id} was withdrawn by {who} on {when}: {why}")]
    Withdrawn {
        /// The name.
        id: AssetId,
        /// Who withdrew it.
        who: String,
        /// When.
        when: String,
        /// Why.
        why: String,
    },
    /// There is no asset of this name.
    #[error("there is no asset {id} in {folder}")]
    NotThere {
        /// The name.
        id: AssetId,
        /// The library's folder.
        folder: PathBuf,
    },
}

/// Every asset by its id, each with its summary or with the reason why it cannot be used.
pub type Survey = BTreeMap<AssetId, Result<AssetSummary, AssetError>>;

/// A library: a folder with assets in it, and its catalogue.
///
/// The files are what is true, the catalogue saves opening them. A library whose catalogue cannot
/// be used does all but searching and keeping a journal.
#[derive(Debug)]
pub struct Library {
    folder: PathBuf,
    catalogue: Result<Catalogue, CatalogueError>,
    open: Mutex<OpenAssets>,
}

impl Library {
    /// Opens the library in `folder`, which is made when it is not there. A catalogue that cannot
    /// be used is no error: see [`Library::catalogue`].
    pub fn open(folder: &Path) -> Result<Library, FileError> {
        fs::create_dir_all(folder).map_err(|error| FileError::new(folder, error))?;
        let catalogue = Catalogue::open(folder);
        Ok(Library { folder: folder.to_owned(), catalogue, open: Mutex::default() })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The catalogue, or why it cannot be used.
    pub fn catalogue(&self) -> Result<&Catalogue, CatalogueError> {
        self.catalogue.as_ref().map_err(Clone::clone)
    }

    /// All assets whose index is in the folder, each as [`Library::summary`] finds it. Fails only
    /// when a folder cannot be read: a faulty asset is listed with its fault.
    pub fn survey(&self) -> Result<Survey, FileError> {
        let ids = self.ids()?;
        let states = self.summaries(&ids);
        Ok(ids.into_iter().zip(states).collect())
    }

    /// The assets whose index is in the folder, in no order.
    pub(crate) fn ids(&self) -> Result<Vec<AssetId>, FileError> {
        let mut ids = Vec::new();
        walk(&self.folder, &mut |name| {
            ids.extend(name.strip_suffix(INDEX).and_then(|id| id.parse::<AssetId>().ok()));
        })?;
        Ok(ids)
    }

    /// The summary of one asset, whose stream is there and has the right length.
    pub fn summary(&self, id: &AssetId) -> Result<AssetSummary, AssetError> {
        let not_there = AssetError::NotThere { id: id.clone(), folder: self.folder.clone() };
        self.summaries([id]).pop().unwrap_or(Err(not_there))
    }

    /// The summaries of many assets, in their order. Files that look as they did when the
    /// catalogue took note of them are not opened.
    pub fn summaries<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a AssetId>,
    ) -> Vec<Result<AssetSummary, AssetError>> {
        let mut sightings = Vec::new();
        let states = ids.into_iter().map(|id| lookup::look(self, id, &mut sightings)).collect();
        if let Ok(catalogue) = &self.catalogue {
            // What cannot be noted now will be read again.
            let _ = catalogue.record(&sightings);
        }
        states
    }

    /// What people say of an asset; nothing when it has no card.
    pub fn card(&self, id: &AssetId) -> Result<Card, AssetError> {
        let path = self.card_path(id);
        let text = card::read_text(&path)?;
        if text.is_empty() { Ok(Card::default()) } else { Ok(Card::parse(&text, &path)?) }
    }

    /// Changes what people say of an asset that is there.
    pub fn write_card(&self, id: &AssetId, card: &Card) -> Result<(), AssetError> {
        self.open_index(id)?;
        publish::replace(&self.card_path(id), card.to_text().as_bytes())?;
        self.refresh(id);
        Ok(())
    }

    /// Takes note in the catalogue of how an asset is now.
    pub(crate) fn refresh(&self, id: &AssetId) {
        let _ = self.summary(id);
    }

    /// The whole index of one asset, read anew and checked in every invariant.
    pub fn index(&self, id: &AssetId) -> Result<AssetIndex, AssetError> {
        let file = self.open_index(id)?;
        parse_index(file, &self.index_path(id))
    }

    /// Opens an asset: its index is sound, its stream is there and has the right length.
    pub fn open_asset(&self, id: &AssetId) -> Result<OpenAsset, AssetError> {
        let index = self.index(id)?;
        let file = self.open_stream(id, &index.summary())?;
        let path = self.stream_path(id, &index.digest);
        Ok(OpenAsset::new(index, path, file))
    }

    /// Opens the content that an asset had when it was planned, even if it was replaced since.
    pub fn open_content(&self, id: &AssetId, digest: &[u8; 32]) -> Result<OpenAsset, AssetError> {
        let mut index = self.index(id)?;
        if index.digest != *digest {
            let path = self.superseded_path(id, digest);
            let replaced = || AssetError::Replaced { id: id.clone() };
            let file = File::open(&path).map_err(|_| replaced())?;
            index = parse_index(file, &path)?;
            if index.digest != *digest {
                return Err(replaced());
            }
        }
        let file = self.open_stream(id, &index.summary())?;
        let path = self.stream_path(id, &index.digest);
        Ok(OpenAsset::new(index, path, file))
    }

    /// Whether an asset can be aired, as far as can be told without reading its stream: the files
    /// are there, the index is sound, the lengths are exact.
    pub fn check(&self, id: &AssetId) -> Result<AssetSummary, AssetError> {
        Ok(self.open_asset(id)?.index().summary())
    }

    /// Reads a page of an asset, which is kept open for the next one. Keeps showing the asset that
    /// was opened first when it is replaced meanwhile, until [`Library::forget`].
    pub fn read_page(&self, id: &AssetId, page: u32) -> Result<Bytes, ReadError> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).get(id);
        let asset = match open {
            Some(asset) => asset,
            None => {
                let asset = Arc::new(self.open_asset(id)?);
                let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
                open.put(id.clone(), Arc::clone(&asset));
                asset
            }
        };
        Ok(asset.read_page(page)?)
    }

    /// Closes an asset that [`Library::read_page`] keeps open, so that its replacement is seen.
    pub fn forget(&self, id: &AssetId) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.assets.remove(id);
    }

    pub(crate) fn index_path(&self, id: &AssetId) -> PathBuf {
        self.folder.join(format!("{id}{INDEX}"))
    }

    pub(crate) fn card_path(&self, id: &AssetId) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    /// Where the index of content is kept that was replaced, as long as its stream is.
    pub(crate) fn superseded_path(&self, id: &AssetId, digest: &[u8; 32]) -> PathBuf {
        self.folder.join(format!("{id}.{:016x}.superseded", start_of(digest)))
    }

    /// The stream's name holds the start of its digest, so that a replaced asset has another one
    /// and an index never speaks of a stream that is not its own.
    pub(crate) fn stream_path(&self, id: &AssetId, digest: &[u8; 32]) -> PathBuf {
        self.folder.join(format!("{id}.{:016x}.ts", start_of(digest)))
    }

    pub(crate) fn open_index(&self, id: &AssetId) -> Result<File, AssetError> {
        let path = self.index_path(id);
        File::open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                AssetError::NotThere { id: id.clone(), folder: self.folder.clone() }
            }
            _ => FileError::new(&path, error).into(),
        })
    }

    fn open_stream(&self, id: &AssetId, summary: &AssetSummary) -> Result<File, AssetError> {
        let path = self.stream_path(id, &summary.digest);
        let wrap = |error| FileError::new(&path, error);
        let file = File::open(&path).map_err(wrap)?;
        let found = file.metadata().map_err(wrap)?.len();
        if found != summary.file_bytes() {
            return Err(AssetError::Length { path, wanted: summary.file_bytes(), found });
        }
        Ok(file)
    }
}

/// The start of a digest, as file names have it.
fn start_of(digest: &[u8; 32]) -> u64 {
    u64::from_be_bytes(*digest.first_chunk().unwrap_or(&[0; 8]))
}

fn parse_index(file: File, path: &Path) -> Result<AssetIndex, AssetError> {
    let mut bytes = Vec::new();
    file.take(INDEX_BYTES_MAX)
        .read_to_end(&mut bytes)
        .map_err(|error| FileError::new(path, error))?;
    AssetIndex::parse(&bytes).map_err(|fault| AssetError::Index { path: path.to_owned(), fault })
}

/// Names all files below a folder by their path in it, but hidden ones and those whose name is not
/// text.
pub(crate) fn walk(folder: &Path, found: &mut dyn FnMut(String)) -> Result<(), FileError> {
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let wrap = |error| FileError::new(&folder, error);
        for entry in fs::read_dir(&folder).map_err(wrap)? {
            let entry = entry.map_err(wrap)?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            if entry.file_type().map_err(wrap)?.is_dir() {
                folders.push((entry.path(), format!("{prefix}{name}/")));
            } else {
                found(format!("{prefix}{name}"));
            }
        }
    }
    Ok(())
}

/// Why a page of an asset cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The asset cannot be opened.
    #[error(transparent)]
    Asset(#[from] AssetError),
    /// The page cannot be read.
    #[error(transparent)]
    Page(#[from] PageError),
}

/// The assets that are open, with the time of their last use in calls.
#[derive(Debug, Default)]
struct OpenAssets {
    assets: BTreeMap<AssetId, (Arc<OpenAsset>, u64)>,
    calls: u64,
}

impl OpenAssets {
    fn get(&mut self, id: &AssetId) -> Option<Arc<OpenAsset>> {
        self.calls += 1;
        let (asset, used) = self.assets.get_mut(id)?;
        *used = self.calls;
        Some(Arc::clone(asset))
    }

    fn put(&mut self, id: AssetId, asset: Arc<OpenAsset>) {
        if self.assets.len() >= OPEN_MAX {
            let oldest = self.assets.iter().min_by_key(|(_, (_, used))| *used);
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                self.assets.remove(&oldest);
            }
        }
        self.assets.insert(id, (asset, self.calls));
    }
}
