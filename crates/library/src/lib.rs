//! Assets on disk: ingest, index, catalogue, pages.
//!
//! A library is a folder. An asset with the id `maths/4/1` is two files in it: `maths/4/1.idx`, the
//! index of crate `asset`, and `maths/4/1.<digest>.ts`, the transport stream that the index speaks
//! of. The index is put in its place last and atomically, so an asset is either whole or not there,
//! and replacing one never leaves an index with the wrong stream.
//!
//! Everything costly happens in [`ingest()`]. On air a page is read, checked against its CRC and
//! handed out, nothing more.

#![forbid(unsafe_code)]

pub mod bundles;
mod id;
pub mod ingest;
mod publish;
mod read;
mod store;

pub use id::{AssetId, IdError};
pub use ingest::{IngestError, IngestOptions, IngestReport, Progress, ingest};
pub use read::{OpenAsset, PageError};
pub use store::{AssetError, Catalogue, FileError, Library, ReadError};
