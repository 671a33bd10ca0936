//! The timetable in absolute time: airings, bundle intervals and filler for any window.
//!
//! Nothing here walks the calendar from its start: what airs in a window is found from the days
//! around it, and the lesson of an airing by counting in closed form. A window may therefore be
//! cut anywhere, and its parts give what the whole gives.

mod airing;
mod bundle;
mod candidate;
mod chances;
mod edits;
mod fill;
mod lane;
mod layers;
mod opening;
mod poster;
mod why;

pub use airing::{AiringKind, LessonRef, LiveRef, PlannedAiring, event_id};
pub use bundle::BundleInterval;
pub(crate) use bundle::open_ticks;
pub(crate) use candidate::{Candidate, Origin, slot_candidates};
pub use chances::{CourseChances, LessonChances};
pub use edits::Boost;
pub(crate) use edits::{Edits, Gone, Replaced};
pub use fill::{FILLER_RESTART, filler_runs};
pub(crate) use lane::Lane;
pub(crate) use layers::{Fate, settle};
pub(crate) use opening::OpenClock;
pub use poster::{Poster, PosterEntry};
pub use why::{Displaced, LessonCount, Why};

/// Airings shorter than this are not aired, in seconds. Starts of airings on one service
/// therefore lie at least this far apart.
pub const MIN_AIRING_S: u32 = 30;
