//! The text of the log: lines to amendments.
//!
//! A JSON object differs from an inline table of TOML in the sign between key and value alone. So
//! a line that is JSON is read by the reader of timetables, and its faults are told alike.

use super::entry::Amendment;
use crate::diagnostic::{Code, Diagnostic};
use crate::read::{Fields, Report};
use crate::source::{Location, Source};
use std::collections::BTreeSet;
use toml::de::{DeTable, DeValue};
use ts::Ticks;

/// The amendments of a log, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AmendmentLog {
    source: usize,
    amendments: Vec<Amendment>,
}

impl AmendmentLog {
    /// Reads the text of a log. `index` is its place among the sources that findings are shown
    /// with: behind those of the timetable.
    ///
    /// A last line without its end was torn by a crash while it was written. It was never
    /// accepted, and is told and left out. Every other fault is an error.
    pub fn read(source: &Source<'_>, index: usize) -> (AmendmentLog, Vec<Diagnostic>) {
        let mut report = Report::new(index);
        let mut log = AmendmentLog { source: index, amendments: Vec::new() };
        if source.text.len() > MAX_LOG_BYTES {
            let message = format!("this log is longer than {MAX_LOG_BYTES} bytes");
            report.fault(Code::TooLarge, report.location(0..0), message, "");
            return (log, report.diagnostics);
        }
        let complete = AmendmentLog::complete(source.text);
        if complete.len() < source.text.len() {
            let at = report.location(complete.len()..source.text.len());
            let finding = Diagnostic::new(Code::TornLine, "the last line of the log is torn")
                .primary(at, "this has no line end")
                .help("it was never accepted; the next amendment sets it aside");
            report.push(finding);
        }
        let mut start = 0;
        for line in complete.split_inclusive('\n') {
            let text = line.trim_end_matches(['\n', '\r']);
            if !text.trim().is_empty() {
                log.read_line(text, start, &mut report);
            }
            start += line.len();
        }
        (log, report.diagnostics)
    }

    /// The part of a text that ends with a line end.
    pub fn complete(text: &str) -> &str {
        text.rfind('\n').map_or("", |end| &text[..=end])
    }

    /// The amendments, in the order of their numbers.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Amendment> {
        self.amendments.iter()
    }

    /// The amendment of a number.
    pub fn get(&self, number: u32) -> Option<&Amendment> {
        self.amendments.get(number.checked_sub(1)? as usize)
    }

    /// The number of the next amendment.
    pub fn next_number(&self) -> u32 {
        self.amendments.len() as u32 + 1
    }

    /// Nothing is amended.
    pub fn is_empty(&self) -> bool {
        self.amendments.is_empty()
    }

    /// The log without what stands behind an amendment.
    #[must_use]
    pub fn up_to(&self, number: u32) -> AmendmentLog {
        let amendments = self.amendments.iter().take(number as usize).cloned().collect();
        AmendmentLog { source: self.source, amendments }
    }

    /// The numbers of the amendments that were not taken back.
    pub fn standing(&self) -> BTreeSet<u32> {
        super::apply::standing(&self.amendments.iter().collect::<Vec<_>>())
    }

    /// The instants at which something begins to hold or ends, in order, each once: between two
    /// of them the same timetable rules.
    pub fn turns(&self) -> Vec<Ticks> {
        let mut turns = BTreeSet::new();
        for amendment in &self.amendments {
            turns.insert(amendment.effective);
            if let super::Verb::Boost { until, .. } = amendment.verb {
                turns.insert(until.max(amendment.effective));
            }
        }
        turns.into_iter().collect()
    }

    pub(crate) fn source(&self) -> usize {
        self.source
    }

    fn read_line(&mut self, text: &str, start: usize, report: &mut Report) {
        let at = report.location(start..start + text.len());
        if text.len() > MAX_LINE_BYTES {
            let message = format!("this line is longer than {MAX_LINE_BYTES} bytes");
            report.fault(Code::TooLarge, at, message, "");
            return;
        }
        if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
            let column = start + error.column().saturating_sub(1).min(text.len());
            let place = Location { start: column, end: at.end, ..at };
            let message = error.to_string();
            let message = message.rsplit_once(" at line").map_or(&*message, |(what, _)| what);
            report.fault(Code::Syntax, place, format!("not JSON: {message}"), "");
            return;
        }
        let table = format!("a={}", as_inline_table(text));
        // Places in the table lie two bytes behind those in the line.
        report.shift(start as i64 - 2);
        let (root, errors) = DeTable::parse_recoverable(&table);
        match root.get_ref().get("a").map(|value| value.get_ref()) {
            Some(DeValue::Table(table)) if errors.is_empty() => {
                let fields = Fields::new("amendment", table, at);
                let read = Amendment::read(fields, report);
                self.amendments.extend(read.filter(|a| self.is_next(a, report)));
            }
            Some(DeValue::Table(_)) | None => {
                let message = errors.first().map_or("not to be read", |e| e.message());
                report.fault(Code::Syntax, at, message, "");
            }
            Some(_) => report.fault(Code::WrongType, at, "an amendment is an object", ""),
        }
        report.shift(0);
    }

    fn is_next(&self, amendment: &Amendment, report: &mut Report) -> bool {
        let wanted = self.next_number();
        if amendment.number == wanted {
            return true;
        }
        // Behind a line with a fault all numbers are off; that fault is told.
        if report.diagnostics.iter().all(|d| d.code == Code::TornLine) {
            let message = format!("amendment {} stands where {wanted} is due", amendment.number);
            let finding = Diagnostic::new(Code::WrongNumber, message)
                .primary(amendment.origin, "")
                .help("the log is never edited; take a whole copy from the other machine");
            report.push(finding);
        }
        false
    }
}

/// JSON with `=` between keys and values.
fn as_inline_table(text: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let turned = text.chars().map(|c| {
        let was_escaped = escaped;
        escaped = quoted && c == '\\' && !was_escaped;
        if c == '"' && !was_escaped {
            quoted = !quoted;
        }
        if c == ':' && !quoted { '=' } else { c }
    });
    turned.collect()
}

/// A hundred amendments a day for a year.
const MAX_LOG_BYTES: usize = 16 << 20;
const MAX_LINE_BYTES: usize = 16 << 10;
