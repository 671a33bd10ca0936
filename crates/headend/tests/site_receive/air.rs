//! What a headend sends, in memory.

use datacast::{BundleFile, BundleName, Carousel, CarouselOptions, Manifest, RelativePath, pack};
use rtp::pcap::{Flow, file_header, write_record};
use rtp::{DATAGRAM_SIZE, Direction, MediaStream, Protector};
use si::descriptor::{Descriptor, Service};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use ts::psi::{Pat, Pmt, PmtStream, StreamType};
use ts::section::{LongHeader, packetise_exact, write_section};
use ts::{NULL_PACKET, PACKET_SIZE, Packet, Pid, Rate, SlotGrid};

pub const CAROUSEL: u16 = 0x300;
const PMT_PID: u16 = 0x20;
const BLOCK_SIZE: u16 = 1000;
const MODULE_SIZE: u32 = 9000;

/// Bytes that look like nothing and are always the same.
pub fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..size).map(next).collect()
}

/// A bundle that is on air.
pub struct Bundle {
    pub id: String,
    pub files: BTreeMap<String, Vec<u8>>,
    manifest: Manifest,
    blob: Vec<u8>,
    carousel: Carousel,
}

impl Bundle {
    pub fn new(id: &str, files: &[(&str, Vec<u8>)]) -> Bundle {
        let file = |(path, bytes): &(&str, Vec<u8>)| BundleFile {
            path: RelativePath::new(path).unwrap(),
            bytes: bytes.clone(),
        };
        let name = BundleName::new(id, "A week of lessons").unwrap();
        let (manifest, blob) = pack(name, files.iter().map(file).collect(), MODULE_SIZE).unwrap();
        let options = CarouselOptions { block_size: BLOCK_SIZE, revision: 0 };
        let carousel = Carousel::new(&manifest, options).unwrap();
        let files = files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.clone())).collect();
        Bundle { id: id.to_owned(), files, manifest, blob, carousel }
    }

    /// A bundle like those of a week of lessons, some 60 kB.
    pub fn week(id: &str, seed: u64) -> Bundle {
        let files = [
            ("slides/unit 1.pdf", noise(30_000, seed)),
            ("slides/第二课.pdf", noise(20_001, seed + 1)),
            ("exercises.txt", noise(999, seed + 2)),
            ("empty", Vec::new()),
        ];
        Bundle::new(id, &files)
    }

    /// One cycle: control messages, then all blocks.
    pub fn cycle(&self) -> Vec<Vec<u8>> {
        let control = self.carousel.control_sections().iter().cloned();
        let blocks = (0..self.carousel.blocks()).map(|block| {
            let range = self.carousel.block_range(block).unwrap();
            let mut section = Vec::new();
            let payload = &self.blob[range.start as usize..range.end as usize];
            self.carousel.write_ddb(block, payload, &mut section).unwrap();
            section
        });
        control.chain(blocks).collect()
    }

    /// The blocks of the manifest come first in a cycle.
    pub fn manifest_blocks(&self) -> u64 {
        (self.manifest.bytes().len() as u64).div_ceil(BLOCK_SIZE.into())
    }
}

/// Makes packets with continuous counters.
#[derive(Default)]
pub struct Air {
    counters: BTreeMap<u16, u8>,
    pub packets: Vec<Packet>,
}

impl Air {
    /// The tables of a service with these carousels, then cycles of a bundle on the first.
    pub fn of(bundle: &Bundle, cycles: usize) -> Air {
        let mut air = Air::default();
        for _ in 0..cycles {
            air.tables(&[CAROUSEL]);
            air.sections(CAROUSEL, &bundle.cycle());
        }
        air
    }

    pub fn sections(&mut self, at: u16, sections: &[Vec<u8>]) {
        let counter = self.counters.entry(at).or_default();
        for section in sections {
            // One packet more than is needed, so that all are stuffed.
            let packets = (section.len() + 1).div_ceil(184) + 1;
            let before = self.packets.len();
            let pid = Pid::new(at).unwrap();
            packetise_exact(pid, *counter, section, packets, &mut self.packets);
            *counter = counter.wrapping_add((self.packets.len() - before) as u8);
        }
    }

    pub fn tables(&mut self, carousels: &[u16]) {
        let pid = |value| Pid::new(value).unwrap();
        let programs = vec![(1, pid(PMT_PID))];
        let pat = Pat { transport_stream_id: 1, version: 0, programs };
        let stream = |at: &u16| PmtStream {
            stream_type: StreamType::DSMCC_UN,
            pid: pid(*at),
            descriptors: vec![0x52, 1, 1, 0x66, 2, 0, 6],
        };
        let pmt = Pmt {
            program_number: 1,
            version: 0,
            pcr_pid: Pid::NULL,
            descriptors: vec![],
            streams: carousels.iter().map(stream).collect(),
        };
        self.sections(0, &[pat.to_section().unwrap()]);
        self.sections(PMT_PID, &[pmt.to_section().unwrap()]);
        self.sections(0x11, &[sdt("Lessons")]);
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.packets.concat()
    }

    /// The multiplex as datagrams: a matrix of null packets, from which a receiver learns that
    /// there are FEC flows, then all packets, and null packets up to the end of their last matrix.
    pub fn datagrams(&self) -> Datagrams {
        let ahead = vec![NULL_PACKET; Datagrams::MATRIX * 7];
        Datagrams::new(&[ahead, self.packets.clone()].concat())
    }
}

/// An SDT that calls service 1 so.
fn sdt(name: &str) -> Vec<u8> {
    let length = 5 + name.len() as u8;
    let mut body = vec![0, 1, 0xff, 0, 1, 0xfc, 0x80, length];
    body.extend_from_slice(&[Service::TAG, length - 2, 0x0c, 0, name.len() as u8]);
    body.extend_from_slice(name.as_bytes());
    let header = LongHeader {
        table_id: 0x42,
        private: true,
        extension: 1,
        version: 0,
        current: true,
        number: 0,
        last_number: 0,
    };
    write_section(&header, &body).unwrap()
}

/// Where a datagram is sent to, as an offset to the media port, and what it is.
pub type Sent = (u16, Vec<u8>);

/// RTP datagrams with their FEC packets.
pub struct Datagrams {
    media: Vec<[u8; DATAGRAM_SIZE]>,
    protector: Protector,
}

impl Datagrams {
    const MATRIX: usize = 100;

    fn new(packets: &[Packet]) -> Datagrams {
        let grid = SlotGrid::new(Rate::new(8_446_000, 1).unwrap());
        let stream = MediaStream { grid, ssrc: 0x4845_4144 };
        let count = packets.len().div_ceil(7).next_multiple_of(Datagrams::MATRIX);
        let datagram = |index: usize| {
            let mut out = [0; DATAGRAM_SIZE];
            let (header, payload) = out.split_first_chunk_mut().unwrap();
            stream.write_header(index as u64, header);
            for (n, place) in payload.chunks_mut(PACKET_SIZE).enumerate() {
                place.copy_from_slice(packets.get(index * 7 + n).unwrap_or(&NULL_PACKET));
            }
            out
        };
        let matrix = fec::Matrix::new(10, 10, true).unwrap();
        let media = (0..count).map(datagram).collect();
        Datagrams { media, protector: Protector { stream, matrix } }
    }

    /// All datagrams in order, those of each matrix before its FEC packets, without the media
    /// datagrams that are lost.
    pub fn sent(&self, is_lost: impl Fn(usize) -> bool) -> Vec<Sent> {
        let mut sent = Vec::new();
        for (matrix, datagrams) in self.media.chunks(Datagrams::MATRIX).enumerate() {
            let first = matrix * Datagrams::MATRIX;
            let kept = (first..).zip(datagrams).filter(|(index, _)| !is_lost(*index));
            sent.extend(kept.map(|(_, datagram)| (0, datagram.to_vec())));
            let repairs = self.protector.protect(first as u64, &datagrams.concat()).unwrap();
            sent.extend(repairs.iter().map(|repair| {
                let offset = if repair.direction == Direction::Column { 2 } else { 4 };
                (offset, repair.bytes.to_vec())
            }));
        }
        sent
    }

    /// Only the media datagrams, as plain UDP.
    pub fn udp(&self) -> Vec<Sent> {
        self.media.iter().map(|datagram| (0, datagram[12..].to_vec())).collect()
    }
}

/// A capture of flows, each with the address of its media.
pub fn capture(flows: &[(&str, Vec<Sent>)]) -> Vec<u8> {
    let mut out = file_header().to_vec();
    let source: SocketAddr = "10.0.0.1:5000".parse().unwrap();
    let longest = flows.iter().map(|(_, sent)| sent.len()).max().unwrap_or(0);
    for at in 0..longest {
        for (address, sent) in flows {
            if let Some((offset, payload)) = sent.get(at) {
                let flow = Flow::new(source, address.parse().unwrap(), 16, 0).unwrap();
                let flow = flow.with_port_offset(*offset).unwrap();
                write_record(&mut out, at as u64 * 1_000_000, &flow, payload);
            }
        }
    }
    out
}
