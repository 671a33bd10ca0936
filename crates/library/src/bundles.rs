//! Bundles of files, packed for their carousels.
//!
//! A bundle is packed once: its files stream through the sealer of crate `datacast` into one
//! *blob*, `bundles/<id>-<digest>.blob` in the folder of the library, which the carousel sends as
//! byte ranges. The blob depends on the content of the files alone. Beside it stands a *stamp* with
//! the sizes and times of the files, by which a folder that nobody touched is not read again.

mod error;
mod find;
mod fountain;
mod pack;
mod pattern;
mod stamp;
mod sweep;

pub use error::{BundleError, BundleFault, BundleReadError};
pub use find::{FoundFile, find};
pub use pattern::{Pattern, PatternError};

use crate::publish;
use crate::store::FileError;
use bytes::Bytes;
use datacast::{
    BLOCK_SIZE_DEFAULT, BundleName, Carousel, CarouselError, CarouselOptions, Digest, FILES_MAX,
    MODULE_SIZE_DEFAULT, Manifest, RepairId, SOURCE_BLOCK_SIZE_DEFAULT, Sealer,
};
use stamp::Stamp;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Blocks of a module, as many as blockNumber of a DDB counts.
const MODULE_BLOCKS_MAX: u32 = 1 << 16;
/// Bytes that are read from a file or blob at once.
const CHUNK: usize = 1 << 20;

/// How much one bundle may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BundleLimits {
    /// Files of a bundle.
    pub files: usize,
    /// Bytes of all files of a bundle.
    pub bytes: u64,
}

impl Default for BundleLimits {
    fn default() -> BundleLimits {
        BundleLimits { files: FILES_MAX, bytes: 20 << 30 }
    }
}

/// What is to be packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BundleRequest<'a> {
    /// The bundle's id in the timetable.
    pub id: &'a str,
    /// What sites call it.
    pub title: &'a str,
    /// Its files: a folder, a file or a [`Pattern`] below the folder of bundles. Paths in the
    /// bundle begin behind the part of this that has no wildcard.
    pub files: &'a str,
    /// Bytes of a carousel block, where the bundle wants its own size.
    pub block_size: Option<u16>,
    /// Whether it is to be a fountain as well.
    pub is_fountain: bool,
}

/// Where bundles come from and where their blobs are kept.
#[derive(Clone, Debug)]
pub struct BundleStore {
    blobs: PathBuf,
    source: PathBuf,
    limits: BundleLimits,
}

impl BundleStore {
    /// Keeps blobs in the folder `bundles` of the library's folder, which is made when it is not
    /// there, of files in the folder `source`.
    pub fn open(
        library: &Path,
        source: &Path,
        limits: BundleLimits,
    ) -> Result<BundleStore, FileError> {
        let blobs = library.join("bundles");
        fs::create_dir_all(&blobs).map_err(|error| FileError::new(&blobs, error))?;
        publish::sweep(&blobs)?;
        Ok(BundleStore { blobs, source: source.to_owned(), limits })
    }

    /// Packs a bundle, or finds it packed. Files are read only when one of them changed in size or
    /// time since they were packed, or one came or went.
    pub fn pack(&self, request: &BundleRequest) -> Result<PackedBundle, BundleError> {
        self.try_pack(request).map_err(|fault| BundleError { bundle: request.id.to_owned(), fault })
    }

    fn try_pack(&self, request: &BundleRequest) -> Result<PackedBundle, BundleFault> {
        let name = BundleName::new(request.id, request.title)?;
        let block_size = request.block_size.unwrap_or(BLOCK_SIZE_DEFAULT);
        let module_size = MODULE_SIZE_DEFAULT.min(u32::from(block_size) * MODULE_BLOCKS_MAX);
        let started_ns = stamp::now_ns();
        let files = self.files(request.files)?;
        let key = stamp::key(&name, module_size, &files);
        let stamp_path = self.stamp_path(request.id);
        let stamp = Stamp::read(&stamp_path).filter(|stamp| stamp.vouches_for(&key, &files));
        if let Some(packed) = stamp.and_then(|stamp| self.reopen(&name, &stamp, block_size)) {
            return self.finish(packed, request);
        }
        let manifest = pack::write_blob(&self.blobs, name, &files, module_size, |manifest| {
            self.blob_path(manifest.name().id(), manifest.digest())
        })?;
        let stamp = Stamp {
            started_ns,
            key,
            digest: manifest.digest(),
            manifest_size: manifest.bytes().len() as u64,
        };
        stamp.write(&stamp_path)?;
        let path = self.blob_path(manifest.name().id(), manifest.digest());
        self.finish(PackedBundle::open(manifest, path, block_size)?, request)
    }

    /// Makes of a packed bundle what was asked for.
    fn finish(
        &self,
        mut packed: PackedBundle,
        request: &BundleRequest,
    ) -> Result<PackedBundle, BundleFault> {
        if request.is_fountain {
            packed.prepared = Some(fountain::prepare(&self.blobs, &packed)?);
        }
        Ok(packed)
    }

    /// The files of a bundle, in the order of their paths.
    fn files(&self, pattern: &str) -> Result<Vec<FoundFile>, BundleFault> {
        let climbs = pattern.starts_with('/') || pattern.split('/').any(|part| part == "..");
        if climbs {
            let pattern = pattern.to_owned();
            return Err(BundleFault::Outside { pattern });
        }
        let parsed = Pattern::new(pattern)?;
        find(&self.source, &parsed, self.limits)
    }

    /// The blob that a stamp speaks of, if it is there, whole, and has this manifest.
    fn reopen(&self, name: &BundleName, stamp: &Stamp, block_size: u16) -> Option<PackedBundle> {
        let path = self.blob_path(name.id(), stamp.digest);
        let file = File::open(&path).ok()?;
        let size = usize::try_from(stamp.manifest_size).ok()?;
        let mut bytes = vec![0; size.min(datacast::MANIFEST_SIZE_MAX)];
        file.read_exact_at(&mut bytes, 0).ok()?;
        let manifest = Manifest::parse(&bytes).ok()?;
        let sound = manifest.digest() == stamp.digest && manifest.name() == name;
        let packed = PackedBundle::open(manifest, path, block_size).ok()?;
        sound.then_some(packed)
    }

    fn blob_path(&self, id: &str, digest: Digest) -> PathBuf {
        let digest = digest.to_string();
        self.blobs.join(format!("{id}-{}.blob", &digest[..16]))
    }
}

/// A bundle whose blob is there and open. Packing the bundle anew does not disturb it.
#[derive(Debug)]
pub struct PackedBundle {
    manifest: Manifest,
    path: PathBuf,
    file: File,
    block_size: u16,
    prepared: Option<fountain::Prepared>,
}

impl PackedBundle {
    /// Opens a blob, whose length must be that of the manifest.
    fn open(manifest: Manifest, path: PathBuf, block_size: u16) -> Result<PackedBundle, FileError> {
        let wrap = |error| FileError::new(&path, error);
        let file = File::open(&path).map_err(wrap)?;
        let found = file.metadata().map_err(wrap)?.len();
        if found != manifest.blob_size() {
            let wanted = manifest.blob_size();
            let text = format!("the blob has {found} bytes instead of {wanted}");
            return Err(wrap(io::Error::new(io::ErrorKind::InvalidData, text)));
        }
        Ok(PackedBundle { manifest, path, file, block_size, prepared: None })
    }

    /// Name, files and modules.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The blob's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The digest of the manifest, which stands for all content of the bundle.
    pub fn digest(&self) -> Digest {
        self.manifest.digest()
    }

    /// The carousel that sends the bundle: blocks of the size that was asked for, revision 0, so
    /// that all numbers in it follow from the content. It is a fountain if that was asked for.
    pub fn carousel(&self) -> Result<Carousel, CarouselError> {
        match self.prepared {
            Some(_) => self.fountain_carousel(),
            None => Carousel::new(&self.manifest, self.options()),
        }
    }

    fn fountain_carousel(&self) -> Result<Carousel, CarouselError> {
        Carousel::with_fountain(&self.manifest, self.options(), SOURCE_BLOCK_SIZE_DEFAULT)
    }

    fn options(&self) -> CarouselOptions {
        CarouselOptions { block_size: self.block_size, revision: 0 }
    }

    /// A repair symbol of a bundle that is a fountain. May be called from several threads.
    pub fn repair(&self, repair: RepairId) -> Result<Bytes, BundleReadError> {
        let prepared = self.prepared.as_ref();
        let prepared =
            prepared.ok_or_else(|| BundleReadError::NoFountain { path: self.path.clone() })?;
        prepared.symbol(repair)
    }

    /// Bytes of the blob. May be called from several threads.
    pub fn read(&self, range: Range<u64>) -> Result<Bytes, BundleReadError> {
        let size = self.manifest.blob_size();
        if range.start > range.end || range.end > size {
            let path = self.path.clone();
            return Err(BundleReadError::Outside { path, range, size });
        }
        let mut bytes = vec![0; (range.end - range.start) as usize];
        match self.file.read_exact_at(&mut bytes, range.start) {
            Ok(()) => Ok(bytes.into()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let path = self.path.clone();
                Err(BundleReadError::Short { path, range })
            }
            Err(error) => Err(FileError::new(&self.path, error).into()),
        }
    }

    /// Reads the whole blob and compares it with the manifest.
    pub fn verify(&self) -> Result<(), BundleReadError> {
        let damaged = || BundleReadError::Damaged { path: self.path.clone() };
        let head = self.manifest.bytes().len() as u64;
        if self.read(0..head)? != self.manifest.bytes() {
            return Err(damaged());
        }
        let mut sealer = Sealer::new(self.manifest.name().clone(), self.manifest.layout().clone());
        let size = self.manifest.blob_size();
        for start in (head..size).step_by(CHUNK) {
            let bytes = self.read(start..size.min(start + CHUNK as u64))?;
            sealer.push(&bytes).map_err(|_| damaged())?;
        }
        match sealer.finish() {
            Ok(manifest) if manifest == self.manifest => Ok(()),
            _ => Err(damaged()),
        }
    }
}
