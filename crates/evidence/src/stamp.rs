//! Instants as the log writes them: RFC 3339 in UTC, which reads back as the same tick.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use timetable::civil::{format_rfc3339, parse_rfc3339};
use ts::{Span, Ticks};

/// An instant of the time axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(pub Ticks);

/// A stretch of time; its end is the first instant behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// When it begins.
    pub start: Stamp,
    /// When it is over.
    pub end: Stamp,
}

impl Window {
    /// The window between two instants.
    pub const fn new(start: Ticks, end: Ticks) -> Window {
        Window { start: Stamp(start), end: Stamp(end) }
    }

    /// How long it is.
    pub fn length(self) -> Span {
        self.end.0.since(self.start.0)
    }

    /// What it shares with another window, when that is anything.
    pub fn shared(self, other: Window) -> Option<Window> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        (start < end).then_some(Window { start, end })
    }
}

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&format_rfc3339(self.0, 0))
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Stamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_rfc3339(&text).map(Stamp).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_instant_reads_back_as_the_same_tick(
            ticks in 40_000_000_000_000_000u64..60_000_000_000_000_000,
        ) {
            let text = serde_json::to_string(&Stamp(Ticks(ticks))).unwrap();
            prop_assert_eq!(serde_json::from_str::<Stamp>(&text).unwrap().0.0, ticks);
        }
    }
}
