//! What the library knows of an asset: its index, the summary of it, and their wire form.
//!
//! An asset is a transport stream that any player opens, made at ingest so that playing it is
//! copying packets: each access unit is a PES packet of its own and a run of consecutive packets.
//! The index says where each unit is and when it is decoded and presented. Times count from asset
//! zero, which is when the first picture is presented.
//!
//! What [`AssetIndex::parse`] accepts holds every invariant of [`AssetIndex::check`], so that
//! nothing that uses an index needs to check again.

#![forbid(unsafe_code)]

mod check;
mod encode;
mod error;
mod facts;
mod index;
mod parse;
mod wire;

pub use error::{IndexError, Part, STREAMS_MAX, StreamFault, UnitFault};
pub use index::{
    AccessUnit, AssetIndex, AssetSummary, BufferModel, FILE_TIME_OFFSET, Facts, Language,
    PAGE_PACKETS, StreamFormat, StreamIndex, StreamSummary,
};
pub use parse::IndexHeader;
