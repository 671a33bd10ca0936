//! What has come of bundles that are not complete, so that a site that was switched off, or whose
//! power was cut, goes on where it was.
//!
//! `.headend/journal-<PID>` holds the sections of one carousel that brought something new, one
//! behind the other. They end with a CRC each, so a torn end is found when they are read again, and
//! taking them again brings the site back to what it was. A thread of its own writes them and makes
//! them durable every half second: reception never waits for the disk, unless that is slower than
//! the stream. When a bundle is complete its journal goes.

use super::error::StorageError;
use super::workspace::Workspace;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use ts::Pid;
use ts::section::SectionView;

const PREFIX: &str = "journal-";
/// How often what was written is made durable.
const DURABLE_EVERY: Duration = Duration::from_millis(500);
/// Sections that wait to be written, at most: 16 MB.
const WAITING_MAX: usize = 4096;
/// Bytes of all journals together. What comes beyond is received, and lost with the power.
const BYTES_MAX: u64 = 256 << 30;

#[derive(Debug)]
enum Entry {
    Keep(Pid, Vec<u8>),
    Remove(Pid),
}

/// A handle on the thread. What was handed over is durable when the handle is gone.
#[derive(Debug)]
pub(crate) struct Journal {
    entries: Option<SyncSender<Entry>>,
    problems: Receiver<StorageError>,
    thread: Option<JoinHandle<()>>,
}

impl Journal {
    /// Starts the thread.
    pub(crate) fn start(workspace: Arc<Workspace>) -> std::io::Result<Journal> {
        let (entries, to_do) = sync_channel(WAITING_MAX);
        let (tell, problems) = channel();
        let thread = thread::Builder::new().name("journal".to_owned()).spawn(move || {
            let mut writer = Writer { workspace, open: BTreeMap::new(), bytes: 0 };
            if let Err(error) = writer.run(&to_do) {
                // Nobody listens any more only when all ends.
                let _ = tell.send(error);
            }
        });
        Ok(Journal { entries: Some(entries), problems, thread: Some(thread?) })
    }

    /// Keeps a section.
    pub(crate) fn keep(&mut self, pid: Pid, section: Vec<u8>) {
        self.hand_over(Entry::Keep(pid, section));
    }

    /// What was kept of a carousel is not needed any more.
    pub(crate) fn remove(&mut self, pid: Pid) {
        self.hand_over(Entry::Remove(pid));
    }

    /// Why nothing is kept any more, once.
    pub(crate) fn problem(&mut self) -> Option<StorageError> {
        self.problems.try_recv().ok()
    }

    fn hand_over(&mut self, entry: Entry) {
        if let Some(entries) = &self.entries
            && entries.send(entry).is_err()
        {
            self.entries = None;
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.entries = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was told on standard error.
            let _ = thread.join();
        }
    }
}

/// What the thread owns.
struct Writer {
    workspace: Arc<Workspace>,
    /// Open journals, and whether they have bytes that are not durable.
    open: BTreeMap<Pid, (BufWriter<File>, bool)>,
    bytes: u64,
}

impl Writer {
    fn run(&mut self, entries: &Receiver<Entry>) -> Result<(), StorageError> {
        let mut due = Instant::now() + DURABLE_EVERY;
        loop {
            let patience = due.saturating_duration_since(Instant::now());
            match entries.recv_timeout(patience) {
                Ok(Entry::Keep(pid, section)) => self.keep(pid, &section)?,
                Ok(Entry::Remove(pid)) => {
                    self.open.remove(&pid);
                    self.workspace.remove(&name_of(pid))?;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.make_durable(),
            }
            if Instant::now() >= due {
                self.make_durable()?;
                due = Instant::now() + DURABLE_EVERY;
            }
        }
    }

    fn keep(&mut self, pid: Pid, section: &[u8]) -> Result<(), StorageError> {
        let failed = |error| StorageError::io("write", &self.workspace.at(&name_of(pid)), &error);
        if !self.open.contains_key(&pid) {
            let mut file = self.workspace.create(&name_of(pid))?;
            self.bytes += file.seek(SeekFrom::End(0)).map_err(failed)?;
            self.open.insert(pid, (BufWriter::with_capacity(1 << 16, file), false));
        }
        self.bytes += section.len() as u64;
        if let Some((file, is_dirty)) = self.open.get_mut(&pid).filter(|_| self.bytes <= BYTES_MAX)
        {
            *is_dirty = true;
            file.write_all(section).map_err(failed)?;
        }
        Ok(())
    }

    fn make_durable(&mut self) -> Result<(), StorageError> {
        for (pid, (file, is_dirty)) in &mut self.open {
            if core::mem::take(is_dirty) {
                let done = file.flush().and_then(|()| file.get_ref().sync_data());
                done.map_err(|error| {
                    StorageError::io("write", &self.workspace.at(&name_of(*pid)), &error)
                })?;
            }
        }
        Ok(())
    }
}

/// Reads all journals and gives each section to `take`. A torn end is cut off.
pub(crate) fn read(
    workspace: &Workspace,
    mut take: impl FnMut(Pid, &[u8]) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    for name in workspace.names(PREFIX)? {
        let number = u16::from_str_radix(&name[PREFIX.len()..], 16).ok();
        let Some(pid) = number.and_then(Pid::new) else { continue };
        let failed = |error: std::io::Error| StorageError::io("read", &workspace.at(&name), &error);
        let file = workspace.create(&name)?;
        let mut input = BufReader::with_capacity(1 << 16, &file);
        let mut whole = 0;
        let mut section = Vec::new();
        while next(&mut input, &mut section).map_err(failed)? {
            take(pid, &section)?;
            whole += section.len() as u64;
        }
        file.set_len(whole).map_err(failed)?;
    }
    Ok(())
}

/// Reads the next section; false at the end and where none is whole.
fn next(input: &mut impl Read, section: &mut Vec<u8>) -> std::io::Result<bool> {
    section.clear();
    input.take(3).read_to_end(section)?;
    let &[_, high, low] = &section[..] else { return Ok(false) };
    let rest = u64::from(u16::from_be_bytes([high & 0x0f, low]));
    input.take(rest).read_to_end(section)?;
    Ok(SectionView::parse(section).is_ok())
}

fn name_of(pid: Pid) -> String {
    format!("{PREFIX}{:04x}", pid.value())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::folder::Folder;
    use ts::section::{LongHeader, write_section};

    fn section(extension: u16) -> Vec<u8> {
        let header = LongHeader {
            table_id: 0x3c,
            private: false,
            extension,
            version: 0,
            current: true,
            number: 0,
            last_number: 0,
        };
        write_section(&header, &[7; 30]).unwrap()
    }

    #[test]
    fn sections_come_back_up_to_a_torn_end_and_go_on_behind_it() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(&Folder::open(dir.path()).unwrap()).unwrap();
        let workspace = Arc::new(workspace);
        let pid = Pid::new(0x300).unwrap();
        let keep = |numbers: std::ops::Range<u16>| {
            let mut journal = Journal::start(Arc::clone(&workspace)).unwrap();
            numbers.for_each(|n| journal.keep(pid, section(n)));
            drop(journal);
        };
        let read_back = || {
            let mut found = Vec::new();
            read(&workspace, |at, bytes| {
                assert_eq!(at, pid);
                found.push(bytes.to_vec());
                Ok(())
            })
            .unwrap();
            found
        };
        keep(0..5);
        let path = dir.path().join(".headend/journal-0300");
        let whole = std::fs::read(&path).unwrap();
        for cut in 1..section(4).len() {
            std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            assert_eq!(read_back(), (0..4).map(section).collect::<Vec<_>>());
        }
        keep(4..6);
        assert_eq!(read_back(), (0..6).map(section).collect::<Vec<_>>());
        let mut journal = Journal::start(Arc::clone(&workspace)).unwrap();
        journal.remove(pid);
        drop(journal);
        assert_eq!(read_back(), Vec::<Vec<u8>>::new());
    }
}
