//! Packets, their adaptation fields, and sections put together from them.
#![no_main]

use fuzz::packets;
use libfuzzer_sys::fuzz_target;
use ts::PacketView;
use ts::section::{SectionAssembler, SectionView, section_size};

fuzz_target!(|data: &[u8]| {
    let mut assembler = SectionAssembler::default();
    for packet in packets(data) {
        let view = PacketView::new(&packet);
        assert!(view.payload().len() + view.adaptation().len() <= 184);
        view.pcr();
        assembler.push(view, |section| {
            assert_eq!(section_size(section), Some(section.len()));
            let _ = SectionView::parse(section);
        });
    }
});
