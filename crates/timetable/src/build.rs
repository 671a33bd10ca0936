//! Drafts to a timetable: names looked up, lists ordered, exceptions worked into recurrences.

use crate::check::{CheckedDays, ClockFinding, clock_findings};
use crate::diagnostic::{Code, Diagnostic, MAX_PER_CODE};
use crate::model::{Course, Item, Programme, Slot, SlotPlaces, Timetable};
use crate::plan::Lane;
use crate::read::{Draft, ItemDraft, ProgrammeDraft, SlotDraft};
use crate::recurrence::Recurrence;
use crate::source::Located;
use crate::zone::{FoldPolicy, GapPolicy, LocalTime, Zone};

/// Builds the timetable from a draft without errors. New findings go to `found`; `None` when one
/// of them leaves no timetable.
pub(crate) fn build(
    draft: Draft,
    zone: Zone,
    days: CheckedDays,
    found: &mut Vec<Diagnostic>,
) -> Option<Timetable> {
    let policies = (
        draft.gap.map_or_else(GapPolicy::default, |g| g.value),
        draft.fold.map_or_else(FoldPolicy::default, |f| f.value),
    );
    let mut timetable = Timetable {
        zone,
        services: draft.services,
        courses: draft.courses,
        slots: Vec::with_capacity(draft.slots.len()),
        items: Vec::with_capacity(draft.items.len()),
        fillers: draft.fillers,
        bundles: draft.bundles,
        lanes: Vec::new(),
    };
    timetable.services.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.courses.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.fillers.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.bundles.sort_by(|a, b| a.id.cmp(&b.id));
    let builder = Builder { zone: &timetable.zone, courses: &timetable.courses, policies, days };
    for slot in draft.slots {
        timetable.slots.extend(builder.slot(slot, found));
    }
    for item in draft.items {
        timetable.items.push(builder.item(item, found));
    }
    timetable.slots.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.items.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.lanes = Lane::all(&timetable);
    let usable = found.iter().all(|d| d.severity() != crate::Severity::Error);
    usable.then_some(timetable)
}

struct Builder<'t> {
    zone: &'t Zone,
    courses: &'t [Course],
    policies: (GapPolicy, FoldPolicy),
    days: CheckedDays,
}

impl Builder<'_> {
    fn slot(&self, draft: SlotDraft, found: &mut Vec<Diagnostic>) -> Option<Slot> {
        let gap = draft.gap.unwrap_or(self.policies.0);
        let fold = draft.fold.unwrap_or(self.policies.1);
        let recurrence = self.recurrence(&draft, (gap, fold), found);
        if recurrence.total() == 0 {
            let message = format!("slot `{}` never airs", draft.id.value);
            found.push(Diagnostic::new(Code::EmptyRange, message).primary(draft.id.at, ""));
            return None;
        }
        let programme = match draft.programme.value {
            ProgrammeDraft::Asset(asset) => Programme::Asset(asset),
            ProgrammeDraft::Course(id) => {
                let course = self.courses.binary_search_by(|c| c.id.cmp(&id)).ok()?;
                let first_lesson = draft.first_lesson.map_or(0, |f| f.value - 1);
                let lessons = self.courses[course].lessons.len();
                if let Some(first) = draft.first_lesson.filter(|f| f.value as usize > lessons) {
                    let message = format!("course `{id}` has only {lessons} lessons");
                    found.push(Diagnostic::new(Code::OutOfRange, message).primary(first.at, ""));
                    return None;
                }
                Programme::Course { course, first_lesson }
            }
        };
        Some(Slot {
            id: draft.id.value,
            service: draft.service.value,
            programme,
            from_offset: draft.from_offset,
            length_s: draft.length_s.value,
            priority: draft.priority,
            title: draft.title,
            origin: draft.id.at,
            recurrence,
            gap,
            fold,
            places: SlotPlaces {
                programme: draft.programme.at,
                at: draft.at.at,
                length: draft.length_s.at,
                until: draft.until_at,
            },
        })
    }

    fn item(&self, draft: ItemDraft, found: &mut Vec<Diagnostic>) -> Item {
        let gap = draft.gap.unwrap_or(self.policies.0);
        let fold = draft.fold.unwrap_or(self.policies.1);
        let hit: Vec<_> =
            crate::check::clock_finding(self.zone, draft.at.value).into_iter().collect();
        found.extend(self.clock(&hit, (gap, fold), draft.at.at));
        Item {
            id: draft.id.value,
            service: draft.service.value,
            asset: draft.asset.value,
            asset_at: draft.asset.at,
            at: draft.at.value,
            length_s: draft.length_s,
            start_at: draft.start_at,
            priority: draft.priority,
            title: draft.title,
            content: draft.content,
            origin: draft.id.at,
            gap,
            fold,
        }
    }

    /// Works exceptions, extra airings and clock changes into the weekly pattern of a slot.
    fn recurrence(
        &self,
        draft: &SlotDraft,
        (gap, fold): (GapPolicy, FoldPolicy),
        found: &mut Vec<Diagnostic>,
    ) -> Recurrence {
        let mut recurrence =
            Recurrence::weekly(draft.days, draft.at.value.clone(), draft.first, draft.last);
        let mut dead = Vec::new();
        for except in &draft.except {
            if !recurrence.drop_day(except.value) {
                dead.push(except);
            }
        }
        let times = recurrence.times();
        let weekly = clock_findings(self.zone, times, |day| recurrence.airs_on(day));
        for hit in weekly.iter().filter(|f| f.falls_out(gap, fold)) {
            recurrence.drop_airing(hit.local);
        }
        found.extend(self.clock(&weekly, (gap, fold), draft.at.at));
        for extra in &draft.extra {
            let hit = crate::check::clock_finding(self.zone, extra.value);
            let falls_out = hit.is_some_and(|f| f.falls_out(gap, fold));
            found.extend(self.clock(&Vec::from_iter(hit), (gap, fold), extra.at));
            if !falls_out && !recurrence.add(extra.value) {
                let message = format!("there is an airing on {} already", extra.value);
                found.push(Diagnostic::new(Code::DeadDate, message).primary(extra.at, ""));
            }
        }
        found.extend(
            dead.into_iter().take(MAX_PER_CODE).map(|except| dead_date(&recurrence, except)),
        );
        recurrence
    }

    fn clock(
        &self,
        hits: &[ClockFinding],
        policies: (GapPolicy, FoldPolicy),
        at: crate::Location,
    ) -> Option<Diagnostic> {
        crate::check::clock_diagnostic(hits, self.zone, policies, at, self.days)
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
