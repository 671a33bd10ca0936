//! The poster tells every airing, whatever its text.

use desk::export::{Stretch, Tongue, poster};
use timetable::civil::parse_rfc3339;
use timetable::{Source, parse};
use ts::Span;

const TABLES: &str = r#"
[[course]]
id = "law-101"
title = { zh = "法规 <一>", en = "Law & order" }
kind = "required"
lessons = [{ id = "l1", asset = "law/1" }, { id = "l2", asset = "law/2", title = { zh = "选举" } }]

[[slot]]
id = "law"
service = "tv-1"
course = "law-101"
days = ["mon", "wed"]
at = 19:30
length = "45m"
from = 2027-03-01
until = 2027-03-03

[[item]]
id = "film"
service = "tv-1"
asset = "films/harvest"
at = 2027-03-04T19:30
length = "2h"

[[bundle]]
id = "notes"
service = "files"
title = { zh = "讲义", en = "Notes" }
files = "notes/**"
windows = [{ from = 22:00, to = 02:00 }]
"#;

fn page(tongue: Tongue, days: i64) -> String {
    let text = format!("{}{TABLES}", timetable::GROUND);
    let timetable = parse(&[Source { name: "t", text: &text }]).0.expect("it is sound");
    let from = parse_rfc3339("2027-03-01T00:00:00+08:00").unwrap();
    let until = from + Span::from_seconds(days * 86_400);
    poster::write(&Stretch { timetable: &timetable, service: None, from, until, tongue })
}

#[test]
fn a_week_has_its_days_times_marks_and_files() {
    let page = page(Tongue::Both, 7);
    let body = page.split_once("<body>").unwrap().1;
    insta::assert_snapshot!(body);
}

#[test]
fn a_page_needs_no_other_file_and_no_network() {
    let page = page(Tongue::English, 21);
    for word in ["http:", "https:", "src=", "@import", "url(", "<script"] {
        assert!(!page.contains(word), "{word}");
    }
    assert_eq!(page.matches("<section>").count(), 1 + 3, "a page of airings, three of files");
    assert!(page.contains("Law &amp; order") && !page.contains("法规"));
}
