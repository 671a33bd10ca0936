//! Taking the shipped clips apart and putting them together again in other ways.
#![allow(dead_code, reason = "each test program uses its own part of this")]

use library::{AssetId, IngestError, IngestOptions, IngestReport, Library, ingest};
use std::path::{Path, PathBuf};
use ts::packet::{AdaptationFlags, set_continuity, write_packet};
use ts::pes::PesHeader;
use ts::{Packet, PacketView, Pid};

/// The PIDs that ffmpeg gives to video and to the first audio stream.
pub const VIDEO: Pid = pid(0x100);
pub const AUDIO: Pid = pid(0x101);
pub const MAP: Pid = pid(0x1000);

pub const fn pid(value: u16) -> Pid {
    match Pid::new(value) {
        Some(pid) => pid,
        None => panic!("a PID has 13 bits"),
    }
}

/// A folder with a library in it, and room for sources.
pub struct Bench {
    pub folder: tempfile::TempDir,
    pub library: Library,
}

impl Bench {
    pub fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let library = Library::open(&folder.path().join("library")).unwrap();
        Bench { folder, library }
    }

    pub fn source(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Ingests a file with these bytes under the id `lesson`. ffmpeg is never called.
    pub fn ingest(&self, bytes: &[u8]) -> Result<IngestReport, IngestError> {
        let path = self.source("source", bytes);
        ingest(&[path], &id("lesson"), &self.library, &without_ffmpeg(), &mut |_| {})
    }

    /// The files of the library's folder, hidden ones too, but for the catalogue.
    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.library.folder())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with("catalogue.sqlite"))
            .collect();
        names.sort();
        names
    }
}

pub fn without_ffmpeg() -> IngestOptions {
    IngestOptions { ffmpeg: "/nowhere/ffmpeg".into(), replace: true, ..Default::default() }
}

pub fn id(text: &str) -> AssetId {
    text.parse().unwrap()
}

/// The path of a shipped clip.
pub fn clip_path(name: &str) -> PathBuf {
    let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schedules/demo/media");
    media.join(name).with_extension("ts")
}

/// The packets of a shipped clip.
pub fn clip(name: &str) -> Vec<Packet> {
    let bytes = std::fs::read(clip_path(name)).unwrap();
    bytes.as_chunks::<188>().0.to_vec()
}

pub fn view(packet: &Packet) -> PacketView<'_> {
    PacketView::new(packet)
}

/// The PES packets of one PID.
pub fn pes_packets(packets: &[Packet], pid: Pid) -> Vec<(PesHeader, Vec<u8>)> {
    let mut pes: Vec<Vec<u8>> = Vec::new();
    for packet in packets.iter().map(view).filter(|p| p.pid() == pid) {
        if packet.unit_start() {
            pes.push(Vec::new());
        }
        if let Some(last) = pes.last_mut() {
            last.extend_from_slice(packet.payload());
        }
    }
    let split = |bytes: Vec<u8>| {
        let (header, size) = PesHeader::parse(&bytes).unwrap();
        (header, bytes[size..].to_vec())
    };
    pes.into_iter().map(split).collect()
}

/// The clip with the PES packets of one PID changed: each is replaced at the place where it began,
/// or left out.
pub fn with_pes(
    packets: &[Packet],
    pid: Pid,
    mut change: impl FnMut(usize, PesHeader, Vec<u8>) -> Option<(PesHeader, Vec<u8>)>,
) -> Vec<Packet> {
    let mut changed = pes_packets(packets, pid).into_iter().enumerate();
    let mut out = Vec::new();
    let mut continuity = 0u8;
    for packet in packets {
        if view(packet).pid() != pid {
            out.push(*packet);
        } else if view(packet).unit_start()
            && let Some((number, (header, payload))) = changed.next()
            && let Some((header, payload)) = change(number, header, payload)
        {
            let header =
                PesHeader { payload_len: header.payload_len.map(|_| payload.len()), ..header };
            let mut bytes = Vec::new();
            header.write(&mut bytes);
            bytes.extend_from_slice(&payload);
            packetise(pid, &bytes, &mut continuity, &mut out);
        }
    }
    out
}

fn packetise(pid: Pid, mut bytes: &[u8], continuity: &mut u8, out: &mut Vec<Packet>) {
    let mut start = true;
    while !bytes.is_empty() {
        let mut packet = [0; 188];
        let flags = AdaptationFlags::default();
        let taken = write_packet(&mut packet, pid, *continuity, start, flags, bytes);
        set_continuity(&mut packet, *continuity);
        *continuity = (*continuity + 1) & 0x0f;
        bytes = &bytes[taken..];
        start = false;
        out.push(packet);
    }
}

/// The number of the packet in which the n-th PES packet of a PID begins.
pub fn start_of(packets: &[Packet], pid: Pid, number: usize) -> usize {
    let starts =
        packets.iter().enumerate().filter(|(_, p)| view(p).pid() == pid && view(p).unit_start());
    starts.map(|(at, _)| at).nth(number).unwrap()
}
