//! Conditional access table (ISO/IEC 13818-1 clause 2.4.4.6), on PID 0x0001: descriptors alone.

use super::divide::{divide, number};
use super::{TableError, header};
use crate::descriptor::DescriptorLoop;
use crate::section::Section;
use ts::section::{LongHeader, SectionView, section_limit};

/// Where the access systems' management messages are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cat {
    /// version_number, five bits.
    pub version: u8,
    /// CA descriptors.
    pub descriptors: DescriptorLoop,
}

/// Header and CRC of a section.
const OVERHEAD: usize = 12;

impl Cat {
    /// table_id.
    pub const TABLE_ID: u8 = 0x01;
    /// The table has no extension; the standard reserves the field, all ones.
    const EXTENSION: u16 = 0xffff;

    /// The sections that carry the table.
    ///
    /// # Errors
    /// [`TableError::TooManySections`] when it exceeds 256 of them.
    pub fn sections(&self) -> Result<Vec<Section>, TableError> {
        let descriptors = self.descriptors.iter().map(|(tag, body)| {
            // The body came out of a loop, so its length fits a byte.
            (u16::from(tag), [&[tag, body.len() as u8], body].concat())
        });
        let room = section_limit(Cat::TABLE_ID) - OVERHEAD;
        let bodies = divide(Cat::TABLE_ID, descriptors.collect(), room)?;
        let header = header(Cat::TABLE_ID, Cat::EXTENSION, self.version);
        number(LongHeader { private: false, ..header }, &bodies)
    }

    /// Reads the part of the table that stands in one section.
    ///
    /// # Errors
    /// [`TableError`] when the section is of another table or its loop is not whole.
    pub fn parse(section: &SectionView<'_>) -> Result<Cat, TableError> {
        let table_id = section.table_id();
        if table_id != Cat::TABLE_ID {
            return Err(TableError::Kind { wanted: "CAT", found: table_id });
        }
        let descriptors = DescriptorLoop::parse(section.body()).map_err(|error| {
            TableError::Descriptors { table_id, entry: section.extension(), error }
        })?;
        Ok(Cat { version: section.version(), descriptors })
    }
}
