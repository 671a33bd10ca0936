//! Telling somebody: a program, a webhook, a letter.
//!
//! Each way has a thread and a queue of its own, so that a mail server that hangs keeps nobody else
//! from being told. What cannot be delivered is tried three times and then told in the log.

mod exec;
mod mail;
mod webhook;

use crate::config::AlarmsConfig;
use evidence::alarm::{Alarm, AlarmKind, Change, Level};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// Changes that wait for a way at most.
const QUEUE: usize = 256;
/// The waits before the second and third attempt.
const AGAIN: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(15)];
/// How long one attempt may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is told, to all ways alike.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// `raised`, `worsened` or `cleared`.
    pub change: &'static str,
    /// The configuration of the station, which tells one machine from another.
    pub station: String,
    /// What it is about.
    #[serde(flatten)]
    pub alarm: Alarm,
    /// What to do.
    pub advice: &'static str,
}

/// How often each way worked, and did not.
#[derive(Debug, Default)]
pub struct HookCounters {
    /// Changes that were delivered.
    pub delivered: AtomicU64,
    /// Changes that could not be.
    pub failed: AtomicU64,
}

/// All ways that are configured.
#[derive(Debug, Default)]
pub struct Hooks {
    station: String,
    level: Option<Level>,
    ways: Vec<Way>,
}

#[derive(Debug)]
struct Way {
    name: &'static str,
    queue: SyncSender<Arc<Message>>,
    counters: Arc<HookCounters>,
}

/// One attempt to deliver.
type Deliver = Box<dyn FnMut(&Message) -> Result<(), String> + Send>;

impl Hooks {
    /// Starts a thread for each way. The threads end when the hooks are dropped and their queues
    /// are empty, or with the process.
    pub fn start(config: &AlarmsConfig, station: &str) -> std::io::Result<Hooks> {
        let mut hooks =
            Hooks { station: station.to_owned(), level: Some(config.level), ways: Vec::new() };
        if let Some(words) = config.exec.clone() {
            hooks.add("exec", Box::new(move |message| exec::deliver(&words, message)))?;
        }
        if let Some(address) = config.webhook.clone() {
            hooks.add("webhook", Box::new(move |message| webhook::deliver(&address, message)))?;
        }
        if let Some(config) = config.mail.clone() {
            hooks.add("mail", Box::new(move |message| mail::deliver(&config, message)))?;
        }
        Ok(hooks)
    }

    /// Tells of a change, without waiting.
    pub fn tell(&self, change: &Change) {
        let alarm = change.alarm();
        if self.level.is_some_and(|level| alarm.level < level && alarm.kind != AlarmKind::Test) {
            return;
        }
        let message = Arc::new(Message {
            change: change.word(),
            station: self.station.clone(),
            alarm: alarm.clone(),
            advice: alarm.kind.advice(),
        });
        for way in &self.ways {
            if way.queue.try_send(message.clone()).is_err() {
                way.counters.failed.fetch_add(1, Relaxed);
                tracing::error!(hook = way.name, "too many alarms wait; one is not told this way");
            }
        }
    }

    /// What became of the changes, by way.
    pub fn counts(&self) -> Vec<(&'static str, u64, u64)> {
        let counts = |way: &Way| {
            let counters = &way.counters;
            (way.name, counters.delivered.load(Relaxed), counters.failed.load(Relaxed))
        };
        self.ways.iter().map(counts).collect()
    }

    fn add(&mut self, name: &'static str, deliver: Deliver) -> std::io::Result<()> {
        let (queue, waiting) = sync_channel(QUEUE);
        let counters = Arc::<HookCounters>::default();
        let counted = counters.clone();
        thread::Builder::new()
            .name(format!("hook-{name}"))
            .spawn(move || work(name, &waiting, deliver, &counted))?;
        self.ways.push(Way { name, queue, counters });
        Ok(())
    }
}

fn work(
    name: &'static str,
    waiting: &Receiver<Arc<Message>>,
    mut deliver: Deliver,
    counters: &HookCounters,
) {
    for message in waiting {
        let mut waits = AGAIN.iter();
        loop {
            let Err(error) = deliver(&message) else {
                counters.delivered.fetch_add(1, Relaxed);
                break;
            };
            let Some(wait) = waits.next() else {
                counters.failed.fetch_add(1, Relaxed);
                tracing::error!(hook = name, kind = %message.alarm.kind, error, "alarm not told");
                break;
            };
            tracing::warn!(hook = name, error, "alarm not told yet");
            thread::sleep(*wait);
        }
    }
}

/// The message as one line, for a subject and a log.
fn headline(message: &Message) -> String {
    let Message { change, alarm, .. } = message;
    format!("{} {change}: {} {}", alarm.level.word(), alarm.kind, alarm.subject)
}

#[cfg(test)]
mod tests;
