//! Descriptors of networks and bouquets.

use super::{Descriptor, FieldError};
use crate::code::ServiceType;
use crate::reader::Reader;
use crate::text::Text;

/// network_name_descriptor (EN 300 468 clause 6.2.27): `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkName {
    /// The name.
    pub name: Text,
}

impl Descriptor for NetworkName {
    const TAG: u8 = 0x40;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend_from_slice(self.name.as_bytes());
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<NetworkName, FieldError> {
        Ok(NetworkName { name: whole_text(body)? })
    }
}

/// bouquet_name_descriptor (EN 300 468 clause 6.2.4): `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BouquetName {
    /// The name.
    pub name: Text,
}

impl Descriptor for BouquetName {
    const TAG: u8 = 0x47;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend_from_slice(self.name.as_bytes());
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<BouquetName, FieldError> {
        Ok(BouquetName { name: whole_text(body)? })
    }
}

/// service_list_descriptor (EN 300 468 clause 6.2.35).
///
/// ```text
/// { service_id 16 | service_type 8 } ...
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceList {
    /// The services by service_id; at most 85.
    pub services: Vec<(u16, ServiceType)>,
}

impl Descriptor for ServiceList {
    const TAG: u8 = 0x41;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        for (service_id, service_type) in &self.services {
            out.extend_from_slice(&service_id.to_be_bytes());
            out.push(service_type.0);
        }
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<ServiceList, FieldError> {
        let mut reader = Reader::new(body);
        let mut services = Vec::new();
        while !reader.is_empty() {
            services.push((reader.u16()?, ServiceType(reader.u8()?)));
        }
        Ok(ServiceList { services })
    }
}

/// linkage_descriptor (EN 300 468 clause 6.2.19).
///
/// ```text
/// transport_stream_id 16 | original_network_id 16 | service_id 16 | linkage_type 8 | private
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linkage {
    /// The transport stream that holds the service.
    pub transport_stream_id: u16,
    /// The network where that stream began.
    pub original_network_id: u16,
    /// The service that is linked to.
    pub service_id: u16,
    /// What it is linked for; see the constants.
    pub linkage_type: u8,
    /// Bytes whose meaning depends on the type.
    pub private: Vec<u8>,
}

impl Linkage {
    /// An information service.
    pub const INFORMATION: u8 = 0x01;
    /// A programme guide.
    pub const EPG: u8 = 0x02;
    /// A transport stream that carries the whole service information.
    pub const FULL_SI: u8 = 0x04;
    /// A service to show in place of this one when it is not running.
    pub const REPLACEMENT: u8 = 0x05;
    /// Receiver software.
    pub const SYSTEM_SOFTWARE_UPDATE: u8 = 0x09;
    /// An IP/MAC notification table.
    pub const IP_MAC_NOTIFICATION: u8 = 0x0b;
}

impl Descriptor for Linkage {
    const TAG: u8 = 0x4a;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend_from_slice(&self.transport_stream_id.to_be_bytes());
        out.extend_from_slice(&self.original_network_id.to_be_bytes());
        out.extend_from_slice(&self.service_id.to_be_bytes());
        out.push(self.linkage_type);
        out.extend_from_slice(&self.private);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<Linkage, FieldError> {
        let mut reader = Reader::new(body);
        Ok(Linkage {
            transport_stream_id: reader.u16()?,
            original_network_id: reader.u16()?,
            service_id: reader.u16()?,
            linkage_type: reader.u8()?,
            private: reader.rest().to_vec(),
        })
    }
}

fn whole_text(body: &[u8]) -> Result<Text, FieldError> {
    Text::from_bytes(body).ok_or(FieldError::Range { field: "text" })
}
