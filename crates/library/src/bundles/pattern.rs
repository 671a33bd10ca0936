//! Patterns that name files: `week-1/**`, `*.toml`, `slides/page-?.png`.

/// A path whose parts may hold wildcards: `*` for any letters of a name, `?` for one letter, and
/// `**`, alone between slashes, for any number of folders. A name that begins with a full stop is
/// matched only by a part that begins with one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    base: String,
    parts: Vec<Part>,
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It has control characters.
    #[error("{pattern:?} has control characters")]
    Control {
        /// The text.
        pattern: String,
    },
    /// It has nothing in it.
    #[error("the pattern is empty: name a file, a folder or a pattern such as `week-1/**`")]
    Empty,
    /// Two asterisks stand beside other letters.
    #[error("{pattern:?}: `**` stands alone between slashes, as in `week-1/**/*.pdf`")]
    Stars {
        /// The text.
        pattern: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// `**`: any number of folders.
    Folders,
    /// A name with or without wildcards.
    Name(Vec<char>),
}

impl Pattern {
    /// Reads a pattern. Slashes at the end and parts that are a single full stop mean nothing.
    pub fn new(text: &str) -> Result<Pattern, PatternError> {
        let pattern = || text.to_owned();
        if text.chars().any(char::is_control) {
            return Err(PatternError::Control { pattern: pattern() });
        }
        let given: Vec<&str> = text.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
        if given.is_empty() && text != "." && text != "./" {
            return Err(PatternError::Empty);
        }
        let fixed = given.iter().position(|part| part.contains(['*', '?']));
        let fixed = fixed.unwrap_or(given.len());
        let root = if text.starts_with('/') { "/" } else { "" };
        let mut parts = Vec::new();
        for part in &given[fixed..] {
            parts.push(match *part {
                "**" => Part::Folders,
                stars if stars.contains("**") => {
                    return Err(PatternError::Stars { pattern: pattern() });
                }
                name => Part::Name(name.chars().collect()),
            });
        }
        // `week-1/**` means the files below, at any depth.
        if parts.last() == Some(&Part::Folders) {
            parts.push(Part::Name(vec!['*']));
        }
        let base = format!("{root}{}", given[..fixed].join("/"));
        Ok(Pattern { text: pattern(), base, parts })
    }

    /// The text as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The leading parts without wildcards; all of them when there is no wildcard.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The pattern of the same paths as seen from the base.
    pub fn below_base(&self) -> Pattern {
        Pattern { base: String::new(), ..self.clone() }
    }

    /// Whether the pattern has no wildcard and so is a plain path.
    pub fn is_plain(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether a path below the base, with `/` between its parts, is named.
    pub fn matches(&self, path: &str) -> bool {
        let names: Vec<Vec<char>> = path.split('/').map(|name| name.chars().collect()).collect();
        // reached[i]: the parts so far can name exactly the first i names.
        let mut reached = vec![false; names.len() + 1];
        reached[0] = true;
        for part in &self.parts {
            let mut next = vec![false; names.len() + 1];
            for (i, from) in reached.iter().enumerate() {
                match part {
                    Part::Folders => {
                        let hidden = i > 0 && names[i - 1].starts_with(&['.']);
                        next[i] = *from || (i > 0 && next[i - 1] && !hidden);
                    }
                    Part::Name(wanted) if *from && i < names.len() => {
                        next[i + 1] = name_matches(wanted, &names[i]);
                    }
                    Part::Name(_) => {}
                }
            }
            reached = next;
        }
        reached[names.len()]
    }

    /// How many folders below the base can matter; `None` when there is no bound.
    pub(crate) fn depth(&self) -> Option<usize> {
        let bounded = !self.parts.contains(&Part::Folders);
        bounded.then(|| self.parts.len().saturating_sub(1))
    }
}

/// Goes back to the last asterisk only, so the work is the product of both lengths at most.
fn name_matches(wanted: &[char], name: &[char]) -> bool {
    if name.first() == Some(&'.') && wanted.first() != Some(&'.') {
        return false;
    }
    let (mut w, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match wanted.get(w) {
            Some('*') => {
                retry = Some((w, n));
                w += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                w += 1;
                n += 1;
            }
            _ => {
                let Some((star, at)) = retry else {
                    return false;
                };
                retry = Some((star, at + 1));
                (w, n) = (star + 1, at + 1);
            }
        }
    }
    wanted[w..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wildcards_name_what_people_expect() {
        let cases = [
            ("week-1/**", "a.pdf", true),
            ("week-1/**", "deep/er/a.pdf", true),
            ("week-1/**", ".hidden", false),
            ("week-1/**", ".git/config", false),
            ("*.toml", "a.toml", true),
            ("*.toml", "a/b.toml", false),
            ("*.toml", ".toml", false),
            ("**/*.pdf", "a.pdf", true),
            ("**/*.pdf", "a/b/c.pdf", true),
            ("**/*.pdf", "a/b/c.png", false),
            ("a/**/z/*", "z/1", true),
            ("a/**/z/*", "b/c/z/1", true),
            ("a/**/z/*", "b/c/1", false),
            ("p-?.png", "p-1.png", true),
            ("p-?.png", "p-第.png", true),
            ("p-?.png", "p-10.png", false),
            ("*a*b*", "xxaxxbxx", true),
            (".*", ".hidden", true),
        ];
        for (pattern, path, named) in cases {
            assert_eq!(Pattern::new(pattern).unwrap().matches(path), named, "{pattern} {path}");
        }
    }

    #[test]
    fn the_part_without_wildcards_is_the_base() {
        let base = |text| Pattern::new(text).map(|p| (p.base().to_owned(), p.is_plain()));
        assert_eq!(base("agri/01/**"), Ok(("agri/01".to_owned(), false)));
        assert_eq!(base("agri//01/"), Ok(("agri/01".to_owned(), true)));
        assert_eq!(base("/srv/tt/*.toml"), Ok(("/srv/tt".to_owned(), false)));
        assert_eq!(base("**"), Ok((String::new(), false)));
        assert_eq!(base("."), Ok((String::new(), true)));
        assert_eq!(Pattern::new(""), Err(PatternError::Empty));
        let pattern = "a/**b".to_owned();
        assert_eq!(Pattern::new("a/**b"), Err(PatternError::Stars { pattern }));
    }

    proptest! {
        #[test]
        fn any_plain_path_matches_itself_behind_a_wildcard(path in "[a-z]{1,4}(/[a-z]{1,4}){0,4}") {
            prop_assert!(Pattern::new("**").unwrap().matches(&path));
            let last = path.rsplit('/').next().unwrap();
            let pattern = Pattern::new(&format!("**/{last}")).unwrap();
            prop_assert!(pattern.matches(&path));
        }

        #[test]
        fn any_pattern_answers_soon(pattern in "[a*?/.]{0,60}", path in "[a/.]{0,200}") {
            if let Ok(pattern) = Pattern::new(&pattern) {
                let _ = pattern.matches(&path);
            }
        }
    }
}
