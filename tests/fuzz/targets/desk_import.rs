//! Files of other programs: what is imported is a sound timetable in the house form, and faults
//! have lines that the file has. The first letter chooses the form.
#![no_main]

use desk::format::format;
use desk::import::{Form, Request, import};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use timetable::{Id, Zone};

static ZONE: LazyLock<Zone> = LazyLock::new(|| Zone::named("Europe/London").expect("it is there"));

fuzz_target!(|text: &str| {
    let Some(first) = text.chars().next() else { return };
    let form = match first {
        'x' => Form::Xmltv,
        'i' => Form::Ics,
        _ => Form::Csv,
    };
    let text = &text[first.len_utf8()..];
    let service = Id::new("tv-1").expect("it is an id");
    match import(form, text, &Request { service: &service, channel: None, zone: &ZONE }) {
        Ok(timetable) => assert_eq!(format(&timetable), Ok(timetable)),
        Err(faults) => {
            assert!(!faults.is_empty());
            let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
            assert!(faults.iter().all(|fault| fault.line <= lines));
        }
    }
});
