//! The judges of RTP and of FEC flows.
#![no_main]

use fuzz::pieces;
use libfuzzer_sys::fuzz_target;
use ts::Rate;
use verify::fec::FecVerifier;
use verify::rtp::{RtpOptions, RtpVerifier};

const FINDINGS_MAX: u64 = 8;

fuzz_target!(|data: &[u8]| {
    let rate = Rate::new(8_446_000, 1).expect("the rate is not zero");
    let mut rtp = RtpVerifier::new(RtpOptions::new(rate));
    let mut fec = FecVerifier::new(FINDINGS_MAX);
    let mut time_ticks: u64 = 1 << 55;
    for piece in pieces(data) {
        match piece {
            [0, datagram @ ..] => fec.push_repair(time_ticks, datagram),
            [step, datagram @ ..] => {
                time_ticks += u64::from(*step) * 1000;
                assert!(rtp.push(time_ticks, datagram).len() <= datagram.len());
                fec.push_media(datagram);
            }
            [] => time_ticks = time_ticks - 1000,
        }
    }
    rtp.finish();
    fec.finish();
});
