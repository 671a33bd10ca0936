//! Recordings: what a file holds is told by its content, not by its name.

use super::capture::Capture;
use super::error::SourceError;
use super::network::Datagram;
use rtp::pcap::{FILE_HEADER_SIZE, FileHeader, PcapError};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, ErrorKind, Read};
use std::path::Path;
use ts::PACKET_SIZE;
use ts::packet::SYNC_BYTE;

/// How far into a file its packets may begin.
const HEAD_SIZE: u64 = 64 << 10;
/// Bytes that are handed out at a time.
const PIECE_SIZE: usize = 64 << 10;
/// Packets in a row that are no accident; all there are, when there are fewer.
const PACKETS_IN_A_ROW: usize = 5;

/// A file, its beginning having been looked at.
pub(crate) type Content = BufReader<Chain<Cursor<Vec<u8>>, File>>;

/// An open recording.
#[derive(Debug)]
pub(crate) enum Recording {
    /// Transport packets.
    Stream(Content),
    /// Datagrams.
    Capture(Box<Capture>),
}

/// What a recording gives.
#[derive(Debug)]
pub(crate) enum Piece {
    Stream(Vec<u8>),
    Datagram(Datagram),
}

impl Recording {
    /// Opens a file and finds out what it is.
    pub(crate) fn open(path: &Path) -> Result<Recording, SourceError> {
        let failed = |error: io::Error| SourceError::Read {
            path: path.to_owned(),
            errno: Errno::from_io_error(&error).unwrap_or(Errno::IO),
        };
        let mut file = File::open(path).map_err(failed)?;
        let mut head = Vec::new();
        Read::by_ref(&mut file).take(HEAD_SIZE).read_to_end(&mut head).map_err(failed)?;
        let header = head.first_chunk::<FILE_HEADER_SIZE>().map(FileHeader::parse);
        let has_packets = has_packets(&head);
        let mut content = BufReader::with_capacity(PIECE_SIZE, Cursor::new(head).chain(file));
        match header {
            Some(Ok(header)) => {
                content.read_exact(&mut [0; FILE_HEADER_SIZE]).map_err(failed)?;
                let capture = Capture::open(content, header).map_err(failed)?;
                Ok(Recording::Capture(Box::new(capture)))
            }
            _ if has_packets => Ok(Recording::Stream(content)),
            None | Some(Err(PcapError::Magic { .. })) => {
                Err(SourceError::Format { path: path.to_owned() })
            }
            Some(Err(reason)) => Err(SourceError::Capture { path: path.to_owned(), reason }),
        }
    }

    /// The next piece; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Piece>> {
        match self {
            Recording::Capture(capture) => Ok(capture.next()?.map(Piece::Datagram)),
            Recording::Stream(content) => {
                let mut piece = vec![0; PIECE_SIZE];
                loop {
                    match content.read(&mut piece) {
                        Ok(0) => return Ok(None),
                        Ok(count) => {
                            piece.truncate(count);
                            return Ok(Some(Piece::Stream(piece)));
                        }
                        Err(error) if error.kind() == ErrorKind::Interrupted => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        }
    }
}

/// Whether packets follow each other somewhere near the beginning.
fn has_packets(head: &[u8]) -> bool {
    let last = head.len().saturating_sub(PACKET_SIZE);
    let is_start = |at: usize| {
        let mut syncs = head[at..].iter().step_by(PACKET_SIZE).take(PACKETS_IN_A_ROW);
        syncs.all(|byte| *byte == SYNC_BYTE)
    };
    head.len() >= PACKET_SIZE && (0..=last).any(is_start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ts::NULL_PACKET;

    #[test]
    fn a_recording_that_begins_within_a_packet_is_one() {
        let packets = NULL_PACKET.repeat(6);
        assert!(has_packets(&packets) && has_packets(&packets[100..]));
        assert!(has_packets(&NULL_PACKET));
        assert!(!has_packets(&[0x47; 100]) && !has_packets(&[0; 4000]) && !has_packets(&[]));
    }

    #[test]
    fn a_file_of_something_else_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lesson.ts");
        std::fs::write(&path, "not a stream ".repeat(100)).unwrap();
        let error = Recording::open(&path).unwrap_err();
        assert_eq!(error, SourceError::Format { path: path.clone() });
        std::fs::write(&path, [&[0x0a, 0x0d, 0x0d, 0x0a][..], &[0; 60]].concat()).unwrap();
        let error = Recording::open(&path).unwrap_err();
        assert_eq!(error, SourceError::Capture { path, reason: PcapError::Pcapng });
        let error = Recording::open(dir.path()).unwrap_err();
        assert!(matches!(error, SourceError::Read { errno: Errno::ISDIR, .. }));
    }

    proptest! {
        #[test]
        fn any_file_is_read_to_its_end_or_refused(
            magic in prop_oneof![Just(vec![]), Just(rtp::pcap::file_header().to_vec())],
            bytes in proptest::collection::vec(prop_oneof![Just(0u8), any::<u8>()], 0..600),
        ) {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), [magic, bytes].concat()).unwrap();
            if let Ok(mut recording) = Recording::open(file.path()) {
                while recording.next().unwrap().is_some() {}
            }
        }
    }
}
