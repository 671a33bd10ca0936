//! CSV (RFC 4180): one row an airing, for spreadsheets.

use super::{Stretch, language_code, languages};
use timetable::{Language, PlannedAiring, format_duration};

/// The columns that every file has, before those of the titles.
pub(crate) const COLUMNS: [&str; 6] = ["service", "id", "start", "end", "asset", "start_at"];

/// The airings as rows behind a row of names. It starts with a byte order mark, without which
/// spreadsheets on Windows read Chinese as something else.
pub fn write(stretch: &Stretch<'_>) -> String {
    let all: Vec<PlannedAiring> =
        stretch.services().iter().flat_map(|service| stretch.airings(service)).collect();
    let languages = languages(&all);
    let mut rows = vec![heading(&languages)];
    rows.extend(all.iter().map(|airing| row(stretch, airing, &languages)));
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).expect("rows have one length, and memory takes them");
    }
    let bytes = writer.into_inner().expect("memory takes what is left");
    format!("\u{feff}{}", String::from_utf8_lossy(&bytes))
}

fn heading(languages: &[Language]) -> Vec<String> {
    let titles = languages.iter().map(|l| format!("title_{}", language_code(l)));
    let fixed = COLUMNS.iter().map(|name| (*name).to_owned());
    let lesson = ["course", "lesson", "number", "lessons"].map(str::to_owned);
    fixed.chain(titles).chain(lesson).collect()
}

fn row(stretch: &Stretch<'_>, airing: &PlannedAiring, languages: &[Language]) -> Vec<String> {
    let zone = stretch.timetable.zone();
    let fixed = [
        airing.service.to_string(),
        airing.id.clone(),
        zone.format(airing.start),
        zone.format(airing.window_end),
        airing.asset.to_string(),
        if airing.in_offset.0 == 0 { String::new() } else { format_duration(airing.in_offset) },
    ];
    let title = |l: &Language| airing.title.as_ref().and_then(|t| t.get(*l)).unwrap_or_default();
    let titles = languages.iter().map(|language| title(language).to_owned());
    let lesson = airing.lesson.as_ref().map_or_else(Default::default, |lesson| {
        let (number, count) = (lesson.number.to_string(), lesson.lesson_count.to_string());
        [lesson.course.to_string(), lesson.lesson.to_string(), number, count]
    });
    fixed.into_iter().chain(titles).chain(lesson).collect()
}
