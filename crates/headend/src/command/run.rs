//! `headend run`: on air.

use crate::air::Air;
use crate::announce;
use crate::exit::{Code, Failure};
use crate::history::Journal;
use crate::operate::{self, Board, Operation};
use crate::reload::{self, Reloaded, Weighed};
use crate::station::Station;
use crate::when;
use crate::witness::{self, Note, NoteSink, Scribe};
use clap::Args;
use control::{Control, Order, Refusal, Settings};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What to run.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// The configuration.
    pub config: PathBuf,
    /// Stop after so many seconds.
    #[arg(long, value_name = "N")]
    pub seconds: Option<u64>,
}

/// How often signals and the horizon are looked at.
const TICK: Duration = Duration::from_millis(100);
/// How long after an attempt that failed the plan is renewed again.
const RENEW_AGAIN: Duration = Duration::from_secs(60);

/// Runs until the time is over or a signal ends it.
pub fn run(args: &RunArgs) -> Result<(), Failure> {
    let deadline = args.seconds.map(|s| Instant::now() + Duration::from_secs(s));
    let mut on_air = OnAir::start(&args.config)?;
    while deadline.is_none_or(|d| Instant::now() < d) {
        if !on_air.attend()? {
            break;
        }
        std::thread::sleep(TICK);
    }
    on_air.end();
    Ok(())
}

/// A running station.
#[derive(Debug)]
pub struct OnAir {
    path: PathBuf,
    station: Arc<Station>,
    air: Air,
    /// Nothing when there is to be no control listener.
    operation: Option<Operation>,
    /// Nothing when the system gave no thread for it.
    scribe: Option<Scribe>,
    notes: NoteSink,
    signals: Signals,
    /// No earlier is the plan renewed.
    renew_from: Instant,
}

impl OnAir {
    /// Opens a configuration and goes on air with it.
    pub fn start(path: &std::path::Path) -> Result<OnAir, Failure> {
        let station = Station::open(path)?;
        for (asset, why) in &station.faulty {
            tracing::warn!(asset, why, "asset cannot be aired");
        }
        if let Err(why) = station.library.catalogue() {
            tracing::warn!(%why, "catalogue cannot be used; assets are read from their files");
        }
        for (bundle, why) in &station.faulty_bundles {
            tracing::warn!(bundle, why, "bundle cannot be sent");
        }
        let signals = Signals::new([SIGHUP, SIGINT, SIGTERM])
            .map_err(|e| Failure::new(Code::Unavailable, e))?;
        let config = &station.config;
        record_start(&station)?;
        for path in announce::describe(&config.state, &config.multiplexes)? {
            tracing::info!(path = %path.display(), "session description");
        }
        let (notes, noted) = NoteSink::new();
        let air = Air::start(&station, &notes)?;
        if let Some(realtime) = air.realtime() {
            tracing::info!(priority = ?realtime.priority, memory = ?realtime.memory, "real time");
        }
        for multiplex in &station.config.multiplexes {
            for output in &multiplex.outputs {
                let output = output.to_uplink();
                let (name, to) = (&multiplex.name, output.destination);
                tracing::info!(multiplex = name, output = output.name, %to, "on air");
            }
        }
        let scribe = Scribe::start(witness::subject(&station, &air), notes.clone(), noted);
        let scribe =
            scribe.inspect_err(|error| tracing::error!(%error, "no as-run log is written")).ok();
        let renew_from = Instant::now();
        let station = Arc::new(station);
        let mut on_air = OnAir {
            path: path.to_owned(),
            station,
            air,
            operation: None,
            scribe,
            notes,
            signals,
            renew_from,
        };
        if let Some(settings) = on_air.station.config.control.clone() {
            on_air.operate(settings);
        }
        Ok(on_air)
    }

    /// The station.
    pub fn station(&self) -> &Station {
        &self.station
    }

    /// Has a control listener; it is started at the next turn.
    pub fn operate(&mut self, settings: Settings) {
        let board = Board::new(Arc::clone(&self.station), &self.air);
        self.operation = Some(Operation::new(settings, board));
    }

    /// The control listener, while it runs.
    pub fn control(&self) -> Option<&Control> {
        self.operation.as_ref().and_then(Operation::control)
    }

    /// What is on air.
    pub fn air(&self) -> &Air {
        &self.air
    }

    /// Does what signals and time ask for; false when it is to end.
    pub fn attend(&mut self) -> Result<bool, Failure> {
        let received: Vec<i32> = self.signals.pending().collect();
        for signal in received {
            match signal {
                SIGHUP => self.reload(),
                _ => {
                    tracing::info!(signal, "ending");
                    return Ok(false);
                }
            }
        }
        if let Some(order) = self.operation.as_mut().and_then(Operation::attend) {
            self.obey(order);
        }
        if !self.air.is_alive() {
            return Err(Failure::new(
                Code::Unavailable,
                "a thread that makes superframes has ended",
            ));
        }
        if self.air.ends_soon() && self.renew_from <= Instant::now() {
            // There are hours left in which what is wrong can be put right.
            if let Err(failure) = self.air.renew(&self.station) {
                tracing::error!("what is planned cannot be renewed: {}", failure.message);
                self.renew_from = Instant::now() + RENEW_AGAIN;
            }
        }
        Ok(true)
    }

    /// Stops sending.
    pub fn end(self) {
        let status = self.air.monitor().status();
        for multiplex in &status.multiplexes {
            let (name, sent, skipped) = (&multiplex.name, multiplex.sent, multiplex.skipped);
            tracing::info!(multiplex = name, sent, skipped, "off air");
        }
        drop(self.operation);
        self.air.stop();
        if let Some(scribe) = self.scribe {
            scribe.stop();
        }
    }

    /// Reads the timetable anew. What is on air stays; a faulty timetable changes nothing.
    fn reload(&mut self) {
        match self.take_over(false) {
            Ok(Reloaded::Accepted { revision, effective, warnings, .. }) => {
                let at = self.station.timetable.zone().format(effective);
                tracing::info!(revision, at, "timetable accepted; it takes effect then");
                if !warnings.list.is_empty() {
                    tracing::warn!("the timetable has warnings\n{}", warnings.human());
                }
            }
            Ok(Reloaded::Acceptable { .. } | Reloaded::Unchanged) => {
                tracing::info!("timetable unchanged");
            }
            Ok(Reloaded::Refused(findings)) => {
                tracing::error!("timetable refused, the old one goes on\n{}", findings.human());
            }
            Err(failure) => {
                tracing::error!("timetable refused, the old one goes on\n{}", failure.message);
            }
        }
    }

    /// Does what was asked for over the control listener.
    fn obey(&mut self, order: Order) {
        let Order::Reload(ask) = order;
        ask.answer(|wanted| {
            let present = self.revision();
            if wanted.expected_revision.is_some_and(|expected| expected != present) {
                let text = format!("revision {present} is on air; look at it first");
                return Err(Refusal::Conflict(text));
            }
            tracing::info!(reason = wanted.reason, dry_run = wanted.dry_run, "reload asked for");
            let done = self.take_over(wanted.dry_run);
            Ok(operate::outcome(done, present, self.station.timetable.zone()))
        });
    }

    /// The number of the timetable's revision.
    fn revision(&self) -> u32 {
        self.station.history.last().map_or(0, |r| r.number)
    }

    /// Weighs the timetable as it is written now, and accepts it when it is sound and this is no
    /// dry run. The configuration stays the one that the daemon was started with.
    fn take_over(&mut self, dry_run: bool) -> Result<Reloaded, Failure> {
        let config = &self.station.config;
        if std::fs::read_to_string(&self.path).is_ok_and(|text| text != config.text.text) {
            tracing::warn!("the configuration has changed; that takes effect at the next start");
        }
        let (candidate, warnings, diff) = match reload::weigh(&self.station, when::now())? {
            Weighed::Unchanged => return Ok(Reloaded::Unchanged),
            Weighed::Refused(findings) => return Ok(Reloaded::Refused(findings)),
            Weighed::Sound { candidate, warnings, diff } => (*candidate, warnings, diff),
        };
        if dry_run {
            return Ok(Reloaded::Acceptable { warnings, diff });
        }
        let effective = self.air.revision_instant();
        let (station, revision) = reload::enact(&self.station, candidate, effective)?;
        self.air.renew(&station)?;
        self.station = Arc::new(station);
        if let Some(operation) = &self.operation {
            operation.board().set(Arc::clone(&self.station));
        }
        self.notes.give(Note::Revised { revision, effective });
        Ok(Reloaded::Accepted { revision, effective, warnings, diff })
    }
}

/// Writes down with which timetable the daemon goes on air, unless it goes on with the last one.
fn record_start(station: &Station) -> Result<(), Failure> {
    let journal = Journal::new(&station.config.state);
    let last = journal.read()?;
    let present = station.history.last().expect("a station has a timetable");
    if last.last().is_none_or(|last| last.texts != present.texts) {
        journal.write(present.number, None, &present.texts)?;
    }
    Ok(())
}
