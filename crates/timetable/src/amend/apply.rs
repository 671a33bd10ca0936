//! Amendments applied to a timetable, one after the other in the order of their numbers.

use super::Amendment;
use super::target::Target;
use super::verbs::{Insert, OptOut, Verb};
use crate::build::{hold_lessons, order_slots, release_lessons};
use crate::civil::utc_from_ticks;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Item, Programme, Slot, SlotPlaces, Start, Timetable};
use crate::nearest::nearest;
use crate::plan::{Boost, Gone, Lane, Replaced};
use crate::recurrence::{Advance, AirDays, Recurrence};
use crate::source::Location;
use crate::text::{AssetId, Id};
use crate::times::DayTimes;
use crate::zone::{FoldPolicy, GapPolicy, LocalTime};
use std::collections::BTreeSet;
use ts::{Span, Ticks};

/// A timetable with amendments.
pub(super) struct Applied {
    pub timetable: Timetable,
    /// Amendments that could not do what they say, by number, and why; they changed nothing.
    pub faults: Vec<(u32, Diagnostic)>,
    /// What is wrong with lessons that wait.
    pub findings: Vec<Diagnostic>,
}

/// The numbers of amendments that no other one takes back.
pub(super) fn standing(amendments: &[&Amendment]) -> BTreeSet<u32> {
    let mut standing: BTreeSet<u32> = amendments.iter().map(|a| a.number).collect();
    for amendment in amendments.iter().rev() {
        if let Verb::Undo { amendment: undone } = amendment.verb
            && undone < amendment.number
            && standing.contains(&amendment.number)
        {
            standing.remove(&undone);
        }
    }
    standing
}

/// Applies amendments, which stand in the source of this index.
pub(super) fn apply(base: &Timetable, amendments: &[&Amendment], source: usize) -> Applied {
    let mut timetable = base.clone();
    release_lessons(&mut timetable);
    timetable.edits.source = Some(source);
    let standing = standing(amendments);
    let mut faults = Vec::new();
    for (index, amendment) in amendments.iter().enumerate() {
        if standing.contains(&amendment.number) {
            let later = &amendments[index + 1..];
            let later = later.iter().copied().filter(|a| standing.contains(&a.number));
            let done = Amender { timetable: &mut timetable, amendment }.amend(later);
            faults.extend(done.err().map(|fault| (amendment.number, fault)));
        }
    }
    settle_lists(&mut timetable);
    let mut findings = Vec::new();
    hold_lessons(&mut timetable, &mut findings);
    Applied { timetable, faults, findings }
}

/// Brings the lists of a timetable in order, and takes what hangs in the air away.
fn settle_lists(timetable: &mut Timetable) {
    timetable.items.sort_by(|a, b| a.id.cmp(&b.id));
    order_slots(timetable);
    for index in 0..timetable.slots.len() {
        let slot = &mut timetable.slots[index];
        let Some(edits) = timetable.edits.slots.get_mut(&slot.id) else { continue };
        // A repeat shows nothing when the airing that it shows has gone.
        edits.repeats.retain(|_, (shown, _)| slot.recurrence.has(*shown));
        let advance = match slot.programme {
            Programme::Course { course, .. } => timetable.courses[course].advance,
            _ => Advance::Airing,
        };
        slot.recurrence = slot.recurrence.clone().in_steps(advance);
    }
    for item in &timetable.items {
        let day = item.at.day();
        timetable.days.first = timetable.days.first.min(day);
        timetable.days.end = timetable.days.end.max(crate::civil::Day(day.0 + 1));
    }
    timetable.lanes = Lane::all(timetable);
}

/// One amendment on its way into a timetable.
struct Amender<'a> {
    timetable: &'a mut Timetable,
    amendment: &'a Amendment,
}

type Done = Result<(), Diagnostic>;

impl Amender<'_> {
    /// `later` are the amendments behind this one that stand.
    fn amend<'l>(&mut self, mut later: impl Iterator<Item = &'l Amendment>) -> Done {
        match &self.amendment.verb {
            Verb::Cancel { airing } => {
                let target = airing.find(self.timetable, self.amendment.about)?;
                self.cancel(target)
            }
            Verb::Move { airing, to } => {
                let target = airing.find(self.timetable, self.amendment.about)?;
                self.move_to(target, *to)
            }
            Verb::Extend { airing, seconds } => {
                let target = airing.find(self.timetable, self.amendment.about)?;
                self.lengthen(target, i64::from(*seconds))
            }
            Verb::Cut { airing, seconds } => {
                let target = airing.find(self.timetable, self.amendment.about)?;
                self.lengthen(target, -i64::from(*seconds))
            }
            Verb::Substitute { airing, play } => {
                let target = airing.find(self.timetable, self.amendment.about)?;
                self.substitute(target, play)
            }
            Verb::Insert(insert) => self.insert(insert),
            Verb::OptOut(window) => self.opt_out(window),
            Verb::Replace { asset, play } => self.replace(asset, play),
            Verb::Hold { course, until } => {
                let resumed = later.find(
                    |a| matches!(&a.verb, Verb::Resume { course: resumed } if resumed == course),
                );
                let resumed = resumed.map(|a| a.effective);
                let until = [*until, resumed].into_iter().flatten().min();
                self.hold(course, until)
            }
            // The hold has looked for it.
            Verb::Resume { course } => self.course(course).map(|_| ()),
            Verb::Boost { bundle, until, rate_bps, weight } => {
                self.boost(bundle, *until, *rate_bps, *weight)
            }
            Verb::Undo { .. } => Ok(()),
        }
    }

    fn cancel(&mut self, target: Target) -> Done {
        self.leave_to_province(target)?;
        let number = self.amendment.number;
        match target {
            Target::Item(item) => {
                let item = self.timetable.items.remove(item);
                self.note_gone(&item);
            }
            Target::Airing { slot, local } => {
                let slot = &mut self.timetable.slots[slot];
                slot.recurrence.take_away(local);
                let edits = self.timetable.edits.slot(&slot.id);
                edits.moved.remove(&local);
                edits.lengths.remove(&local);
                edits.fallen.insert(local, number);
            }
            Target::Repeat { slot, local, .. } => {
                let edits = self.timetable.edits.slot(&self.timetable.slots[slot].id);
                edits.repeats.remove(&local);
                edits.lengths.remove(&local);
                edits.unrepeated.insert(local, number);
            }
        }
        Ok(())
    }

    fn move_to(&mut self, target: Target, to: LocalTime) -> Done {
        self.leave_to_province(target)?;
        let number = self.amendment.number;
        match target {
            Target::Item(item) => {
                let item = self.timetable.items[item].clone();
                self.note_gone(&item);
                let place = self.timetable.items.iter().position(|i| i.id == item.id);
                let at = self.amendment.origin;
                let moved = place.map(|place| &mut self.timetable.items[place]);
                if let Some(moved) = moved {
                    (moved.at, moved.asset_at) = (to, at);
                }
                self.timetable.edits.items.insert(item.id, number);
            }
            Target::Airing { slot, local } => {
                let slot = &mut self.timetable.slots[slot];
                if local == to || slot.recurrence.has(to) {
                    let message = format!("slot `{}` airs on {to} already", slot.id);
                    return Err(self.no_effect(message));
                }
                slot.recurrence.take_away(local);
                slot.recurrence.add(to);
                let edits = self.timetable.edits.slot(&slot.id);
                let length = edits.lengths.remove(&local);
                edits.lengths.extend(length.map(|length| (to, length)));
                edits.moved.remove(&local);
                edits.moved.insert(to, number);
                edits.fallen.insert(local, number);
                edits.fallen.remove(&to);
                for (shown, _) in edits.repeats.values_mut().filter(|(shown, _)| *shown == local) {
                    *shown = to;
                }
            }
            Target::Repeat { slot, local, shown } => {
                if to <= shown {
                    let message = format!("it would show again what airs on {shown} only");
                    return Err(self.no_effect(message));
                }
                let edits = self.timetable.edits.slot(&self.timetable.slots[slot].id);
                let length = edits.lengths.remove(&local);
                edits.lengths.extend(length.map(|length| (to, length)));
                edits.repeats.remove(&local);
                edits.unrepeated.insert(local, number);
                edits.repeats.insert(to, (shown, number));
            }
        }
        Ok(())
    }

    fn lengthen(&mut self, target: Target, by_s: i64) -> Done {
        self.leave_to_province(target)?;
        let number = self.amendment.number;
        let held_s = self.length_s(target);
        let Some(held_s) = held_s else {
            let message = "this item has no length of its own";
            return Err(self.no_effect(message.to_owned()));
        };
        let length_s = i64::from(held_s) + by_s;
        if !(i64::from(crate::MIN_AIRING_S)..=86_400).contains(&length_s) {
            let message = format!("it would last {length_s} s; 30 s to 24 h can be aired");
            return Err(self.no_effect(message));
        }
        let length_s = length_s as u32;
        match target {
            Target::Item(item) => {
                let item = &mut self.timetable.items[item];
                item.length_s = Some(length_s);
                let edits = &mut self.timetable.edits;
                edits.item_lengths.entry(item.id.clone()).or_insert(held_s);
                edits.items.insert(item.id.clone(), number);
            }
            Target::Airing { slot, local } | Target::Repeat { slot, local, .. } => {
                let edits = self.timetable.edits.slot(&self.timetable.slots[slot].id);
                edits.lengths.insert(local, (length_s, number));
            }
        }
        Ok(())
    }

    fn length_s(&self, target: Target) -> Option<u32> {
        match target {
            Target::Item(item) => self.timetable.items[item].length_s,
            Target::Airing { slot, local } | Target::Repeat { slot, local, .. } => {
                let slot = &self.timetable.slots[slot];
                let edits = self.timetable.edits.slots.get(&slot.id);
                Some(edits.and_then(|e| e.length_s(local)).unwrap_or(slot.length_s))
            }
        }
    }

    fn substitute(&mut self, target: Target, play: &AssetId) -> Done {
        self.leave_to_province(target)?;
        let at = self.amendment.origin;
        let (slot, local) = match target {
            Target::Item(item) => {
                let item = &mut self.timetable.items[item];
                (item.asset, item.live, item.asset_at) = (play.clone(), None, at);
                item.may_overrun_s = 0;
                let number = self.amendment.number;
                self.timetable.edits.items.insert(item.id.clone(), number);
                return Ok(());
            }
            Target::Airing { slot, local } | Target::Repeat { slot, local, .. } => (slot, local),
        };
        let length_s = self.length_s(target);
        self.cancel(target)?;
        let slot = &self.timetable.slots[slot];
        let mut item = self.item(&slot.service, play, local, slot.priority);
        item.length_s = length_s;
        item.start = slot.start;
        item.regions = slot.regions.clone();
        item.title = slot.title.clone();
        (item.gap, item.fold) = (slot.gap, slot.fold);
        self.add_item(item)
    }

    fn insert(&mut self, insert: &Insert) -> Done {
        self.service(&insert.service)?;
        let mut item = self.item(&insert.service, &insert.asset, insert.start, insert.priority);
        item.id = insert.id.clone();
        item.length_s = Some(insert.length_s);
        item.title = insert.title.clone();
        self.add_item(item)
    }

    /// An item of this amendment, named by its number.
    fn item(&self, service: &Id, asset: &AssetId, at: LocalTime, priority: u8) -> Item {
        let origin = self.amendment.origin;
        let id = Id::new(&format!("amendment-{}", self.amendment.number));
        Item {
            id: id.expect("digits behind a hyphen make an id"),
            service: service.clone(),
            asset: asset.clone(),
            live: None,
            may_overrun_s: 0,
            start: Start::Hard,
            regions: Vec::new(),
            licence: None,
            at,
            length_s: None,
            start_at: Span(0),
            priority,
            title: None,
            content: None,
            origin,
            gap: GapPolicy::default(),
            fold: FoldPolicy::default(),
            asset_at: origin,
        }
    }

    fn add_item(&mut self, item: Item) -> Done {
        self.fresh(&item.id)?;
        self.timetable.edits.items.insert(item.id.clone(), self.amendment.number);
        // Later amendments look for it in the list, which is in order.
        let place = self.timetable.items.partition_point(|i| i.id < item.id);
        self.timetable.items.insert(place, item);
        Ok(())
    }

    fn opt_out(&mut self, window: &OptOut) -> Done {
        self.service(&window.service)?;
        self.fresh(&window.id)?;
        let regions = &self.timetable.regions;
        let unknown = |r: &&Id| regions.binary_search_by(|known| known.id.cmp(r)).is_err();
        if let Some(region) = window.regions.iter().find(unknown) {
            let names = regions.iter().map(|region| region.id.as_str());
            return Err(self.unknown("region", region.as_str(), names));
        }
        let origin = self.amendment.origin;
        let days = AirDays::Listed { days: vec![window.start.day()], open: false };
        let times = DayTimes::once(window.start.second_of_day());
        let slot = Slot {
            id: window.id.clone(),
            service: window.service.clone(),
            programme: Programme::OptOut { sustain: window.play.clone() },
            from_offset: Span(0),
            length_s: window.length_s,
            priority: window.priority,
            start: Start::Hard,
            may_overrun_s: 0,
            audience: Vec::new(),
            regions: window.regions.clone(),
            licence: None,
            title: None,
            origin,
            recurrence: Recurrence::new(days, times).in_steps(Advance::Airing),
            lost_airings: 0,
            repeats: Vec::new(),
            rerun_of: None,
            gap: GapPolicy::default(),
            fold: FoldPolicy::default(),
            places: SlotPlaces { programme: origin, at: origin, length: origin, until: None },
        };
        let number = self.amendment.number;
        self.timetable.edits.slot(&window.id).moved.insert(window.start, number);
        self.timetable.slots.push(slot);
        order_slots(self.timetable);
        Ok(())
    }

    fn replace(&mut self, asset: &AssetId, play: &AssetId) -> Done {
        let uses = self.timetable.asset_uses().map(|used| used.asset.as_str());
        let names: BTreeSet<&str> = uses.collect();
        if !names.contains(asset.as_str()) {
            return Err(self.unknown("asset", asset.as_str(), names.iter().copied()));
        }
        self.timetable.edits.replaced.push(Replaced {
            asset: asset.clone(),
            play: play.clone(),
            from: self.amendment.effective,
            number: self.amendment.number,
            origin: self.amendment.about,
        });
        Ok(())
    }

    fn hold(&mut self, course: &Id, until: Option<Ticks>) -> Done {
        let course = self.course(course)?;
        let number = self.amendment.number;
        let zone = self.timetable.zone.clone();
        let from_unix_s = unix_s_at_or_after(self.amendment.effective);
        let until_unix_s = until.map_or(i64::MAX, unix_s_at_or_after);
        if until_unix_s <= from_unix_s {
            return Ok(());
        }
        let day = crate::civil::SECONDS_PER_DAY;
        let low = zone.local_at_unix_s(from_unix_s).0 - day;
        let high = until.map_or(i64::MAX, |_| zone.local_at_unix_s(until_unix_s).0 + day);
        for slot in &mut self.timetable.slots {
            if !slot.shows_course(course) || slot.rerun_of.is_some() {
                continue;
            }
            // Civil times near the edges are looked at one by one, for the sake of clock changes.
            let held = |local: LocalTime| {
                let at = zone.resolve(local, slot.gap, slot.fold).map(|r| r.unix_s);
                at.is_some_and(|at| (from_unix_s..until_unix_s).contains(&at))
            };
            let edge = |from: i64, until: i64| LocalTime(from)..LocalTime(until);
            let near = [edge(low, low + 2 * day), edge(high.saturating_sub(2 * day), high)];
            let near = near.into_iter().flat_map(|range| slot.recurrence.occurrences(range));
            let near: BTreeSet<LocalTime> = near.map(|o| o.local).filter(|l| held(*l)).collect();
            let mut taken = Vec::from_iter(near.iter().copied());
            for local in near {
                slot.recurrence.take_away(local);
            }
            let inner = edge(low + 2 * day, high.saturating_sub(2 * day));
            if inner.start < inner.end {
                taken.extend(slot.recurrence.take_away_between(inner));
            }
            let edits = self.timetable.edits.slots.entry(slot.id.clone()).or_default();
            edits.fallen.extend(taken.into_iter().map(|local| (local, number)));
        }
        Ok(())
    }

    fn boost(
        &mut self,
        bundle: &Id,
        until: Ticks,
        rate_bps: Option<u64>,
        weight: Option<u16>,
    ) -> Done {
        let bundles = &self.timetable.bundles;
        if self.timetable.bundle(bundle).is_none() {
            let names = bundles.iter().map(|bundle| bundle.id.as_str());
            return Err(self.unknown("bundle", bundle.as_str(), names));
        }
        let (from, number) = (self.amendment.effective, self.amendment.number);
        if until <= from {
            return Err(self.no_effect("it ends before it begins".to_owned()));
        }
        let bundle = bundle.clone();
        self.timetable.edits.boosts.push(Boost { bundle, from, until, rate_bps, weight, number });
        Ok(())
    }

    fn service(&self, id: &Id) -> Done {
        let services = &self.timetable.services;
        match self.timetable.service(id) {
            Some(_) => Ok(()),
            None => {
                Err(self.unknown("service", id.as_str(), services.iter().map(|s| s.id.as_str())))
            }
        }
    }

    fn course(&self, id: &Id) -> Result<usize, Diagnostic> {
        let courses = &self.timetable.courses;
        courses.binary_search_by(|course| course.id.cmp(id)).map_err(|_| {
            self.unknown("course", id.as_str(), courses.iter().map(|course| course.id.as_str()))
        })
    }

    /// Airings are called by these ids.
    fn fresh(&self, id: &Id) -> Done {
        let items = self.timetable.items.iter().find(|i| i.id == *id).map(|i| i.origin);
        let slots = || self.timetable.slots.iter().find(|s| s.id == *id).map(|s| s.origin);
        let Some(origin) = items.or_else(slots) else { return Ok(()) };
        let finding = Diagnostic::new(Code::Duplicate, format!("there is a `{id}` already"));
        Err(finding.primary(self.amendment.about, "").secondary(origin, "here"))
    }

    /// The plan of a region does not change the central plan that it includes.
    fn leave_to_province(&self, target: Target) -> Done {
        let (id, origin): (&Id, Location) = match target {
            Target::Item(item) => {
                let item = &self.timetable.items[item];
                (&item.id, item.origin)
            }
            Target::Airing { slot, .. } | Target::Repeat { slot, .. } => {
                let slot = &self.timetable.slots[slot];
                (&slot.id, slot.origin)
            }
        };
        if !self.timetable.is_included(origin) {
            return Ok(());
        }
        let message = format!("`{id}` belongs to the central plan");
        let finding = Diagnostic::new(Code::NotGranted, message)
            .primary(self.amendment.about, "")
            .secondary(origin, "it is defined here")
            .help("amend it where the central plan is kept");
        Err(finding)
    }

    fn note_gone(&mut self, item: &Item) {
        let resolved = self.timetable.zone.resolve(item.at, item.gap, item.fold);
        let length_s = i64::from(item.length_s.unwrap_or(crate::MIN_AIRING_S));
        let number = self.amendment.number;
        self.timetable.edits.items.remove(&item.id);
        self.timetable.edits.gone.extend(resolved.map(|resolved| Gone {
            service: item.service.clone(),
            from_unix_s: resolved.unix_s,
            until_unix_s: resolved.unix_s + length_s,
            number,
        }));
    }

    fn unknown<'n>(
        &self,
        what: &str,
        name: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Diagnostic {
        let message = format!("there is no {what} `{name}`");
        let mut finding =
            Diagnostic::new(Code::UnknownTarget, message).primary(self.amendment.about, "");
        finding.help = nearest(name, names).map(|near| format!("did you mean `{near}`?"));
        finding
    }

    fn no_effect(&self, message: String) -> Diagnostic {
        Diagnostic::new(Code::NoEffect, message).primary(self.amendment.about, "")
    }
}

/// The first whole second of UTC at or behind an instant.
fn unix_s_at_or_after(at: Ticks) -> i64 {
    let utc = utc_from_ticks(at);
    utc.unix_s + i64::from(utc.subsecond_ticks > 0)
}
