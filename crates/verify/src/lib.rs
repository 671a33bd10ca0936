//! A judge of finished transport streams: TR 101 290, the target decoder of ISO/IEC 13818-1, and
//! the programme guide against the content.
//!
//! It reads bytes and shares nothing with the code that plans and writes them, so that what one
//! side gets wrong the other side can see. Time is the place of a packet in a stream of constant
//! rate; there is no other clock, so the same bytes always give the same report.

#![forbid(unsafe_code)]

mod check;
mod clock;
mod continuity;
mod data;
mod display;
mod dvb;
mod elementary;
pub mod fec;
mod findings;
mod fit;
mod gather;
mod guide;
mod judge;
mod options;
mod pids;
mod presence;
mod programs;
pub mod report;
pub mod rtp;
mod sections;
mod stamps;
mod summary;
mod sync;
mod tables;
mod timeline;
mod tstd;
mod units_audio;
mod units_video;
mod verifier;

pub use check::Check;
pub use findings::{Finding, Measure, Place, Severity, Unit};
pub use options::Options;
pub use report::Report;
pub use verifier::Verifier;
