//! A section of service information ready to be sent, and which sub-table it belongs to.

use crate::reader::Reader;
use core::fmt;
use ts::section::{
    LongHeader, SectionError, SectionView, section_limit, write_section, write_short_section,
};

/// One whole section, length and CRC included.
#[derive(Clone, PartialEq, Eq)]
pub struct Section {
    bytes: Vec<u8>,
}

/// A transport stream and the network where it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransportId {
    /// transport_stream_id.
    pub transport_stream_id: u16,
    /// original_network_id.
    pub original_network_id: u16,
}

/// What tells one sub-table from another (EN 300 468 clause 3.1): its sections share a version,
/// and 25 ms must lie between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubTable {
    /// The table.
    pub table_id: u8,
    /// table_id_extension; 0 in short sections.
    pub extension: u16,
    /// The transport stream that an SDT or EIT describes.
    pub transport: Option<TransportId>,
}

impl Section {
    /// The section of a long header and a body.
    pub(crate) fn long(header: &LongHeader, body: &[u8]) -> Result<Section, SectionError> {
        Ok(Section { bytes: write_section(header, body)? })
    }

    /// The short section of a body without CRC.
    pub(crate) fn short(table_id: u8, body: &[u8]) -> Result<Section, SectionError> {
        Ok(Section { bytes: write_short_section(table_id, body)? })
    }

    /// A short section that ends with a CRC, as only the TOT does (EN 300 468 clause 5.2.6).
    pub(crate) fn short_with_crc(table_id: u8, body: &[u8]) -> Result<Section, SectionError> {
        let (limit, size) = (section_limit(table_id), body.len() + 7);
        if size > limit {
            return Err(SectionError::TooLong { table_id, size, limit });
        }
        let mut bytes = write_short_section(table_id, &[body, &[0; 4]].concat())?;
        let crc_at = bytes.len() - 4;
        let crc = ts::crc32::crc32(&bytes[..crc_at]);
        bytes[crc_at..].copy_from_slice(&crc.to_be_bytes());
        Ok(Section { bytes })
    }

    /// The bytes to be sent.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes to be sent.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The table.
    pub fn table_id(&self) -> u8 {
        self.bytes[0]
    }

    /// The sub-table that the section belongs to.
    pub fn sub_table(&self) -> SubTable {
        SubTable::of(&self.bytes).unwrap_or(SubTable {
            table_id: self.table_id(),
            extension: 0,
            transport: None,
        })
    }

    /// section_number; 0 in short sections.
    pub fn number(&self) -> u8 {
        if self.is_long() { self.bytes[6] } else { 0 }
    }

    /// last_section_number; 0 in short sections.
    pub fn last_number(&self) -> u8 {
        if self.is_long() { self.bytes[7] } else { 0 }
    }

    /// version_number; `None` in short sections.
    pub fn version(&self) -> Option<u8> {
        self.is_long().then(|| (self.bytes[5] >> 1) & 0x1f)
    }

    /// The fields of a long section; `None` for TDT and TOT.
    pub fn view(&self) -> Option<SectionView<'_>> {
        SectionView::parse(&self.bytes).ok()
    }

    fn is_long(&self) -> bool {
        self.bytes[1] & 0x80 != 0
    }
}

impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Section({:02x?})", self.bytes)
    }
}

impl SubTable {
    /// The sub-table of a section by its first bytes; `None` when they end before the fields do.
    /// Neither length nor CRC is looked at.
    pub fn of(section: &[u8]) -> Option<SubTable> {
        let mut reader = Reader::new(section);
        let table_id = reader.u8().ok()?;
        let long = reader.u16().ok()? & 0x8000 != 0;
        if !long {
            return Some(SubTable { table_id, extension: 0, transport: None });
        }
        let extension = reader.u16().ok()?;
        reader.take(3).ok()?;
        let transport = match table_id {
            0x42 | 0x46 => Some(TransportId {
                transport_stream_id: extension,
                original_network_id: reader.u16().ok()?,
            }),
            0x4e..=0x6f => Some(TransportId {
                transport_stream_id: reader.u16().ok()?,
                original_network_id: reader.u16().ok()?,
            }),
            _ => None,
        };
        Some(SubTable { table_id, extension, transport })
    }
}
