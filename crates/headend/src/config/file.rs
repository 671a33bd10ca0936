//! The files that a configuration names.

use library::bundles::{BundleLimits, Pattern, find};
use std::path::{Path, PathBuf};

/// More than any timetable is cut into, and more text than is read of one.
const LIMITS: BundleLimits = BundleLimits { files: 1000, bytes: 1 << 30 };

/// The files of a pattern of timetables below the folder of the configuration, or why there are
/// none. The configuration itself is none of them, whatever the pattern says.
pub(super) fn timetable_files(
    folder: &Path,
    pattern: &Pattern,
    configuration: &Path,
) -> Result<Vec<PathBuf>, String> {
    let base = folder.join(pattern.base());
    if pattern.is_plain() {
        return match base.metadata() {
            Ok(metadata) if metadata.is_file() => Ok(vec![base]),
            Ok(_) => Err("this is no file; for those in a folder write `folder/*.toml`".to_owned()),
            Err(error) => Err(error.to_string()),
        };
    }
    let found = find(&base, &pattern.below_base(), LIMITS).map_err(|fault| fault.to_string())?;
    let paths = found.iter().map(|file| base.join(file.name.as_str()));
    let own = configuration.canonicalize().ok();
    let others: Vec<PathBuf> = paths.filter(|path| path.canonicalize().ok() != own).collect();
    if others.is_empty() {
        return Err("only the configuration itself matches".to_owned());
    }
    Ok(others)
}
