//! The folder: which assets there are, in what state, and where their files are.

use crate::id::AssetId;
use crate::publish;
use crate::read::{OpenAsset, PageError};
use asset::{AssetIndex, AssetSummary, IndexError, IndexHeader};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that are read of each index at start-up: more than nearly every summary has.
const SUMMARY_READ: usize = 1024;
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
pub type Catalogue = BTreeMap<AssetId, Result<AssetSummary, AssetError>>;

/// A library: a folder with assets in it.
#[derive(Debug)]
pub struct Library {
    folder: PathBuf,
    open: Mutex<OpenAssets>,
}

impl Library {
    /// Opens the library in `folder`, which is made when it is not there.
    pub fn open(folder: &Path) -> Result<Library, FileError> {
        fs::create_dir_all(folder).map_err(|error| FileError::new(folder, error))?;
        Ok(Library { folder: folder.to_owned(), open: Mutex::default() })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All assets, from the first few hundred bytes of each index and the length of each stream.
    /// Fails only when a folder cannot be read: a faulty asset is listed with its fault.
    pub fn catalogue(&self) -> Result<Catalogue, FileError> {
        let mut catalogue = Catalogue::new();
        let mut folders = vec![(self.folder.clone(), String::new())];
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
                } else if let Some(stem) = name.strip_suffix(".idx")
                    && let Ok(id) = format!("{prefix}{stem}").parse::<AssetId>()
                {
                    let state = self.summary(&id);
                    catalogue.insert(id, state);
                }
            }
        }
        Ok(catalogue)
    }

    /// The summary of one asset, whose stream is there and has the right length.
    pub fn summary(&self, id: &AssetId) -> Result<AssetSummary, AssetError> {
        let path = self.index_path(id);
        let mut file = self.open_index(id)?;
        let mut bytes = Vec::with_capacity(SUMMARY_READ);
        let mut read_to = |limit: usize, bytes: &mut Vec<u8>| {
            let more = limit.saturating_sub(bytes.len()) as u64;
            let read = (&mut file).take(more).read_to_end(bytes);
            read.map_err(|error| FileError::new(&path, error))
        };
        read_to(SUMMARY_READ, &mut bytes)?;
        let wrap = |fault| AssetError::Index { path: path.clone(), fault };
        let header = IndexHeader::parse(&bytes).map_err(wrap)?;
        // The limit holds back a damaged header, which is found out by the checksum.
        read_to(header.summary_bytes.min(1 << 20), &mut bytes)?;
        let summary = AssetSummary::parse(&bytes).map_err(wrap)?;
        let present = file.metadata().map_err(|error| FileError::new(&path, error))?.len();
        if present != header.index_bytes {
            return Err(wrap(IndexError::Length { stated: header.index_bytes, present }));
        }
        self.open_stream(id, &summary)?;
        Ok(summary)
    }

    /// The whole index of one asset, read anew and checked in every invariant.
    pub fn index(&self, id: &AssetId) -> Result<AssetIndex, AssetError> {
        let path = self.index_path(id);
        let file = self.open_index(id)?;
        let mut bytes = Vec::new();
        file.take(INDEX_BYTES_MAX)
            .read_to_end(&mut bytes)
            .map_err(|error| FileError::new(&path, error))?;
        AssetIndex::parse(&bytes).map_err(|fault| AssetError::Index { path, fault })
    }

    /// Opens an asset: its index is sound, its stream is there and has the right length.
    pub fn open_asset(&self, id: &AssetId) -> Result<OpenAsset, AssetError> {
        let index = self.index(id)?;
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

    /// Puts an index in its place, by which its asset appears or is replaced.
    pub(crate) fn publish_index(&self, id: &AssetId, index: &AssetIndex) -> Result<(), FileError> {
        publish::replace(&self.index_path(id), &index.to_bytes())
    }

    pub(crate) fn index_path(&self, id: &AssetId) -> PathBuf {
        self.folder.join(format!("{id}.idx"))
    }

    /// The stream's name holds the start of its digest, so that a replaced asset has another one
    /// and an index never speaks of a stream that is not its own.
    pub(crate) fn stream_path(&self, id: &AssetId, digest: &[u8; 32]) -> PathBuf {
        let start = u64::from_be_bytes(*digest.first_chunk().unwrap_or(&[0; 8]));
        self.folder.join(format!("{id}.{start:016x}.ts"))
    }

    fn open_index(&self, id: &AssetId) -> Result<File, AssetError> {
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
