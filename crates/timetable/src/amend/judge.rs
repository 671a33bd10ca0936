//! Whether amendments may stand: judged like the timetable itself.

use super::Amendment;
use super::apply::{Applied, apply, standing};
use super::log::AmendmentLog;
use super::target::AiringName;
use super::verbs::Verb;
use crate::check::check_calendar;
use crate::civil::{SECONDS_PER_DAY, ticks_from_unix};
use crate::diagnostic::{Code, Diagnostic, Severity, arrange};
use crate::model::Timetable;
use crate::plan::PlannedAiring;
use crate::zone::LocalTime;
use ts::{Span, Ticks};

impl Timetable {
    /// The timetable as all amendments of a log leave it, and what is wrong with it; it is there
    /// exactly when no finding is an error.
    ///
    /// The amendments were judged when they were accepted. One that a changed timetable gives
    /// nothing to change is told and left out, unless it is older than all that the timetable
    /// names.
    pub fn amended(&self, log: &AmendmentLog) -> (Option<Timetable>, Vec<Diagnostic>) {
        let all: Vec<&Amendment> = log.iter().collect();
        let applied = apply(self, &all, log.source());
        let begins = ticks_from_unix(LocalTime::new(self.days.first, 0).0 - SECONDS_PER_DAY);
        let begins = begins.unwrap_or_default();
        let mut found = check_calendar(&applied.timetable, applied.timetable.days);
        found.extend(applied.findings);
        for (number, fault) in applied.faults {
            let recent = log.get(number).is_some_and(|a| a.effective >= begins);
            found.extend(recent.then(|| spent(number, fault)));
        }
        arrange(&mut found);
        let sound = found.iter().all(|d| d.severity() != Severity::Error);
        (sound.then_some(applied.timetable), found)
    }

    /// What is wrong with the last amendment of a log, whose others were accepted, and what
    /// warnings it brings.
    pub fn judge_last(&self, log: &AmendmentLog) -> Vec<Diagnostic> {
        let Some(last) = log.iter().next_back() else { return Vec::new() };
        let all: Vec<&Amendment> = log.iter().collect();
        let before = apply(self, &all[..all.len() - 1], log.source());
        let after = apply(self, &all, log.source());
        let mut found = judge_undo(last, &all);
        let own = after.faults.iter().filter(|(number, _)| *number == last.number);
        found.extend(own.map(|(_, fault)| fault.clone()));
        // Others that it leaves nothing to change would be lost without a word.
        let held = |number: u32| before.faults.iter().any(|(known, _)| *known == number);
        let lost = after.faults.iter().filter(|(n, _)| *n != last.number && !held(*n));
        found.extend(lost.map(|(number, fault)| orphaned(last, *number, fault)));
        if found.is_empty() {
            found.extend(judge_time(last, &all, &before.timetable, &after.timetable));
            found.extend(new_findings(&before, &after));
            found.extend(judge_end(last, &after.timetable));
        }
        arrange(&mut found);
        found
    }
}

fn spent(number: u32, fault: Diagnostic) -> Diagnostic {
    let message = format!("amendment {number} changes nothing any more: {}", fault.message);
    Diagnostic { code: Code::SpentAmendment, message, ..fault }
}

fn orphaned(last: &Amendment, number: u32, fault: &Diagnostic) -> Diagnostic {
    let message = format!("amendment {number} would have nothing to change: {}", fault.message);
    Diagnostic::new(Code::UnknownTarget, message)
        .primary(last.about, "")
        .help(format!("undo amendment {number} first"))
}

/// What the calendar finds wrong with the one and not with the other.
fn new_findings(before: &Applied, after: &Applied) -> Vec<Diagnostic> {
    let all = |applied: &Applied| {
        let mut found = check_calendar(&applied.timetable, applied.timetable.days);
        found.extend(applied.findings.iter().cloned());
        found
    };
    let known = all(before);
    all(after).into_iter().filter(|finding| !known.contains(finding)).collect()
}

/// An undo takes back what stands, and a resume a hold.
fn judge_undo(last: &Amendment, all: &[&Amendment]) -> Vec<Diagnostic> {
    let before = &all[..all.len() - 1];
    let standing = standing(before);
    let wrong = match &last.verb {
        Verb::Undo { amendment } => match before.iter().find(|a| a.number == *amendment) {
            None => Some(format!("there is no amendment {amendment} before this one")),
            Some(_) if !standing.contains(amendment) => {
                Some(format!("amendment {amendment} was taken back already"))
            }
            Some(_) => None,
        },
        Verb::Resume { course } => {
            let is_held =
                before.iter().rev().filter(|a| standing.contains(&a.number)).find_map(|a| match &a
                    .verb
                {
                    Verb::Hold { course: held, until } if held == course => {
                        Some(until.is_none_or(|until| until > last.effective))
                    }
                    Verb::Resume { course: resumed } if resumed == course => Some(false),
                    _ => None,
                });
            (is_held != Some(true)).then(|| format!("course `{course}` is not held then"))
        }
        _ => None,
    };
    wrong
        .map(|message| Diagnostic::new(Code::UnknownTarget, message).primary(last.about, ""))
        .into_iter()
        .collect()
}

/// Nothing that starts before the amendment holds may change, but for the end of what is on air,
/// which is made longer or shorter on air when both ends lie behind that instant.
fn judge_time(
    last: &Amendment,
    all: &[&Amendment],
    before: &Timetable,
    after: &Timetable,
) -> Option<Diagnostic> {
    let at = last.effective;
    let touched = touched_from(last, all, before).min(at);
    let from = Ticks(touched.0.saturating_sub(LOOK_BACK.0 as u64));
    let mut changed: Vec<&PlannedAiring> = Vec::new();
    let listing = |timetable: &Timetable, service| {
        let mut airings = timetable.airings(service, from, at);
        airings.retain(|airing| airing.start < at);
        airings
    };
    let plans: Vec<(Vec<PlannedAiring>, Vec<PlannedAiring>)> = after
        .services()
        .iter()
        .map(|service| (listing(before, &service.id), listing(after, &service.id)))
        .collect();
    let resizes = matches!(last.verb, Verb::Extend { .. } | Verb::Cut { .. });
    for (old, new) in &plans {
        let kept = |airing: &&PlannedAiring, others: &[PlannedAiring]| {
            let place = others.binary_search_by_key(&airing.start, |other| other.start);
            let Ok(other) = place.map(|place| &others[place]) else { return false };
            let ends_later = airing.window_end.min(other.window_end) >= at + END_NOTICE;
            is_same(airing, other)
                && (airing.window_end == other.window_end || resizes && ends_later)
        };
        changed.extend(old.iter().filter(|airing| !kept(airing, new)));
        changed.extend(new.iter().filter(|airing| !kept(airing, old)));
    }
    let first = changed.into_iter().min_by_key(|airing| airing.start)?;
    let zone = after.zone();
    let message = format!(
        "this changes `{}` on {}, which starts {} before the amendment holds, {}",
        first.id,
        first.service,
        zone.format(first.start),
        zone.format(at),
    );
    let help = match last.verb {
        Verb::Undo { .. } => "what it did has begun; write the opposite instead",
        Verb::Extend { .. } | Verb::Cut { .. } => {
            "what is on can end earlier or later, but no sooner than 5 s behind that"
        }
        _ => "what is on goes on to its end; amend what starts later",
    };
    Some(Diagnostic::new(Code::TooLate, message).primary(last.about, "").help(help))
}

/// An instant before which an amendment touches nothing, a day or two aside.
fn touched_from(amendment: &Amendment, all: &[&Amendment], before: &Timetable) -> Ticks {
    let local = |local: LocalTime| ticks_from_unix(local.0).unwrap_or_default();
    let effective = amendment.effective;
    let start = |name: &AiringName| match name.day {
        Some(day) => local(LocalTime::new(day, 0)),
        None => {
            let item = before.items.iter().find(|item| item.id == name.id);
            item.map_or(effective, |item| local(LocalTime::new(item.at.day(), 0)))
        }
    };
    match &amendment.verb {
        Verb::Cancel { airing }
        | Verb::Extend { airing, .. }
        | Verb::Cut { airing, .. }
        | Verb::Substitute { airing, .. } => start(airing),
        Verb::Move { airing, to } => start(airing).min(local(*to)),
        Verb::Insert(insert) => local(insert.start),
        Verb::OptOut(window) => local(window.start),
        // What it takes back was touched from then on, also where that in turn took something back.
        Verb::Undo { amendment } => {
            let undone = all.iter().find(|a| a.number == *amendment && a.number < all.len() as u32);
            undone.map_or(effective, |a| a.effective)
        }
        Verb::Replace { .. } | Verb::Hold { .. } | Verb::Resume { .. } | Verb::Boost { .. } => {
            effective
        }
    }
}

/// The same is played from the same instant on.
fn is_same(one: &PlannedAiring, other: &PlannedAiring) -> bool {
    let played = |a: &PlannedAiring| (a.start, a.asset.clone(), a.in_offset);
    played(one) == played(other) && one.id == other.id && one.lesson == other.lesson
}

/// An airing that is to last longer does.
fn judge_end(last: &Amendment, after: &Timetable) -> Option<Diagnostic> {
    let Verb::Extend { airing, .. } = &last.verb else { return None };
    let mut changed = after.edits.slots.iter().flat_map(|(id, edits)| {
        let own = edits.lengths.iter().filter(|(_, (_, number))| *number == last.number);
        own.map(move |(local, (length_s, _))| (id, *local, *length_s))
    });
    let (slot, local, length_s) = changed.next()?;
    let slot = &after.slots[after.slots.binary_search_by(|s| s.id.cmp(slot)).ok()?];
    let start = after.zone.resolve(local, slot.gap, slot.fold)?.unix_s;
    let start = ticks_from_unix(start)?;
    let wanted = start + Span::from_seconds(i64::from(length_s));
    let airings = after.airings(&slot.service, start, wanted);
    let found = airings.iter().find(|a| a.start == start && a.origin == slot.origin);
    if found.is_some_and(|a| a.window_end >= wanted) {
        return None;
    }
    let in_the_way = airings.iter().find(|a| a.start > start && a.origin != slot.origin);
    let by = in_the_way.map_or(String::new(), |a| format!(": `{}` stands in its way", a.id));
    let message = format!("`{airing}` cannot last so long{by}");
    let help = "move or cancel what stands in its way first";
    Some(Diagnostic::new(Code::NoEffect, message).primary(last.about, "").help(help))
}

/// What comes behind an airing is under way so shortly before the airing's end.
const END_NOTICE: Span = Span::from_seconds(5);
/// No airing lasts longer than a day, and none is felt by those a day before.
const LOOK_BACK: Span = Span::from_seconds(3 * 86_400);
