//! The stream of an asset: tables, clock references, and each access unit in packets of its own.

use crate::store::FileError;
use asset::{AccessUnit, FILE_TIME_OFFSET, Facts, Language, PAGE_PACKETS};
use es::{AudioFormat, Codec};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use ts::packet::{AdaptationFlags, pcr_packet, set_continuity, write_packet};
use ts::pes::PesHeader;
use ts::psi::{Pat, Pmt, PmtStream, StreamType};
use ts::section::packetise;
use ts::{PACKET_SIZE, Packet, Pid, Span, Ticks, Timestamp};

/// Bytes of a page.
const PAGE_BYTES: usize = PAGE_PACKETS as usize * PACKET_SIZE;
const PROGRAM: u16 = 1;
const MAP_PID: u16 = 0x0020;
const PCR_PID: u16 = 0x0100;
const FIRST_STREAM_PID: u16 = 0x0101;
/// PCR packets stand this far apart in decoding time.
const PCR_INTERVAL: Span = Span::from_ms(40);
/// How far the clock is behind the decoding times of the units around it.
const PCR_LEAD: Span = Span::from_ms(500);
/// Tables are repeated after this much decoding time.
const TABLE_INTERVAL: Span = Span::from_ms(500);

/// What a stream of the asset is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StreamHead {
    pub(super) facts: Facts,
    pub(super) language: Language,
}

/// A written stream file.
pub(super) struct Written {
    pub(super) packets: u32,
    pub(super) digest: [u8; 32],
    pub(super) page_crcs: Vec<u32>,
}

/// Writes the stream file of an asset, unit by unit in the order of decoding.
pub(super) struct StreamWriter {
    sink: PacketSink,
    streams: Vec<Outlet>,
    tables: [Vec<Packet>; 2],
    tables_due: Option<Span>,
    pcr_due: Option<Span>,
    pcr_pid: Pid,
    scratch: Vec<u8>,
}

struct Outlet {
    pid: Pid,
    stream_id: u8,
    is_video: bool,
    continuity: u8,
}

/// Why a unit cannot be written.
#[derive(Debug)]
pub(super) enum WriteError {
    File(FileError),
    /// The asset or the unit has more packets than an index can count.
    TooLarge,
}

impl StreamWriter {
    /// A writer into `file`, whose path is for errors only.
    pub(super) fn new(file: File, path: &Path, heads: &[StreamHead]) -> StreamWriter {
        let pid = |value| Pid::new(value).unwrap_or(Pid::NULL);
        let stream_pid = |i: usize| pid(FIRST_STREAM_PID + i as u16);
        let pat = Pat {
            transport_stream_id: PROGRAM,
            version: 0,
            programs: vec![(PROGRAM, pid(MAP_PID))],
        };
        let map = Pmt {
            program_number: PROGRAM,
            version: 0,
            pcr_pid: pid(PCR_PID),
            descriptors: Vec::new(),
            streams: heads.iter().enumerate().map(|(i, h)| map_entry(stream_pid(i), h)).collect(),
        };
        let table = |pid, section: Result<Vec<u8>, _>| {
            let mut packets = Vec::new();
            // An asset has at most 32 streams of some 20 bytes each: its map always fits.
            let section = section.unwrap_or_default();
            packetise(pid, 0, &[&section], &mut packets);
            packets
        };
        let outlets = heads.iter().enumerate().map(|(i, head)| Outlet {
            pid: stream_pid(i),
            stream_id: stream_id(head, i),
            is_video: head.facts.is_video(),
            continuity: 0,
        });
        StreamWriter {
            sink: PacketSink::new(file, path),
            streams: outlets.collect(),
            tables: [table(Pid::PAT, pat.to_section()), table(pid(MAP_PID), map.to_section())],
            tables_due: None,
            pcr_due: None,
            pcr_pid: pid(PCR_PID),
            scratch: Vec::new(),
        }
    }

    /// Writes the next unit of a stream. Units come in the order of their DTS, streams mixed; times
    /// count from asset zero.
    pub(super) fn write(
        &mut self,
        stream: usize,
        bytes: &[u8],
        pts: Span,
        dts: Span,
        random_access: bool,
    ) -> Result<AccessUnit, WriteError> {
        self.write_clock(dts)?;
        let entry = random_access && self.streams[stream].is_video;
        if entry || self.tables_due.is_none_or(|due| due <= dts) {
            self.write_tables()?;
            self.tables_due = Some(dts + TABLE_INTERVAL);
        }
        let outlet = &mut self.streams[stream];
        let header = PesHeader {
            stream_id: outlet.stream_id,
            pts: Some(file_stamp(pts)),
            // Pictures always have room for a decoding time: on air it may differ from the
            // presentation time where it does not in the asset.
            dts: outlet.is_video.then(|| file_stamp(dts)),
            data_alignment: true,
            payload_len: Some(bytes.len()),
        };
        self.scratch.clear();
        header.write(&mut self.scratch);
        self.scratch.extend_from_slice(bytes);
        let first_packet = self.sink.packets;
        let mut rest = self.scratch.as_slice();
        let mut flags = AdaptationFlags { random_access: entry, pcr: None };
        let mut start = true;
        while !rest.is_empty() {
            let mut packet = [0; PACKET_SIZE];
            let taken =
                write_packet(&mut packet, outlet.pid, outlet.continuity, start, flags, rest);
            outlet.continuity = (outlet.continuity + 1) & 0x0f;
            self.sink.write(&packet)?;
            rest = &rest[taken..];
            flags.random_access = false;
            start = false;
        }
        let packets = u16::try_from(self.sink.packets - first_packet);
        Ok(AccessUnit {
            first_packet,
            packets: packets.map_err(|_| WriteError::TooLarge)?,
            bytes: bytes.len() as u32,
            pts,
            dts,
            random_access,
        })
    }

    /// Completes the file and makes it durable.
    pub(super) fn finish(self) -> Result<Written, WriteError> {
        self.sink.finish()
    }

    /// Clock references up to a decoding time, at even distances.
    fn write_clock(&mut self, dts: Span) -> Result<(), WriteError> {
        let mut due = self.pcr_due.unwrap_or(dts);
        while due <= dts {
            let pcr = file_time(due - PCR_LEAD).pcr();
            self.sink.write(&pcr_packet(self.pcr_pid, 0, pcr))?;
            due += PCR_INTERVAL;
        }
        self.pcr_due = Some(due);
        Ok(())
    }

    fn write_tables(&mut self) -> Result<(), WriteError> {
        for table in &mut self.tables {
            for packet in table.iter() {
                self.sink.write(packet)?;
            }
            let count = table.len() as u8;
            for packet in table.iter_mut() {
                let continuity = packet[3] & 0x0f;
                set_continuity(packet, continuity + count);
            }
        }
        Ok(())
    }
}

fn file_time(time: Span) -> Ticks {
    Ticks(0).saturating_add(time + FILE_TIME_OFFSET)
}

fn file_stamp(time: Span) -> Timestamp {
    file_time(time).timestamp()
}

fn map_entry(pid: Pid, head: &StreamHead) -> PmtStream {
    let mut descriptors = Vec::new();
    let stream_type = match &head.facts {
        Facts::Video(facts) => facts.codec().stream_type(),
        Facts::Audio(facts) => {
            let [a, b, c] = head.language.code();
            descriptors.extend_from_slice(&[0x0a, 4, a, b, c, 0]);
            // AC-3_descriptor and enhanced_AC-3_descriptor (EN 300 468 annex D) without options.
            match facts.format {
                AudioFormat::Ac3 { .. } => descriptors.extend_from_slice(&[0x6a, 1, 0]),
                AudioFormat::Eac3 { .. } => descriptors.extend_from_slice(&[0x7a, 1, 0]),
                _ => {}
            }
            facts.stream_type()
        }
        Facts::Subtitles(facts) => {
            let body = facts.to_descriptor();
            descriptors.extend_from_slice(&[0x59, body.len() as u8]);
            descriptors.extend_from_slice(&body);
            facts.codec().stream_type()
        }
    };
    PmtStream { stream_type: StreamType(stream_type), pid, descriptors }
}

/// The stream_id by kind (ISO/IEC 13818-1 table 2-22); AC-3 and subtitles are private_stream_1 in
/// DVB.
fn stream_id(head: &StreamHead, number: usize) -> u8 {
    match head.facts.codec() {
        codec if codec.is_video() => 0xe0,
        Codec::Ac3 | Codec::Eac3 | Codec::DvbSubtitles => 0xbd,
        _ => 0xc0 | (number as u8 & 0x1f),
    }
}

/// Counts, hashes and writes packets, a page at a time.
struct PacketSink {
    file: File,
    path: PathBuf,
    packets: u32,
    page: Vec<u8>,
    digest: blake3::Hasher,
    page_crcs: Vec<u32>,
}

impl PacketSink {
    fn new(file: File, path: &Path) -> PacketSink {
        PacketSink {
            file,
            path: path.to_owned(),
            packets: 0,
            page: Vec::with_capacity(PAGE_BYTES),
            digest: blake3::Hasher::new(),
            page_crcs: Vec::new(),
        }
    }

    fn write(&mut self, packet: &Packet) -> Result<(), WriteError> {
        self.packets = self.packets.checked_add(1).ok_or(WriteError::TooLarge)?;
        self.page.extend_from_slice(packet);
        if self.page.len() == PAGE_BYTES { self.end_page() } else { Ok(()) }
    }

    fn end_page(&mut self) -> Result<(), WriteError> {
        self.digest.update(&self.page);
        self.page_crcs.push(crc32fast::hash(&self.page));
        let written = self.file.write_all(&self.page);
        self.page.clear();
        written.map_err(|error| self.error(error))
    }

    fn finish(mut self) -> Result<Written, WriteError> {
        if !self.page.is_empty() {
            self.end_page()?;
        }
        self.file.sync_all().map_err(|error| self.error(error))?;
        Ok(Written {
            packets: self.packets,
            digest: *self.digest.finalize().as_bytes(),
            page_crcs: self.page_crcs,
        })
    }

    fn error(&self, error: std::io::Error) -> WriteError {
        WriteError::File(FileError::new(&self.path, error))
    }
}
