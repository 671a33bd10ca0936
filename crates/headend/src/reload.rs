//! A timetable that is to take over while on air: weighed first, then refused or accepted.
//!
//! SIGHUP and the control listener come the same way. Weighing compiles the timetable, counts its
//! first hours and compares it with the one on air, and changes nothing.

use crate::amendments::{LogFile, LogText};
use crate::command::check;
use crate::command::compare::{self, DiffReport, Stretch};
use crate::config::Config;
use crate::edition::{Edition, sources};
use crate::exit::Failure;
use crate::history::Journal;
use crate::station::{Station, Texts, read_texts};
use timetable::{Diagnostic, Severity, Source, arrange};
use ts::{Span, Ticks};

/// How far ahead a new timetable is counted before it is accepted.
pub const ACCEPT_HORIZON: Span = Span::from_seconds(2 * 3600);
/// How far ahead it is compared with the one on air.
const DIFF_HORIZON: Span = Span::from_seconds(28 * 86_400);
/// Changes of a service that are listed.
const DIFF_FIRST: usize = 20;

/// What weighing found.
#[derive(Debug)]
pub enum Weighed {
    /// The timetable is the one on air.
    Unchanged,
    /// It has errors.
    Refused(Findings),
    /// It can take over.
    Sound {
        /// The timetable with its assets.
        candidate: Box<Station>,
        /// What is doubtful about it.
        warnings: Findings,
        /// What it changes.
        diff: DiffReport,
    },
}

/// What came of a reload.
#[derive(Debug)]
pub enum Reloaded {
    /// The timetable is the one on air.
    Unchanged,
    /// It has errors; the old one goes on.
    Refused(Findings),
    /// It could take over.
    Acceptable {
        /// What is doubtful about it.
        warnings: Findings,
        /// What it would change.
        diff: DiffReport,
    },
    /// It takes over.
    Accepted {
        /// Its number.
        revision: u32,
        /// From when on it rules.
        effective: Ticks,
        /// What is doubtful about it.
        warnings: Findings,
        /// What it changes.
        diff: DiffReport,
    },
}

/// Findings with the texts that they point into.
#[derive(Debug)]
pub struct Findings {
    /// The findings, arranged.
    pub list: Vec<Diagnostic>,
    /// The texts of the timetable.
    pub texts: Texts,
    /// The text of the log of amendments.
    pub log_text: LogText,
}

impl Findings {
    fn new(mut list: Vec<Diagnostic>, texts: Texts, log_text: LogText) -> Findings {
        arrange(&mut list);
        Findings { list, texts, log_text }
    }

    /// There is an error among them.
    pub fn have_errors(&self) -> bool {
        self.list.iter().any(|finding| finding.severity() == Severity::Error)
    }

    /// What they point into.
    pub fn sources(&self) -> Vec<Source<'_>> {
        sources(&self.texts, &self.log_text)
    }

    /// The findings for people.
    pub fn human(&self) -> String {
        timetable::render_human(&self.list, &self.sources(), false)
    }

    /// The findings for programs.
    pub fn json(&self) -> serde_json::Value {
        timetable::to_json(&self.list, &self.sources())
    }
}

/// Weighs the timetable as its files are now against what is on air.
///
/// # Errors
/// The files cannot be read, or the library cannot be opened.
pub fn weigh(present: &Station, now: Ticks) -> Result<Weighed, Failure> {
    let texts = read_texts(&present.config.timetables)?;
    if texts == present.texts {
        return Ok(Weighed::Unchanged);
    }
    let log_text = LogFile::new(&present.config.state).read()?;
    let reading = Edition::judge(&texts, &log_text);
    if reading.timetable.is_none() {
        return Ok(Weighed::Refused(Findings::new(reading.findings, texts, log_text)));
    }
    let candidate = Station::of(present.config.clone(), texts, &log_text)?;
    let findings = check::findings(&candidate, now, now + ACCEPT_HORIZON)?;
    let findings = Findings::new(findings, candidate.texts.clone(), log_text);
    if findings.have_errors() {
        return Ok(Weighed::Refused(findings));
    }
    let diff = difference(present, &candidate, now);
    Ok(Weighed::Sound { candidate: Box::new(candidate), warnings: findings, diff })
}

/// What a candidate changes from an instant on.
pub fn difference(present: &Station, candidate: &Station, from: Ticks) -> DiffReport {
    let over = Stretch { from, until: from + DIFF_HORIZON, first: DIFF_FIRST };
    compare::compared(&present.timetable, &candidate.timetable, &over)
}

/// Writes down that a candidate rules from an instant on; the station that then is on air, and the
/// number of the revision.
pub fn enact(
    present: &Station,
    candidate: Station,
    effective: Ticks,
) -> Result<(Station, u32), Failure> {
    let config: Config = candidate.config;
    let number = present.history.last().map_or(0, |r| r.number) + 1;
    Journal::new(&config.state).write(number, Some(effective), &candidate.texts)?;
    let station = Station::with(config)?;
    // Somebody may write while we read: then the files are not what was weighed.
    if station.texts != candidate.texts {
        tracing::warn!("the timetable was changed again meanwhile; reload once more");
    }
    Ok((station, number))
}
