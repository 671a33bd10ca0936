//! Airings of one service against each other, day by day.

use super::CheckedDays;
use crate::civil::{Day, SECONDS_PER_DAY};
use crate::diagnostic::{Code, Diagnostic};
use crate::duration::format_duration;
use crate::model::{Programme, Timetable};
use crate::plan::{Candidate, Fate, Origin, settle};
use crate::text::Id;
use crate::zone::LocalTime;
use std::collections::BTreeMap;
use ts::Span;

/// Reports airings of equal priority that share time, and lessons that give way to others.
pub(crate) fn check_service(
    timetable: &Timetable,
    service: usize,
    days: CheckedDays,
) -> Vec<Diagnostic> {
    let lane = &timetable.lanes[service];
    let mut found = Findings::default();
    let mut first = days.first;
    while first < days.end && found.budget > 0 {
        let end = Day((first.0 + DAYS_AT_ONCE).min(days.end.0));
        let from_unix_s = i64::from(first.0) * SECONDS_PER_DAY;
        let until_unix_s = i64::from(end.0) * SECONDS_PER_DAY;
        let reach_s = lane.reach_s();
        let candidates = lane.candidates(timetable, from_unix_s - reach_s, until_unix_s + reach_s);
        let here = |c: &Candidate<'_>| (from_unix_s..until_unix_s).contains(&c.start_unix_s);
        found.overlaps(&candidates, here);
        // Who gives way to whom says nothing while equals share time.
        if found.overlaps.is_empty() {
            for (candidate, fate) in candidates.iter().zip(settle(&candidates)) {
                if here(candidate) {
                    found.preempted(candidate, fate, &candidates);
                }
            }
        }
        first = end;
    }
    found.into_diagnostics(timetable)
}

struct Findings<'t> {
    /// Pairs of slots or items by their ids.
    overlaps: BTreeMap<(&'t Id, &'t Id), Overlap<'t>>,
    preempted: BTreeMap<(&'t Id, &'t Id), Preempted<'t>>,
    /// Comparisons that may still be made: a faulty timetable can hold any number of overlaps.
    budget: usize,
}

struct Overlap<'t> {
    one: Candidate<'t>,
    other: Candidate<'t>,
    count: usize,
}

struct Preempted<'t> {
    loser: Candidate<'t>,
    winner: Candidate<'t>,
    /// What is left of the first airing, in seconds.
    left_s: i64,
    count: usize,
}

impl Default for Findings<'_> {
    fn default() -> Self {
        let (overlaps, preempted) = (BTreeMap::new(), BTreeMap::new());
        Findings { overlaps, preempted, budget: MAX_COMPARISONS }
    }
}

impl<'t> Findings<'t> {
    /// Pairs of equal priority that share time both on the clock of the axis and, so that a clock
    /// change makes no timetable faulty, on the local clock. A pair is counted where its later
    /// airing starts.
    fn overlaps(&mut self, candidates: &[Candidate<'t>], here: impl Fn(&Candidate<'_>) -> bool) {
        let mut order: Vec<&Candidate<'t>> = candidates.iter().collect();
        order.sort_by_key(|c| (c.start_unix_s, c.origin.id(), c.local));
        let mut running: Vec<&Candidate<'t>> = Vec::new();
        for later in order {
            running.retain(|c| c.end_unix_s > later.start_unix_s);
            let rivals = running.iter().filter(|c| here(later) && c.priority == later.priority);
            for earlier in rivals {
                if self.budget == 0 || self.overlaps.len() >= MAX_PAIRS {
                    self.budget = 0;
                    return;
                }
                self.budget -= 1;
                let local = earlier.local < later.local_end() && later.local < earlier.local_end();
                if local {
                    let (one, other) = if earlier.origin.id() <= later.origin.id() {
                        (**earlier, *later)
                    } else {
                        (*later, **earlier)
                    };
                    self.overlaps
                        .entry((one.origin.id(), other.origin.id()))
                        .or_insert(Overlap { one, other, count: 0 })
                        .count += 1;
                }
            }
            running.push(later);
        }
    }

    fn preempted(&mut self, loser: &Candidate<'t>, fate: Fate, all: &[Candidate<'t>]) {
        let (left_s, by) = match fate {
            Fate::Airs { .. } => return,
            Fate::Cut { end_unix_s, by } => (end_unix_s - loser.start_unix_s, by),
            Fate::Dropped { by } => (0, by),
        };
        let winner = all[by];
        let equals = winner.priority == loser.priority && !loser.moved;
        if equals || !matches!(loser.origin, Origin::Slot { lesson: Some(_), .. }) {
            return;
        }
        self.preempted
            .entry((loser.origin.id(), winner.origin.id()))
            .or_insert(Preempted { loser: *loser, winner, left_s, count: 0 })
            .count += 1;
    }

    fn into_diagnostics(self, timetable: &Timetable) -> Vec<Diagnostic> {
        let overlaps = self.overlaps.into_values().map(|o| o.tell());
        let preempted = self.preempted.into_values().map(|p| p.tell(timetable));
        overlaps.chain(preempted).collect()
    }
}

impl Overlap<'_> {
    fn tell(&self) -> Diagnostic {
        let (one, other) = (&self.one, &self.other);
        let start = one.start_unix_s.max(other.start_unix_s);
        let shared_s = one.end_unix_s.min(other.end_unix_s) - start;
        let message = format!(
            "`{}` and `{}` share {}, first on {}",
            one.origin.id(),
            other.origin.id(),
            format_duration(Span::from_seconds(shared_s)),
            with_weekday(one.local.max(other.local)),
        );
        let times = |c: &Candidate<'_>| format!("{} to {}", clock(c.local), clock(c.local_end()));
        let more = match self.count - 1 {
            0 => String::new(),
            1 => ", and once more".to_owned(),
            count => format!(", and {count} more times"),
        };
        let (first, second) = if one.origin.location() <= other.origin.location() {
            (one, other)
        } else {
            (other, one)
        };
        Diagnostic::new(Code::Overlap, format!("{message}{more}"))
            .primary(second.origin.location(), times(second))
            .secondary(first.origin.location(), times(first))
            .help("move one, shorten one, or give one a higher `priority`")
    }
}

impl Preempted<'_> {
    fn tell(&self, timetable: &Timetable) -> Diagnostic {
        let (loser, winner) = (&self.loser, &self.winner);
        let what = match self.left_s {
            0 => "is lost".to_owned(),
            left_s => format!("is cut to {}", format_duration(Span::from_seconds(left_s))),
        };
        let lesson = match loser.origin {
            Origin::Slot { slot, lesson: Some(lesson), .. } => match slot.programme {
                Programme::Course { course, .. } => {
                    let course = &timetable.courses[course];
                    format!("lesson `{}` of `{}`", course.lessons[lesson as usize].id, course.id)
                }
                Programme::Asset(_) => "an airing".to_owned(),
            },
            _ => "an airing".to_owned(),
        };
        let more = match self.count - 1 {
            0 => String::new(),
            1 => ", and one more".to_owned(),
            count => format!(", and {count} more"),
        };
        let date = with_weekday(loser.local);
        Diagnostic::new(Code::Preempted, format!("{lesson} {what} on {date}{more}"))
            .primary(loser.origin.location(), format!("priority {}", loser.priority))
            .secondary(winner.origin.location(), format!("priority {}", winner.priority))
            .help("name the date in `except`, so that the lesson waits for the next airing")
    }
}

fn with_weekday(local: LocalTime) -> String {
    let name = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    format!("{} {local}", name[usize::from(local.day().weekday())])
}

fn clock(local: LocalTime) -> String {
    let second = local.second_of_day();
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let seconds = if second == 0 { String::new() } else { format!(":{second:02}") };
    format!("{hour:02}:{minute:02}{seconds}")
}

const DAYS_AT_ONCE: i32 = 28;
const MAX_COMPARISONS: usize = 1_000_000;
/// Pairs that are told apart; more than are ever shown.
const MAX_PAIRS: usize = 200;
