//! The receiving site's program: a source in, files in a folder and a report out.
//!
//! The crate `receiver` decides, this shell does: a thread takes datagrams from sockets, the
//! calling thread pushes them into the site and writes spools, and another thread makes files of
//! spools. So neither writing nor hashing ever keeps the sockets waiting.
//!
//! ```text
//! sockets --(bounded)--> session: receiver::Site --jobs--> assembler: files
//!                                   ^----------answers---------'
//! ```

mod assembler;
mod capture;
mod display;
mod error;
mod folder;
mod journal;
mod ledger;
pub(crate) mod network;
mod placing;
mod recording;
mod report;
mod session;
mod source;
mod spool;
mod workspace;

pub use error::{SourceError, StorageError};
pub use report::{BundleReport, Ending, PastBundle, ReceptionReport};
pub use session::{Options, ReceiveError, Reception, receive};
pub use source::{Group, Source, SourceSyntaxError};
