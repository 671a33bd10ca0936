//! On air: superframes are made ahead of their time and given to the sending thread.

use crate::config::Config;
use crate::exit::{Code, Failure};
use crate::lineup::{CurrentLineup, Lineup, Part};
use crate::maker::{MakeError, Maker};
use crate::reader::Reader;
use crate::seal::Sealer;
use crate::station::Station;
use crate::usage::RecentUsage;
use crate::when;
use crate::witness::{Note, NoteSink};
use engine::SuperframeGrid;
use rtp::{DATAGRAM_SIZE, HEADER_SIZE};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use ts::{Span, TICKS_PER_SECOND, Ticks};
use uplink::{Batch, Clock, Feeder, Monitor, MultiplexConfig, Realtime, Uplink};

/// How far ahead lineups reach, and when they are made to reach further.
const WINDOW: Span = Span::from_seconds(36 * 3600);
const WINDOW_LEFT_MIN: Span = Span::from_seconds(12 * 3600);
/// How long a revision is known before it takes effect, beyond what is made ahead.
const REVISION_LEAD: Span = Span::from_seconds(20);
/// What is left of a superframe that is joined: the time to make its successor in.
const JOIN_LEFT_MIN: Span = Span::from_ms(400);
/// How far ahead of the present a superframe that is on already is joined.
const JOIN_LEAD: Span = Span::from_ms(20);

/// How long before a superframe is due its data must have been read, so that slates can be made
/// ready instead.
const READ_BEFORE: Span = Span::from_ms(500);
/// How long data is waited for at least, though the superframe may be late then.
const READ_MIN: Span = Span::from_ms(250);
/// The same for the superframes that are joined, when nothing of them has been read before.
const READ_FIRST: Span = Span::from_ms(2000);

/// The multiplexes on air.
#[derive(Debug)]
pub struct Air {
    uplink: Option<Uplink>,
    monitor: Monitor,
    lines: Vec<Line>,
    /// How far ahead superframes are made.
    lead: Span,
    stop: Arc<AtomicBool>,
}

/// How many superframes are made ahead for a lead.
fn batches_of(lead: Duration, grid: SuperframeGrid) -> usize {
    let length_ms = (grid.start(1).0 / (TICKS_PER_SECOND / 1000)).max(1);
    (lead.as_millis() as u64).div_ceil(length_ms).max(1) as usize
}

/// One multiplex on air.
#[derive(Debug)]
struct Line {
    lineup: CurrentLineup,
    usage: RecentUsage,
    until: Ticks,
    thread: JoinHandle<()>,
}

impl Air {
    /// Opens the outputs and begins to send at the present instant. What happens while superframes
    /// are made is given to `notes`.
    pub fn start(station: &Station, notes: &NoteSink) -> Result<Air, Failure> {
        let now = when::now();
        let clock = Clock::start(when::tai_minus_utc_s(now));
        let (from, until) = (now - Span::from_seconds(60), now + WINDOW);
        let multiplexes = 0..station.config.multiplexes.len();
        let lineups: Result<Vec<_>, _> =
            multiplexes.map(|m| Lineup::new(station, m, from, until)).collect();
        let lineups = lineups?;
        let Config { multiplexes, run, .. } = &station.config;
        let configs = multiplexes.iter().map(|m| MultiplexConfig {
            name: m.name.clone(),
            outputs: m.outputs.iter().map(|o| o.to_uplink()).collect(),
            queue_batches: batches_of(run.lead, m.grid),
        });
        let (uplink, feeders) = Uplink::start(clock, run.settings, configs.collect())
            .map_err(|e| Failure::new(Code::Unavailable, e))?;
        let monitor = uplink.monitor();
        let stop = Arc::new(AtomicBool::new(false));
        let mut lines = Vec::new();
        let made = lineups.into_iter().zip(feeders).zip(multiplexes).enumerate();
        for (place, ((lineup, feeder), config)) in made {
            let lineup = CurrentLineup::new(lineup);
            let usage = RecentUsage::default();
            let feed = Feed {
                place,
                notes: notes.clone(),
                lineup: lineup.clone(),
                usage: usage.clone(),
                feeder,
                monitor: monitor.clone(),
                matrix: config.matrix(),
                realtime: run.settings.realtime,
                stop: stop.clone(),
            };
            let thread = thread::Builder::new()
                .name(format!("make-{}", config.name))
                .spawn(move || feed.run())
                .map_err(|e| Failure::new(Code::Unavailable, e))?;
            lines.push(Line { lineup, usage, until, thread });
        }
        let lead = Span::from_ms(run.lead.as_millis() as i64);
        Ok(Air { uplink: Some(uplink), monitor, lines, lead, stop })
    }

    /// What the sending thread counts.
    pub fn monitor(&self) -> &Monitor {
        &self.monitor
    }

    /// What the system granted the sending thread.
    pub fn realtime(&self) -> Option<uplink::RealtimeReport> {
        self.uplink.as_ref().map(Uplink::realtime)
    }

    /// What makes superframes of a multiplex now.
    pub fn lineup(&self, multiplex: usize) -> Arc<Lineup> {
        self.lines[multiplex].lineup.get()
    }

    /// What makes superframes, in the order of the multiplexes, now and as it changes.
    pub fn lineups(&self) -> Vec<CurrentLineup> {
        self.lines.iter().map(|line| line.lineup.clone()).collect()
    }

    /// What superframes of each multiplex carry, as they are made.
    pub fn usages(&self) -> Vec<RecentUsage> {
        self.lines.iter().map(|line| line.usage.clone()).collect()
    }

    /// Until when what is planned is ready to be made.
    pub fn horizon(&self) -> Ticks {
        self.lines.iter().map(|line| line.until).min().unwrap_or(Ticks(0))
    }

    /// Whether every thread is at work.
    pub fn is_alive(&self) -> bool {
        self.lines.iter().all(|line| !line.thread.is_finished())
    }

    /// The instant from which on a revision that is made known now may rule.
    pub fn revision_instant(&self) -> Ticks {
        self.monitor.now() + self.lead + REVISION_LEAD
    }

    /// Goes over to what a station says, which agrees with what is on air until its last revision
    /// takes effect.
    pub fn renew(&mut self, station: &Station) -> Result<(), Failure> {
        let now = self.monitor.now();
        let (from, until) = (now - Span::from_seconds(60), now + WINDOW);
        let lineups: Result<Vec<_>, _> =
            (0..self.lines.len()).map(|m| Lineup::new(station, m, from, until)).collect();
        for (line, lineup) in self.lines.iter_mut().zip(lineups?) {
            line.lineup.set(lineup);
            line.until = until;
        }
        Ok(())
    }

    /// Whether lineups should be renewed because they end soon.
    pub fn ends_soon(&self) -> bool {
        let now = self.monitor.now();
        self.lines.iter().any(|line| line.until.since(now) < WINDOW_LEFT_MIN)
    }

    /// Stops sending and waits for all threads.
    pub fn stop(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(uplink) = self.uplink.take() {
            uplink.stop();
        }
        for line in self.lines {
            // A thread that panicked has said so itself.
            let _ = line.thread.join();
        }
    }
}

/// What one making thread has.
struct Feed {
    /// The place of the multiplex.
    place: usize,
    notes: NoteSink,
    lineup: CurrentLineup,
    usage: RecentUsage,
    feeder: Feeder,
    monitor: Monitor,
    matrix: Option<fec::Matrix>,
    realtime: Realtime,
    stop: Arc<AtomicBool>,
}

impl Feed {
    fn run(self) {
        let priority = self.realtime.favour_maker();
        tracing::debug!(?priority, "making superframes");
        let mut lineup = self.lineup.get();
        let grid = lineup.grid();
        // The superframe before is made for the sake of its repair packets only.
        let mut k = grid.at(self.monitor.now()).saturating_sub(1);
        let mut begin = None;
        let mut part = lineup.at(k).clone();
        let mut maker = Maker::new(part.engine.clone(), part.source.clone());
        let reader = Reader::start(&format!("read-{}", part.engine.multiplex().name));
        match reader {
            Ok(reader) => maker.read_by(reader),
            Err(error) => tracing::warn!(%error, "a slow disk will hold up the stream"),
        }
        let mut sealer = Sealer::new(part.engine.multiplex(), self.matrix);
        let mut buffer = vec![0; maker.size(HEADER_SIZE)];
        while !self.stop.load(Ordering::Relaxed) {
            let newest = self.lineup.get();
            if !Arc::ptr_eq(&newest, &lineup) || newest.at(k).first != part.first {
                lineup = newest;
                part = lineup.at(k).clone();
                maker.switch(part.engine.clone(), part.source.clone());
            }
            maker.wait_until(self.read_until(grid.start(k), begin.is_none()));
            self.make(&mut maker, &part, k, &mut buffer);
            let repairs = match sealer.seal(k, &mut buffer) {
                Ok(repairs) => repairs,
                Err(error) => {
                    tracing::error!(%error, superframe = k, "repair packets");
                    rtp::RepairPackets::default()
                }
            };
            begin = begin.or_else(|| self.joined_at(k, grid));
            if let Some(begin) = begin {
                let first = grid.first_datagram(k);
                let skipped = sealer.stream().first_at_or_after(begin).saturating_sub(first);
                let datagrams: Arc<[u8]> = buffer[skipped as usize * DATAGRAM_SIZE..].into();
                let batch = Batch::new(grid.slots(), first + skipped, datagrams, Arc::new(repairs));
                let fed = batch.map(|batch| self.feeder.feed(batch));
                if !matches!(fed, Ok(Ok(()))) {
                    break;
                }
            }
            k += 1;
            // After a stall the present is what counts.
            k = k.max(grid.at(self.monitor.now()));
        }
    }

    /// From when on superframe `k`, which has just been made, goes on air as the first one: from
    /// the present instant, if it is on already. `None` when too little of it is left, so that
    /// its successor is made first and nothing has to be left out between the two.
    fn joined_at(&self, k: u64, grid: SuperframeGrid) -> Option<Ticks> {
        let now = self.monitor.now();
        (grid.start(k + 1) >= now + JOIN_LEFT_MIN).then(|| (now + JOIN_LEAD).max(grid.start(k)))
    }

    /// How long data of a superframe that is due at `start` may be waited for.
    fn read_until(&self, start: Ticks, is_joined: bool) -> Instant {
        let least = if is_joined { READ_FIRST } else { READ_MIN };
        let left = (start - READ_BEFORE).since(self.monitor.now()).as_ms().max(least.as_ms());
        Instant::now() + Duration::from_millis(left as u64)
    }

    fn make(&self, maker: &mut Maker, part: &Part, k: u64, buffer: &mut [u8]) {
        loop {
            let error = match maker.make(k, HEADER_SIZE, buffer) {
                Ok(usage) => return self.usage.note(k, usage),
                Err(error) => error,
            };
            match maker.failing_airing(&error) {
                Some((service, start)) if maker.show_slate(service, start, k) => {
                    let service = &part.engine.multiplex().services[service].id;
                    tracing::error!(service, superframe = k, %error, "slate shown");
                    self.notes.give(Note::Slate {
                        multiplex: self.place,
                        service: service.clone(),
                        start,
                        from: part.engine.multiplex().grid.start(k),
                        why: error.to_string(),
                    });
                }
                _ if self.make_lacking(maker, k, &error, buffer) => return,
                _ => {
                    // Nothing can be said in this superframe; the carrier stays up on null packets.
                    tracing::error!(%error, superframe = k, "null packets sent");
                    self.notes.give(Note::Blank {
                        multiplex: self.place,
                        at: part.engine.multiplex().grid.start(k),
                        why: error.to_string(),
                    });
                    maker.blank(HEADER_SIZE, buffer);
                    return;
                }
            }
        }
    }
    /// Makes a superframe without the carousels whose data cannot be read; false when that is not
    /// what is wrong, or something else is wrong too.
    fn make_lacking(
        &self,
        maker: &mut Maker,
        k: u64,
        error: &MakeError,
        buffer: &mut [u8],
    ) -> bool {
        if !matches!(error, MakeError::Read { airing: None, .. }) {
            return false;
        }
        let Ok(usage) = maker.make_lacking(k, HEADER_SIZE, buffer) else { return false };
        self.usage.note(k, usage);
        tracing::warn!(%error, superframe = k, "carousels left out");
        self.notes.give(Note::Lacking { multiplex: self.place, why: error.to_string() });
        true
    }
}
