//! Sweeping out what nobody needs any more.
//!
//! First it is told what would go and why; only then, and one by one, it is removed.

use crate::id::AssetId;
use crate::store::{self, FileError, Library};
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Hexadecimal digits of the digest in file names.
const DIGEST_DIGITS: usize = 16;

/// What may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GcPolicy {
    /// Assets that stay whatever else is said: those that a timetable names.
    pub named: BTreeSet<AssetId>,
    /// The present day: licences that ended before it have expired.
    pub today: Date,
    /// How long content stays that was replaced, for who has planned with it.
    pub keep_replaced: Duration,
    /// Whether all assets go that no timetable names.
    pub unused: bool,
}

/// Why something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The licence has ended.
    Expired,
    /// No index speaks of it: a killed ingest left it.
    Orphan,
    /// It was replaced long enough ago.
    Replaced,
    /// No timetable names it.
    Unused,
    /// It was withdrawn.
    Withdrawn,
}

impl core::fmt::Display for Reason {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(match self {
            Reason::Expired => "licence expired",
            Reason::Orphan => "left by a killed ingest",
            Reason::Replaced => "replaced",
            Reason::Unused => "in no timetable",
            Reason::Withdrawn => "withdrawn",
        })
    }
}

/// Something that may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The asset, when a whole one goes.
    pub id: Option<AssetId>,
    /// Its files, in the order in which they are removed.
    pub files: Vec<PathBuf>,
    /// Bytes that the disk gets back.
    pub bytes: u64,
    /// Why.
    pub why: Reason,
}

/// What would go, and what would have if no timetable named it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GcPlan {
    /// What may go, assets by name and then files by path.
    pub removals: Vec<Removal>,
    /// Assets that stay only because a timetable names them.
    pub spared: Vec<(AssetId, Reason)>,
}

impl Library {
    /// What may go. Changes nothing.
    pub fn plan_gc(&self, policy: &GcPolicy) -> Result<GcPlan, FileError> {
        let ids = self.all_ids()?;
        let mut plan = GcPlan::default();
        // Streams that an index speaks of.
        let mut held = BTreeSet::new();
        for id in &ids {
            let Ok(index) = self.index(id) else {
                // Nothing of an asset goes that is not understood.
                held.insert(format!("{id}."));
                continue;
            };
            let stream = self.stream_path(id, &index.digest);
            match self.reason(id, policy) {
                Some(why) if policy.named.contains(id) => plan.spared.push((id.clone(), why)),
                Some(why) => {
                    let files = vec![self.index_path(id), self.card_path(id), stream.clone()];
                    plan.removals.push(removal(Some(id.clone()), files, why)?);
                }
                None => {}
            }
            held.insert(self.name_of(&stream));
        }
        self.loose_files(policy, &held, &mut plan)?;
        Ok(plan)
    }

    /// Removes something that a plan names, an asset's index first.
    pub fn remove(&self, removal: &Removal) -> Result<(), FileError> {
        for path in &removal.files {
            match fs::remove_file(path) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(FileError::new(path, error)),
            }
        }
        if let Some(id) = &removal.id {
            self.forget(id);
            if let Ok(catalogue) = self.catalogue() {
                // An asset with a job stays known; one that cannot be forgotten now is `missing`.
                let _ = catalogue.forget(id);
            }
        }
        Ok(())
    }

    /// Why an asset may go.
    fn reason(&self, id: &AssetId, policy: &GcPolicy) -> Option<Reason> {
        // A card that cannot be read says nothing against its asset.
        let card = self.card(id).ok()?;
        if card.withdrawn.is_some() {
            return Some(Reason::Withdrawn);
        }
        if card.licence.until.is_some_and(|until| until < policy.today) {
            return Some(Reason::Expired);
        }
        (policy.unused && !policy.named.contains(id)).then_some(Reason::Unused)
    }

    /// Streams without index, and content that was replaced.
    fn loose_files(
        &self,
        policy: &GcPolicy,
        held: &BTreeSet<String>,
        plan: &mut GcPlan,
    ) -> Result<(), FileError> {
        let mut names = Vec::new();
        store::walk(self.folder(), &mut |name| names.push(name))?;
        names.sort();
        let replaced: BTreeSet<&str> =
            names.iter().filter_map(|name| name.strip_suffix(".superseded")).collect();
        for name in &names {
            let Some(base) = name.strip_suffix(".ts").filter(|base| is_content(base)) else {
                continue;
            };
            let unclear = held.iter().any(|h| h.ends_with('.') && base.starts_with(h.as_str()));
            let path = self.folder().join(name);
            if held.contains(name) || unclear || !is_older(&path, policy.keep_replaced)? {
                continue;
            }
            let old = self.folder().join(format!("{base}.superseded"));
            let removal = if !replaced.contains(base) {
                removal(None, vec![path], Reason::Orphan)?
            } else if is_older(&old, policy.keep_replaced)? {
                removal(None, vec![old, path], Reason::Replaced)?
            } else {
                continue;
            };
            plan.removals.push(removal);
        }
        Ok(())
    }

    fn name_of(&self, path: &Path) -> String {
        let below = path.strip_prefix(self.folder()).unwrap_or(path);
        below.to_string_lossy().into_owned()
    }
}

/// Whether a name is one of an asset with the start of its digest behind it.
fn is_content(base: &str) -> bool {
    base.rsplit_once('.').is_some_and(|(id, digits)| {
        digits.len() == DIGEST_DIGITS
            && digits.bytes().all(|b| b.is_ascii_hexdigit())
            && id.parse::<AssetId>().is_ok()
    })
}

/// Files as something that may go.
pub(crate) fn removal(
    id: Option<AssetId>,
    files: Vec<PathBuf>,
    why: Reason,
) -> Result<Removal, FileError> {
    let mut bytes = 0;
    for path in &files {
        match fs::metadata(path) {
            // Content under a second name stays.
            Ok(metadata) if metadata.nlink() < 2 => bytes += metadata.len(),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(FileError::new(path, error)),
        }
    }
    Ok(Removal { id, files, bytes, why })
}

/// Whether nothing has been done to a file for so long, renaming it included.
pub(crate) fn is_older(path: &Path, age: Duration) -> Result<bool, FileError> {
    let metadata = fs::metadata(path).map_err(|error| FileError::new(path, error))?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(metadata.ctime().saturating_add_unsigned(age.as_secs()) <= since.as_secs() as i64)
}
