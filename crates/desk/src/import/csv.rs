//! CSV (RFC 4180) with a row of names: commas, semicolons or tabs between the fields.

use super::entry::{Entry, place};
use super::times::{FileTime, spaced};
use super::{Fault, MAX_ENTRIES, MAX_FAULTS};
use timetable::civil::{parse_rfc3339, ticks_from_unix};
use timetable::{AssetId, Language, LocalInstants, LocalTime, Zone, nearest, parse_duration};
use ts::{Span, Ticks};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Column {
    Service,
    Start,
    Date,
    Time,
    End,
    Length,
    Asset,
    StartAt,
    /// `None`: the language is seen from the text.
    Title(Option<Language>),
    Ignored,
}

/// Names of columns that an export has and an import does not need.
const IGNORED: [&str; 6] = ["", "id", "course", "lesson", "number", "lessons"];
const NAMES: [&str; 12] = [
    "service", "channel", "start", "date", "time", "end", "length", "asset", "start_at", "title",
    "title_zh", "title_en",
];

/// Reads all rows.
pub(super) fn read(text: &str, zone: &Zone, faults: &mut Vec<Fault>) -> Vec<Entry> {
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t'];
    let delimiter = delimiter.into_iter().max_by_key(|d| {
        // Of equals the comma, which is the last to be asked for.
        (first.bytes().filter(|b| b == d).count(), *d == b',')
    });
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut rows = reader.records();
    let heading = match rows.next() {
        Some(Ok(row)) => row,
        _ => {
            faults.push(Fault::new(1, "the file has no row of names"));
            return Vec::new();
        }
    };
    let columns: Vec<Column> = heading.iter().map(|name| column(name, faults)).collect();
    let has = |column: Column| columns.contains(&column);
    let begins = has(Column::Start) || has(Column::Date) && has(Column::Time);
    if !begins {
        faults.push(Fault::new(1, "there is no column `start`, nor `date` and `time`"));
    }
    if !faults.is_empty() {
        return Vec::new();
    }
    let mut entries = Vec::new();
    for row in rows {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let line = error.position().map_or(0, |at| at.line() as usize);
                faults.push(Fault::new(line, "the row cannot be read"));
                break;
            }
        };
        let line = row.position().map_or(0, |at| at.line() as usize);
        if row.iter().all(str::is_empty) {
            continue;
        }
        match read_row(&row, &columns, line, zone) {
            Ok(entry) => entries.push(entry),
            Err(message) => faults.push(Fault::new(line, message)),
        }
        if entries.len() > MAX_ENTRIES || faults.len() > MAX_FAULTS {
            break;
        }
    }
    entries
}

fn column(name: &str, faults: &mut Vec<Fault>) -> Column {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "service" | "channel" => Column::Service,
        "start" => Column::Start,
        "date" => Column::Date,
        "time" => Column::Time,
        "end" | "stop" => Column::End,
        "length" => Column::Length,
        "asset" => Column::Asset,
        "start_at" => Column::StartAt,
        "title" => Column::Title(None),
        name if IGNORED.contains(&name) => Column::Ignored,
        name => {
            let language = name.strip_prefix("title_").and_then(Language::new);
            if language.is_none() {
                let shown = name.escape_debug();
                let help = match nearest(name, NAMES) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        format!("known are {}; one without a name is left out", NAMES.join(", "))
                    }
                };
                faults.push(Fault::new(1, format!("there is no column `{shown}`; {help}")));
            }
            Column::Title(language)
        }
    }
}

fn read_row(
    row: &csv::StringRecord,
    columns: &[Column],
    line: usize,
    zone: &Zone,
) -> Result<Entry, String> {
    if row.len() > columns.len() {
        let (found, wanted) = (row.len(), columns.len());
        return Err(format!("the row has {found} fields, the heading {wanted}; quote commas"));
    }
    let field = |wanted: Column| {
        let found =
            columns.iter().zip(row.iter()).find(|(c, text)| **c == wanted && !text.is_empty());
        found.map(|(_, text)| text)
    };
    let start = match (field(Column::Start), field(Column::Date), field(Column::Time)) {
        (Some(start), _, _) => time(start)?,
        (None, Some(date), Some(clock)) => time(&format!("{date} {clock}"))?,
        _ => return Err("the row has no start".to_owned()),
    };
    let start = on_axis(zone, start)?;
    let end = match (field(Column::End), field(Column::Length)) {
        (Some(end), _) => Some(on_axis(zone, time(end)?)?),
        (None, Some(length)) => {
            let span = parse_duration(length).map_err(|error| format!("`length`: {error}"))?;
            Some(start.saturating_add(span))
        }
        (None, None) => None,
    };
    let placed = place(zone, start, end)?;
    let asset = field(Column::Asset).map(asset).transpose()?;
    let start_at = field(Column::StartAt).map_or(Ok(Span(0)), parse_duration);
    let mut titles = Vec::new();
    for (column, text) in columns.iter().zip(row.iter()).filter(|(_, text)| !text.is_empty()) {
        if let Column::Title(language) = column {
            titles.push((language.unwrap_or_else(|| language_of(text)), text.to_owned()));
        }
    }
    Ok(Entry {
        line,
        channel: field(Column::Service).map(str::to_owned),
        at: placed.at,
        is_second: placed.is_second,
        length_s: placed.length_s,
        asset,
        start_at: start_at.map_err(|error| format!("`start_at`: {error}"))?,
        titles,
        weekly: None,
    })
}

/// A time with an offset, or one on the local clock.
fn time(text: &str) -> Result<FileTime, String> {
    if let Ok(instant) = parse_rfc3339(text) {
        return Ok(FileTime::OnAxis(instant));
    }
    let shown = text.escape_debug();
    spaced(text).map(FileTime::Local).ok_or_else(|| {
        format!("`{shown}` is no time; write it like 2027-03-01 19:30 or 2027-03-01T19:30:00+08:00")
    })
}

/// The instant of a time; of one that a clock change skips the later, of one that it repeats the
/// first.
pub(super) fn on_axis(zone: &Zone, time: FileTime) -> Result<Ticks, String> {
    let local: LocalTime = match time {
        FileTime::OnAxis(instant) => return Ok(instant),
        FileTime::Local(local) => local,
    };
    let unix_s = match zone.instants(local) {
        LocalInstants::One(unix_s) => unix_s,
        LocalInstants::Gap { later, .. } => later,
        LocalInstants::Fold { first, .. } => first,
    };
    ticks_from_unix(unix_s).ok_or_else(|| format!("{local} is too early"))
}

/// The asset that a text names.
pub(super) fn asset(text: &str) -> Result<AssetId, String> {
    AssetId::new(text).ok_or_else(|| {
        let shown = text.escape_debug();
        format!("`{shown}` is no asset: parts of letters, digits, `.`, `_` and `-`, joined by `/`")
    })
}

/// Chinese where a text has Chinese signs, English otherwise.
pub(super) fn language_of(text: &str) -> Language {
    let chinese = text.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c));
    if chinese { Language::ZHO } else { Language::ENG }
}
