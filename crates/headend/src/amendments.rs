//! The file of the log of amendments: `amendments.jsonl` in the state folder.
//!
//! It is only ever added to, by one program at a time, and a line counts once it is on disk with
//! its end. Two machines with the same file, journal and timetable send the same.

use crate::exit::{Code, Failure};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use timetable::{AmendmentLog, Source};

/// The file of a log.
#[derive(Clone, Debug)]
pub struct LogFile {
    path: PathBuf,
}

/// The text of a log as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogText {
    /// The path of the file.
    pub name: String,
    /// What stands in it, up to the end of its last character.
    pub text: String,
    /// How many bytes the file has.
    pub bytes: u64,
}

impl LogText {
    /// The text as a source of diagnostics.
    pub fn source(&self) -> Source<'_> {
        Source { name: &self.name, text: &self.text }
    }

    /// The lines that count.
    pub fn complete(&self) -> &str {
        AmendmentLog::complete(&self.text)
    }
}

impl LogFile {
    /// The log of a state folder, which need not be there yet.
    pub fn new(state: &Path) -> LogFile {
        LogFile { path: state.join("amendments.jsonl") }
    }

    /// How many bytes the file has; none when it is not there.
    pub fn bytes(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |found| found.len())
    }

    /// Reads the log; empty when there is no file.
    pub fn read(&self) -> Result<LogText, Failure> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(self.failure(&e)),
        };
        let (name, length) = (self.path.display().to_string(), bytes.len() as u64);
        // A torn line may end in the midst of a character.
        let end = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1);
        let torn = String::from_utf8_lossy(&bytes[end..]).into_owned();
        let complete = String::from_utf8(bytes[..end].to_vec())
            .map_err(|e| Failure::new(Code::Config, format!("{name}: not UTF-8: {e}")))?;
        Ok(LogText { name, text: complete + &torn, bytes: length })
    }

    /// Adds a line, durably, if the log still is what it was when the line was judged. A torn line
    /// is set aside in a file beside the log; its path is given.
    pub fn append(&self, judged: &LogText, line: &str) -> Result<Option<PathBuf>, Failure> {
        let failure = |e: io::Error| self.failure(&e);
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(failure)?;
        let lock = File::create(self.path.with_extension("lock")).map_err(failure)?;
        lock.lock().map_err(failure)?;
        let present = self.read()?;
        if present.complete() != judged.complete() {
            let message = "the log has grown meanwhile; look at it and write the amendment again";
            return Err(Failure::new(Code::Unavailable, message));
        }
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false);
        let mut file = options.open(&self.path).map_err(failure)?;
        let end = present.complete().len() as u64;
        let torn = self.set_torn_aside(&present, end).map_err(failure)?;
        let mut write = || -> io::Result<()> {
            file.set_len(end)?;
            file.seek(SeekFrom::Start(end))?;
            file.write_all(line.as_bytes())?;
            file.sync_all()?;
            File::open(folder)?.sync_all()
        };
        write().map_err(|e| self.failure(&e))?;
        Ok(torn)
    }

    fn set_torn_aside(&self, present: &LogText, end: u64) -> io::Result<Option<PathBuf>> {
        if present.bytes <= end {
            return Ok(None);
        }
        let path = self.path.with_extension(format!("torn-{end}"));
        let mut file = File::create(&path)?;
        file.write_all(&fs::read(&self.path)?[end as usize..])?;
        file.sync_all()?;
        Ok(Some(path))
    }

    fn failure(&self, error: &io::Error) -> Failure {
        Failure::new(Code::Io, format!("{}: {error}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_is_set_aside_and_nothing_else_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let log = LogFile::new(folder.path());
        assert_eq!(log.read().unwrap().text, "");
        log.append(&log.read().unwrap(), "one\n").unwrap();
        let path = folder.path().join("amendments.jsonl");
        fs::write(&path, b"one\ntw\xe4\xb8").unwrap();
        let torn = log.read().unwrap();
        assert_eq!(torn.complete(), "one\n");
        let aside = log.append(&torn, "two\n").unwrap().unwrap();
        assert_eq!(fs::read(aside).unwrap(), b"tw\xe4\xb8");
        assert_eq!(fs::read(path).unwrap(), b"one\ntwo\n");
    }

    #[test]
    fn a_log_that_has_grown_since_is_not_added_to() {
        let folder = tempfile::tempdir().unwrap();
        let log = LogFile::new(folder.path());
        let judged = log.read().unwrap();
        log.append(&judged, "one\n").unwrap();
        assert_eq!(log.append(&judged, "other\n").unwrap_err().code, Code::Unavailable);
        assert_eq!(log.read().unwrap().text, "one\n");
    }
}
