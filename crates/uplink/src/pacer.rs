//! The sending thread.

use crate::batch::Feeder;
use crate::clock::{Clock, ClockStatus, monotonic_now_ns, timespec};
use crate::counters::{MultiplexCounters, MultiplexStatus};
use crate::line::Line;
use crate::output::{OpenError, OutputConfig};
use crate::realtime::{Realtime, RealtimeReport};
use rustix::thread::clock_nanosleep_absolute;
use rustix::time::ClockId;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::sync::mpsc::sync_channel;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use ts::Ticks;

/// The longest sleep: how soon a batch for an idle multiplex and a stop are seen.
const SLEEP_MAX_NS: i64 = 2_000_000;
/// How often the clock is compared with the realtime clock.
const DISCIPLINE_NS: i64 = 100_000_000;
/// The longest time that may be spent in spinning before each datagram.
const SPIN_MAX: Duration = Duration::from_micros(100);

/// How the thread sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What is later than this is not sent, and neither is anything else that was due before the
    /// present then.
    pub skip_after: Duration,
    /// How long before a due time sleeping ends and spinning begins; at most 100 us.
    pub spin: Duration,
    /// Scheduling and memory.
    pub realtime: Realtime,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            skip_after: Duration::from_millis(50),
            spin: Duration::from_micros(30),
            realtime: Realtime::default(),
        }
    }
}

/// One multiplex to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MultiplexConfig {
    /// Its name, for counters.
    pub name: String,
    /// Where it goes to.
    pub outputs: Vec<OutputConfig>,
    /// The batches that its queue holds, at least 1.
    pub queue_batches: usize,
}

/// Why sending cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An output cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The system gives no thread.
    #[error("the sending thread cannot be started: {0}; check the limit of threads")]
    Thread(#[source] io::Error),
}

/// The running sending thread. Dropping it stops the thread.
#[derive(Debug)]
pub struct Uplink {
    monitor: Monitor,
    realtime: RealtimeReport,
    thread: Option<JoinHandle<()>>,
}

/// A view of the sending thread's counters. Clones see the same thread.
#[derive(Clone, Debug)]
pub struct Monitor {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    clock: Clock,
    stop: AtomicBool,
    beat_ns: AtomicI64,
    multiplexes: Vec<(String, Arc<MultiplexCounters>)>,
}

/// What the sending thread has counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The clock.
    pub clock: ClockStatus,
    /// Time since the thread was last seen alive. It beats at least every few milliseconds, so
    /// a second of silence means that it hangs or has ended.
    pub silence: Duration,
    /// The multiplexes, in the order of their configuration.
    pub multiplexes: Vec<MultiplexStatus>,
}

impl Uplink {
    /// Opens all outputs and starts the thread. The feeders come in the order of the multiplexes.
    ///
    /// # Errors
    /// An output cannot be opened, or the thread not be started.
    pub fn start(
        clock: Clock,
        settings: Settings,
        multiplexes: Vec<MultiplexConfig>,
    ) -> Result<(Uplink, Vec<Feeder>), StartError> {
        let mut lines = Vec::with_capacity(multiplexes.len());
        let mut feeders = Vec::with_capacity(multiplexes.len());
        let mut names = Vec::with_capacity(multiplexes.len());
        for multiplex in multiplexes {
            let outputs = multiplex.outputs.iter().map(OutputConfig::open);
            let outputs = outputs.collect::<Result<Vec<_>, OpenError>>()?;
            let counters = Arc::new(MultiplexCounters::new(outputs.len()));
            let depth = multiplex.queue_batches.max(1);
            let (queue, queued) = sync_channel(depth);
            let (give_back, spent) = sync_channel(depth + 2);
            names.push((multiplex.name, Arc::clone(&counters)));
            lines.push(Line::new(queued, give_back, outputs, counters));
            feeders.push(Feeder { queue, spent });
        }
        let shared = Arc::new(Shared {
            clock,
            stop: AtomicBool::new(false),
            beat_ns: AtomicI64::new(monotonic_now_ns()),
            multiplexes: names,
        });
        let (report, reported) = sync_channel(1);
        let pacer = Pacer {
            shared: Arc::clone(&shared),
            skip_after_ns: nanoseconds(settings.skip_after),
            spin_ns: nanoseconds(settings.spin.min(SPIN_MAX)),
            lines,
            disciplined_ns: 0,
        };
        let thread = thread::Builder::new().name("uplink".to_owned()).spawn(move || {
            // Nobody waits any more only when the start was given up.
            let _ = report.send(settings.realtime.request());
            pacer.run();
        });
        let thread = thread.map_err(StartError::Thread)?;
        let realtime =
            reported.recv().map_err(|error| StartError::Thread(io::Error::other(error)))?;
        Ok((Uplink { monitor: Monitor { shared }, realtime, thread: Some(thread) }, feeders))
    }

    /// What the system granted to the thread.
    pub fn realtime(&self) -> RealtimeReport {
        self.realtime
    }

    /// A view of the counters.
    pub fn monitor(&self) -> Monitor {
        self.monitor.clone()
    }

    /// Lets the thread finish the datagram it is at and waits for its end.
    pub fn stop(mut self) {
        self.end();
    }

    /// Waits until all feeders are dropped and everything they fed is sent.
    pub fn finish(mut self) {
        self.join();
    }

    fn end(&mut self) {
        self.monitor.shared.stop.store(true, Relaxed);
        self.join();
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

impl Drop for Uplink {
    fn drop(&mut self) {
        self.end();
    }
}

impl Monitor {
    /// The counters as they stand.
    pub fn status(&self) -> Status {
        let shared = &*self.shared;
        let silence_ns = monotonic_now_ns() - shared.beat_ns.load(Relaxed);
        let multiplexes = shared.multiplexes.iter();
        Status {
            clock: shared.clock.status(),
            silence: Duration::from_nanos(silence_ns.max(0) as u64),
            multiplexes: multiplexes.map(|(name, counters)| counters.status(name)).collect(),
        }
    }

    /// The present instant of the clock that is sent by.
    pub fn now(&self) -> Ticks {
        self.shared.clock.now()
    }
}

/// The state of the thread.
struct Pacer {
    shared: Arc<Shared>,
    skip_after_ns: i64,
    spin_ns: i64,
    lines: Vec<Line>,
    disciplined_ns: i64,
}

impl Pacer {
    fn run(mut self) {
        while !self.shared.stop.load(Relaxed) && !self.lines.iter().all(Line::has_ended) {
            let now_ns = monotonic_now_ns();
            self.keep_time(now_ns);
            self.lines.iter_mut().for_each(Line::refill);
            let offset_ns = self.shared.clock.offset_ns();
            let earliest = self
                .lines
                .iter_mut()
                .filter_map(|line| Some((line.target_ns(offset_ns)?, line)))
                .min_by_key(|(target_ns, _)| *target_ns);
            let (target_ns, line) = match earliest {
                Some((target_ns, line)) if target_ns - now_ns <= SLEEP_MAX_NS => (target_ns, line),
                _ => {
                    sleep_until(now_ns + SLEEP_MAX_NS);
                    continue;
                }
            };
            let now_ns = wait_until(target_ns, self.spin_ns);
            if line.late_ns(now_ns, offset_ns) > self.skip_after_ns {
                line.skip_to(self.shared.clock.at_monotonic(now_ns));
            } else {
                line.send_next(now_ns, offset_ns);
            }
        }
    }

    /// Shows that the thread lives, and looks at the realtime clock now and then.
    fn keep_time(&mut self, now_ns: i64) {
        self.shared.beat_ns.store(now_ns, Relaxed);
        if now_ns - self.disciplined_ns >= DISCIPLINE_NS {
            self.disciplined_ns = now_ns;
            self.shared.clock.discipline();
        }
    }
}

/// Sleeps until shortly before `target_ns` and spins for the rest; returns the time it then is.
fn wait_until(target_ns: i64, spin_ns: i64) -> i64 {
    loop {
        let now_ns = monotonic_now_ns();
        let left_ns = target_ns - now_ns;
        if left_ns <= 0 {
            return now_ns;
        }
        if left_ns > spin_ns {
            sleep_until(target_ns - spin_ns);
        } else {
            std::hint::spin_loop();
        }
    }
}

/// Sleeps until a reading of the monotonic clock, or less when a signal comes.
fn sleep_until(monotonic_ns: i64) {
    let _ = clock_nanosleep_absolute(ClockId::Monotonic, &timespec(monotonic_ns));
}

fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
