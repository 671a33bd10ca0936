//! Sections (ISO/IEC 13818-1 clause 2.4.4): writing, reading, packing into packets, reassembly.
//!
//! ```text
//! table_id 8 | syntax 1 | private 1 | 11 | length 12 | extension 16 | 11 | version 5 | current 1 |
//! number 8 | last_number 8 | body | CRC_32
//! ```

use crate::crc32::crc32;
use crate::packet::{
    AdaptationFlags, PACKET_SIZE, PAYLOAD_MAX, Packet, PacketView, Pid, write_packet,
};

/// Bytes of the longest section, header and CRC included.
pub const SECTION_MAX: usize = 4096;
/// Bytes of the longest PAT, CAT, PMT, NIT, SDT or BAT section.
pub const PSI_SECTION_MAX: usize = 1024;
/// Bytes of a long section around its body.
const LONG_OVERHEAD: usize = 12;
/// The value of a table_id that means stuffing to the end of the packet.
const STUFFING: u8 = 0xff;

/// What is wrong with a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SectionError {
    /// The body to be written does not fit.
    #[error("section of table {table_id:#04x} would be {size} bytes, the limit is {limit}")]
    TooLong {
        /// The table to be written.
        table_id: u8,
        /// Bytes that the section would have.
        size: usize,
        /// Bytes that it may have.
        limit: usize,
    },
    /// The bytes end before the section does, or go on behind it.
    #[error("section says it has {stated} bytes, there are {present}")]
    Length {
        /// Bytes according to section_length.
        stated: usize,
        /// Bytes that are there.
        present: usize,
    },
    /// The CRC does not match.
    #[error("section of table {table_id:#04x} fails its CRC")]
    Crc {
        /// The table as it was read.
        table_id: u8,
    },
    /// A short section where a long one is needed.
    #[error("section of table {table_id:#04x} is not in the long form")]
    NotLong {
        /// The table as it was read.
        table_id: u8,
    },
}

/// The header of a long section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongHeader {
    /// The table.
    pub table_id: u8,
    /// The bit behind section_syntax_indicator: zero in PSI and DSM-CC, one in DVB SI.
    pub private: bool,
    /// table_id_extension: transport stream, service, network, module ...
    pub extension: u16,
    /// version_number; only the low five bits are written.
    pub version: u8,
    /// current_next_indicator.
    pub current: bool,
    /// section_number.
    pub number: u8,
    /// last_section_number.
    pub last_number: u8,
}

/// Writes a long section with its length and CRC.
pub fn write_section(header: &LongHeader, body: &[u8]) -> Result<Vec<u8>, SectionError> {
    let size = body.len() + LONG_OVERHEAD;
    let limit = section_limit(header.table_id);
    if size > limit {
        return Err(SectionError::TooLong { table_id: header.table_id, size, limit });
    }
    let length = (size - 3) as u16;
    let mut out = Vec::with_capacity(size);
    out.push(header.table_id);
    let flags = 0xb0 | (u8::from(header.private) << 6);
    out.push(flags | (length >> 8) as u8);
    out.push(length as u8);
    out.extend_from_slice(&header.extension.to_be_bytes());
    out.push(0xc0 | ((header.version & 0x1f) << 1) | u8::from(header.current));
    out.push(header.number);
    out.push(header.last_number);
    out.extend_from_slice(body);
    let crc = crc32(&out);
    out.extend_from_slice(&crc.to_be_bytes());
    Ok(out)
}

/// Writes a short section, which has neither extension nor CRC (EN 300 468: TDT, ST, RST).
pub fn write_short_section(table_id: u8, body: &[u8]) -> Result<Vec<u8>, SectionError> {
    let size = body.len() + 3;
    if size > SECTION_MAX {
        return Err(SectionError::TooLong { table_id, size, limit: SECTION_MAX });
    }
    let mut out = vec![table_id, 0x70 | (body.len() >> 8) as u8, body.len() as u8];
    out.extend_from_slice(body);
    Ok(out)
}

/// The longest section that a table may have: 1024 bytes in PSI, NIT, SDT, BAT, TDT, TOT and RST,
/// 4096 elsewhere (ISO/IEC 13818-1 clause 2.4.4, EN 300 468 clause 5.1.1).
pub const fn section_limit(table_id: u8) -> usize {
    match table_id {
        0x00..=0x03 | 0x40..=0x4a | 0x70..=0x73 => PSI_SECTION_MAX,
        _ => SECTION_MAX,
    }
}

/// A long section whose length and CRC are right.
#[derive(Clone, Copy, Debug)]
pub struct SectionView<'a>(&'a [u8]);

impl<'a> SectionView<'a> {
    /// Checks form, length and CRC of exactly one section.
    pub fn parse(bytes: &'a [u8]) -> Result<SectionView<'a>, SectionError> {
        let present = bytes.len();
        let stated = section_size(bytes).unwrap_or(3);
        if present != stated || present < 3 {
            return Err(SectionError::Length { stated, present });
        }
        let table_id = bytes[0];
        if bytes[1] & 0x80 == 0 {
            return Err(SectionError::NotLong { table_id });
        }
        if present < LONG_OVERHEAD {
            return Err(SectionError::Length { stated: LONG_OVERHEAD, present });
        }
        if crc32(bytes) != 0 {
            return Err(SectionError::Crc { table_id });
        }
        Ok(SectionView(bytes))
    }

    /// The table.
    pub const fn table_id(self) -> u8 {
        self.0[0]
    }

    /// table_id_extension.
    pub const fn extension(self) -> u16 {
        u16::from_be_bytes([self.0[3], self.0[4]])
    }

    /// version_number.
    pub const fn version(self) -> u8 {
        (self.0[5] >> 1) & 0x1f
    }

    /// current_next_indicator.
    pub const fn current(self) -> bool {
        self.0[5] & 1 != 0
    }

    /// section_number.
    pub const fn number(self) -> u8 {
        self.0[6]
    }

    /// last_section_number.
    pub const fn last_number(self) -> u8 {
        self.0[7]
    }

    /// What lies between last_section_number and the CRC.
    pub fn body(self) -> &'a [u8] {
        &self.0[8..self.0.len() - 4]
    }

    /// The whole section.
    pub const fn bytes(self) -> &'a [u8] {
        self.0
    }
}

/// Bytes of the section that begins here, by its own section_length; `None` before three bytes.
pub fn section_size(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [_, high, low, ..] => Some(3 + usize::from(u16::from_be_bytes([high & 0x0f, *low]))),
        _ => None,
    }
}

/// How many packets [`packetise`] makes of these sections.
pub fn packets_needed(sections: &[&[u8]]) -> usize {
    let mut cursor = Cursor::default();
    let mut payload = [0; PAYLOAD_MAX];
    let mut packets = 0;
    while cursor.fill(sections, &mut payload).is_some() {
        packets += 1;
    }
    packets
}

/// Packs sections back to back into packets of one PID, each packet's counter one more than the
/// last, and fills the last packet with 0xff. No section may be empty.
pub fn packetise(pid: Pid, first_continuity: u8, sections: &[&[u8]], out: &mut Vec<Packet>) {
    let mut cursor = Cursor::default();
    let mut payload = [0; PAYLOAD_MAX];
    let mut continuity = first_continuity;
    while let Some(unit_start) = cursor.fill(sections, &mut payload) {
        let mut packet = [0; PACKET_SIZE];
        let flags = AdaptationFlags::default();
        write_packet(&mut packet, pid, continuity, unit_start, flags, &payload);
        out.push(packet);
        continuity = continuity.wrapping_add(1);
    }
}

/// Spreads one section over exactly `packets` packets, stuffing by adaptation field where that is
/// more than the section needs. The number is held between what the section needs and one packet
/// for each of its bytes.
pub fn packetise_exact(
    pid: Pid,
    first_continuity: u8,
    section: &[u8],
    packets: usize,
    out: &mut Vec<Packet>,
) {
    let total = section.len() + 1;
    let packets = packets.clamp(total.div_ceil(PAYLOAD_MAX), total);
    let mut written = 0;
    for i in 0..packets {
        let end = total * (i + 1) / packets;
        let mut payload = [0; PAYLOAD_MAX];
        let count = end - written;
        // The pointer_field, zero, stands before the first byte of the section.
        let (skip, from) = if i == 0 { (1, 0) } else { (0, written - 1) };
        payload[skip..count].copy_from_slice(&section[from..end - 1]);
        let continuity = first_continuity.wrapping_add(i as u8);
        let mut packet = [0; PACKET_SIZE];
        let flags = AdaptationFlags::default();
        write_packet(&mut packet, pid, continuity, i == 0, flags, &payload[..count]);
        out.push(packet);
        written = end;
    }
}

/// The place in a list of sections up to which packets have been filled.
#[derive(Default)]
struct Cursor {
    section: usize,
    offset: usize,
}

impl Cursor {
    /// Fills one packet's payload; says whether a section starts in it, `None` at the end.
    fn fill(&mut self, sections: &[&[u8]], payload: &mut [u8; PAYLOAD_MAX]) -> Option<bool> {
        let rest = sections.get(self.section)?.len() - self.offset;
        let another_starts =
            self.offset == 0 || (rest < PAYLOAD_MAX - 1 && self.section + 1 < sections.len());
        payload.fill(STUFFING);
        let mut at = 0;
        if another_starts {
            payload[0] = if self.offset == 0 { 0 } else { rest as u8 };
            at = 1;
        }
        while at < PAYLOAD_MAX {
            let Some(section) = sections.get(self.section) else {
                break;
            };
            if self.offset == 0 && !another_starts {
                break;
            }
            let taken = (section.len() - self.offset).min(PAYLOAD_MAX - at);
            payload[at..at + taken].copy_from_slice(&section[self.offset..self.offset + taken]);
            at += taken;
            self.offset += taken;
            if self.offset == section.len() {
                self.section += 1;
                self.offset = 0;
            }
        }
        Some(another_starts)
    }
}

/// Puts the sections of one PID together again from its packets.
///
/// Whole sections are handed out as they stand, their CRC unchecked. What cannot belong to a whole
/// section (a lost packet, a damaged pointer) is dropped and counted.
#[derive(Clone, Debug, Default)]
pub struct SectionAssembler {
    partial: Vec<u8>,
    in_section: bool,
    continuity: Option<u8>,
    discarded: u64,
}

impl SectionAssembler {
    /// How many sections were begun and could not be completed.
    pub const fn discarded(&self) -> u64 {
        self.discarded
    }

    /// Takes the next packet of the PID and hands out each section that ends in it.
    pub fn push(&mut self, packet: PacketView<'_>, mut section: impl FnMut(&[u8])) {
        if !packet.has_payload() {
            return;
        }
        let continuity = packet.continuity();
        if let Some(last) = self.continuity {
            if continuity == last {
                return;
            }
            if continuity != (last + 1) & 0x0f {
                self.drop_partial();
            }
        }
        self.continuity = Some(continuity);
        let payload = packet.payload();
        if !packet.unit_start() {
            if self.in_section {
                self.take(payload, &mut section);
            }
            return;
        }
        let Some((&pointer, rest)) = payload.split_first() else {
            self.drop_partial();
            return;
        };
        let Some((tail, head)) = rest.split_at_checked(usize::from(pointer)) else {
            self.drop_partial();
            return;
        };
        if self.in_section {
            self.take(tail, &mut section);
            self.drop_partial();
        }
        self.in_section = true;
        self.take(head, &mut section);
    }

    fn take(&mut self, mut bytes: &[u8], section: &mut impl FnMut(&[u8])) {
        while self.in_section && !bytes.is_empty() {
            if self.partial.is_empty() && bytes[0] == STUFFING {
                self.in_section = false;
                return;
            }
            let wanted = match section_size(&self.partial) {
                Some(size) => size - self.partial.len(),
                None => 3 - self.partial.len(),
            };
            let (now, later) = bytes.split_at(wanted.min(bytes.len()));
            self.partial.extend_from_slice(now);
            bytes = later;
            if section_size(&self.partial) == Some(self.partial.len()) {
                section(&self.partial);
                self.partial.clear();
            }
        }
    }

    fn drop_partial(&mut self) {
        if !self.partial.is_empty() {
            self.discarded += 1;
            self.partial.clear();
        }
        self.in_section = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn section(table_id: u8, body: &[u8]) -> Vec<u8> {
        let header = LongHeader {
            table_id,
            private: false,
            extension: 1,
            version: 0,
            current: true,
            number: 0,
            last_number: 0,
        };
        write_section(&header, body).unwrap()
    }

    #[test]
    fn association_table_matches_the_published_bytes() {
        let body = [0, 0, 0xe0, 0x10, 0, 1, 0xe1, 0];
        let expected = [
            0x00, 0xb0, 0x11, 0x00, 0x01, 0xc1, 0x00, 0x00, 0x00, 0x00, 0xe0, 0x10, 0x00, 0x01,
            0xe1, 0x00, 0x9e, 0xa6, 0x64, 0x96,
        ];
        assert_eq!(section(0, &body), expected);
    }

    #[test]
    fn packet_counts_match_the_published_table() {
        for (size, packets) in [(41, 1), (183, 1), (184, 2), (400, 3), (1024, 6), (4096, 23)] {
            let section = vec![0x80; size];
            assert_eq!(packets_needed(&[&section]), packets, "{size} bytes");
        }
    }

    #[test]
    fn oversized_bodies_are_refused_with_their_size() {
        let header = LongHeader {
            table_id: 2,
            private: false,
            extension: 0,
            version: 0,
            current: true,
            number: 0,
            last_number: 0,
        };
        let error = write_section(&header, &[0; 1013]).unwrap_err();
        assert_eq!(error, SectionError::TooLong { table_id: 2, size: 1025, limit: 1024 });
    }

    proptest! {
        #[test]
        fn any_sections_come_back_from_their_packets(
            bodies in proptest::collection::vec(
                proptest::collection::vec(any::<u8>(), 0..1500), 1..12,
            ),
            cc in 0u8..16,
        ) {
            let sections: Vec<Vec<u8>> = bodies.iter().map(|b| section(0x3c, b)).collect();
            let slices: Vec<&[u8]> = sections.iter().map(Vec::as_slice).collect();
            let mut packets = Vec::new();
            packetise(Pid::new(0x100).unwrap(), cc, &slices, &mut packets);
            prop_assert_eq!(packets.len(), packets_needed(&slices));
            let mut assembler = SectionAssembler::default();
            let mut back = Vec::new();
            for packet in &packets {
                assembler.push(PacketView::new(packet), |s| back.push(s.to_vec()));
            }
            prop_assert_eq!(assembler.discarded(), 0);
            prop_assert_eq!(back, sections);
        }

        #[test]
        fn any_section_comes_back_from_any_number_of_packets(
            body in proptest::collection::vec(any::<u8>(), 0..3000), packets in 0usize..60,
        ) {
            let section = section(0x3c, &body);
            let mut out = Vec::new();
            packetise_exact(Pid::new(0x100).unwrap(), 14, &section, packets, &mut out);
            prop_assert!(out.len() >= packets.min(section.len()));
            let least = (section.len() + 1).div_ceil(184);
            prop_assert_eq!(out.len(), packets.clamp(least, section.len() + 1));
            let mut assembler = SectionAssembler::default();
            let mut back = Vec::new();
            for (i, packet) in out.iter().enumerate() {
                let view = PacketView::new(packet);
                prop_assert!(view.adaptation_is_sound());
                prop_assert_eq!(usize::from(view.continuity()), (14 + i) % 16);
                assembler.push(view, |s| back.push(s.to_vec()));
            }
            prop_assert_eq!(back, vec![section]);
        }

        #[test]
        fn any_packets_are_survived(
            packets in proptest::collection::vec(
                proptest::collection::vec(any::<u8>(), 188), 0..20,
            ),
        ) {
            let mut assembler = SectionAssembler::default();
            for packet in packets {
                let packet: Packet = packet.try_into().unwrap();
                assembler.push(PacketView::new(&packet), |s| {
                    let _ = SectionView::parse(s);
                });
            }
        }
    }
}
