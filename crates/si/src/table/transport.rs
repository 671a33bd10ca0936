//! The body that NIT and BAT share (EN 300 468 clauses 5.2.1 and 5.2.2).
//!
//! ```text
//! 1111 | descriptors_length 12 | descriptors | 1111 | transport_stream_loop_length 12 |
//! { transport_stream_id 16 | original_network_id 16 | 1111 | descriptors_length 12 | descriptors }
//! ```

use super::{BodyReader, TableError};
use crate::descriptor::DescriptorLoop;
use crate::section::Section;
use ts::section::{LongHeader, SectionView, section_limit};

/// A transport stream of a network or a bouquet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportEntry {
    /// transport_stream_id.
    pub transport_stream_id: u16,
    /// original_network_id.
    pub original_network_id: u16,
    /// Delivery system, service list and the like.
    pub descriptors: DescriptorLoop,
}

/// Header and CRC of a section, and the two lengths of this body.
const OVERHEAD: usize = 12 + 4;

/// The part of a body that goes into one section.
#[derive(Default)]
struct Part {
    descriptors: Vec<u8>,
    transports: Vec<u8>,
}

impl Part {
    fn len(&self) -> usize {
        self.descriptors.len() + self.transports.len()
    }

    fn body(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.len() + 4);
        for part in [&self.descriptors, &self.transports] {
            body.extend_from_slice(&(0xf000 | part.len() as u16).to_be_bytes());
            body.extend_from_slice(part);
        }
        body
    }
}

/// The sections: first the descriptors, divided between two of them where need be, then the
/// transport streams, each whole.
pub(super) fn sections(
    header: LongHeader,
    descriptors: &DescriptorLoop,
    transports: &[TransportEntry],
) -> Result<Vec<Section>, TableError> {
    let table_id = header.table_id;
    let limit = section_limit(table_id) - OVERHEAD;
    let mut parts = vec![];
    let mut part = Part::default();
    for (tag, body) in descriptors.iter() {
        if part.len() + body.len() + 2 > limit {
            parts.push(core::mem::take(&mut part));
        }
        // The body came out of a loop, so its length fits a byte.
        part.descriptors.extend_from_slice(&[tag, body.len() as u8]);
        part.descriptors.extend_from_slice(body);
    }
    for transport in transports {
        let size = transport.descriptors.len() + 6;
        let entry = transport.transport_stream_id;
        if size > limit {
            return Err(TableError::EntryTooLong { table_id, entry, size, limit });
        }
        if part.len() + size > limit {
            parts.push(core::mem::take(&mut part));
        }
        write_entry(transport, &mut part.transports);
    }
    parts.push(part);
    let bodies: Vec<Vec<u8>> = parts.iter().map(Part::body).collect();
    super::divide::number(header, &bodies)
}

fn write_entry(transport: &TransportEntry, out: &mut Vec<u8>) {
    out.extend_from_slice(&transport.transport_stream_id.to_be_bytes());
    out.extend_from_slice(&transport.original_network_id.to_be_bytes());
    out.extend_from_slice(&(0xf000 | transport.descriptors.len() as u16).to_be_bytes());
    out.extend_from_slice(transport.descriptors.as_bytes());
}

/// Reads the body of one section.
pub(super) fn parse(
    section: &SectionView<'_>,
) -> Result<(DescriptorLoop, Vec<TransportEntry>), TableError> {
    let mut reader = BodyReader::new(section);
    let descriptors = reader.descriptors(section.extension())?;
    let mut reader = BodyReader::of_bytes(section.table_id(), reader.counted_12()?);
    let mut transports = Vec::new();
    while !reader.is_empty() {
        let transport_stream_id = reader.u16()?;
        transports.push(TransportEntry {
            transport_stream_id,
            original_network_id: reader.u16()?,
            descriptors: reader.descriptors(transport_stream_id)?,
        });
    }
    Ok((descriptors, transports))
}
