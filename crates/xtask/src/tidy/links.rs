//! Links in the documents that point into the repository.

use super::{File, Finding};
use crate::shell::root;

/// Reports each relative link of a Markdown file whose target is not there.
pub fn check(file: &File, findings: &mut Vec<Finding>) {
    let folder = root().join(file.path.parent().unwrap_or(&file.path));
    let mut in_code = false;
    for (index, line) in file.text.lines().enumerate() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        for target in targets(line) {
            if !folder.join(target).exists() {
                let what = format!("the link to `{target}` leads nowhere");
                findings.push(Finding { file: file.path.clone(), line: index + 1, what });
            }
        }
    }
}

/// The paths of the relative links of a line, without their anchors.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let link = rest.split(')').next()?;
        let path = link.split('#').next()?;
        let outside = link.contains("://") || link.starts_with("mailto:");
        (!outside && !path.is_empty()).then_some(path)
    })
}

#[cfg(test)]
mod tests {
    use super::targets;

    #[test]
    fn only_relative_paths_are_looked_up() {
        let line = "See [a](docs/a.md#top), [b](https://example.org/b) and [c](#here).";
        assert_eq!(targets(line).collect::<Vec<_>>(), ["docs/a.md"]);
    }
}
