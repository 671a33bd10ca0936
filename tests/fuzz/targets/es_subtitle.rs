//! The data of PES packets of DVB subtitles, and the descriptor that announces them.
#![no_main]

use es::{SubtitleFacts, subtitle};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok((segments, entry)) = subtitle::segments(data) {
        let again = subtitle::data_of(segments);
        assert!(data.starts_with(&again));
        assert_eq!(subtitle::segments(&again), Ok((segments, entry)));
    }
    if let Some(facts) = SubtitleFacts::from_descriptor(data) {
        assert_eq!(SubtitleFacts::from_descriptor(&facts.to_descriptor()), Some(facts));
    }
});
