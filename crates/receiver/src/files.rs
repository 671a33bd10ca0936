//! From blocks to files: what a version asks the caller to do.

use crate::bundle::{Bundle, Delivered, FileState};
use crate::event::{Event, FileJob, Source, SpoolPiece};
use crate::shared::Shared;
use crate::version::Version;
use datacast::{Ddb, MANIFEST_MODULE};

impl Version {
    /// Hands the bytes of a block on: the manifest stays here, all else goes to its spool.
    pub(crate) fn store(&mut self, ddb: &Ddb<'_>, offset: u32, shared: &mut Shared) {
        if ddb.module_id == MANIFEST_MODULE {
            let begin = offset as usize;
            let end = begin + ddb.data.len();
            if self.manifest.len() < end {
                self.manifest.resize(end, 0);
            }
            self.manifest[begin..end].copy_from_slice(ddb.data);
        } else if let Some(module) = self.modules.get(&ddb.module_id) {
            let (spool, bytes) = (module.spool, ddb.data.to_vec());
            shared.events.push_back(Event::Store { spool, offset, bytes });
        }
    }

    /// Asks for a file when its content is there.
    pub(crate) fn offer(&mut self, file: usize, delivered: &Delivered, shared: &mut Shared) {
        let Some(bundle) = &self.bundle else { return };
        let Some((planned, digest)) = bundle.manifest.file(file) else {
            return;
        };
        if bundle.state(file) != Some(FileState::Waiting) {
            return;
        }
        let from_file = delivered.get(&digest);
        let source = match from_file {
            Some((bundle, path)) => {
                Some(Source::File { bundle: bundle.clone(), path: path.clone() })
            }
            None => self.spools_of(bundle, file).map(Source::Spools),
        };
        let Some(source) = source else { return };
        shared.events.push_back(Event::FileReady(Box::new(FileJob {
            version: self.id,
            file,
            bundle: bundle.manifest.name().id().to_owned(),
            path: planned.path.clone(),
            size: planned.size,
            digest,
            source,
        })));
        if let Some(bundle) = &mut self.bundle {
            bundle.ask(file, from_file.is_some());
        }
    }

    /// Where a file lies, once all its modules are complete.
    fn spools_of(&self, bundle: &Bundle, file: usize) -> Option<Vec<SpoolPiece>> {
        let pieces = bundle.manifest.layout().pieces(file);
        let spools = pieces.map(|piece| {
            let module = self.modules.get(&piece.module).filter(|module| module.is_complete())?;
            let (offset, length) = (piece.offset, piece.length);
            Some(SpoolPiece { spool: module.spool, offset, length })
        });
        spools.collect()
    }

    /// A file is in its place: the modules that no other file needs are let go.
    pub(crate) fn finish(&mut self, file: usize, shared: &mut Shared) {
        let Some(bundle) = &mut self.bundle else {
            return;
        };
        shared.counters.files_complete += 1;
        shared.events.push_back(Event::FileComplete { version: self.id, file });
        let spent = bundle.finish(file);
        let complete = bundle.is_complete().then(|| bundle.manifest.name().id().to_owned());
        for number in spent {
            self.let_go(number, shared);
        }
        if let Some(bundle) = complete {
            self.end_gathering(shared);
            shared.counters.bundles_complete += 1;
            shared.events.push_back(Event::BundleComplete { version: self.id, bundle });
        }
    }

    /// A file is not what it should be. Made from spools, their content is false and all its
    /// modules are collected once more; made from a file, only those that were let go are.
    pub(crate) fn redo(&mut self, file: usize, from_file: bool, shared: &mut Shared) {
        let Some(bundle) = &mut self.bundle else {
            return;
        };
        shared.counters.files_damaged += 1;
        shared.events.push_back(Event::FileDamaged { version: self.id, file });
        bundle.wait(file);
        let modules = bundle.modules_of(file);
        for number in modules {
            let Some(module) = self.modules.get(&number) else {
                continue;
            };
            if from_file && !module.is_released() {
                continue;
            }
            self.collect_again(number, shared);
        }
    }
}
