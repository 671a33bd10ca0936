//! The daemon's side of the control listener.
//!
//! ```text
//! control ── Question ──> clerk ──> station, library       (reads)
//!         ── check ─────> examiner                         (takes a while)
//!         ── Order ─────> the daemon's own thread          (changes what is on air)
//!         <── Live ────── lookout, once a second
//! ```
//!
//! Each is a thread of its own, at a lower priority, but for orders. They share a [`Board`]: the
//! station on air, swapped as a whole when another timetable takes over.

mod bundles;
mod check;
mod live;
mod plan;
mod search;

use crate::air::Air;
use crate::config::LISTEN;
use crate::exit::{Code, Failure};
use crate::lineup::CurrentLineup;
use crate::reload::{Findings, Reloaded};
use crate::station::Station;
use crate::usage::RecentUsage;
use control::model::ReloadOutcome;
use control::{Control, Desk, Order, Question, Settings};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use timetable::Zone;
use uplink::Monitor;

/// How much the system prefers other threads to those that answer.
const NICE: i32 = 5;
/// How often the picture of what is on air is made.
const PICTURE: Duration = Duration::from_secs(1);
/// How long after an attempt that failed the listener is started again.
const AGAIN: Duration = Duration::from_secs(30);

/// What is on air, for the threads that tell of it.
#[derive(Clone, Debug)]
pub struct Board {
    station: Arc<Mutex<Arc<Station>>>,
    lineups: Vec<CurrentLineup>,
    usages: Vec<RecentUsage>,
    monitor: Monitor,
}

impl Board {
    /// What is on air now.
    pub fn new(station: Arc<Station>, air: &Air) -> Board {
        Board {
            station: Arc::new(Mutex::new(station)),
            lineups: air.lineups(),
            usages: air.usages(),
            monitor: air.monitor().clone(),
        }
    }

    /// Another timetable has taken over.
    pub fn set(&self, station: Arc<Station>) {
        *self.station.lock().unwrap_or_else(PoisonError::into_inner) = station;
    }

    fn station(&self) -> Arc<Station> {
        self.station.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The control listener of a daemon, which may have to be started again.
#[derive(Debug)]
pub struct Operation {
    settings: Settings,
    folder: PathBuf,
    board: Board,
    running: Option<(Control, Receiver<Order>)>,
    again: Instant,
}

impl Operation {
    /// A listener for what a board shows; it is started when it is attended to.
    pub fn new(settings: Settings, board: Board) -> Operation {
        let folder = board.station().config.state.join("control");
        Operation { settings, folder, board, running: None, again: Instant::now() }
    }

    /// Starts the listener, if its time has come, and takes the next order. A listener that cannot
    /// be started is told in the log and tried again: the stream goes on without it.
    pub fn attend(&mut self) -> Option<Order> {
        if self.running.is_none() && self.again <= Instant::now() {
            self.again = Instant::now() + AGAIN;
            if let Err(failure) = self.start() {
                tracing::error!("control is not to be had: {}", failure.message);
            }
        }
        match self.running.as_ref()?.1.try_recv() {
            Ok(order) => Some(order),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                self.running = None;
                None
            }
        }
    }

    /// The listener, while it runs.
    pub fn control(&self) -> Option<&Control> {
        self.running.as_ref().map(|(control, _)| control)
    }

    /// The board that it shows.
    pub fn board(&self) -> &Board {
        &self.board
    }

    fn start(&mut self) -> Result<(), Failure> {
        let started = Control::start(&self.settings, &self.folder);
        let (control, desk) = started.map_err(|e| Failure::new(Code::Unavailable, e))?;
        let orders = answer(desk, &self.board)?;
        let address = control.address();
        tracing::info!(%address, authority = %control.authority().display(), "control");
        if let Some((_, path)) = control.token() {
            tracing::info!(path = %path.display(), "nobody is named in [control]: token");
        }
        self.running = Some((control, orders));
        Ok(())
    }
}

/// What came of a reload, as calls tell it.
pub fn outcome(done: Result<Reloaded, Failure>, revision: u32, zone: &Zone) -> ReloadOutcome {
    let nothing = ReloadOutcome {
        outcome: "unchanged".to_owned(),
        revision,
        effective: None,
        findings: Vec::new(),
        message: None,
        diff: None,
    };
    let list = |found: &Findings| check::findings(&found.list, &found.sources());
    let value = |diff| serde_json::to_value(diff).ok();
    match done {
        Ok(Reloaded::Unchanged) => nothing,
        Ok(Reloaded::Refused(found)) => {
            ReloadOutcome { outcome: "refused".to_owned(), findings: list(&found), ..nothing }
        }
        Ok(Reloaded::Acceptable { warnings, diff }) => ReloadOutcome {
            outcome: "acceptable".to_owned(),
            findings: list(&warnings),
            diff: value(diff),
            ..nothing
        },
        Ok(Reloaded::Accepted { revision, effective, warnings, diff }) => ReloadOutcome {
            outcome: "accepted".to_owned(),
            revision,
            effective: Some(live::show(zone, effective)),
            findings: list(&warnings),
            diff: value(diff),
            ..nothing
        },
        Err(failure) => ReloadOutcome {
            outcome: "refused".to_owned(),
            message: Some(failure.message),
            ..nothing
        },
    }
}

/// Settings for a demonstration: this machine alone, at the usual port or any that is free.
pub fn demonstration() -> Settings {
    let mut settings = Settings::loopback(LISTEN);
    if std::net::TcpListener::bind(settings.listen).is_err() {
        settings.listen.set_port(0);
    }
    settings
}

/// Starts the threads that answer; gives back what they do not.
fn answer(desk: Desk, board: &Board) -> Result<Receiver<Order>, Failure> {
    let Desk { questions, checks, orders, publisher } = desk;
    let clerk = board.clone();
    spawn("clerk", move || questions.iter().for_each(|question| reply(&clerk, question)))?;
    let examiner = board.clone();
    spawn("examiner", move || {
        checks.iter().for_each(|ask| ask.answer(|text| check::check(&examiner.station(), text)));
    })?;
    let mut lookout = live::Lookout::new(board.clone());
    spawn("lookout", move || {
        while publisher.is_wanted() {
            publisher.publish(lookout.look());
            thread::sleep(PICTURE);
        }
    })?;
    Ok(orders)
}

fn reply(board: &Board, question: Question) {
    let station = board.station();
    match question {
        Question::Plan(ask) => ask.answer(|wanted| plan::plan(&station, wanted)),
        Question::Week(ask) => ask.answer(|wanted| plan::week(&station, wanted)),
        Question::Search(ask) => ask.answer(|wanted| search::search(&station, wanted)),
        Question::Asset(ask) => ask.answer(|id| search::asset(&station, id)),
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
        // On Linux this is of the calling thread; without it the thread is like all others.
        let _ = rustix::process::nice(NICE);
        work();
    });
    thread.map(drop).map_err(|e| Failure::new(Code::Unavailable, format!("no thread: {e}")))
}
