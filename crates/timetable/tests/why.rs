//! Why something is on: the airing, the count of its lesson, and what gave way.

use timetable::civil::parse_rfc3339;
use timetable::{Id, Source, Timetable, Why, parse};

const TABLES: &str = r#"
[[slot]]
id = "maths"
service = "tv-1"
course = "maths-7"
days = ["mon"]
at = 19:30
length = "45m"
from = 2027-03-01
until = 2027-03-29
except = [2027-03-08]
first_lesson = 1

[[slot]]
id = "music"
service = "tv-1"
asset = "music/one"
at = 19:00
length = "1h"
from = 2027-03-01
priority = 40

[[item]]
id = "speech"
service = "tv-1"
asset = "films/speech"
at = 2027-03-15T19:50
length = "10m"
"#;

fn why(at: &str) -> Why {
    let text = format!("{}{TABLES}", timetable::GROUND);
    let timetable: Timetable = parse(&[Source { name: "t", text: &text }]).0.expect("it is sound");
    timetable.why(&Id::new("tv-1").unwrap(), parse_rfc3339(at).unwrap()).expect("tv-1 is there")
}

#[test]
fn the_lesson_of_an_airing_is_told_with_its_count_past_exceptions() {
    let found = why("2027-03-15T19:40:00+08:00");
    let airing = found.airing.expect("a lesson is on");
    assert_eq!(airing.id, "maths@2027-03-15");
    assert_eq!(airing.lesson.expect("it is a lesson").number, 2);
    let count = found.count.expect("it is counted");
    assert_eq!((count.airing, count.first_lesson), (2, 1));
    assert_eq!(count.first.to_string(), "2027-03-01 19:30");
}

#[test]
fn what_gave_way_is_told_with_who_took_its_time() {
    let found = why("2027-03-15T19:40:00+08:00");
    let [music] = found.displaced.as_slice() else { panic!("{:?}", found.displaced) };
    assert_eq!((music.airing.id.as_str(), music.by.as_str()), ("music@2027-03-15", "maths"));
    assert_eq!(music.from, parse_rfc3339("2027-03-15T19:30:00+08:00").unwrap());

    let found = why("2027-03-15T19:55:00+08:00");
    assert_eq!(found.airing.expect("the item is on").id, "speech");
    assert_eq!(found.count, None);
    let mut gone: Vec<_> =
        found.displaced.iter().map(|d| (d.airing.id.as_str(), d.by.as_str())).collect();
    gone.sort_unstable();
    assert_eq!(gone, [("maths@2027-03-15", "speech"), ("music@2027-03-15", "maths")]);
}

#[test]
fn a_gap_is_told_with_its_neighbours() {
    let found = why("2027-03-15T20:00:00+08:00");
    assert_eq!(found.airing, None);
    assert_eq!(found.before.expect("the item").id, "speech");
    assert_eq!(found.behind.expect("tomorrow's").id, "music@2027-03-16");
    let ids: Vec<_> = found.displaced.iter().map(|d| d.airing.id.as_str()).collect();
    assert_eq!(ids, ["maths@2027-03-15"], "cut by the item, it does not come back");
}
