//! Packing: files in, stored chunks and a manifest out.

use super::audience::Audience;
use super::chunk::{ChunkSizes, cut};
use super::manifest::{
    Chunk, Form, PackageError, PackageFile, PackageLimits, PackageManifest, Parts,
};
use super::seal::GroupKey;
use crate::manifest::{BundleName, Digest, MANIFEST_SIZE_MAX};
use crate::path::RelativePath;
use std::collections::BTreeMap;

/// The level of zstd. Which bytes a level gives is up to the version of the library, which
/// `Cargo.lock` pins; a site unpacks those of any version.
pub const ZSTD_LEVEL: i32 = 15;

/// How a package is made.
#[derive(Clone, Debug)]
pub struct PackageOptions {
    /// How it is called.
    pub name: BundleName,
    /// One more than that of the version before.
    pub serial: u64,
    /// Whom it is for; for all when there is none.
    pub audiences: Vec<Audience>,
    /// The key to seal it with, if it is to be.
    pub group_key: Option<GroupKey>,
    /// How files are cut.
    pub chunk_sizes: ChunkSizes,
}

/// Why files cannot be packed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// zstd failed, as it does when there is no memory.
    #[error("zstd cannot compress {size} bytes: {message}")]
    Compress {
        /// Bytes of the chunk.
        size: usize,
        /// What it says.
        message: String,
    },
    /// The manifest is longer than one may be.
    #[error("manifest of {size} bytes, the limit is {MANIFEST_SIZE_MAX}; make chunks larger")]
    ManifestTooLong {
        /// Its bytes.
        size: usize,
    },
    /// The files cannot be named so, or are too large together.
    #[error(transparent)]
    Manifest(#[from] PackageError),
}

/// Takes files in the order of their paths, in pieces of any size.
pub struct Packer {
    options: PackageOptions,
    chunks: Vec<Chunk>,
    /// Chunks by the digest of their plain bytes.
    known: BTreeMap<[u8; 32], u32>,
    files: Vec<PackageFile>,
    /// Bytes of the present file that are not cut yet.
    pending: Vec<u8>,
    hasher: blake3::Hasher,
}

impl Packer {
    /// Begins a package.
    pub fn new(options: PackageOptions) -> Packer {
        let hasher = match &options.group_key {
            Some(key) => key.file_hasher(),
            None => blake3::Hasher::new(),
        };
        Packer {
            options,
            chunks: Vec::new(),
            known: BTreeMap::new(),
            files: Vec::new(),
            pending: Vec::new(),
            hasher,
        }
    }

    /// Packs a file: `pieces` are its bytes in order, `store` takes the stored bytes of each chunk
    /// that is new, to be laid behind those before.
    ///
    /// # Errors
    /// [`PackError::Compress`].
    pub fn add<P: AsRef<[u8]>>(
        &mut self,
        path: RelativePath,
        pieces: impl IntoIterator<Item = P>,
        mut store: impl FnMut(&[u8]),
    ) -> Result<(), PackError> {
        let (size, digest) = (0, Digest([0; 32]));
        self.files.push(PackageFile { path, size, digest, runs: Vec::new() });
        self.hasher.reset();
        let longest = self.options.chunk_sizes.longest();
        for piece in pieces {
            self.hasher.update(piece.as_ref());
            self.pending.extend_from_slice(piece.as_ref());
            self.take_chunks(longest, &mut store)?;
        }
        self.take_chunks(1, &mut store)?;
        let digest = Digest(*self.hasher.finalize().as_bytes());
        if let Some(file) = self.files.last_mut() {
            file.digest = digest;
        }
        Ok(())
    }

    /// Ends the package.
    ///
    /// # Errors
    /// [`PackError`] when paths are out of order or clash, or there are too many chunks.
    pub fn finish(self) -> Result<PackageManifest, PackError> {
        let PackageOptions { name, serial, audiences, group_key, .. } = self.options;
        let key = group_key.map(|key| key.id());
        let parts = Parts { name, serial, audiences, key, chunks: self.chunks, files: self.files };
        let limits = PackageLimits { plain_size_max: u64::MAX, ..PackageLimits::default() };
        let manifest = PackageManifest::new(parts, limits)?;
        let size = manifest.to_text().len();
        if size > MANIFEST_SIZE_MAX {
            return Err(PackError::ManifestTooLong { size });
        }
        Ok(manifest)
    }

    /// Cuts chunks for as long as `least` bytes are there.
    fn take_chunks(
        &mut self,
        least: usize,
        store: &mut impl FnMut(&[u8]),
    ) -> Result<(), PackError> {
        let pending = core::mem::take(&mut self.pending);
        let mut at = 0;
        while pending.len() - at >= least {
            let end = at + cut(self.options.chunk_sizes, &pending[at..]);
            self.take_chunk(&pending[at..end], store)?;
            at = end;
        }
        self.pending = pending;
        self.pending.drain(..at);
        Ok(())
    }

    fn take_chunk(&mut self, plain: &[u8], store: &mut impl FnMut(&[u8])) -> Result<(), PackError> {
        let digest = *blake3::hash(plain).as_bytes();
        let number = match self.known.get(&digest) {
            Some(number) => *number,
            None => {
                let number = self.chunks.len() as u32;
                let (form, stored) = self.store_form(plain)?;
                store(&stored);
                self.chunks.push(Chunk {
                    form,
                    stored_size: stored.len() as u32,
                    plain_size: plain.len() as u32,
                    digest: Digest::of(&stored),
                });
                self.known.insert(digest, number);
                number
            }
        };
        let Some(file) = self.files.last_mut() else { return Ok(()) };
        file.size += plain.len() as u64;
        match file.runs.last_mut() {
            Some(run) if *run.end() + 1 == number => *run = *run.start()..=number,
            _ => file.runs.push(number..=number),
        }
        Ok(())
    }

    /// Compressed where that saves anything, then sealed.
    fn store_form(&self, plain: &[u8]) -> Result<(Form, Vec<u8>), PackError> {
        let size = plain.len();
        let compressed = zstd::bulk::compress(plain, ZSTD_LEVEL)
            .map_err(|error| PackError::Compress { size, message: error.to_string() })?;
        let (form, packed) = if compressed.len() < size {
            (Form::Zstd, compressed)
        } else {
            (Form::Raw, plain.to_vec())
        };
        Ok(match &self.options.group_key {
            Some(key) => (form, key.seal(&packed)),
            None => (form, packed),
        })
    }
}
