//! Sites with one receiver that are wanted by two programmes at one time.
//!
//! Only slots that say whom they gather take part: what runs for anybody books nobody.

use super::CheckedDays;
use crate::civil::SECONDS_PER_DAY;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{SiteClass, Slot, Timetable};
use crate::plan::{Candidate, OpenClock, Origin, slot_candidates};
use crate::text::Id;
use crate::zone::LocalTime;
use std::collections::BTreeMap;

/// Reports pairs of slots that gather the people of one site at one time.
pub(crate) fn check_bookings(timetable: &Timetable, days: CheckedDays) -> Vec<Diagnostic> {
    let gathering: Vec<&Slot> =
        timetable.slots.iter().filter(|slot| !slot.audience.is_empty()).collect();
    if timetable.classes.is_empty() || gathering.len() < 2 {
        return Vec::new();
    }
    let mut found: BTreeMap<(&Id, &Id), Clash<'_>> = BTreeMap::new();
    let mut budget = MAX_COMPARISONS;
    let mut from = days.first;
    while from < days.end && budget > 0 {
        let end = crate::civil::Day((from.0 + DAYS_AT_ONCE).min(days.end.0));
        let midnight = |day| LocalTime::new(day, 0).0;
        let (low, high) = (midnight(from) - SECONDS_PER_DAY, midnight(end) + SECONDS_PER_DAY);
        let mut airings: Vec<Candidate<'_>> = Vec::new();
        for slot in &gathering {
            slot_candidates(timetable, slot, low, high, |candidate| {
                if (from..end).contains(&candidate.local.day()) {
                    airings.push(candidate);
                }
            });
        }
        airings.sort_by_key(|c| (c.start_unix_s, c.origin.id().clone()));
        compare(timetable, &airings, &mut found, &mut budget);
        from = end;
    }
    found.into_values().map(|clash| clash.tell()).collect()
}

struct Clash<'t> {
    class: &'t SiteClass,
    one: Candidate<'t>,
    other: Candidate<'t>,
    count: usize,
}

fn compare<'t>(
    timetable: &'t Timetable,
    airings: &[Candidate<'t>],
    found: &mut BTreeMap<(&'t Id, &'t Id), Clash<'t>>,
    budget: &mut usize,
) {
    let mut running: Vec<&Candidate<'t>> = Vec::new();
    for later in airings {
        running.retain(|c| c.end_unix_s > later.start_unix_s);
        for earlier in &running {
            *budget = budget.saturating_sub(1);
            if *budget == 0 || found.len() >= MAX_PAIRS {
                return;
            }
            let Some(class) = wanted_twice(timetable, earlier, later) else { continue };
            let (one, other) = if earlier.origin.id() <= later.origin.id() {
                (**earlier, *later)
            } else {
                (*later, **earlier)
            };
            let fresh = Clash { class, one, other, count: 0 };
            found.entry((one.origin.id(), other.origin.id())).or_insert(fresh).count += 1;
        }
        running.push(later);
    }
}

/// The first class whose sites are open for both and serve the people of both.
fn wanted_twice<'t>(
    timetable: &'t Timetable,
    one: &Candidate<'_>,
    other: &Candidate<'_>,
) -> Option<&'t SiteClass> {
    let (Origin::Slot { slot, lesson, .. }, Origin::Slot { slot: rival, lesson: others, .. }) =
        (one.origin, other.origin)
    else {
        return None;
    };
    // The same lesson on two services gathers people once; one service shows one thing at a time.
    let same = slot.programme == rival.programme && lesson == others;
    let apart = |a: &[Id], b: &[Id]| {
        !a.is_empty() && !b.is_empty() && a.iter().all(|region| !b.contains(region))
    };
    if same || slot.service == rival.service || apart(&slot.regions, &rival.regions) {
        return None;
    }
    let shared = (one.start_unix_s.max(other.start_unix_s), one.end_unix_s.min(other.end_unix_s));
    timetable.classes.iter().find(|class| {
        class.serves(&slot.audience)
            && class.serves(&rival.audience)
            && OpenClock::new(timetable, class).is_open(shared.0, shared.1)
    })
}

impl Clash<'_> {
    fn tell(&self) -> Diagnostic {
        let more = match self.count - 1 {
            0 => String::new(),
            1 => ", and once more".to_owned(),
            more => format!(", and {more} more times"),
        };
        let message = format!(
            "sites of class `{}` are wanted for `{}` and `{}` at the same time, first on {}{more}",
            self.class.id,
            self.one.origin.id(),
            self.other.origin.id(),
            self.one.local.max(self.other.local),
        );
        let (one, other) = (self.one.origin.location(), self.other.origin.location());
        Diagnostic::new(Code::BookedTwice, message)
            .primary(one.max(other), "")
            .secondary(one.min(other), "")
            .secondary(self.class.origin, "one receiver for all of them")
            .help("move one of them, or name a narrower `audience`")
    }
}

const DAYS_AT_ONCE: i32 = 28;
const MAX_COMPARISONS: usize = 1_000_000;
const MAX_PAIRS: usize = 200;
