//! The airings of a service in a window of absolute time.

use super::candidate::{Candidate, Origin};
use super::layers::{Fate, settle};
use crate::civil::{ticks_from_unix, utc_from_ticks};
use crate::model::{CourseKind, Programme, Relay, Service, Slot, Timetable};
use crate::source::Location;
use crate::text::{AssetId, Id, Language, Texts};
use crate::zone::LocalTime;
use ts::{Span, TICKS_PER_SECOND, Ticks};

/// One airing: an asset on a service in a window of time.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedAiring {
    /// The service.
    pub service: Id,
    /// A name that stays when other parts of the timetable change: that of the item, or that of
    /// the slot with the date on the local clock, and with the time where the slot airs several
    /// times a day or the airing is an extra one.
    pub id: String,
    /// `event_id` of the event information table, see [`event_id`].
    pub event_id: u16,
    /// What kind of airing it is.
    pub kind: AiringKind,
    /// What is played.
    pub asset: AssetId,
    /// How far into the asset it starts.
    pub in_offset: Span,
    /// When it starts.
    pub start: Ticks,
    /// The end of the window it may use; what the asset leaves of it is filled. Exclusive.
    pub window_end: Ticks,
    /// The end of its window if neither an amendment nor an airing of higher priority made it
    /// shorter. Exclusive.
    pub full_end: Ticks,
    /// An amendment made its window longer or shorter.
    pub resized: bool,
    /// Its name: that of the slot, course or item.
    pub title: Option<Texts>,
    /// The lesson, for an airing of a course.
    pub lesson: Option<LessonRef>,
    /// It shows again what was shown before, and moves no course on.
    pub rerun: bool,
    /// How long the timetable says the asset is.
    pub length_claim: Option<Span>,
    /// `content_nibble_level_1` and `_2` of the content descriptor.
    pub content: Option<u8>,
    /// The live source that it comes from; `asset` is its recording.
    pub live: Option<LiveRef>,
    /// The language it is taught in.
    pub language: Option<Language>,
    /// Its priority.
    pub priority: u8,
    /// Where the slot or item is defined.
    pub origin: Location,
}

/// What kind of airing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AiringKind {
    /// A lesson of a course, in a slot.
    Lesson,
    /// An asset in a slot, or a live source.
    Programme,
    /// What is shown to all who do not leave in a window for regions.
    OptOut,
    /// A one-off item.
    OneOff,
}

/// Which live source an airing shows.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveRef {
    /// The source.
    pub source: Id,
    /// What is shown when it does not come.
    pub cover: AssetId,
    /// After how many milliseconds without input.
    pub after_ms: u32,
    /// How long it may go on behind its end.
    pub may_overrun: Span,
}

/// Which lesson of which course an airing shows.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonRef {
    /// The course.
    pub course: Id,
    /// Whether all of the course must air.
    pub course_kind: CourseKind,
    /// The lesson.
    pub lesson: Id,
    /// Its number in the course, from 1.
    pub number: u32,
    /// How many lessons the course has.
    pub lesson_count: u32,
    /// The name of the lesson itself.
    pub title: Option<Texts>,
}

/// The `event_id` (EN 300 468 clause 5.2.4) of what starts at an instant.
///
/// It counts half minutes of the axis, modulo 2^16. Airings of one service start at least 30 s
/// apart, so that within 22 days, more than the event information table reaches, no two of them
/// have the same.
pub const fn event_id(start: Ticks) -> u16 {
    (start.0 / (super::MIN_AIRING_S as u64 * TICKS_PER_SECOND)) as u16
}

impl Timetable {
    /// The airings of a service that share time with `[from, until)`, in order of time.
    ///
    /// They do not overlap, and are not cut at the edges of the window: asked for two windows
    /// side by side, an airing across the border is in both answers, the same. A service that is
    /// not there has none. The cost grows with the window, not with the timetable's age.
    pub fn airings(&self, service: &Id, from: Ticks, until: Ticks) -> Vec<PlannedAiring> {
        let Ok(index) = self.services.binary_search_by(|s| s.id.cmp(service)) else {
            return Vec::new();
        };
        if until <= from {
            return Vec::new();
        }
        if let Some(relay) = &self.services[index].relays {
            return self.relayed(&self.services[index], relay, from, until);
        }
        let lane = &self.lanes[index];
        let from_unix_s = utc_from_ticks(from).unix_s;
        let until_unix_s = utc_from_ticks(until).unix_s + 1;
        let reach_s = lane.reach_s();
        let candidates =
            lane.candidates(self, from_unix_s - reach_s, until_unix_s.saturating_add(reach_s));
        let fates = settle(&candidates);
        let mut airings: Vec<PlannedAiring> = candidates
            .iter()
            .zip(&fates)
            .filter_map(|(candidate, fate)| match *fate {
                Fate::Airs { start_unix_s, end_unix_s, .. } => {
                    let wanted = start_unix_s < until_unix_s && end_unix_s > from_unix_s;
                    if wanted { self.planned(candidate, start_unix_s, end_unix_s) } else { None }
                }
                Fate::Dropped { .. } => None,
            })
            .filter(|airing| airing.start < until && airing.window_end > from)
            .collect();
        airings.sort_by_key(|airing| airing.start);
        airings
    }

    /// What a service shows that relays another one: its airings of some days.
    fn relayed(
        &self,
        service: &Service,
        relay: &Relay,
        from: Ticks,
        until: Ticks,
    ) -> Vec<PlannedAiring> {
        let mut airings = match self.service(&relay.service) {
            Some(other) if other.relays.is_none() => self.airings(&other.id, from, until),
            _ => Vec::new(),
        };
        airings.retain(|airing| {
            let day = self.zone.local_time(airing.start).day();
            (relay.first..=relay.last).contains(&day)
        });
        for airing in &mut airings {
            airing.service = service.id.clone();
        }
        airings
    }

    /// `None` when there is nothing to show but filler, or when the airing lies off the axis, which
    /// no date of a timetable does.
    pub(super) fn planned(
        &self,
        candidate: &Candidate<'_>,
        start_unix_s: i64,
        end_unix_s: i64,
    ) -> Option<PlannedAiring> {
        let start = ticks_from_unix(start_unix_s)?;
        let window_end = ticks_from_unix(end_unix_s)?;
        // What has no length of its own ends where the next one begins.
        let full_end_unix_s =
            if candidate.open_end { end_unix_s } else { candidate.full_end_unix_s };
        let service = match candidate.origin {
            Origin::Slot { slot, .. } => &slot.service,
            Origin::Item(item) => &item.service,
        };
        let content = self.service(service).and_then(|s| s.content);
        let blank = PlannedAiring {
            service: service.clone(),
            asset: self.asset_of(candidate, start_unix_s)?,
            id: airing_id(candidate),
            event_id: event_id(start),
            kind: AiringKind::OneOff,
            in_offset: Span(0),
            start,
            window_end,
            full_end: ticks_from_unix(full_end_unix_s)?.max(window_end),
            resized: candidate.resized,
            title: None,
            lesson: None,
            rerun: false,
            length_claim: None,
            content,
            live: None,
            language: None,
            priority: candidate.priority,
            origin: candidate.origin.location(),
        };
        Some(match candidate.origin {
            Origin::Item(item) => PlannedAiring {
                in_offset: item.start_at,
                live: item.live.map(|live| self.live_ref(live, item.may_overrun_s)),
                title: item.title.clone().or_else(|| self.live[item.live?].title.clone()),
                content: item.content.or(content),
                ..blank
            },
            Origin::Slot { slot, lesson, repeat, .. } => {
                let airing = PlannedAiring {
                    rerun: repeat || slot.rerun_of.is_some(),
                    kind: AiringKind::Programme,
                    in_offset: slot.from_offset,
                    title: slot.title.clone(),
                    ..blank
                };
                match (&slot.programme, lesson) {
                    (Programme::Course { course, .. }, Some(lesson)) => {
                        self.with_lesson(airing, *course, lesson)
                    }
                    (Programme::Live(live), _) => PlannedAiring {
                        live: Some(self.live_ref(*live, slot.may_overrun_s)),
                        title: airing.title.or_else(|| self.live[*live].title.clone()),
                        ..airing
                    },
                    (Programme::OptOut { .. }, _) => {
                        PlannedAiring { kind: AiringKind::OptOut, ..airing }
                    }
                    _ => airing,
                }
            }
        })
    }

    fn live_ref(&self, live: usize, may_overrun_s: u32) -> LiveRef {
        let live = &self.live[live];
        LiveRef {
            source: live.id.clone(),
            cover: live.if_lost.play.clone(),
            after_ms: live.if_lost.after_ms,
            may_overrun: Span::from_seconds(i64::from(may_overrun_s)),
        }
    }

    /// `None` for a window in which all who stay see filler.
    fn asset_of(&self, candidate: &Candidate<'_>, start_unix_s: i64) -> Option<AssetId> {
        let asset = self.asset_by_plan(candidate)?;
        match self.edits.in_place_of(&asset, start_unix_s) {
            Some((play, _)) => Some(play.clone()),
            None => Some(asset),
        }
    }

    /// What is played unless an amendment replaces it.
    pub(super) fn asset_by_plan(&self, candidate: &Candidate<'_>) -> Option<AssetId> {
        match candidate.origin {
            Origin::Item(item) => Some(item.asset.clone()),
            Origin::Slot { slot, lesson, extra, shown, .. } => match &slot.programme {
                Programme::Asset(asset) => Some(asset.clone()),
                Programme::Live(live) => self.live[*live].recording(&id_of(slot, extra, shown)),
                Programme::OptOut { sustain } => sustain.clone(),
                Programme::Course { course, first_lesson } => {
                    let lesson = lesson.unwrap_or(*first_lesson);
                    let course = &self.courses[*course];
                    let asset = match course.withdrawal(lesson, candidate.local) {
                        Some(withdrawn) => &withdrawn.play,
                        None => &course.lessons[lesson as usize].asset,
                    };
                    Some(asset.clone())
                }
            },
        }
    }

    fn with_lesson(&self, airing: PlannedAiring, course: usize, index: u32) -> PlannedAiring {
        let course = &self.courses[course];
        let lesson = &course.lessons[index as usize];
        PlannedAiring {
            kind: AiringKind::Lesson,
            title: airing.title.or_else(|| Some(course.title.clone())),
            lesson: Some(LessonRef {
                course: course.id.clone(),
                course_kind: course.kind,
                lesson: lesson.id.clone(),
                number: index + 1,
                lesson_count: course.lessons.len() as u32,
                title: lesson.title.clone(),
            }),
            // What is shown in the place of a lesson has a length of its own.
            length_claim: lesson.length_claim.filter(|_| airing.asset == lesson.asset),
            content: course.content.or(airing.content),
            language: course.language,
            ..airing
        }
    }
}

fn airing_id(candidate: &Candidate<'_>) -> String {
    match candidate.origin {
        Origin::Item(item) => item.id.as_str().to_owned(),
        Origin::Slot { slot, extra, .. } => id_of(slot, extra, candidate.local),
    }
}

/// The name of the airing of a slot that starts at a civil time.
fn id_of(slot: &Slot, extra: bool, local: LocalTime) -> String {
    if !extra && slot.airs_once_a_day() {
        return format!("{}@{}", slot.id, local.day());
    }
    let second = local.second_of_day();
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{}@{}T{hour:02}:{minute:02}:{second:02}", slot.id, local.day())
}
