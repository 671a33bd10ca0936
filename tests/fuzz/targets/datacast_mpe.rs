//! Datagram sections, MPE-FEC frames, and the datagrams in them.
#![no_main]

use datacast::mpe::DatagramSection;
use datacast::mpe_fec::Deframer;
use datacast::udp::Udp;
use fec::Rows;
use fuzz::{pieces, section};
use libfuzzer_sys::fuzz_target;
use ts::section::SectionView;

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let mut deframer = Deframer::new(Rows::R256, first & 1 != 0);
    let mut given = 0u64;
    let mut datagram = |bytes: &[u8]| {
        given += 1;
        let _ = Udp::parse(bytes);
    };
    for bytes in pieces(rest).filter_map(section) {
        let Ok(view) = SectionView::parse(&bytes) else { continue };
        if let Ok(section) = DatagramSection::parse(view) {
            section.mac();
        }
        let _ = deframer.push(view, &mut datagram);
    }
    deframer.finish(&mut datagram);
    let counters = deframer.counters();
    assert_eq!(given, counters.datagrams + counters.datagrams_restored);
});
