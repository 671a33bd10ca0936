//! The name of a service.

use super::{Descriptor, FieldError};
use crate::code::ServiceType;
use crate::reader::Reader;
use crate::text::Text;

/// service_descriptor (EN 300 468 clause 6.2.33).
///
/// ```text
/// service_type 8 | provider_length 8 | provider | name_length 8 | name
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// What kind of service it is.
    pub service_type: ServiceType,
    /// Who provides it.
    pub provider: Text,
    /// What it is called.
    pub name: Text,
}

impl Descriptor for Service {
    const TAG: u8 = 0x48;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.push(self.service_type.0);
        self.provider.write_counted(out);
        self.name.write_counted(out);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<Service, FieldError> {
        let mut reader = Reader::new(body);
        Ok(Service {
            service_type: ServiceType(reader.u8()?),
            provider: Text::from_counted(reader.counted()?),
            name: Text::from_counted(reader.counted()?),
        })
    }
}
