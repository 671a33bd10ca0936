//! The texts of a timetable together with the log of amendments.

use crate::amendments::LogText;
use crate::exit::{Code, Failure};
use crate::station::{Texts, read};
use timetable::{AmendmentLog, Diagnostic, Severity, Source, Timetable, arrange, render_human};

/// The texts of a timetable and the log, read.
#[derive(Debug)]
pub struct Edition {
    /// The texts of the timetable.
    pub texts: Texts,
    /// The text of the log.
    pub log_text: LogText,
    /// The timetable as it is written.
    pub base: Timetable,
    /// What amends it.
    pub log: AmendmentLog,
}

/// What was read of texts and a log.
#[derive(Debug)]
pub struct Reading {
    /// The edition; `None` when the timetable or the log has errors.
    pub edition: Option<Edition>,
    /// The timetable with all amendments; `None` when anything has errors.
    pub timetable: Option<Timetable>,
    /// All that there is to say.
    pub findings: Vec<Diagnostic>,
}

/// The sources of findings: the texts of the timetable, and the log behind them.
pub fn sources<'t>(texts: &'t Texts, log_text: &'t LogText) -> Vec<Source<'t>> {
    texts.sources().into_iter().chain([log_text.source()]).collect()
}

impl Edition {
    /// Reads texts and a log, and judges them together.
    pub fn judge(texts: &Texts, log_text: &LogText) -> Reading {
        let (base, mut findings) = read(texts);
        let (log, faults) = AmendmentLog::read(&log_text.source(), texts.0.len());
        findings.extend(faults);
        let faulty = findings.iter().any(|d| d.severity() == Severity::Error);
        let Some(base) = base.filter(|_| !faulty) else {
            arrange(&mut findings);
            return Reading { edition: None, timetable: None, findings };
        };
        let timetable = if log.is_empty() {
            Some(base.clone())
        } else {
            let (timetable, amended) = base.amended(&log);
            findings.extend(amended);
            timetable
        };
        arrange(&mut findings);
        let (texts, log_text) = (texts.clone(), log_text.clone());
        Reading { edition: Some(Edition { texts, log_text, base, log }), timetable, findings }
    }

    /// Reads texts that were accepted before, with the log.
    pub fn accepted(texts: Texts, log_text: &LogText) -> Result<Edition, Failure> {
        let (base, mut findings) = read(&texts);
        let (log, faults) = AmendmentLog::read(&log_text.source(), texts.0.len());
        findings.extend(faults);
        match base {
            Some(base) if findings.iter().all(|d| d.severity() != Severity::Error) => {
                Ok(Edition { texts, log_text: log_text.clone(), base, log })
            }
            _ => Err(faulty(&findings, &sources(&texts, log_text))),
        }
    }

    /// What findings about it point into.
    pub fn sources(&self) -> Vec<Source<'_>> {
        sources(&self.texts, &self.log_text)
    }
}

impl Reading {
    /// The edition and its timetable with all amendments, when nothing is wrong.
    pub fn sound(
        self,
        texts: &Texts,
        log_text: &LogText,
    ) -> Result<(Edition, Timetable, Vec<Diagnostic>), Failure> {
        match (self.edition, self.timetable) {
            (Some(edition), Some(timetable)) => Ok((edition, timetable, self.findings)),
            _ => Err(faulty(&self.findings, &sources(texts, log_text))),
        }
    }
}

fn faulty(findings: &[Diagnostic], sources: &[Source<'_>]) -> Failure {
    let text = render_human(findings, sources, false);
    Failure::new(Code::Config, format!("the timetable has errors\n{text}"))
}
