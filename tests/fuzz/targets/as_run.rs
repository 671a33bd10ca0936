//! Lines of the as-run log: what is read by itself goes on, what is torn is found.
#![no_main]

use evidence::as_run::{Chain, Event, Inspector, find_tail, read_line};
use libfuzzer_sys::fuzz_target;
use ts::Ticks;

fuzz_target!(|bytes: &[u8]| {
    let mut inspector = Inspector::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if inspector.line(line).is_ok() {
            assert!(read_line(line).is_ok());
        }
    }
    let tail = find_tail(bytes);
    assert!(tail.whole <= bytes.len());
    let mut chain = tail.chain.unwrap_or_else(Chain::new);
    let next = chain.append(Ticks::from_seconds(1_800_000_000), Event::Stopped);
    assert!(read_line(next.trim_end().as_bytes()).is_ok());
});
