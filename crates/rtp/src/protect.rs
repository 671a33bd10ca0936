//! The repair packets of a multiplex (SMPTE ST 2022-1) and when each of them is due.
//!
//! Matrices are block-aligned: matrix `m` protects the datagrams from `m L D` on, so everything
//! about it follows from `m`. A row packet follows its row. The column packets of a matrix are
//! spread evenly over the time of the next matrix, so one burst cannot take both a packet and
//! its repair, and the rate of the flow is even.
//!
//! A row packet is due at the third slot of the datagram that it follows, a column packet at the
//! sixth slot of its own, so no two packets of an output are ever due at the same time.

use crate::fec_header::PAYLOAD_TYPE_FEC;
use crate::header::RtpHeader;
use crate::{
    DATAGRAM_PACKETS, DATAGRAM_SIZE, Direction, FecHeader, HEADER_SIZE, MediaStream, PAYLOAD_SIZE,
    REPAIR_SIZE,
};
use fec::Matrix;
use ts::Ticks;

/// Slots between the start of a datagram and the row packet that follows it.
const ROW_SLOT: u64 = 2;
/// Slots between the start of a datagram and the column packet that follows it.
const COLUMN_SLOT: u64 = 5;

/// Why datagrams cannot be protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtectError {
    /// The first datagram does not begin a matrix.
    #[error("datagram {first} does not begin a matrix of {packets} packets")]
    Unaligned {
        /// Its index.
        first: u64,
        /// Packets of a matrix.
        packets: usize,
    },
    /// The bytes are not a whole number of matrices.
    #[error("{bytes} bytes of datagrams are not whole matrices of {packets} packets")]
    NotWhole {
        /// The bytes given.
        bytes: usize,
        /// Packets of a matrix.
        packets: usize,
    },
}

/// Makes repair packets: a function of datagrams, their index and the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protector {
    /// The datagrams that are protected.
    pub stream: MediaStream,
    /// How they are protected.
    pub matrix: Matrix,
}

/// Repair packets in the order in which they are due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepairPackets {
    entries: Vec<Entry>,
    /// Packet `i` stands at `i * REPAIR_SIZE`, in the order in which packets were made.
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    due: Ticks,
    direction: Direction,
    packet: u32,
}

/// One repair packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RepairPacket<'a> {
    /// The flow that it belongs to.
    pub direction: Direction,
    /// When it leaves.
    pub due: Ticks,
    /// The packet, RTP and FEC headers included.
    pub bytes: &'a [u8; REPAIR_SIZE],
}

impl RepairPackets {
    /// The number of packets.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Packet `i` in the order of due times.
    pub fn get(&self, i: usize) -> Option<RepairPacket<'_>> {
        let entry = self.entries.get(i)?;
        let (packets, _) = self.bytes.as_chunks::<REPAIR_SIZE>();
        let bytes = packets.get(entry.packet as usize)?;
        Some(RepairPacket { direction: entry.direction, due: entry.due, bytes })
    }

    /// All packets in the order of due times.
    pub fn iter(&self) -> impl Iterator<Item = RepairPacket<'_>> {
        (0..self.len()).filter_map(|i| self.get(i))
    }

    /// Room for one more packet, filled with zeros.
    fn push(&mut self, due: Ticks, direction: Direction) -> &mut [u8; REPAIR_SIZE] {
        let packet = self.entries.len() as u32;
        self.entries.push(Entry { due, direction, packet });
        self.bytes.resize(self.entries.len() * REPAIR_SIZE, 0);
        let (packets, _) = self.bytes.as_chunks_mut::<REPAIR_SIZE>();
        packets.last_mut().expect("there is room for the packet that was just added")
    }
}

impl Protector {
    /// All repair packets of these datagrams, whose first has index `first`. The column packets
    /// of the last matrix are due behind the last datagram.
    ///
    /// # Errors
    /// The datagrams are not whole matrices.
    pub fn protect(self, first: u64, datagrams: &[u8]) -> Result<RepairPackets, ProtectError> {
        let matrices = self.matrices(first, datagrams)?;
        let mut out = RepairPackets::default();
        for (m, datagrams) in matrices {
            self.rows(m, datagrams, &mut out);
            self.columns(m, datagrams, &mut out);
        }
        out.entries.sort_unstable();
        Ok(out)
    }

    /// The repair packets that are due in the time of a superframe whose first datagram has
    /// index `first`: the column packets of `previous`, which is the matrix just before or empty
    /// where that is not known, and the packets of all matrices of `datagrams` but for the
    /// columns of the last.
    ///
    /// # Errors
    /// The datagrams are not whole matrices, or `previous` is neither empty nor one matrix.
    pub fn superframe(
        self,
        first: u64,
        previous: &[u8],
        datagrams: &[u8],
    ) -> Result<RepairPackets, ProtectError> {
        let packets = self.matrix.packets();
        if !previous.is_empty() && previous.len() != packets * DATAGRAM_SIZE {
            return Err(ProtectError::NotWhole { bytes: previous.len(), packets });
        }
        let mut matrices = self.matrices(first, datagrams)?.peekable();
        let mut out = RepairPackets::default();
        let all = datagrams.len() / (packets * DATAGRAM_SIZE) * self.matrix.parities();
        out.entries.reserve_exact(all);
        out.bytes.reserve_exact(all * REPAIR_SIZE);
        if let Some(before) = (first / packets as u64).checked_sub(1)
            && !previous.is_empty()
        {
            self.columns(before, previous, &mut out);
        }
        while let Some((m, datagrams)) = matrices.next() {
            self.rows(m, datagrams, &mut out);
            if matrices.peek().is_some() {
                self.columns(m, datagrams, &mut out);
            }
        }
        out.entries.sort_unstable();
        Ok(out)
    }

    /// The matrices of these datagrams, each with its index.
    fn matrices(
        self,
        first: u64,
        datagrams: &[u8],
    ) -> Result<impl Iterator<Item = (u64, &[u8])>, ProtectError> {
        let packets = self.matrix.packets();
        if !first.is_multiple_of(packets as u64) {
            return Err(ProtectError::Unaligned { first, packets });
        }
        if !datagrams.len().is_multiple_of(packets * DATAGRAM_SIZE) {
            return Err(ProtectError::NotWhole { bytes: datagrams.len(), packets });
        }
        Ok((first / packets as u64..).zip(datagrams.chunks_exact(packets * DATAGRAM_SIZE)))
    }

    fn columns(self, m: u64, datagrams: &[u8], out: &mut RepairPackets) {
        let (columns, rows) = (u64::from(self.matrix.columns()), u64::from(self.matrix.rows()));
        let start = m * self.matrix.packets() as u64;
        let next = start + self.matrix.packets() as u64;
        for column in 0..self.matrix.columns() {
            let position = u64::from(column);
            let due = self.slot_time(next + position * rows, COLUMN_SLOT);
            let packet = out.push(due, Direction::Column);
            let mut header = [0; HEADER_SIZE];
            let part = 0..HEADER_SIZE;
            self.matrix.column_parity(datagrams, DATAGRAM_SIZE, part, column, &mut header);
            let part = HEADER_SIZE..DATAGRAM_SIZE;
            let parity = &mut packet[REPAIR_SIZE - PAYLOAD_SIZE..];
            self.matrix.column_parity(datagrams, DATAGRAM_SIZE, part, column, parity);
            let sequence = (m * columns + position) as u16;
            self.write_headers(Direction::Column, sequence, start + position, header, packet);
        }
    }

    fn rows(self, m: u64, datagrams: &[u8], out: &mut RepairPackets) {
        if !self.matrix.is_two_dimensional() {
            return;
        }
        let (columns, rows) = (u64::from(self.matrix.columns()), u64::from(self.matrix.rows()));
        let start = m * self.matrix.packets() as u64;
        for row in 0..self.matrix.rows() {
            let base = start + u64::from(row) * columns;
            let due = self.slot_time(base + columns - 1, ROW_SLOT);
            let packet = out.push(due, Direction::Row);
            let mut header = [0; HEADER_SIZE];
            let part = 0..HEADER_SIZE;
            self.matrix.row_parity(datagrams, DATAGRAM_SIZE, part, row, &mut header);
            let part = HEADER_SIZE..DATAGRAM_SIZE;
            let parity = &mut packet[REPAIR_SIZE - PAYLOAD_SIZE..];
            self.matrix.row_parity(datagrams, DATAGRAM_SIZE, part, row, parity);
            let sequence = (m * rows + u64::from(row)) as u16;
            self.write_headers(Direction::Row, sequence, base, header, packet);
        }
    }

    fn slot_time(self, datagram: u64, slot: u64) -> Ticks {
        self.stream.grid.time_of(datagram * DATAGRAM_PACKETS as u64 + slot)
    }

    /// Writes both headers; `parity` is the parity of the media headers.
    fn write_headers(
        self,
        direction: Direction,
        sequence: u16,
        base: u64,
        parity: [u8; HEADER_SIZE],
        packet: &mut [u8; REPAIR_SIZE],
    ) {
        let mut rtp = RtpHeader {
            marker: parity[1] & 0x80 != 0,
            payload_type: PAYLOAD_TYPE_FEC,
            sequence,
            timestamp: self.stream.due(base).rtp_timestamp(),
            ssrc: 0,
        }
        .to_bytes();
        rtp[0] |= parity[0] & 0x3f;
        let (offset, count) = match direction {
            Direction::Column => (self.matrix.columns(), self.matrix.rows()),
            Direction::Row => (1, self.matrix.columns()),
        };
        let fec = FecHeader {
            base: base as u16,
            length_recovery: if count % 2 == 0 { 0 } else { PAYLOAD_SIZE as u16 },
            payload_type_recovery: parity[1] & 0x7f,
            timestamp_recovery: u32::from_be_bytes([parity[4], parity[5], parity[6], parity[7]]),
            direction,
            offset,
            count,
        };
        packet[..HEADER_SIZE].copy_from_slice(&rtp);
        packet[HEADER_SIZE..REPAIR_SIZE - PAYLOAD_SIZE].copy_from_slice(&fec.to_bytes());
    }
}
