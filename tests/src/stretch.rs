//! A stretch of transport stream in memory, and what its programme tables say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use ts::psi::{Pat, Pmt, PmtStream, StreamType};
use ts::section::{SectionAssembler, SectionView};
use ts::{PACKET_SIZE, Packet, PacketView, Pid};

/// An elementary stream, as the last PMT describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// The service that it belongs to.
    pub service_id: u16,
    /// How it is coded.
    pub stream_type: StreamType,
}

impl Stream {
    /// Whether it is video.
    pub fn is_video(&self) -> bool {
        matches!(
            self.stream_type,
            StreamType::MPEG1_VIDEO | StreamType::MPEG2_VIDEO | StreamType::H264 | StreamType::HEVC
        )
    }

    /// Whether it travels in sections and not in PES packets.
    pub fn is_sections(&self) -> bool {
        let StreamType(number) = self.stream_type;
        number == StreamType::PRIVATE_SECTIONS.0 || (0x0a..=0x0d).contains(&number)
    }
}

/// The packets of a file.
///
/// # Panics
/// When the file cannot be read or its size is no multiple of 188.
pub fn read(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(bytes.len().is_multiple_of(PACKET_SIZE), "{}: whole packets", path.display());
    bytes
}

/// The packets of a stretch.
pub fn packets(bytes: &[u8]) -> impl DoubleEndedIterator<Item = &Packet> + ExactSizeIterator {
    bytes.as_chunks::<PACKET_SIZE>().0.iter()
}

/// The services of a stretch by the PID of their PMT.
///
/// # Panics
/// When a PAT cannot be read.
pub fn pmt_pids(bytes: &[u8]) -> BTreeMap<Pid, u16> {
    let mut pids = BTreeMap::new();
    sections(bytes, Pid::PAT, |section| {
        let pat = Pat::parse(section).expect("the PAT can be read");
        for (number, pid) in pat.programs.iter().filter(|(number, _)| *number != 0) {
            pids.insert(*pid, *number);
        }
    });
    pids
}

/// The elementary streams of a stretch by PID.
///
/// # Panics
/// When a PAT or PMT cannot be read.
pub fn streams(bytes: &[u8]) -> BTreeMap<Pid, Stream> {
    let mut streams = BTreeMap::new();
    pmts(bytes, |pmt| {
        let service_id = pmt.program_number;
        for PmtStream { pid, stream_type, .. } in pmt.streams {
            streams.insert(pid, Stream { service_id, stream_type });
        }
    });
    streams
}

/// The PIDs whose clock references a service goes by.
pub fn clock_pids(bytes: &[u8], service_id: u16) -> BTreeSet<Pid> {
    let mut pids = BTreeSet::new();
    pmts(bytes, |pmt| {
        if pmt.program_number == service_id {
            pids.insert(pmt.pcr_pid);
        }
    });
    pids
}

fn pmts(bytes: &[u8], mut take: impl FnMut(Pmt)) {
    for pid in pmt_pids(bytes).into_keys() {
        sections(bytes, pid, |section| take(Pmt::parse(section).expect("the PMT can be read")));
    }
}

/// Calls `take` with each whole section of the long form on a PID whose CRC is right.
pub fn sections(bytes: &[u8], pid: Pid, mut take: impl FnMut(&SectionView<'_>)) {
    any_sections(bytes, pid, |section| {
        if let Ok(view) = SectionView::parse(section) {
            take(&view);
        }
    });
}

/// Calls `take` with each whole section on a PID, of either form, its CRC unchecked.
pub fn any_sections(bytes: &[u8], pid: Pid, mut take: impl FnMut(&[u8])) {
    let mut assembler = SectionAssembler::default();
    for packet in packets(bytes).map(PacketView::new).filter(|packet| packet.pid() == pid) {
        assembler.push(packet, &mut take);
    }
}
