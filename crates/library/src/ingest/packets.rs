//! The packets of a file: plain, with a time code before each (192 bytes) or parity behind (204).

use super::error::{IngestError, Place, SourceFault};
use crate::store::FileError;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use ts::packet::SYNC_BYTE;
use ts::{PACKET_SIZE, Packet};

/// Bytes that are looked at to find the sync bytes.
const PROBE_BYTES: usize = 1 << 16;
/// Sync bytes in a row by which a stream is known that does not begin with a packet.
const SYNC_RUN: usize = 5;

/// The packets of a file, in order.
pub(super) struct PacketFile {
    path: PathBuf,
    file: BufReader<File>,
    layout: Layout,
    bytes_total: u64,
    packets_read: u64,
}

/// How packets lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    first: usize,
    stride: usize,
}

impl PacketFile {
    pub(super) fn open(path: &Path) -> Result<PacketFile, IngestError> {
        let wrap = |error| FileError::new(path, error);
        let mut file = File::open(path).map_err(wrap)?;
        let bytes_total = file.metadata().map_err(wrap)?.len();
        let mut probe = Vec::new();
        file.by_ref().take(PROBE_BYTES as u64).read_to_end(&mut probe).map_err(wrap)?;
        let fault =
            if probe.is_empty() { SourceFault::Empty } else { SourceFault::NotTransportStream };
        let Some(layout) = find_layout(&probe) else {
            return Err(IngestError::Source { path: path.to_owned(), fault });
        };
        let mut packets = PacketFile {
            path: path.to_owned(),
            file: BufReader::with_capacity(1 << 18, file),
            layout,
            bytes_total,
            packets_read: 0,
        };
        packets.rewind()?;
        Ok(packets)
    }

    /// Begins again with the first packet.
    pub(super) fn rewind(&mut self) -> Result<(), IngestError> {
        self.packets_read = 0;
        self.file
            .seek(SeekFrom::Start(self.layout.first as u64))
            .map(drop)
            .map_err(|error| FileError::new(&self.path, error).into())
    }

    /// The next packet and its number; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Packet)>, IngestError> {
        let mut packet = [0; PACKET_SIZE];
        let mut filled = 0;
        while filled < PACKET_SIZE {
            match self.file.read(&mut packet[filled..]) {
                // A part of a packet at the end is what is left of a cut file.
                Ok(0) => return Ok(None),
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(FileError::new(&self.path, error).into()),
            }
        }
        let number = self.packets_read;
        if packet[0] != SYNC_BYTE {
            let place = Place { packet: number, time: None };
            let fault = SourceFault::SyncLost { place };
            return Err(IngestError::Source { path: self.path.clone(), fault });
        }
        self.packets_read += 1;
        let gap = (self.layout.stride - PACKET_SIZE) as i64;
        if gap > 0 {
            let skip = self.file.seek_relative(gap);
            skip.map_err(|error| FileError::new(&self.path, error))?;
        }
        Ok(Some((number, packet)))
    }

    /// Bytes of the file up to the packet that was read last.
    pub(super) const fn bytes_done(&self) -> u64 {
        self.packets_read * self.layout.stride as u64
    }

    /// Bytes of the file.
    pub(super) const fn bytes_total(&self) -> u64 {
        self.bytes_total
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Where the first packet begins and how far apart packets are. What begins with a sync byte needs
/// only as many as it has room for; elsewhere a run of them is wanted.
fn find_layout(probe: &[u8]) -> Option<Layout> {
    let layouts = [PACKET_SIZE, 192, 204]
        .into_iter()
        .flat_map(|stride| (0..stride).map(move |first| Layout { first, stride }));
    let run = |layout: &Layout| {
        let places = (layout.first..probe.len()).step_by(layout.stride);
        let whole = places.filter(|at| at + PACKET_SIZE <= probe.len()).take(4 * SYNC_RUN);
        let mut count = 0;
        for at in whole {
            if probe[at] != SYNC_BYTE {
                return if count >= SYNC_RUN { count } else { 0 };
            }
            count += 1;
        }
        count
    };
    layouts
        .filter(|layout| {
            let wanted = if layout.first == 0 { 1 } else { SYNC_RUN };
            run(layout) >= wanted
        })
        .max_by_key(|layout| (run(layout), core::cmp::Reverse((layout.stride, layout.first))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(first: usize, stride: usize, packets: usize) -> Vec<u8> {
        let mut bytes = vec![0; first + stride * packets];
        for packet in 0..packets {
            bytes[first + packet * stride] = SYNC_BYTE;
        }
        bytes
    }

    #[test]
    fn packets_are_found_in_each_layout() {
        for (first, stride) in [(0, 188), (4, 192), (0, 204), (77, 188)] {
            let found = find_layout(&stream(first, stride, 9));
            assert_eq!(found, Some(Layout { first, stride }));
        }
        assert_eq!(find_layout(&stream(0, 188, 1)), Some(Layout { first: 0, stride: 188 }));
    }

    #[test]
    fn other_files_are_not_taken_for_packets() {
        assert_eq!(find_layout(b""), None);
        assert_eq!(find_layout(&[b'G'; 100]), None);
        let text: Vec<u8> = (0..5000u32).map(|i| (i * 7 % 251) as u8).collect();
        assert_eq!(find_layout(&text), None);
    }
}
