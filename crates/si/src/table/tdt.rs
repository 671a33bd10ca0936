//! Time and date table (EN 300 468 clause 5.2.5) and time offset table (5.2.6), on PID 0x0014.
//! Both are short sections, the TOT with a CRC all the same.
//!
//! ```text
//! TDT: UTC_time 40
//! TOT: UTC_time 40 | 1111 | descriptors_length 12 | descriptors | CRC_32
//! ```

use super::{BodyReader, TableError};
use crate::descriptor::DescriptorLoop;
use crate::section::Section;
use crate::time::UtcSeconds;
use ts::section::{SectionError, section_size};

/// The time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tdt {
    /// When the section is sent.
    pub utc: UtcSeconds,
}

impl Tdt {
    /// table_id.
    pub const TABLE_ID: u8 = 0x70;

    /// The section.
    ///
    /// # Errors
    /// None in practice: the body is five bytes long.
    pub fn to_section(&self) -> Result<Section, TableError> {
        Ok(Section::short(Tdt::TABLE_ID, &self.utc.to_wire())?)
    }

    /// Reads a whole section.
    ///
    /// # Errors
    /// [`TableError`] when the section is of another table, is damaged or holds no time.
    pub fn parse(section: &[u8]) -> Result<Tdt, TableError> {
        let mut reader = short_body(section, Tdt::TABLE_ID, "TDT")?;
        Ok(Tdt { utc: utc_time(&mut reader)? })
    }
}

/// The time, and how local times differ from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tot {
    /// When the section is sent.
    pub utc: UtcSeconds,
    /// Local time offsets.
    pub descriptors: DescriptorLoop,
}

impl Tot {
    /// table_id.
    pub const TABLE_ID: u8 = 0x73;

    /// The section.
    ///
    /// # Errors
    /// [`TableError::Section`] when the descriptors exceed it.
    pub fn to_section(&self) -> Result<Section, TableError> {
        let mut body = self.utc.to_wire().to_vec();
        // A loop above 12 bits exceeds the section, which is refused.
        body.extend_from_slice(&(0xf000 | self.descriptors.len() as u16 & 0x0fff).to_be_bytes());
        body.extend_from_slice(self.descriptors.as_bytes());
        Ok(Section::short_with_crc(Tot::TABLE_ID, &body)?)
    }

    /// Reads a whole section.
    ///
    /// # Errors
    /// [`TableError`] when the section is of another table, is damaged or holds no time.
    pub fn parse(section: &[u8]) -> Result<Tot, TableError> {
        let mut reader = short_body(section, Tot::TABLE_ID, "TOT")?;
        let utc = utc_time(&mut reader)?;
        let descriptors = reader.descriptors(0)?;
        if ts::crc32::crc32(section) != 0 {
            return Err(SectionError::Crc { table_id: Tot::TABLE_ID }.into());
        }
        Ok(Tot { utc, descriptors })
    }
}

/// What stands behind the three bytes of a short section of this table.
fn short_body<'a>(
    section: &'a [u8],
    table_id: u8,
    wanted: &'static str,
) -> Result<BodyReader<'a>, TableError> {
    let present = section.len();
    let stated = section_size(section).unwrap_or(3);
    match section {
        [found, _, _, ..] if *found != table_id => Err(TableError::Kind { wanted, found: *found }),
        [_, _, _, body @ ..] if present == stated => Ok(BodyReader::of_bytes(table_id, body)),
        _ => Err(SectionError::Length { stated, present }.into()),
    }
}

fn utc_time(reader: &mut BodyReader<'_>) -> Result<UtcSeconds, TableError> {
    let table_id = reader.table_id;
    UtcSeconds::from_wire(reader.array()?).map_err(|error| TableError::Time {
        table_id,
        entry: 0,
        error,
    })
}
