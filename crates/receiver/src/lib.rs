//! The receiving site: datagrams or packets in, files and a report out.
//!
//! [`Site`] is a state machine without clock, socket or file. The caller pushes what has arrived,
//! then takes events with [`Site::poll`] until there are none, and does what they ask: write bytes
//! to a spool, make a file of pieces of spools and say whether its digest was right.
//!
//! ```text
//! push_media, push_fec, push_stream -> poll -> Store, FileReady ... -> file_result -> poll
//! ```
//!
//! A bundle that is a fountain completes from any symbols that are enough: the caller decodes what
//! [`Event::Decode`] names, and gives the missing blocks back by [`Site::decoded_block`].
//!
//! Module data is never held in memory, only which blocks are there, so bundles may be far larger
//! than memory. Everything that a stream can make the site keep is bounded by [`Limits`].

#![forbid(unsafe_code)]

mod bundle;
mod carousel;
mod continuity;
mod decoding;
mod event;
mod files;
mod gathering;
mod limits;
mod module;
mod report;
mod services;
mod shared;
mod site;
mod stream;
mod version;

pub use event::{
    DecodeJob, Event, FileJob, Refusal, Source, SpoolId, SpoolPiece, SymbolSource, VersionId,
};
pub use limits::Limits;
pub use report::{BundleProgress, Counters, Report};
pub use site::Site;
