//! What is exported can be imported: the same airings come back.

use desk::export::{Stretch, Tongue, csv, ics, xmltv};
use desk::import::{Fault, Form, Request, import};
use proptest::prelude::*;
use timetable::civil::{Day, parse_rfc3339};
use timetable::{Id, PlannedAiring, Source, Timetable, parse, render_human};
use ts::{Span, Ticks};

const SERVICE: &str = "[[service]]\nid = \"tv-1\"\nnumber = 1\nkind = \"television\"\n\
    name = { zh = \"必修\", en = \"Required\" }\nslate = \"slate/clock\"\n";
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn read(texts: &[&str]) -> Timetable {
    let sources: Vec<Source<'_>> = texts.iter().map(|text| Source { name: "t", text }).collect();
    let (timetable, findings) = parse(&sources);
    timetable.unwrap_or_else(|| panic!("{}", render_human(&findings, &sources, false)))
}

fn service() -> Id {
    Id::new("tv-1").unwrap()
}

/// What must come back of an airing.
type Told = (Ticks, Ticks, String, Span, Option<timetable::Texts>);

fn told(timetable: &Timetable, from: Ticks, until: Ticks) -> Vec<Told> {
    let airings = timetable.airings(&service(), from, until).into_iter();
    let told =
        |a: PlannedAiring| (a.start, a.window_end, a.asset.to_string(), a.in_offset, a.title);
    airings.filter(|airing| airing.start >= from).map(told).collect()
}

fn exported(timetable: &Timetable, form: Form, from: Ticks, until: Ticks) -> String {
    let stretch = Stretch { timetable, service: None, from, until, tongue: Tongue::Both };
    match form {
        Form::Csv => csv::write(&stretch),
        Form::Xmltv => xmltv::write(&stretch),
        Form::Ics => ics::write(&stretch),
    }
}

fn imported(timetable: &Timetable, form: Form, text: &str) -> Result<String, Vec<Fault>> {
    let service = service();
    import(form, text, &Request { service: &service, channel: None, zone: timetable.zone() })
}

fn date(days: i64) -> String {
    let first = Day::from_ymd(2027, 1, 1).unwrap();
    Day(first.0 + days as i32).to_string()
}

/// Slots and items of different priorities, so that they cut each other in every way.
fn any_timetable() -> impl Strategy<Value = Timetable> {
    let zones = vec!["Asia/Shanghai", "Europe/London", "America/Santiago", "Australia/Lord_Howe"];
    let slot = (0u32..1440, 1u32..1300, 1u8..128, 0i64..200, 0usize..3, 0u32..3);
    let item = (0i64..300, 0u32..86_400, prop::option::of(30u32..50_000), 0u32..90_000);
    let slots = prop::collection::vec(slot, 0..6);
    let items = prop::collection::vec(item, 1..6);
    (prop::sample::select(zones), slots, items).prop_map(|(zone, slots, items)| {
        let mut text = format!("format = 1\nzone = \"{zone}\"\n{SERVICE}");
        let titles = ["", "title = { zh = \"大棚, \\\"蔬菜\\\"; <一>\", en = \"A & B\" }\n",
            "title = { ug = \"دېھقانچىلىق\", en = \"Farming\" }\n"];
        for (i, (at, length, mask, from, title, offset)) in slots.into_iter().enumerate() {
            let days: Vec<_> = (0..7).filter(|d| mask >> d & 1 == 1).map(|d| format!("\"{}\"", DAYS[d])).collect();
            text += &format!(
                "[[slot]]\nid = \"s{i}\"\nservice = \"tv-1\"\nasset = \"a/s{i}\"\nat = {:02}:{:02}\n\
                 length = \"{length}m\"\ndays = [{}]\nfrom = {}\npriority = {i}\n\
                 from_offset = \"{offset}s\"\n{}",
                at / 60, at % 60, days.join(", "), date(from), titles[title],
            );
        }
        for (i, (day, at, length, offset)) in items.into_iter().enumerate() {
            let length = length.map_or(String::new(), |l| format!("length = \"{l}s\"\n"));
            text += &format!(
                "[[item]]\nid = \"i{i}\"\nservice = \"tv-1\"\nasset = \"a/i{i}\"\n\
                 at = {}T{:02}:{:02}:{:02}\n{length}start_at = \"{offset}ms\"\npriority = {}\n",
                date(day), at / 3600, at / 60 % 60, at % 60, 50 + i,
            );
        }
        read(&[&text])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_airings_come_back_from_every_form(timetable in any_timetable(), from in 0i64..300) {
        let from = parse_rfc3339("2027-01-01T00:00:00Z").unwrap() + Span::from_seconds(from * 86_400);
        let until = from + Span::from_seconds(40 * 86_400);
        let wanted = told(&timetable, from, until);
        for form in [Form::Csv, Form::Xmltv, Form::Ics] {
            let text = exported(&timetable, form, from, until);
            let toml = match imported(&timetable, form, &text) {
                Ok(toml) => toml,
                Err(faults) => {
                    prop_assert!(wanted.is_empty(), "{:?} {:?}\n{}", form, faults, text);
                    continue;
                }
            };
            let tidy = desk::format::format(&toml);
            prop_assert_eq!(tidy.as_deref(), Ok(toml.as_str()));
            let back = read(&[&toml, &format!("format = 1\n{SERVICE}")]);
            let last = wanted.iter().map(|told| told.1).max().unwrap_or(until);
            prop_assert_eq!(told(&back, from, last.max(until)), wanted.clone(), "{:?}\n{}", form, toml);
        }
    }

    #[test]
    fn any_bytes_are_answered_by_every_form(text in "(\\PC|[\r\n,;:\"<>&]){0,200}") {
        let timetable = read(&[&format!("format = 1\nzone = \"Europe/London\"\n{SERVICE}")]);
        for form in [Form::Csv, Form::Xmltv, Form::Ics] {
            let _ = imported(&timetable, form, &text);
        }
    }
}

fn calendar(events: &str) -> Result<String, Vec<Fault>> {
    let timetable = read(&[&format!("format = 1\nzone = \"Asia/Shanghai\"\n{SERVICE}")]);
    let events = events.replace('\n', "\r\n");
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
    imported(&timetable, Form::Ics, &text)
}

#[test]
fn a_weekly_rule_of_a_calendar_becomes_a_slot() {
    let toml = calendar(
        "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Asia/Shanghai:20270301T193000\nDURATION:PT45M\n\
         RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=8\nEXDATE;TZID=Asia/Shanghai:20270303T193000\n\
         SUMMARY:大棚蔬菜\nBEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=Asia/Shanghai:20270310T193000\n\
         DTSTART;TZID=Asia/Shanghai:20270311T080000\nDURATION:PT45M\nSUMMARY:大棚蔬菜\nEND:VEVENT\n",
    );
    insta::assert_snapshot!(toml.unwrap());
}

#[test]
fn airings_that_come_back_are_a_slot_and_others_are_items() {
    let mut text = "date,time,length,asset,title\n".to_owned();
    for day in [1, 2, 3, 4, 8, 9, 11, 15, 16, 17, 18] {
        text += &format!("2027-03-{day:02},07:30,15m,news/today,今日新闻\n");
    }
    text += "2027/3/20,9:00,1h,,\"Harvest, and after\"\n";
    let timetable = read(&[&format!("format = 1\nzone = \"Asia/Shanghai\"\n{SERVICE}")]);
    insta::assert_snapshot!(imported(&timetable, Form::Csv, &text).unwrap());
}

fn faults(form: Form, text: &str) -> String {
    let timetable = read(&[&format!("format = 1\nzone = \"Asia/Shanghai\"\n{SERVICE}")]);
    let faults = imported(&timetable, form, text).unwrap_err();
    faults.iter().map(|fault| format!("{fault}\n")).collect()
}

#[test]
fn faults_are_told_with_their_lines() {
    let csv = "start,lenght,asset\n2027-03-01 09:00,45m,a\n";
    let csv_rows = "start,length,asset\n2027-03-01 09:00,45m,a/b\nyesterday,45m,a\n\
        2027-03-01 09:30,45m,a b\n2027-03-01 09:40,10m,c\n2027-03-02 09:00,10s,d\n2027-03-03 09:00,1h,a,b\n";
    let xml = "<tv>\n<programme start=\"20270301090000 BST\" channel=\"a\"/>\n\
        <programme start=\"20270301090000 BST\" channel=\"a\"></programme>\n<programme>\n</tv>\n";
    let ics = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20270301\nEND:VEVENT\n\
        BEGIN:VEVENT\nDTSTART:20270301T010000Z\nDTEND:20270301T020000Z\n\
        RRULE:FREQ=WEEKLY\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART;TZID=Mars/One:20270301T010000\n\
        END:VEVENT\nBEGIN:VEVENT\nDTSTART;TZID=Asia/Shanghai:20270302T010000\nDURATION:PT1H\n\
        RRULE:FREQ=MONTHLY;BYDAY=1SA\nEND:VEVENT\nEND:VCALENDAR\n";
    let two =
        "start,length,asset,channel\n2027-03-01 09:00,45m,a,one\n2027-03-01 09:00,45m,a,two\n";
    let mut text = String::new();
    let all = [
        (Form::Csv, csv),
        (Form::Csv, csv_rows),
        (Form::Csv, ""),
        (Form::Xmltv, xml),
        (Form::Ics, ics),
        (Form::Csv, two),
        (Form::Ics, "hello"),
    ];
    for (form, file) in all {
        text += &format!("{form:?}\n{}\n", faults(form, file));
    }
    insta::assert_snapshot!(text);
}

const WEEK: &str = "
[[course]]
id = \"law-101\"
title = { zh = \"国家法规与村民自治\", en = \"National law and village self-rule, a course of lessons\" }
kind = \"required\"
lessons = [{ id = \"l1\", asset = \"law/1\", title = { zh = \"村民大会\" } }, { id = \"l2\", asset = \"law/2\" }]
[[slot]]
id = \"law\"
service = \"tv-1\"
course = \"law-101\"
days = [\"mon\", \"wed\"]
at = 19:30
length = \"45m\"
from = 2027-03-01
until = 2027-03-03
";

fn week(form: Form) -> String {
    let timetable = read(&[&format!("format = 1\nzone = \"Asia/Shanghai\"\n{SERVICE}{WEEK}")]);
    let from = parse_rfc3339("2027-03-01T00:00:00+08:00").unwrap();
    exported(&timetable, form, from, from + Span::from_seconds(7 * 86_400))
}

#[test]
fn exports_look_as_their_standards_want_them() {
    insta::assert_snapshot!("csv", week(Form::Csv));
    insta::assert_snapshot!("xmltv", week(Form::Xmltv));
    insta::assert_snapshot!("ics", week(Form::Ics));
}

#[test]
fn lines_of_a_calendar_end_with_cr_lf_and_are_folded_at_75_bytes() {
    let text = week(Form::Ics);
    assert!(text.ends_with("END:VCALENDAR\r\n"));
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert!(lines.iter().all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])));
    assert!(lines.iter().any(|line| line.starts_with(' ')), "one of them is folded");
    let uids: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("UID:")).collect();
    assert_eq!(uids, ["tv-1/law@2027-03-01@headend", "tv-1/law@2027-03-03@headend"]);
    assert_eq!(text, week(Form::Ics), "an export is a function of the timetable");
}
