//! The thread that makes and checks files, so that hashing gigabytes keeps nobody waiting.

use super::error::StorageError;
use super::placing::Placer;
use bytes::Bytes;
use datacast::Manifest;
use receiver::{DecodeJob, FileJob, VersionId};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Versions whose files are wanted: jobs for all others are passed over, so that endless new
/// versions never pile up work.
type OnAir = Arc<Mutex<BTreeSet<VersionId>>>;

/// What the thread is to do.
#[derive(Debug)]
enum Job {
    /// Look which files of a bundle are in their places already.
    Look(VersionId, Box<Manifest>),
    /// Make a file.
    Make(Box<FileJob>),
    /// Decode a source block.
    Decode(Box<DecodeJob>),
    /// Forget which files of a version are in their places.
    Forget(VersionId),
}

/// What the thread found.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A file was in its place before.
    Found { version: VersionId, file: usize },
    /// A file was made, or its content was not right.
    Made { version: VersionId, file: usize, is_sound: bool },
    /// A block that was missing.
    Block { version: VersionId, block: u64, bytes: Bytes },
    /// All blocks that were missing in a source block have been told, or its symbols were not
    /// enough.
    Decoded { version: VersionId, source_block: u8, is_enough: bool },
    /// A file or bundle cannot be stored here; all others go on.
    Refused { version: VersionId, error: StorageError },
    /// Nothing can be stored any more.
    Failed(StorageError),
}

/// A handle on the thread. It ends when the handle is dropped.
#[derive(Debug)]
pub(crate) struct Assembler {
    jobs: Option<Sender<Job>>,
    /// `None` ends the answers to one job.
    answers: Receiver<Option<Answer>>,
    pending: usize,
    on_air: OnAir,
    is_abandoned: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Assembler {
    /// Starts the thread.
    pub(crate) fn start(placer: Placer) -> io::Result<Assembler> {
        let (jobs, to_do) = channel();
        let (to_main, answers) = channel();
        let is_abandoned = Arc::clone(&placer.is_abandoned);
        let on_air = OnAir::default();
        let (placed, theirs) = (BTreeMap::new(), Arc::clone(&on_air));
        let worker = Worker { placer, placed, on_air: theirs, answers: to_main };
        let thread = thread::Builder::new().name("assembler".to_owned());
        let thread = Some(thread.spawn(move || worker.run(&to_do))?);
        Ok(Assembler { jobs: Some(jobs), answers, pending: 0, on_air, is_abandoned, thread })
    }

    /// Asks which files of a bundle are in their places already.
    pub(crate) fn look(&mut self, version: VersionId, manifest: Box<Manifest>) {
        self.on_air.lock().unwrap_or_else(PoisonError::into_inner).insert(version);
        self.ask(Job::Look(version, manifest));
    }

    /// Asks for a file.
    pub(crate) fn make(&mut self, job: Box<FileJob>) {
        self.ask(Job::Make(job));
    }

    /// Asks for a source block.
    pub(crate) fn decode(&mut self, job: Box<DecodeJob>) {
        self.ask(Job::Decode(job));
    }

    /// Tells that a version is not on air any more.
    pub(crate) fn forget(&mut self, version: VersionId) {
        self.on_air.lock().unwrap_or_else(PoisonError::into_inner).remove(&version);
        self.ask(Job::Forget(version));
    }

    /// Whether there are jobs that are not done.
    pub(crate) fn is_busy(&self) -> bool {
        self.pending > 0
    }

    /// The next answer that is there within a time.
    pub(crate) fn answer(&mut self, patience: Duration) -> Option<Answer> {
        while self.pending > 0 {
            match self.answers.recv_timeout(patience) {
                Ok(Some(answer)) => return Some(answer),
                Ok(None) => self.pending -= 1,
                Err(RecvTimeoutError::Timeout) => return None,
                // The thread is gone and answers nothing any more.
                Err(RecvTimeoutError::Disconnected) => self.pending = 0,
            }
        }
        None
    }

    fn ask(&mut self, job: Job) {
        let sent = self.jobs.as_ref().map(|jobs| jobs.send(job));
        self.pending += usize::from(matches!(sent, Some(Ok(()))));
    }
}

impl Drop for Assembler {
    fn drop(&mut self) {
        self.is_abandoned.store(true, Ordering::Relaxed);
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was told on standard error.
            let _ = thread.join();
        }
    }
}

/// What the thread owns.
struct Worker {
    placer: Placer,
    /// Files that are known to be in their places.
    placed: BTreeMap<VersionId, BTreeSet<usize>>,
    on_air: OnAir,
    answers: Sender<Option<Answer>>,
}

impl Worker {
    fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(job) = jobs.recv() {
            match job {
                Job::Look(version, manifest) => self.look(version, &manifest),
                Job::Make(job) => self.make(&job),
                Job::Decode(job) => self.decode(&job),
                Job::Forget(version) => _ = self.placed.remove(&version),
            }
            if self.answers.send(None).is_err() {
                return;
            }
        }
    }

    fn look(&mut self, version: VersionId, manifest: &Manifest) {
        let bundle = manifest.name().id();
        for (file, (planned, digest)) in manifest.files().enumerate() {
            if !self.is_wanted(version) {
                return;
            }
            let looked = self.placer.is_there(bundle, &planned.path, planned.size, digest);
            // What cannot be read is received again, and what cannot be written is told then.
            if looked == Ok(true) {
                self.placed.entry(version).or_default().insert(file);
                self.tell(Answer::Found { version, file });
            }
        }
    }

    fn make(&mut self, job: &FileJob) {
        let (version, file) = (job.version, job.file);
        if !self.is_wanted(version) {
            return;
        }
        let placed = self.placed.entry(version).or_default();
        let made = if placed.contains(&file) { Ok(true) } else { self.placer.make(job) };
        match made {
            Ok(is_sound) => {
                if is_sound {
                    self.placed.entry(version).or_default().insert(file);
                }
                self.tell(Answer::Made { version, file, is_sound });
            }
            Err(error) if error.is_local() => self.tell(Answer::Refused { version, error }),
            Err(error) => self.tell(Answer::Failed(error)),
        }
    }

    /// Only whole source blocks of symbols make a job, so that these never pile up.
    fn decode(&mut self, job: &DecodeJob) {
        let (version, source_block) = (job.version, job.block.number);
        let bytes = match self.placer.decode(job) {
            Ok(bytes) => bytes.map(Bytes::from),
            Err(error) => return self.tell(Answer::Failed(error)),
        };
        let is_enough = bytes.is_some();
        let size = usize::from(job.block.shape.symbol_size());
        let mut there = job.symbols.iter().map(|(id, _)| *id).peekable();
        for id in 0..job.block.shape.symbols() {
            // The source symbols among them come first, in order.
            if there.next_if_eq(&id).is_none()
                && let Some(bytes) = &bytes
            {
                let begin = id as usize * size;
                let bytes = bytes.slice(begin..begin + size);
                let block = job.block.first_block + u64::from(id);
                self.tell(Answer::Block { version, block, bytes });
            }
        }
        self.tell(Answer::Decoded { version, source_block, is_enough });
    }

    fn is_wanted(&self, version: VersionId) -> bool {
        self.on_air.lock().unwrap_or_else(PoisonError::into_inner).contains(&version)
    }

    fn tell(&self, answer: Answer) {
        // Nobody listens any more only when all ends.
        let _ = self.answers.send(Some(answer));
    }
}
