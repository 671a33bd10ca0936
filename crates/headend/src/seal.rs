//! Sealing superframes: RTP headers, and the repair packets that are due in their time.

use engine::Multiplex;
use fec::Matrix;
use rtp::{DATAGRAM_SIZE, HEADER_SIZE, MediaStream, ProtectError, Protector, RepairPackets};

/// Seals the superframes of a multiplex, which may come in any order; repair packets of the last
/// matrix of a superframe are only known when its successor comes next.
#[derive(Debug)]
pub struct Sealer {
    stream: MediaStream,
    protector: Option<Protector>,
    datagrams: u64,
    /// The superframe that the matrix kept belongs to, and the matrix.
    previous: Option<(u64, Vec<u8>)>,
}

impl Sealer {
    /// The sealer of a multiplex whose outputs use this matrix, if any does.
    pub fn new(multiplex: &Multiplex, matrix: Option<Matrix>) -> Sealer {
        let stream = MediaStream { grid: multiplex.grid.slots(), ssrc: multiplex.ssrc };
        let protector = matrix.map(|matrix| Protector { stream, matrix });
        Sealer { stream, protector, datagrams: multiplex.grid.datagrams(), previous: None }
    }

    /// The numbering of the datagrams.
    pub fn stream(&self) -> MediaStream {
        self.stream
    }

    /// Writes the headers of superframe `k`'s datagrams and makes its repair packets.
    pub fn seal(&mut self, k: u64, datagrams: &mut [u8]) -> Result<RepairPackets, ProtectError> {
        let first = k * self.datagrams;
        let (whole, _) = datagrams.as_chunks_mut::<DATAGRAM_SIZE>();
        for (index, datagram) in (first..).zip(whole) {
            let header = datagram.first_chunk_mut::<HEADER_SIZE>();
            let header = header.expect("a datagram is longer than its header");
            self.stream.write_header(index, header);
        }
        let Some(protector) = self.protector else { return Ok(RepairPackets::default()) };
        let before = self.previous.take().filter(|(of, _)| of + 1 == k);
        let matrix = before.as_ref().map_or(&[][..], |(_, bytes)| bytes);
        let repairs = protector.superframe(first, matrix, datagrams)?;
        let last = datagrams.len() - protector.matrix.packets() * DATAGRAM_SIZE;
        self.previous = Some((k, datagrams[last..].to_vec()));
        Ok(repairs)
    }
}
