//! How an amendment names an airing, and which one it means.

use crate::civil::Day;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Timetable;
use crate::nearest::nearest;
use crate::source::Location;
use crate::text::Id;
use crate::zone::LocalTime;
use core::fmt;

/// The name of an airing: the id of an item, or that of a slot with the date, and where the slot
/// airs several times that day, the time on the local clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiringName {
    /// The slot or item.
    pub id: Id,
    /// The date, for a slot.
    pub day: Option<Day>,
    /// The second of the day.
    pub second: Option<u32>,
}

/// An airing that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// An item, by its place.
    Item(usize),
    /// An airing that moves its course on: the place of the slot, and its start.
    Airing { slot: usize, local: LocalTime },
    /// A repeat: the place of the slot, its start, and that of the airing that it shows.
    Repeat { slot: usize, local: LocalTime, shown: LocalTime },
}

impl AiringName {
    /// Reads a name as plans show it.
    pub fn parse(text: &str) -> Option<AiringName> {
        let Some((id, when)) = text.split_once('@') else {
            return Some(AiringName { id: Id::new(text)?, day: None, second: None });
        };
        let when: toml::value::Datetime = when.parse().ok()?;
        let (date, time) = (when.date?, when.time);
        if when.offset.is_some() {
            return None;
        }
        let day = Day::from_ymd(i32::from(date.year), date.month, date.day)?;
        let second = time.map(|time| {
            let second = u32::from(time.second.unwrap_or(0));
            u32::from(time.hour) * 3600 + u32::from(time.minute) * 60 + second
        });
        let day = Some(day).filter(|day| (Day::FIRST..=Day::LAST).contains(day))?;
        Some(AiringName { id: Id::new(id)?, day: Some(day), second })
    }

    /// The airing that is meant.
    pub(super) fn find(&self, timetable: &Timetable, at: Location) -> Result<Target, Diagnostic> {
        let Some(day) = self.day else { return self.find_item(timetable, at) };
        let slots = &timetable.slots;
        let Ok(slot) = slots.binary_search_by(|slot| slot.id.cmp(&self.id)) else {
            let names = slots.iter().map(|slot| slot.id.as_str());
            return Err(self.unknown(at, "slot", names));
        };
        let all = on_day(timetable, slot, day);
        let wanted = |(local, _): &&(LocalTime, Option<LocalTime>)| {
            self.second.is_none_or(|second| second == local.second_of_day())
        };
        let found: Vec<_> = all.iter().filter(wanted).collect();
        match found[..] {
            [&(local, None)] => Ok(Target::Airing { slot, local }),
            [&(local, Some(shown))] => Ok(Target::Repeat { slot, local, shown }),
            [] => Err(self.none_there(timetable, slot, &all, at)),
            _ => {
                let message = format!("slot `{}` airs {} times on {day}", self.id, found.len());
                let help = format!("say which: {}", self.listed(&all));
                Err(Diagnostic::new(Code::UnknownTarget, message).primary(at, "").help(help))
            }
        }
    }

    fn find_item(&self, timetable: &Timetable, at: Location) -> Result<Target, Diagnostic> {
        let items = &timetable.items;
        if let Ok(item) = items.binary_search_by(|item| item.id.cmp(&self.id)) {
            return Ok(Target::Item(item));
        }
        if timetable.slots.binary_search_by(|slot| slot.id.cmp(&self.id)).is_ok() {
            let message = format!("`{}` is a slot; which of its airings is meant?", self.id);
            let help = format!("add the date: {}@2027-03-15", self.id);
            return Err(Diagnostic::new(Code::UnknownTarget, message).primary(at, "").help(help));
        }
        Err(self.unknown(at, "item", items.iter().map(|item| item.id.as_str())))
    }

    fn unknown<'t>(
        &self,
        at: Location,
        what: &str,
        names: impl Iterator<Item = &'t str>,
    ) -> Diagnostic {
        let message = format!("there is no {what} `{}`", self.id);
        let finding = Diagnostic::new(Code::UnknownTarget, message).primary(at, "");
        match nearest(self.id.as_str(), names) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("`headend plan` and `headend export` show the names of airings"),
        }
    }

    fn none_there(
        &self,
        timetable: &Timetable,
        slot: usize,
        all: &[(LocalTime, Option<LocalTime>)],
        at: Location,
    ) -> Diagnostic {
        let message = format!("slot `{}` has no airing {}", self.id, self.when());
        let finding = Diagnostic::new(Code::UnknownTarget, message).primary(at, "");
        if !all.is_empty() {
            return finding.help(format!("that day it has {}", self.listed(all)));
        }
        let recurrence = &timetable.slots[slot].recurrence;
        let midnight = LocalTime::new(self.day.unwrap_or(Day::FIRST), 0);
        let next = recurrence.count_before(midnight);
        let before = next.checked_sub(1).and_then(|n| recurrence.nth(n));
        let near: Vec<String> = [before, recurrence.nth(next)]
            .into_iter()
            .flatten()
            .map(|local| local.to_string())
            .collect();
        finding.help(format!("the nearest are {}", near.join(" and ")))
    }

    fn when(&self) -> String {
        match (self.day, self.second) {
            (Some(day), Some(second)) => format!("at {}", LocalTime::new(day, second)),
            (Some(day), None) => format!("on {day}"),
            (None, _) => String::new(),
        }
    }

    fn listed(&self, all: &[(LocalTime, Option<LocalTime>)]) -> String {
        let name = |(local, _): &(LocalTime, Option<LocalTime>)| {
            let second = Some(local.second_of_day());
            let name = AiringName { id: self.id.clone(), day: Some(local.day()), second };
            name.to_string()
        };
        all.iter().take(MAX_LISTED).map(name).collect::<Vec<_>>().join(", ")
    }
}

/// The airings of a slot that start on a day, repeats with the airing that they show.
fn on_day(timetable: &Timetable, slot: usize, day: Day) -> Vec<(LocalTime, Option<LocalTime>)> {
    let slot = &timetable.slots[slot];
    let edits = timetable.edits.slots.get(&slot.id);
    let range = LocalTime::new(day, 0)..LocalTime::new(Day(day.0 + 1), 0);
    let own = slot.recurrence.occurrences(range.clone());
    let mut found: Vec<_> = own.map(|origin| (origin.local, None)).collect();
    for repeat in &slot.repeats {
        let origins = slot.recurrence.occurrences(repeat.origins(&range));
        let repeats = origins.map(|origin| (repeat.of(origin.local), Some(origin.local)));
        let takes_place =
            |local: &LocalTime| edits.is_none_or(|e| !e.unrepeated.contains_key(local));
        found.extend(repeats.filter(|(l, _)| range.contains(l) && takes_place(l)));
    }
    if let Some(edits) = edits {
        let moved = edits.repeats.range(range);
        found.extend(moved.map(|(local, (shown, _))| (*local, Some(*shown))));
    }
    found.sort_unstable();
    found.dedup_by_key(|(local, _)| *local);
    found
}

impl fmt::Display for AiringName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)?;
        if let Some(day) = self.day {
            write!(f, "@{day}")?;
        }
        if let Some(second) = self.second {
            write!(f, "T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)?;
        }
        Ok(())
    }
}

const MAX_LISTED: usize = 12;
