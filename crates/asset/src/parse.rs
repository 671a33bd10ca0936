//! Reading the wire form. Any bytes are accepted or refused; what is accepted holds all invariants.

use crate::encode::{CHECKSUM, Expected, HEADER, MAGIC, VERSION};
use crate::error::{IndexError, Part, STREAMS_MAX, StreamFault};
use crate::facts::read_format;
use crate::index::{AccessUnit, AssetIndex, AssetSummary, StreamIndex, StreamSummary};
use crate::wire::Reader;
use ts::Span;
use ts::crc32::crc32;

/// Bytes of the shortest access unit on the wire.
const UNIT_BYTES_MIN: usize = 5;

/// The fixed fields with which an index begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexHeader {
    /// Bytes of the whole index.
    pub index_bytes: u64,
    /// Bytes from the start of the index that hold the summary, header and checksum included.
    pub summary_bytes: usize,
}

impl IndexHeader {
    /// Bytes of the header itself.
    pub const SIZE: usize = HEADER;

    /// Reads the header from the first bytes of an index.
    pub fn parse(bytes: &[u8]) -> Result<IndexHeader, IndexError> {
        let Some(header) = bytes.first_chunk::<HEADER>() else {
            return Err(if MAGIC.starts_with(&bytes[..bytes.len().min(MAGIC.len())]) {
                length(HEADER, bytes)
            } else {
                IndexError::NotAnIndex
            });
        };
        if !header.starts_with(&MAGIC) {
            return Err(IndexError::NotAnIndex);
        }
        let mut reader = Reader::new(header, MAGIC.len());
        let version = u16::from_be_bytes(reader.bytes()?);
        if version != VERSION {
            return Err(IndexError::Version { wanted: VERSION, found: version });
        }
        let index_bytes = u64::from_be_bytes(reader.bytes()?);
        let summary_bytes = reader.word()? as usize;
        let summary_min = HEADER + CHECKSUM;
        if summary_bytes < summary_min || index_bytes < (summary_bytes + CHECKSUM) as u64 {
            return reader.fail("the summary does not lie inside the index");
        }
        Ok(IndexHeader { index_bytes, summary_bytes })
    }
}

impl AssetSummary {
    /// Reads the summary from the first bytes of an index, at least as many as
    /// [`IndexHeader::summary_bytes`] says.
    pub fn parse(bytes: &[u8]) -> Result<AssetSummary, IndexError> {
        let header = IndexHeader::parse(bytes)?;
        let Some(summary) = bytes.get(..header.summary_bytes) else {
            return Err(length(header.summary_bytes, bytes));
        };
        let fields = checked(summary, Part::Summary)?;
        let mut reader = Reader::new(fields, HEADER);
        let summary = read_summary(&mut reader)?;
        if reader.left() > 0 {
            return reader.fail("bytes behind the last field of the summary");
        }
        summary.check()?;
        Ok(summary)
    }
}

impl AssetIndex {
    /// Reads a whole index and checks every invariant.
    pub fn parse(bytes: &[u8]) -> Result<AssetIndex, IndexError> {
        let header = IndexHeader::parse(bytes)?;
        if header.index_bytes != bytes.len() as u64 {
            return Err(IndexError::Length {
                stated: header.index_bytes,
                present: bytes.len() as u64,
            });
        }
        let fields = checked(bytes, Part::Index)?;
        let summary = AssetSummary::parse(bytes)?;
        let mut reader = Reader::new(fields, header.summary_bytes);
        let mut streams = Vec::with_capacity(summary.streams.len());
        for (number, stream) in summary.streams.iter().enumerate() {
            let units = read_units(&mut reader, stream.units)?;
            let index = StreamIndex::new(stream.format, units);
            let bytes: u64 = index.units.iter().map(|u| u64::from(u.bytes)).sum();
            if (index.packets(), bytes) != (stream.packets, stream.bytes) {
                return Err(IndexError::Stream { stream: number, fault: StreamFault::Totals });
            }
            streams.push(index);
        }
        let page_crcs = read_page_crcs(&mut reader, summary.pages())?;
        let index = AssetIndex {
            digest: summary.digest,
            packets: summary.packets,
            duration: summary.duration,
            streams,
            page_crcs,
        };
        index.check()?;
        Ok(index)
    }
}

/// The bytes before a checksum that closes `bytes` and matches them.
fn checked(bytes: &[u8], part: Part) -> Result<&[u8], IndexError> {
    match bytes.split_last_chunk::<CHECKSUM>() {
        Some((fields, sum)) if crc32(fields).to_be_bytes() == *sum => Ok(fields),
        _ => Err(IndexError::Checksum { part }),
    }
}

fn length(stated: usize, bytes: &[u8]) -> IndexError {
    IndexError::Length { stated: stated as u64, present: bytes.len() as u64 }
}

fn read_summary(reader: &mut Reader<'_>) -> Result<AssetSummary, IndexError> {
    let digest = reader.bytes()?;
    let packets = reader.narrow()?;
    let duration = Span(reader.signed()?);
    let count = reader.count(1)?;
    if count > STREAMS_MAX {
        return Err(IndexError::Streams);
    }
    let mut streams = Vec::with_capacity(count);
    for _ in 0..count {
        streams.push(StreamSummary {
            format: read_format(reader)?,
            units: reader.narrow()?,
            packets: reader.narrow()?,
            bytes: reader.unsigned()?,
        });
    }
    Ok(AssetSummary { digest, packets, duration, streams })
}

fn read_units(reader: &mut Reader<'_>, count: u32) -> Result<Vec<AccessUnit>, IndexError> {
    if count as usize > reader.left() / UNIT_BYTES_MIN {
        return reader.fail("more access units than bytes for them");
    }
    let mut expected = Expected::default();
    let mut units = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let unit = read_unit(reader, &expected)?;
        expected.after(&unit);
        units.push(unit);
    }
    Ok(units)
}

fn read_unit(reader: &mut Reader<'_>, expected: &Expected) -> Result<AccessUnit, IndexError> {
    let gap: u32 = reader.narrow()?;
    let Some(first_packet) = expected.packet.checked_add(gap) else {
        return reader.fail("an access unit lies behind any file");
    };
    let packets_and_flag: u32 = reader.narrow()?;
    let Ok(packets) = u16::try_from(packets_and_flag >> 1) else {
        return reader.fail("an access unit has more than 65535 packets");
    };
    let bytes = reader.narrow()?;
    let sum = |a: i64, b: i64| a.checked_add(b);
    let expected_dts = expected.dts.0.saturating_add(expected.step.0);
    let Some(dts) = sum(expected_dts, reader.signed()?) else {
        return reader.fail("a decoding time is out of range");
    };
    let Some(pts) = sum(dts, reader.signed()?) else {
        return reader.fail("a presentation time is out of range");
    };
    Ok(AccessUnit {
        first_packet,
        packets,
        bytes,
        pts: Span(pts),
        dts: Span(dts),
        random_access: packets_and_flag & 1 != 0,
    })
}

fn read_page_crcs(reader: &mut Reader<'_>, pages: u32) -> Result<Vec<u32>, IndexError> {
    let found = reader.left() / CHECKSUM;
    if found != pages as usize || !reader.left().is_multiple_of(CHECKSUM) {
        return Err(IndexError::Pages { wanted: pages, found });
    }
    (0..pages).map(|_| reader.word()).collect()
}
