//! The wire form of an index.
//!
//! ```text
//! magic 8 | version 2 | index length 8 | summary end 4 | summary | CRC-32 of all so far
//! | streams: units | page checksums | CRC-32 of all so far
//! ```
//! The lengths are in bytes and count from the first byte of the file, checksums included. Units
//! are stored as differences from what the unit before them lets expect: a lesson of an hour takes
//! one to two megabytes.

use crate::facts::write_format;
use crate::index::{AccessUnit, AssetIndex, AssetSummary, StreamIndex};
use crate::wire::Writer;
use ts::Span;
use ts::crc32::crc32;

/// The first bytes of every index.
pub(crate) const MAGIC: [u8; 8] = *b"hd-asset";
/// The version of the wire form.
pub(crate) const VERSION: u16 = 1;
/// Bytes before the summary.
pub(crate) const HEADER: usize = 22;
/// Bytes of a checksum.
pub(crate) const CHECKSUM: usize = 4;

/// What the next unit of a stream is expected to be, so that only the difference is stored.
#[derive(Default)]
pub(crate) struct Expected {
    pub(crate) packet: u32,
    pub(crate) dts: Span,
    pub(crate) step: Span,
}

impl Expected {
    /// Expects what follows `unit`.
    pub(crate) fn after(&mut self, unit: &AccessUnit) {
        self.step = Span(unit.dts.0.saturating_sub(self.dts.0));
        self.dts = unit.dts;
        self.packet = unit.first_packet.saturating_add(u32::from(unit.packets));
    }
}

impl AssetIndex {
    /// The bytes of the index, which [`AssetIndex::parse`] reads back when the index is sound.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut summary = Writer::default();
        write_summary(&mut summary, &self.summary());
        let mut body = Writer::default();
        for stream in &self.streams {
            write_stream(&mut body, stream);
        }
        for crc in &self.page_crcs {
            body.word(*crc);
        }
        let summary_end = HEADER + summary.0.len() + CHECKSUM;
        let length = summary_end + body.0.len() + CHECKSUM;
        let mut out = Writer(Vec::with_capacity(length));
        out.bytes(&MAGIC);
        out.bytes(&VERSION.to_be_bytes());
        out.bytes(&(length as u64).to_be_bytes());
        out.word(summary_end as u32);
        out.bytes(&summary.0);
        out.word(crc32(&out.0));
        out.bytes(&body.0);
        out.word(crc32(&out.0));
        out.0
    }
}

fn write_summary(out: &mut Writer, summary: &AssetSummary) {
    out.bytes(&summary.digest);
    out.unsigned(summary.packets.into());
    out.signed(summary.duration.0);
    out.unsigned(summary.streams.len() as u64);
    for stream in &summary.streams {
        write_format(out, &stream.format);
        out.unsigned(stream.units.into());
        out.unsigned(stream.packets.into());
        out.unsigned(stream.bytes);
    }
}

fn write_stream(out: &mut Writer, stream: &StreamIndex) {
    let mut expected = Expected::default();
    for unit in &stream.units {
        write_unit(out, unit, &expected);
        expected.after(unit);
    }
}

fn write_unit(out: &mut Writer, unit: &AccessUnit, expected: &Expected) {
    out.unsigned(unit.first_packet.wrapping_sub(expected.packet).into());
    let packets = u64::from(unit.packets) << 1;
    out.unsigned(packets | u64::from(unit.random_access));
    out.unsigned(unit.bytes.into());
    let dts = expected.dts.0.wrapping_add(expected.step.0);
    out.signed(unit.dts.0.wrapping_sub(dts));
    out.signed(unit.pts.0.wrapping_sub(unit.dts.0));
}
