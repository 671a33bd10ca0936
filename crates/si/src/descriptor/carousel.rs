//! Which carousel an elementary stream carries.

use super::{Descriptor, FieldError, write_counted};
use crate::reader::Reader;

/// carousel_identifier_descriptor (EN 301 192 and ISO/IEC 13818-6): `carousel_id 32 | FormatId 8 |
/// private`. A FormatId of 0 has no private fields of the standard behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarouselIdentifier {
    /// The carousel.
    pub carousel_id: u32,
    /// What the bytes behind it are.
    pub format_id: u8,
    /// Bytes of the format.
    pub private: Vec<u8>,
}

impl Descriptor for CarouselIdentifier {
    const TAG: u8 = 0x13;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend_from_slice(&self.carousel_id.to_be_bytes());
        out.push(self.format_id);
        out.extend_from_slice(&self.private);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<CarouselIdentifier, FieldError> {
        let mut reader = Reader::new(body);
        Ok(CarouselIdentifier {
            carousel_id: reader.u32()?,
            format_id: reader.u8()?,
            private: reader.rest().to_vec(),
        })
    }
}

/// association_tag_descriptor (ISO/IEC 13818-6 clause 11.4.2).
///
/// ```text
/// association_tag 16 | use 16 | selector_length 8 | selector | private
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssociationTag {
    /// The tag by which taps name the stream; its low byte is the component tag.
    pub association_tag: u16,
    /// What the stream is used for: 0 when it carries the DSI.
    pub usage: u16,
    /// For a usage of 0, transaction_id 32 and timeout 32.
    pub selector: Vec<u8>,
    /// Private bytes.
    pub private: Vec<u8>,
}

impl Descriptor for AssociationTag {
    const TAG: u8 = 0x14;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend_from_slice(&self.association_tag.to_be_bytes());
        out.extend_from_slice(&self.usage.to_be_bytes());
        write_counted(&self.selector, out);
        out.extend_from_slice(&self.private);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<AssociationTag, FieldError> {
        let mut reader = Reader::new(body);
        Ok(AssociationTag {
            association_tag: reader.u16()?,
            usage: reader.u16()?,
            selector: reader.counted()?.to_vec(),
            private: reader.rest().to_vec(),
        })
    }
}
