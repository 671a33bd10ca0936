//! A checked timetable: every reference resolved, every value in range.

use crate::calendar::{Season, Term};
use crate::plan::Lane;
use crate::recurrence::{Advance, Recurrence, Repeat};
use crate::source::Location;
use crate::text::{AssetId, Id, Language, Texts};
use crate::zone::{FoldPolicy, GapPolicy, LocalTime, Zone};
use ts::Span;

/// A checked timetable.
///
/// All lists are ordered by id, so that the order in which the text defines things is of no
/// account.
#[derive(Clone, Debug, PartialEq)]
pub struct Timetable {
    pub(crate) zone: Zone,
    pub(crate) terms: Vec<Term>,
    pub(crate) seasons: Vec<Season>,
    pub(crate) services: Vec<Service>,
    pub(crate) courses: Vec<Course>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) items: Vec<Item>,
    pub(crate) fillers: Vec<Filler>,
    pub(crate) bundles: Vec<Bundle>,
    /// What airs on each service, in the order of `services`.
    pub(crate) lanes: Vec<Lane>,
}

/// A service (EN 300 468: a sequence of programmes that is broadcast to a schedule).
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its id.
    pub id: Id,
    /// `service_id` and `program_number`, not 0.
    pub number: u16,
    /// Its name.
    pub name: Texts,
    /// Who provides it.
    pub provider: Option<Texts>,
    /// What it carries.
    pub kind: ServiceKind,
    /// The pool that fills time without an airing.
    pub filler: Option<Id>,
    /// What is shown when all else fails; always there for television and radio.
    pub slate: Option<AssetId>,
    /// `content_nibble_level_1` and `_2` of the content descriptor for airings that name none.
    pub content: Option<u8>,
    /// Where it is defined.
    pub origin: Location,
    pub(crate) number_at: Location,
    pub(crate) slate_at: Location,
}

/// What a service carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceKind {
    /// Picture and sound.
    Television,
    /// Sound.
    Radio,
    /// Bundles of files.
    Data,
}

/// Ordered lessons.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub title: Texts,
    /// Whether all of it must air.
    pub kind: CourseKind,
    /// The language it is taught in.
    pub language: Option<Language>,
    /// Its lessons, in order; never empty.
    pub lessons: Vec<Lesson>,
    /// `content_nibble_level_1` and `_2` of the content descriptor.
    pub content: Option<u8>,
    /// What moves it to the next lesson.
    pub advance: Advance,
    /// What a slot shows when no lesson is left.
    pub if_finished: IfFinished,
    /// Where it is defined.
    pub origin: Location,
}

/// Whether all lessons of a course must air.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CourseKind {
    /// They must.
    Required,
    /// They should.
    Elective,
}

/// What a slot shows when its course has no lesson left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfFinished {
    /// Nothing of its own: the service is filled.
    Filler,
    /// The course from its first lesson.
    Restart,
    /// The last lesson again.
    Last,
    /// A slot that goes on is an error.
    Error,
}

/// One lesson of a course.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// Its id, unique in its course.
    pub id: Id,
    /// What is played.
    pub asset: AssetId,
    /// Its own name.
    pub title: Option<Texts>,
    /// How long the timetable says the asset is.
    pub length_claim: Option<Span>,
    /// Where it is defined.
    pub origin: Location,
}

/// A place on a service, at one or more times of the days that its calendar gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// Its id.
    pub id: Id,
    /// The service it airs on.
    pub service: Id,
    /// What it airs.
    pub programme: Programme,
    /// How far into the asset it starts.
    pub from_offset: Span,
    /// How long each of its airings may last, in seconds.
    pub length_s: u32,
    /// Which airing gives way where two share time: that of the lower priority.
    pub priority: u8,
    /// Its name, where it differs from that of the course.
    pub title: Option<Texts>,
    /// Where it is defined.
    pub origin: Location,
    /// Its airings that move its course on.
    pub(crate) recurrence: Recurrence,
    /// How many of them closed days take away that no day makes up for.
    pub(crate) lost_airings: usize,
    /// How much later each of them is shown again.
    pub(crate) repeats: Vec<Repeat>,
    /// The slot whose last airing it shows, by its index in [`Timetable::slots`].
    pub(crate) rerun_of: Option<usize>,
    pub(crate) gap: GapPolicy,
    pub(crate) fold: FoldPolicy,
    pub(crate) places: SlotPlaces,
}

/// Where the keys of a slot stand that findings point at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SlotPlaces {
    pub programme: Location,
    pub at: Location,
    pub length: Location,
    pub until: Option<Location>,
}

/// What a slot airs.
#[derive(Clone, Debug, PartialEq)]
pub enum Programme {
    /// The same asset each time.
    Asset(AssetId),
    /// One lesson of a course after the other.
    Course {
        /// Index in [`Timetable::courses`].
        course: usize,
        /// Index of the lesson of the first airing.
        first_lesson: u32,
    },
}

/// An airing that happens once.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its id.
    pub id: Id,
    /// The service it airs on.
    pub service: Id,
    /// What it airs.
    pub asset: AssetId,
    /// When it starts, on the local clock.
    pub at: LocalTime,
    /// How long it may last, in seconds; without it, until the next airing of its service.
    pub length_s: Option<u32>,
    /// How far into the asset it starts.
    pub start_at: Span,
    /// Which airing gives way where two share time: that of the lower priority.
    pub priority: u8,
    /// Its name.
    pub title: Option<Texts>,
    /// `content_nibble_level_1` and `_2` of the content descriptor.
    pub content: Option<u8>,
    /// Where it is defined.
    pub origin: Location,
    pub(crate) gap: GapPolicy,
    pub(crate) fold: FoldPolicy,
    pub(crate) asset_at: Location,
}

/// Assets that fill time without an airing.
#[derive(Clone, Debug, PartialEq)]
pub struct Filler {
    /// Its id.
    pub id: Id,
    /// The assets, in the order of the text; never empty.
    pub assets: Vec<AssetId>,
    /// Where it is defined.
    pub origin: Location,
    pub(crate) assets_at: Vec<Location>,
}

/// Files that are sent in a carousel.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// Its id.
    pub id: Id,
    /// The data service that carries it.
    pub service: Id,
    /// Its name.
    pub title: Texts,
    /// Which files, as a path or glob relative to the folder of bundles.
    pub files: String,
    /// When it is sent.
    pub window: Window,
    /// The rate it is sure of while it is sent, in bit/s of transport stream.
    pub rate_bps: u64,
    /// Its share of what is left over, against that of other bundles.
    pub weight: u16,
    /// Bytes in a carousel block, where the bundle wants its own size.
    pub block_size_bytes: Option<u16>,
    /// Where it is defined.
    pub origin: Location,
    pub(crate) service_at: Location,
    pub(crate) first: crate::civil::Day,
    pub(crate) last: crate::civil::Day,
}

/// When a bundle is sent, within its range of dates.
#[derive(Clone, Debug, PartialEq)]
pub enum Window {
    /// All the time.
    Always,
    /// During these times.
    Times(Vec<WindowTimes>),
}

/// A time of day on some weekdays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowTimes {
    /// On which days it opens.
    pub days: crate::recurrence::Weekdays,
    /// When it opens, in seconds of the day.
    pub from_s: u32,
    /// When it closes, in seconds of the day; at or before `from_s` it closes on the next day.
    pub to_s: u32,
}

/// A use of an asset, for the check against the library.
#[derive(Clone, Debug, PartialEq)]
pub struct AssetUse<'a> {
    /// The asset.
    pub asset: &'a AssetId,
    /// How long the timetable says it is.
    pub length_claim: Option<Span>,
    /// Where the timetable names it.
    pub origin: Location,
}

impl Timetable {
    /// The zone of all civil times.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// All terms.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// All seasons.
    pub fn seasons(&self) -> &[Season] {
        &self.seasons
    }

    /// All services.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// All courses.
    pub fn courses(&self) -> &[Course] {
        &self.courses
    }

    /// All slots.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// All one-off items.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// All filler pools.
    pub fn fillers(&self) -> &[Filler] {
        &self.fillers
    }

    /// All bundles.
    pub fn bundles(&self) -> &[Bundle] {
        &self.bundles
    }

    /// The slots that show again what a slot has shown.
    pub(crate) fn reruns_of(&self, id: &Id) -> impl Iterator<Item = &Slot> {
        let base = self.slots.binary_search_by(|slot| slot.id.cmp(id)).ok();
        self.slots.iter().filter(move |slot| base.is_some() && slot.rerun_of == base)
    }

    /// The service with this id.
    pub fn service(&self, id: &Id) -> Option<&Service> {
        find(&self.services, id, |s| &s.id)
    }

    /// The filler pool with this id.
    pub fn filler(&self, id: &Id) -> Option<&Filler> {
        find(&self.fillers, id, |f| &f.id)
    }

    /// The bundle with this id.
    pub fn bundle(&self, id: &Id) -> Option<&Bundle> {
        find(&self.bundles, id, |b| &b.id)
    }

    /// Every asset the timetable names, each as often as it is named, in the order of the lists.
    pub fn asset_uses(&self) -> impl Iterator<Item = AssetUse<'_>> {
        let bare = |asset, origin| AssetUse { asset, length_claim: None, origin };
        let slates =
            self.services.iter().filter_map(move |s| Some(bare(s.slate.as_ref()?, s.slate_at)));
        let lessons = self.courses.iter().flat_map(|c| &c.lessons).map(|l| AssetUse {
            asset: &l.asset,
            length_claim: l.length_claim,
            origin: l.origin,
        });
        let slots = self.slots.iter().filter_map(move |s| match &s.programme {
            Programme::Asset(asset) => Some(bare(asset, s.places.programme)),
            Programme::Course { .. } => None,
        });
        let items = self.items.iter().map(move |i| bare(&i.asset, i.asset_at));
        let fillers = self.fillers.iter().flat_map(move |f| {
            f.assets.iter().zip(&f.assets_at).map(move |(asset, at)| bare(asset, *at))
        });
        slates.chain(lessons).chain(slots).chain(items).chain(fillers)
    }
}

impl Slot {
    /// No two of its airings start on the same day, extra ones aside.
    pub(crate) fn airs_once_a_day(&self) -> bool {
        self.recurrence.times().per_day() == 1 && self.repeats.is_empty()
    }
}

fn find<'a, T>(list: &'a [T], id: &Id, key: impl Fn(&T) -> &Id) -> Option<&'a T> {
    list.binary_search_by(|entry| key(entry).cmp(id)).ok().map(|i| &list[i])
}
