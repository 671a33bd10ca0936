//! From one revision of a timetable to the next without a break on air.

use crate::catalogue::Catalogue;
use crate::compile::{CompileError, GoesOn, Problem, compile_behind};
use crate::model::{Rundown, ServiceRundown};
use std::collections::BTreeMap;
use timetable::{Id, Timetable};
use ts::Ticks;

/// The rundown of a new revision that takes effect at `at`, which lies within `old`.
///
/// What is being delivered at that instant on a service goes on to its end; the new timetable rules
/// from there. Programmes that the new timetable begins before that are not joined in their middle:
/// the service is filled until the next one begins.
pub fn revise(
    old: &Rundown,
    at: Ticks,
    timetable: &Timetable,
    catalogue: &Catalogue,
    services: &[Id],
    until: Ticks,
) -> Result<(Rundown, Vec<Problem>), CompileError> {
    let going_on: BTreeMap<String, GoesOn> =
        old.services.iter().filter_map(|s| Some((s.id.clone(), goes_on(old, s, at)?))).collect();
    let revision = old.revision + 1;
    let compiled =
        compile_behind(timetable, catalogue, services, old.from, until, revision, &going_on)?;
    let (mut new, problems) = compiled;
    new.from = at;
    for service in &mut new.services {
        let before = old.services.iter().find(|s| s.id == service.id);
        if let (Some(before), Some(taken)) = (before, going_on.get(&service.id)) {
            take_over_events(before, service, taken.airing.end);
        }
    }
    Ok((new, problems))
}

/// The last airing of which something has been sent before `at`.
fn goes_on(old: &Rundown, service: &ServiceRundown, at: Ticks) -> Option<GoesOn> {
    let begun = service.airings.partition_point(|a| a.video.from.min(a.audio.from) < at);
    let airing = service.airings[..begun].last()?.clone();
    Some(GoesOn { asset: old.asset(airing.asset).0.clone(), airing })
}

/// What was on, or goes on, is told as the old timetable had it.
fn take_over_events(old: &ServiceRundown, new: &mut ServiceRundown, until: Ticks) {
    let mut events: Vec<_> = old.events.iter().filter(|e| e.start < until).cloned().collect();
    let kept = events.len() as u32;
    let dropped = new.events.iter().take_while(|e| e.start < until).count() as u32;
    events.extend(new.events.iter().skip(dropped as usize).cloned());
    for airing in &mut new.airings {
        let own = airing.event.filter(|_| airing.start >= until);
        airing.event = match own {
            Some(event) => Some(event - dropped + kept),
            None => events.iter().position(|e| e.start == airing.start).map(|i| i as u32),
        };
    }
    new.events = events;
}
