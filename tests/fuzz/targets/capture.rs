//! Captures of packets: headers of file and records, and the frames in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtp::pcap::frame::udp;
use rtp::pcap::{FILE_HEADER_SIZE, FRAME_MAX, FileHeader, RECORD_HEADER_SIZE};

fuzz_target!(|data: &[u8]| {
    let Some((header, mut rest)) = data.split_first_chunk::<FILE_HEADER_SIZE>() else {
        return;
    };
    let Ok(header) = FileHeader::parse(header) else {
        return;
    };
    while let Some((record, left)) = rest.split_first_chunk::<RECORD_HEADER_SIZE>() {
        let Ok(record) = header.record(record) else {
            return;
        };
        assert!(record.captured_len <= FRAME_MAX);
        let (frame, left) = left.split_at(record.captured_len.min(left.len()));
        if let Some(datagram) = udp(header.link_type, frame) {
            assert!(datagram.payload.len() <= frame.len());
        }
        rest = left;
    }
});
