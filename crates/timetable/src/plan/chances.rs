//! The proof that sites can follow the required courses: which lesson airs when in their hours.

use super::candidate::Origin;
use super::layers::{Fate, settle};
use super::opening::OpenClock;
use crate::civil::{Day, SECONDS_PER_DAY, ticks_from_unix};
use crate::model::{Course, CourseKind, Programme, SiteClass, Timetable};
use crate::text::Id;
use crate::zone::LocalTime;
use std::collections::BTreeMap;
use ts::Ticks;

/// How a class of sites can follow a required course.
#[derive(Clone, Debug, PartialEq)]
pub struct CourseChances {
    /// The course.
    pub course: Id,
    /// The class of sites.
    pub class: Id,
    /// How often each lesson must air in its hours.
    pub wanted: u32,
    /// The last day on which an airing counts.
    pub by: Day,
    /// The lessons, in their order.
    pub lessons: Vec<LessonChances>,
}

/// The airings of one lesson that lie wholly in the opening hours of a class of sites.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonChances {
    /// The lesson.
    pub lesson: Id,
    /// When it starts, as often as it does, in order.
    pub starts: Vec<Ticks>,
}

/// An airing of a lesson of a required course, as it was settled.
#[derive(Clone, Copy)]
struct Shown {
    lesson: u32,
    start_unix_s: i64,
    /// The end of the lesson, or of its time where nobody says how long it is.
    end_unix_s: i64,
    /// The day on which the timetable has it.
    day: Day,
}

impl Timetable {
    /// For each required course and each class of sites that it is for, when its lessons air within
    /// the opening hours; ordered by course and class.
    ///
    /// Airings that are lost to others do not count, those that are cut short do not either. The
    /// cost grows with the airings of services that show required courses. Of a plan with millions
    /// of them nothing is told.
    pub fn chances(&self) -> Vec<CourseChances> {
        self.proof_of_chances().unwrap_or_default()
    }

    /// As [`Self::chances`]; `None` when there are too many airings to look at.
    pub(crate) fn proof_of_chances(&self) -> Option<Vec<CourseChances>> {
        let required = |course: &Course| course.kind == CourseKind::Required;
        if self.classes.is_empty() || !self.courses.iter().any(required) {
            return Some(Vec::new());
        }
        let shown = self.required_airings()?;
        let mut found = Vec::new();
        for (index, course) in self.courses.iter().enumerate().filter(|(_, c)| required(c)) {
            let Some(by) = self.date_of(index) else { continue };
            let airings = shown.get(&index).map_or(&[][..], Vec::as_slice);
            let classes = self.classes.iter().filter(|c| c.chances > 0);
            let classes = classes.filter(|c| c.serves(&course.audience));
            found.extend(classes.map(|class| self.chances_of(course, class, by, airings)));
        }
        Some(found)
    }

    /// The last day of a course: the one it must have been taught by, or that of its last airing.
    fn date_of(&self, course: usize) -> Option<Day> {
        let spans = self.slots.iter().filter(|slot| slot.shows_course(course)).map(|slot| {
            let last = slot.recurrence.span()?.1;
            slot.repeats.iter().map(|r| r.of(last)).chain([last]).max().map(LocalTime::day)
        });
        let last = spans.flatten().max()?;
        Some(self.courses[course].by.unwrap_or(last))
    }

    fn chances_of(
        &self,
        course: &Course,
        class: &SiteClass,
        by: Day,
        airings: &[Shown],
    ) -> CourseChances {
        let clock = OpenClock::new(self, class);
        let lesson = |id: &Id| LessonChances { lesson: id.clone(), starts: Vec::new() };
        let mut lessons: Vec<LessonChances> =
            course.lessons.iter().map(|l| lesson(&l.id)).collect();
        for airing in airings.iter().filter(|airing| airing.day <= by) {
            if clock.is_open(airing.start_unix_s, airing.end_unix_s) {
                let start = ticks_from_unix(airing.start_unix_s);
                lessons[airing.lesson as usize].starts.extend(start);
            }
        }
        let (course, class_id) = (course.id.clone(), class.id.clone());
        CourseChances { course, class: class_id, wanted: class.chances, by, lessons }
    }

    /// All airings of required courses that show a whole lesson, by course, in order of time.
    fn required_airings(&self) -> Option<BTreeMap<usize, Vec<Shown>>> {
        let mut budget = MAX_SETTLED;
        let mut shown: BTreeMap<usize, Vec<Shown>> = BTreeMap::new();
        for lane in &self.lanes {
            let is_required = |slot: &&crate::model::Slot| match slot.programme {
                Programme::Course { course, .. } => {
                    self.courses[course].kind == CourseKind::Required
                }
                _ => false,
            };
            let required: Vec<_> = lane.slots(self).filter(is_required).collect();
            let spans = required.iter().filter_map(|slot| slot.recurrence.span());
            let (Some(first), Some(last)) =
                (spans.clone().map(|s| s.0).min(), spans.map(|s| s.1).max())
            else {
                continue;
            };
            let longest = required.iter().flat_map(|s| &s.repeats).map(|r| r.day_shifts().end);
            let behind = Day(last.day().0 + longest.max().unwrap_or(0) + 1);
            let behind = behind.min(Day(first.day().0 + MAX_DAYS));
            let mut from = first.day();
            while from < behind {
                let end = Day((from.0 + DAYS_AT_ONCE).min(behind.0));
                let settled = self.required_between(lane, (from, end), &mut shown);
                budget = budget.checked_sub(settled)?;
                from = end;
            }
        }
        for airings in shown.values_mut() {
            airings.sort_by_key(|airing| airing.start_unix_s);
        }
        Some(shown)
    }

    /// Adds what airs on some days, and gives how many airings had to be settled for it.
    fn required_between(
        &self,
        lane: &super::Lane,
        (first, end): (Day, Day),
        shown: &mut BTreeMap<usize, Vec<Shown>>,
    ) -> usize {
        let midnight = |day: Day| LocalTime::new(day, 0).0;
        let reach_s = lane.reach_s() + 2 * SECONDS_PER_DAY;
        let candidates = lane.candidates(self, midnight(first) - reach_s, midnight(end) + reach_s);
        for (candidate, fate) in candidates.iter().zip(settle(&candidates)) {
            let Origin::Slot { slot, lesson: Some(lesson), .. } = candidate.origin else {
                continue;
            };
            let Programme::Course { course: index, .. } = slot.programme else { continue };
            let Fate::Airs { start_unix_s, end_unix_s, by } = fate else { continue };
            let (course, day) = (&self.courses[index], candidate.local.day());
            if course.kind != CourseKind::Required || !(first..end).contains(&day) {
                continue;
            }
            let claim = course.lessons[lesson as usize].length_claim;
            let needed_s = claim.map(|claim| ((claim - slot.from_offset).as_ms() + 999) / 1000);
            let whole = match needed_s {
                Some(needed_s) => start_unix_s + needed_s <= end_unix_s,
                None => by.is_none(),
            };
            if whole {
                let end_unix_s = needed_s.map_or(end_unix_s, |needed_s| start_unix_s + needed_s);
                shown.entry(index).or_default().push(Shown {
                    lesson,
                    start_unix_s,
                    end_unix_s,
                    day,
                });
            }
        }
        candidates.len()
    }
}

const DAYS_AT_ONCE: i32 = 28;
/// A required course without an end is looked at for two years.
const MAX_DAYS: i32 = 731;
/// Twenty times a term of 30,000 airings, with those around each part of it.
const MAX_SETTLED: usize = 2_000_000;
