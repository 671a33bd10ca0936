//! Object carousels: DSI, modules, and the tree of files in them.
#![no_main]

use datacast::biop::{Reader, ReaderLimits, gateway_of, objects};
use fuzz::{pieces, section};
use libfuzzer_sys::fuzz_target;
use ts::section::SectionView;

// The first piece is a DSI without its CRC, the others are modules 1, 2 and so on.
fuzz_target!(|data: &[u8]| {
    let mut pieces = pieces(data);
    let dsi = pieces.next().and_then(section);
    let modules: Vec<&[u8]> = pieces.collect();
    let mut reader = Reader::default();
    for (number, module) in (1u16..).zip(&modules) {
        objects(module).for_each(drop);
        let _ = reader.add(number, module);
    }
    let Some(dsi) = dsi else { return };
    let Some(Ok(gateway)) = SectionView::parse(&dsi).ok().map(gateway_of) else { return };
    if let Ok(files) = reader.files(gateway, ReaderLimits::default()) {
        for path in files.keys() {
            let path = path.as_str();
            assert!(!path.starts_with('/') && path.split('/').all(|part| part != ".."));
        }
    }
});
