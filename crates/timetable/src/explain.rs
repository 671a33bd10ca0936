//! What each code means, with an example and how to mend it: the one definition behind
//! `headend explain`, the reference page of diagnostics and the rules of a SARIF log.
//!
//! Each table below holds a family of codes. A text that is a whole table of a timetable is
//! checked by test: the example draws its code, and mended it has no error.

mod airing;
mod amendment;
mod assets;
mod calendar;
mod config;
mod form;

use crate::diagnostic::Code;

/// What is told of one code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// What it means and why it matters, in full sentences.
    pub meaning: &'static str,
    /// TOML that draws it.
    pub example: &'static str,
    /// How to mend it, in full sentences.
    pub mend: &'static str,
    /// The example, mended; empty where the repair lies outside the text.
    pub mended: &'static str,
}

/// What is told of a code.
pub fn explanation(code: Code) -> &'static Explanation {
    explanations().find(|told| told.code == code).expect("every code is explained, by test")
}

/// All that is told, in families of codes.
pub fn explanations() -> impl Iterator<Item = &'static Explanation> {
    let families = [
        form::FORM,
        airing::AIRING,
        calendar::CALENDAR,
        calendar::BEYOND,
        assets::ASSETS,
        amendment::AMENDMENT,
        config::CONFIG,
    ];
    families.into_iter().flatten()
}

/// The ground that the examples of a timetable stand on.
pub const GROUND: &str = r#"format = 1
zone = "Asia/Shanghai"

[[service]]
id = "tv-1"
number = 1
kind = "television"
name = { zh = "必修", en = "Required" }
slate = "slate/clock"

[[service]]
id = "files"
number = 9
kind = "data"
name = { zh = "资源包", en = "Files" }

[[course]]
id = "maths-7"
title = { zh = "七年级数学", en = "Mathematics 7" }
kind = "elective"
lessons = { pattern = "maths-7/{n:02}", count = 4 }

"#;

impl Explanation {
    /// The explanation as a page for a terminal.
    pub fn page(&self) -> String {
        let code = self.code;
        let mut page = format!("{code}: {}\n\n", joined(code.explanation()));
        page.push_str(&format!("{}\n\n", wrapped(self.meaning)));
        page.push_str(&format!("For example:\n\n{}\n", indented(self.example)));
        page.push_str(&wrapped(self.mend));
        page.push('\n');
        if !self.mended.is_empty() {
            page.push_str(&format!("\n{}", indented(self.mended)));
        }
        page
    }
}

/// A text on one line.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text on lines of at most eighty characters.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > 80 {
            lines.push(word.to_owned());
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.join("\n")
}

fn indented(text: &str) -> String {
    let line = |l: &str| if l.is_empty() { "\n".to_owned() } else { format!("    {l}\n") };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::source::Source;

    #[test]
    fn every_code_is_explained_once() {
        for code in Code::ALL {
            let told = explanations().filter(|told| told.code == *code).count();
            assert_eq!(told, 1, "{code} is explained {told} times: add it to src/explain/");
        }
        for told in explanations() {
            assert!(!told.meaning.is_empty() && !told.example.is_empty(), "{}", told.code);
            assert!(!told.mend.is_empty(), "{}", told.code);
        }
    }

    fn drawn(text: &str) -> Vec<Code> {
        let text = match text.starts_with("format") {
            true => text.to_owned(),
            false => format!("{GROUND}{text}"),
        };
        let (_, findings) = crate::parse(&[Source { name: "t", text: &text }]);
        findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn every_example_of_a_timetable_draws_its_code_and_mended_is_sound() {
        let mut wrong = Vec::new();
        for told in form::FORM.iter().chain(airing::AIRING).chain(calendar::CALENDAR) {
            // A list of 1,441 times is told of, not shown.
            let found = drawn(told.example);
            if !found.contains(&told.code) && told.code != Code::TooLarge {
                wrong.push((told.code, "example", found));
            }
            let mut mended = if told.mended.is_empty() { Vec::new() } else { drawn(told.mended) };
            // Other warnings, such as that of the ground's course, which most examples do not
            // air, are of no account.
            mended.retain(|code| *code == told.code || code.severity() == Severity::Error);
            if !mended.is_empty() {
                wrong.push((told.code, "mended", mended));
            }
        }
        assert_eq!(wrong, []);
    }

    #[test]
    fn a_page_is_held_to_eighty_columns() {
        for told in explanations() {
            let page = told.page();
            assert!(page.starts_with(told.code.as_str()));
            for line in page.lines().skip(1).filter(|line| !line.starts_with("    ")) {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }
}
