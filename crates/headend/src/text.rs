//! Text files as people write them.

use std::io::{self, ErrorKind};
use std::path::Path;

/// Reads a text.
///
/// # Errors
/// Where it is not UTF-8, the place and what to do: editors that save in the character set of an
/// older system are common.
pub fn read(path: &Path) -> io::Result<String> {
    String::from_utf8(std::fs::read(path)?).map_err(|error| {
        let sound = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..sound]);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1;
        let message = format!("line {line}, column {column}: this is no UTF-8; save it as UTF-8");
        io::Error::new(ErrorKind::InvalidData, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_another_character_set_is_refused_at_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("timetable.toml");
        std::fs::write(&path, b"format = 1\n# \xe4\xb8\xad \xd6\xd0\n").unwrap();
        let message = read(&path).unwrap_err().to_string();
        assert_eq!(message, "line 2, column 5: this is no UTF-8; save it as UTF-8");
        std::fs::write(&path, "# 中").unwrap();
        assert_eq!(read(&path).unwrap(), "# 中");
    }
}
