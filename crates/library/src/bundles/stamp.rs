//! What vouches for a blob, so that its files need not be read again.
//!
//! ```text
//! headend-stamp 1 <ns since 1970> <digest of the key> <digest of the manifest> <its bytes>
//! ```

use super::find::FoundFile;
use crate::publish;
use crate::store::FileError;
use datacast::{BundleName, Digest};
use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const FIRST_WORDS: &str = "headend-stamp 1";
/// More than any stamp has.
const STAMP_BYTES_MAX: u64 = 1024;
/// A file that was changed twice within one step of the file system's clock looks unchanged. What
/// changed so shortly before packing began is packed again.
const CLOCK_STEP_NS: i128 = 1_000_000_000;

/// The outcome of one packing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// When it began, in nanoseconds since 1970.
    pub started_ns: i128,
    /// What went in.
    pub key: Digest,
    /// What came out.
    pub digest: Digest,
    /// Bytes of the manifest.
    pub manifest_size: u64,
}

impl Stamp {
    /// The stamp in a file; `None` for any file that is no stamp.
    pub fn read(path: &Path) -> Option<Stamp> {
        let mut text = String::new();
        let file = File::open(path).ok()?;
        file.take(STAMP_BYTES_MAX).read_to_string(&mut text).ok()?;
        let mut words = text.strip_prefix(FIRST_WORDS)?.split_ascii_whitespace();
        let stamp = Stamp {
            started_ns: words.next()?.parse().ok()?,
            key: from_hex(words.next()?)?,
            digest: from_hex(words.next()?)?,
            manifest_size: words.next()?.parse().ok()?,
        };
        words.next().is_none().then_some(stamp)
    }

    /// Writes the stamp so that it appears whole.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        let Stamp { started_ns, key, digest, manifest_size } = self;
        let text = format!("{FIRST_WORDS} {started_ns} {key} {digest} {manifest_size}\n");
        publish::replace(path, text.as_bytes())
    }

    /// Whether files that make this key are sure to be those that were packed.
    pub fn vouches_for(&self, key: &Digest, files: &[FoundFile]) -> bool {
        let times = files.iter().map(|f| f.state.modified_ns.max(f.state.changed_ns));
        let newest = times.max().unwrap_or(i128::MIN);
        self.key == *key && newest.saturating_add(CLOCK_STEP_NS) < self.started_ns
    }
}

/// A digest of all that a blob depends on, with sizes and times in the place of content.
pub(super) fn key(name: &BundleName, module_size: u32, files: &[FoundFile]) -> Digest {
    let mut text = format!("{}\n{}\n{module_size}\n", name.id(), name.title());
    for file in files {
        let state = &file.state;
        // Writing into a String cannot fail.
        let _ = writeln!(
            text,
            "{} {} {} {} {:?}",
            state.size, state.modified_ns, state.changed_ns, file.name, file.path
        );
    }
    Digest::of(text.as_bytes())
}

/// The present, in nanoseconds since 1970.
pub(super) fn now_ns() -> i128 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    }
}

fn from_hex(text: &str) -> Option<Digest> {
    let hash = blake3::Hash::from_hex(text).ok()?;
    Some(Digest(*hash.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundles::find::FileState;
    use datacast::RelativePath;
    use std::fs;

    fn files(changed_ns: i128) -> Vec<FoundFile> {
        let state = FileState { size: 3, modified_ns: 5, changed_ns };
        let name = RelativePath::new("a").unwrap();
        let path = "/srv/a".into();
        vec![FoundFile { name, path, state }]
    }

    #[test]
    fn a_stamp_does_not_vouch_for_files_as_new_as_itself() {
        let name = BundleName::new("b", "").unwrap();
        let at = |changed_ns| (key(&name, 9, &files(changed_ns)), files(changed_ns));
        let (old, old_files) = at(1_000_000_000);
        let mut stamp = Stamp {
            started_ns: 2_000_000_001,
            key: old,
            digest: Digest([1; 32]),
            manifest_size: 7,
        };
        assert!(stamp.vouches_for(&old, &old_files));
        stamp.started_ns -= 1;
        assert!(!stamp.vouches_for(&old, &old_files));
        let (other, other_files) = at(999_999_999);
        assert!(!stamp.vouches_for(&other, &other_files));
    }

    #[test]
    fn a_stamp_reads_back_and_anything_else_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.stamp");
        assert_eq!(Stamp::read(&path), None);
        let stamp = Stamp {
            started_ns: -3,
            key: Digest([2; 32]),
            digest: Digest([0xfe; 32]),
            manifest_size: 7,
        };
        stamp.write(&path).unwrap();
        assert_eq!(Stamp::read(&path), Some(stamp));
        let text = fs::read_to_string(&path).unwrap();
        for cut in 0..text.len() - 2 {
            fs::write(&path, &text[..cut]).unwrap();
            assert_eq!(Stamp::read(&path), None);
        }
        fs::write(&path, format!("{text} more")).unwrap();
        assert_eq!(Stamp::read(&path), None);
    }
}
