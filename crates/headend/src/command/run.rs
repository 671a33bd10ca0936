//! `headend run`: on air.

use crate::air::Air;
use crate::amendments::LogFile;
use crate::announce;
use crate::command::compare::{self, DiffReport};
use crate::config::Config;
use crate::exit::{Code, Failure};
use crate::history::Journal;
use crate::hold::Hold;
use crate::notify::{Manager, Watchdog};
use crate::operate::{self, Board, Operation};
use crate::reload::{self, Reloaded, Weighed};
use crate::station::Station;
use crate::when;
use crate::witness::{NoteSink, Witness};
use clap::Args;
use control::{Control, Order, Refusal, Settings};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

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
/// How often the log of amendments is looked at, and the files of the timetable, where that is
/// asked for.
const LOOK: Duration = Duration::from_secs(1);
/// How long they must have been left alone: who writes them may not be done.
const SETTLE: Duration = Duration::from_secs(3);
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
    witness: Witness,
    manager: Manager,
    watchdog: Option<Watchdog>,
    is_ready: bool,
    files: Files,
    /// Nothing when there is to be no control listener.
    operation: Option<Operation>,
    signals: Signals,
    /// No earlier is the plan renewed.
    renew_from: Instant,
    /// How long the log of amendments was when it was last read.
    log_bytes: u64,
    log_looked_at: Instant,
    /// Let go last.
    _hold: Hold,
}

impl OnAir {
    /// Opens a configuration and goes on air with it.
    pub fn start(path: &std::path::Path) -> Result<OnAir, Failure> {
        let config = Config::load(path)?;
        let hold = Hold::take(&config.state)?;
        let station = Station::with(config)?;
        // Taken now, so that what is changed while the rest begins counts as changed.
        let files = Files::new(&station.config);
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
        let now = Instant::now();
        let log_bytes = station.edition.log_text.bytes;
        let witness = Witness::start(path, &station, &air, notes, noted);
        let manager = Manager::from_environment();
        let watchdog = manager.feed_watchdog(air.monitor().clone());
        let mut on_air = OnAir {
            path: path.to_owned(),
            station: Arc::new(station),
            air,
            witness,
            manager,
            watchdog,
            is_ready: false,
            files,
            operation: None,
            signals,
            renew_from: now,
            log_bytes,
            log_looked_at: now,
            _hold: hold,
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

    /// What shows what went out and what is wrong.
    pub fn witness(&self) -> &Witness {
        &self.witness
    }

    /// Does what signals and time ask for; false when it is to end.
    pub fn attend(&mut self) -> Result<bool, Failure> {
        let received: Vec<i32> = self.signals.pending().collect();
        for signal in received {
            match signal {
                SIGHUP => self.reload(),
                _ => {
                    tracing::info!(signal, "ending");
                    self.manager.stopping();
                    return Ok(false);
                }
            }
        }
        if self.station.config.run.watch && self.files.have_changed() {
            tracing::info!("the timetable has changed");
            self.reload();
        }
        if !self.is_ready && self.is_sending() {
            self.is_ready = true;
            self.manager.ready(&self.summary());
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
        if self.log_looked_at.elapsed() >= LOOK {
            self.log_looked_at = Instant::now();
            self.attend_log();
        }
        if self.air.ends_soon() && self.renew_from <= Instant::now() {
            // There are hours left in which what is wrong can be put right.
            if let Err(failure) = self.air.renew(&self.station) {
                tracing::error!("what is planned cannot be renewed: {}", failure.message);
                self.renew_from = Instant::now() + RENEW_AGAIN;
            } else {
                self.witness.renewed(&self.station, &self.air);
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
        if let Some(watchdog) = self.watchdog {
            watchdog.stop();
        }
        self.witness.stop();
    }

    /// Reads the timetable anew. What is on air stays; a faulty timetable changes nothing.
    fn reload(&mut self) {
        self.manager.reloading();
        let refused = self.try_reload();
        if refused.is_some() {
            self.attend_log();
        }
        self.manager.ready(&self.summary());
    }

    /// Reads the timetable anew and tells how that went; gives why it was refused, if it was.
    fn try_reload(&mut self) -> Option<String> {
        match self.take_over(false) {
            Ok(Reloaded::Accepted { revision, effective, warnings, diff }) => {
                let at = self.station.timetable.zone().format(effective);
                tracing::info!(revision, at, "timetable accepted; it takes effect then");
                if !warnings.list.is_empty() {
                    tracing::warn!("the timetable has warnings\n{}", warnings.human());
                }
                self.tell_changes(&diff);
            }
            Ok(Reloaded::Acceptable { .. } | Reloaded::Unchanged) => {
                tracing::info!("timetable unchanged");
            }
            Ok(Reloaded::Refused(findings)) => {
                let text = findings.human();
                tracing::error!("timetable refused, the old one goes on\n{text}");
                return Some(text);
            }
            Err(failure) => {
                tracing::error!("timetable refused, the old one goes on\n{}", failure.message);
                return Some(failure.message);
            }
        }
        None
    }

    /// Tells what an accepted timetable changes, of each service the first changes.
    fn tell_changes(&self, diff: &DiffReport) {
        tracing::info!("what it changes\n{}", compare::text(diff).trim_end());
    }

    /// Whether datagrams have left on every multiplex.
    fn is_sending(&self) -> bool {
        self.air.monitor().status().multiplexes.iter().all(|m| m.next_datagram > 0)
    }

    /// The state in one line.
    fn summary(&self) -> String {
        let names: Vec<&str> =
            self.station.config.multiplexes.iter().map(|m| m.name.as_str()).collect();
        let revision = self.station.history.last().map_or(0, |r| r.number);
        let alarms = self.witness.view().alarms().len();
        format!("on air: {}; revision {revision}; {alarms} alarms", names.join(", "))
    }

    /// Takes amendments that have been written; they do not wait for the files of the timetable.
    fn attend_log(&mut self) {
        let bytes = LogFile::new(&self.station.config.state).bytes();
        if bytes == self.log_bytes {
            return;
        }
        self.log_bytes = bytes;
        let refused = self.take_amendments().err().map(|failure| failure.message);
        if let Some(what) = &refused {
            tracing::error!("the log of amendments is refused, what was accepted goes on\n{what}");
        }
        self.witness.amended(refused);
    }

    fn take_amendments(&mut self) -> Result<(), Failure> {
        let config = &self.station.config;
        let log_text = LogFile::new(&config.state).read()?;
        let known = self.station.edition.log_text.complete();
        let Some(added) = log_text.complete().strip_prefix(known) else {
            let message = "lines that were accepted have been changed in it";
            return Err(Failure::new(Code::Config, message));
        };
        if added.is_empty() {
            return Ok(());
        }
        let first = self.station.edition.log.next_number();
        let station = Station::of(config.clone(), self.station.texts.clone(), &log_text)?;
        let earliest = self.air.revision_instant();
        for amendment in station.edition.log.iter().filter(|a| a.number >= first) {
            let at = station.timetable.zone().format(amendment.effective);
            let (number, by, reason) = (amendment.number, &amendment.by, &amendment.reason);
            let verb = amendment.verb.as_str();
            tracing::info!(number, verb, at, by, reason, "amendment taken; it holds from then on");
            if self.station.ruled_from(amendment.effective) < earliest {
                tracing::warn!(number, "this amendment came late: another machine may differ");
            }
        }
        self.go_over_to(station)
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
        // Taken first: what is changed while it is read is read again.
        self.files = Files::new(config);
        let done = self.weigh_and_enact(dry_run);
        if !dry_run {
            self.witness.reloaded(match &done {
                Ok(Reloaded::Refused(findings)) => Some(findings.human()),
                Err(failure) => Some(failure.message.clone()),
                Ok(_) => None,
            });
        }
        done
    }

    fn weigh_and_enact(&mut self, dry_run: bool) -> Result<Reloaded, Failure> {
        let (candidate, warnings, diff) = match reload::weigh(&self.station, when::now())? {
            Weighed::Unchanged => {
                if !dry_run {
                    self.attend_log();
                }
                return Ok(Reloaded::Unchanged);
            }
            Weighed::Refused(findings) => return Ok(Reloaded::Refused(findings)),
            Weighed::Sound { candidate, warnings, diff } => (*candidate, warnings, diff),
        };
        if dry_run {
            return Ok(Reloaded::Acceptable { warnings, diff });
        }
        let effective = self.air.revision_instant();
        let (station, revision) = reload::enact(&self.station, candidate, effective)?;
        self.go_over_to(station)?;
        self.witness.revised(revision, effective);
        Ok(Reloaded::Accepted { revision, effective, warnings, diff })
    }

    /// Has what a station says on air, and told of wherever something is shown.
    fn go_over_to(&mut self, station: Station) -> Result<(), Failure> {
        self.air.renew(&station)?;
        self.station = Arc::new(station);
        if let Some(operation) = &self.operation {
            operation.board().set(Arc::clone(&self.station));
        }
        self.witness.renewed(&self.station, &self.air);
        Ok(())
    }
}

/// The files of the timetable, and how they were found.
#[derive(Debug)]
struct Files {
    paths: Vec<PathBuf>,
    known: Vec<Option<(SystemTime, u64)>>,
    /// How they were found last, and since when they are so.
    latest: (Vec<Option<(SystemTime, u64)>>, Instant),
    look_from: Instant,
}

impl Files {
    fn new(config: &Config) -> Files {
        let paths = config.timetables.clone();
        let known = marks(&paths);
        let now = Instant::now();
        Files { paths, latest: (known.clone(), now), known, look_from: now + LOOK }
    }

    /// Whether they are other ones than at first, and have been left alone for a while.
    fn have_changed(&mut self) -> bool {
        let now = Instant::now();
        if now < self.look_from {
            return false;
        }
        self.look_from = now + LOOK;
        let found = marks(&self.paths);
        if found != self.latest.0 {
            self.latest = (found, now);
        }
        self.latest.0 != self.known && now.duration_since(self.latest.1) >= SETTLE
    }
}

/// When each file was changed and how long it is; nothing of those that are not there.
fn marks(paths: &[PathBuf]) -> Vec<Option<(SystemTime, u64)>> {
    let mark = |path: &PathBuf| {
        let metadata = path.metadata().ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    paths.iter().map(mark).collect()
}

/// Writes down with which timetable the daemon goes on air, unless it goes on with the last one.
fn record_start(station: &Station) -> Result<(), Failure> {
    let journal = Journal::new(&station.config.state);
    let last = journal.read()?;
    if last.last().is_none_or(|last| last.texts != station.texts) {
        journal.write(station.history[0].number, None, &station.texts)?;
    }
    Ok(())
}
