//! Files to a blob.

use super::CHUNK;
use super::error::BundleFault;
use super::find::{FileState, FoundFile, lost};
use crate::publish::Draft;
use crate::store::FileError;
use datacast::{BundleName, Layout, MANIFEST_SIZE_MAX, Manifest, ManifestError, SealError, Sealer};
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Reads all files once, writes them into a new blob in `folder`, and gives the blob the name that
/// `place` makes of its manifest.
pub(super) fn write_blob(
    folder: &Path,
    name: BundleName,
    files: &[FoundFile],
    module_size: u32,
    place: impl FnOnce(&Manifest) -> PathBuf,
) -> Result<Manifest, BundleFault> {
    let sizes = files.iter().map(|f| (f.name.clone(), f.state.size));
    let layout = Layout::plan(sizes.collect(), module_size)?;
    let mut sealer = Sealer::new(name, layout);
    let size = sealer.manifest_size();
    if size > MANIFEST_SIZE_MAX {
        return Err(ManifestError::TooLong { size }.into());
    }
    let (draft, blob) = Draft::create(folder)?;
    let wrap = |error| FileError::new(draft.path(), error);
    let mut out = BufWriter::with_capacity(CHUNK, blob);
    out.seek(SeekFrom::Start(size as u64)).map_err(wrap)?;
    let mut buffer = vec![0; CHUNK];
    for file in files {
        copy(file, &mut buffer, |bytes| {
            out.write_all(bytes).map_err(wrap)?;
            sealer.push(bytes).map_err(seal_fault)
        })?;
    }
    let manifest = sealer.finish().map_err(seal_fault)?;
    let blob = out.into_inner().map_err(|error| wrap(error.into_error()))?;
    blob.write_all_at(manifest.bytes(), 0).map_err(wrap)?;
    blob.sync_all().map_err(wrap)?;
    draft.publish(&place(&manifest))?;
    Ok(manifest)
}

/// Reads a file piece by piece, and makes sure that it is the one that was found, all the while.
fn copy(
    file: &FoundFile,
    buffer: &mut [u8],
    mut take: impl FnMut(&[u8]) -> Result<(), BundleFault>,
) -> Result<(), BundleFault> {
    let path = &file.path;
    let changed = || BundleFault::Changed { path: path.clone() };
    let mut input = File::open(path).map_err(|error| lost(path, error))?;
    let state = |input: &File| match input.metadata() {
        Ok(metadata) => Ok(FileState::of(&metadata)),
        Err(error) => Err(lost(path, error)),
    };
    if state(&input)? != file.state {
        return Err(changed());
    }
    let mut left = file.state.size;
    while left > 0 {
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        match input.read(&mut buffer[..most]) {
            Ok(0) => return Err(changed()),
            Ok(count) => {
                left -= count as u64;
                take(&buffer[..count])?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(FileError::new(path, error).into()),
        }
    }
    if state(&input)? != file.state {
        return Err(changed());
    }
    Ok(())
}

fn seal_fault(error: SealError) -> BundleFault {
    match error {
        SealError::Layout(error) => error.into(),
        SealError::Manifest(error) => error.into(),
        SealError::Name(error) => error.into(),
        error @ SealError::Size { .. } => BundleFault::Seal(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundles::{BundleLimits, Pattern, find};
    use std::fs;
    use tempfile::TempDir;

    fn found(folder: &TempDir) -> Vec<FoundFile> {
        fs::write(folder.path().join("a"), b"one").unwrap();
        let pattern = Pattern::new("**").unwrap();
        find(folder.path(), &pattern, BundleLimits::default()).unwrap()
    }

    fn packed(folder: &TempDir, files: &[FoundFile]) -> Result<Manifest, BundleFault> {
        let name = BundleName::new("b", "").unwrap();
        let blob = folder.path().join("blob");
        write_blob(folder.path(), name, files, 100, |_| blob)
    }

    #[test]
    fn a_file_that_goes_while_the_bundle_is_packed_is_named_and_leaves_no_blob() {
        let (source, blobs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let files = found(&source);
        fs::remove_file(source.path().join("a")).unwrap();
        let path = files[0].path.clone();
        assert_eq!(packed(&blobs, &files), Err(BundleFault::Vanished { path }));
        assert_eq!(fs::read_dir(blobs.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_changes_while_the_bundle_is_packed_is_named_and_leaves_no_blob() {
        let (source, blobs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        for content in ["four", "tw", "two"] {
            let mut files = found(&source);
            files[0].state.changed_ns -= 1;
            fs::write(source.path().join("a"), content).unwrap();
            let path = files[0].path.clone();
            assert_eq!(packed(&blobs, &files), Err(BundleFault::Changed { path }));
        }
        assert_eq!(fs::read_dir(blobs.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_named() {
        let source = TempDir::new().unwrap();
        let files = found(&source);
        for content in [&b"oneone"[..], b"o"] {
            let files = [found(&source), files.clone()].concat();
            let fault = copy(&files[0], &mut [0; 2], |_| {
                fs::write(&files[0].path, content).unwrap();
                Ok(())
            });
            let path = files[0].path.clone();
            assert_eq!(fault, Err(BundleFault::Changed { path }));
        }
    }
}
