//! Each condition, and how bad it is.

use super::{Look, Watched, lock};
use crate::lineup::Lineup;
use evidence::alarm::{AlarmKind, Level};
use rundown::AiringKind;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use ts::{Span, Ticks};
use uplink::{ClockStatus, LATENESS_BUCKETS, MultiplexStatus, Status};

/// Assets that are planned within this time must be there.
const ASSETS_AHEAD: Span = Span::from_seconds(24 * 3600);
/// A plan that ends within this time is not renewed as it should be.
const HORIZON_LOW: Span = Span::from_seconds(6 * 3600);
/// And within this time the stream is about to end.
const HORIZON_LAST: Span = Span::from_seconds(3600);
/// A clock that is off by this has stepped.
const STEP_NS: i64 = 500_000_000;
/// The sending thread is silent when it was not seen for so long.
const SILENCE_MS: u128 = 1000;

/// Counters at the last look.
#[derive(Debug, Default)]
pub(super) struct Before {
    multiplexes: Vec<MultiplexStatus>,
    steps: u64,
    blanks: u64,
    lacking: BTreeMap<usize, u64>,
    notes_lost: u64,
}

/// Looks at everything.
pub(super) fn look(watched: &Watched, before: &mut Before, now: Ticks, look: &mut Look) {
    let status = watched.monitor.status();
    if before.multiplexes.is_empty() {
        // Joining the air may cost a few datagrams; the as-run log tells of them.
        before.multiplexes.clone_from(&status.multiplexes);
    }
    for (place, multiplex) in status.multiplexes.iter().enumerate() {
        let old = before.multiplexes.get(place).cloned().unwrap_or_default();
        sending(watched, &status, multiplex, &old, look);
        for (number, (new, name)) in
            multiplex.outputs.iter().zip(&watched.outputs[place]).enumerate()
        {
            let errors = old.outputs.get(number).map_or(0, |o| o.errors);
            let refused = new.errors.saturating_sub(errors);
            let text = || {
                let why = io::Error::from_raw_os_error(new.last_errno);
                format!("{refused} datagrams refused in a second: {why}")
            };
            let subject = format!("{}/{name}", multiplex.name);
            let seen = (refused > 0).then(|| (Level::Critical, text()));
            look.see(AlarmKind::OutputError, subject, seen);
        }
    }
    clock(watched, status.clock, before.steps, look);
    as_run(watched, before, &status, look);
    facts(watched, now, look);
    planned_slates(watched, now, look);
    watched.folders.iter().for_each(|folder| disk(folder, watched.config.disk_percent, look));
    before.steps = status.clock.steps_refused;
    before.multiplexes = status.multiplexes;
}

/// Whether datagrams leave, and leave in time.
fn sending(
    watched: &Watched,
    status: &Status,
    new: &MultiplexStatus,
    old: &MultiplexStatus,
    look: &mut Look,
) {
    let late_us = watched.config.late.as_micros() as u64;
    let late: u64 = (0..LATENESS_BUCKETS)
        .filter(|bucket| bucket_from_us(*bucket) >= late_us)
        .map(|bucket| new.lateness.0[bucket].saturating_sub(old.lateness.0[bucket]))
        .sum();
    let seen = (late > 0).then(|| {
        (Level::Warning, format!("{late} datagrams left more than {late_us} us late in a second"))
    });
    look.see(AlarmKind::Lateness, &*new.name, seen);
    let (skipped, starved) =
        (new.skipped.saturating_sub(old.skipped), new.starved.saturating_sub(old.starved));
    let silent = status.silence.as_millis() > SILENCE_MS;
    let text = match (silent, skipped, starved) {
        (true, ..) => Some("the sending thread does not move".to_owned()),
        (_, 0, 0) => None,
        (_, 0, _) => Some("nothing was ready to be sent when it was due".to_owned()),
        (..) => Some(format!("{skipped} datagrams were too late and left out")),
    };
    look.see(AlarmKind::Skipped, &*new.name, text.map(|text| (Level::Critical, text)));
}

/// Where a bucket of the histogram begins.
fn bucket_from_us(bucket: usize) -> u64 {
    if bucket == 0 { 0 } else { 1 << (bucket - 1) }
}

fn clock(watched: &Watched, clock: ClockStatus, steps: u64, look: &mut Look) {
    let off_ns = clock.error_ns.unsigned_abs();
    let limit_ns = watched.config.clock.as_nanos() as u64;
    let text = format!("the system's clock is {} us ahead", clock.error_ns / 1000);
    let stepped = clock.steps_refused > steps || clock.error_ns.abs() >= STEP_NS;
    let step = stepped.then(|| {
        let text = format!("{text}; it stepped, and is not followed: what is sent keeps its time");
        (Level::Critical, text)
    });
    look.see(AlarmKind::ClockStep, "clock", step);
    let off = (off_ns > limit_ns && !stepped).then_some((Level::Warning, text));
    look.see(AlarmKind::ClockOffset, "clock", off);
}

fn as_run(watched: &Watched, before: &mut Before, status: &Status, look: &mut Look) {
    let Some(scribe) = &watched.scribe else {
        let text = "the system gave no thread for it".to_owned();
        return look.see(AlarmKind::AsRun, "log", Some((Level::Warning, text)));
    };
    let scribe = lock(scribe).clone();
    let lost = scribe.lost.saturating_sub(before.notes_lost);
    before.notes_lost = scribe.lost;
    let fault = scribe.fault.or_else(|| (lost > 0).then(|| format!("{lost} entries were lost")));
    look.see(AlarmKind::AsRun, "log", fault.map(|text| (Level::Warning, text)));
    let mended = scribe.mended.map(|text| (Level::Notice, text));
    look.see(AlarmKind::AsRun, "mended", mended);
    for ((place, service), (_, why)) in &scribe.slates {
        let multiplex = status.multiplexes.get(*place).map_or("", |m| &m.name);
        look.see(
            AlarmKind::Slate,
            format!("{multiplex}/{service}"),
            Some((Level::Critical, format!("the slate is shown: {why}"))),
        );
    }
    for (place, (count, why)) in &scribe.lacking {
        if before.lacking.insert(*place, *count) != Some(*count) {
            let multiplex = status.multiplexes.get(*place).map_or("", |m| &m.name);
            let seen = Some((Level::Warning, format!("carousels are left out: {why}")));
            look.see(AlarmKind::BundleMissing, format!("multiplex {multiplex}"), seen);
        }
    }
    let blanks = scribe.blanks.saturating_sub(before.blanks);
    before.blanks = scribe.blanks;
    if blanks > 0 {
        let text = format!("{blanks} superframes could not be made; null packets are sent");
        look.see(AlarmKind::Slate, "null packets", Some((Level::Critical, text)));
    }
    look.complete.push(AlarmKind::Slate);
}

fn facts(watched: &Watched, now: Ticks, look: &mut Look) {
    let facts = lock(&watched.facts).clone();
    for (asset, why) in &facts.faulty_assets {
        look.see(AlarmKind::AssetMissing, asset, Some((Level::Warning, why.clone())));
    }
    for (bundle, why) in &facts.faulty_bundles {
        look.see(AlarmKind::BundleMissing, bundle, Some((Level::Warning, why.clone())));
    }
    look.complete.extend([AlarmKind::AssetMissing, AlarmKind::BundleMissing]);
    let left = facts.horizon.since(now);
    let text = format!("what is planned ends in {} min", left.as_ms() / 60_000);
    let seen = match left {
        left if left < HORIZON_LAST => Some((Level::Critical, text)),
        left if left < HORIZON_LOW => Some((Level::Warning, text)),
        _ => None,
    };
    look.see(AlarmKind::PlanHorizon, "plan", seen);
    let refused = facts.reload_refused.map(|why| (Level::Warning, why));
    look.see(AlarmKind::ReloadRefused, "timetable", refused);
    let refused = facts.amendments_refused.map(|why| (Level::Warning, why));
    look.see(AlarmKind::ReloadRefused, "amendments", refused);
    for (multiplex, verdict) in facts.conformance {
        let wrong = verdict.err().map(|why| (Level::Critical, why));
        look.see(AlarmKind::Conformance, multiplex, wrong);
    }
}

/// Slates that stand in the plan of the next day, because what was to be there cannot be aired.
fn planned_slates(watched: &Watched, now: Ticks, look: &mut Look) {
    for lineup in &watched.lineups {
        let lineup: Arc<Lineup> = lineup.get();
        let grid = lineup.grid();
        let until = now + ASSETS_AHEAD;
        for (_, part) in lineup.stretches(grid.at(now)..grid.at(until)) {
            for service in &part.engine.rundown().services {
                let mut ahead = service.airings.iter().filter(|a| a.end > now && a.start < until);
                // Events are what the timetable asks for; a slate between them only fills.
                let slate = ahead.find(|a| a.kind == AiringKind::Slate && a.event.is_some());
                if let Some(slate) = slate {
                    let at = watched.zone.format(slate.start);
                    let text = format!("the slate is planned from {at} on");
                    let seen = Some((Level::Critical, text));
                    look.see(AlarmKind::AssetMissing, format!("service {}", service.id), seen);
                }
            }
        }
    }
}

/// Whether the disk of a folder has room. One that cannot be asked is told of by what writes there.
fn disk(folder: &Path, percent: u8, look: &mut Look) {
    let Ok(found) = rustix::fs::statvfs(folder) else { return };
    let (free, all) = (u128::from(found.f_bavail), u128::from(found.f_blocks.max(1)));
    let limit = u128::from(percent);
    let left_percent = free * 100 / all;
    let mb = free * u128::from(found.f_frsize) / 1_000_000;
    let text = format!("{left_percent} % or {mb} MB are free");
    let seen = match free * 100 {
        room if room < limit * all => Some((Level::Critical, text)),
        room if room < 2 * limit * all => Some((Level::Warning, text)),
        _ => None,
    };
    look.see(AlarmKind::Disk, folder.display().to_string(), seen);
}
