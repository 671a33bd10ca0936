//! Bouquet association table (EN 300 468 clause 5.2.2), on PID 0x0011. The body is shown in
//! `transport`, which it shares with the NIT.

use super::{TableError, TransportEntry, header, transport};
use crate::descriptor::DescriptorLoop;
use crate::section::Section;
use ts::section::SectionView;

/// A bouquet: services that are offered together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bat {
    /// bouquet_id.
    pub bouquet_id: u16,
    /// version_number, five bits.
    pub version: u8,
    /// Bouquet name, linkage and the like.
    pub descriptors: DescriptorLoop,
    /// The transport streams and, by their service lists, the services.
    pub transports: Vec<TransportEntry>,
}

impl Bat {
    /// table_id.
    pub const TABLE_ID: u8 = 0x4a;

    /// The sections that carry the table.
    ///
    /// # Errors
    /// [`TableError`] when a transport stream exceeds a section, or the table 256 of them.
    pub fn sections(&self) -> Result<Vec<Section>, TableError> {
        let header = header(Bat::TABLE_ID, self.bouquet_id, self.version);
        transport::sections(header, &self.descriptors, &self.transports)
    }

    /// Reads the part of the table that stands in one section.
    ///
    /// # Errors
    /// [`TableError`] when the section is of another table or its loops do not add up.
    pub fn parse(section: &SectionView<'_>) -> Result<Bat, TableError> {
        if section.table_id() != Bat::TABLE_ID {
            return Err(TableError::Kind { wanted: "BAT", found: section.table_id() });
        }
        let (descriptors, transports) = transport::parse(section)?;
        Ok(Bat {
            bouquet_id: section.extension(),
            version: section.version(),
            descriptors,
            transports,
        })
    }
}
