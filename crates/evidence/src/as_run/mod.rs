//! The log of what went out.
//!
//! ```text
//! plan, what was sent -> Recorder -> Event -> Chain -> line -> file
//!                                    file -> line -> Inspector -> Entry, or the first fault
//! ```
//!
//! A line is a JSON object. Its last member `hash` is the BLAKE3 of all that stands before it in
//! the line, in which `prev` is the hash of the line before. So a line that is changed no longer
//! has its hash, and one that is taken out, put in or moved no longer follows on the one before.
//! Who can rewrite the whole file can still forge it: the newest hash is therefore told elsewhere
//! too, in the system's log and as a metric.

mod chain;
mod entry;
mod export;
mod inspect;
mod recorder;
mod tail;

pub use chain::{Chain, Hash};
pub use entry::{Aired, Entry, Event, Item, Outcome, Why};
pub use export::{ExportError, write_csv};
pub use inspect::{Inspector, LINE_MAX, LineFault, read_line};
pub use recorder::{Planned, Recorder, Sent};
pub use tail::{Tail, find_tail};
