//! What a headend can show of itself.
//!
//! Three things, each a pure state machine that is driven with given instants:
//!
//! - [`as_run`]: the log of what went out. A [`Recorder`](as_run::Recorder) is told what is planned
//!   and what was sent, and gives an entry for each airing and carousel pass that has ended; a
//!   [`Chain`](as_run::Chain) makes a line of each entry that vouches for all lines before it.
//! - [`alarm`]: the book of what is wrong. It is told of conditions as they are seen, and says when
//!   somebody must be told: once when one has lasted, once when it has gone.
//! - [`Exposition`]: counters as text for Prometheus.
//!
//! Nothing here reads a clock or writes a file.

#![forbid(unsafe_code)]

pub mod alarm;
pub mod as_run;
mod exposition;
mod stamp;

pub use exposition::{Exposition, Family, Kind, Value};
pub use stamp::{Stamp, Window};
