//! Spools: one sparse file for each module that is being collected.

use super::error::StorageError;
use super::workspace::Workspace;
use receiver::SpoolId;
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Blocks of all modules of a bundle come mixed, so many spools are written in turn; they are kept
/// open up to this number, well below the usual limit of 1024 open files.
const OPEN_MAX: usize = 256;

/// The name of a spool in the workspace.
pub(crate) fn name_of(spool: SpoolId) -> String {
    format!("spool-{}", spool.0)
}

/// The spools that are being written.
#[derive(Debug)]
pub(crate) struct Spools {
    workspace: Arc<Workspace>,
    /// Open files, each with the count of writes at its last use.
    open: BTreeMap<SpoolId, (File, u64)>,
    writes: u64,
}

impl Spools {
    pub(crate) fn new(workspace: Arc<Workspace>) -> Spools {
        Spools { workspace, open: BTreeMap::new(), writes: 0 }
    }

    /// Writes bytes; a spool begins with its first write.
    pub(crate) fn store(
        &mut self,
        spool: SpoolId,
        offset: u32,
        bytes: &[u8],
    ) -> Result<(), StorageError> {
        if !self.open.contains_key(&spool) {
            self.make_room();
            let file = self.workspace.create(&name_of(spool))?;
            self.open.insert(spool, (file, 0));
        }
        self.writes += 1;
        let Some((file, used)) = self.open.get_mut(&spool) else {
            return Ok(());
        };
        *used = self.writes;
        file.write_all_at(bytes, u64::from(offset))
            .map_err(|error| StorageError::io("write", &self.workspace.at(&name_of(spool)), &error))
    }

    /// Removes a spool; its space is free again at once.
    pub(crate) fn discard(&mut self, spool: SpoolId) -> Result<(), StorageError> {
        self.open.remove(&spool);
        self.workspace.remove(&name_of(spool))
    }

    /// Closes the spool that was not written to for longest when too many are open.
    fn make_room(&mut self) {
        if self.open.len() < OPEN_MAX {
            return;
        }
        let oldest = self.open.iter().min_by_key(|(_, (_, used))| *used);
        if let Some(oldest) = oldest.map(|(spool, _)| *spool) {
            self.open.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::folder::Folder;

    #[test]
    fn more_spools_than_may_be_open_keep_their_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let mut spools = Spools::new(Arc::new(Workspace::open(&folder).unwrap()));
        let count = OPEN_MAX as u64 + 20;
        for offset in [4, 0] {
            for n in 0..count {
                let bytes = (n as u32 + offset).to_be_bytes();
                spools.store(SpoolId(n), offset, &bytes).unwrap();
            }
        }
        for n in 0..count {
            let bytes = std::fs::read(dir.path().join(".headend").join(name_of(SpoolId(n))));
            let expected = [(n as u32).to_be_bytes(), (n as u32 + 4).to_be_bytes()].concat();
            assert_eq!(bytes.unwrap(), expected);
            spools.discard(SpoolId(n)).unwrap();
        }
        assert_eq!(std::fs::read_dir(dir.path().join(".headend")).unwrap().count(), 1);
    }
}
