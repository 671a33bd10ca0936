//! IP/MAC notification table (EN 301 192 clause 8.4): on which streams IP datagrams travel.
//!
//! ```text
//! platform_id 24 | processing_order 8 | 1111 | length 12 | platform descriptors |
//! { 1111 | length 12 | target descriptors | 1111 | length 12 | operational descriptors } ...
//! ```

use super::divide::{divide, number};
use super::{BodyReader, TableError};
use crate::descriptor::DescriptorLoop;
use crate::section::Section;
use ts::section::{SectionView, section_limit};

/// Where the streams of one IP platform are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Int {
    /// What the table is for; see the constants.
    pub action_type: u8,
    /// The platform, 24 bits: registered with DVB, or from the range for private use.
    pub platform_id: u32,
    /// Tables of lower order are acted on first.
    pub processing_order: u8,
    /// version_number, five bits.
    pub version: u8,
    /// Names of the platform and its provider; in every section.
    pub descriptors: DescriptorLoop,
    /// Destinations, and where each is found.
    pub entries: Vec<IntEntry>,
}

/// Destinations that share a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntEntry {
    /// Which addresses.
    pub targets: DescriptorLoop,
    /// Where their datagrams are.
    pub operations: DescriptorLoop,
}

/// Header and CRC of a section.
const OVERHEAD: usize = 12;

impl Int {
    /// table_id.
    pub const TABLE_ID: u8 = 0x4c;
    /// Location of IP/MAC streams.
    pub const LOCATION: u8 = 0x01;

    /// The sections that carry the table, entries whole in one of them.
    ///
    /// # Errors
    /// [`TableError`] when an entry or the platform's descriptors exceed a section, or the table
    /// 256 sections.
    pub fn sections(&self) -> Result<Vec<Section>, TableError> {
        let table_id = Int::TABLE_ID;
        let mut prefix = self.platform_id.to_be_bytes()[1..].to_vec();
        prefix.push(self.processing_order);
        append_loop(&self.descriptors, &mut prefix);
        let limit = section_limit(table_id) - OVERHEAD;
        let size = prefix.len();
        let entry = self.extension();
        let too_long = TableError::EntryTooLong { table_id, entry, size, limit };
        let room = limit.checked_sub(size).ok_or(too_long)?;
        let entries = (0u16..).zip(&self.entries).map(|(index, entry)| {
            let mut bytes = Vec::new();
            append_loop(&entry.targets, &mut bytes);
            append_loop(&entry.operations, &mut bytes);
            (index, bytes)
        });
        let mut bodies = divide(table_id, entries.collect(), room)?;
        for body in &mut bodies {
            body.splice(..0, prefix.iter().copied());
        }
        number(super::header(table_id, self.extension(), self.version), &bodies)
    }

    /// Reads the part of the table that stands in one section.
    ///
    /// # Errors
    /// [`TableError`] when the section is of another table or its loops do not add up.
    pub fn parse(section: &SectionView<'_>) -> Result<Int, TableError> {
        if section.table_id() != Int::TABLE_ID {
            return Err(TableError::Kind { wanted: "INT", found: section.table_id() });
        }
        let mut reader = BodyReader::new(section);
        let [a, b, c, processing_order] = reader.array()?;
        let descriptors = reader.descriptors(section.extension())?;
        let mut entries = Vec::new();
        while !reader.is_empty() {
            let index = entries.len() as u16;
            let targets = reader.descriptors(index)?;
            let operations = reader.descriptors(index)?;
            entries.push(IntEntry { targets, operations });
        }
        Ok(Int {
            action_type: (section.extension() >> 8) as u8,
            platform_id: u32::from_be_bytes([0, a, b, c]),
            processing_order,
            version: section.version(),
            descriptors,
            entries,
        })
    }

    /// action_type and platform_id_hash.
    fn extension(&self) -> u16 {
        let [_, a, b, c] = self.platform_id.to_be_bytes();
        u16::from_be_bytes([self.action_type, a ^ b ^ c])
    }
}

fn append_loop(descriptors: &DescriptorLoop, out: &mut Vec<u8>) {
    out.extend_from_slice(&(0xf000 | descriptors.len() as u16 & 0x0fff).to_be_bytes());
    out.extend_from_slice(descriptors.as_bytes());
}
