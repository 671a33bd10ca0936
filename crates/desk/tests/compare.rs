//! What an edit changes, and what it leaves alone.

use desk::compare::{Aspect, Comparison, Presence, compare};
use timetable::civil::parse_rfc3339;
use timetable::{Source, Timetable, parse};

const SLOTS: &str = r#"
[[slot]]
id = "maths"
service = "tv-1"
course = "maths-7"
days = ["mon", "wed"]
at = 19:30
length = "45m"
from = 2027-03-01

[[item]]
id = "speech"
service = "tv-1"
asset = "films/speech"
at = 2027-03-04T08:00
length = "1h"

[[bundle]]
id = "notes"
service = "files"
title = { en = "Notes" }
files = "notes/**"
windows = [{ from = 19:00, to = 21:30 }]
rate = 1_000_000
"#;

fn read(tables: &str) -> Timetable {
    let text = format!("{}{tables}", timetable::GROUND);
    let source = Source { name: "t", text: &text };
    let (timetable, findings) = parse(&[source]);
    timetable.unwrap_or_else(|| panic!("{}", timetable::render_human(&findings, &[source], false)))
}

fn edited(from: &str, to: &str) -> Comparison {
    assert!(SLOTS.contains(from), "{from}");
    let instant = |text| parse_rfc3339(text).unwrap();
    let (old, new) = (read(SLOTS), read(&SLOTS.replacen(from, to, 1)));
    compare(&old, &new, instant("2027-03-01T19:40:00+08:00"), instant("2027-03-15T00:00:00+08:00"))
}

#[test]
fn other_words_for_the_same_are_no_change() {
    assert!(edited("at = 19:30", "priority = 60\nat = [19:30]  # the same").is_same());
}

#[test]
fn an_exception_moves_the_lessons_behind_it() {
    let found = edited("length = \"45m\"", "length = \"45m\"\nexcept = [2027-03-03]");
    let [_, tv] = found.services.as_slice() else { panic!("{found:?}") };
    assert_eq!((found.airings(), tv.airings.len()), (3, 3));
    assert_eq!(tv.airings[0].new, None);
    assert_eq!(tv.airings[0].old.as_ref().unwrap().id, "maths@2027-03-03");
    assert_eq!(tv.airings[1].aspects, [Aspect::Asset, Aspect::Lesson]);
    assert!(found.on_air_untouched(), "the lesson that is on stays");
}

#[test]
fn a_longer_slot_touches_what_is_on_air() {
    let found = edited("length = \"45m\"", "length = \"50m\"");
    assert!(!found.on_air_untouched());
    assert_eq!(found.services[1].airings[0].aspects, [Aspect::Length]);
}

#[test]
fn another_title_leaves_what_is_on_air_as_it_is() {
    let found = edited("course = \"maths-7\"", "course = \"maths-7\"\ntitle = { en = \"Sums\" }");
    assert_eq!(found.services[1].airings[0].aspects, [Aspect::Text]);
    assert!(found.on_air_untouched(), "the same lesson plays on");
}

#[test]
fn services_that_come_and_go_and_bundles_at_other_times_are_told() {
    let radio = "[[service]]\nid = \"radio-1\"\nnumber = 3\nkind = \"radio\"\n\
                 name = { en = \"Radio\" }\nslate = \"tone\"\n";
    let found = edited("\n[[slot]]", &format!("{radio}\n[[slot]]"));
    assert_eq!(found.services[1].presence, Presence::New);
    assert!(!found.is_same());

    let found = edited("to = 21:30", "to = 21:00");
    assert!(found.services.iter().all(|service| service.is_same()));
    assert!(found.bundles[0].times_differ && !found.bundles[0].content_differs);
}

#[test]
fn a_changed_slate_is_told_and_touches_a_gap_on_air() {
    let old = read(SLOTS);
    let text = format!("{}{SLOTS}", timetable::GROUND).replace("slate/clock", "slate/other");
    let new = parse(&[Source { name: "t", text: &text }]).0.unwrap();
    let at = parse_rfc3339("2027-03-01T12:00:00+08:00").unwrap();
    let found = compare(&old, &new, at, at + ts::Span::from_seconds(60));
    assert!(found.services[1].fill_differs && !found.on_air_untouched());
}
