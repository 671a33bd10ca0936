//! What the benchmarks share: films, stations that play them, programs and how they are run and
//! measured.
//!
//! Every benchmark gives ratios of two things that were run in turns on one machine, so that a
//! busy or slow machine weighs on both alike. `docs/benchmarks.md` says what each of them means.

pub mod arrivals;
pub mod films;
pub mod folder;
pub mod process;
pub mod program;
pub mod samples;
pub mod sender;
pub mod station;
