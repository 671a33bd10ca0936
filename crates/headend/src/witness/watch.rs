//! The thread that looks for what is wrong.

mod conditions;

use super::hooks::Hooks;
use super::scribe::ScribeStatus;
use crate::config::AlarmsConfig;
use crate::lineup::CurrentLineup;
use conditions::Before;
use evidence::alarm::{AlarmBook, AlarmKind, Change, Level};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use timetable::Zone;
use ts::Ticks;
use uplink::Monitor;

/// How often everything is looked at.
const TICK: Duration = Duration::from_secs(1);

/// What the daemon knows and counters do not tell.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Assets that the timetable names and that cannot be aired, and why.
    pub faulty_assets: BTreeMap<String, String>,
    /// Bundles that cannot be sent, and why.
    pub faulty_bundles: BTreeMap<String, String>,
    /// Until when what is planned is ready to be made.
    pub horizon: Ticks,
    /// Why the newest timetable was refused, if it was.
    pub reload_refused: Option<String>,
    /// Why the log of amendments is refused as it stands, if it is.
    pub amendments_refused: Option<String>,
    /// When a timetable was last asked for, accepted or found unchanged.
    pub reloaded: Option<Ticks>,
    /// The revision that is on air or will be.
    pub revision: u32,
    /// What is wrong with the stream that left, by multiplex, as it was judged last.
    pub conformance: BTreeMap<String, Result<(), String>>,
}

/// What is watched.
#[derive(Debug)]
pub struct Watched {
    /// The counters.
    pub monitor: Monitor,
    /// The outputs' names, by multiplex.
    pub outputs: Vec<Vec<String>>,
    /// What makes superframes, in the order of the multiplexes.
    pub lineups: Vec<CurrentLineup>,
    /// How the as-run log stands; `None` when it has no thread.
    pub scribe: Option<Arc<Mutex<ScribeStatus>>>,
    /// What else is known.
    pub facts: Arc<Mutex<Facts>>,
    /// Folders whose disks must have room.
    pub folders: Vec<PathBuf>,
    /// The zone of the daily test.
    pub zone: Zone,
    /// From when on things are wrong.
    pub config: AlarmsConfig,
}

/// The running thread.
#[derive(Debug)]
pub struct Watch {
    book: Arc<Mutex<AlarmBook>>,
    hooks: Arc<Hooks>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Watch {
    /// Starts looking.
    pub fn start(watched: Watched, hooks: Hooks) -> std::io::Result<Watch> {
        let book = Arc::<Mutex<AlarmBook>>::default();
        let (hooks, stop) = (Arc::new(hooks), Arc::<AtomicBool>::default());
        let mut watcher = Watcher {
            watched,
            book: book.clone(),
            hooks: hooks.clone(),
            before: Before::default(),
            second_of_day: None,
        };
        let ending = stop.clone();
        let thread = thread::Builder::new().name("watch".to_owned()).spawn(move || {
            while !ending.load(Relaxed) {
                watcher.look();
                thread::park_timeout(TICK);
            }
        })?;
        Ok(Watch { book, hooks, stop, thread })
    }

    /// The alarms, shared with the thread.
    pub fn book(&self) -> Arc<Mutex<AlarmBook>> {
        self.book.clone()
    }

    /// Who is told.
    pub fn hooks(&self) -> Arc<Hooks> {
        self.hooks.clone()
    }

    /// Stops looking.
    pub fn stop(self) {
        self.stop.store(true, Relaxed);
        self.thread.thread().unpark();
        // A panic has been reported by the panic hook already.
        let _ = self.thread.join();
    }
}

/// What the thread has at hand.
struct Watcher {
    watched: Watched,
    book: Arc<Mutex<AlarmBook>>,
    hooks: Arc<Hooks>,
    before: Before,
    second_of_day: Option<u32>,
}

/// A condition as it is seen: there, and how bad, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    kind: AlarmKind,
    subject: String,
    present: Option<(Level, String)>,
}

/// Everything seen at one look.
#[derive(Debug, Default)]
struct Look {
    seen: Vec<Seen>,
    /// Kinds of which only the subjects that were seen are there.
    complete: Vec<AlarmKind>,
}

impl Look {
    /// Sees a condition that is there, or not.
    fn see(
        &mut self,
        kind: AlarmKind,
        subject: impl Into<String>,
        present: Option<(Level, String)>,
    ) {
        self.seen.push(Seen { kind, subject: subject.into(), present });
    }
}

impl Watcher {
    fn look(&mut self) {
        let now = self.watched.monitor.now();
        let mut look = Look::default();
        conditions::look(&self.watched, &mut self.before, now, &mut look);
        self.test(now, &mut look);
        let changes = note(&mut lock(&self.book), now, &look);
        for change in &changes {
            log(change);
            self.hooks.tell(change);
        }
    }

    /// Raises the test alarm for one look when its time has come.
    fn test(&mut self, now: Ticks, look: &mut Look) {
        let second = self.watched.zone.local_time(now).second_of_day();
        let before = self.second_of_day.replace(second);
        let Some(at) = self.watched.config.test_at_s else { return };
        let is_due = before.is_some_and(|before| before < at && at <= second);
        let text = "the daily test: alarms of this station reach you".to_owned();
        look.see(AlarmKind::Test, "daily", is_due.then_some((Level::Notice, text)));
    }
}

/// Enters what was seen and gives what somebody must be told.
fn note(book: &mut AlarmBook, now: Ticks, look: &Look) -> Vec<Change> {
    let mut changes = Vec::new();
    for Seen { kind, subject, present } in &look.seen {
        changes.extend(match present {
            Some((level, text)) => book.present(now, *kind, subject, *level, text.clone()),
            None => book.absent(now, *kind, subject),
        });
    }
    for kind in &look.complete {
        let of_kind = look.seen.iter().filter(|seen| seen.kind == *kind);
        let subjects: Vec<String> = of_kind.map(|seen| seen.subject.clone()).collect();
        changes.extend(book.absent_but(now, *kind, &subjects));
    }
    changes
}

fn log(change: &Change) {
    let alarm = change.alarm();
    let (kind, subject, text) = (alarm.kind.word(), &alarm.subject, &alarm.text);
    match (change, alarm.level) {
        (Change::Cleared(_), _) => tracing::info!(alarm = kind, subject, "alarm cleared"),
        (_, Level::Notice) => tracing::info!(alarm = kind, subject, text, "alarm"),
        (_, Level::Warning) => tracing::warn!(alarm = kind, subject, text, "alarm"),
        (_, Level::Critical) => tracing::error!(alarm = kind, subject, text, "alarm"),
    }
}

/// The content of a mutex, also after a thread that held it panicked.
pub(super) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
