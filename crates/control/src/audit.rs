//! The audit log: who changed what, and why.
//!
//! One file of JSON lines for each month in a folder. A write has two lines: `asked` is on disk
//! before anything is done, `done` behind it; so one without the other tells of a crash. A write
//! that cannot be written down is not done.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use utoipa::ToSchema;

/// How much of a month's end is read to tell the newest entries.
const TAIL_BYTES: u64 = 1 << 20;

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Entry {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// Counts the writes since the start of the daemon; `asked` and `done` of one have the same.
    pub write: u64,
    /// `asked` or `done`.
    pub phase: String,
    /// Who: the name of a token or a machine.
    pub actor: String,
    /// What they may do.
    pub role: String,
    /// From where.
    pub address: String,
    /// Which call: method and path.
    pub call: String,
    /// Why, as far as they said.
    pub reason: String,
    /// The status of the answer; zero while it is asked.
    pub status: u16,
    /// What came of it.
    pub outcome: String,
}

/// The log in a folder.
#[derive(Debug)]
pub struct AuditLog {
    folder: PathBuf,
    writing: Mutex<()>,
}

impl AuditLog {
    /// The log in a folder, which is made when it is not there.
    pub fn open(folder: &Path) -> io::Result<AuditLog> {
        fs::create_dir_all(folder)?;
        Ok(AuditLog { folder: folder.to_owned(), writing: Mutex::new(()) })
    }

    /// Writes an entry down, durably, with the present instant.
    pub fn write(&self, mut entry: Entry) -> io::Result<()> {
        let now = Timestamp::now();
        entry.at = format!("{now:.3}");
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        let path = self.month(&entry.at);
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = OpenOptions::new().append(true).create(true).mode(0o640).open(path)?;
        file.write_all(&line)?;
        file.sync_data()
    }

    /// The newest entries of this month, the newest last. What cannot be read as an entry is left
    /// out.
    pub fn newest(&self, limit: usize) -> io::Result<Vec<Entry>> {
        let path = self.month(&Timestamp::now().to_string());
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
        let mut bytes = Vec::new();
        file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
        let lines = bytes.split(|byte| *byte == b'\n');
        let mut entries: Vec<Entry> =
            lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
        entries.drain(..entries.len().saturating_sub(limit));
        Ok(entries)
    }

    /// The file of the month of an instant of RFC 3339.
    fn month(&self, at: &str) -> PathBuf {
        self.folder.join(format!("audit-{}.jsonl", &at[..7]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_newest_last_and_a_torn_line_hides_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let log = AuditLog::open(&folder.path().join("audit")).unwrap();
        assert_eq!(log.newest(5).unwrap(), []);
        for write in 0..3 {
            log.write(Entry { write, reason: "春\n播".to_owned(), ..Entry::default() }).unwrap();
        }
        let path = log.month(&Timestamp::now().to_string());
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(b"{\"write\": 9, \"rea\n").unwrap();
        log.write(Entry { write: 3, ..Entry::default() }).unwrap();
        let read = log.newest(3).unwrap();
        assert_eq!(read.iter().map(|e| e.write).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(read[0].reason, "春\n播");
    }
}
