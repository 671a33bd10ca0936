//! What stands on the pages of a poster.

use super::super::{Stretch, Tongue};
use super::fit::{Size, fit};
use super::page::{Block, Page, Row};
use super::{clock, day_name};
use std::collections::BTreeMap;
use timetable::civil::Day;
use timetable::{CourseKind, Language, LocalTime, PlannedAiring, Service, ServiceKind, Texts};

/// The pages of one service: none when nothing airs.
pub(super) fn service_pages(stretch: &Stretch<'_>, service: &Service, week: &[Day]) -> Vec<Page> {
    let zone = stretch.timetable.zone();
    let mut rows: BTreeMap<u32, Vec<(usize, PlannedAiring)>> = BTreeMap::new();
    for airing in stretch.airings(service) {
        let local = zone.local_time(airing.start);
        if let Some(column) = week.iter().position(|day| *day == local.day()) {
            rows.entry(local.second_of_day()).or_default().push((column, airing));
        }
    }
    let rows: Vec<Row> = rows
        .into_iter()
        .map(|(second, airings)| row(stretch, second, &airings, week.len()))
        .collect();
    let (size, parts) = fit(rows, week.len());
    let count = parts.len();
    let page = |(part, rows): (usize, Vec<Row>)| Page {
        title: titles(&service.name, stretch.tongue),
        dates: dates(week, (part + 1, count)),
        corner: pair(stretch.tongue, "时间", "Time"),
        columns: week.iter().map(|day| day_name(*day, stretch.tongue)).collect(),
        rows,
        is_named: false,
        size,
    };
    parts.into_iter().enumerate().map(page).collect()
}

/// A word of the program itself in the languages that are shown.
fn pair(tongue: Tongue, zh: &'static str, en: &'static str) -> [String; 2] {
    match tongue {
        Tongue::Both => [zh.to_owned(), en.to_owned()],
        tongue => [tongue.word(zh, en), String::new()],
    }
}

fn row(
    stretch: &Stretch<'_>,
    second: u32,
    airings: &[(usize, PlannedAiring)],
    columns: usize,
) -> Row {
    let zone = stretch.timetable.zone();
    let end = |airing: &PlannedAiring| clock(zone.local_time(airing.window_end));
    let first = airings.first().map(|(_, airing)| end(airing)).unwrap_or_default();
    let shared = airings.iter().all(|(_, airing)| end(airing) == first);
    let mut cells = vec![Vec::new(); columns];
    for (column, airing) in airings {
        let mut block = block(airing, stretch.tongue);
        if !shared {
            block.lesson = format!("–{} {}", end(airing), block.lesson).trim_end().to_owned();
        }
        cells[*column].push(block);
    }
    let below = if shared { format!("–{first}") } else { String::new() };
    Row { head: [clock(LocalTime(i64::from(second))), below], cells }
}

fn block(airing: &PlannedAiring, tongue: Tongue) -> Block {
    let title = match &airing.title {
        Some(title) => titles(title, tongue),
        None => [airing.asset.to_string(), String::new()],
    };
    let lesson = airing.lesson.as_ref().map(|lesson| {
        let (number, count) = (lesson.number, lesson.lesson_count);
        let mut text = match tongue {
            Tongue::English => format!("Lesson {number}/{count}"),
            Tongue::Chinese | Tongue::Both => format!("第{number}课（共{count}课）"),
        };
        if let Some(title) = &lesson.title {
            text.push_str(&format!(" {}", tongue.show(title)));
        }
        text
    });
    let required = airing.lesson.as_ref().map(|lesson| lesson.course_kind);
    Block {
        is_required: required == Some(CourseKind::Required),
        title,
        lesson: lesson.unwrap_or_default(),
        file: airing.asset.to_string(),
    }
}

/// The page of the bundles that are sent; none when there are none, or when one service that
/// shows something was asked for.
pub(super) fn bundle_cells(stretch: &Stretch<'_>, week: &[Day]) -> Option<Page> {
    let timetable = stretch.timetable;
    let asked = stretch.service.and_then(|id| timetable.service(id));
    if asked.is_some_and(|service| service.kind != ServiceKind::Data) {
        return None;
    }
    let zone = timetable.zone();
    let mut times: BTreeMap<&str, Vec<Vec<Block>>> = BTreeMap::new();
    for interval in timetable.bundles_active(stretch.from, stretch.until) {
        let Some(bundle) = timetable.bundle(&interval.bundle) else { continue };
        if asked.is_some_and(|service| service.id != bundle.service) {
            continue;
        }
        for (column, day) in week.iter().enumerate() {
            let (from, until) = (zone.local_time(interval.from), zone.local_time(interval.until));
            let start = LocalTime::new(*day, 0);
            let end = LocalTime::new(Day(day.0 + 1), 0);
            if from < end && until > start {
                let text = match (from <= start, until >= end) {
                    (true, true) => stretch.tongue.word("全天", "all day"),
                    (true, false) => format!("00:00–{}", clock(until)),
                    (false, true) => format!("{}–24:00", clock(from)),
                    (false, false) => format!("{}–{}", clock(from), clock(until)),
                };
                let cells = times.entry(bundle.id.as_str());
                let cells = cells.or_insert_with(|| vec![Vec::new(); week.len()]);
                cells[column].push(Block { title: [text, String::new()], ..Block::default() });
            }
        }
    }
    let named = timetable.bundles().iter();
    let rows: Vec<Row> = named
        .filter_map(|bundle| {
            let cells = times.remove(bundle.id.as_str())?;
            let name = stretch.tongue.show(&bundle.title);
            Some(Row { head: [name, bundle.files.clone()], cells })
        })
        .collect();
    (!rows.is_empty()).then(|| Page {
        title: pair(stretch.tongue, "资源包", "Files to receive"),
        dates: dates(week, (1, 1)),
        corner: pair(stretch.tongue, "内容", "What"),
        columns: week.iter().map(|day| day_name(*day, stretch.tongue)).collect(),
        rows,
        is_named: true,
        size: Size::Some,
    })
}

/// A title and the same in a second language, where both are shown.
fn titles(texts: &Texts, tongue: Tongue) -> [String; 2] {
    match (tongue, texts.get(Language::ZHO), texts.get(Language::ENG)) {
        (Tongue::Both, Some(zh), Some(en)) if zh != en => [zh.to_owned(), en.to_owned()],
        _ => [tongue.show(texts), String::new()],
    }
}

/// The days of a page, and its place among several.
fn dates(week: &[Day], (part, parts): (usize, usize)) -> String {
    let (first, last) = (week.first(), week.last());
    let mut text = match (first, last) {
        (Some(first), Some(last)) if first != last => format!("{first} – {last}"),
        (Some(first), _) => first.to_string(),
        _ => String::new(),
    };
    if parts > 1 {
        text.push_str(&format!(" · {part}/{parts}"));
    }
    text
}
