//! The as-run log on disk: one file a day in a folder of its own.
//!
//! ```text
//! STATE/as-run/2027-03-01.jsonl    entries, one a line, appended
//!              torn-000123.bin     what a crash left behind entry 122
//!              open.json           what is on and not yet over; written anew each second
//!              lock                held by the daemon that writes
//! ```

use evidence::as_run::{Chain, Entry, Event, Inspector, LINE_MAX, LineFault, find_tail};
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use ts::Ticks;

/// The ending of the log's files.
const ENDING: &str = "jsonl";
/// The end of a file in which the last whole line is looked for first.
const TAIL: u64 = 4 * LINE_MAX as u64;

/// Why the log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Reading or writing failed.
    #[error("{path}: {error}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Another daemon writes there.
    #[error("{path} is held by another daemon; give each a state folder of its own")]
    Held {
        /// The lock.
        path: PathBuf,
    },
}

/// The log, open for writing.
#[derive(Debug)]
pub struct AsRunLog {
    folder: PathBuf,
    chain: Chain,
    /// The file that is appended to: its name without the ending, and its length.
    current: Option<(String, File, u64)>,
    _lock: File,
}

impl AsRunLog {
    /// The folder of the log in a state folder.
    pub fn folder_of(state: &Path) -> PathBuf {
        state.join("as-run")
    }

    /// Opens the log of a state folder, and takes off what a crash has left behind the last whole
    /// line. What must be told of that is the first thing to append.
    pub fn open(state: &Path) -> Result<(AsRunLog, Option<Event>), LogError> {
        let folder = AsRunLog::folder_of(state);
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let lock = lock(&folder.join("lock"))?;
        let mut log = AsRunLog { folder, chain: Chain::new(), current: None, _lock: lock };
        let mended = log.mend()?;
        Ok((log, mended))
    }

    /// The end of what is written.
    pub fn chain(&self) -> Chain {
        self.chain
    }

    /// Appends entries to the file of a day, durably. On failure nothing of them is there.
    pub fn append(&mut self, day: &str, events: &[(Ticks, Event)]) -> Result<(), LogError> {
        self.turn_to(day)?;
        let mut chain = self.chain;
        let lines: String = events.iter().map(|(at, e)| chain.append(*at, e.clone())).collect();
        let (name, file, length) = self.current.as_mut().expect("a file was turned to");
        let write = |file: &mut File, length: u64| -> io::Result<()> {
            // What a write that failed has left would stand in the way of these lines.
            if file.metadata()?.len() > length {
                file.set_len(length)?;
            }
            file.write_all(lines.as_bytes())?;
            file.sync_data()
        };
        if let Err(error) = write(file, *length) {
            let path = path_of(&self.folder, name);
            // Tried again before the next lines, when it fails now.
            let _ = file.set_len(*length);
            return Err(LogError::Io { path, error });
        }
        *length += lines.len() as u64;
        self.chain = chain;
        Ok(())
    }

    /// Opens the file of a day; the file of an earlier day is never opened again.
    fn turn_to(&mut self, day: &str) -> Result<(), LogError> {
        if self.current.as_ref().is_some_and(|(name, ..)| name.as_str() >= day) {
            return Ok(());
        }
        let path = path_of(&self.folder, day);
        let open = || -> io::Result<(File, u64)> {
            let mut file = OpenOptions::new().create(true).append(true).read(true).open(&path)?;
            let length = file.seek(SeekFrom::End(0))?;
            File::open(&self.folder)?.sync_all()?;
            Ok((file, length))
        };
        let (file, length) = open().map_err(at(&path))?;
        self.current = Some((day.to_owned(), file, length));
        Ok(())
    }

    /// Finds the last whole line of all files and puts aside what stands behind it.
    fn mend(&mut self) -> Result<Option<Event>, LogError> {
        let mut torn: Vec<(PathBuf, u64, Vec<u8>)> = Vec::new();
        for path in log_files(&self.folder)?.into_iter().rev() {
            let (whole, chain, rest) = tail_of(&path).map_err(at(&path))?;
            if !rest.is_empty() {
                torn.push((path.clone(), whole, rest));
            }
            if let Some(chain) = chain {
                self.chain = chain;
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let file = OpenOptions::new().append(true).read(true).open(&path);
                self.current = Some((name, file.map_err(at(&path))?, whole));
                break;
            }
        }
        if torn.is_empty() {
            return Ok(None);
        }
        let kept = format!("torn-{:06}.bin", self.chain.next_number());
        let kept_path = self.folder.join(&kept);
        let mut bytes = Vec::new();
        torn.iter().rev().for_each(|(.., rest)| bytes.extend_from_slice(rest));
        fs::write(&kept_path, &bytes).map_err(at(&kept_path))?;
        for (path, whole, _) in &torn {
            let file = OpenOptions::new().write(true).open(path).map_err(at(path))?;
            file.set_len(*whole).and_then(|()| file.sync_all()).map_err(at(path))?;
        }
        Ok(Some(Event::Mended { bytes: bytes.len() as u64, kept }))
    }
}

/// What follows a whole log: its length, entries, and the fault that ends it.
#[derive(Debug)]
pub struct Fault {
    /// The file.
    pub path: PathBuf,
    /// The line, from one.
    pub line: u64,
    /// What is wrong.
    pub fault: LineFault,
}

/// Reads a log from its first file to its last or to the first fault, and gives each entry to
/// `take`.
pub fn inspect(
    folder: &Path,
    mut take: impl FnMut(Entry),
) -> Result<(Inspector, Option<Fault>), LogError> {
    let mut inspector = Inspector::new();
    for path in log_files(folder)? {
        let mut reader = BufReader::new(File::open(&path).map_err(at(&path))?);
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            let most = LINE_MAX as u64 + 2;
            let read = reader.by_ref().take(most).read_until(b'\n', &mut bytes);
            if read.map_err(at(&path))? == 0 {
                break;
            }
            let whole = bytes.strip_suffix(b"\n");
            let torn = LineFault::NotAnEntry("the line does not end".to_owned());
            match whole.ok_or(torn).and_then(|text| inspector.line(text)) {
                Ok(entry) => take(entry),
                Err(fault) => return Ok((inspector, Some(Fault { path, line, fault }))),
            }
        }
    }
    Ok((inspector, None))
}

/// The files of a log in order; none where there is no log.
pub fn log_files(folder: &Path) -> Result<Vec<PathBuf>, LogError> {
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(folder)(error)),
    };
    let mut files = Vec::new();
    for entry in listing {
        let path = entry.map_err(at(folder))?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The bytes of a file up to its last whole line, what goes on from there, and what stands behind.
fn tail_of(path: &Path) -> io::Result<(u64, Option<Chain>, Vec<u8>)> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    for begin in [length.saturating_sub(TAIL), 0] {
        file.seek(SeekFrom::Start(begin))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let tail = find_tail(&bytes);
        if tail.chain.is_some() || begin == 0 {
            return Ok((begin + tail.whole as u64, tail.chain, bytes.split_off(tail.whole)));
        }
    }
    unreachable!("the whole file was read last")
}

fn lock(path: &Path) -> Result<File, LogError> {
    let file = OpenOptions::new().create(true).append(true).open(path).map_err(at(path))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(LogError::Held { path: path.to_owned() }),
        Err(error) => Err(at(path)(error.into())),
    }
}

fn path_of(folder: &Path, day: &str) -> PathBuf {
    folder.join(format!("{day}.{ENDING}"))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> LogError {
    let path = path.to_owned();
    move |error| LogError::Io { path, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Ticks = Ticks::from_seconds(1_800_000_000);

    fn append(log: &mut AsRunLog, day: &str, count: usize) {
        log.append(day, &vec![(AT, Event::Stopped); count]).unwrap();
    }

    fn numbers(state: &Path) -> Vec<u64> {
        let mut numbers = Vec::new();
        let folder = AsRunLog::folder_of(state);
        let (_, fault) = inspect(&folder, |entry| numbers.push(entry.number)).unwrap();
        assert!(fault.is_none(), "{fault:?}");
        numbers
    }

    #[test]
    fn the_chain_goes_on_over_days_and_runs() {
        let state = tempfile::tempdir().unwrap();
        let (mut log, mended) = AsRunLog::open(state.path()).unwrap();
        assert_eq!(mended, None);
        append(&mut log, "2027-03-01", 3);
        append(&mut log, "2027-03-02", 2);
        // A clock that is set back does not open the past again.
        append(&mut log, "2027-03-01", 1);
        drop(log);
        let (mut log, mended) = AsRunLog::open(state.path()).unwrap();
        assert_eq!(mended, None);
        append(&mut log, "2027-03-03", 1);
        assert_eq!(numbers(state.path()), [0, 1, 2, 3, 4, 5, 6]);
        let files = log_files(&AsRunLog::folder_of(state.path())).unwrap();
        assert_eq!(files.len(), 3);
    }

    #[test]
    fn a_torn_last_line_is_put_aside_and_the_chain_goes_on() {
        let state = tempfile::tempdir().unwrap();
        let (mut log, _) = AsRunLog::open(state.path()).unwrap();
        append(&mut log, "2027-03-01", 3);
        drop(log);
        let path = AsRunLog::folder_of(state.path()).join("2027-03-01.jsonl");
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 20]).unwrap();
        let (mut log, mended) = AsRunLog::open(state.path()).unwrap();
        let Some(Event::Mended { bytes: torn, kept }) = mended else { panic!("{mended:?}") };
        let kept = fs::read(AsRunLog::folder_of(state.path()).join(kept)).unwrap();
        assert_eq!(kept.len() as u64, torn);
        assert!(bytes[..bytes.len() - 20].ends_with(&kept));
        append(&mut log, "2027-03-01", 2);
        assert_eq!(numbers(state.path()), [0, 1, 2, 3]);
    }

    #[test]
    fn the_first_broken_line_is_named_with_its_file() {
        let state = tempfile::tempdir().unwrap();
        let (mut log, _) = AsRunLog::open(state.path()).unwrap();
        append(&mut log, "2027-03-01", 3);
        append(&mut log, "2027-03-02", 3);
        let folder = AsRunLog::folder_of(state.path());
        let path = folder.join("2027-03-02.jsonl");
        let text = fs::read_to_string(&path).unwrap();
        let second = text.lines().nth(1).unwrap();
        fs::write(&path, text.replace(second, &second.replace("stopped", "stoppen"))).unwrap();
        let (_, fault) = inspect(&folder, |_| {}).unwrap();
        let fault = fault.unwrap();
        assert_eq!((fault.path, fault.line, fault.fault), (path, 2, LineFault::Changed));
    }

    #[test]
    fn a_second_daemon_is_refused() {
        let state = tempfile::tempdir().unwrap();
        let _first = AsRunLog::open(state.path()).unwrap();
        let second = AsRunLog::open(state.path()).map(|_| ()).unwrap_err();
        assert!(matches!(second, LogError::Held { .. }), "{second}");
    }

    #[test]
    fn a_full_disk_leaves_the_log_as_it_was() {
        // A file that may not grow stands for a full disk.
        let state = tempfile::tempdir().unwrap();
        let (mut log, _) = AsRunLog::open(state.path()).unwrap();
        append(&mut log, "2027-03-01", 1);
        let path = AsRunLog::folder_of(state.path()).join("2027-03-01.jsonl");
        let good = log.current.take().unwrap();
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        log.current = Some((good.0.clone(), full, good.2));
        assert!(log.append("2027-03-01", &[(AT, Event::Stopped)]).is_err());
        assert_eq!(log.chain().next_number(), 1);
        log.current = Some((good.0, good.1, good.2));
        append(&mut log, "2027-03-01", 1);
        assert_eq!(numbers(state.path()), [0, 1]);
        assert!(fs::metadata(path).unwrap().len() > 0);
    }
}
