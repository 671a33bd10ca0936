//! Turning files into a manifest while their bytes pass by.

use crate::layout::{Layout, LayoutError};
use crate::manifest::{BundleName, Digest, Manifest, ManifestError, NameError, manifest_size};
use crate::module_crc::ModuleCrc;
use crate::path::RelativePath;

/// A file that is at hand as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleFile {
    /// Its name in the bundle.
    pub path: RelativePath,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Why files could not be sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The files do not have the sizes that were planned, having changed in between.
    #[error("files were planned with {planned} bytes and gave {given}")]
    Size {
        /// Bytes planned.
        planned: u64,
        /// Bytes given, up to the point where it was noticed.
        given: u64,
    },
    /// The files cannot be laid out.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The manifest cannot be written.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The bundle cannot be called so.
    #[error(transparent)]
    Name(#[from] NameError),
}

/// Takes the bytes of all files of a layout, one file behind the other, and makes the manifest.
///
/// The caller writes the same bytes behind the first [`Sealer::manifest_size`] bytes of the blob,
/// and the manifest's bytes into those once it is made.
#[derive(Debug)]
pub struct Sealer {
    name: BundleName,
    layout: Layout,
    given: u64,
    hasher: blake3::Hasher,
    digests: Vec<Digest>,
    crc: ModuleCrc,
    crcs: Vec<u32>,
}

impl Sealer {
    /// Begins a bundle.
    pub fn new(name: BundleName, layout: Layout) -> Sealer {
        let crc = ModuleCrc::new(module_size(&layout, 0));
        let (digests, crcs) = (Vec::new(), Vec::new());
        Sealer { name, layout, given: 0, hasher: blake3::Hasher::new(), digests, crc, crcs }
    }

    /// The layout that the bytes follow.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Bytes of the manifest that will be made.
    pub fn manifest_size(&self) -> usize {
        manifest_size(&self.name, &self.layout)
    }

    /// Takes the next bytes, in pieces of any size.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), SealError> {
        while !bytes.is_empty() {
            self.close_files();
            let Some(file) = self.layout.files().get(self.digests.len()) else {
                let given = self.given + bytes.len() as u64;
                return Err(SealError::Size { planned: self.layout.data_size(), given });
            };
            let module = self.layout.module_range(self.crcs.len());
            let until = module.end.min(file.start + file.size);
            let taken = usize::try_from(until - self.given).unwrap_or(usize::MAX).min(bytes.len());
            let (now, later) = bytes.split_at(taken);
            self.hasher.update(now);
            self.crc.add((self.given - module.start) as u32, now);
            self.given += taken as u64;
            if self.given == module.end {
                self.crcs.push(self.crc.value());
                self.crc = ModuleCrc::new(module_size(&self.layout, self.crcs.len()));
            }
            bytes = later;
        }
        Ok(())
    }

    /// Ends the bundle.
    pub fn finish(mut self) -> Result<Manifest, SealError> {
        self.close_files();
        let planned = self.layout.data_size();
        if self.given != planned {
            return Err(SealError::Size { planned, given: self.given });
        }
        Ok(Manifest::new(self.name, self.layout, self.digests, self.crcs)?)
    }

    /// Takes the digest of each file that has all its bytes, empty files among them.
    fn close_files(&mut self) {
        while let Some(file) = self.layout.files().get(self.digests.len()) {
            if file.start + file.size > self.given {
                break;
            }
            self.digests.push(Digest(*self.hasher.finalize().as_bytes()));
            self.hasher.reset();
        }
    }
}

fn module_size(layout: &Layout, number: usize) -> u32 {
    let range = layout.module_range(number);
    (range.end - range.start) as u32
}

/// Packs files that are at hand: their manifest, and the blob that the carousel's ranges refer to.
pub fn pack(
    name: BundleName,
    mut files: Vec<BundleFile>,
    module_size_max: u32,
) -> Result<(Manifest, Vec<u8>), SealError> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let sizes = files.iter().map(|file| (file.path.clone(), file.bytes.len() as u64)).collect();
    let mut sealer = Sealer::new(name, Layout::plan(sizes, module_size_max)?);
    for file in &files {
        sealer.push(&file.bytes)?;
    }
    let manifest = sealer.finish()?;
    let mut blob = manifest.bytes().to_vec();
    for file in &files {
        blob.extend_from_slice(&file.bytes);
    }
    Ok((manifest, blob))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ts::crc32::crc32;

    #[test]
    fn a_file_that_changed_size_is_noticed() {
        let name = BundleName::new("x", "").unwrap();
        let layout = Layout::plan(vec![(RelativePath::new("a").unwrap(), 3)], 10).unwrap();
        let mut sealer = Sealer::new(name.clone(), layout.clone());
        sealer.push(b"ab").unwrap();
        assert_eq!(sealer.finish().unwrap_err(), SealError::Size { planned: 3, given: 2 });
        let mut sealer = Sealer::new(name, layout);
        sealer.push(b"abc").unwrap();
        assert_eq!(sealer.push(b"d"), Err(SealError::Size { planned: 3, given: 4 }));
    }

    proptest! {
        #[test]
        fn any_bundle_has_the_digests_and_crcs_of_its_blob(
            sizes in proptest::collection::vec(0usize..40, 1..12),
            module in 1u32..30, step in 1usize..9,
        ) {
            let name = BundleName::new("any", "title").unwrap();
            let files: Vec<BundleFile> = sizes.iter().enumerate().map(|(n, size)| BundleFile {
                path: RelativePath::new(&format!("f/{n:02}")).unwrap(),
                bytes: (0..*size).map(|i| (i * 7 + n) as u8).collect(),
            }).collect();
            let (manifest, blob) = pack(name.clone(), files.clone(), module).unwrap();
            prop_assert_eq!(blob.len() as u64, manifest.blob_size());
            let data = &blob[manifest.bytes().len()..];
            for (number, (_, size, crc)) in manifest.modules().enumerate() {
                let range = manifest.layout().module_range(number);
                let bytes = &data[range.start as usize..range.end as usize];
                prop_assert_eq!((bytes.len() as u32, crc32(bytes)), (size, crc));
            }
            for ((_, digest), file) in manifest.files().zip(&files) {
                prop_assert_eq!(digest, Digest::of(&file.bytes));
            }
            let mut sealer = Sealer::new(name, manifest.layout().clone());
            prop_assert_eq!(sealer.manifest_size(), manifest.bytes().len());
            for piece in data.chunks(step) {
                sealer.push(piece).unwrap();
            }
            prop_assert_eq!(sealer.finish().unwrap(), manifest);
        }
    }
}
