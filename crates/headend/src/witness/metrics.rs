//! What is counted, as a page for Prometheus.

use super::scribe::ScribeStatus;
use super::watch::Facts;
use evidence::alarm::{AlarmBook, AlarmKind, Level};
use evidence::{Exposition, Kind, Value};
use ts::Ticks;
use uplink::{LATENESS_BUCKETS, MultiplexStatus, Status};

/// What the page is made of.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The present instant.
    pub now: Ticks,
    /// The sending thread.
    pub status: &'a Status,
    /// The outputs' names, by multiplex.
    pub outputs: &'a [Vec<String>],
    /// The as-run log.
    pub scribe: &'a ScribeStatus,
    /// What else is known.
    pub facts: &'a Facts,
    /// The alarms.
    pub book: &'a AlarmBook,
    /// What became of changes, by hook: delivered and failed.
    pub hooks: &'a [(&'static str, u64, u64)],
}

/// The page.
pub fn page(sources: &Sources<'_>) -> String {
    let mut page = Exposition::new();
    page.family("headend_build_info", Kind::Gauge, "The program that runs.")
        .sample(&[("version", env!("CARGO_PKG_VERSION"))], Value::Count(1));
    sending(&mut page, sources);
    outputs(&mut page, sources);
    clock(&mut page, sources);
    plan(&mut page, sources);
    as_run(&mut page, sources.scribe);
    alarms(&mut page, sources);
    page.finish()
}

/// A counter of each multiplex: name, help, and how it is read.
type Counter = (&'static str, &'static str, fn(&MultiplexStatus) -> u64);

const COUNTERS: [Counter; 5] = [
    ("headend_datagrams_sent_total", "Media datagrams that left.", |m| m.sent),
    ("headend_repairs_sent_total", "Repair packets that left.", |m| m.repairs_sent),
    ("headend_datagrams_skipped_total", "Media datagrams too late to be sent.", |m| m.skipped),
    ("headend_repairs_skipped_total", "Repair packets too late to be sent.", |m| m.repairs_skipped),
    ("headend_underruns_total", "How often nothing was ready to be sent.", |m| m.starved),
];

fn sending(page: &mut Exposition, sources: &Sources<'_>) {
    let multiplexes = &sources.status.multiplexes;
    for (name, help, read) in COUNTERS {
        let mut family = page.family(name, Kind::Counter, help);
        for multiplex in multiplexes {
            family.sample(&[("multiplex", &multiplex.name)], Value::Count(read(multiplex)));
        }
    }
    let bounds: [Value; LATENESS_BUCKETS - 1] =
        core::array::from_fn(|i| Value::Microseconds(1 << i));
    let mut family = page.family(
        "headend_pacing_lateness_seconds",
        Kind::Histogram,
        "How late datagrams left; the sum is of the buckets' upper bounds.",
    );
    for multiplex in multiplexes {
        let counts = &multiplex.lateness.0;
        let bounded = counts.iter().enumerate();
        let sum = bounded.fold(0i64, |sum, (i, count)| {
            sum.saturating_add((*count as i64).saturating_mul(1 << i))
        });
        let labels = [("multiplex", multiplex.name.as_str())];
        family.histogram(&labels, &bounds, counts, Value::Microseconds(sum));
    }
    page.family(
        "headend_sending_silence_seconds",
        Kind::Gauge,
        "Time since the sending thread was last seen.",
    )
    .sample(&[], Value::Microseconds(sources.status.silence.as_micros() as i64));
}

fn outputs(page: &mut Exposition, sources: &Sources<'_>) {
    let each = || {
        let named = sources.status.multiplexes.iter().zip(sources.outputs);
        named.flat_map(|(multiplex, names)| {
            let outputs = multiplex.outputs.iter().zip(names);
            outputs.map(move |(output, name)| (multiplex.name.as_str(), name.as_str(), output))
        })
    };
    let mut family = page.family(
        "headend_output_datagrams_total",
        Kind::Counter,
        "Datagrams of an output that the system took.",
    );
    for (multiplex, name, output) in each() {
        family.sample(&[("multiplex", multiplex), ("output", name)], Value::Count(output.sent));
    }
    let mut family = page.family(
        "headend_send_errors_total",
        Kind::Counter,
        "Datagrams of an output that the system refused.",
    );
    for (multiplex, name, output) in each() {
        family.sample(&[("multiplex", multiplex), ("output", name)], Value::Count(output.errors));
    }
}

fn clock(page: &mut Exposition, sources: &Sources<'_>) {
    let clock = sources.status.clock;
    page.family(
        "headend_clock_offset_seconds",
        Kind::Gauge,
        "What the system's clock is ahead of the one that is sent by.",
    )
    .sample(&[], Value::Nanoseconds(clock.error_ns));
    page.family(
        "headend_clock_steps_total",
        Kind::Counter,
        "Steps of the system's clock that were not followed.",
    )
    .sample(&[], Value::Count(clock.steps_refused));
}

fn plan(page: &mut Exposition, sources: &Sources<'_>) {
    let Sources { facts, now, .. } = sources;
    page.family(
        "headend_plan_horizon_seconds",
        Kind::Gauge,
        "How far ahead what is planned is ready to be made.",
    )
    .sample(&[], Value::Milliseconds(facts.horizon.since(*now).as_ms()));
    page.family("headend_plan_revision", Kind::Gauge, "The newest revision of the timetable.")
        .sample(&[], Value::Count(u64::from(facts.revision)));
    page.family(
        "headend_config_reload_success",
        Kind::Gauge,
        "Whether the timetable that was asked for last was accepted.",
    )
    .sample(&[], Value::Count(u64::from(facts.reload_refused.is_none())));
    page.family("headend_asset_missing", Kind::Gauge, "Assets planned that cannot be aired.")
        .sample(&[], Value::Count(facts.faulty_assets.len() as u64));
    page.family("headend_bundle_missing", Kind::Gauge, "Bundles planned that cannot be sent.")
        .sample(&[], Value::Count(facts.faulty_bundles.len() as u64));
}

fn as_run(page: &mut Exposition, scribe: &ScribeStatus) {
    let mut family = page.family(
        "headend_airings_total",
        Kind::Counter,
        "Airings and carousel passes that are over, by how they went.",
    );
    for (result, count) in &scribe.results {
        family.sample(&[("result", result.word())], Value::Count(*count));
    }
    page.family("headend_as_run_entries", Kind::Gauge, "Entries of the as-run log.")
        .sample(&[], Value::Count(scribe.lines));
    page.family("headend_as_run_pending", Kind::Gauge, "Entries that wait for the disk.")
        .sample(&[], Value::Count(scribe.pending as u64));
    page.family("headend_as_run_lost_total", Kind::Counter, "Entries that were given up.")
        .sample(&[], Value::Count(scribe.lost));
    let newest = scribe.newest.map(|hash| hash.to_string()).unwrap_or_default();
    page.family("headend_as_run_newest_info", Kind::Gauge, "The hash of the newest entry.")
        .sample(&[("hash", &newest)], Value::Count(1));
    page.family("headend_slates", Kind::Gauge, "Services on which the slate is shown.")
        .sample(&[], Value::Count(scribe.slates.len() as u64));
    page.family(
        "headend_blank_superframes_total",
        Kind::Counter,
        "Superframes that went out as null packets.",
    )
    .sample(&[], Value::Count(scribe.blanks));
}

fn alarms(page: &mut Exposition, sources: &Sources<'_>) {
    let active = sources.book.active();
    let mut family = page.family("headend_alarms", Kind::Gauge, "Alarms that stand, by level.");
    for level in [Level::Notice, Level::Warning, Level::Critical] {
        let count = active.iter().filter(|alarm| alarm.level == level).count();
        family.sample(&[("level", level.word())], Value::Count(count as u64));
    }
    let mut family =
        page.family("headend_alarms_raised_total", Kind::Counter, "Alarms raised, by kind.");
    for kind in AlarmKind::ALL {
        let count = sources.book.raised().get(&kind).copied().unwrap_or(0);
        family.sample(&[("kind", kind.word())], Value::Count(count));
    }
    let mut family = page.family(
        "headend_alarms_told_total",
        Kind::Counter,
        "Changes of alarms, by hook and whether it took them.",
    );
    for (hook, delivered, failed) in sources.hooks {
        for (result, count) in [("delivered", delivered), ("failed", failed)] {
            family.sample(&[("hook", hook), ("result", result)], Value::Count(*count));
        }
    }
}
