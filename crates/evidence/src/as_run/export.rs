//! The log as a table for other programs.

use super::entry::{Aired, Entry, Event, Item, Why};
use std::io::Write;
use ts::TICKS_PER_SECOND;

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the table cannot be written: {0}")]
pub struct ExportError(#[from] csv::Error);

const HEADER: [&str; 17] = [
    "number",
    "written",
    "event",
    "multiplex",
    "service",
    "kind",
    "what",
    "why",
    "planned_start",
    "planned_end",
    "actual_start",
    "actual_end",
    "actual_seconds",
    "result",
    "slate_from",
    "datagrams_lost",
    "content_blake3",
];

/// Writes entries as CSV of RFC 4180 with a line of names; times are RFC 3339 in UTC. Entries that
/// are no airing have their columns empty and tell what happened in `what`.
///
/// # Errors
/// The writer fails.
pub fn write_csv(
    entries: impl IntoIterator<Item = Entry>,
    to: impl Write,
) -> Result<(), ExportError> {
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    table.write_record(HEADER)?;
    for entry in entries {
        table.write_record(row(&entry))?;
    }
    table.flush().map_err(csv::Error::from)?;
    Ok(())
}

fn row(entry: &Entry) -> [String; 17] {
    let (number, at) = (entry.number.to_string(), entry.at.to_string());
    let other = |event: &str, what: String| {
        let mut row: [String; 17] = Default::default();
        (row[0], row[1], row[2], row[6]) = (number.clone(), at.clone(), event.to_owned(), what);
        row
    };
    match &entry.event {
        Event::Aired(aired) => aired_row(number, at, aired),
        Event::Started { version, .. } => other("started", version.clone()),
        Event::Stopped => other("stopped", String::new()),
        Event::Revised { revision, effective } => {
            other("revised", format!("revision {revision} from {effective}"))
        }
        Event::Mended { bytes, kept } => other("mended", format!("{bytes} bytes, in {kept}")),
        Event::Lost { entries, reason } => other("lost", format!("{entries} entries: {reason}")),
    }
}

fn aired_row(number: String, at: String, aired: &Aired) -> [String; 17] {
    let (kind, what, why, content) = match &aired.item {
        Item::Airing { asset, content, why } => {
            let why = match why {
                Why::Programme => "programme",
                Why::Filler => "filler",
                Why::Slate => "slate",
            };
            ("airing", asset.clone(), why, content)
        }
        Item::BundlePass { bundle, content, .. } => ("bundle-pass", bundle.clone(), "", content),
    };
    let actual = |pick: fn(crate::Window) -> String| aired.actual.map(pick).unwrap_or_default();
    [
        number,
        at,
        "aired".to_owned(),
        aired.multiplex.clone(),
        aired.service.clone(),
        kind.to_owned(),
        what,
        why.to_owned(),
        aired.planned.start.to_string(),
        aired.planned.end.to_string(),
        actual(|window| window.start.to_string()),
        actual(|window| window.end.to_string()),
        actual(|window| seconds(window.length().0)),
        aired.result.word().to_owned(),
        aired.slate_from.map(|from| from.to_string()).unwrap_or_default(),
        aired.datagrams_lost.to_string(),
        content.clone(),
    ]
}

/// Seconds with three digits behind the point, rounded down.
fn seconds(ticks: i64) -> String {
    let ms = ticks.max(0) / (TICKS_PER_SECOND as i64 / 1000);
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::as_run::Outcome;
    use crate::stamp::{Stamp, Window};
    use ts::Ticks;

    #[test]
    fn a_table_has_a_row_for_each_entry_and_quotes_what_needs_it() {
        let at = |s: u64| Ticks::from_seconds(1_800_000_037 + s);
        let aired = Aired {
            multiplex: "rural-1".into(),
            service: "tv-1".into(),
            item: Item::Airing {
                asset: "a,\"b\"".into(),
                content: "ff".into(),
                why: Why::Programme,
            },
            revision: 0,
            planned: Window::new(at(0), at(60)),
            actual: Some(Window::new(at(1), at(60))),
            result: Outcome::JoinedLate,
            slate_from: None,
            datagrams_lost: 0,
        };
        let entries = [Event::Stopped, Event::Aired(aired)].into_iter().zip(7..);
        let entries =
            entries.map(|(event, number)| Entry { number, at: Stamp(at(70)), event });
        let mut text = Vec::new();
        write_csv(entries, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines[1], "7,2027-01-15T08:01:10Z,stopped,,,,,,,,,,,,,,");
        assert_eq!(
            lines[2],
            "8,2027-01-15T08:01:10Z,aired,rural-1,tv-1,airing,\"a,\"\"b\"\"\",programme,\
             2027-01-15T08:00:00Z,2027-01-15T08:01:00Z,2027-01-15T08:00:01Z,2027-01-15T08:01:00Z,\
             59.000,joined-late,,0,ff"
        );
        assert_eq!(lines[3..], [""]);
    }
}
