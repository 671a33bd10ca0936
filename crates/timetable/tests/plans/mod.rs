//! Timetables written for a test, and what airs on them.
#![allow(dead_code, reason = "each test file uses a part of it")]

use timetable::civil::parse_rfc3339;
use timetable::{Id, PlannedAiring, Source, Timetable, parse, render_short};
use ts::{Span, Ticks};

/// Two services in a zone.
pub fn ground(zone: &str) -> String {
    format!(
        "format = 1\nzone = \"{zone}\"\n
        [[service]]\nid = \"tv-1\"\nnumber = 1\nkind = \"television\"\nname = {{ en = \"One\" }}
        slate = \"slate/clock\"\n
        [[service]]\nid = \"tv-2\"\nnumber = 2\nkind = \"television\"\nname = {{ en = \"Two\" }}
        slate = \"slate/clock\"\n
        [[service]]\nid = \"files\"\nnumber = 9\nkind = \"data\"\nname = {{ en = \"Files\" }}\n"
    )
}

/// A course of elective lessons `c/1`, `c/2` and so on.
pub fn course(id: &str, count: u32, rest: &str) -> String {
    format!(
        "[[course]]\nid = \"{id}\"\ntitle = {{ en = \"C\" }}\nkind = \"elective\"
        lessons = {{ pattern = \"{id}/{{n}}\", count = {count} }}\n{rest}\n"
    )
}

/// A slot of half an hour on the first service.
pub fn slot(id: &str, rest: &str) -> String {
    format!("[[slot]]\nid = \"{id}\"\nservice = \"tv-1\"\nlength = \"30m\"\n{rest}\n")
}

/// Parses a text that has no errors.
pub fn read(text: &str) -> Timetable {
    let source = Source { name: "t", text };
    let (timetable, findings) = parse(&[source]);
    timetable.unwrap_or_else(|| panic!("{text}\n{}", render_short(&findings, &[source])))
}

/// The findings of a text, one a line.
pub fn findings(text: &str) -> String {
    let source = Source { name: "t", text };
    render_short(&parse(&[source]).1, &[source])
}

pub fn at(text: &str) -> Ticks {
    parse_rfc3339(text).unwrap()
}

pub fn airings(timetable: &Timetable, service: &str, from: &str, days: i64) -> Vec<PlannedAiring> {
    let from = at(from);
    let until = from + Span::from_seconds(days * 86_400);
    timetable.airings(&Id::new(service).unwrap(), from, until)
}

/// Local start and asset of each airing on the first service.
pub fn listing(timetable: &Timetable, from: &str, days: i64) -> Vec<String> {
    let zone = timetable.zone();
    let line = |a: &PlannedAiring| format!("{} {}", &zone.format(a.start)[..16], a.asset);
    airings(timetable, "tv-1", from, days).iter().map(line).collect()
}
