//! One line of the log.

use super::verbs::{Verb, instant};
use crate::civil::format_rfc3339;
use crate::read::{Fields, Report, Value, value};
use crate::source::Location;
use serde_json::json;
use ts::Ticks;

/// An amendment as the log has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Amendment {
    /// Its number, from 1.
    pub number: u32,
    /// From when on it holds; what starts before is as it was.
    pub effective: Ticks,
    /// Who wrote it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// What it does.
    pub verb: Verb,
    /// Where it stands: the whole line.
    pub origin: Location,
    /// Where what it is about stands.
    pub(crate) about: Location,
}

/// An amendment before it is in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAmendment {
    /// From when on it holds.
    pub effective: Ticks,
    /// Who writes it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// What it does.
    pub verb: Verb,
}

impl NewAmendment {
    /// The line of the log for it, with its line end.
    pub fn line(&self, number: u32) -> String {
        let mut line = vec![
            ("n", json!(number)),
            ("effective", json!(format_rfc3339(self.effective, 0))),
            ("by", json!(self.by)),
            ("reason", json!(self.reason)),
            ("do", json!(self.verb.as_str())),
        ];
        self.verb.write(&mut |key, value| line.push((key, value)));
        let pairs = line.iter().map(|(key, value)| format!("\"{key}\":{value}"));
        format!("{{{}}}\n", pairs.collect::<Vec<_>>().join(","))
    }
}

impl Amendment {
    /// Reads the keys of a line; `None` when something is wrong with them, which is told.
    pub(super) fn read(mut line: Fields<'_>, report: &mut Report) -> Option<Amendment> {
        let origin = line.at();
        let number = |v: Value<'_>, r: &mut Report| value::integer(v, r, 1..=u64::from(u32::MAX));
        let number = line.required("n", report, number);
        let effective = line.required("effective", report, instant);
        let by = line.required("by", report, value::remark);
        let reason = line.required("reason", report, value::remark);
        let words = Verb::WORDS.map(|word| (word, word));
        let word = line.required("do", report, |v, r| value::word(v, r, &words))?;
        let known = report.diagnostics.len();
        let verb = Verb::read(word.value, &mut line, report);
        let about = ["airing", "id", "course", "bundle", "asset", "amendment"];
        let about = about.into_iter().find_map(|key| line.given(key, report)).unwrap_or(origin);
        // What a faulty verb left unread is not unknown.
        if report.diagnostics.len() == known {
            line.finish(report);
        }
        Some(Amendment {
            number: number?.value as u32,
            effective: effective?.value,
            by: by?.value,
            reason: reason?.value,
            verb: verb?,
            origin,
            about,
        })
    }
}
