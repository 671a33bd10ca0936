//! Network information table (EN 300 468 clause 5.2.1), on PID 0x0010. The body is shown in
//! `transport`, which it shares with the BAT.

use super::{Scope, TableError, TransportEntry, header, transport};
use crate::descriptor::DescriptorLoop;
use crate::section::Section;
use ts::section::SectionView;

/// A network and its transport streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nit {
    /// Whether this network carries the table.
    pub scope: Scope,
    /// network_id.
    pub network_id: u16,
    /// version_number, five bits.
    pub version: u8,
    /// Network name, linkage and the like.
    pub descriptors: DescriptorLoop,
    /// The transport streams.
    pub transports: Vec<TransportEntry>,
}

impl Nit {
    /// table_id of the network that carries the table.
    pub const ACTUAL: u8 = 0x40;
    /// table_id of another network.
    pub const OTHER: u8 = 0x41;

    /// The sections that carry the table.
    ///
    /// # Errors
    /// [`TableError`] when a transport stream exceeds a section, or the table 256 of them.
    pub fn sections(&self) -> Result<Vec<Section>, TableError> {
        let table_id = match self.scope {
            Scope::Actual => Nit::ACTUAL,
            Scope::Other => Nit::OTHER,
        };
        let header = header(table_id, self.network_id, self.version);
        transport::sections(header, &self.descriptors, &self.transports)
    }

    /// Reads the part of the table that stands in one section.
    ///
    /// # Errors
    /// [`TableError`] when the section is of another table or its loops do not add up.
    pub fn parse(section: &SectionView<'_>) -> Result<Nit, TableError> {
        let scope = match section.table_id() {
            Nit::ACTUAL => Scope::Actual,
            Nit::OTHER => Scope::Other,
            found => {
                return Err(TableError::Kind { wanted: "NIT", found });
            }
        };
        let (descriptors, transports) = transport::parse(section)?;
        Ok(Nit {
            scope,
            network_id: section.extension(),
            version: section.version(),
            descriptors,
            transports,
        })
    }
}
