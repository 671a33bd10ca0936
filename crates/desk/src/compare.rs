//! Two timetables over a window of time: which airings and bundles differ.
//!
//! Airings are matched by their names, which stay when other parts of the timetable change. What
//! is compared is what a viewer or a site could notice: times, assets, lessons and texts, not
//! priorities or places in files.

use std::collections::BTreeMap;
use timetable::{AssetId, Id, PlannedAiring, Service, Timetable};
use ts::Ticks;

/// What differs between two timetables.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Each service that one of the two has, in the order of their names.
    pub services: Vec<ServiceChanges>,
    /// The bundles that differ, in the order of their names.
    pub bundles: Vec<BundleChange>,
}

/// What differs on one service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceChanges {
    /// Its name.
    pub id: Id,
    /// In which of the two it is.
    pub presence: Presence,
    /// The airings that differ, in order of time.
    pub airings: Vec<AiringChange>,
    /// The filler pool or the slate has other assets.
    pub fill_differs: bool,
    /// What is on at the first instant of the window plays on to the same end. What is told of it
    /// in the guide may differ.
    pub on_air_untouched: bool,
}

/// In which of two timetables something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// In both.
    Both,
    /// Only in the old one.
    Gone,
    /// Only in the new one.
    New,
}

/// An airing that differs; at least one of the two is there.
#[derive(Clone, Debug, PartialEq)]
pub struct AiringChange {
    /// As it was.
    pub old: Option<PlannedAiring>,
    /// As it is now.
    pub new: Option<PlannedAiring>,
    /// What differs, where both are there.
    pub aspects: Vec<Aspect>,
}

/// What can differ between an airing and its successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// When it starts.
    Start,
    /// How long it may last.
    Length,
    /// What is played, or from where on.
    Asset,
    /// Which lesson it is.
    Lesson,
    /// Title, language or genre.
    Text,
}

impl Aspect {
    /// It is seen in the guide, and neither picture nor sound of the airing change.
    fn is_told(&self) -> bool {
        matches!(self, Aspect::Lesson | Aspect::Text)
    }
}

/// A bundle that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleChange {
    /// Its name.
    pub id: Id,
    /// In which of the two it is.
    pub presence: Presence,
    /// It is sent at other times of the window.
    pub times_differ: bool,
    /// Its files, service, rate, weight or title differ.
    pub content_differs: bool,
}

impl Aspect {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Aspect::Start => "start",
            Aspect::Length => "length",
            Aspect::Asset => "asset",
            Aspect::Lesson => "lesson",
            Aspect::Text => "text",
        }
    }
}

impl Presence {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Presence::Both => "both",
            Presence::Gone => "gone",
            Presence::New => "new",
        }
    }

    fn of(old: bool, new: bool) -> Presence {
        match (old, new) {
            (true, false) => Presence::Gone,
            (false, true) => Presence::New,
            _ => Presence::Both,
        }
    }
}

impl AiringChange {
    /// When it is felt: the earlier of the two starts.
    pub fn start(&self) -> Ticks {
        let starts = [&self.old, &self.new].into_iter().flatten().map(|airing| airing.start);
        starts.min().unwrap_or(Ticks(0))
    }
}

impl Comparison {
    /// Nothing differs.
    pub fn is_same(&self) -> bool {
        self.bundles.is_empty() && self.services.iter().all(ServiceChanges::is_same)
    }

    /// How many airings differ.
    pub fn airings(&self) -> usize {
        self.services.iter().map(|service| service.airings.len()).sum()
    }

    /// What is on at the first instant of the window stays, on every service.
    pub fn on_air_untouched(&self) -> bool {
        self.services.iter().all(|service| service.on_air_untouched)
    }
}

impl ServiceChanges {
    /// Nothing differs on this service.
    pub fn is_same(&self) -> bool {
        self.presence == Presence::Both && self.airings.is_empty() && !self.fill_differs
    }
}

/// Compares two timetables over `[from, until)`.
pub fn compare(old: &Timetable, new: &Timetable, from: Ticks, until: Ticks) -> Comparison {
    let pair = Pair { old, new, from, until };
    let ids = old.services().iter().chain(new.services()).map(|service| &service.id);
    let mut ids: Vec<&Id> = ids.collect();
    ids.sort();
    ids.dedup();
    let services = ids.into_iter().map(|id| pair.service(id)).collect();
    Comparison { services, bundles: pair.bundles() }
}

struct Pair<'t> {
    old: &'t Timetable,
    new: &'t Timetable,
    from: Ticks,
    until: Ticks,
}

impl Pair<'_> {
    fn service(&self, id: &Id) -> ServiceChanges {
        let (old, new) = (self.old.service(id), self.new.service(id));
        let before = self.old.airings(id, self.from, self.until);
        let now = self.new.airings(id, self.from, self.until);
        let on_air = |airings: &[PlannedAiring]| {
            airings.iter().find(|a| a.start <= self.from && self.from < a.window_end).cloned()
        };
        let fill_differs = fill(self.old, old) != fill(self.new, new);
        let on_air_untouched = match (on_air(&before), on_air(&now)) {
            (Some(old), Some(new)) => aspects(&old, &new).iter().all(Aspect::is_told),
            (None, None) => !fill_differs,
            _ => false,
        };
        ServiceChanges {
            id: id.clone(),
            presence: Presence::of(old.is_some(), new.is_some()),
            airings: changes(before, now),
            fill_differs,
            on_air_untouched,
        }
    }

    fn bundles(&self) -> Vec<BundleChange> {
        let ids = self.old.bundles().iter().chain(self.new.bundles()).map(|bundle| &bundle.id);
        let mut ids: Vec<&Id> = ids.collect();
        ids.sort();
        ids.dedup();
        let times = |timetable: &Timetable| {
            let mut times: BTreeMap<Id, Vec<(Ticks, Ticks)>> = BTreeMap::new();
            for interval in timetable.bundles_active(self.from, self.until) {
                times.entry(interval.bundle).or_default().push((interval.from, interval.until));
            }
            times
        };
        let (old_times, new_times) = (times(self.old), times(self.new));
        let change = |id: &Id| {
            let (old, new) = (self.old.bundle(id), self.new.bundle(id));
            let content = |b: &timetable::Bundle| {
                let what = (b.service.clone(), b.files.clone(), b.title.clone());
                (what, b.rate_bps, b.weight, b.block_size_bytes)
            };
            let change = BundleChange {
                id: id.clone(),
                presence: Presence::of(old.is_some(), new.is_some()),
                times_differ: old_times.get(id) != new_times.get(id),
                content_differs: old.map(content) != new.map(content),
            };
            (change.times_differ || change.content_differs).then_some(change)
        };
        ids.into_iter().filter_map(change).collect()
    }
}

/// What fills the time without an airing.
fn fill<'t>(
    timetable: &'t Timetable,
    service: Option<&'t Service>,
) -> Option<(Option<&'t [AssetId]>, Option<&'t AssetId>)> {
    let service = service?;
    let pool = service.filler.as_ref().and_then(|id| timetable.filler(id));
    Some((pool.map(|pool| pool.assets.as_slice()), service.slate.as_ref()))
}

fn changes(old: Vec<PlannedAiring>, new: Vec<PlannedAiring>) -> Vec<AiringChange> {
    let mut by_id: BTreeMap<String, [Option<PlannedAiring>; 2]> = BTreeMap::new();
    for (place, airings) in [old, new].into_iter().enumerate() {
        for airing in airings {
            let pair = by_id.entry(airing.id.clone()).or_default();
            pair[place] = Some(airing);
        }
    }
    let change = |[old, new]: [Option<PlannedAiring>; 2]| {
        let aspects = match (&old, &new) {
            (Some(old), Some(new)) => aspects(old, new),
            _ => Vec::new(),
        };
        let differs = !aspects.is_empty() || old.is_none() || new.is_none();
        differs.then_some(AiringChange { old, new, aspects })
    };
    let mut changes: Vec<AiringChange> = by_id.into_values().filter_map(change).collect();
    changes.sort_by_key(AiringChange::start);
    changes
}

fn aspects(old: &PlannedAiring, new: &PlannedAiring) -> Vec<Aspect> {
    let length = |a: &PlannedAiring| a.window_end.since(a.start);
    let lesson =
        |a: &PlannedAiring| a.lesson.as_ref().map(|l| (l.course.clone(), l.lesson.clone()));
    let told = |a: &PlannedAiring| {
        let own = a.lesson.as_ref().and_then(|lesson| lesson.title.clone());
        (a.title.clone(), own, a.language, a.content)
    };
    let differs = [
        (Aspect::Start, old.start != new.start),
        (Aspect::Length, length(old) != length(new)),
        (Aspect::Asset, (&old.asset, old.in_offset) != (&new.asset, new.in_offset)),
        (Aspect::Lesson, lesson(old) != lesson(new)),
        (Aspect::Text, told(old) != told(new)),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(aspect, _)| aspect).collect()
}
