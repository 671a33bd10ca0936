//! Files: made of spools, checked by digest, put into their places in one step.

use super::error::StorageError;
use super::folder::Folder;
use super::spool;
use super::workspace::Workspace;
use datacast::{Digest, RelativePath};
use receiver::{DecodeJob, FileJob, Source, SpoolId, SpoolPiece, SymbolSource};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const CHUNK_SIZE: usize = 1 << 20;

/// Makes and checks files.
#[derive(Debug)]
pub(crate) struct Placer {
    pub(crate) folder: Folder,
    pub(crate) workspace: Arc<Workspace>,
    /// Set when nobody waits for files any more.
    pub(crate) is_abandoned: Arc<AtomicBool>,
    pub(crate) files_made: u64,
}

/// A file that is being made; gone when it was not finished.
#[derive(Debug)]
struct Draft<'a> {
    workspace: &'a Workspace,
    name: String,
    file: File,
    hasher: blake3::Hasher,
    size: u64,
}

impl Placer {
    /// Whether a file is in its place and has this content.
    pub(crate) fn is_there(
        &self,
        bundle: &str,
        path: &RelativePath,
        size: u64,
        digest: Digest,
    ) -> Result<bool, StorageError> {
        let Some(mut file) = self.folder.open_file(bundle, path)? else {
            return Ok(false);
        };
        let failed = |error: &std::io::Error| {
            let path = self.folder.path().join(bundle).join(path.as_str());
            StorageError::io("read", &path, error)
        };
        if file.metadata().map_err(|error| failed(&error))?.len() != size {
            return Ok(false);
        }
        let mut hasher = blake3::Hasher::new();
        let mut chunk = vec![0; CHUNK_SIZE];
        while !self.is_abandoned.load(Ordering::Relaxed) {
            match file.read(&mut chunk) {
                Ok(0) => return Ok(hasher.finalize().as_bytes() == &digest.0),
                Ok(count) => _ = hasher.update(&chunk[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(&error)),
            }
        }
        Ok(false)
    }

    /// Makes a file and puts it into its place. Returns whether its content was there and right;
    /// what stood in its place stays there otherwise.
    pub(crate) fn make(&mut self, job: &FileJob) -> Result<bool, StorageError> {
        if let Source::File { bundle, path } = &job.source
            && (bundle, path) == (&job.bundle, &job.path)
        {
            return self.is_there(bundle, path, job.size, job.digest);
        }
        self.files_made += 1;
        let mut draft = Draft::new(&self.workspace, format!("file-{}", self.files_made))?;
        let is_whole = match &job.source {
            Source::Spools(pieces) => {
                let add = |piece: &SpoolPiece| self.add_piece(&mut draft, *piece);
                all(pieces.iter().map(add))?
            }
            Source::File { bundle, path } => match self.folder.open_file(bundle, path)? {
                Some(file) => self.add(&mut draft, &file, 0, job.size)?,
                None => false,
            },
        };
        if !is_whole || !draft.is(job.size, job.digest) {
            return Ok(false);
        }
        // Without this a power cut could leave a file in its place whose bytes never got there.
        draft.file.sync_data().map_err(|error| draft.failed("write", &error))?;
        let place = self.folder.make_place(&job.bundle, &job.path)?;
        self.workspace.publish(&draft.name, &place)?;
        Ok(true)
    }

    /// Decodes a source block; `None` when its symbols are not enough, or not there any more.
    pub(crate) fn decode(&self, job: &DecodeJob) -> Result<Option<Vec<u8>>, StorageError> {
        let size = usize::from(job.block.shape.symbol_size());
        let mut open: BTreeMap<SpoolId, Option<File>> = BTreeMap::new();
        let mut symbols = Vec::with_capacity(job.symbols.len());
        for (id, source) in &job.symbols {
            let mut symbol = vec![0; size];
            match source {
                SymbolSource::Bytes(bytes) if bytes.len() <= size => {
                    symbol[..bytes.len()].copy_from_slice(bytes);
                }
                SymbolSource::Bytes(_) => continue,
                SymbolSource::Spool(piece) => {
                    let file = match open.entry(piece.spool) {
                        Entry::Occupied(file) => file.into_mut(),
                        Entry::Vacant(place) => {
                            let name = spool::name_of(piece.spool);
                            place.insert(self.workspace.open_file(&name)?)
                        }
                    };
                    let room = symbol.get_mut(..piece.length as usize);
                    let (Some(file), Some(room)) = (file.as_ref(), room) else { continue };
                    if file.read_exact_at(room, piece.offset.into()).is_err() {
                        continue;
                    }
                }
            }
            symbols.push((*id, symbol));
        }
        Ok(fec::raptorq::Decoder::new(job.block.shape).decode(symbols))
    }

    /// A spool may be gone: the version that it belonged to is not on air any more.
    fn add_piece(&self, draft: &mut Draft<'_>, piece: SpoolPiece) -> Result<bool, StorageError> {
        match self.workspace.open_file(&spool::name_of(piece.spool))? {
            Some(file) => self.add(draft, &file, piece.offset.into(), piece.length.into()),
            None => Ok(false),
        }
    }

    /// Adds bytes of a file; returns whether they were there.
    fn add(
        &self,
        draft: &mut Draft<'_>,
        file: &File,
        offset: u64,
        size: u64,
    ) -> Result<bool, StorageError> {
        let mut chunk = vec![0; CHUNK_SIZE.min(size as usize)];
        let end = offset + size;
        let mut at = offset;
        while at < end {
            if self.is_abandoned.load(Ordering::Relaxed) {
                return Ok(false);
            }
            let wanted = chunk.len().min((end - at) as usize);
            match file.read_at(&mut chunk[..wanted], at) {
                Ok(0) => return Ok(false),
                Ok(count) => {
                    draft.add(&chunk[..count])?;
                    at += count as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(draft.failed("read the parts of", &error)),
            }
        }
        Ok(true)
    }
}

impl<'a> Draft<'a> {
    fn new(workspace: &'a Workspace, name: String) -> Result<Draft<'a>, StorageError> {
        let file = workspace.create(&name)?;
        let hasher = blake3::Hasher::new();
        Ok(Draft { workspace, name, file, hasher, size: 0 })
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|error| self.failed("write", &error))
    }

    fn is(&self, size: u64, digest: Digest) -> bool {
        self.size == size && self.hasher.finalize().as_bytes() == &digest.0
    }

    fn failed(&self, action: &'static str, error: &std::io::Error) -> StorageError {
        StorageError::io(action, &self.workspace.at(&self.name), error)
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        // A published draft is not there any more; one that cannot be removed is swept later.
        let _ = self.workspace.remove(&self.name);
    }
}

/// Whether all are true; the first that is not, or failed, ends the walk.
fn all(steps: impl Iterator<Item = Result<bool, StorageError>>) -> Result<bool, StorageError> {
    for step in steps {
        if !step? {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use receiver::{SpoolId, VersionId};
    use std::path::Path;

    fn placer(dir: &Path) -> Placer {
        let folder = Folder::open(dir).unwrap();
        let workspace = Arc::new(Workspace::open(&folder).unwrap());
        Placer { folder, workspace, is_abandoned: Arc::default(), files_made: 0 }
    }

    fn job(content: &[u8], source: Source) -> FileJob {
        FileJob {
            version: VersionId(1),
            file: 0,
            bundle: "week-1".to_owned(),
            path: RelativePath::new("unit/a.txt").unwrap(),
            size: content.len() as u64,
            digest: Digest::of(content),
            source,
        }
    }

    fn pieces(pieces: &[(u64, u32, u32)]) -> Source {
        let piece = |&(spool, offset, length): &(u64, u32, u32)| SpoolPiece {
            spool: SpoolId(spool),
            offset,
            length,
        };
        Source::Spools(pieces.iter().map(piece).collect())
    }

    #[test]
    fn a_file_is_made_of_pieces_and_replaces_what_stood_there() {
        let dir = tempfile::tempdir().unwrap();
        let mut placer = placer(dir.path());
        std::fs::write(dir.path().join(".headend/spool-1"), "..hel").unwrap();
        std::fs::write(dir.path().join(".headend/spool-2"), "lo..").unwrap();
        std::fs::create_dir_all(dir.path().join("week-1/unit")).unwrap();
        let target = dir.path().join("week-1/unit/a.txt");
        std::fs::write(&target, "older").unwrap();
        let source = pieces(&[(1, 2, 3), (2, 0, 2)]);
        assert_eq!(placer.make(&job(b"hello", source)), Ok(true));
        assert_eq!(std::fs::read(&target).unwrap(), b"hello");
    }

    #[test]
    fn what_is_not_whole_or_not_right_never_shows() {
        let dir = tempfile::tempdir().unwrap();
        let mut placer = placer(dir.path());
        std::fs::write(dir.path().join(".headend/spool-1"), "hello").unwrap();
        for source in [pieces(&[(1, 0, 6)]), pieces(&[(9, 0, 5)]), pieces(&[(1, 0, 4)])] {
            assert_eq!(placer.make(&job(b"hello", source)), Ok(false));
        }
        assert_eq!(placer.make(&job(b"other", pieces(&[(1, 0, 5)]))), Ok(false));
        assert!(!dir.path().join("week-1").exists());
        let names = std::fs::read_dir(dir.path().join(".headend")).unwrap();
        assert_eq!(names.count(), 2, "the lock and the spool");
    }

    #[test]
    fn a_folder_in_the_place_of_a_file_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let mut placer = placer(dir.path());
        std::fs::write(dir.path().join(".headend/spool-1"), "hello").unwrap();
        let path = dir.path().join("week-1/unit/a.txt");
        std::fs::create_dir_all(path.join("kept")).unwrap();
        let result = placer.make(&job(b"hello", pieces(&[(1, 0, 5)])));
        assert_eq!(result, Err(StorageError::InTheWay { path: path.clone() }));
        assert!(path.join("kept").is_dir());
    }
}
