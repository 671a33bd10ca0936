//! From one revision of a timetable to the next without a break on air.

use crate::catalogue::Catalogue;
use crate::compile::{CompileError, GoesOn, Problem, compile_behind};
use crate::model::{Airing, NAMED_AHEAD, NAMED_BEHIND, Rundown, ServiceRundown};
use std::collections::BTreeMap;
use timetable::{Id, Timetable};
use ts::Ticks;

/// The rundown of a new revision that takes effect at `at`, which lies within `old`.
///
/// What is being delivered at that instant on a service goes on to its end, which an amendment may
/// have moved; the new timetable rules from there. Programmes that the new timetable begins before
/// that are not joined in their middle: the service is filled until the next one begins.
pub fn revise(
    old: &Rundown,
    at: Ticks,
    timetable: &Timetable,
    catalogue: &Catalogue,
    services: &[Id],
    until: Ticks,
) -> Result<(Rundown, Vec<Problem>), CompileError> {
    let going_on: BTreeMap<String, Vec<GoesOn>> =
        old.services.iter().map(|s| (s.id.clone(), go_on(old, s, at))).collect();
    let revision = old.revision + 1;
    let compiled =
        compile_behind(timetable, catalogue, services, old.from, until, revision, &going_on)?;
    let (mut new, problems) = compiled;
    new.from = at;
    for service in &mut new.services {
        let before = old.services.iter().find(|s| s.id == service.id);
        let last = going_on.get(&service.id).and_then(|airings| airings.last());
        if let (Some(before), Some(last)) = (before, last) {
            take_over_events(before, service, last.airing.end);
        }
    }
    Ok((new, problems))
}

/// The last airing of which something has been sent or announced before `at`, behind those of which
/// something is still to be sent: the sound of a programme is on its way when the next picture
/// already is.
fn go_on(old: &Rundown, service: &ServiceRundown, at: Ticks) -> Vec<GoesOn> {
    let begun =
        service.airings.partition_point(|a| a.video.from.min(a.audio.from) < at + NAMED_AHEAD);
    let ended = |a: &Airing| a.video.until.max(a.audio.until) + NAMED_BEHIND <= at;
    let first = service.airings[..begun].partition_point(ended).min(begun.saturating_sub(1));
    let goes_on = |airing: &Airing| {
        let (asset, entry) = old.asset(airing.asset).clone();
        GoesOn { asset, entry, airing: airing.clone(), from: at }
    };
    service.airings[first..begun].iter().map(goes_on).collect()
}

/// What was on, or goes on, is told as the old timetable had it.
fn take_over_events(old: &ServiceRundown, new: &mut ServiceRundown, until: Ticks) {
    let mut events: Vec<_> = old.events.iter().filter(|e| e.start < until).cloned().collect();
    let kept = events.len() as u32;
    // Of what has begun before, the new revision tells only where it has another end now.
    let dropped = new.events.partition_point(|e| e.start < until);
    let (resized, coming) = new.events.split_at(dropped);
    for event in resized {
        for known in events.iter_mut().filter(|e| e.start == event.start) {
            known.duration = event.duration;
        }
    }
    let place_of = |start: Ticks| events.iter().position(|e| e.start == start).map(|i| i as u32);
    for airing in new.airings.iter_mut().filter(|a| a.start >= until) {
        airing.event = airing.event.and_then(|event| match resized.get(event as usize) {
            Some(resized) => place_of(resized.start),
            None => Some(event - dropped as u32 + kept),
        });
    }
    events.extend(coming.iter().cloned());
    new.events = events;
}
