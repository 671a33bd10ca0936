//! The scheduler's desk: what is done with timetables before and beside the air.
//!
//! [`mod@format`] gives a file the house form, [`compare`] tells which airings an edit changes,
//! [`export`] writes a stretch of a timetable for other programs and for a wall, [`import`] reads
//! what other programs wrote, and [`schema`] tells editors which keys there are.
//!
//! Everything is pure: texts and timetables in, texts out.

#![forbid(unsafe_code)]

pub mod compare;
pub mod export;
pub mod format;
pub mod import;
pub mod schema;
