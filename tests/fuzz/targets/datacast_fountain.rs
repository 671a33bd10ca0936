//! The announcement of a fountain, and repair symbols.
#![no_main]

use datacast::schedule::Share;
use datacast::{Collection, Fountain, Message, Sending, symbols};
use fuzz::{pieces, section};
use libfuzzer_sys::fuzz_target;
use ts::section::SectionView;

/// Bitmaps of a fountain grow with its symbols, as its reader decides with its limits.
const BLOCKS_MAX: u64 = 100_000;

fuzz_target!(|data: &[u8]| {
    let mut pieces = pieces(data);
    let Some(Some(Ok(fountain))) = pieces.next().map(Fountain::announced) else { return };
    let sending = Sending { repairs_max: 50, sources_of_16: 4 };
    let share = Share { guaranteed: 20, extra: 20 };
    assert_eq!(symbols(&fountain, sending, data.len() as u64, share).count(), 40);
    if fountain.blocks() > BLOCKS_MAX {
        return;
    }
    let mut collection = Collection::new(fountain);
    for piece in pieces {
        collection.take_source(u64::from(piece.first().copied().unwrap_or(0)));
        let Some(bytes) = section(piece) else { continue };
        let Ok(view) = SectionView::parse(&bytes) else { continue };
        if let Ok(Message::Ddb(ddb)) = Message::parse(view) {
            collection.take_repair(&ddb);
        }
    }
    for number in 0..fountain.source_blocks() {
        let (have, needed) = collection.progress(number).expect("a source block");
        assert!(have <= needed);
        assert_eq!(collection.symbols(number).count() as u32, have);
    }
});
