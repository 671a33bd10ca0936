//! Assets on disk: ingest, index, catalogue, pages.
//!
//! A library is a folder. An asset with the id `maths/4/1` is three files in it: `maths/4/1.idx`,
//! the index of crate `asset`, `maths/4/1.<digest>.ts`, the transport stream that the index speaks
//! of, and `maths/4/1.json`, its card, which says what it is and where it comes from. The index is
//! put in its place last and atomically, so an asset is either whole or not there, and replacing
//! one never leaves an index with the wrong stream.
//!
//! A catalogue in SQLite knows all of this too, so that nothing need be opened to find or to plan
//! an asset; it is made anew from the folder whenever it is lost.
//!
//! Everything costly happens in [`ingest()`]. On air a page is read, checked against its CRC and
//! handed out, nothing more.

#![forbid(unsafe_code)]

pub mod bundles;
pub mod card;
pub mod catalogue;
pub mod gc;
mod id;
pub mod ingest;
mod lookup;
pub mod pipeline;
mod publish;
mod read;
mod rebuild;
mod scrub;
mod store;
pub mod watch;

pub use card::Card;
pub use catalogue::{Catalogue, CatalogueError};
pub use id::{AssetId, IdError};
pub use ingest::{IngestError, IngestOptions, IngestReport, Progress, ingest};
pub use read::{OpenAsset, PageError};
pub use rebuild::{RebuildError, Rebuilt, rebuild};
pub use scrub::ScrubFault;
pub use store::{AssetError, FileError, Library, ReadError, Survey};
