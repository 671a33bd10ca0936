//! One slot: its programme looked up, its days found.

use super::Builder;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Programme, Slot, SlotPlaces};
use crate::read::{ProgrammeDraft, SlotDraft};
use crate::recurrence::Advance;

impl Builder<'_> {
    /// Builds a slot; `slots` are those built so far, which hold all that are no reruns.
    pub(super) fn slot(
        &mut self,
        draft: SlotDraft,
        slots: &[Slot],
        found: &mut Vec<Diagnostic>,
    ) -> Option<Slot> {
        let gap = draft.gap.unwrap_or(self.policies.0);
        let fold = draft.fold.unwrap_or(self.policies.1);
        let (programme, rerun_of) = self.programme(&draft, slots, found)?;
        let advance = match &programme {
            Programme::Course { course, .. } => self.courses[*course].advance,
            _ => Advance::Airing,
        };
        let recurrence = self.recurrence(&draft, (gap, fold), found)?.in_steps(advance);
        if recurrence.total() == 0 {
            let message = format!("slot `{}` never airs", draft.id.value);
            found.push(Diagnostic::new(Code::EmptyRange, message).primary(draft.id.at, ""));
            return None;
        }
        let lost_airings = self.lost_airings(&draft.id.value);
        Some(Slot {
            id: draft.id.value,
            service: draft.service.value,
            programme,
            from_offset: draft.from_offset,
            length_s: draft.length_s.value,
            priority: draft.priority,
            start: draft.start,
            may_overrun_s: draft.may_overrun_s,
            audience: draft.audience,
            regions: draft.regions,
            licence: draft.licence,
            title: draft.title,
            origin: draft.id.at,
            lost_airings,
            recurrence,
            repeats: draft.repeats,
            rerun_of,
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

    fn lost_airings(&self, slot: &crate::Id) -> usize {
        self.lost
            .last()
            .filter(|lost| lost.slot == *slot)
            .map_or(0, |lost| lost.days.len() * lost.per_day)
    }

    /// What a slot airs, and the place in `slots` of the one it shows again.
    fn programme(
        &self,
        draft: &SlotDraft,
        slots: &[Slot],
        found: &mut Vec<Diagnostic>,
    ) -> Option<(Programme, Option<usize>)> {
        match &draft.programme.value {
            ProgrammeDraft::Asset(asset) => Some((Programme::Asset(asset.clone()), None)),
            ProgrammeDraft::Course(id) => {
                let course = self.courses.binary_search_by(|c| c.id.cmp(id)).ok()?;
                let first_lesson = draft.first_lesson.as_ref().map_or(0, |f| f.value - 1);
                let lessons = self.courses[course].lessons.len();
                let first = draft.first_lesson.as_ref();
                if let Some(first) = first.filter(|f| f.value as usize > lessons) {
                    let message = format!("course `{id}` has only {lessons} lessons");
                    found.push(Diagnostic::new(Code::OutOfRange, message).primary(first.at, ""));
                    return None;
                }
                Some((Programme::Course { course, first_lesson }, None))
            }
            ProgrammeDraft::Live(id) => {
                let live = self.live.binary_search_by(|l| l.id.cmp(id)).ok()?;
                Some((Programme::Live(live), None))
            }
            ProgrammeDraft::OptOut(sustain) => {
                Some((Programme::OptOut { sustain: sustain.clone() }, None))
            }
            ProgrammeDraft::RerunOf(id) => {
                let refuse = |origin| {
                    let message = format!("what slot `{id}` shows cannot be shown again");
                    Diagnostic::new(Code::Conflict, message)
                        .primary(draft.programme.at, "")
                        .secondary(origin, "")
                        .help("name a slot that airs a course or an asset, and is no rerun")
                };
                if let Some(origin) = self.reruns.get(id) {
                    found.push(refuse(*origin));
                    return None;
                }
                let base = slots.iter().position(|slot| slot.id == *id)?;
                let shown = &slots[base].programme;
                if !matches!(shown, Programme::Asset(_) | Programme::Course { .. }) {
                    found.push(refuse(slots[base].origin));
                    return None;
                }
                Some((slots[base].programme.clone(), Some(base)))
            }
        }
    }
}
