//! Reading lines, and telling the first that does not follow.

use super::chain::{Body, Chain, HASH_MEMBER, Hash};
use super::entry::Entry;

/// No line is longer, in bytes, its line feed not counted.
pub const LINE_MAX: usize = 64 * 1024;

/// Why a line is not what the chain says it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// It is no line of this log at all.
    #[error("this is no entry: {0}")]
    NotAnEntry(String),
    /// Its text is not the one that was hashed.
    #[error("the line was changed after it was written: its text does not have its hash")]
    Changed,
    /// It does not follow on the line before.
    #[error("entry {found} stands where entry {expected} must be: lines are missing or were moved")]
    Misplaced {
        /// The number that is due.
        expected: u64,
        /// The number that it has.
        found: u64,
    },
    /// It names another line as the one before it.
    #[error("it goes on from another line than the one before it, which was rewritten")]
    Detached,
}

/// Reads a line by itself: an entry whose text has its hash. Gives the entry, the hash of the line
/// before, and its own.
///
/// # Errors
/// The line is no entry, or was changed.
pub fn read_line(line: &[u8]) -> Result<(Entry, Hash, Hash), LineFault> {
    let wrong = |what: &str| LineFault::NotAnEntry(what.to_owned());
    if line.len() > LINE_MAX {
        return Err(wrong("it is too long"));
    }
    let text = std::str::from_utf8(line).map_err(|_| wrong("it is no text"))?;
    let (body, rest) = text.rsplit_once(HASH_MEMBER).ok_or_else(|| wrong("it has no hash"))?;
    let hash = rest.strip_suffix("\"}").and_then(Hash::parse);
    let hash = hash.ok_or_else(|| wrong("its hash is no hash"))?;
    if Hash::of(body.as_bytes()) != hash {
        return Err(LineFault::Changed);
    }
    let body: Body = serde_json::from_str(&format!("{body}}}"))
        .map_err(|error| LineFault::NotAnEntry(error.to_string()))?;
    Ok((body.entry, body.prev, hash))
}

/// Follows a log line by line. It may begin in mid-chain, where older files were put away.
#[derive(Clone, Debug, Default)]
pub struct Inspector {
    first: Option<u64>,
    chain: Option<Chain>,
}

impl Inspector {
    /// An inspector before the first line.
    pub fn new() -> Inspector {
        Inspector::default()
    }

    /// Takes the next line, without its line feed.
    ///
    /// # Errors
    /// The line is not the one that follows.
    pub fn line(&mut self, line: &[u8]) -> Result<Entry, LineFault> {
        let (entry, prev, hash) = read_line(line)?;
        let expected = match self.chain {
            Some(chain) => chain,
            None if entry.number == 0 => Chain::new(),
            None => Chain::behind(entry.number - 1, prev),
        };
        if entry.number != expected.next_number() {
            let (expected, found) = (expected.next_number(), entry.number);
            return Err(LineFault::Misplaced { expected, found });
        }
        if prev != expected.newest() {
            return Err(LineFault::Detached);
        }
        self.first.get_or_insert(entry.number);
        self.chain = Some(Chain::behind(entry.number, hash));
        Ok(entry)
    }

    /// The number of the first line.
    pub fn first(&self) -> Option<u64> {
        self.first
    }

    /// The end of what was followed so far; `None` before the first line.
    pub fn chain(&self) -> Option<Chain> {
        self.chain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::as_run::Event;
    use crate::stamp::Stamp;
    use proptest::prelude::*;
    use ts::Ticks;

    fn log(lines: u64) -> Vec<String> {
        let mut chain = Chain::new();
        let at = |i: u64| Ticks::from_seconds(1_800_000_000 + i);
        let event = |i: u64| match i % 3 {
            0 => Event::Started { version: "1".into(), sent_before: None },
            1 => Event::Revised { revision: i as u32, effective: Stamp(at(i)) },
            _ => Event::Stopped,
        };
        (0..lines).map(|i| chain.append(at(i), event(i)).trim_end().to_owned()).collect()
    }

    fn first_fault(lines: &[String]) -> Option<(usize, LineFault)> {
        let mut inspector = Inspector::new();
        lines
            .iter()
            .enumerate()
            .find_map(|(i, line)| Some((i, inspector.line(line.as_bytes()).err()?)))
    }

    #[test]
    fn a_log_as_it_was_written_is_whole_also_from_its_middle() {
        let lines = log(9);
        assert_eq!(first_fault(&lines), None);
        assert_eq!(first_fault(&lines[4..]), None);
    }

    #[test]
    fn the_first_line_that_was_removed_moved_or_rewritten_is_named() {
        let lines = log(9);
        let mut removed = lines.clone();
        removed.remove(3);
        let fault = first_fault(&removed);
        assert_eq!(fault, Some((3, LineFault::Misplaced { expected: 3, found: 4 })));
        let mut moved = lines.clone();
        moved.swap(5, 6);
        assert!(matches!(first_fault(&moved), Some((5, LineFault::Misplaced { .. }))));
        // Someone who knows how lines are made rewrites one of them.
        let mut forged = lines.clone();
        let (_, prev, _) = read_line(lines[4].as_bytes()).unwrap();
        forged[4] = Chain::behind(3, prev).append(Ticks(0), Event::Stopped).trim_end().to_owned();
        assert_eq!(first_fault(&forged), Some((5, LineFault::Detached)));
    }

    proptest! {
        #[test]
        fn any_changed_byte_is_found_in_its_line(
            line in 0usize..6,
            place in any::<prop::sample::Index>(),
            with in 0x20u8..0x7f,
        ) {
            let mut lines = log(6);
            let mut bytes = lines[line].clone().into_bytes();
            let place = place.index(bytes.len());
            prop_assume!(bytes[place] != with);
            bytes[place] = with;
            lines[line] = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(first_fault(&lines).map(|fault| fault.0), Some(line));
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(read_line(&bytes).is_err());
        }
    }
}
