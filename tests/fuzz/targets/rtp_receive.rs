//! RTP transport streams with FEC flows: what is delivered is whole packets, whatever is lost,
//! late, twice or wrong.
#![no_main]

use fuzz::pieces;
use libfuzzer_sys::fuzz_target;
use rtp::{Delivery, Receiver};

fuzz_target!(|data: &[u8]| {
    let mut receiver = Receiver::default();
    for piece in pieces(data) {
        match piece {
            [0, datagram @ ..] => receiver.push_fec(datagram),
            [_, datagram @ ..] => receiver.push_media(datagram),
            [] => receiver.flush(),
        }
        drain(&mut receiver);
    }
    receiver.flush();
    drain(&mut receiver);
});

fn drain(receiver: &mut Receiver) {
    while let Some(delivery) = receiver.pop() {
        if let Delivery::Payload { bytes, .. } = delivery {
            assert!(!bytes.is_empty() && bytes.len() % ts::PACKET_SIZE == 0);
        }
    }
}
