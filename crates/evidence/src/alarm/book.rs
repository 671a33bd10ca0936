//! Conditions in, changes out.

use super::kind::{AlarmKind, Level};
use crate::stamp::Stamp;
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use ts::Ticks;

/// Alarms that are over and still told.
const PAST_MAX: usize = 200;

/// An alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// What is wrong.
    pub kind: AlarmKind,
    /// Where: a multiplex, an output, an asset. Kind and subject together name an alarm.
    pub subject: String,
    /// How bad it is, or was at its worst.
    pub level: Level,
    /// What was seen last, for people.
    pub text: String,
    /// When it was first seen.
    pub since: Stamp,
    /// When it was last seen.
    pub last: Stamp,
    /// When it was gone; `None` while it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cleared: Option<Stamp>,
}

/// What somebody must be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Something is wrong.
    Raised(Alarm),
    /// It is worse than was told.
    Worsened(Alarm),
    /// It is over.
    Cleared(Alarm),
}

impl Change {
    /// The alarm that it is about.
    pub const fn alarm(&self) -> &Alarm {
        match self {
            Change::Raised(alarm) | Change::Worsened(alarm) | Change::Cleared(alarm) => alarm,
        }
    }

    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Change::Raised(_) => "raised",
            Change::Worsened(_) => "worsened",
            Change::Cleared(_) => "cleared",
        }
    }
}

/// A condition that is there or was there lately.
#[derive(Clone, Debug)]
struct Watched {
    alarm: Alarm,
    is_told: bool,
}

/// What is wrong now and was lately.
#[derive(Clone, Debug, Default)]
pub struct AlarmBook {
    watched: BTreeMap<(AlarmKind, String), Watched>,
    past: VecDeque<Alarm>,
    raised: BTreeMap<AlarmKind, u64>,
}

impl AlarmBook {
    /// An empty book.
    pub fn new() -> AlarmBook {
        AlarmBook::default()
    }

    /// A condition is there at an instant.
    pub fn present(
        &mut self,
        now: Ticks,
        kind: AlarmKind,
        subject: &str,
        level: Level,
        text: impl Into<String>,
    ) -> Option<Change> {
        let key = (kind, subject.to_owned());
        let text = text.into();
        let stamp = Stamp(now);
        let watched = self.watched.entry(key).or_insert_with(|| Watched {
            alarm: Alarm {
                kind,
                subject: subject.to_owned(),
                level,
                text: String::new(),
                since: stamp,
                last: stamp,
                cleared: None,
            },
            is_told: false,
        });
        let is_worse = level > watched.alarm.level;
        let alarm = &mut watched.alarm;
        (alarm.level, alarm.last, alarm.text) = (alarm.level.max(level), stamp, text);
        if watched.is_told {
            return is_worse.then(|| Change::Worsened(watched.alarm.clone()));
        }
        if now.since(watched.alarm.since.0) < kind.patience().raise {
            return None;
        }
        watched.is_told = true;
        *self.raised.entry(kind).or_default() += 1;
        Some(Change::Raised(watched.alarm.clone()))
    }

    /// A condition is not there at an instant.
    pub fn absent(&mut self, now: Ticks, kind: AlarmKind, subject: &str) -> Option<Change> {
        let key = (kind, subject.to_owned());
        let watched = self.watched.get(&key)?;
        // What was never told begins anew; what was told must be gone for a while.
        let is_gone =
            !watched.is_told || now.since(watched.alarm.last.0) >= kind.patience().clear;
        if !is_gone {
            return None;
        }
        let watched = self.watched.remove(&key)?;
        if !watched.is_told {
            return None;
        }
        let alarm = Alarm { cleared: Some(Stamp(now)), ..watched.alarm };
        if self.past.len() == PAST_MAX {
            self.past.pop_front();
        }
        self.past.push_back(alarm.clone());
        Some(Change::Cleared(alarm))
    }

    /// All of a kind but these subjects are not there at an instant.
    pub fn absent_but(&mut self, now: Ticks, kind: AlarmKind, subjects: &[String]) -> Vec<Change> {
        let of_kind = self.watched.keys().filter(|key| key.0 == kind);
        let gone = of_kind.filter(|key| !subjects.contains(&key.1));
        let gone: Vec<String> = gone.map(|key| key.1.clone()).collect();
        gone.iter().filter_map(|subject| self.absent(now, kind, subject)).collect()
    }

    /// What is wrong and was told, worst first, then oldest first.
    pub fn active(&self) -> Vec<Alarm> {
        let told = self.watched.values().filter(|watched| watched.is_told);
        let mut alarms: Vec<Alarm> = told.map(|watched| watched.alarm.clone()).collect();
        alarms.sort_by(|a, b| b.level.cmp(&a.level).then(a.since.cmp(&b.since)));
        alarms
    }

    /// What was told and is over, newest first.
    pub fn past(&self) -> impl Iterator<Item = &Alarm> {
        self.past.iter().rev()
    }

    /// How often an alarm of each kind was raised.
    pub const fn raised(&self) -> &BTreeMap<AlarmKind, u64> {
        &self.raised
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ts::Span;

    fn at(seconds: u64) -> Ticks {
        Ticks::from_seconds(1_800_000_000 + seconds)
    }

    fn words(changes: &[Option<Change>]) -> Vec<&'static str> {
        changes.iter().flatten().map(Change::word).collect()
    }

    #[test]
    fn a_condition_is_told_once_when_it_has_lasted_and_once_when_it_is_gone() {
        let mut book = AlarmBook::new();
        let late = |book: &mut AlarmBook, s| {
            book.present(at(s), AlarmKind::Lateness, "rural-1", Level::Warning, format!("{s}"))
        };
        // Told after 10 s, gone after 60 s.
        let mut changes: Vec<_> = (0..30).map(|s| late(&mut book, s)).collect();
        assert_eq!(changes.iter().position(Option::is_some), Some(10));
        changes.extend((30..200).map(|s| book.absent(at(s), AlarmKind::Lateness, "rural-1")));
        assert_eq!(words(&changes), ["raised", "cleared"]);
        let cleared = changes[89].as_ref().unwrap().alarm();
        assert_eq!((cleared.since, cleared.last), (Stamp(at(0)), Stamp(at(29))));
        assert_eq!(cleared.text, "29");
        assert_eq!(book.active(), []);
        assert_eq!(book.past().count(), 1);
    }

    #[test]
    fn what_comes_and_goes_is_one_alarm() {
        let mut book = AlarmBook::new();
        let mut changes = Vec::new();
        for s in 0..300 {
            changes.push(if s % 20 == 0 {
                book.present(at(s), AlarmKind::OutputError, "a", Level::Critical, "refused")
            } else {
                book.absent(at(s), AlarmKind::OutputError, "a")
            });
        }
        assert_eq!(words(&changes), ["raised"]);
        assert_eq!(book.raised()[&AlarmKind::OutputError], 1);
    }

    #[test]
    fn what_is_too_short_is_never_told() {
        let mut book = AlarmBook::new();
        let mut changes = Vec::new();
        for s in 0..300 {
            changes.push(if s % 9 < 8 {
                book.present(at(s), AlarmKind::Lateness, "a", Level::Warning, "late")
            } else {
                book.absent(at(s), AlarmKind::Lateness, "a")
            });
        }
        assert_eq!(words(&changes), Vec::<&str>::new());
    }

    #[test]
    fn what_becomes_worse_is_told_again_and_keeps_its_worst_level() {
        let mut book = AlarmBook::new();
        let seen = |book: &mut AlarmBook, s, level| {
            book.present(at(s), AlarmKind::Slate, "tv-1", level, "")
        };
        let changes = [
            seen(&mut book, 0, Level::Warning),
            seen(&mut book, 1, Level::Critical),
            seen(&mut book, 2, Level::Warning),
            seen(&mut book, 3, Level::Critical),
        ];
        assert_eq!(words(&changes), ["raised", "worsened"]);
        assert_eq!(book.active()[0].level, Level::Critical);
    }

    #[test]
    fn subjects_are_alarms_of_their_own_and_can_be_cleared_by_what_is_left() {
        let mut book = AlarmBook::new();
        for asset in ["a", "b", "c"] {
            let raised =
                book.present(at(0), AlarmKind::AssetMissing, asset, Level::Warning, "missing");
            assert!(raised.is_some());
        }
        let gone = book.absent_but(at(1), AlarmKind::AssetMissing, &["b".to_owned()]);
        assert_eq!(gone.len(), 2);
        assert_eq!(book.active().len(), 1);
    }

    #[test]
    fn the_table_of_kinds_is_whole_and_in_the_order_of_its_words() {
        let words: Vec<&str> = AlarmKind::ALL.iter().map(|kind| kind.word()).collect();
        assert!(words.is_sorted());
        for kind in AlarmKind::ALL {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.word()));
        }
    }

    proptest! {
        #[test]
        fn raising_and_clearing_alternate_whatever_is_seen(
            seen in prop::collection::vec((0i64..40, any::<bool>()), 0..200),
        ) {
            let mut book = AlarmBook::new();
            let mut now = at(0);
            let mut is_raised = false;
            for (step, there) in seen {
                now = now + Span::from_seconds(step);
                let change = if there {
                    book.present(now, AlarmKind::Lateness, "a", Level::Warning, "")
                } else {
                    book.absent(now, AlarmKind::Lateness, "a")
                };
                match change {
                    Some(Change::Raised(_)) => {
                        prop_assert!(!is_raised);
                        is_raised = true;
                    }
                    Some(Change::Cleared(_)) => {
                        prop_assert!(is_raised);
                        is_raised = false;
                    }
                    Some(Change::Worsened(_)) => prop_assert!(false, "one level only"),
                    None => {}
                }
                prop_assert_eq!(book.active().len(), usize::from(is_raised));
            }
        }
    }
}
