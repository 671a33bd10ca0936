//! Names of files inside a bundle.

use core::fmt;

/// Bytes of the longest path.
pub const PATH_SIZE_MAX: usize = 1024;
/// Bytes of the longest component, the limit of the usual file systems.
const COMPONENT_SIZE_MAX: usize = 255;

/// The path of a file inside a bundle, separated by `/`, that stays inside the folder which it is
/// joined to on every usual operating system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelativePath(String);

/// Why a text is no path of a file in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// There is no text, or a component of it is empty: `/a`, `a//b`, `a/`.
    #[error("path {path:?} has an empty component")]
    EmptyComponent {
        /// The text as given.
        path: String,
    },
    /// A component is `.` or `..`.
    #[error("path {path:?} has the component {component:?}")]
    Dots {
        /// The text as given.
        path: String,
        /// The component.
        component: String,
    },
    /// A control character, or one of `\` and `:`, which leave the folder on some systems.
    #[error("path {path:?} has the character {character:?}")]
    Character {
        /// The text as given.
        path: String,
        /// The first such character.
        character: char,
    },
    /// The path or a component of it is too long.
    #[error("path of {size} bytes, or a component of it, is longer than {limit} bytes")]
    TooLong {
        /// Bytes of the path or component.
        size: usize,
        /// Bytes allowed.
        limit: usize,
    },
}

impl RelativePath {
    /// Checks a text and takes it as it is; Unicode is not normalised.
    pub fn new(text: &str) -> Result<RelativePath, PathError> {
        if text.len() > PATH_SIZE_MAX {
            return Err(PathError::TooLong { size: text.len(), limit: PATH_SIZE_MAX });
        }
        let path = || text.to_owned();
        if let Some(character) = text.chars().find(|c| c.is_control() || matches!(c, '\\' | ':')) {
            return Err(PathError::Character { path: path(), character });
        }
        for component in text.split('/') {
            match component {
                "" => return Err(PathError::EmptyComponent { path: path() }),
                "." | ".." => {
                    return Err(PathError::Dots { path: path(), component: component.to_owned() });
                }
                _ if component.len() > COMPONENT_SIZE_MAX => {
                    let size = component.len();
                    return Err(PathError::TooLong { size, limit: COMPONENT_SIZE_MAX });
                }
                _ => {}
            }
        }
        Ok(RelativePath(path()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folders that the file lies in, outermost first.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(at, _)| &self.0[..at])
    }
}

impl fmt::Display for RelativePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_that_leave_their_folder_are_refused() {
        for bad in [
            "",
            "/etc/passwd",
            "..",
            "a/../b",
            "a/..",
            "./a",
            "a//b",
            "a/",
            "a\\..\\b",
            "C:x",
            "a\0b",
            "a\nb",
            "a\u{7f}",
        ] {
            assert!(RelativePath::new(bad).is_err(), "{bad:?}");
        }
        assert!(RelativePath::new(&"a".repeat(256)).is_err());
        assert!(RelativePath::new(&"a/".repeat(600)).is_err());
    }

    #[test]
    fn usual_names_are_taken_as_they_are() {
        for good in ["a", "a/b.pdf", "第三课/讲义 (1).pdf", "...", "..a", ".hidden", "-x"] {
            assert_eq!(RelativePath::new(good).unwrap().as_str(), good);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_stays_inside(text in "[a./\\\\:\\x00]{0,12}") {
            if let Ok(path) = RelativePath::new(&text) {
                use std::path::{Component, Path};
                let mut components = Path::new(path.as_str()).components();
                prop_assert!(components.all(|c| matches!(c, Component::Normal(_))));
            }
        }
    }
}
