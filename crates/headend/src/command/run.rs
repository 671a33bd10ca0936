//! `headend run`: on air.

use crate::air::Air;
use crate::announce;
use crate::command::check;
use crate::exit::{Code, Failure};
use crate::history::Journal;
use crate::station::Station;
use crate::when;
use crate::witness::{self, Note, NoteSink, Scribe};
use clap::Args;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use timetable::Severity;
use ts::{Span, Ticks};

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
/// How far ahead a new timetable is counted before it is accepted.
const ACCEPT_HORIZON: Span = Span::from_seconds(2 * 3600);

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
    station: Station,
    air: Air,
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
        let scribe = scribe
            .inspect_err(|error| tracing::error!(%error, "no as-run log is written"))
            .ok();
        let renew_from = Instant::now();
        Ok(OnAir { path: path.to_owned(), station, air, scribe, notes, signals, renew_from })
    }

    /// The station.
    pub fn station(&self) -> &Station {
        &self.station
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
        self.air.stop();
        if let Some(scribe) = self.scribe {
            scribe.stop();
        }
    }

    /// Reads the timetable anew. What is on air stays; a faulty timetable changes nothing.
    fn reload(&mut self) {
        match self.accept() {
            Ok(Some(effective)) => {
                let zone = self.station.timetable.zone();
                let revision = self.station.history.last().map_or(0, |r| r.number);
                let at = zone.format(effective);
                tracing::info!(revision, at, "timetable accepted; it takes effect then");
            }
            Ok(None) => tracing::info!("timetable unchanged"),
            Err(failure) => {
                tracing::error!("timetable refused, the old one goes on\n{}", failure.message);
            }
        }
    }

    /// Accepts the timetable as it is written now; says from when on it rules. The configuration
    /// stays the one that the daemon was started with.
    fn accept(&mut self) -> Result<Option<Ticks>, Failure> {
        let config = &self.station.config;
        if std::fs::read_to_string(&self.path).is_ok_and(|text| text != config.text.text) {
            tracing::warn!("the configuration has changed; that takes effect at the next start");
        }
        let candidate = Station::with(config.clone())?;
        if candidate.texts == self.station.texts {
            return Ok(None);
        }
        let now = when::now();
        let mut findings = check::findings(&candidate, now, now + ACCEPT_HORIZON)?;
        timetable::arrange(&mut findings);
        if findings.iter().any(|f| f.severity() == Severity::Error) {
            let text = timetable::render_human(&findings, &candidate.texts.sources(), false);
            return Err(Failure::new(Code::Config, text));
        }
        let number = self.station.history.last().map_or(0, |r| r.number) + 1;
        let effective = self.air.revision_instant();
        Journal::new(&config.state).write(number, Some(effective), &candidate.texts)?;
        let station = Station::with(config.clone())?;
        self.air.renew(&station)?;
        self.station = station;
        self.notes.give(Note::Revised { revision: number, effective });
        Ok(Some(effective))
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
