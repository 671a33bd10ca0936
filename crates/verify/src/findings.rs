//! What was found: where, what, against which limit; and how often.

use crate::check::Check;
use serde::Serialize;

/// A place in the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Index of the packet, from zero at the start of the stream. For datagrams, their index.
    pub packet: u64,
    /// 27 MHz ticks since the first packet left.
    pub time_ticks: u64,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The stream breaks the standard.
    Error,
    /// The stream keeps the standard, but some instrument or receiver in use may complain.
    Note,
}

/// The unit of a limit and of what was measured against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Unit {
    /// Nanoseconds.
    #[serde(rename = "ns")]
    Nanoseconds,
    /// Bytes.
    #[serde(rename = "bytes")]
    Bytes,
    /// Parts in a thousand million.
    #[serde(rename = "ppb")]
    PartsPerBillion,
    /// A bare number, such as a counter, a flag or a table_id.
    #[serde(rename = "count")]
    Count,
}

impl Unit {
    /// The sign of the unit; empty for a bare number.
    pub const fn sign(self) -> &'static str {
        match self {
            Unit::Nanoseconds => "ns",
            Unit::Bytes => "bytes",
            Unit::PartsPerBillion => "ppb",
            Unit::Count => "",
        }
    }
}

/// A limit and what was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// What the standard allows.
    pub limit: i64,
    /// What the stream has.
    pub measured: i64,
    /// The unit of both.
    pub unit: Unit,
}

impl Measure {
    /// Two spans in ticks, told in nanoseconds.
    pub fn ticks(limit: u64, measured: i64) -> Measure {
        Measure {
            limit: ticks_to_ns(limit as i64),
            measured: ticks_to_ns(measured),
            unit: Unit::Nanoseconds,
        }
    }

    /// Two bare numbers.
    pub const fn count(limit: i64, measured: i64) -> Measure {
        Measure { limit, measured, unit: Unit::Count }
    }

    /// Two amounts of bytes.
    pub const fn bytes(limit: i64, measured: i64) -> Measure {
        Measure { limit, measured, unit: Unit::Bytes }
    }
}

/// Ticks as nanoseconds, rounded towards zero and held at the ends of the range.
pub(crate) fn ticks_to_ns(ticks: i64) -> i64 {
    let ns = i128::from(ticks) * 1000 / 27;
    ns.clamp(i64::MIN as i128, i64::MAX as i128) as i64
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check that it belongs to.
    pub check: Check,
    /// How grave it is.
    pub severity: Severity,
    /// Where it was seen.
    #[serde(flatten)]
    pub place: Place,
    /// The PID that it concerns, when it concerns one.
    pub pid: Option<u16>,
    /// What is wrong, in words.
    pub what: String,
    /// Against which limit.
    #[serde(flatten)]
    pub measure: Measure,
}

/// How often a check has fired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Findings that break the standard.
    pub errors: u64,
    /// Findings that do not.
    pub notes: u64,
}

/// Collects findings: counts all, keeps the first few of each check, so memory stays flat.
#[derive(Clone, Debug)]
pub(crate) struct Findings {
    tallies: [Tally; Check::COUNT],
    kept: Vec<Finding>,
    keep: u64,
}

impl Findings {
    /// Keeps the first `keep` errors and the first `keep` notes of each check.
    pub(crate) fn new(keep: u64) -> Findings {
        Findings { tallies: [Tally::default(); Check::COUNT], kept: Vec::new(), keep }
    }

    /// Counts an error, and keeps it while there is room.
    pub(crate) fn error(
        &mut self,
        check: Check,
        place: Place,
        pid: Option<u16>,
        measure: Measure,
        what: impl FnOnce() -> String,
    ) {
        self.add(check, Severity::Error, place, pid, measure, what);
    }

    /// Counts a note, and keeps it while there is room.
    pub(crate) fn note(
        &mut self,
        check: Check,
        place: Place,
        pid: Option<u16>,
        measure: Measure,
        what: impl FnOnce() -> String,
    ) {
        self.add(check, Severity::Note, place, pid, measure, what);
    }

    fn add(
        &mut self,
        check: Check,
        severity: Severity,
        place: Place,
        pid: Option<u16>,
        measure: Measure,
        what: impl FnOnce() -> String,
    ) {
        let tally = &mut self.tallies[check as usize];
        let count = match severity {
            Severity::Error => &mut tally.errors,
            Severity::Note => &mut tally.notes,
        };
        *count += 1;
        if *count <= self.keep {
            self.kept.push(Finding { check, severity, place, pid, what: what(), measure });
        }
    }

    /// The tally of each check, and what was kept.
    pub(crate) fn into_parts(self) -> ([Tally; Check::COUNT], Vec<Finding>) {
        (self.tallies, self.kept)
    }
}
