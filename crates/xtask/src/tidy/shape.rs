//! The shape of the source: files, functions and lines of a size that can be read.

use super::{File, Finding};

const FILE_LINES_MAX: usize = 700;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_COLUMNS_MAX: usize = 100;

/// Module names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "misc", "util", "utils"];

/// Reports long files, functions and lines, and modules with empty names.
pub fn check(file: &File, findings: &mut Vec<Finding>) {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut report = |line, what| findings.push(Finding { file: file.path.clone(), line, what });
    if lines.len() > FILE_LINES_MAX {
        report(lines.len(), format!("{} lines, of {FILE_LINES_MAX} at most", lines.len()));
    }
    for part in file.path.with_extension("").iter() {
        if EMPTY_NAMES.iter().any(|name| part == *name) {
            report(1, format!("`{}` does not say what is inside", part.display()));
        }
    }
    for (index, line) in lines.iter().enumerate() {
        let columns = line.chars().count();
        if columns > LINE_COLUMNS_MAX && !may_be_long(line) {
            let most = LINE_COLUMNS_MAX;
            report(index + 1, format!("{columns} columns, of {most} at most"));
        }
        if let Some(length) = function_length(&lines[index..])
            && length > FUNCTION_LINES_MAX
        {
            let most = FUNCTION_LINES_MAX;
            report(index + 1, format!("a function of {length} lines, of {most} at most"));
        }
    }
}

/// A message is not broken, so that it can be searched for, nor is the row of a table.
fn may_be_long(line: &str) -> bool {
    line.contains('"') || line.trim_start().trim_start_matches(['/', '!', ' ']).starts_with('|')
}

/// The lines of the function that begins on the first of these lines, if one does. The formatter
/// guarantees that its closing brace stands alone at the indent of its first line.
fn function_length(lines: &[&str]) -> Option<usize> {
    let first = lines.first()?;
    let indent = &first[..first.len() - first.trim_start().len()];
    let words = first.split_whitespace().take_while(|word| !word.contains('('));
    let starts = words.chain(first.split_whitespace().take(1)).any(|word| word == "fn");
    if !starts || first.trim_start().starts_with("//") || first.ends_with(['}', ';']) {
        return None;
    }
    let close = format!("{indent}}}");
    lines.iter().position(|line| *line == close).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::function_length;

    #[test]
    fn a_function_ends_at_its_own_brace() {
        let lines = ["    pub fn a(b: u8) -> u8 {", "        if b {", "        }", "    }", "}"];
        assert_eq!(function_length(&lines), Some(4));
        assert_eq!(function_length(&["    fn a();", "}"]), None);
        assert_eq!(function_length(&["// a fn of", "}"]), None);
    }
}
