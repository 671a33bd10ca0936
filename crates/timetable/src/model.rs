//! A checked timetable: every reference resolved, every value in range.

mod live;
mod sites;

pub use live::{IfLost, Live};
pub use sites::{OpenTimes, Opening, Region, SiteClass};

use crate::calendar::{Season, Term};
use crate::check::CheckedDays;
use crate::civil::Day;
use crate::pattern::DayPattern;
use crate::plan::{Edits, Lane};
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
    pub(crate) regions: Vec<Region>,
    pub(crate) classes: Vec<SiteClass>,
    pub(crate) live: Vec<Live>,
    pub(crate) notices: Vec<Notice>,
    /// The region whose plan this is, where a central one is included.
    pub(crate) region: Option<Id>,
    /// What is defined in a source of this number or a higher one is included, in the plan of a
    /// region; the highest number of all where this is none.
    pub(crate) own_sources: usize,
    pub(crate) services: Vec<Service>,
    pub(crate) courses: Vec<Course>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) items: Vec<Item>,
    pub(crate) fillers: Vec<Filler>,
    pub(crate) bundles: Vec<Bundle>,
    /// What airs on each service, in the order of `services`.
    pub(crate) lanes: Vec<Lane>,
    /// The days that are checked airing by airing.
    pub(crate) days: CheckedDays,
    /// Slots whose lessons wait, by their places, with their airings before any waited.
    pub(crate) unheld: Vec<(usize, Recurrence)>,
    /// What amendments changed.
    pub(crate) edits: Edits,
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
    /// The service whose programmes it shows for a while, when a service moves.
    pub relays: Option<Relay>,
    /// Where it is defined.
    pub origin: Location,
    pub(crate) number_at: Location,
    pub(crate) slate_at: Location,
}

/// A service that shows what another one shows, for some days.
#[derive(Clone, Debug, PartialEq)]
pub struct Relay {
    /// The other service.
    pub service: Id,
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
    /// Where it is written.
    pub origin: Location,
}

/// Something that people must know ahead: a service that moves, a new receiver program.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Its id.
    pub id: Id,
    /// The services it is about, in order; empty for all.
    pub services: Vec<Id>,
    /// The first day on which it is told.
    pub first: Day,
    /// The last day on which it is told.
    pub last: Day,
    /// What it says.
    pub text: Texts,
    /// Where it is defined.
    pub origin: Location,
}

/// A lesson that is not shown any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Withdrawn {
    /// Index of the lesson in its course.
    pub lesson: u32,
    /// Airings from here on show the other asset.
    pub from: LocalTime,
    /// What is shown in its place.
    pub play: AssetId,
    /// Where it is written.
    pub origin: Location,
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
    /// What becomes of a lesson whose time an airing of higher priority takes.
    pub if_preempted: IfPreempted,
    /// Whom it is for, in order; empty for all.
    pub audience: Vec<Id>,
    /// Lessons that are not shown any more.
    pub withdrawn: Vec<Withdrawn>,
    /// The day by which it must have been taught; otherwise the last day of its slots.
    pub by: Option<Day>,
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

/// What becomes of a lesson when an airing of higher priority takes its whole time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IfPreempted {
    /// It is lost; the next airing shows the next lesson.
    #[default]
    Drop,
    /// It waits for the next airing.
    Hold,
}

/// From when to when an asset may be aired, both days included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Licence {
    /// The first day.
    pub first: Option<Day>,
    /// The last day.
    pub last: Option<Day>,
    /// Where it is written.
    pub origin: Location,
}

/// When an airing starts whose time another one still holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// At its time or not at all.
    #[default]
    Hard,
    /// At most so many seconds late.
    Soft {
        /// How late, in seconds.
        late_s: u32,
    },
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
    /// When it may be aired.
    pub licence: Option<Licence>,
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
    /// How punctual it is.
    pub start: Start,
    /// How long a live programme may go on behind its end, in seconds.
    pub may_overrun_s: u32,
    /// Whom it gathers at the sites, in order; empty for nobody in particular.
    pub audience: Vec<Id>,
    /// The regions it is for, in order; empty for all.
    pub regions: Vec<Id>,
    /// When its asset may be aired.
    pub licence: Option<Licence>,
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
    /// A live or relayed source, by its index in [`Timetable::live`].
    Live(usize),
    /// Time in which regions may leave the service for programmes of their own, and what all
    /// others see; without an asset, filler.
    OptOut {
        /// What all others see.
        sustain: Option<AssetId>,
    },
}

/// An airing that happens once.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its id.
    pub id: Id,
    /// The service it airs on.
    pub service: Id,
    /// What it airs: an asset, or the recording of a live source.
    pub asset: AssetId,
    /// The live source, by its index in [`Timetable::live`].
    pub live: Option<usize>,
    /// How long a live programme may go on behind its end, in seconds.
    pub may_overrun_s: u32,
    /// How punctual it is.
    pub start: Start,
    /// The regions it is for, in order; empty for all.
    pub regions: Vec<Id>,
    /// When its asset may be aired.
    pub licence: Option<Licence>,
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
    /// The regions it is for, in order; empty for all.
    pub regions: Vec<Id>,
    /// The lesson that needs it.
    pub lesson: Option<BundleLesson>,
    /// When it must be complete.
    pub ready: Option<Ready>,
    /// Bytes in a carousel block, where the bundle wants its own size.
    pub block_size_bytes: Option<u16>,
    /// How it is sent.
    pub encoding: BundleEncoding,
    /// Where it is defined.
    pub origin: Location,
    pub(crate) service_at: Location,
    pub(crate) windows_at: Option<Location>,
    pub(crate) first: Day,
    pub(crate) last: Day,
}

/// How a bundle is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BundleEncoding {
    /// As a data carousel and a fountain at once: a site completes from any symbols that are a few
    /// more than the bundle has blocks, whichever it lost.
    #[default]
    Fountain,
    /// As a data carousel alone: a site waits for each block that it lost to come round again.
    Carousel,
}

/// The lesson that needs a bundle.
#[derive(Clone, Debug, PartialEq)]
pub struct BundleLesson {
    /// The course.
    pub course: Id,
    /// The lesson of the course.
    pub lesson: Id,
    /// Where it is written.
    pub origin: Location,
}

/// When a bundle must be complete: so many passes, so long before the lesson first airs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// How long before, in seconds.
    pub before_s: u32,
    /// How many whole passes.
    pub cycles: u32,
    /// Where `before` is written.
    pub origin: Location,
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
#[derive(Clone, Debug, PartialEq)]
pub struct WindowTimes {
    /// On which days it opens.
    pub(crate) days: DayPattern,
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

    /// All regions.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// All classes of sites.
    pub fn site_classes(&self) -> &[SiteClass] {
        &self.classes
    }

    /// All live and relayed sources.
    pub fn live(&self) -> &[Live] {
        &self.live
    }

    /// It is defined in an included plan.
    pub(crate) fn is_included(&self, origin: Location) -> bool {
        origin.source >= self.own_sources && self.edits.source != Some(origin.source)
    }

    /// A slot or item of the plan's own airs on a service of the included plan.
    pub(crate) fn is_inserted(&self, service: &Id, origin: Location) -> bool {
        let includes = self.own_sources != usize::MAX;
        includes
            && !self.is_included(origin)
            && self.service(service).is_some_and(|s| self.is_included(s.origin))
    }

    /// All notices.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The region whose plan this is, where a central one is included.
    pub fn region(&self) -> Option<&Id> {
        self.region.as_ref()
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

    /// Assets that amendments replace, each with what is shown in its place from some instant on.
    pub fn replaced_assets(&self) -> impl Iterator<Item = (&AssetId, &AssetId)> {
        self.edits.replaced.iter().map(|replaced| (&replaced.asset, &replaced.play))
    }

    /// Every asset the timetable names, each as often as it is named, in the order of the lists.
    /// Recordings of live sources are made later and are not among them.
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
            Programme::OptOut { sustain } => Some(bare(sustain.as_ref()?, s.places.programme)),
            Programme::Course { .. } | Programme::Live(_) => None,
        });
        let items = self.items.iter().filter(|i| i.live.is_none());
        let items = items.map(move |i| bare(&i.asset, i.asset_at));
        let covers = self.live.iter().map(move |l| bare(&l.if_lost.play, l.if_lost.origin));
        let fillers = self.fillers.iter().flat_map(move |f| {
            f.assets.iter().zip(&f.assets_at).map(move |(asset, at)| bare(asset, *at))
        });
        let withdrawn = self.courses.iter().flat_map(|c| &c.withdrawn);
        let withdrawn = withdrawn.map(move |w| bare(&w.play, w.origin));
        let replaced = self.edits.replaced.iter();
        let replaced = replaced.map(move |r| bare(&r.play, r.origin));
        slates
            .chain(replaced)
            .chain(lessons)
            .chain(withdrawn)
            .chain(slots)
            .chain(items)
            .chain(covers)
            .chain(fillers)
    }
}

impl Course {
    /// The lesson is withdrawn at a civil time.
    pub(crate) fn withdrawal(&self, lesson: u32, at: LocalTime) -> Option<&Withdrawn> {
        self.withdrawn.iter().find(|w| w.lesson == lesson && at >= w.from)
    }
}

impl Start {
    /// How late an airing may start, in seconds.
    pub(crate) fn late_s(self) -> i64 {
        match self {
            Start::Hard => 0,
            Start::Soft { late_s } => i64::from(late_s),
        }
    }
}

impl Slot {
    /// It shows lessons of a course.
    pub(crate) fn shows_course(&self, index: usize) -> bool {
        matches!(self.programme, Programme::Course { course, .. } if course == index)
    }

    /// No two of its airings start on the same day, extra ones aside.
    pub(crate) fn airs_once_a_day(&self) -> bool {
        self.recurrence.times().per_day() == 1 && self.repeats.is_empty()
    }
}

fn find<'a, T>(list: &'a [T], id: &Id, key: impl Fn(&T) -> &Id) -> Option<&'a T> {
    list.binary_search_by(|entry| key(entry).cmp(id)).ok().map(|i| &list[i])
}
