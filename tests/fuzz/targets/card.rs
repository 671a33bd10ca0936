//! Cards of assets: what is read is written and read again as the same.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use library::Card;

fuzz_target!(|text: &str| {
    let path = Path::new("a.json");
    match Card::parse(text, path) {
        Ok(card) => assert_eq!(Card::parse(&card.to_text(), path), Ok(card)),
        Err(error) => assert!(error.line <= text.lines().count().max(1) + 1),
    }
});
