//! Drafts to a timetable: names looked up, lists ordered, calendar and exceptions worked into
//! recurrences.

mod hold;
mod recurrence;
mod slot;

use crate::calendar::{Season, Term};
use crate::check::{CheckedDays, LostDays, clock_diagnostic, clock_finding, lost_days};
use crate::diagnostic::Diagnostic;
use crate::model::{Course, Item, Live, Timetable};
use crate::plan::Lane;
use crate::read::{Draft, ItemDraft, ItemShows, ProgrammeDraft};
use crate::source::Location;
use crate::text::Id;
use crate::zone::{FoldPolicy, GapPolicy, Zone};
use std::collections::BTreeMap;

pub(crate) use hold::{hold_lessons, release_lessons};

/// Builds the timetable from a draft without errors. New findings go to `found`; `None` when one
/// of them leaves no timetable.
pub(crate) fn build(
    mut draft: Draft,
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
        terms: draft.terms,
        seasons: draft.seasons,
        regions: draft.regions,
        classes: draft.classes,
        live: draft.live,
        notices: draft.notices,
        region: draft.region.map(|region| region.value),
        own_sources: draft.own_sources,
        services: draft.services,
        courses: draft.courses,
        slots: Vec::with_capacity(draft.slots.len()),
        items: Vec::with_capacity(draft.items.len()),
        fillers: draft.fillers,
        bundles: draft.bundles,
        lanes: Vec::new(),
        days,
        unheld: Vec::new(),
        edits: crate::plan::Edits::default(),
    };
    order_lists(&mut timetable);
    let is_rerun = |programme: &ProgrammeDraft| matches!(programme, ProgrammeDraft::RerunOf(_));
    let reruns = draft.slots.iter().filter(|slot| is_rerun(&slot.programme.value));
    let reruns = reruns.map(|slot| (slot.id.value.clone(), slot.id.at)).collect();
    let mut builder = Builder {
        zone: &timetable.zone,
        terms: &timetable.terms,
        seasons: &timetable.seasons,
        courses: &timetable.courses,
        live: &timetable.live,
        policies,
        days,
        reruns,
        walked_days: 0,
        lost: Vec::new(),
    };
    // A rerun needs the slot that it shows again.
    draft.slots.sort_by(|a, b| {
        let key = |s: &crate::read::SlotDraft| (is_rerun(&s.programme.value), s.id.value.clone());
        key(a).cmp(&key(b))
    });
    for slot in draft.slots {
        let slot = builder.slot(slot, &timetable.slots, found);
        timetable.slots.extend(slot);
    }
    for item in draft.items {
        timetable.items.extend(builder.item(item, found));
    }
    found.extend(lost_days(&timetable.terms, builder.lost));
    timetable.items.sort_by(|a, b| a.id.cmp(&b.id));
    order_slots(&mut timetable);
    timetable.lanes = Lane::all(&timetable);
    hold_lessons(&mut timetable, found);
    let usable = found.iter().all(|d| d.severity() != crate::Severity::Error);
    usable.then_some(timetable)
}

/// Orders all that slots and items refer to.
fn order_lists(timetable: &mut Timetable) {
    timetable.terms.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.seasons.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.regions.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.classes.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.notices.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.live.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.services.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.courses.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.fillers.sort_by(|a, b| a.id.cmp(&b.id));
    timetable.bundles.sort_by(|a, b| a.id.cmp(&b.id));
}

/// Orders slots by id, and has each rerun name the slot it shows again by its new place.
pub(crate) fn order_slots(timetable: &mut Timetable) {
    let before: Vec<Id> = timetable.slots.iter().map(|s| s.id.clone()).collect();
    timetable.slots.sort_by(|a, b| a.id.cmp(&b.id));
    let ids: Vec<Id> = timetable.slots.iter().map(|s| s.id.clone()).collect();
    for slot in &mut timetable.slots {
        let place = |base: usize| ids.binary_search(&before[base]).ok();
        slot.rerun_of = slot.rerun_of.and_then(place);
    }
}

struct Builder<'t> {
    zone: &'t Zone,
    terms: &'t [Term],
    seasons: &'t [Season],
    courses: &'t [Course],
    live: &'t [Live],
    policies: (GapPolicy, FoldPolicy),
    days: CheckedDays,
    /// The slots that are reruns, and where they are defined.
    reruns: BTreeMap<Id, Location>,
    /// Days looked at one by one so far.
    walked_days: usize,
    lost: Vec<LostDays>,
}

impl Builder<'_> {
    fn item(&self, draft: ItemDraft, found: &mut Vec<Diagnostic>) -> Option<Item> {
        let gap = draft.gap.unwrap_or(self.policies.0);
        let fold = draft.fold.unwrap_or(self.policies.1);
        let hit: Vec<_> = clock_finding(self.zone, draft.at.value).into_iter().collect();
        found.extend(clock_diagnostic(&hit, self.zone, (gap, fold), draft.at.at, self.days));
        let (asset, live) = match draft.shows.value {
            ItemShows::Asset(asset) => (asset, None),
            ItemShows::Live(id) => {
                let live = self.live.binary_search_by(|l| l.id.cmp(&id)).ok()?;
                (self.live[live].recording(draft.id.value.as_str())?, Some(live))
            }
        };
        Some(Item {
            id: draft.id.value,
            service: draft.service.value,
            asset,
            live,
            may_overrun_s: draft.may_overrun_s,
            asset_at: draft.shows.at,
            at: draft.at.value,
            length_s: draft.length_s,
            start_at: draft.start_at,
            start: draft.start,
            priority: draft.priority,
            regions: draft.regions,
            licence: draft.licence,
            title: draft.title,
            content: draft.content,
            origin: draft.id.at,
            gap,
            fold,
        })
    }
}
