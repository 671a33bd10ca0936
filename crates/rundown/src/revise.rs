//! From one revision of a timetable to the next without a break on air.

use crate::catalogue::Catalogue;
use crate::compile::{CompileError, GoesOn, Problem, compile, compile_behind};
use crate::model::{Airing, NAMED_AHEAD, NAMED_BEHIND, Rundown, ServiceRundown};
use std::collections::BTreeMap;
use timetable::{Id, Timetable};
use ts::{Span, Ticks};

/// The rundown of a new revision that takes effect at `at`, which lies within `old`.
///
/// What is being delivered at that instant on a service goes on; the new timetable rules from its end.
/// That is the end that the new timetable gives it, where it has the same airing and both ends lie
/// far enough away; otherwise the old one. Programmes that the new timetable begins before that are
/// not joined in their middle: the service is filled until the next one begins.
pub fn revise(
    old: &Rundown,
    at: Ticks,
    timetable: &Timetable,
    catalogue: &Catalogue,
    services: &[Id],
    until: Ticks,
) -> Result<(Rundown, Vec<Problem>), CompileError> {
    let mut going_on: BTreeMap<String, Vec<GoesOn>> =
        old.services.iter().map(|s| (s.id.clone(), go_on(old, s, at))).collect();
    let revision = old.revision + 1;
    let (fresh, _) = compile(timetable, catalogue, services, old.from, until, revision)?;
    for service in &fresh.services {
        let last = going_on.get_mut(&service.id).and_then(|airings| airings.last_mut());
        if let Some(last) = last {
            take_new_end(last, &fresh, service, at);
        }
    }
    let compiled =
        compile_behind(timetable, catalogue, services, old.from, until, revision, &going_on)?;
    let (mut new, problems) = compiled;
    new.from = at;
    for service in &mut new.services {
        let before = old.services.iter().find(|s| s.id == service.id);
        let last = going_on.get(&service.id).and_then(|airings| airings.last());
        if let (Some(before), Some(last)) = (before, last) {
            let fresh = fresh.services.iter().find(|s| s.id == service.id);
            let ends = before.on_air(last.airing.start).map_or(last.airing.end, |a| a.end);
            take_over_events(before, service, ends.min(last.airing.end));
            tell_new_end(service, fresh, &last.airing);
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
        GoesOn { asset, entry, airing: airing.clone() }
    };
    service.airings[first..begun].iter().map(goes_on).collect()
}

/// Gives an airing that goes on the end that the new timetable has for it.
///
/// Only its last seconds are delivered otherwise then, and those must not have begun.
fn take_new_end(last: &mut GoesOn, fresh: &Rundown, service: &ServiceRundown, at: Ticks) {
    let ends = |a: &Airing| a.video.until.min(a.audio.until);
    let begins = |a: &Airing| {
        let delivery = (a.video.from, a.audio.from, a.decode_from);
        (a.start, a.in_point, a.kind, delivery, a.frames_before.clone())
    };
    let same = |a: &&Airing| {
        let (asset, entry) = fresh.asset(a.asset);
        *asset == last.asset && *entry == last.entry && begins(a) == begins(&last.airing)
    };
    let soon = at + TAIL;
    let found = service.airings.iter().find(same);
    if let Some(found) = found.filter(|a| ends(a) >= soon && ends(&last.airing) >= soon) {
        // The numbers of assets and events are those of the old rundown still.
        let (asset, event) = (last.airing.asset, last.airing.event);
        last.airing = Airing { asset, event, ..found.clone() };
    }
}

/// The guide tells the end that an airing has been given.
fn tell_new_end(service: &mut ServiceRundown, fresh: Option<&ServiceRundown>, last: &Airing) {
    let event = service.events.iter_mut().find(|event| event.start == last.start);
    let told = fresh.and_then(|s| s.events.iter().find(|event| event.start == last.start));
    if let (Some(event), Some(told)) = (event, told)
        && told.start + told.duration == last.end
    {
        event.duration = told.duration;
    }
}

/// How long before its end an airing is delivered as if it had none: longer than a decoder's buffer
/// holds, and than the join to what follows bends its curve.
const TAIL: Span = Span::from_seconds(5);

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
