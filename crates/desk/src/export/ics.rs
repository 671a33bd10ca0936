//! iCalendar (RFC 5545): one event an airing, for calendars.
//!
//! Times are UTC, which needs no definition of a zone. A UID is the name of the airing on its
//! service, so that a calendar that reads a later export moves its events instead of doubling
//! them. What a calendar has no property for stands in `X-HEADEND-` ones.

use super::{Stretch, language_code, title};
use timetable::civil::{Day, SECONDS_PER_DAY, utc_from_ticks};
use timetable::{PlannedAiring, Service, format_duration};
use ts::Ticks;

/// A line has at most so many bytes, without its end.
const LINE_BYTES: usize = 75;

/// The airings as a calendar.
pub fn write(stretch: &Stretch<'_>) -> String {
    let mut text = String::new();
    line(&mut text, "BEGIN:VCALENDAR");
    line(&mut text, "VERSION:2.0");
    line(&mut text, "PRODID:-//headend//timetable//EN");
    line(&mut text, "CALSCALE:GREGORIAN");
    line(&mut text, &format!("X-WR-TIMEZONE:{}", stretch.timetable.zone().name()));
    for service in stretch.services() {
        for airing in stretch.airings(service) {
            event(&mut text, stretch, service, &airing);
        }
    }
    line(&mut text, "END:VCALENDAR");
    text
}

fn event(text: &mut String, stretch: &Stretch<'_>, service: &Service, airing: &PlannedAiring) {
    let tongue = stretch.tongue;
    line(text, "BEGIN:VEVENT");
    line(text, &format!("UID:{}/{}@headend", airing.service, airing.id));
    // The file is a function of the timetable, so the stamp is no time of day of its making.
    line(text, &format!("DTSTAMP:{}", utc(airing.start)));
    line(text, &format!("DTSTART:{}", utc(airing.start)));
    line(text, &format!("DTEND:{}", utc(airing.window_end)));
    line(text, &format!("SUMMARY:{}", escaped(&title(airing, tongue))));
    line(text, &format!("LOCATION:{}", escaped(&tongue.show(&service.name))));
    if let Some(lesson) = &airing.lesson {
        let (number, count) = (lesson.number, lesson.lesson_count);
        let mut words = format!("{} {number}/{count}", tongue.word("课", "lesson"));
        if let Some(title) = &lesson.title {
            words.push_str(&format!(": {}", tongue.show(title)));
        }
        line(text, &format!("DESCRIPTION:{}", escaped(&words)));
        line(text, &format!("CATEGORIES:{}", lesson.course));
    }
    line(text, &format!("X-HEADEND-SERVICE:{}", airing.service));
    line(text, &format!("X-HEADEND-ASSET:{}", airing.asset));
    if airing.in_offset.0 != 0 {
        line(text, &format!("X-HEADEND-START-AT:{}", format_duration(airing.in_offset)));
    }
    for (language, words) in airing.title.iter().flat_map(|title| title.iter()) {
        let code = language_code(&language).to_owned();
        line(text, &format!("X-HEADEND-TITLE;LANGUAGE={code}:{}", escaped(words)));
    }
    line(text, "END:VEVENT");
}

/// A UTC time of the form of section 3.3.5.
fn utc(at: Ticks) -> String {
    let unix_s = utc_from_ticks(at).unix_s;
    let date = Day(unix_s.div_euclid(SECONDS_PER_DAY) as i32).ymd();
    let second = unix_s.rem_euclid(SECONDS_PER_DAY);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!(
        "{:04}{:02}{:02}T{hour:02}{minute:02}{:02}Z",
        date.year,
        date.month,
        date.day,
        second % 60
    )
}

/// A text with what has a meaning in it escaped, section 3.3.11.
fn escaped(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '\\' | ';' | ',' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            c => text.push(c),
        }
    }
    text
}

/// Writes a content line, folded between characters, section 3.1.
fn line(text: &mut String, content: &str) {
    let mut room = LINE_BYTES;
    for c in content.chars() {
        if c.len_utf8() > room {
            text.push_str("\r\n ");
            room = LINE_BYTES - 1;
        }
        room -= c.len_utf8();
        text.push(c);
    }
    text.push_str("\r\n");
}
