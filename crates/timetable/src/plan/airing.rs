//! The airings of a service in a window of absolute time.

use super::candidate::{Candidate, Origin};
use super::layers::{Fate, settle};
use crate::civil::{ticks_from_unix, utc_from_ticks};
use crate::model::{CourseKind, Programme, Timetable};
use crate::source::Location;
use crate::text::{AssetId, Id, Language, Texts};
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
    /// Its name: that of the slot, course or item.
    pub title: Option<Texts>,
    /// The lesson, for an airing of a course.
    pub lesson: Option<LessonRef>,
    /// How long the timetable says the asset is.
    pub length_claim: Option<Span>,
    /// `content_nibble_level_1` and `_2` of the content descriptor.
    pub content: Option<u8>,
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
    /// An asset in a slot.
    Programme,
    /// A one-off item.
    OneOff,
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
                Fate::Airs { end_unix_s } | Fate::Cut { end_unix_s, .. } => {
                    let wanted = candidate.start_unix_s < until_unix_s && end_unix_s > from_unix_s;
                    if wanted { self.planned(candidate, end_unix_s) } else { None }
                }
                Fate::Dropped { .. } => None,
            })
            .filter(|airing| airing.start < until && airing.window_end > from)
            .collect();
        airings.sort_by_key(|airing| airing.start);
        airings
    }

    /// `None` when the airing lies off the axis, which no date of a timetable does.
    pub(super) fn planned(
        &self,
        candidate: &Candidate<'_>,
        end_unix_s: i64,
    ) -> Option<PlannedAiring> {
        let start = ticks_from_unix(candidate.start_unix_s)?;
        let window_end = ticks_from_unix(end_unix_s)?;
        let service = match candidate.origin {
            Origin::Slot { slot, .. } => &slot.service,
            Origin::Item(item) => &item.service,
        };
        let content = self.service(service).and_then(|s| s.content);
        let blank = PlannedAiring {
            service: service.clone(),
            id: airing_id(candidate),
            event_id: event_id(start),
            kind: AiringKind::OneOff,
            asset: self.asset_of(candidate).clone(),
            in_offset: Span(0),
            start,
            window_end,
            title: None,
            lesson: None,
            length_claim: None,
            content,
            language: None,
            priority: candidate.priority,
            origin: candidate.origin.location(),
        };
        Some(match candidate.origin {
            Origin::Item(item) => PlannedAiring {
                in_offset: item.start_at,
                title: item.title.clone(),
                content: item.content.or(content),
                ..blank
            },
            Origin::Slot { slot, lesson, .. } => {
                let airing = PlannedAiring {
                    kind: AiringKind::Programme,
                    in_offset: slot.from_offset,
                    title: slot.title.clone(),
                    ..blank
                };
                match (&slot.programme, lesson) {
                    (Programme::Course { course, .. }, Some(lesson)) => {
                        self.with_lesson(airing, *course, lesson)
                    }
                    _ => airing,
                }
            }
        })
    }

    fn asset_of<'t>(&'t self, candidate: &Candidate<'t>) -> &'t AssetId {
        match candidate.origin {
            Origin::Item(item) => &item.asset,
            Origin::Slot { slot, lesson, .. } => match &slot.programme {
                Programme::Asset(asset) => asset,
                Programme::Course { course, first_lesson } => {
                    let lesson = lesson.unwrap_or(*first_lesson);
                    &self.courses[*course].lessons[lesson as usize].asset
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
            length_claim: lesson.length_claim,
            content: course.content.or(airing.content),
            language: course.language,
            ..airing
        }
    }
}

fn airing_id(candidate: &Candidate<'_>) -> String {
    let local = candidate.local;
    match candidate.origin {
        Origin::Item(item) => item.id.as_str().to_owned(),
        Origin::Slot { slot, extra: false, .. } if slot.recurrence.times().per_day() == 1 => {
            format!("{}@{}", slot.id, local.day())
        }
        Origin::Slot { slot, .. } => {
            let second = local.second_of_day();
            let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
            format!("{}@{}T{hour:02}:{minute:02}:{second:02}", slot.id, local.day())
        }
    }
}
