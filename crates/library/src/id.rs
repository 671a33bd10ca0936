//! The names of assets.

use core::fmt;
use core::str::FromStr;

/// The most bytes that one part of an id may have, so that the file names made of it stay below
/// the 255 bytes that file systems allow.
const PART_BYTES_MAX: usize = 200;
/// The most bytes of a whole id.
const ID_BYTES_MAX: usize = 1000;

/// The name of an asset as a timetable writes it: parts separated by `/`, none of which is empty
/// or begins with a full stop, without control characters and backslashes.
///
/// Such a name is also a safe path below the library's folder: it cannot leave it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetId(String);

/// Why a text is not an asset id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// It has a control character or a backslash.
    #[error("asset id {id:?} has the character {character:?}, which is not allowed")]
    Character {
        /// The text.
        id: String,
        /// The first such character.
        character: char,
    },
    /// It is too long for a file name.
    #[error("asset id {id:?} is too long: a part has at most {PART_BYTES_MAX} bytes")]
    Long {
        /// The text.
        id: String,
    },
    /// A part is empty or begins with a full stop, as in `/a`, `a//b`, `../a` and `.a`.
    #[error("asset id {id:?}: no part may be empty or begin with a full stop")]
    Part {
        /// The text.
        id: String,
    },
}

impl AssetId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AssetId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<AssetId, IdError> {
        let id = || text.to_owned();
        if let Some(character) = text.chars().find(|c| c.is_control() || *c == '\\') {
            return Err(IdError::Character { id: id(), character });
        }
        if text.split('/').any(|p| p.is_empty() || p.starts_with('.')) {
            return Err(IdError::Part { id: id() });
        }
        if text.len() > ID_BYTES_MAX || text.split('/').any(|p| p.len() > PART_BYTES_MAX) {
            return Err(IdError::Long { id: id() });
        }
        Ok(AssetId(text.to_owned()))
    }
}

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    #[test]
    fn names_in_any_script_and_in_folders_are_ids() {
        for id in ["maths-4-1", "maths/4/1", "语文/四年级/第一课", "a.b c_d"] {
            assert_eq!(id.parse::<AssetId>().unwrap().as_str(), id);
        }
    }

    #[test]
    fn paths_that_could_leave_the_folder_are_no_ids() {
        for id in ["", "/a", "a/", "a//b", "..", "a/../b", "./a", ".hidden"] {
            let error = IdError::Part { id: id.to_owned() };
            assert_eq!(id.parse::<AssetId>(), Err(error));
        }
        for (id, character) in [("a\\b", '\\'), ("a\nb", '\n'), ("a\0", '\0')] {
            let id = id.to_owned();
            assert_eq!(id.parse::<AssetId>(), Err(IdError::Character { id, character }));
        }
    }

    proptest! {
        #[test]
        fn any_id_is_a_path_below_the_folder(text in "\\PC{0,12}([./]{0,3}\\PC{0,4}){0,3}") {
            if let Ok(id) = text.parse::<AssetId>() {
                let path = Path::new(id.as_str());
                prop_assert!(path.components().all(|c| matches!(c, Component::Normal(_))));
            }
        }
    }
}
