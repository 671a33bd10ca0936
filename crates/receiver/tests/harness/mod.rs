//! A headend and a site's shell, both in memory.
#![allow(dead_code)]

use datacast::{
    BundleFile, BundleName, Carousel, CarouselOptions, Digest, Manifest, RelativePath, Symbol, pack,
};
use fec::raptorq::{Decoder, encode, prepare};
use receiver::{DecodeJob, Event, FileJob, Limits, Site, Source, SpoolId, SymbolSource};
use std::collections::BTreeMap;
use ts::psi::{Pat, Pmt, PmtStream, StreamType};
use ts::section::packetise;
use ts::{PACKET_SIZE, Packet, Pid};

pub const PMT_PID: u16 = 0x20;

pub fn pid(value: u16) -> Pid {
    Pid::new(value).unwrap()
}

/// A bundle that is on air.
pub struct Sent {
    pub manifest: Manifest,
    pub blob: Vec<u8>,
    pub carousel: Carousel,
}

impl Sent {
    pub fn new(id: &str, files: &[(&str, Vec<u8>)], module_size: u32, block_size: u16) -> Sent {
        let file = |(path, bytes): &(&str, Vec<u8>)| BundleFile {
            path: RelativePath::new(path).unwrap(),
            bytes: bytes.clone(),
        };
        let name = BundleName::new(id, "title").unwrap();
        let (manifest, blob) = pack(name, files.iter().map(file).collect(), module_size).unwrap();
        let options = CarouselOptions { block_size, revision: 0 };
        let carousel = Carousel::new(&manifest, options).unwrap();
        Sent { manifest, blob, carousel }
    }

    /// The same bundle as a fountain with source blocks of so many bytes.
    pub fn into_fountain(mut self, source_block_size: u32) -> Sent {
        let options = CarouselOptions { block_size: self.carousel.block_size(), revision: 0 };
        let with = Carousel::with_fountain(&self.manifest, options, source_block_size);
        self.carousel = with.unwrap();
        self
    }

    /// The intermediate symbols of all source blocks.
    pub fn prepared(&self) -> Vec<Vec<u8>> {
        let fountain = self.carousel.fountain().unwrap();
        let size = usize::from(fountain.symbol_size());
        let prepared = (0..fountain.source_blocks()).map(|number| {
            let block = fountain.source_block(number).unwrap();
            let mut source = vec![0; block.shape.size()];
            for (number, symbol) in (block.first_block..).zip(source.chunks_exact_mut(size)) {
                let range = self.carousel.block_range(number).unwrap();
                let bytes = &self.blob[range.start as usize..range.end as usize];
                symbol[..bytes.len()].copy_from_slice(bytes);
            }
            prepare(block.shape, &source)
        });
        prepared.collect()
    }

    /// The section of a symbol, with the bytes of a repair symbol turned over by `forge`.
    pub fn symbol(&self, prepared: &[Vec<u8>], symbol: Symbol, forge: u8) -> Vec<u8> {
        match symbol {
            Symbol::Source { block } => self.block(block),
            Symbol::Repair(repair) => {
                let fountain = self.carousel.fountain().unwrap();
                let shape = fountain.source_block(repair.source_block).unwrap().shape;
                let mut data = vec![0; usize::from(fountain.symbol_size())];
                let intermediate = &prepared[usize::from(repair.source_block)];
                encode(shape, intermediate, repair.id, &mut data);
                data[0] ^= forge;
                let mut section = Vec::new();
                fountain.write_repair(repair, &data, &mut section);
                section
            }
        }
    }

    pub fn control(&self) -> Vec<Vec<u8>> {
        self.carousel.control_sections().to_vec()
    }

    pub fn block(&self, block: u64) -> Vec<u8> {
        let range = self.carousel.block_range(block).unwrap();
        let payload = &self.blob[range.start as usize..range.end as usize];
        let mut section = Vec::new();
        self.carousel.write_ddb(block, payload, &mut section).unwrap();
        section
    }

    /// One whole cycle: control messages, then all blocks.
    pub fn cycle(&self) -> Vec<Vec<u8>> {
        let blocks = (0..self.carousel.blocks()).map(|block| self.block(block));
        self.control().into_iter().chain(blocks).collect()
    }

    /// The files as they are to arrive.
    pub fn expected(&self) -> BTreeMap<String, Vec<u8>> {
        let data = &self.blob[self.manifest.bytes().len()..];
        let id = self.manifest.name().id();
        let file = |file: &datacast::PlannedFile| {
            let bytes = data[file.start as usize..(file.start + file.size) as usize].to_vec();
            (format!("{id}/{}", file.path), bytes)
        };
        self.manifest.layout().files().iter().map(file).collect()
    }
}

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

/// Makes packets with continuous counters.
#[derive(Default)]
pub struct Mux {
    counters: BTreeMap<Pid, u8>,
}

impl Mux {
    pub fn packets(&mut self, at: u16, sections: &[Vec<u8>]) -> Vec<Packet> {
        let counter = self.counters.entry(pid(at)).or_default();
        let slices: Vec<&[u8]> = sections.iter().map(Vec::as_slice).collect();
        let mut out = Vec::new();
        packetise(pid(at), *counter, &slices, &mut out);
        *counter = counter.wrapping_add(out.len() as u8);
        out
    }

    /// PAT and PMT of one service with these carousels.
    pub fn tables(&mut self, carousels: &[u16]) -> Vec<Packet> {
        let programs = vec![(1, pid(PMT_PID))];
        let pat = Pat { transport_stream_id: 1, version: 0, programs };
        let streams = carousels.iter().map(|at| PmtStream {
            stream_type: StreamType::DSMCC_UN,
            pid: pid(*at),
            descriptors: vec![0x52, 1, 1, 0x66, 2, 0, 6],
        });
        let pmt = Pmt {
            program_number: 1,
            version: 0,
            pcr_pid: Pid::NULL,
            descriptors: vec![],
            streams: streams.collect(),
        };
        let mut out = self.packets(0, &[pat.to_section().unwrap()]);
        out.extend(self.packets(PMT_PID, &[pmt.to_section().unwrap()]));
        out
    }

    /// An SDT that calls the service of [`Mux::tables`] by this name.
    pub fn sdt(&mut self, name: &str) -> Vec<Packet> {
        let mut body = vec![0, 1, 0xff, 0, 1, 0xfc];
        let length = 5 + name.len() as u8;
        body.extend_from_slice(&[0x80, length, 0x48, length - 2, 0x0c, 0, name.len() as u8]);
        body.extend_from_slice(name.as_bytes());
        let header = ts::section::LongHeader {
            table_id: 0x42,
            private: true,
            extension: 1,
            version: 0,
            current: true,
            number: 0,
            last_number: 0,
        };
        self.packets(0x11, &[ts::section::write_section(&header, &body).unwrap()])
    }
}

/// What a site's program does with files, done in memory.
pub struct Shell {
    pub site: Site,
    pub spools: BTreeMap<SpoolId, Vec<u8>>,
    pub files: BTreeMap<String, Vec<u8>>,
    pub log: Vec<Event>,
    pub stored_bytes: u64,
    /// Sections that are to outlive the site.
    pub kept: Vec<(Pid, Vec<u8>)>,
    /// Paths of jobs that this shell fails once each.
    pub fail_once: Vec<String>,
}

impl Shell {
    pub fn new(limits: Limits) -> Shell {
        let (spools, files) = (BTreeMap::new(), BTreeMap::new());
        let (log, fail_once) = (Vec::new(), Vec::new());
        let (site, kept, stored_bytes) = (Site::new(limits), Vec::new(), 0);
        Shell { site, spools, files, log, stored_bytes, kept, fail_once }
    }

    pub fn push(&mut self, packets: &[Packet]) {
        for group in packets.chunks(7) {
            self.site.push_media(&group.concat());
            self.drain();
        }
    }

    pub fn drain(&mut self) {
        while let Some(event) = self.site.poll() {
            match event {
                Event::Store { spool, offset, bytes } => self.store(spool, offset as usize, &bytes),
                Event::Discard { spool } => {
                    assert!(self.spools.remove(&spool).is_some(), "{spool:?} was never stored");
                }
                Event::Keep { pid, section } => self.kept.push((pid, section)),
                Event::FileReady(job) => self.make(&job),
                Event::Decode(job) => self.decode(&job),
                other => self.log.push(other),
            }
        }
    }

    fn store(&mut self, spool: SpoolId, offset: usize, bytes: &[u8]) {
        self.stored_bytes += bytes.len() as u64;
        let spool = self.spools.entry(spool).or_default();
        spool.resize(spool.len().max(offset + bytes.len()), 0);
        spool[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    fn decode(&mut self, job: &DecodeJob) {
        let size = usize::from(job.block.shape.symbol_size());
        let bytes = |source: &SymbolSource| {
            let mut bytes = match source {
                SymbolSource::Bytes(bytes) => bytes.clone(),
                SymbolSource::Spool(p) => {
                    self.spools[&p.spool][p.offset as usize..][..p.length as usize].to_vec()
                }
            };
            bytes.resize(size, 0);
            bytes
        };
        let symbols: Vec<_> = job.symbols.iter().map(|(id, s)| (*id, bytes(s))).collect();
        let decoded = Decoder::new(job.block.shape).decode(symbols);
        for (id, bytes) in (0..).zip(decoded.iter().flat_map(|bytes| bytes.chunks(size))) {
            if job.symbols.iter().all(|(there, _)| *there != id) {
                let block = job.block.first_block + u64::from(id);
                self.site.decoded_block(job.version, block, bytes);
            }
        }
        self.site.decode_result(job.version, job.block.number, decoded.is_some());
    }

    fn make(&mut self, job: &FileJob) {
        let content: Vec<u8> = match &job.source {
            Source::Spools(pieces) => {
                let piece = |p: &receiver::SpoolPiece| {
                    let begin = p.offset as usize;
                    self.spools[&p.spool][begin..begin + p.length as usize].to_vec()
                };
                pieces.iter().flat_map(piece).collect()
            }
            Source::File { bundle, path } => {
                self.files.get(&format!("{bundle}/{path}")).cloned().unwrap_or_default()
            }
        };
        let name = format!("{}/{}", job.bundle, job.path);
        let fails = self.fail_once.iter().position(|path| *path == name);
        let sound = Digest::of(&content) == job.digest && fails.is_none();
        fails.map(|at| self.fail_once.remove(at));
        if sound {
            assert_eq!(content.len() as u64, job.size);
            self.files.insert(name, content);
        }
        self.site.file_result(job.version, job.file, sound);
    }

    pub fn is_complete(&self, id: &str) -> bool {
        let done =
            |event: &Event| matches!(event, Event::BundleComplete { bundle, .. } if bundle == id);
        self.log.iter().any(done)
    }
}

pub fn bytes_of(packets: &[Packet]) -> Vec<u8> {
    let mut out = Vec::with_capacity(packets.len() * PACKET_SIZE);
    packets.iter().for_each(|packet| out.extend_from_slice(packet));
    out
}

/// Compares files without printing their bytes.
#[track_caller]
pub fn assert_same(files: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(files), names(expected));
    for (name, bytes) in expected {
        assert!(files[name] == *bytes, "{name} differs");
    }
}
