//! The files of a plan: those that the configuration names, and those of the plans they include.
//!
//! A file that another one includes belongs to the included plan, also when the configuration names
//! it as well. Which files are the plan's own follows from their names and texts alone, so that a
//! plan that was kept is read again as it was.

use crate::exit::{Code, Failure};
use crate::text;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use timetable::{Code as DiagnosticCode, Diagnostic, Location, Source as Text, render_human};

/// Reads files and all that they include, the plan's own first.
pub fn read_files(paths: &[PathBuf]) -> Result<Vec<(String, String)>, Failure> {
    gather(paths, &mut |path| {
        text::read(path).map_err(|e| Failure::new(Code::Config, format!("{}: {e}", path.display())))
    })
}

/// Files and all that they include, the plan's own first, each read by `read`.
pub fn gather(
    paths: &[PathBuf],
    read: &mut dyn FnMut(&Path) -> Result<String, Failure>,
) -> Result<Vec<(String, String)>, Failure> {
    let mut texts: Vec<(String, String)> = Vec::new();
    let mut wanted: Vec<Wanted> = paths.iter().rev().map(|p| (p.clone(), None)).collect();
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    while let Some((path, named_by)) = wanted.pop() {
        if !seen.insert(plain(&path)) {
            continue;
        }
        if seen.len() > MAX_FILES {
            let message = format!("a plan of more than {MAX_FILES} files: {}", path.display());
            return Err(Failure::new(Code::Config, message));
        }
        let text = read(&path).map_err(|failure| match named_by {
            Some((text, at)) => not_included(&failure, &texts, text, at),
            None => failure,
        })?;
        let name = path.display().to_string();
        let by = texts.len();
        let included = included_by(&name, &text).into_iter().rev();
        wanted.extend(included.map(|(path, at)| (path, Some((by, at)))));
        texts.push((name, text));
    }
    let included = all_included(&texts);
    texts.sort_by_key(|(name, _)| included.contains(&plain(Path::new(name))));
    Ok(texts)
}

/// A file to be read, and by which text it is included, and where.
type Wanted = (PathBuf, Option<(usize, Location)>);

/// A file that is included and cannot be read, told where it is named.
fn not_included(failure: &Failure, texts: &[(String, String)], by: usize, at: Location) -> Failure {
    let finding = Diagnostic::new(DiagnosticCode::NoFile, "this file cannot be included")
        .primary(Location { source: by, ..at }, failure.message.clone())
        .help("paths are relative to the file that names them");
    let sources: Vec<Text<'_>> = texts.iter().map(|(name, text)| Text { name, text }).collect();
    let told = render_human(&[finding], &sources, false);
    Failure::new(failure.code, format!("the timetable has errors\n{told}"))
}

/// How many of the texts, from the first on, are the plan's own.
pub fn own_count(texts: &[(String, String)]) -> usize {
    let included = all_included(texts);
    texts.iter().take_while(|(name, _)| !included.contains(&plain(Path::new(name)))).count()
}

fn all_included(texts: &[(String, String)]) -> BTreeSet<PathBuf> {
    let included = texts.iter().flat_map(|(name, text)| included_by(name, text));
    included.map(|(path, _)| plain(&path)).collect()
}

/// The files that a file includes, as seen from where the file itself is named, and where it names
/// them.
fn included_by(name: &str, text: &str) -> Vec<(PathBuf, Location)> {
    let folder = Path::new(name).parent().unwrap_or(Path::new(""));
    let includes = timetable::read::includes(&Text { name, text });
    includes.into_iter().map(|path| (folder.join(path.value), path.at)).collect()
}

/// The path without `.` and without `..` behind a name.
pub fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

/// A country of provinces with a dozen files each.
const MAX_FILES: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_included_comes_behind_what_is_the_plans_own() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            path
        };
        let central = write("central/plan.toml", "format = 1\ninclude = [\"courses.toml\"]\n");
        write("central/courses.toml", "format = 1\ninclude = [\"plan.toml\"]\n");
        let own = write("guizhou/plan.toml", "format = 1\ninclude = [\"../central/plan.toml\"]\n");
        let other = write("guizhou/more.toml", "format = 1\n");
        let texts = read_files(&[central, own, other]).unwrap();
        let names: Vec<&str> =
            texts.iter().map(|(name, _)| name.rsplit('/').next().unwrap()).collect();
        assert_eq!(names, ["plan.toml", "more.toml", "plan.toml", "courses.toml"]);
        assert_eq!(own_count(&texts), 2);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = read_files(&[PathBuf::from("/nowhere/plan.toml")]).unwrap_err();
        assert!(error.message.contains("/nowhere/plan.toml"), "{}", error.message);
    }

    #[test]
    fn an_included_file_that_is_not_there_is_told_where_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.toml");
        std::fs::write(&path, "format = 1\ninclude = [\n  \"courses.toml\",\n]\n").unwrap();
        let message = read_files(&[path]).unwrap_err().message;
        let place = "plan.toml:3:3";
        assert!(message.contains("error[E0905]") && message.contains(place), "{message}");
        assert!(message.contains("\"courses.toml\""), "{message}");
    }
}
