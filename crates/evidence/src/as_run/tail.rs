//! The end of a log that a crash may have torn.

use super::chain::Chain;
use super::inspect::read_line;

/// How a file of the log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail {
    /// Bytes up to and with the last whole line.
    pub whole: usize,
    /// What the next line goes on from; `None` when there is no whole line.
    pub chain: Option<Chain>,
}

/// Finds the last whole line of these bytes: one with a line feed whose text has its hash. What
/// stands behind it was torn by a crash or damaged, and cannot be gone on from.
pub fn find_tail(bytes: &[u8]) -> Tail {
    let mut end = bytes.len();
    while let Some(feed) = bytes[..end].iter().rposition(|byte| *byte == b'\n') {
        let start = bytes[..feed].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if let Ok((entry, _, hash)) = read_line(&bytes[start..feed]) {
            return Tail { whole: feed + 1, chain: Some(Chain::behind(entry.number, hash)) };
        }
        end = feed;
    }
    Tail { whole: 0, chain: None }
}


#[cfg(test)]
mod tests {
    use super::*;
    use crate::as_run::{Event, Inspector};
    use proptest::prelude::*;
    use ts::Ticks;

    proptest! {
        #[test]
        fn a_log_torn_at_any_byte_goes_on_from_its_last_whole_line(
            lines in 1u64..5,
            place in any::<prop::sample::Index>(),
            zeros in 0usize..3,
        ) {
            let mut chain = Chain::new();
            let mut text = String::new();
            let at = Ticks::from_seconds(1_800_000_000);
            for _ in 0..lines {
                text += &chain.append(at, Event::Stopped);
            }
            let torn = place.index(text.len() + 1);
            let mut bytes = text.as_bytes()[..torn].to_vec();
            // A file system may leave zeros where data was to be.
            bytes.extend(vec![0; zeros]);
            let tail = find_tail(&bytes);
            let expected = text[..torn].rfind('\n').map_or(0, |at| at + 1);
            prop_assert_eq!(tail.whole, expected);
            bytes.truncate(tail.whole);
            let next = tail.chain.unwrap_or_default().append(at, Event::Stopped);
            bytes.extend(next.as_bytes());
            let mut inspector = Inspector::new();
            for line in bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
                prop_assert!(inspector.line(line).is_ok());
            }
        }
    }
}
