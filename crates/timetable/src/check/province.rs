//! What a provincial plan may put into the central plan that it includes.
//!
//! On a central service its own airings lie inside the windows that are given to its region. Even
//! there they never take the time of a required lesson.

use super::CheckedDays;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{CourseKind, Programme, Slot, Timetable};
use crate::plan::{Candidate, Lane, Origin};
use crate::text::Id;
use crate::zone::LocalTime;
use std::collections::BTreeMap;

/// Checks what the plan puts into one service of the plan that it includes.
pub(crate) fn check_inserted(
    timetable: &Timetable,
    service: usize,
    days: CheckedDays,
) -> Vec<Diagnostic> {
    let lane = &timetable.lanes[service];
    let is_central = timetable.is_included(timetable.services[service].origin);
    let is_own = |origin| !timetable.is_included(origin);
    let inserts = lane.slots(timetable).any(|slot| is_own(slot.origin))
        || lane.items(timetable).any(|item| is_own(item.origin));
    if !is_central || !inserts {
        return Vec::new();
    }
    let mut found: BTreeMap<(&Id, Option<&Id>), Inserted<'_>> = BTreeMap::new();
    let mut from = days.first;
    while from < days.end {
        let end = crate::civil::Day((from.0 + DAYS_AT_ONCE).min(days.end.0));
        check_days(timetable, lane, (from, end), &mut found);
        from = end;
    }
    found.into_values().map(|inserted| inserted.tell(timetable)).collect()
}

/// An own airing that is not where it may be, and how many more there are like it.
struct Inserted<'t> {
    own: Candidate<'t>,
    /// The required lesson whose time it takes.
    displaced: Option<Candidate<'t>>,
    count: usize,
}

fn check_days<'t>(
    timetable: &'t Timetable,
    lane: &Lane,
    (first, end): (crate::civil::Day, crate::civil::Day),
    found: &mut BTreeMap<(&'t Id, Option<&'t Id>), Inserted<'t>>,
) {
    let day_s = crate::civil::SECONDS_PER_DAY;
    let midnight = |day| LocalTime::new(day, 0).0;
    let candidates =
        lane.candidates(timetable, midnight(first) - 2 * day_s, midnight(end) + 2 * day_s);
    let in_range = |c: &&Candidate<'_>| (first..end).contains(&c.local.day());
    for own in candidates.iter().filter(|c| c.own).filter(in_range) {
        let shares = |c: &&Candidate<'_>| {
            !c.own && c.start_unix_s < own.end_unix_s && own.start_unix_s < c.end_unix_s
        };
        let mut central = candidates.iter().filter(shares);
        if let Some(required) = central.find(|c| is_required(timetable, c)) {
            let key = (own.origin.id(), Some(required.origin.id()));
            let fresh = Inserted { own: *own, displaced: Some(*required), count: 0 };
            found.entry(key).or_insert(fresh).count += 1;
        }
        let holds = |c: &Candidate<'_>| {
            let Origin::Slot { slot, .. } = c.origin else { return false };
            gives(timetable, slot)
                && c.start_unix_s <= own.start_unix_s
                && own.end_unix_s <= c.end_unix_s
        };
        if !candidates.iter().any(holds) {
            let fresh = Inserted { own: *own, displaced: None, count: 0 };
            found.entry((own.origin.id(), None)).or_insert(fresh).count += 1;
        }
    }
}

/// The slot is a window of the included plan that is given to the region of this one.
fn gives(timetable: &Timetable, slot: &Slot) -> bool {
    let region = timetable.region.as_ref();
    matches!(slot.programme, Programme::OptOut { .. })
        && timetable.is_included(slot.origin)
        && region.is_some_and(|region| slot.regions.contains(region))
}

fn is_required(timetable: &Timetable, candidate: &Candidate<'_>) -> bool {
    match candidate.origin {
        Origin::Slot { slot, lesson: Some(_), .. } => match slot.programme {
            Programme::Course { course, .. } => {
                timetable.courses[course].kind == CourseKind::Required
            }
            _ => false,
        },
        _ => false,
    }
}

impl Inserted<'_> {
    fn tell(&self, timetable: &Timetable) -> Diagnostic {
        let more = match self.count - 1 {
            0 => String::new(),
            1 => ", and once more".to_owned(),
            more => format!(", and {more} more times"),
        };
        let id = self.own.origin.id();
        if let Some(displaced) = &self.displaced {
            let message = format!(
                "`{id}` takes the time of the required `{}` of the central plan on {}{more}",
                displaced.origin.id(),
                self.own.local,
            );
            return Diagnostic::new(Code::RequiredDisplaced, message)
                .primary(self.own.origin.location(), "")
                .secondary(displaced.origin.location(), "required here")
                .help("a required lesson of the central plan keeps its time; choose another");
        }
        let service = match self.own.origin {
            Origin::Slot { slot, .. } => &slot.service,
            Origin::Item(item) => &item.service,
        };
        let message = format!(
            "`{id}` airs on the central service `{service}` outside of what is given to this \
             region, first on {}{more}",
            self.own.local,
        );
        let mut finding =
            Diagnostic::new(Code::NotGranted, message).primary(self.own.origin.location(), "");
        let windows = timetable.slots.iter().filter(|s| s.service == *service);
        let mut windows = windows.filter(|slot| gives(timetable, slot));
        match (windows.next(), timetable.service(service)) {
            (Some(window), _) => finding = finding.secondary(window.origin, "this window is given"),
            (None, Some(service)) => finding = finding.secondary(service.origin, "defined here"),
            (None, None) => {}
        }
        finding.help("move it into a window of the central plan, or to a service of your own")
    }
}

const DAYS_AT_ONCE: i32 = 28;
