//! The book of what is wrong.
//!
//! ```text
//! condition seen: kind, subject, true or not -> AlarmBook -> Change, when somebody must be told
//! ```
//!
//! The contract: one [`Change::Raised`] when a condition has lasted as long as its kind asks for,
//! one [`Change::Cleared`] when it has been gone as long as its kind asks for, nothing in between
//! unless it becomes worse ([`Change::Worsened`]). A condition that comes and goes faster than that
//! is one alarm.

mod book;
mod kind;

pub use book::{Alarm, AlarmBook, Change};
pub use kind::{AlarmKind, Level, Patience};
