//! Names that a pure crate may not utter outside its tests.

use super::layers::PURE;
use super::source::code_lines;
use super::{File, Finding, crate_of};

const WORDS: &[(&str, &str)] = &[
    ("HashMap", "iterates in no fixed order; use BTreeMap or Vec"),
    ("HashSet", "iterates in no fixed order; use BTreeSet or Vec"),
    ("Instant", "is a clock"),
    ("SystemTime", "is a clock"),
    ("eprintln", "prints"),
    ("f32", "is a float"),
    ("f64", "is a float"),
    ("print", "prints"),
    ("println", "prints"),
    ("rand", "is chance"),
    ("tokio", "is a runtime"),
    ("tracing", "logs"),
    ("unsafe", "is not needed here"),
];

/// Modules of `std` that reach for the system.
const MODULES: &[&str] = &["env", "fs", "net", "os", "process", "thread", "time"];

/// Reports forbidden names in the source of a pure crate.
pub fn check(file: &File, findings: &mut Vec<Finding>) {
    let Some(name) = crate_of(&file.path).filter(|name| PURE.contains(name)) else {
        return;
    };
    let lines = code_lines(&file.path, &file.text);
    let mut within_std = false;
    for (index, line) in lines.iter().enumerate() {
        let mut report = |what: String| {
            findings.push(Finding { file: file.path.clone(), line: index + 1, what });
        };
        for (word, why) in WORDS {
            if words(line).any(|found| found == *word) {
                report(format!("`{word}` {why}; `{name}` is pure"));
            }
        }
        within_std |= line.contains("use std::{");
        for module in MODULES {
            let path = format!("std::{module}");
            let named = words(line).any(|found| found == *module);
            if named && (within_std || line.contains(&path)) {
                report(format!("`{path}` reaches for the system; `{name}` is pure"));
            }
        }
        within_std &= !line.contains("};");
    }
    let is_top = file.path.ends_with(format!("crates/{name}/src/lib.rs"));
    if is_top && !file.text.contains("#![forbid(unsafe_code)]") {
        let what = "a pure crate forbids unsafe code".to_string();
        findings.push(Finding { file: file.path.clone(), line: 1, what });
    }
}

/// The identifiers of a line; the type of a number such as `1f64` counts as one.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map(|word| word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String)> {
        let file = File { path: "crates/mux/src/slot.rs".into(), text: text.into() };
        let mut findings = Vec::new();
        check(&file, &mut findings);
        findings.into_iter().map(|finding| (finding.line, finding.what)).collect()
    }

    #[test]
    fn clocks_and_floats_are_found_also_in_grouped_imports() {
        assert_eq!(found("fn a(x: f64) {}").len(), 1);
        assert_eq!(found("let x = 1f64;").len(), 1);
        assert_eq!(found("use std::{\n    fmt,\n    time::Duration,\n};")[0].0, 3);
        assert_eq!(found("use std::time::Duration;").len(), 1);
    }

    #[test]
    fn comments_strings_tests_and_like_names_are_let_be() {
        assert!(found("// An f64 would drift.\nlet s = \"std::time\";").is_empty());
        assert!(found("use ts::time::Ticks;\nlet operand = rand_of;").is_empty());
        assert!(found("#[cfg(test)]\nmod tests {\n    use std::fs;\n}").is_empty());
    }
}
