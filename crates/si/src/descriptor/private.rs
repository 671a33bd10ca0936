//! Whose private meanings follow.

use super::{Descriptor, FieldError};
use crate::reader::Reader;

/// private_data_specifier_descriptor (EN 300 468 clause 6.2.31): `specifier 32`. Tags from 0x80
/// that follow in the loop belong to this organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivateDataSpecifier {
    /// The registered organisation.
    pub specifier: u32,
}

impl Descriptor for PrivateDataSpecifier {
    const TAG: u8 = 0x5f;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend_from_slice(&self.specifier.to_be_bytes());
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<PrivateDataSpecifier, FieldError> {
        Ok(PrivateDataSpecifier { specifier: Reader::new(body).u32()? })
    }
}

/// registration_descriptor (ISO/IEC 13818-1 clause 2.6.8): `format_identifier 32 | additional`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The registered format.
    pub format_identifier: [u8; 4],
    /// Bytes that the format defines.
    pub additional: Vec<u8>,
}

impl Registration {
    /// AC-3 sound.
    pub const AC3: [u8; 4] = *b"AC-3";
    /// HEVC pictures.
    pub const HEVC: [u8; 4] = *b"HEVC";
    /// Splice information (SCTE 35).
    pub const CUEI: [u8; 4] = *b"CUEI";
}

impl Descriptor for Registration {
    const TAG: u8 = 0x05;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend_from_slice(&self.format_identifier);
        out.extend_from_slice(&self.additional);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<Registration, FieldError> {
        let mut reader = Reader::new(body);
        Ok(Registration { format_identifier: reader.array()?, additional: reader.rest().to_vec() })
    }
}
