//! What a check proves of a plan: that required courses can be followed, and bundles are in time.

use crate::deadlines;
use crate::exit::Failure;
use crate::station::Station;
use crate::when;
use serde::Serialize;
use std::fmt::Write;
use ts::{Span, Ticks};

/// The proofs of a check.
#[derive(Debug, Default, Serialize)]
pub struct Proofs {
    /// Each required course with each class of sites that it is for.
    pub courses: Vec<CourseProof>,
    /// Each bundle that a lesson waits for.
    pub bundles: Vec<BundleProof>,
}

/// How a class of sites can follow a required course.
#[derive(Debug, Serialize)]
pub struct CourseProof {
    /// The course.
    pub course: String,
    /// The class of sites.
    pub class: String,
    /// The last day that counts.
    pub by: String,
    /// How often each lesson must air in the opening hours.
    pub wanted: u32,
    /// Each lesson does.
    pub holds: bool,
    /// Each lesson, with all its airings in the opening hours.
    pub lessons: Vec<LessonProof>,
}

/// When a lesson airs in the opening hours of a class of sites.
#[derive(Debug, Serialize)]
pub struct LessonProof {
    /// The lesson.
    pub lesson: String,
    /// When it starts, in order.
    pub starts: Vec<String>,
}

/// Whether a bundle is complete before its lesson.
#[derive(Debug, Serialize)]
pub struct BundleProof {
    /// The bundle.
    pub bundle: String,
    /// When its lesson first airs.
    pub airs: String,
    /// When it must be complete.
    pub due: String,
    /// How many seconds it is sent before that.
    pub open_s: u64,
    /// How many seconds its passes take at the rate that it is sure of.
    pub needed_s: Option<u64>,
    /// It is in time.
    pub holds: bool,
}

/// What can be proven of a station's plan.
pub fn of(station: &Station, from: Ticks, until: Ticks) -> Result<Proofs, Failure> {
    let zone = station.timetable.zone();
    let show = |at: Ticks| when::show(at, zone.utc_offset_s(at));
    let courses = station.timetable.chances().into_iter().map(|chances| {
        let enough = |l: &timetable::LessonChances| l.starts.len() >= chances.wanted as usize;
        CourseProof {
            course: chances.course.to_string(),
            class: chances.class.to_string(),
            by: chances.by.to_string(),
            wanted: chances.wanted,
            holds: chances.lessons.iter().all(enough),
            lessons: chances
                .lessons
                .iter()
                .map(|lesson| LessonProof {
                    lesson: lesson.lesson.to_string(),
                    starts: lesson.starts.iter().map(|at| show(*at)).collect(),
                })
                .collect(),
        }
    });
    let courses = courses.collect();
    let mut bundles = Vec::new();
    for multiplex in 0..station.config.multiplexes.len() {
        for proof in deadlines::proofs(station, multiplex, from, until)? {
            bundles.push(BundleProof {
                bundle: proof.bundle.to_string(),
                airs: show(proof.airs),
                due: show(proof.due),
                open_s: proof.open_s,
                needed_s: proof.needed_s,
                holds: proof.needed_s.is_some_and(|needed_s| needed_s <= proof.open_s),
            });
        }
    }
    Ok(Proofs { courses, bundles })
}

impl Proofs {
    /// The proofs for people, a line each; what does not hold is told by the findings too.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for proof in &self.courses {
            let CourseProof { course, class, by, wanted, lessons, .. } = proof;
            let fewest = lessons.iter().min_by_key(|lesson| lesson.starts.len());
            let Some(fewest) = fewest else { continue };
            let (lesson, often, count) = (&fewest.lesson, fewest.starts.len(), lessons.len());
            let sign = if proof.holds { "proven" } else { "NOT so" };
            let _ = writeln!(
                text,
                "{sign}: all {count} lessons of `{course}` air at least {wanted} times while sites \
                 of class `{class}` are open, by {by}; `{lesson}` the seldomest, {often} times"
            );
        }
        for proof in &self.bundles {
            let BundleProof { bundle, airs, due, open_s, needed_s, holds } = proof;
            let sign = if *holds { "proven" } else { "NOT so" };
            let long =
                |seconds: u64| timetable::format_duration(Span::from_seconds(seconds as i64));
            let needed = needed_s.map_or("an unknown time".to_owned(), long);
            let open = long(*open_s);
            let _ = writeln!(
                text,
                "{sign}: bundle `{bundle}` is complete by {due}, before its lesson at {airs}: it \
                 needs {needed} and is sent for {open}"
            );
        }
        text
    }
}
