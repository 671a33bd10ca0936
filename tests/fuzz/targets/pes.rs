//! Headers of PES packets, and the time stamps found and set in a transport packet.
#![no_main]

use fuzz::packets;
use libfuzzer_sys::fuzz_target;
use ts::Timestamp;
use ts::pes::{PesHeader, set_timestamps, stamp_offsets};

fuzz_target!(|data: &[u8]| {
    if let Ok((_, size)) = PesHeader::parse(data) {
        assert!(size <= data.len());
    }
    for mut packet in packets(data) {
        let found = stamp_offsets(&packet);
        let stamp = Timestamp::new(0x1_2345_6789);
        let before = packet;
        if !set_timestamps(&mut packet, stamp, stamp) {
            assert_eq!(packet, before);
        }
        assert_eq!(stamp_offsets(&packet), found);
    }
});
