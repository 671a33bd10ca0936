//! Which packed bundles nobody needs any more.

use super::{BundleStore, PackedBundle};
use crate::gc::{Reason, Removal, is_older, removal};
use crate::store::FileError;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

impl BundleStore {
    /// The blobs, prepared symbols and stamps that none of the bundles of `keep` uses, by path.
    /// Changes nothing.
    ///
    /// What was in use less than `keep_replaced` ago is not among them: an earlier timetable that
    /// is still on air, or is rendered again as a proof, has planned with it.
    pub fn plan_gc(
        &self,
        keep: &[&PackedBundle],
        keep_replaced: Duration,
    ) -> Result<Vec<Removal>, FileError> {
        let wrap = |error| FileError::new(&self.blobs, error);
        let mut paths = Vec::new();
        for entry in fs::read_dir(&self.blobs).map_err(wrap)? {
            paths.push(entry.map_err(wrap)?.path());
        }
        paths.sort();
        let mut removals = Vec::new();
        for path in paths {
            let Some(id) = id_of(&path) else { continue };
            let used = keep.iter().any(|bundle| uses(bundle, &path));
            if !used && self.is_idle(id, &path, keep_replaced)? {
                let known = keep.iter().any(|bundle| bundle.manifest.name().id() == id);
                let why = if known { Reason::Replaced } else { Reason::Unused };
                removals.push(removal(None, vec![path], why)?);
            }
        }
        Ok(removals)
    }

    /// Whether a file and its bundle's stamp, which is written anew with each packing, are so old.
    fn is_idle(&self, id: &str, path: &Path, age: Duration) -> Result<bool, FileError> {
        let stamp = self.stamp_path(id);
        Ok(is_older(path, age)? && (!stamp.exists() || is_older(&stamp, age)?))
    }

    /// Where the stamp of a bundle stands.
    pub(super) fn stamp_path(&self, id: &str) -> PathBuf {
        self.blobs.join(format!("{id}.stamp"))
    }
}

/// The bundle that a file was made for; `None` for a file that is none of ours.
fn id_of(path: &Path) -> Option<&str> {
    let stem = path.file_stem()?.to_str()?;
    let before = |text: &'_ str| text.rfind('-');
    match path.extension()?.to_str()? {
        "stamp" => Some(stem),
        "blob" => Some(&stem[..before(stem)?]),
        "fountain" => {
            let blob = &stem[..before(stem)?];
            Some(&blob[..before(blob)?])
        }
        _ => None,
    }
}

fn uses(bundle: &PackedBundle, path: &Path) -> bool {
    let prepared = bundle.prepared.as_ref().map(|prepared| prepared.path());
    let stamp = || path.with_file_name(format!("{}.stamp", bundle.manifest.name().id()));
    path == bundle.path || Some(path) == prepared || path == stamp()
}
