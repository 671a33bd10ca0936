//! Rust source with its comments, literals and tests taken out, line for line.

use std::path::Path;

/// The lines of a file in which only code is left: comments, the insides of literals and all that
/// is compiled for tests alone is blank. Lines keep their numbers.
pub fn code_lines(path: &Path, text: &str) -> Vec<String> {
    let is_test = path.iter().any(|part| part == "tests" || part == "tests.rs");
    let code = if is_test { String::new() } else { without_literals(text) };
    without_tests(&code)
}

/// Blanks comments and the insides of string and character literals.
fn without_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, keep) = token(rest, first, code.chars().next_back());
        let (taken, left) = rest.split_at(length);
        if keep {
            code.push_str(taken);
        } else {
            code.extend(taken.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        rest = left;
    }
    code
}

/// The length in bytes of what begins here, and whether it is code.
fn token(rest: &str, first: char, before: Option<char>) -> (usize, bool) {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), false);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), false);
    }
    if first == '"' {
        return (quoted(rest, '"'), false);
    }
    if first == 'r' && !in_word {
        let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
        if rest[1 + hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let body = 2 + hashes;
            let end = rest[body..].find(&close).map_or(rest.len(), |at| body + at + close.len());
            return (end, false);
        }
    }
    // A quote opens a character literal, unless it is that of a lifetime.
    let mut ahead = rest.chars().skip(1);
    if first == '\'' && (ahead.next() == Some('\\') || ahead.next() == Some('\'')) {
        return (quoted(rest, '\''), false);
    }
    (first.len_utf8(), true)
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Blanks each item behind `#[cfg(test)]`. The formatter guarantees that the item ends at the first
/// line of the same indent that is a closing brace, or that ends with a semicolon.
fn without_tests(code: &str) -> Vec<String> {
    let mut lines: Vec<String> = code.lines().map(str::to_string).collect();
    let mut index = 0;
    while index < lines.len() {
        if lines[index].trim() == "#[cfg(test)]" {
            let indent = lines[index].len() - lines[index].trim_start().len();
            let ends = |line: &String| {
                let at_indent = line.len() - line.trim_start().len() == indent;
                at_indent && (line.trim() == "}" || line.ends_with(';'))
            };
            let end = (index..lines.len()).find(|n| ends(&lines[*n])).unwrap_or(lines.len() - 1);
            lines[index..=end].iter_mut().for_each(String::clear);
            index = end;
        }
        index += 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Vec<String> {
        code_lines(Path::new("crates/ts/src/packet.rs"), text)
    }

    #[test]
    fn literals_and_comments_are_blank_and_lifetimes_stay() {
        let lines = code("let a = 'x'; // b\nfn f<'a>(s: &'a str) {}\nlet r = r#\"\"c\"#; d");
        assert_eq!(lines[0].trim_end(), "let a =    ;");
        assert_eq!(lines[1], "fn f<'a>(s: &'a str) {}");
        assert!(lines[2].ends_with("; d") && !lines[2].contains('c'));
    }

    #[test]
    fn items_for_tests_are_blank_and_what_follows_them_is_kept() {
        let lines = code("#[cfg(test)]\nmod tests {\n    fn a() {}\n}\nfn kept() {}");
        assert_eq!(lines, ["", "", "", "", "fn kept() {}"]);
        assert_eq!(code("#[cfg(test)]\nuse a::b;\nfn kept() {}"), ["", "", "fn kept() {}"]);
    }
}
