//! Running the benchmarks; `docs/benchmarks.md` says what they mean.

use crate::shell::{self, cargo, root};
use crate::{Outcome, judges};

/// Runs the benchmarks whose names contain one of the filters, all without one. Installs what they
/// compare with; what cannot be installed they say themselves when they miss it.
pub fn run(filters: &[&str]) -> Outcome {
    let names = names()?;
    let chosen = chosen(&names, filters)?;
    if let Err(message) = judges::install_rivals() {
        eprintln!("{message}");
    }
    let mut command = cargo(&["bench", "--package", "benches"]);
    for name in chosen {
        command.args(["--bench", name]);
    }
    shell::run(&mut command)
}

/// The names of all benchmarks: each is a file.
fn names() -> Result<Vec<String>, String> {
    let folder = root().join("benches/benches");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let file = entry.map_err(failed)?.file_name();
        names.extend(file.to_str().and_then(|name| name.strip_suffix(".rs")).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

fn chosen<'a>(names: &'a [String], filters: &[&str]) -> Result<Vec<&'a str>, String> {
    let unknown = filters.iter().find(|filter| !names.iter().any(|name| name.contains(**filter)));
    if let Some(filter) = unknown {
        return Err(format!("no benchmark is called `{filter}`; there are {}", names.join(" ")));
    }
    let wanted = |name: &&str| filters.is_empty() || filters.iter().any(|f| name.contains(f));
    Ok(names.iter().map(String::as_str).filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benchmarks_are_chosen_by_a_part_of_their_name() {
        let names = ["curves", "pacing", "render"].map(str::to_owned);
        assert_eq!(chosen(&names, &[]).unwrap(), ["curves", "pacing", "render"]);
        assert_eq!(chosen(&names, &["rend", "cur"]).unwrap(), ["curves", "render"]);
        let message = chosen(&names, &["rend", "speed"]).unwrap_err();
        assert!(
            message.contains("`speed`") && message.contains("curves pacing render"),
            "{message}"
        );
    }
}
