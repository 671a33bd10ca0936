//! Shared parts of the end-to-end tests: the programs under test, the judges that nobody here
//! wrote, and the little that must be done to a stretch of stream before a judge can read it.
//!
//! Each file under `tests/` holds one promise of the project to one or several judges.

#![forbid(unsafe_code)]

pub mod chance;
pub mod clock;
pub mod datagrams;
pub mod dissect;
pub mod judge;
pub mod library;
pub mod on_air;
pub mod program;
pub mod single;
pub mod station;
pub mod stretch;
pub mod subtitled;
pub mod timetables;
pub mod trim;
