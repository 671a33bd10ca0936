//! What the daemon shows of itself while it is on air.
//!
//! ```text
//! counters of the sending thread, lineups ─> scribe ─> STATE/as-run/DAY.jsonl
//! notes of the making threads ─────────────> scribe
//! counters, disks, clock, plan ────────────> watch ──> alarms ─> hooks: exec, webhook, mail
//! own datagrams, from the network ─────────> loopback ─> watch
//! ```
//!
//! All of it happens on threads of its own, at usual priority or below. The threads that make and
//! send hand over what they must through a queue that they never wait for; what finds no room there
//! is counted. Whatever fails here is told as an alarm and never ends or delays the stream.

pub mod folder;
mod hooks;
mod loopback;
mod metrics;
mod note;
pub mod planned;
mod scribe;
mod watch;

pub use hooks::Hooks;
pub use note::{Note, NoteSink};
pub use scribe::{Scribe, ScribeStatus, Subject, pending, sent_until};
pub use watch::Facts;

use crate::air::Air;
use crate::lineup::Lineup;
use crate::station::Station;
use evidence::Window;
use evidence::alarm::{Alarm, AlarmBook};
use evidence::as_run::Planned;
use loopback::{Loopback, Looped};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use ts::{Span, Ticks};
use uplink::Monitor;
use watch::{Watch, Watched, lock};

/// What was planned is looked up over this time at most when no daemon ran.
const LOOK_BACK_MAX: Span = Span::from_seconds(8 * 24 * 3600);

/// All that shows what went out and what is wrong.
#[derive(Debug)]
pub struct Witness {
    view: View,
    scribe: Option<Scribe>,
    watch: Option<Watch>,
    loopback: Option<Loopback>,
    notes: NoteSink,
}

/// What may be asked at any time, from any thread. Clones see the same.
#[derive(Clone, Debug)]
pub struct View {
    monitor: Monitor,
    outputs: Vec<Vec<String>>,
    scribe: Arc<Mutex<ScribeStatus>>,
    facts: Arc<Mutex<Facts>>,
    book: Arc<Mutex<AlarmBook>>,
    hooks: Arc<Hooks>,
    as_run: PathBuf,
}

impl Witness {
    /// Starts to watch a station on air. What the system gives no thread for is told and left out.
    pub fn start(
        config: &Path,
        station: &Station,
        air: &Air,
        notes: NoteSink,
        noted: Receiver<Note>,
    ) -> Witness {
        let without = |what: &str, error: std::io::Error| tracing::error!(%error, "no {what}");
        let scribe = Scribe::start(subject(station, air), notes.clone(), noted);
        let scribe = scribe.inspect_err(|e| tracing::error!(error = %e, "no as-run log")).ok();
        let facts = Arc::new(Mutex::new(Facts::default()));
        learn(&facts, station, air);
        let alarms = &station.config.alarms;
        let hooks = Hooks::start(alarms, &config.display().to_string());
        let hooks = hooks.unwrap_or_else(|error| {
            without("hooks of alarms", error);
            Hooks::default()
        });
        let multiplexes = &station.config.multiplexes;
        let names = |m: &crate::config::MultiplexConfig| {
            m.outputs.iter().map(|o| o.name().to_owned()).collect()
        };
        let outputs: Vec<Vec<String>> = multiplexes.iter().map(names).collect();
        let watched = Watched {
            monitor: air.monitor().clone(),
            outputs: outputs.clone(),
            lineups: air.lineups(),
            scribe: scribe.as_ref().map(Scribe::shared_status),
            facts: facts.clone(),
            folders: vec![station.config.library.clone(), station.config.state.clone()],
            zone: station.timetable.zone().clone(),
            config: alarms.clone(),
        };
        let watch = Watch::start(watched, hooks);
        let watch = watch.inspect_err(|e| tracing::error!(error = %e, "no alarms")).ok();
        let loopback = alarms.monitor.then(|| start_loopback(station, &facts)).flatten();
        let view = View {
            monitor: air.monitor().clone(),
            outputs,
            scribe: scribe.as_ref().map(Scribe::shared_status).unwrap_or_default(),
            facts,
            book: watch.as_ref().map(Watch::book).unwrap_or_default(),
            hooks: watch.as_ref().map(Watch::hooks).unwrap_or_default(),
            as_run: folder::AsRunLog::folder_of(&station.config.state),
        };
        Witness { view, scribe, watch, loopback, notes }
    }

    /// What may be asked.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Learns that what is planned was renewed.
    pub fn renewed(&self, station: &Station, air: &Air) {
        learn(&self.view.facts, station, air);
    }

    /// Learns that a timetable was accepted.
    pub fn revised(&self, revision: u32, effective: Ticks) {
        self.notes.give(Note::Revised { revision, effective });
    }

    /// Learns how a timetable that was asked for fared: why it was refused, if it was.
    pub fn reloaded(&self, refused: Option<String>) {
        let mut facts = lock(&self.view.facts);
        facts.reloaded = Some(self.view.monitor.now());
        facts.reload_refused = refused;
    }

    /// Learns how the log of amendments fared: why it was refused, if it was.
    pub fn amended(&self, refused: Option<String>) {
        lock(&self.view.facts).amendments_refused = refused;
    }

    /// Writes what is left to be written and stops watching. Sending has stopped before.
    pub fn stop(self) {
        if let Some(watch) = self.watch {
            watch.stop();
        }
        if let Some(loopback) = self.loopback {
            loopback.stop();
        }
        if let Some(scribe) = self.scribe {
            scribe.stop();
        }
    }
}

impl View {
    /// The alarms that stand, worst first.
    pub fn alarms(&self) -> Vec<Alarm> {
        lock(&self.book).active()
    }

    /// The alarms that are over, newest first.
    pub fn past_alarms(&self) -> Vec<Alarm> {
        lock(&self.book).past().cloned().collect()
    }

    /// How the as-run log stands.
    pub fn as_run(&self) -> ScribeStatus {
        lock(&self.scribe).clone()
    }

    /// The folder of the as-run log, which [`folder::inspect`] reads.
    pub fn as_run_folder(&self) -> &Path {
        &self.as_run
    }

    /// What else is known.
    pub fn facts(&self) -> Facts {
        lock(&self.facts).clone()
    }

    /// What is counted, as a page for Prometheus.
    pub fn metrics(&self) -> String {
        let (status, scribe, facts) = (self.monitor.status(), self.as_run(), self.facts());
        metrics::page(&metrics::Sources {
            now: self.monitor.now(),
            status: &status,
            outputs: &self.outputs,
            scribe: &scribe,
            facts: &facts,
            book: &lock(&self.book),
            hooks: &self.hooks.counts(),
        })
    }
}

/// Takes over what a station and its plan say.
fn learn(facts: &Mutex<Facts>, station: &Station, air: &Air) {
    let mut facts = lock(facts);
    // What only past revisions name is no longer missed.
    let named: BTreeSet<&str> =
        station.timetable.asset_uses().map(|named| named.asset.as_str()).collect();
    let faulty = station.faulty.iter().filter(|(asset, _)| named.contains(asset.as_str()));
    facts.faulty_assets = faulty.map(|(asset, why)| (asset.clone(), why.clone())).collect();
    facts.faulty_bundles.clone_from(&station.faulty_bundles);
    facts.horizon = air.horizon();
    facts.revision = station.history.last().map_or(0, |revision| revision.number);
}

fn start_loopback(station: &Station, facts: &Arc<Mutex<Facts>>) -> Option<Loopback> {
    let mut looped = Vec::new();
    for multiplex in &station.config.multiplexes {
        let outputs: Vec<_> = multiplex.outputs.iter().map(|o| o.to_uplink()).collect();
        match loopback::looped_output(&outputs) {
            Some(output) => looped.push(Looped {
                multiplex: multiplex.name.clone(),
                rate: multiplex.rate(),
                output: output.clone(),
            }),
            None => {
                let name = &multiplex.name;
                tracing::warn!(multiplex = name, "not judged: no output has `loopback = true`");
            }
        }
    }
    let started = Loopback::start(looped, facts.clone());
    started.inspect_err(|error| tracing::error!(%error, "what is sent is not judged")).ok()
}

/// What the scribe of a station on air works with.
fn subject(station: &Station, air: &Air) -> Subject {
    let now = air.monitor().now();
    let sent_until = sent_until(&station.config.state);
    let names = station.config.multiplexes.iter().map(|m| m.name.as_str()).enumerate();
    let missed = names.map(|(place, name)| {
        sent_until.get(name).map_or_else(Vec::new, |from| missed(station, place, *from, now))
    });
    Subject {
        state: station.config.state.clone(),
        zone: station.timetable.zone().clone(),
        monitor: air.monitor().clone(),
        lineups: air.lineups(),
        missed: missed.collect(),
    }
}

/// The airings that were planned on a multiplex between two instants.
fn missed(station: &Station, multiplex: usize, from: Ticks, now: Ticks) -> Vec<Planned> {
    let from = from.max(now - LOOK_BACK_MAX);
    if now <= from {
        return Vec::new();
    }
    match Lineup::new(station, multiplex, from, now) {
        Ok(lineup) => planned::airings_in(&lineup, Window::new(from, now)),
        Err(failure) => {
            tracing::warn!("what was planned before the start is not known: {}", failure.message);
            Vec::new()
        }
    }
}
