//! What the log says.

use crate::stamp::{Stamp, Window};
use serde::{Deserialize, Serialize};

/// One line of the log, without what chains it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The place in the log, from zero, over all its files.
    pub number: u64,
    /// When it was written.
    pub at: Stamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// An airing or a carousel pass is over.
    Aired(Aired),
    /// The daemon has gone on air.
    Started {
        /// The version of the program.
        version: String,
        /// Until when a run before this one is known to have sent, if there was one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        sent_before: Option<Stamp>,
    },
    /// The daemon was asked to stop, and has.
    Stopped,
    /// A timetable was accepted.
    Revised {
        /// Its number.
        revision: u32,
        /// From when on it rules.
        effective: Stamp,
    },
    /// What a crash left behind the last whole line was taken off and kept.
    Mended {
        /// Bytes that were taken off.
        bytes: u64,
        /// The file, in the folder of the log, that they are kept in.
        kept: String,
    },
    /// Entries could not be written and were given up.
    Lost {
        /// How many.
        entries: u64,
        /// Why.
        reason: String,
    },
}

/// An airing or a carousel pass that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aired {
    /// The multiplex.
    pub multiplex: String,
    /// The service, by its name in the timetable.
    pub service: String,
    /// What was on.
    #[serde(flatten)]
    pub item: Item,
    /// Which revision of the timetable asked for it.
    pub revision: u32,
    /// When it was to be on.
    pub planned: Window,
    /// When it was on; nothing of it when it never was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub actual: Option<Window>,
    /// How it went.
    pub result: Outcome,
    /// From when on the slate was shown in its place.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub slate_from: Option<Stamp>,
    /// Datagrams of the multiplex that did not leave while it was on.
    pub datagrams_lost: u64,
}

/// What was on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Item {
    /// An asset, or a part of it.
    Airing {
        /// The asset.
        asset: String,
        /// BLAKE3 of its content, in hexadecimal digits.
        content: String,
        /// Why it was on.
        why: Why,
    },
    /// Every block of a bundle, sent once at the promised rate, or what of that lies in the hours
    /// in which the bundle is sent.
    BundlePass {
        /// The bundle.
        bundle: String,
        /// BLAKE3 of its content, in hexadecimal digits.
        content: String,
        /// Which pass, counted from the start of the time axis.
        pass: u64,
        /// Blocks of the bundle.
        blocks: u64,
        /// Blocks of the pass that were to be sent in the planned time.
        planned_blocks: u64,
    },
}

/// Why an asset was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The timetable names it.
    Programme,
    /// It filled a gap.
    Filler,
    /// It was the last resort.
    Slate,
}

/// How it went. What stands further down rules where several are true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All of it was sent.
    Whole,
    /// It ended before its planned end.
    Cut,
    /// Its beginning was not sent.
    JoinedLate,
    /// Parts in its middle were not sent.
    Interrupted,
    /// The slate was shown in its place, at least in part.
    Slate,
    /// Nothing of it was sent.
    Missed,
}

impl Outcome {
    /// The word that the log has for it.
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Whole => "whole",
            Outcome::Cut => "cut",
            Outcome::JoinedLate => "joined-late",
            Outcome::Interrupted => "interrupted",
            Outcome::Slate => "slate",
            Outcome::Missed => "missed",
        }
    }
}
