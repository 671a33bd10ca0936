//! Service description table (EN 300 468 clause 5.2.3), on PID 0x0011.
//!
//! ```text
//! original_network_id 16 | 11111111 |
//! { service_id 16 | 111111 | EIT_schedule 1 | EIT_present_following 1 | running_status 3 |
//!   free_CA_mode 1 | descriptors_length 12 | descriptors }
//! ```

use super::divide::{divide, number};
use super::{BodyReader, Scope, TableError, header};
use crate::code::RunningStatus;
use crate::descriptor::DescriptorLoop;
use crate::section::Section;
use ts::section::{SectionView, section_limit};

/// The services of a transport stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sdt {
    /// Whether this transport stream carries the table.
    pub scope: Scope,
    /// transport_stream_id.
    pub transport_stream_id: u16,
    /// original_network_id.
    pub original_network_id: u16,
    /// version_number, five bits.
    pub version: u8,
    /// The services.
    pub services: Vec<SdtService>,
}

/// One service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SdtService {
    /// service_id, the program_number of the PMT.
    pub service_id: u16,
    /// Whether an EIT schedule of the service is sent.
    pub eit_schedule: bool,
    /// Whether EIT present/following of the service is sent.
    pub eit_present_following: bool,
    /// Whether it is on air.
    pub running_status: RunningStatus,
    /// Whether any of its streams may be scrambled.
    pub scrambled: bool,
    /// Service name, data broadcast and the like.
    pub descriptors: DescriptorLoop,
}

/// Header and CRC of a section, and the fixed start of this body.
const OVERHEAD: usize = 12 + 3;

impl Sdt {
    /// table_id of the transport stream that carries the table.
    pub const ACTUAL: u8 = 0x42;
    /// table_id of another transport stream.
    pub const OTHER: u8 = 0x46;

    /// The sections that carry the table.
    ///
    /// # Errors
    /// [`TableError`] when a service exceeds a section, or the table 256 of them.
    pub fn sections(&self) -> Result<Vec<Section>, TableError> {
        let table_id = match self.scope {
            Scope::Actual => Sdt::ACTUAL,
            Scope::Other => Sdt::OTHER,
        };
        let services = self.services.iter().map(|service| (service.service_id, service.entry()));
        let room = section_limit(table_id) - OVERHEAD;
        let [high, low] = self.original_network_id.to_be_bytes();
        let bodies: Vec<Vec<u8>> = divide(table_id, services.collect(), room)?
            .iter()
            .map(|services| [&[high, low, 0xff], services.as_slice()].concat())
            .collect();
        number(header(table_id, self.transport_stream_id, self.version), &bodies)
    }

    /// Reads the part of the table that stands in one section.
    ///
    /// # Errors
    /// [`TableError`] when the section is of another table or its loops do not add up.
    pub fn parse(section: &SectionView<'_>) -> Result<Sdt, TableError> {
        let scope = match section.table_id() {
            Sdt::ACTUAL => Scope::Actual,
            Sdt::OTHER => Scope::Other,
            found => {
                return Err(TableError::Kind { wanted: "SDT", found });
            }
        };
        let mut reader = BodyReader::new(section);
        let original_network_id = reader.u16()?;
        reader.u8()?;
        let mut services = Vec::new();
        while !reader.is_empty() {
            services.push(SdtService::parse(&mut reader)?);
        }
        Ok(Sdt {
            scope,
            transport_stream_id: section.extension(),
            original_network_id,
            version: section.version(),
            services,
        })
    }
}

impl SdtService {
    fn entry(&self) -> Vec<u8> {
        let mut entry = self.service_id.to_be_bytes().to_vec();
        entry.push(0xfc | u8::from(self.eit_schedule) << 1 | u8::from(self.eit_present_following));
        let status = u16::from(self.running_status.bits()) << 13 | u16::from(self.scrambled) << 12;
        // A loop above 12 bits makes the entry longer than any section, which is refused.
        let length = self.descriptors.len() as u16 & 0x0fff;
        entry.extend_from_slice(&(status | length).to_be_bytes());
        entry.extend_from_slice(self.descriptors.as_bytes());
        entry
    }

    fn parse(reader: &mut BodyReader<'_>) -> Result<SdtService, TableError> {
        let service_id = reader.u16()?;
        let eit_flags = reader.u8()?;
        let status = reader.peek_status()?;
        Ok(SdtService {
            service_id,
            eit_schedule: eit_flags & 0x02 != 0,
            eit_present_following: eit_flags & 0x01 != 0,
            running_status: status.running_status,
            scrambled: status.scrambled,
            descriptors: reader.descriptors(service_id)?,
        })
    }
}
