//! EN 300 468 service information: tables, descriptors, text, time, and the rates of the
//! satellite carriers that the tables announce.
//!
//! Each wire structure is one type that can be built and read. Reading any bytes never panics.
//! The crate knows no clock: the time of a table is a parameter, in seconds of UTC.

#![forbid(unsafe_code)]

mod bcd;
pub mod code;
pub mod descriptor;
pub mod modulation;
mod reader;
pub mod section;
pub mod table;
pub mod text;
pub mod time;

pub use code::{CountryCode, LanguageCode, RunningStatus, ServiceType};
pub use descriptor::{Descriptor, DescriptorError, DescriptorLoop};
pub use section::{Section, SubTable, TransportId};
pub use table::TableError;
pub use text::{CharacterSet, Text};
pub use time::UtcSeconds;
