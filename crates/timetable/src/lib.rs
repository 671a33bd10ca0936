//! The teaching timetable: TOML text to a checked timetable, and from there to absolute time.
//!
//! [`parse`] reads one or more texts and gives a [`Timetable`], or diagnostics that point at file,
//! line and column; [`parse_including`] reads the plan of a region with the central one. The
//! timetable speaks civil time in a named zone; [`Timetable::airings`] and
//! [`Timetable::bundles_active`] answer in ticks of the one axis, for any window of time, and are
//! functions of the timetable and the window alone. What is proven of a plan can be asked for as
//! data: [`Timetable::chances`], [`Timetable::bundle_proofs`]. [`civil`] holds UTC with its leap
//! seconds.
//!
//! Everything is pure: no clock, no file, and only the time zone database built into the program.

#![forbid(unsafe_code)]

pub mod civil;
pub mod read;

mod amend;
mod build;
mod calendar;
mod check;
mod diagnostic;
mod duration;
mod explain;
mod model;
mod nearest;
mod parse;
mod pattern;
mod plan;
mod recurrence;
mod render;
mod sarif;
mod source;
mod text;
mod times;
mod zone;

pub use amend::{AiringName, Amendment, AmendmentLog, Insert, NewAmendment, OptOut, Verb};
pub use calendar::{Closed, DayKind, MakeUp, Season, SeasonRange, Term};
pub use check::BundleProof;
pub use diagnostic::{Code, Diagnostic, Label, MAX_PER_CODE, Severity, arrange};
pub use duration::{DurationError, format_duration, parse_duration};
pub use explain::{Explanation, GROUND, explanation, explanations};
pub use model::{
    AssetUse, Bundle, BundleEncoding, BundleLesson, Course, CourseKind, Filler, IfFinished, IfLost,
    IfPreempted, Item, Lesson, Licence, Live, Notice, OpenTimes, Opening, Programme, Ready, Region,
    Relay, Service, ServiceKind, SiteClass, Slot, Start, Timetable, Window, WindowTimes, Withdrawn,
};
pub use nearest::nearest;
pub use parse::{parse, parse_including};
pub use plan::{
    AiringKind, Boost, BundleInterval, CourseChances, Displaced, FILLER_RESTART, LessonChances,
    LessonCount, LessonRef, LiveRef, MIN_AIRING_S, PlannedAiring, Poster, PosterEntry, Why,
    event_id, filler_runs,
};
pub use recurrence::{Advance, Weekdays};
pub use render::{render_human, render_short, to_json};
pub use sarif::to_sarif;
pub use source::{Located, Location, Position, Source};
pub use text::{AssetId, Id, Language, Texts};
pub use zone::{ClockChange, FoldPolicy, GapPolicy, LocalInstants, LocalTime, Zone};
