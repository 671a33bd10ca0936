//! Lines that vouch for those before them.

use super::entry::{Entry, Event};
use crate::stamp::Stamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use ts::Ticks;

/// What stands between the text that is hashed and its hash.
pub(super) const HASH_MEMBER: &str = ",\"hash\":\"";

/// The BLAKE3 of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

/// A line as it is written, its hash left out.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Body {
    #[serde(flatten)]
    pub entry: Entry,
    pub prev: Hash,
}

/// The end of a log: what the next line goes on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    next: u64,
    newest: Hash,
}

impl Chain {
    /// A log without lines.
    pub const fn new() -> Chain {
        Chain { next: 0, newest: Hash::NONE }
    }

    /// The log whose last line this is.
    pub const fn behind(number: u64, hash: Hash) -> Chain {
        Chain { next: number.wrapping_add(1), newest: hash }
    }

    /// The number of the next line.
    pub const fn next_number(&self) -> u64 {
        self.next
    }

    /// The hash of the newest line.
    pub const fn newest(&self) -> Hash {
        self.newest
    }

    /// Makes the next line, its line feed included.
    pub fn append(&mut self, at: Ticks, event: Event) -> String {
        let entry = Entry { number: self.next, at: Stamp(at), event };
        let body = Body { entry, prev: self.newest };
        let mut line = serde_json::to_string(&body).expect("entries have only texts and numbers");
        line.pop();
        let hash = Hash::of(line.as_bytes());
        line.push_str(HASH_MEMBER);
        line.push_str(&hash.to_string());
        line.push_str("\"}\n");
        *self = Chain::behind(self.next, hash);
        line
    }
}

impl Default for Chain {
    fn default() -> Chain {
        Chain::new()
    }
}

impl Hash {
    /// What stands before the first line.
    pub const NONE: Hash = Hash([0; 32]);

    /// The hash of a text.
    pub fn of(text: &[u8]) -> Hash {
        Hash(*blake3::hash(text).as_bytes())
    }

    /// The hash that 64 hexadecimal digits stand for.
    pub fn parse(text: &str) -> Option<Hash> {
        let lower = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let hash = blake3::Hash::from_hex(text).ok()?;
        lower.then_some(Hash(*hash.as_bytes()))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(deserializer)?;
        Hash::parse(&text).ok_or_else(|| de::Error::custom("a hash has 64 hexadecimal digits"))
    }
}
