//! The files of a version whose manifest is there.

use datacast::{Digest, FIRST_DATA_MODULE, Manifest, RelativePath};
use std::collections::BTreeMap;

/// Files in their places, by content: the bundle and the path that they are found under.
pub(crate) type Delivered = BTreeMap<Digest, (String, RelativePath)>;

/// Which files are in their places.
#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) manifest: Manifest,
    files: Vec<FileState>,
    done: usize,
    /// For each data module, the files that are not done and have bytes in it.
    waiting: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileState {
    /// Its content is not there yet.
    Waiting,
    /// The caller is to make it, from a file of the version before or from spools.
    Asked {
        /// Whether from a file.
        from_file: bool,
    },
    /// It is in its place.
    Done,
}

impl Bundle {
    pub(crate) fn new(manifest: Manifest) -> Bundle {
        let layout = manifest.layout();
        let files = vec![FileState::Waiting; layout.files().len()];
        let mut waiting = vec![0; layout.data_modules()];
        for piece in (0..files.len()).flat_map(|file| layout.pieces(file)) {
            if let Some(count) = waiting.get_mut(number_of(piece.module)) {
                *count += 1;
            }
        }
        Bundle { manifest, files, done: 0, waiting }
    }

    pub(crate) fn state(&self, file: usize) -> Option<FileState> {
        self.files.get(file).copied()
    }

    pub(crate) fn ask(&mut self, file: usize, from_file: bool) {
        self.set_state(file, FileState::Asked { from_file });
    }

    pub(crate) fn wait(&mut self, file: usize) {
        self.set_state(file, FileState::Waiting);
    }

    /// A file is in its place, where it stays. Returns the modules that no file needs any more.
    pub(crate) fn finish(&mut self, file: usize) -> Vec<u16> {
        self.done += 1;
        self.set_state(file, FileState::Done);
        let mut spent = Vec::new();
        for piece in self.manifest.layout().pieces(file) {
            if let Some(count) = self.waiting.get_mut(number_of(piece.module)) {
                *count = count.saturating_sub(1);
                spent.extend((*count == 0).then_some(piece.module));
            }
        }
        spent
    }

    fn set_state(&mut self, file: usize, state: FileState) {
        if let Some(slot) = self.files.get_mut(file) {
            *slot = state;
        }
    }

    pub(crate) fn files(&self) -> usize {
        self.files.len()
    }

    pub(crate) fn files_done(&self) -> usize {
        self.done
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.done == self.files.len()
    }

    /// The modules that carry a file.
    pub(crate) fn modules_of(&self, file: usize) -> Vec<u16> {
        self.manifest.layout().pieces(file).map(|piece| piece.module).collect()
    }

    /// The files of which a module carries bytes.
    pub(crate) fn files_in(&self, module: u16) -> impl Iterator<Item = usize> + '_ {
        self.manifest.layout().files_in(number_of(module))
    }

    /// The files in their places, for the version that follows.
    pub(crate) fn delivered(&self) -> Delivered {
        let id = self.manifest.name().id();
        let done = self.manifest.files().zip(&self.files).filter(|(_, s)| **s == FileState::Done);
        done.map(|((file, digest), _)| (digest, (id.to_owned(), file.path.clone()))).collect()
    }
}

/// The place of a data module among the data modules; far behind them for any other.
fn number_of(module: u16) -> usize {
    module.checked_sub(FIRST_DATA_MODULE).map_or(usize::MAX, usize::from)
}
