//! What can be wrong, and how bad that is.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// To be known.
    Notice,
    /// To be mended within working hours.
    Warning,
    /// The audience sees it, or will soon: somebody must get up.
    Critical,
}

impl Level {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Level::Notice => "notice",
            Level::Warning => "warning",
            Level::Critical => "critical",
        }
    }
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmKind {
    /// The log of what went out cannot be written, or was damaged.
    AsRun,
    /// An asset that is planned within the next day is missing or cannot be aired.
    AssetMissing,
    /// A bundle that is planned cannot be sent.
    BundleMissing,
    /// The system's clock differs from the one that is sent by.
    ClockOffset,
    /// The system's clock has stepped.
    ClockStep,
    /// The stream that left does not keep TR 101 290.
    Conformance,
    /// The disk of library or state is filling up.
    Disk,
    /// Datagrams leave late.
    Lateness,
    /// The system refuses to send datagrams of an output.
    OutputError,
    /// What is planned cannot be renewed and will run out.
    PlanHorizon,
    /// A changed timetable, or the log of amendments, was refused.
    ReloadRefused,
    /// The slate is shown.
    Slate,
    /// Datagrams were too late and were left out.
    Skipped,
    /// The daily proof that alarms reach somebody.
    Test,
}

impl AlarmKind {
    /// All kinds, in the order of their words.
    pub const ALL: [AlarmKind; 14] = [
        AlarmKind::AsRun,
        AlarmKind::AssetMissing,
        AlarmKind::BundleMissing,
        AlarmKind::ClockOffset,
        AlarmKind::ClockStep,
        AlarmKind::Conformance,
        AlarmKind::Disk,
        AlarmKind::Lateness,
        AlarmKind::OutputError,
        AlarmKind::PlanHorizon,
        AlarmKind::ReloadRefused,
        AlarmKind::Skipped,
        AlarmKind::Slate,
        AlarmKind::Test,
    ];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            AlarmKind::AsRun => "as-run",
            AlarmKind::AssetMissing => "asset-missing",
            AlarmKind::BundleMissing => "bundle-missing",
            AlarmKind::ClockOffset => "clock-offset",
            AlarmKind::ClockStep => "clock-step",
            AlarmKind::Conformance => "conformance",
            AlarmKind::Disk => "disk",
            AlarmKind::Lateness => "lateness",
            AlarmKind::OutputError => "output-error",
            AlarmKind::PlanHorizon => "plan-horizon",
            AlarmKind::ReloadRefused => "reload-refused",
            AlarmKind::Skipped => "skipped",
            AlarmKind::Slate => "slate",
            AlarmKind::Test => "test",
        }
    }

    /// What the one who is told should do.
    pub const fn advice(self) -> &'static str {
        match self {
            AlarmKind::AsRun => "make room on the disk of the state folder, then `asrun verify`",
            AlarmKind::AssetMissing => "ingest it, or plan something else: `check` tells where",
            AlarmKind::BundleMissing => "put its files in place and send SIGHUP",
            AlarmKind::ClockOffset => "look at chrony: `chronyc tracking`",
            AlarmKind::ClockStep => "mend the system's clock; a restart takes its time as it is",
            AlarmKind::Conformance => {
                "`verify` the same minute as it is rendered: if that is \
                                       clean, packets are lost on the way"
            }
            AlarmKind::Disk => "`library gc` tells what can go",
            AlarmKind::Lateness => {
                "see what else runs on this machine; `doctor` tells whether \
                                    real-time priority is granted"
            }
            AlarmKind::OutputError => "look at the interface and its route: `doctor`",
            AlarmKind::PlanHorizon => "`check` tells what keeps the plan from being renewed",
            AlarmKind::ReloadRefused => "mend it where the log says; for a timetable, reload again",
            AlarmKind::Skipped => "see what held the machine up; `doctor` tells about its disk",
            AlarmKind::Slate => "ingest the asset again from a good source, look at the disk",
            AlarmKind::Test => "nothing: the alarm reached you",
        }
    }

    /// How long it must last.
    pub const fn patience(self) -> Patience {
        let (raise_s, clear_s) = match self {
            AlarmKind::Slate | AlarmKind::ReloadRefused | AlarmKind::AsRun => (0, 10),
            AlarmKind::Test => (0, 0),
            AlarmKind::ClockStep => (0, 60),
            AlarmKind::OutputError | AlarmKind::Skipped => (0, 60),
            AlarmKind::Lateness | AlarmKind::ClockOffset => (10, 60),
            AlarmKind::Conformance => (0, 120),
            AlarmKind::AssetMissing => (0, 0),
            AlarmKind::BundleMissing => (0, 10),
            AlarmKind::Disk | AlarmKind::PlanHorizon => (60, 600),
        };
        Patience { raise: Span::from_seconds(raise_s), clear: Span::from_seconds(clear_s) }
    }
}

impl fmt::Display for AlarmKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How long a condition must last before somebody is told, either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// That it is there.
    pub raise: Span,
    /// That it is gone.
    pub clear: Span,
}
