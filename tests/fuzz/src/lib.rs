//! How the bytes of a fuzzer become the input of a reader: checksums and lengths that a fuzzer
//! cannot guess are put right, so that what lies behind them is reached.

use es::{AudioSplitter, Codec, VideoSplitter};
use ts::crc32::crc32;
use ts::{PACKET_SIZE, Packet};

/// Cuts the input into pieces: two bytes of length, then as many bytes as there are.
pub fn pieces(mut data: &[u8]) -> impl Iterator<Item = &[u8]> {
    core::iter::from_fn(move || {
        let (length, rest) = data.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (piece, rest) = rest.split_at(length);
        data = rest;
        Some(piece)
    })
}

/// The transport packets of the input, each with its sync byte in place.
pub fn packets(data: &[u8]) -> impl Iterator<Item = Packet> {
    data.chunks_exact(PACKET_SIZE).map(|chunk| {
        let mut packet: Packet = chunk.try_into().expect("the chunk is a packet");
        packet[0] = 0x47;
        packet
    })
}

/// A section with these bytes and a length and CRC_32 that fit; none when there are too few or too
/// many bytes.
pub fn section(data: &[u8]) -> Option<Vec<u8>> {
    let length = data.len().checked_sub(3)? + 4;
    if length < 9 || length > 4093 {
        return None;
    }
    let mut bytes = data.to_vec();
    bytes[1] = 0x80 | bytes[1] & 0x70 | (length >> 8) as u8;
    bytes[2] = length as u8;
    bytes.extend_from_slice(&crc32(&bytes).to_be_bytes());
    Some(bytes)
}

/// Splits video twice, whole and in pieces whose size the first byte gives: the units must be the
/// same, in order and inside the stream.
pub fn split_video(codec: Codec, data: &[u8]) {
    let Some((size, data)) = data.split_first() else {
        return;
    };
    let split = |size: usize| {
        let mut splitter = VideoSplitter::new(codec).expect("the codec is video");
        let mut units = Vec::new();
        for piece in data.chunks(size) {
            splitter.push(piece, &mut units);
        }
        splitter.finish(&mut units);
        units
    };
    let whole = split(data.len().max(1));
    let mut end = 0;
    for unit in &whole {
        // The offset is that of the start code prefix, before which a zero_byte may stand.
        let zero_byte = usize::from(unit.bytes.starts_with(&[0, 0, 0]));
        let begin = usize::try_from(unit.offset).expect("the offset lies in the input") - zero_byte;
        assert!(begin >= end);
        assert_eq!(data[begin..][..unit.bytes.len()], unit.bytes);
        end = begin + unit.bytes.len();
    }
    assert_eq!(whole, split(usize::from(*size) + 1));
}

/// Splits audio in the same way.
pub fn split_audio(codec: Codec, size: u8, data: &[u8]) {
    let split = |size: usize| {
        let mut splitter = AudioSplitter::new(codec).expect("the codec is audio");
        let mut frames = Vec::new();
        for piece in data.chunks(size) {
            splitter.push(piece, &mut frames);
        }
        splitter.finish(&mut frames);
        frames
    };
    let whole = split(data.len().max(1));
    for frame in &whole {
        let begin = usize::try_from(frame.offset).expect("the offset lies in the input");
        assert_eq!(data[begin..][..frame.bytes.len()], frame.bytes);
        frame.facts.frame_duration();
    }
    assert_eq!(whole, split(usize::from(size) + 1));
}
