//! Tables: plain values that turn into sections, and sections that turn into values.
//!
//! A table that does not fit one section is divided at the borders of its entries. What is read
//! is the part of the table that stands in one section; receivers put the parts together.

mod bat;
mod cat;
mod divide;
mod eit;
mod int;
mod nit;
mod schedule;
mod sdt;
mod tdt;
mod transport;

pub use bat::Bat;
pub use cat::Cat;
pub use eit::{EitSection, EitService, Event, present_following};
pub use int::{Int, IntEntry};
pub use nit::Nit;
pub use schedule::{HORIZON_DAYS_MAX, schedule_home, schedule_sections};
pub use sdt::{Sdt, SdtService};
pub use tdt::{Tdt, Tot};
pub use transport::TransportEntry;

use crate::code::RunningStatus;
use crate::descriptor::{DescriptorError, DescriptorLoop};
use crate::reader::{Reader, Truncated};
use crate::time::TimeError;
use ts::section::{LongHeader, SectionError, SectionView};

/// Whether a table describes the transport stream or network that carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The one that carries it.
    Actual,
    /// Another one.
    Other,
}

/// What is wrong with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The section itself.
    #[error(transparent)]
    Section(#[from] SectionError),
    /// The section belongs to a table of another kind.
    #[error("section of table {found:#04x} is not of the {wanted}")]
    Kind {
        /// The table that was asked for.
        wanted: &'static str,
        /// The table of the section.
        found: u8,
    },
    /// The body ends inside a field.
    #[error("table {table_id:#04x} ends inside the field at byte {at} of its body")]
    Truncated {
        /// The table.
        table_id: u8,
        /// Where the field begins.
        at: usize,
    },
    /// A loop of descriptors.
    #[error("table {table_id:#04x}, descriptors of entry {entry:#06x}: {error}")]
    Descriptors {
        /// The table.
        table_id: u8,
        /// Event, service or transport stream; the extension for the table's own descriptors.
        entry: u16,
        /// What is wrong.
        error: DescriptorError,
    },
    /// A time or a duration.
    #[error("table {table_id:#04x}, entry {entry:#06x}: {error}")]
    Time {
        /// The table.
        table_id: u8,
        /// The event; 0 where the table has none.
        entry: u16,
        /// What is wrong.
        error: TimeError,
    },
    /// An entry exceeds a section of its own.
    #[error("table {table_id:#04x}, entry {entry:#06x}: {size} bytes, a section holds {limit}")]
    EntryTooLong {
        /// The table.
        table_id: u8,
        /// Event, service or transport stream; the extension for the table's own descriptors.
        entry: u16,
        /// Bytes of the entry.
        size: usize,
        /// Bytes that fit.
        limit: usize,
    },
    /// More sections than section_number can tell apart.
    #[error("table {table_id:#04x} needs {sections} sections, 256 are allowed")]
    TooManySections {
        /// The table.
        table_id: u8,
        /// Sections that it would need.
        sections: usize,
    },
    /// More events begin in three hours than eight sections hold.
    #[error("service {service_id:#06x}, segment {segment}: {sections} sections, 8 are allowed")]
    SegmentFull {
        /// The service.
        service_id: u16,
        /// The segment of three hours, counted from midnight.
        segment: u16,
        /// Sections that it would need.
        sections: usize,
    },
    /// A schedule further ahead than the table ids reach.
    #[error("a schedule of {days} days is asked for, 64 can be sent")]
    Horizon {
        /// The days asked for.
        days: u32,
    },
}

/// Fields of a long header that DVB tables have in common.
fn header(table_id: u8, extension: u16, version: u8) -> LongHeader {
    LongHeader {
        table_id,
        private: true,
        extension,
        version,
        current: true,
        number: 0,
        last_number: 0,
    }
}

/// running_status and free_CA_mode, which stand above the length of a descriptor loop.
struct Status {
    running_status: RunningStatus,
    scrambled: bool,
}

/// The fields of a body, with errors that name the table.
struct BodyReader<'a> {
    table_id: u8,
    reader: Reader<'a>,
}

impl<'a> BodyReader<'a> {
    fn new(section: &SectionView<'a>) -> BodyReader<'a> {
        BodyReader { table_id: section.table_id(), reader: Reader::new(section.body()) }
    }

    fn of_bytes(table_id: u8, body: &'a [u8]) -> BodyReader<'a> {
        BodyReader { table_id, reader: Reader::new(body) }
    }

    fn is_empty(&self) -> bool {
        self.reader.is_empty()
    }

    fn u8(&mut self) -> Result<u8, TableError> {
        let value = self.reader.u8();
        self.placed(value)
    }

    fn u16(&mut self) -> Result<u16, TableError> {
        let value = self.reader.u16();
        self.placed(value)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], TableError> {
        let value = self.reader.array();
        self.placed(value)
    }

    /// The 12 bits of a length and what stands behind it.
    fn counted_12(&mut self) -> Result<&'a [u8], TableError> {
        let value = self.reader.counted_12();
        self.placed(value)
    }

    /// What shares two bytes with the length of the descriptor loop that comes next; they are
    /// read again with the loop.
    fn peek_status(&self) -> Result<Status, TableError> {
        let mut ahead = self.reader;
        let bits = ahead.u8();
        self.placed(bits).map(|bits| Status {
            running_status: RunningStatus::from_bits(bits >> 5),
            scrambled: bits & 0x10 != 0,
        })
    }

    /// A descriptor loop behind its 12-bit length.
    fn descriptors(&mut self, entry: u16) -> Result<DescriptorLoop, TableError> {
        let table_id = self.table_id;
        DescriptorLoop::parse(self.counted_12()?).map_err(|error| TableError::Descriptors {
            table_id,
            entry,
            error,
        })
    }

    fn placed<T>(&self, value: Result<T, Truncated>) -> Result<T, TableError> {
        let table_id = self.table_id;
        value.map_err(|Truncated(at)| TableError::Truncated { table_id, at })
    }
}
