//! What other programs wrote, as a timetable: CSV, XMLTV and iCalendar to `[[item]]` and
//! `[[slot]]`.
//!
//! Each form is read into entries on the local clock; airings that come back week by week
//! become slots, the others items. The text that is given has been read by the timetable's own
//! reader, so that it is sound. Every fault is told with the line of the file that has it.

mod csv;
mod entry;
mod ics;
mod times;
mod weekly;
mod write;
mod xmltv;

use core::fmt;
use entry::{Entry, check_entries};
use timetable::{Id, Zone};

/// The forms that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Rows with a heading, see [`crate::export::csv`].
    Csv,
    /// XMLTV.
    Xmltv,
    /// iCalendar, RFC 5545.
    Ics,
}

/// What is wanted of a file.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The service on which everything airs.
    pub service: &'a Id,
    /// The channel of the file that is taken; without it the one that is called like the service,
    /// or the only one.
    pub channel: Option<&'a str>,
    /// The zone of the timetable; times without a zone are in it.
    pub zone: &'a Zone,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong, and what would put it right.
    pub message: String,
}

impl Fault {
    fn new(line: usize, message: impl Into<String>) -> Fault {
        Fault { line, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}

/// A file longer than this is not read: a year of eight services takes a quarter of it.
pub const MAX_BYTES: usize = 64 << 20;
/// Airings of a file; a year of one service that changes every five minutes.
const MAX_ENTRIES: usize = 105_120;
/// Faults that are told of one file.
const MAX_FAULTS: usize = 50;

/// Reads a file and gives the text of a timetable that makes the same airings.
///
/// # Errors
/// All faults of the file, in the order of its lines.
pub fn import(form: Form, text: &str, request: &Request<'_>) -> Result<String, Vec<Fault>> {
    if text.len() > MAX_BYTES {
        return Err(vec![Fault::new(0, format!("the file is longer than {MAX_BYTES} bytes"))]);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut faults = Vec::new();
    let entries = match form {
        Form::Csv => csv::read(text, request.zone, &mut faults),
        Form::Xmltv => xmltv::read(text, request.zone, &mut faults),
        Form::Ics => ics::read(text, request.zone, &mut faults),
    };
    let entries = of_channel(entries, request, &mut faults);
    check_entries(&entries, request.zone, &mut faults);
    if faults.is_empty() {
        let (slots, items) = weekly::regular(entries, request.zone);
        return write::write(&slots, &items, request).map_err(told);
    }
    Err(told(faults))
}

/// Faults in the order in which they are told.
fn told(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort();
    faults.dedup();
    let more = faults.len().saturating_sub(MAX_FAULTS);
    faults.truncate(MAX_FAULTS);
    if more > 0 {
        faults.push(Fault::new(0, format!("{more} more faults")));
    }
    faults
}

/// The entries of the channel that is wanted.
fn of_channel(
    mut entries: Vec<Entry>,
    request: &Request<'_>,
    faults: &mut Vec<Fault>,
) -> Vec<Entry> {
    let mut channels: Vec<&str> = entries.iter().filter_map(|e| e.channel.as_deref()).collect();
    channels.sort_unstable();
    channels.dedup();
    let known = |name: &str| channels.contains(&name);
    let wanted = match request.channel {
        Some(wanted) if known(wanted) => wanted.to_owned(),
        Some(wanted) => {
            let message = format!("the file has no channel `{wanted}`, but {}", list(&channels));
            faults.push(Fault::new(0, message));
            return Vec::new();
        }
        None if known(request.service.as_str()) => request.service.to_string(),
        None if channels.len() < 2 => return entries,
        None => {
            let message =
                format!("the file has several channels; say which one: {}", list(&channels));
            faults.push(Fault::new(0, message));
            return Vec::new();
        }
    };
    entries.retain(|entry| entry.channel.as_deref().is_none_or(|channel| channel == wanted));
    entries
}

fn list(names: &[&str]) -> String {
    match names {
        [] => "none at all".to_owned(),
        names if names.len() > 20 => {
            format!("{} and {} more", names[..20].join(", "), names.len() - 20)
        }
        names => names.join(", "),
    }
}
