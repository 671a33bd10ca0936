//! What the daemon shows of itself while it is on air.
//!
//! ```text
//! counters of the sending thread, lineups ─> scribe ─> STATE/as-run/DAY.jsonl
//! notes of the making threads ─────────────> scribe
//! counters, disks, clock, plan ────────────> watch ──> alarms ─> hooks: exec, webhook, mail
//! own datagrams, from the socket ──────────> loopback ─> watch
//! ```
//!
//! All of it happens on threads of its own, at usual priority. The threads that make and send hand
//! over what they must through a queue that they never wait for; what finds no room there is
//! counted. Whatever fails here is told as an alarm and never ends or delays the stream.

pub mod folder;
mod note;
pub mod planned;
mod scribe;

pub use note::{Note, NoteSink};
pub use scribe::{Scribe, ScribeStatus, Subject, pending, sent_until};

use crate::air::Air;
use crate::lineup::Lineup;
use crate::station::Station;
use evidence::Window;
use evidence::as_run::Planned;
use ts::{Span, Ticks};

/// What was planned is looked up over this time at most when no daemon ran.
const LOOK_BACK_MAX: Span = Span::from_seconds(8 * 24 * 3600);

/// What the scribe of a station on air works with.
pub fn subject(station: &Station, air: &Air) -> Subject {
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

/// What was planned on a multiplex between two instants.
fn missed(station: &Station, multiplex: usize, from: Ticks, now: Ticks) -> Vec<Planned> {
    let from = from.max(now - LOOK_BACK_MAX);
    if now <= from {
        return Vec::new();
    }
    match Lineup::new(station, multiplex, from, now) {
        Ok(lineup) => planned::planned_in(&lineup, Window::new(from, now)),
        Err(failure) => {
            tracing::warn!("what was planned before the start is not known: {}", failure.message);
            Vec::new()
        }
    }
}
