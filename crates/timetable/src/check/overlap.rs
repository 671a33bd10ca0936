//! Airings of one service against each other, day by day.
//!
//! Days that repeat others are not looked at again, only counted, see [`super::repeat`].

use super::CheckedDays;
use super::repeat::days_to_check;
use crate::civil::{Day, SECONDS_PER_DAY};
use crate::diagnostic::{Code, Diagnostic};
use crate::duration::format_duration;
use crate::model::{Programme, Slot, Timetable};
use crate::plan::{Candidate, Fate, Lane, Origin, settle};
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
    check_days(timetable, lane, &days_to_check(timetable, lane, days))
}

/// Checks these days, each of which stands for a number of days.
pub(super) fn check_days(
    timetable: &Timetable,
    lane: &Lane,
    stands_for: &BTreeMap<Day, usize>,
) -> Vec<Diagnostic> {
    let mut found = Findings::new(timetable);
    let mut left: Vec<Day> = stands_for.keys().rev().copied().collect();
    while let Some(first) = left.pop().filter(|_| found.budget > 0) {
        let mut end = Day(first.0 + 1);
        while left.last() == Some(&end) && end.0 - first.0 < DAYS_AT_ONCE {
            left.pop();
            end.0 += 1;
        }
        let (from_unix_s, until_unix_s) = instants_of(timetable, first, end);
        let reach_s = lane.reach_s();
        let candidates = lane.candidates(timetable, from_unix_s - reach_s, until_unix_s + reach_s);
        let days_like = |c: &Candidate<'_>| {
            let day = c.local.day();
            if (first..end).contains(&day) { stands_for[&day] } else { 0 }
        };
        found.overlaps(&candidates, days_like);
        if found.overlaps.is_empty() {
            for (candidate, fate) in candidates.iter().zip(settle(&candidates)) {
                found.preempted(candidate, fate, &candidates, days_like(candidate));
            }
        }
    }
    found.into_diagnostics(timetable)
}

/// The instants that civil times from `first` on, `end` excluded, can have, in UTC seconds.
fn instants_of(timetable: &Timetable, first: Day, end: Day) -> (i64, i64) {
    let midnight = |day: Day| i64::from(day.0) * SECONDS_PER_DAY;
    let (low, high) = (midnight(first) - SECONDS_PER_DAY, midnight(end) + SECONDS_PER_DAY);
    let (least_s, greatest_s) = timetable.zone.offsets_s(low, high);
    (midnight(first) - greatest_s, midnight(end) - least_s)
}

struct Findings<'t> {
    timetable: &'t Timetable,
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

impl<'t> Findings<'t> {
    fn new(timetable: &'t Timetable) -> Findings<'t> {
        let (overlaps, preempted) = (BTreeMap::new(), BTreeMap::new());
        Findings { timetable, overlaps, preempted, budget: MAX_COMPARISONS }
    }

    /// Pairs of equal priority that share time both on the clock of the axis and, so that a clock
    /// change makes no timetable faulty, on the local clock. A pair is counted on the day on
    /// which its later airing starts, as often as there are days like it.
    fn overlaps(
        &mut self,
        candidates: &[Candidate<'t>],
        days_like: impl Fn(&Candidate<'_>) -> usize,
    ) {
        let mut order: Vec<&Candidate<'t>> = candidates.iter().collect();
        order.sort_by_key(|c| (c.start_unix_s, c.origin.id(), c.local));
        let mut running: Vec<&Candidate<'t>> = Vec::new();
        for later in order {
            running.retain(|c| c.end_unix_s > later.start_unix_s);
            let days = days_like(later);
            let equal = |c: &Candidate<'_>| c.own == later.own && c.priority == later.priority;
            let rivals = running.iter().filter(|c| days > 0 && equal(c));
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
                        .count += days;
                }
            }
            running.push(later);
        }
    }

    /// What is left of an airing is all that its lesson is said to need.
    fn is_whole(&self, airing: &Candidate<'_>, left_s: i64) -> bool {
        let Origin::Slot { slot, lesson: Some(lesson), .. } = airing.origin else { return false };
        let Programme::Course { course, .. } = slot.programme else { return false };
        let claim = self.timetable.courses[course].lessons[lesson as usize].length_claim;
        claim.is_some_and(|claim| claim - slot.from_offset <= Span::from_seconds(left_s))
    }

    fn preempted(
        &mut self,
        loser: &Candidate<'t>,
        fate: Fate,
        all: &[Candidate<'t>],
        days_like: usize,
    ) {
        let (left_s, by) = match fate {
            Fate::Airs { by: None, .. } => return,
            Fate::Airs { start_unix_s, end_unix_s, by: Some(by) } => {
                (end_unix_s - start_unix_s, by)
            }
            Fate::Dropped { by } => (0, by),
        };
        let winner = all[by];
        let equals = winner.own == loser.own && winner.priority == loser.priority && !loser.moved;
        if self.is_whole(loser, left_s) {
            return;
        }
        // What is shown again was shown before.
        let new_lesson = matches!(
            loser.origin,
            Origin::Slot { lesson: Some(_), repeat: false, slot, .. } if slot.rerun_of.is_none()
        );
        if days_like == 0 || equals || !new_lesson {
            return;
        }
        self.preempted
            .entry((loser.origin.id(), winner.origin.id()))
            .or_insert(Preempted { loser: *loser, winner, left_s, count: 0 })
            .count += days_like;
    }

    fn into_diagnostics(self, timetable: &Timetable) -> Vec<Diagnostic> {
        if !self.overlaps.is_empty() {
            // Who gives way to whom says nothing while equals share time.
            return self.overlaps.into_values().map(|o| o.tell()).collect();
        }
        let preempted = self.preempted.into_values().map(|p| p.tell(timetable));
        preempted.collect()
    }
}

impl Overlap<'_> {
    fn tell(&self) -> Diagnostic {
        let more = match self.count - 1 {
            0 => String::new(),
            1 => ", and once more".to_owned(),
            count => format!(", and {count} more times"),
        };
        match (self.one.origin, self.other.origin) {
            (Origin::Slot { slot, .. }, Origin::Slot { slot: other, .. })
                if slot.id == other.id && !slot.airs_once_a_day() =>
            {
                self.tell_of_one_slot(slot, &more)
            }
            _ => self.tell_of_two(&more),
        }
    }

    /// A slot is longer than the time from one of its airings to the next.
    fn tell_of_one_slot(&self, slot: &Slot, more: &str) -> Diagnostic {
        let (earlier, later) = (&self.one, &self.other);
        let apart = Span::from_seconds(later.local.0 - earlier.local.0);
        let next_day = if earlier.local.day() == later.local.day() { "" } else { " the next day" };
        let message = format!(
            "`{}` airs at {} and again at {}{next_day}, {} later, but is {} long, first on {}{more}",
            slot.id,
            clock(earlier.local),
            clock(later.local),
            format_duration(apart),
            format_duration(Span::from_seconds(i64::from(slot.length_s))),
            with_weekday(earlier.local),
        );
        Diagnostic::new(Code::Overlap, message)
            .primary(
                slot.places.length,
                format!("{} to {}", clock(earlier.local), clock(earlier.local_end())),
            )
            .secondary(slot.places.at, "")
            .help("a shorter `length`, or times further apart")
    }

    fn tell_of_two(&self, more: &str) -> Diagnostic {
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
                _ => "an airing".to_owned(),
            },
            _ => "an airing".to_owned(),
        };
        let more = match self.count - 1 {
            0 => String::new(),
            1 => ", and one more".to_owned(),
            count => format!(", and {count} more"),
        };
        let date = with_weekday(loser.local);
        let finding = Diagnostic::new(Code::Preempted, format!("{lesson} {what} on {date}{more}"))
            .help(self.advice());
        if winner.origin.id() == loser.origin.id() {
            return finding.primary(loser.origin.location(), "another airing of it is there");
        }
        finding
            .primary(loser.origin.location(), format!("priority {}", loser.priority))
            .secondary(winner.origin.location(), format!("priority {}", winner.priority))
    }

    fn advice(&self) -> &'static str {
        match self.loser.origin {
            _ if self.loser.moved => {
                "with `on_gap = \"skip\"` the lesson waits for the next airing"
            }
            Origin::Slot { slot, .. } if !slot.airs_once_a_day() => {
                "choose other times, or give the slot a higher `priority`"
            }
            _ => "`if_preempted = \"hold\"` in the course lets the lesson wait for the next airing",
        }
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
