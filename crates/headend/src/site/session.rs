//! One reception: from the opening of the source to the report.

use super::assembler::{Answer, Assembler};
use super::display::Display;
use super::error::{SourceError, StorageError};
use super::folder::Folder;
use super::journal::{self, Journal};
use super::ledger::Ledger;
use super::network::{Arrival, Datagram, Network};
use super::placing::Placer;
use super::recording::{Piece, Recording};
use super::report::{Circumstances, Ending, ReceptionReport};
use super::source::Source;
use super::spool::Spools;
use super::workspace::Workspace;
use datacast::Manifest;
use receiver::{Event, Limits, Refusal, Site, VersionId};
use rtp::{Encapsulation, classify};
use rustix::io::Errno;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use ts::Pid;

/// How long is waited for a datagram or an answer before all else is looked after.
const PATIENCE: Duration = Duration::from_millis(100);
/// Silence after which datagrams that are missing will not come any more.
const SILENCE: Duration = Duration::from_millis(500);
/// Datagrams between two looks at answers, signals and the clock.
const TURN_DATAGRAMS: usize = 256;
/// Answers taken at once, of which some are blocks to be written.
const TURN_ANSWERS: usize = 64;
/// Problems that are told in words.
const PROBLEMS_MAX: usize = 100;

/// What is to be received, where to, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where the stream comes from.
    pub source: Source,
    /// The folder that the files go into; each bundle has a folder in it.
    pub folder: PathBuf,
    /// When to end; `None` for a recording's end or a signal.
    pub limit: Option<Duration>,
}

/// What became of a reception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reception {
    /// What was received.
    pub report: ReceptionReport,
    /// What ended it before its time.
    pub error: Option<ReceiveError>,
}

/// Why nothing is received, or not any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiveError {
    /// There is nothing to receive from.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Nothing can be stored.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Receives until the source ends, the time is over or `is_stopped` is set, and tells progress on
/// standard error.
///
/// # Errors
/// The source or the folder cannot be opened. What fails later ends the reception, and its report
/// is returned.
pub fn receive(options: &Options, is_stopped: &AtomicBool) -> Result<Reception, ReceiveError> {
    let mut feed = Feed::open(&options.source)?;
    let mut session = Session::open(options)?;
    if let Feed::Network(Network { fec_error: Some(error), .. }) = &feed {
        session.tell_problem(format!("FEC flows are not received: {error}"));
    }
    let begun = Instant::now();
    let until = options.limit.map(|limit| begun + limit);
    let received = session.run(&mut feed, until, is_stopped).and_then(|ending| {
        session.finish()?;
        Ok(ending)
    });
    let error = received.as_ref().err().cloned();
    let about = Circumstances {
        source: options.source.to_string(),
        folder: options.folder.display().to_string(),
        ended: received.unwrap_or(Ending::Error),
        error: error.as_ref().map(ReceiveError::to_string),
        elapsed_ms: begun.elapsed().as_millis() as u64,
        udp_datagrams: session.udp_datagrams,
        dropped: feed.dropped(),
        receive_buffer_bytes: feed.receive_buffer_bytes(),
        files_found: session.files_found,
        problems: std::mem::take(&mut session.problems),
        problems_untold: session.problems_untold,
    };
    let report = ReceptionReport::new(&session.site.report(), &session.ledger, about);
    session.close();
    Ok(Reception { report, error })
}

/// An open source.
#[derive(Debug)]
enum Feed {
    Network(Network),
    Recording(PathBuf, Recording),
}

impl Feed {
    fn open(source: &Source) -> Result<Feed, SourceError> {
        match source {
            Source::Network(group) => Network::open(group).map(Feed::Network),
            Source::File(path) => {
                Recording::open(path).map(|recording| Feed::Recording(path.clone(), recording))
            }
        }
    }

    fn dropped(&self) -> u64 {
        match self {
            Feed::Network(network) => network.dropped(),
            Feed::Recording(..) => 0,
        }
    }

    fn receive_buffer_bytes(&self) -> Option<usize> {
        match self {
            Feed::Network(network) => Some(network.receive_buffer_bytes),
            Feed::Recording(..) => None,
        }
    }
}

/// All that a reception holds.
#[derive(Debug)]
struct Session {
    site: Site,
    spools: Spools,
    workspace: Arc<Workspace>,
    assembler: Assembler,
    journal: Journal,
    /// Where the versions are on air.
    places: BTreeMap<VersionId, Pid>,
    /// Whether what is taken was kept already.
    is_resuming: bool,
    ledger: Ledger,
    display: Display,
    heard: Instant,
    is_flushed: bool,
    udp_datagrams: u64,
    files_complete: u64,
    files_found: u64,
    /// Versions of which a problem was told.
    troubled: BTreeSet<VersionId>,
    problems: Vec<String>,
    problems_untold: u64,
}

impl Session {
    fn open(options: &Options) -> Result<Session, StorageError> {
        let folder = Folder::open(&options.folder)?;
        let workspace = Arc::new(Workspace::open(&folder)?);
        let placer = Placer {
            folder,
            workspace: Arc::clone(&workspace),
            is_abandoned: Arc::default(),
            files_made: 0,
        };
        let assembler = Assembler::start(placer);
        let assembler = assembler
            .map_err(|error| StorageError::io("start a thread for", &options.folder, &error))?;
        let journal = Journal::start(Arc::clone(&workspace));
        let journal = journal
            .map_err(|error| StorageError::io("start a thread for", &options.folder, &error))?;
        let mut session = Session {
            site: Site::new(Limits::default()),
            spools: Spools::new(Arc::clone(&workspace)),
            workspace,
            assembler,
            journal,
            places: BTreeMap::new(),
            is_resuming: true,
            ledger: Ledger::default(),
            display: Display::new(),
            heard: Instant::now(),
            is_flushed: false,
            udp_datagrams: 0,
            files_complete: 0,
            files_found: 0,
            troubled: BTreeSet::new(),
            problems: Vec::new(),
            problems_untold: 0,
        };
        session.resume()?;
        Ok(session)
    }

    /// Takes what was kept when the site ran before.
    fn resume(&mut self) -> Result<(), StorageError> {
        let workspace = Arc::clone(&self.workspace);
        journal::read(&workspace, |pid, section| {
            self.site.resume(pid, section);
            self.do_events()?;
            self.take_answers(Duration::ZERO)
        })?;
        self.wait_for_files()?;
        self.is_resuming = false;
        Ok(())
    }

    fn run(
        &mut self,
        feed: &mut Feed,
        until: Option<Instant>,
        is_stopped: &AtomicBool,
    ) -> Result<Ending, ReceiveError> {
        loop {
            if is_stopped.load(Ordering::Relaxed) {
                return Ok(Ending::Signal);
            }
            if until.is_some_and(|until| Instant::now() >= until) {
                return Ok(Ending::Time);
            }
            let is_ended = match feed {
                Feed::Network(network) => self.take_datagrams(network, until)?,
                Feed::Recording(path, recording) => {
                    let piece = recording.next().map_err(|error| {
                        let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
                        StorageError::system("read", path, errno)
                    })?;
                    self.take_piece(piece)?
                }
            };
            if is_ended {
                return Ok(Ending::EndOfSource);
            }
            self.take_answers(Duration::ZERO)?;
            if let Some(error) = self.journal.problem() {
                self.tell_problem(format!("a power cut would cost what is incomplete: {error}"));
            }
            if self.display.is_due() {
                self.display.show(&self.site.report().bundles);
            }
        }
    }

    /// Takes what the sockets have, up to a number. Returns whether they have ended.
    fn take_datagrams(
        &mut self,
        network: &Network,
        until: Option<Instant>,
    ) -> Result<bool, StorageError> {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let mut patience = left.map_or(PATIENCE, |left| left.min(PATIENCE));
        for _ in 0..TURN_DATAGRAMS {
            match network.next(patience) {
                Arrival::Datagram(datagram) => {
                    self.push(&datagram)?;
                    patience = Duration::ZERO;
                    self.heard = Instant::now();
                    self.is_flushed = false;
                }
                Arrival::Silence => break,
                Arrival::End => return Ok(true),
            }
        }
        if !self.is_flushed && self.heard.elapsed() >= SILENCE {
            self.is_flushed = true;
            self.site.flush();
            self.do_events()?;
        }
        Ok(false)
    }

    /// Takes a piece of a recording and waits for the files that it completes, since a recording
    /// does not run on meanwhile. Returns whether it has ended.
    fn take_piece(&mut self, piece: Option<Piece>) -> Result<bool, StorageError> {
        match piece {
            None => return Ok(true),
            Some(Piece::Datagram(datagram)) => self.push(&datagram)?,
            Some(Piece::Stream(bytes)) => {
                self.site.push_stream(&bytes);
                self.do_events()?;
            }
        }
        self.wait_for_files()?;
        Ok(false)
    }

    fn push(&mut self, datagram: &Datagram) -> Result<(), StorageError> {
        match datagram {
            Datagram::Media(bytes) => {
                self.udp_datagrams += u64::from(matches!(classify(bytes), Encapsulation::Udp(_)));
                self.site.push_media(bytes);
            }
            Datagram::Fec(bytes) => self.site.push_fec(bytes),
        }
        self.do_events()
    }

    fn do_events(&mut self) -> Result<(), StorageError> {
        while let Some(event) = self.site.poll() {
            match event {
                Event::Store { spool, offset, bytes } => {
                    self.spools.store(spool, offset, &bytes)?;
                }
                Event::Keep { pid, section } if !self.is_resuming => {
                    self.journal.keep(pid, section);
                }
                Event::Discard { spool } => self.spools.discard(spool)?,
                Event::FileReady(job) => self.assembler.make(job),
                Event::Decode(job) => self.assembler.decode(job),
                Event::BundleAnnounced { version, pid, manifest } => {
                    self.places.insert(version, pid);
                    self.announce(version, manifest);
                }
                Event::BundleComplete { version, bundle } => {
                    self.ledger.complete(version);
                    if let Some(pid) = self.places.get(&version) {
                        self.journal.remove(*pid);
                    }
                    self.display.line(&format!("{bundle}: complete"));
                }
                Event::BundleWithdrawn { version, complete } => self.withdraw(version, complete),
                Event::Refused { pid, reason } => {
                    self.journal.remove(pid);
                    let pid = pid.value();
                    self.tell_problem(format!("carousel on PID {pid:#06x}: {}", why(reason)));
                }
                Event::FileComplete { .. } => self.files_complete += 1,
                Event::CarouselLost { pid } => self.journal.remove(pid),
                Event::CarouselFound { .. }
                | Event::Keep { .. }
                | Event::ModuleComplete { .. }
                | Event::FileDamaged { .. } => {}
            }
        }
        Ok(())
    }

    fn announce(&mut self, version: VersionId, manifest: Box<Manifest>) {
        let (id, title) = (manifest.name().id(), manifest.name().title());
        let (files, bytes) = (manifest.files().len(), manifest.layout().data_size());
        self.display.line(&format!("{id}: on air, {files} files, {bytes} bytes, \"{title}\""));
        self.ledger.announce(version, id);
        self.assembler.look(version, manifest);
    }

    fn withdraw(&mut self, version: VersionId, is_complete: bool) {
        self.places.remove(&version);
        self.assembler.forget(version);
        self.troubled.remove(&version);
        if let Some(id) = self.ledger.withdraw(version)
            && !is_complete
        {
            self.display.line(&format!("{id}: withdrawn before it was complete"));
        }
    }

    /// Takes answers that come within a time, not so many that the sockets run over meanwhile.
    fn take_answers(&mut self, patience: Duration) -> Result<(), StorageError> {
        for _ in 0..TURN_ANSWERS {
            let Some(answer) = self.assembler.answer(patience) else { break };
            match answer {
                Answer::Found { version, file } => {
                    // It counts as found unless it was received meanwhile.
                    let before = self.files_complete;
                    self.site.file_result(version, file, true);
                    self.do_events()?;
                    self.files_found += self.files_complete - before;
                }
                Answer::Made { version, file, is_sound } => {
                    self.site.file_result(version, file, is_sound);
                }
                Answer::Block { version, block, bytes } => {
                    self.site.decoded_block(version, block, &bytes);
                }
                Answer::Decoded { version, source_block, is_enough } => {
                    self.site.decode_result(version, source_block, is_enough);
                }
                Answer::Refused { version, error } => {
                    if self.troubled.insert(version) {
                        self.tell_problem(error.to_string());
                    } else {
                        self.problems_untold += 1;
                    }
                }
                Answer::Failed(error) => return Err(error),
            }
            self.do_events()?;
        }
        Ok(())
    }

    fn wait_for_files(&mut self) -> Result<(), StorageError> {
        while self.assembler.is_busy() {
            self.take_answers(PATIENCE)?;
        }
        Ok(())
    }

    /// Makes the most of what has come.
    fn finish(&mut self) -> Result<(), StorageError> {
        self.site.flush();
        self.do_events()?;
        self.wait_for_files()
    }

    /// Ends the thread, then removes what only it and this session knew.
    fn close(self) {
        let Session { assembler, spools, journal, workspace, .. } = self;
        drop((assembler, spools, journal));
        // What cannot be removed now is removed when the folder is used again.
        let _ = workspace.sweep();
    }

    fn tell_problem(&mut self, problem: String) {
        self.display.line(&problem);
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        } else {
            self.problems_untold += 1;
        }
    }
}

fn why(reason: Refusal) -> &'static str {
    match reason {
        Refusal::TooManyCarousels => "there are more carousels than are followed",
        Refusal::TooLarge => "the bundle is larger than is accepted",
        Refusal::NoRoom => "there is no room beside the other bundles",
        Refusal::Foreign => "it has no manifest, so it is no bundle",
        Refusal::Contradiction => "its sizes, numbers or names are not sound",
    }
}
