//! What is to be said of the text of a timetable that somebody has sent.
//!
//! The text may include files of the timetable on air and no others: nothing of this machine is
//! read because a text names it.

use crate::command::check;
use crate::edition::{Edition, sources};
use crate::exit::{Code, Failure};
use crate::include;
use crate::reload::{ACCEPT_HORIZON, difference};
use crate::station::{Station, Texts};
use crate::when;
use control::Refusal;
use control::model::{CheckReport, CheckText, Finding};
use std::path::{Path, PathBuf};
use timetable::{Diagnostic, Severity, Source, arrange};

/// The name of a text that stands in no file's place.
const POSTED: &str = "timetable.toml";

/// Checks a text.
pub(super) fn check(present: &Station, posted: &CheckText) -> Result<CheckReport, Refusal> {
    let texts = texts(present, posted)?;
    let log_text = present.edition.log_text.clone();
    let reading = Edition::judge(&texts, &log_text);
    let (mut found, mut diff) = (reading.findings, None);
    if let (Some(edition), Some(timetable)) = (reading.edition, reading.timetable) {
        let wrong = |failure: Failure| Refusal::Bad(failure.message);
        let missing = present.config.check_services(&timetable);
        if !missing.is_empty() {
            // They point into the configuration, which is not for everybody.
            let messages: Vec<String> = missing.into_iter().map(|d| d.message).collect();
            return Err(Refusal::Bad(messages.join("; ")));
        }
        let imagined = present.imagined(edition, timetable, found).map_err(wrong)?;
        let now = when::now();
        found = check::findings(&imagined, now, now + ACCEPT_HORIZON).map_err(wrong)?;
        let changes = difference(present, &imagined, now);
        diff = serde_json::to_value(changes).ok();
    }
    arrange(&mut found);
    let errors = found.iter().filter(|d| d.severity() == Severity::Error).count();
    Ok(CheckReport {
        sound: errors == 0,
        errors,
        warnings: found.len() - errors,
        findings: findings(&found, &sources(&texts, &log_text)),
        diff: diff.filter(|_| errors == 0),
    })
}

/// Findings as calls tell them.
pub(crate) fn findings(found: &[Diagnostic], sources: &[Source<'_>]) -> Vec<Finding> {
    let mut json = timetable::to_json(found, sources);
    for finding in json.as_array_mut().into_iter().flatten() {
        // A place in a text that is not shown is left out.
        if let Some(labels) = finding["labels"].as_array_mut() {
            labels.retain(|label| !label.is_null());
        }
    }
    serde_json::from_value(json).unwrap_or_default()
}

/// The texts of the timetable with the posted one in its place.
fn texts(present: &Station, posted: &CheckText) -> Result<Texts, Refusal> {
    let own = &present.config.timetables;
    let (paths, replaced): (Vec<PathBuf>, PathBuf) = match &posted.file {
        Some(file) => {
            let names = present.texts.0.iter().map(|(name, _)| Path::new(name));
            let found = names.clone().find(|name| name.ends_with(file));
            let found = found.ok_or_else(|| {
                let known: Vec<_> = names.map(|name| name.display().to_string()).collect();
                let known = known.join(", ");
                let file = file.escape_debug();
                Refusal::NotThere(format!("no file {file} in the timetable; there is {known}"))
            })?;
            (own.clone(), found.to_owned())
        }
        None if own.len() == 1 => (own.clone(), own[0].clone()),
        None => {
            let path = present.config.folder.join(POSTED);
            (vec![path.clone()], path)
        }
    };
    let replaced = include::plain(&replaced);
    let gathered = include::gather(&paths, &mut |path| {
        let path = include::plain(path);
        if path == replaced {
            return Ok(posted.text.clone());
        }
        let mut known = present.texts.0.iter();
        let known = known.find(|(name, _)| include::plain(Path::new(name)) == path);
        known.map(|(_, text)| text.clone()).ok_or_else(|| {
            let message = format!("{} is no file of the timetable on air", path.display());
            Failure::new(Code::Config, message)
        })
    });
    gathered.map(Texts).map_err(|failure| Refusal::Bad(failure.message))
}
