//! The airings of a slot: its days in the calendar, less exceptions, plus what was added.

use super::Builder;
use crate::check::{ClockFinding, LostDays, clock_diagnostic, clock_finding, clock_findings};
use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic, MAX_PER_CODE};
use crate::pattern::Frame;
use crate::read::{ProgrammeDraft, SlotDraft};
use crate::recurrence::{Recurrence, Repeat};
use crate::source::Located;
use crate::text::Id;
use crate::zone::{ClockChange, FoldPolicy, GapPolicy, LocalTime};

impl<'t> Builder<'t> {
    /// Works the calendar, exceptions, extra airings and clock changes into the days of a slot.
    pub(super) fn recurrence(
        &mut self,
        draft: &SlotDraft,
        (gap, fold): (GapPolicy, FoldPolicy),
        found: &mut Vec<Diagnostic>,
    ) -> Option<Recurrence> {
        let frame = self.frame(draft, found)?;
        self.note_lost_days(draft, &frame);
        let days = frame.days_of(&draft.pattern.value);
        let mut recurrence = Recurrence::new(days, draft.at.value.clone());
        let mut dead = Vec::new();
        for except in &draft.except {
            if !recurrence.drop_day(except.value) {
                dead.push(except);
            }
        }
        let times = recurrence.times();
        let mut hits = clock_findings(self.zone, times, |day| recurrence.airs_on(day));
        for hit in hits.iter().filter(|f| f.falls_out(gap, fold)) {
            recurrence.drop_airing(hit.local);
        }
        for extra in &draft.extra {
            let hit = clock_finding(self.zone, extra.value);
            let falls_out = hit.is_some_and(|f| f.falls_out(gap, fold));
            found.extend(self.clock(&Vec::from_iter(hit), (gap, fold), extra.at));
            if !falls_out && !recurrence.add(extra.value) {
                let message = format!("there is an airing on {} already", extra.value);
                found.push(Diagnostic::new(Code::DeadDate, message).primary(extra.at, ""));
            }
        }
        for repeat in &draft.repeats {
            hits.extend(self.clock_findings_of(*repeat, &recurrence));
        }
        found.extend(self.clock(&hits, (gap, fold), draft.at.at));
        found.extend(
            dead.into_iter().take(MAX_PER_CODE).map(|except| dead_date(&recurrence, except)),
        );
        Some(recurrence)
    }

    /// Where a slot stands in the calendar. `None` when it stands nowhere, or when finding its
    /// days would take too long.
    fn frame(&mut self, draft: &SlotDraft, found: &mut Vec<Diagnostic>) -> Option<Frame<'t>> {
        let named = |id: &Option<Located<Id>>| id.as_ref().map(|id| id.value.clone());
        let term = match named(&draft.term) {
            Some(id) => Some(&self.terms[self.terms.binary_search_by(|t| t.id.cmp(&id)).ok()?]),
            None => None,
        };
        let season = match named(&draft.season) {
            Some(id) => Some(&self.seasons[self.seasons.binary_search_by(|s| s.id.cmp(&id)).ok()?]),
            None => None,
        };
        let frame = Frame::new(draft.first, draft.last, term, draft.during, season);
        if let Some((term, at)) = term.zip(draft.term.as_ref()).filter(|_| frame.first > frame.last)
        {
            let message = format!("slot `{}` has no day in its term", draft.id.value);
            let finding = Diagnostic::new(Code::EmptyRange, message)
                .primary(at.at, "")
                .secondary(term.origin, format!("from {} to {}", term.first, term.last));
            found.push(finding);
            return None;
        }
        self.walked_days += frame.days_to_walk(&draft.pattern.value);
        if self.walked_days > MAX_WALKED_DAYS {
            let message = "too many days of slots would have to be looked at one by one";
            let finding = Diagnostic::new(Code::TooLarge, message)
                .primary(draft.id.at, "")
                .help("give slots a `term` or an `until`");
            found.push(finding);
            return None;
        }
        Some(frame)
    }

    /// Keeps what closed days take from a slot whose lessons move on.
    fn note_lost_days(&mut self, draft: &SlotDraft, frame: &Frame<'_>) {
        let Some(term) = frame.term else { return };
        if !matches!(draft.programme.value, ProgrammeDraft::Course(_)) {
            return;
        }
        let is_lost = |day: &Day| {
            let in_range = |on: Day| on >= frame.first && on <= frame.last;
            !term.makeups_of(*day).any(|makeup| in_range(makeup.on))
                && draft.except.iter().all(|except| except.value != *day)
        };
        let mut days = frame.lost_days(&draft.pattern.value);
        days.retain(is_lost);
        if !days.is_empty() {
            self.lost.push(LostDays {
                term: term.id.clone(),
                slot: draft.id.value.clone(),
                at: draft.id.at,
                per_day: draft.at.value.per_day(),
                days,
            });
        }
    }

    /// What clock changes of the checked days do to a repeat of the airings of a slot.
    fn clock_findings_of(&self, repeat: Repeat, recurrence: &Recurrence) -> Vec<ClockFinding> {
        let mut found = Vec::new();
        let is_checked =
            |change: &&ClockChange| self.days.contains(LocalTime(change.local_start()).day());
        for change in self.zone.changes().iter().filter(is_checked) {
            let hit = LocalTime(change.local_start())..LocalTime(change.local_end());
            let origins = recurrence.occurrences(repeat.origins(&hit));
            let repeated = origins.map(|origin| repeat.of(origin.local));
            let hits = repeated.filter(|local| hit.contains(local));
            found.extend(hits.map(|local| ClockFinding { local, change: *change }));
        }
        found
    }

    fn clock(
        &self,
        hits: &[ClockFinding],
        policies: (GapPolicy, FoldPolicy),
        at: crate::Location,
    ) -> Option<Diagnostic> {
        clock_diagnostic(hits, self.zone, policies, at, self.days)
    }
}

fn dead_date(recurrence: &Recurrence, except: &Located<crate::civil::Day>) -> Diagnostic {
    let start = LocalTime::new(except.value, 0);
    let next = recurrence.count_before(start);
    let before = next.checked_sub(1).and_then(|n| recurrence.nth(n));
    let near: Vec<String> = [before, recurrence.nth(next)]
        .into_iter()
        .flatten()
        .map(|local| local.day().to_string())
        .collect();
    let message = format!("the exception {} takes nothing away", except.value);
    let finding = Diagnostic::new(Code::DeadDate, message).primary(except.at, "no airing here");
    finding.help(format!("airings near it: {}", near.join(", ")))
}

/// Two hundred and forty slots without an end whose days no closed form gives.
const MAX_WALKED_DAYS: usize = 20_000_000;
