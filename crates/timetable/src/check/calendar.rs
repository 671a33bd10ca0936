//! Closed days of terms that take lessons away.

use crate::calendar::{Closed, Term};
use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Location;
use crate::text::Id;
use std::collections::BTreeMap;

/// What closed days of a term take from a slot, and no day makes up for.
pub(crate) struct LostDays {
    pub term: Id,
    pub slot: Id,
    /// Where the slot is defined.
    pub at: Location,
    /// How often the slot airs on a day.
    pub per_day: usize,
    /// In order; never empty.
    pub days: Vec<Day>,
}

/// Reports lost days by the closed days that take them.
pub(crate) fn lost_days(terms: &[Term], mut lost: Vec<LostDays>) -> Vec<Diagnostic> {
    lost.sort_by(|a, b| (&a.term, a.at).cmp(&(&b.term, b.at)));
    let mut of_term: BTreeMap<&Id, Vec<&LostDays>> = BTreeMap::new();
    for slot in &lost {
        of_term.entry(&slot.term).or_default().push(slot);
    }
    let mut found = Vec::new();
    for term in terms {
        let slots = of_term.get(&term.id).map_or(&[][..], Vec::as_slice);
        let noted = term.closed.iter().filter(|closed| closed.made_up);
        found.extend(noted.filter_map(|closed| tell(closed, slots)));
    }
    found
}

fn tell(closed: &Closed, slots: &[&LostDays]) -> Option<Diagnostic> {
    let in_range = |day: &&Day| (closed.first..=closed.last).contains(*day);
    let hit: Vec<(&LostDays, usize)> = slots
        .iter()
        .map(|slot| (*slot, slot.days.iter().filter(in_range).count() * slot.per_day))
        .filter(|(_, airings)| *airings > 0)
        .collect();
    let airings: usize = hit.iter().map(|(_, airings)| airings).sum();
    let first = hit.iter().flat_map(|(slot, _)| slot.days.iter().filter(in_range)).min()?;
    let message = match airings {
        1 => format!("one airing of a course falls on {first}, and is not made up for"),
        _ => format!(
            "{airings} airings of courses fall on closed days from {first} on, and are \
                      not made up for"
        ),
    };
    let mut finding = Diagnostic::new(Code::LostDay, message).primary(closed.origin, "");
    for (slot, airings) in hit.iter().take(MAX_SLOTS_SHOWN) {
        finding = finding.secondary(slot.at, format!("`{}` loses {airings}", slot.slot));
    }
    Some(finding.help(format!(
        "makeup = [{{ on = …, taught_as = {first} }}], or `made_up = false` beside the closed days"
    )))
}

const MAX_SLOTS_SHOWN: usize = 3;
