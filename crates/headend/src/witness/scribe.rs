//! The thread that writes the as-run log.

use super::folder::{AsRunLog, LogError, newest};
use super::note::{Note, NoteSink};
use super::planned::{cuts_in, planned_in};
use crate::lineup::{CurrentLineup, Lineup};
use evidence::Window;
use evidence::as_run::{Aired, Event, Hash, Outcome, Planned, Recorder, Sent};
use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use timetable::Zone;
use ts::Ticks;
use uplink::{Monitor, MultiplexStatus};

/// How often counters are looked at.
const TICK: Duration = Duration::from_millis(100);
/// How often what is on and not yet over is written down.
const SAVE: Duration = Duration::from_secs(1);
/// How long after a failure writing is tried again.
const RETRY: Duration = Duration::from_secs(5);
/// Entries that wait for a disk at most.
const PENDING_MAX: usize = 20_000;

/// What the scribe works with.
#[derive(Debug)]
pub struct Subject {
    /// The state folder.
    pub state: PathBuf,
    /// The zone whose days the files are named by.
    pub zone: Zone,
    /// The counters.
    pub monitor: Monitor,
    /// What makes superframes, in the order of the multiplexes.
    pub lineups: Vec<CurrentLineup>,
    /// What was planned while no daemon ran, in the order of the multiplexes.
    pub missed: Vec<Vec<Planned>>,
}

/// How the scribe stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScribeStatus {
    /// Why the log cannot be written now.
    pub fault: Option<String>,
    /// What was mended or lost, if anything was, since the start.
    pub mended: Option<String>,
    /// Lines in the log.
    pub lines: u64,
    /// The hash of the newest line.
    pub newest: Option<Hash>,
    /// Entries that wait to be written.
    pub pending: usize,
    /// Entries that were given up.
    pub lost: u64,
    /// How many airings and passes ended in each way, since the start.
    pub results: BTreeMap<Outcome, u64>,
    /// The slates that stand: multiplex and service, until when, and why.
    pub slates: BTreeMap<(usize, String), (Ticks, String)>,
    /// Superframes that went out as null packets, in all, and why the last did.
    pub blanks: u64,
    /// Superframes that went out without carousels whose data cannot be read, by the place of the
    /// multiplex, and why that was so at last.
    pub lacking: BTreeMap<usize, (u64, String)>,
}

/// The running thread.
#[derive(Debug)]
pub struct Scribe {
    status: Arc<Mutex<ScribeStatus>>,
    stop: Arc<AtomicBool>,
    notes: NoteSink,
    thread: JoinHandle<()>,
}

impl Scribe {
    /// Starts writing. A log that cannot be opened is told in the status, and tried again.
    pub fn start(
        subject: Subject,
        notes: NoteSink,
        noted: Receiver<Note>,
    ) -> std::io::Result<Scribe> {
        let status = Arc::<Mutex<ScribeStatus>>::default();
        let stop = Arc::<AtomicBool>::default();
        let desk = Desk::new(subject, notes.clone(), status.clone());
        let ending = stop.clone();
        let thread = thread::Builder::new()
            .name("as-run".to_owned())
            .spawn(move || desk.run(&noted, &ending))?;
        Ok(Scribe { status, stop, notes, thread })
    }

    /// How it stands.
    pub fn status(&self) -> ScribeStatus {
        lock(&self.status).clone()
    }

    /// How it stands, for threads of their own.
    pub fn shared_status(&self) -> Arc<Mutex<ScribeStatus>> {
        self.status.clone()
    }

    /// Where notes are given to.
    pub fn notes(&self) -> &NoteSink {
        &self.notes
    }

    /// Writes what is over and that the daemon stops, and waits for that.
    pub fn stop(self) {
        self.stop.store(true, Relaxed);
        // A panic has been reported by the panic hook already.
        let _ = self.thread.join();
    }
}

/// What the thread has at hand.
struct Desk {
    subject: Subject,
    notes: NoteSink,
    notes_lost: u64,
    status: Arc<Mutex<ScribeStatus>>,
    log: Option<AsRunLog>,
    multiplexes: Vec<Watched>,
    pending: VecDeque<(Ticks, Event)>,
    given_up: u64,
    retry_from: Instant,
    save_from: Instant,
}

/// One multiplex.
struct Watched {
    recorder: Recorder,
    /// The first datagram that was sent, and the one behind the newest that was recorded.
    first: Option<u64>,
    next: u64,
    lost: u64,
    refused: u64,
    /// What was planned while no daemon ran.
    missed: Vec<Planned>,
}

impl Desk {
    fn new(mut subject: Subject, notes: NoteSink, status: Arc<Mutex<ScribeStatus>>) -> Desk {
        let mut saved = read_saved(&saved_path(&subject.state));
        let mut missed = std::mem::take(&mut subject.missed);
        // A log that cannot be read is told of when it is opened.
        let told = newest(&AsRunLog::folder_of(&subject.state)).unwrap_or_default();
        let names: Vec<String> =
            subject.monitor.status().multiplexes.into_iter().map(|m| m.name).collect();
        for (name, missed) in names.iter().zip(&mut missed) {
            missed.retain(|planned| !planned.is_among(name, &told));
        }
        saved.iter_mut().for_each(|recorder| recorder.forget(&told));
        let watched = |(name, missed): (String, Vec<Planned>)| {
            let known = saved.iter().position(|r| r.multiplex() == name);
            let recorder = known.map(|at| saved.swap_remove(at));
            Watched {
                recorder: recorder.unwrap_or_else(|| Recorder::new(&name)),
                first: None,
                next: 0,
                lost: 0,
                refused: 0,
                missed,
            }
        };
        let multiplexes: Vec<Watched> = names.into_iter().zip(missed).map(watched).collect();
        let before = multiplexes.iter().filter_map(|m| m.recorder.sent_until()).max();
        let started = Event::Started {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sent_before: before.map(evidence::Stamp),
        };
        let now = Instant::now();
        let mut desk = Desk {
            subject,
            notes,
            notes_lost: 0,
            status,
            log: None,
            multiplexes,
            pending: VecDeque::new(),
            given_up: 0,
            retry_from: now,
            save_from: now,
        };
        desk.open();
        desk.push(started);
        desk
    }

    fn run(mut self, noted: &Receiver<Note>, stop: &AtomicBool) {
        loop {
            let is_last = stop.load(Relaxed);
            self.look(noted);
            if is_last {
                self.push(Event::Stopped);
                self.retry_from = Instant::now();
            }
            self.write();
            if is_last || self.save_from <= Instant::now() {
                self.save();
            }
            if is_last {
                return;
            }
            thread::sleep(TICK);
        }
    }

    /// Takes in what was counted and noted since the last look.
    fn look(&mut self, noted: &Receiver<Note>) {
        let status = self.subject.monitor.status();
        let lineups: Vec<Arc<Lineup>> =
            self.subject.lineups.iter().map(CurrentLineup::get).collect();
        for ((watched, status), lineup) in
            self.multiplexes.iter_mut().zip(&status.multiplexes).zip(&lineups)
        {
            watched.look(status, lineup);
        }
        for note in noted.try_iter() {
            self.note(note, &lineups);
        }
        let now = self.subject.monitor.now();
        for place in 0..self.multiplexes.len() {
            let until = self.multiplexes[place].recorder.sent_until();
            for aired in until.map_or_else(Vec::new, |u| self.multiplexes[place].recorder.close(u))
            {
                *lock(&self.status).results.entry(aired.result).or_default() += 1;
                self.push(Event::Aired(aired));
            }
        }
        lock(&self.status).slates.retain(|_, (until, _)| *until > now);
        let lost = self.notes.lost();
        if lost > self.notes_lost {
            let entries = lost - self.notes_lost;
            self.notes_lost = lost;
            let reason = "the making threads had more to tell than the queue holds".to_owned();
            self.push(Event::Lost { entries, reason });
        }
    }

    fn note(&mut self, note: Note, lineups: &[Arc<Lineup>]) {
        match note {
            Note::Slate { multiplex, service, start, from, why } => {
                // It was made ahead, and what it stands in for may not have begun.
                let window = Window::new(from, from + ts::Span(1));
                let watched = &mut self.multiplexes[multiplex];
                let planned = planned_in(&lineups[multiplex], window);
                let of_airing = |p: &&Planned| p.service == service && p.window.start.0 == start;
                let end = planned.iter().find(of_airing).map_or(from, |p| p.window.end.0);
                planned.into_iter().for_each(|planned| watched.recorder.plan(planned));
                watched.recorder.slate(&service, start, from);
                lock(&self.status).slates.insert((multiplex, service), (end, why));
            }
            Note::Blank { .. } => lock(&self.status).blanks += 1,
            Note::Lacking { multiplex, why } => {
                let mut status = lock(&self.status);
                let lacking = status.lacking.entry(multiplex).or_default();
                *lacking = (lacking.0 + 1, why);
            }
            Note::Revised { revision, effective } => {
                let effective = evidence::Stamp(effective);
                self.push(Event::Revised { revision, effective });
            }
        }
    }

    fn push(&mut self, event: Event) {
        if self.pending.len() >= PENDING_MAX {
            self.pending.pop_front();
            self.given_up += 1;
        }
        self.pending.push_back((self.subject.monitor.now(), event));
    }

    fn open(&mut self) {
        match AsRunLog::open(&self.subject.state) {
            Ok((log, mended)) => {
                self.log = Some(log);
                if let Some(event @ Event::Mended { bytes, .. }) = &mended {
                    tracing::warn!(
                        bytes,
                        "the as-run log was torn; what was torn is kept beside it"
                    );
                    lock(&self.status).mended = Some(format!("{bytes} torn bytes were taken off"));
                    self.pending.push_front((self.subject.monitor.now(), event.clone()));
                }
            }
            Err(error) => self.fail(&error),
        }
    }

    fn fail(&mut self, error: &LogError) {
        let mut status = lock(&self.status);
        if status.fault.is_none() {
            tracing::error!(%error, "the as-run log cannot be written; the stream goes on");
        }
        status.fault = Some(error.to_string());
        self.retry_from = Instant::now() + RETRY;
    }

    /// Appends what waits, when the disk takes it.
    fn write(&mut self) {
        if self.pending.is_empty() || Instant::now() < self.retry_from {
            return;
        }
        if self.log.is_none() {
            self.open();
        }
        let now = self.subject.monitor.now();
        if self.given_up > 0 {
            let reason = "the log could not be written for too long".to_owned();
            let lost = Event::Lost { entries: self.given_up, reason };
            self.pending.push_front((now, lost));
        }
        let day = self.subject.zone.local_time(now).day().to_string();
        let Some(log) = &mut self.log else { return };
        let outcome = log.append(&day, self.pending.make_contiguous());
        let chain = log.chain();
        if self.given_up > 0 && outcome.is_err() {
            self.pending.pop_front();
        }
        match outcome {
            Ok(()) => {
                self.pending.clear();
                let mut status = lock(&self.status);
                if status.fault.take().is_some() {
                    tracing::info!("the as-run log is written again");
                }
                status.lost += std::mem::take(&mut self.given_up);
                (status.lines, status.newest) = (chain.next_number(), Some(chain.newest()));
            }
            Err(error) => self.fail(&error),
        }
        lock(&self.status).pending = self.pending.len();
    }

    /// Writes down what is on and not yet over, for a run after a crash.
    fn save(&mut self) {
        self.save_from = Instant::now() + SAVE;
        // Who does not hold the log must not write beside it.
        if self.log.is_none() {
            return;
        }
        let recorders: Vec<&Recorder> = self.multiplexes.iter().map(|m| &m.recorder).collect();
        let path = saved_path(&self.subject.state);
        let draft = path.with_extension("tmp");
        let text = serde_json::to_vec(&recorders).expect("recorders have only texts and numbers");
        let saved = fs::write(&draft, text).and_then(|()| fs::rename(&draft, &path));
        if let Err(error) = saved {
            self.fail(&LogError::Io { path, error });
        }
    }
}

impl Watched {
    /// Takes in what was sent since the last look.
    fn look(&mut self, status: &MultiplexStatus, lineup: &Lineup) {
        let next = status.next_datagram;
        let counted = status.sent + status.skipped;
        if next == 0 || counted == 0 {
            return;
        }
        let first = *self.first.get_or_insert_with(|| next.saturating_sub(counted));
        let from = if self.next == 0 { first } else { self.next };
        if next <= from {
            return;
        }
        let slots = lineup.grid().slots();
        let time = |datagram: u64| slots.time_of(datagram * engine::DATAGRAM_PACKETS);
        let window = Window::new(time(from), time(next));
        self.close_gap(window.start.0);
        planned_in(lineup, window).into_iter().for_each(|planned| self.recorder.plan(planned));
        for (service, start, cut) in cuts_in(lineup, window) {
            self.recorder.slate(&service, start, cut);
        }
        // Those that were never made are neither sent nor skipped.
        let lost = (next - first).saturating_sub(status.sent).max(self.lost);
        // What each of the outputs refused, the audience of none has got.
        let refused = status.outputs.iter().map(|o| o.errors).min().unwrap_or(0).max(self.refused);
        let missing = (lost - self.lost) + (refused - self.refused);
        (self.next, self.lost, self.refused) = (next, lost, refused);
        self.recorder.sent(Sent { window, lost: missing });
    }

    /// Plans what was to be on while no daemon ran, once it is known when sending goes on.
    fn close_gap(&mut self, begin: Ticks) {
        let missed = std::mem::take(&mut self.missed);
        let before = |planned: &Planned| planned.window.start.0 < begin;
        missed.into_iter().filter(before).for_each(|planned| self.recorder.plan(planned));
    }
}

/// What was on and not yet over when the daemon of a state folder was last seen.
pub fn pending(state: &Path) -> Vec<Aired> {
    read_saved(&saved_path(state)).iter().flat_map(Recorder::pending).collect()
}

/// Until when each multiplex of a state folder is known to have been sent.
pub fn sent_until(state: &Path) -> BTreeMap<String, Ticks> {
    let saved = read_saved(&saved_path(state));
    saved.iter().filter_map(|r| Some((r.multiplex().to_owned(), r.sent_until()?))).collect()
}

fn saved_path(state: &Path) -> PathBuf {
    AsRunLog::folder_of(state).join("open.json")
}

/// What was saved; nothing when there is none, or a power failure left no whole file.
fn read_saved(path: &Path) -> Vec<Recorder> {
    let bytes = fs::read(path).unwrap_or_default();
    if bytes.is_empty() {
        return Vec::new();
    }
    serde_json::from_slice(&bytes).unwrap_or_else(|error| {
        tracing::warn!(path = %path.display(), %error, "what was on before the start is not known");
        Vec::new()
    })
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
