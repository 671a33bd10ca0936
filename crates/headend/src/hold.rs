//! One daemon to a state folder.
//!
//! Two daemons on one folder would send twice to the same groups, and each would count on a
//! journal that the other writes. The second is refused before it opens anything.

use crate::exit::{Code, Failure};
use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

/// A state folder that this process holds; it is let go when this is dropped, and when the process
/// ends, however it ends.
#[derive(Debug)]
pub struct Hold {
    _lock: File,
}

impl Hold {
    /// Takes a state folder, which need not be there yet.
    ///
    /// # Errors
    /// Another daemon holds it, or its file `lock` cannot be written.
    pub fn take(state: &Path) -> Result<Hold, Failure> {
        let path = state.join("lock");
        let io = |e: std::io::Error| Failure::new(Code::Io, format!("{}: {e}", path.display()));
        fs::create_dir_all(state).map_err(io)?;
        let mut options = File::options();
        let mut lock =
            options.read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(state, &mut lock)),
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        // Only the message of a second daemon needs it; a full disk must not keep one off air.
        if let Err(error) = write_number(&mut lock) {
            tracing::warn!(path = %path.display(), %error, "the lock does not tell who holds it");
        }
        Ok(Hold { _lock: lock })
    }
}

fn write_number(lock: &mut File) -> std::io::Result<()> {
    lock.set_len(0)?;
    lock.seek(SeekFrom::Start(0))?;
    writeln!(lock, "{}", std::process::id())
}

fn held(state: &Path, lock: &mut File) -> Failure {
    let mut text = String::new();
    // Without its number it is another daemon all the same.
    let number = Read::by_ref(lock).take(20).read_to_string(&mut text).ok();
    let number = number.and_then(|_| text.trim().parse::<u32>().ok());
    let who = number.map_or_else(String::new, |number| format!(" (process {number})"));
    let state = state.display();
    let message = format!(
        "the state folder {state} is held by another daemon{who}; stop that one, or give this one \
         a `state` of its own"
    );
    Failure::new(Code::Unavailable, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_daemon_is_told_who_holds_the_folder_and_gets_it_when_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let first = Hold::take(&state).unwrap();
        let refused = Hold::take(&state).unwrap_err();
        assert_eq!(refused.code, Code::Unavailable);
        let own = format!("(process {})", std::process::id());
        assert!(refused.message.contains(&own), "{}", refused.message);
        drop(first);
        fs::write(state.join("lock"), "what a dead process has left").unwrap();
        assert!(Hold::take(&state).is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("state"), "").unwrap();
        let refused = Hold::take(&folder.path().join("state")).unwrap_err();
        assert_eq!(refused.code, Code::Io);
        assert!(refused.message.contains("state"), "{}", refused.message);
    }
}
