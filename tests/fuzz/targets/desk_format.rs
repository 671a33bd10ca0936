//! The house form: a text that is TOML gets one, which says the same and stays as it is.
#![no_main]

use desk::format::{FormatError, comments, format};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match format(text) {
        Ok(formatted) => {
            assert_eq!(comments(&formatted).len(), comments(text).len());
            assert_eq!(format(&formatted).as_deref(), Ok(formatted.as_str()));
        }
        Err(FormatError::Syntax { .. }) => {}
        // Values that are not equal to themselves, as no timetable has any, are refused.
        Err(FormatError::Differs) => assert!(text.contains("nan"), "the layout changed the text"),
    }
});
