//! A year of eight services: about 67,200 airings, as slots and as one-off items.
//!
//! The bounds are ten times what one core of a small machine needs, so that they fail only when
//! the cost grows with something it should not grow with.

use std::fmt::Write;
use std::time::{Duration, Instant};
use timetable::civil::parse_rfc3339;
use timetable::{Source, Timetable, parse, render_short};
use ts::{Span, Ticks};

const SERVICES: usize = 8;
const DAYS: i64 = 365;

fn services(text: &mut String) {
    text.push_str("format = 1\nzone = \"Europe/London\"\n");
    for s in 0..SERVICES {
        writeln!(
            text,
            "[[service]]\nid = \"tv-{s}\"\nnumber = {}\nkind = \"television\"
            name = {{ en = \"TV {s}\" }}\nslate = \"slate/clock\"",
            s + 1
        )
        .unwrap();
    }
}

fn of_slots() -> String {
    let mut text = String::new();
    services(&mut text);
    for s in 0..SERVICES {
        for n in 0..23 {
            writeln!(
                text,
                "[[course]]\nid = \"c-{s}-{n}\"\ntitle = {{ en = \"Course\" }}\nkind = \"elective\"
                if_finished = \"restart\"\nlessons = {{ pattern = \"c-{s}-{n}/{{n:03}}\", count = 40 }}
                [[slot]]\nid = \"s-{s}-{n}\"\nservice = \"tv-{s}\"\ncourse = \"c-{s}-{n}\"
                at = {n:02}:00\nlength = \"45m\"\nfrom = 2027-01-01\nuntil = 2027-12-31"
            )
            .unwrap();
        }
    }
    text
}

fn of_items() -> String {
    let mut text = String::new();
    services(&mut text);
    let first = timetable::civil::Day::from_ymd(2027, 1, 1).unwrap();
    for s in 0..SERVICES {
        for d in 0..DAYS {
            for n in 0..23 {
                let day = timetable::civil::Day(first.0 + d as i32);
                writeln!(
                    text,
                    "[[item]]\nid = \"i-{s}-{d}-{n}\"\nservice = \"tv-{s}\"\nasset = \"a/{n}\"
                    at = {day}T{n:02}:00\nlength = \"45m\""
                )
                .unwrap();
            }
        }
    }
    text
}

fn timed<T>(what: &str, limit: Duration, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = run();
    let taken = start.elapsed();
    eprintln!("{what}: {taken:?}");
    assert!(taken < limit, "{what} took {taken:?}");
    result
}

fn count(timetable: &Timetable, from: Ticks, days: i64) -> usize {
    let until = from + Span::from_seconds(days * 86_400);
    timetable.services().iter().map(|s| timetable.airings(&s.id, from, until).len()).sum()
}

fn assert_fast(what: &str, text: &str) {
    let source = Source { name: "year.toml", text };
    let parsed = || parse(&[source]);
    let (timetable, findings) =
        timed(&format!("{what}: parse and check"), Duration::from_secs(10), parsed);
    let timetable = timetable.unwrap_or_else(|| panic!("{}", render_short(&findings, &[source])));
    let from = parse_rfc3339("2027-01-01T00:00:00Z").unwrap();
    let year =
        timed(&format!("{what}: a year"), Duration::from_secs(2), || count(&timetable, from, DAYS));
    // On one night 01:00 does not exist, and 02:00 is taken.
    assert_eq!(year, SERVICES * (23 * DAYS as usize - 1));
    let july = from + Span::from_seconds(200 * 86_400);
    let day =
        timed(&format!("{what}: a day"), Duration::from_millis(200), || count(&timetable, july, 1));
    assert_eq!(day, SERVICES * 23);
}

#[test]
fn a_year_of_slots_and_a_day_of_it_are_planned_in_time() {
    assert_fast("slots", &of_slots());
}

#[test]
fn a_year_of_items_and_a_day_of_it_are_planned_in_time() {
    assert_fast("items", &of_items());
}

#[test]
fn slots_that_air_every_two_minutes_for_ever_cost_no_more_than_their_day() {
    let mut text = String::new();
    services(&mut text);
    for s in 0..3 {
        writeln!(
            text,
            "[[course]]\nid = \"c-{s}\"\ntitle = {{ en = \"Course\" }}\nkind = \"elective\"
            if_finished = \"restart\"\nlessons = {{ pattern = \"c-{s}/{{n:03}}\", count = 40 }}
            [[slot]]\nid = \"s-{s}\"\nservice = \"tv-{s}\"\ncourse = \"c-{s}\"\nfrom = 2027-01-01
            at = {{ from = 00:00, every = \"2m\", count = 720 }}\nlength = \"2m\""
        )
        .unwrap();
    }
    let source = Source { name: "dense.toml", text: &text };
    let parsed = || parse(&[source]);
    let (timetable, findings) = timed("dense: parse and check", Duration::from_millis(500), parsed);
    let timetable = timetable.unwrap_or_else(|| panic!("{}", render_short(&findings, &[source])));
    let service = &timetable.services()[0].id;
    let july = parse_rfc3339("2137-07-01T00:00:00+01:00").unwrap();
    let day = timed("dense: a day of one service", Duration::from_millis(20), || {
        timetable.airings(service, july, july + Span::from_seconds(86_400)).len()
    });
    assert_eq!(day, 720);
}

/// The reference term of `schedules/twelve-provinces`.
#[test]
fn the_reference_term_is_checked_and_a_day_of_it_planned_in_time() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../schedules/twelve-provinces/central");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts: Vec<String> =
        files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let sources: Vec<Source<'_>> = texts.iter().map(|text| Source { name: "t", text }).collect();
    let parsed = || parse(&sources);
    let (timetable, findings) = timed("term: parse and check", Duration::from_secs(2), parsed);
    let timetable = timetable.unwrap_or_else(|| panic!("{}", render_short(&findings, &sources)));
    let first = parse_rfc3339("2027-02-22T00:00:00+08:00").unwrap();
    let term = timed("term: all airings", Duration::from_secs(4), || count(&timetable, first, 140));
    assert!(term > 29_000, "{term}");
    let day = first + Span::from_seconds(60 * 86_400);
    let day = timed("term: a day", Duration::from_millis(200), || count(&timetable, day, 1));
    assert!(day > 200, "{day}");
}

#[test]
fn a_timetable_that_is_all_overlaps_is_refused_in_time() {
    let mut text = String::new();
    services(&mut text);
    for n in 0..2000 {
        writeln!(
            text,
            "[[slot]]\nid = \"s-{n}\"\nservice = \"tv-0\"\nasset = \"a/b\"\nat = 08:00\nlength = \"12h\""
        )
        .unwrap();
    }
    let (timetable, _) =
        timed("overlaps", Duration::from_secs(10), || parse(&[Source { name: "t", text: &text }]));
    assert!(timetable.is_none());
}

#[test]
fn texts_that_are_all_faults_or_all_brackets_are_refused_in_time() {
    let faulty = [
        "a = \n".repeat(200_000),
        (0..200_000).map(|n| format!("k{n} = 1\n")).collect(),
        format!("x = {}", "[".repeat(200_000)),
        format!("x = {}", "{ a = ".repeat(100_000)),
        "[[slot]]\nid = \"a\"\n".repeat(50_000),
        format!("format = 1\nzone = \"UTC\"\n[[slot]]\nextra = [{}]", "1,".repeat(200_000)),
    ];
    for text in &faulty {
        let source = Source { name: "t", text };
        let (timetable, findings) = timed("faults", Duration::from_secs(10), || parse(&[source]));
        assert!(timetable.is_none());
        assert!(findings.len() < 1000);
        timed("faults shown", Duration::from_secs(10), || render_short(&findings, &[source]));
    }
}
