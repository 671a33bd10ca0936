//! Slots that air several times a day.

use proptest::prelude::*;
use timetable::civil::{Day, parse_rfc3339};
use timetable::{Id, PlannedAiring, Source, Timetable, parse, render_short};
use ts::{Span, Ticks};

const ZONES: [&str; 4] = ["Asia/Shanghai", "Europe/London", "America/Santiago", "Pacific/Apia"];

fn read(zone: &str, lessons: u32, slots: &str) -> Timetable {
    let text = format!(
        "format = 1\nzone = \"{zone}\"\n[[service]]\nid = \"tv-1\"\nnumber = 1\nkind = \"television\"
        name = {{ en = \"One\" }}\nslate = \"slate/clock\"
        [[course]]\nid = \"c\"\ntitle = {{ en = \"C\" }}\nkind = \"elective\"
        if_finished = \"restart\"\nlessons = {{ pattern = \"c/{{n}}\", count = {lessons} }}\n{slots}"
    );
    let source = Source { name: "t", text: &text };
    let (timetable, findings) = parse(&[source]);
    timetable.unwrap_or_else(|| panic!("{text}\n{}", render_short(&findings, &[source])))
}

fn airings(timetable: &Timetable, from: Ticks, days: i64) -> Vec<PlannedAiring> {
    let until = from + Span::from_seconds(days * 86_400);
    timetable.airings(&Id::new("tv-1").unwrap(), from, until)
}

fn at(text: &str) -> Ticks {
    parse_rfc3339(text).unwrap()
}

/// A date so many days after 2027-01-01.
fn date(days: i32) -> Day {
    Day(Day::from_ymd(2027, 1, 1).unwrap().0 + days)
}

fn clock(second: u32) -> String {
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

fn slot(id: &str, times: &str, rest: &str) -> String {
    format!("[[slot]]\nid = \"{id}\"\nservice = \"tv-1\"\nat = {times}\n{rest}")
}

/// Times of day at least as far apart as an airing is long, also over midnight.
fn any_times() -> impl Strategy<Value = (Vec<u32>, u32)> {
    let times = prop::collection::btree_set(0u32..86_400, 2..12);
    (times, 30u32..7200).prop_filter_map("too dense", |(times, length)| {
        let times: Vec<u32> = times.into_iter().collect();
        let next = times[1..].iter().copied().chain([times[0] + 86_400]);
        let least = times.iter().zip(next).map(|(t, n)| n - t).min()?;
        (least >= 30).then_some((times, length.min(least)))
    })
}

/// Days, dates and an exception of a slot.
fn any_pattern() -> impl Strategy<Value = String> {
    let days =
        prop::sample::subsequence(vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 1..=7);
    (days, 0i32..90, prop::option::of(90i32..400), prop::collection::btree_set(0i32..400, 0..5))
        .prop_map(|(days, from, until, except)| {
            let until = until.map_or(String::new(), |u| format!("until = {}\n", date(u)));
            let except: Vec<_> = except.into_iter().map(|e| date(e).to_string()).collect();
            format!(
                "days = {days:?}\nfrom = {}\n{until}except = [{}]\n",
                date(from),
                except.join(", ")
            )
        })
}

proptest! {
    #[test]
    fn any_slot_with_several_times_airs_as_that_many_slots_would(
        zone in prop::sample::select(ZONES.to_vec()), (times, length) in any_times(),
        pattern in any_pattern(), course: bool, skip: bool, start in -20i32..400,
    ) {
        // A skipped airing keeps its lesson for the next one of its own slot.
        let gap = if skip && !course { "skip" } else { "later" };
        let what = if course { "course = \"c\"" } else { "asset = \"a/b\"" };
        let rest = format!("length = \"{length}s\"\n{what}\non_gap = \"{gap}\"\n{pattern}");
        let list = times.iter().rev().map(|t| clock(*t)).collect::<Vec<_>>().join(", ");
        let one = read(zone, 9999, &slot("s", &format!("[{list}]"), &rest));
        let singles = times.iter().enumerate().map(|(i, t)| slot(&format!("s{i}"), &clock(*t), &rest));
        let singles = read(zone, 9999, &singles.collect::<String>());
        let from = at(&format!("{}T00:00:00Z", date(start)));
        let (one, singles) = (airings(&one, from, 40), airings(&singles, from, 40));
        prop_assert_eq!(one.len(), singles.len());
        for (airing, single) in one.iter().zip(&singles) {
            prop_assert_eq!((airing.start, airing.window_end), (single.start, single.window_end));
            let (index, day) = single.id[1..].split_once('@').unwrap();
            let index: usize = index.parse().unwrap();
            prop_assert_eq!(&airing.id, &format!("s@{day}T{}", clock(times[index])));
            if let (Some(lesson), Some(of_single)) = (&airing.lesson, &single.lesson) {
                let place = (of_single.number - 1) * times.len() as u32 + index as u32;
                prop_assert_eq!(lesson.number - 1, place);
            } else {
                prop_assert_eq!(&airing.asset, &single.asset);
            }
        }
    }

    #[test]
    fn any_lesson_follows_the_one_before_across_times_and_days(
        zone in prop::sample::select(ZONES.to_vec()), (times, length) in any_times(),
        pattern in any_pattern(), first in 1u32..=7,
    ) {
        let list = times.iter().map(|t| clock(*t)).collect::<Vec<_>>().join(", ");
        let rest = format!(
            "length = \"{length}s\"\ncourse = \"c\"\nfirst_lesson = {first}\non_gap = \"skip\"\n{pattern}"
        );
        let timetable = read(zone, 7, &slot("s", &format!("[{list}]"), &rest));
        let numbers: Vec<u32> = airings(&timetable, at("2026-12-30T00:00:00Z"), 420)
            .iter()
            .map(|a| a.lesson.as_ref().unwrap().number)
            .collect();
        let expected = (first - 1..).map(|place| place % 7 + 1);
        prop_assert_eq!(&numbers, &expected.take(numbers.len()).collect::<Vec<_>>());
    }

    #[test]
    fn any_window_split_anywhere_gives_what_the_whole_gives(
        zone in prop::sample::select(ZONES.to_vec()), pattern in any_pattern(),
        from_minute in 0u32..60, every_s in 90u32..1800,
        start in 0i64..400 * 86_400, cut in 0i64..172_800,
    ) {
        // The last one ends before midnight, where the first of the next day may begin.
        let count = (86_370 - from_minute * 60) / every_s + 1;
        let times = format!("{{ from = {}, every = \"{every_s}s\", count = {count} }}", clock(from_minute * 60));
        let rest = format!("length = \"30s\"\ncourse = \"c\"\n{pattern}");
        let timetable = read(zone, 100, &slot("s", &times, &rest));
        let service = Id::new("tv-1").unwrap();
        let from = at("2026-12-30T00:00:00Z") + Span::from_seconds(start);
        let (cut, until) = (from + Span::from_seconds(cut), from + Span::from_seconds(172_800));
        let mut parts = timetable.airings(&service, from, cut);
        let right = timetable.airings(&service, cut, until);
        if parts.last().is_some_and(|a| a.window_end > cut && cut < until) {
            let across = parts.pop();
            prop_assert_eq!(across.as_ref(), right.first());
        }
        parts.extend(right);
        prop_assert_eq!(parts, timetable.airings(&service, from, until));
    }
}

/// Id and asset of each airing.
fn listing(timetable: &Timetable, from: &str, days: i64) -> Vec<String> {
    let line = |a: &PlannedAiring| format!("{} {}", a.id, a.asset);
    airings(timetable, at(from), days).iter().map(line).collect()
}

#[test]
fn an_exception_takes_a_whole_day_and_no_lesson_with_it() {
    let rest = "length = \"10m\"\ncourse = \"c\"\nfrom = 2027-03-01\nexcept = [2027-03-02]\n";
    let timetable = read("Asia/Shanghai", 40, &slot("s", "[16:00, 08:00, 12:00]", rest));
    assert_eq!(
        listing(&timetable, "2027-03-01T00:00:00+08:00", 3),
        [
            "s@2027-03-01T08:00:00 c/1",
            "s@2027-03-01T12:00:00 c/2",
            "s@2027-03-01T16:00:00 c/3",
            "s@2027-03-03T08:00:00 c/4",
            "s@2027-03-03T12:00:00 c/5",
            "s@2027-03-03T16:00:00 c/6",
        ]
    );
}

#[test]
fn one_time_a_day_is_the_same_however_it_is_written() {
    let rest = "length = \"10m\"\ncourse = \"c\"\nfrom = 2027-03-01\n";
    for times in ["08:00", "[08:00]", "{ from = 08:00, every = \"1h\", count = 1 }"] {
        let timetable = read("Asia/Shanghai", 40, &slot("s", times, rest));
        let day = listing(&timetable, "2027-03-02T00:00:00+08:00", 1);
        assert_eq!(day, ["s@2027-03-02 c/2"], "{times}");
    }
}

#[test]
fn a_series_that_fills_the_day_leaves_no_gap() {
    let rest = "length = \"2m\"\ncourse = \"c\"\nfrom = 2027-03-01\n";
    let times = "{ from = 00:00, every = \"2m\", count = 720 }";
    let timetable = read("Asia/Shanghai", 1000, &slot("s", times, rest));
    let week = airings(&timetable, at("2027-03-01T00:00:00+08:00"), 7);
    assert_eq!(week.len(), 7 * 720);
    assert!(week.windows(2).all(|pair| pair[0].window_end == pair[1].start));
    let last = week.last().unwrap();
    assert_eq!(last.id, "s@2027-03-07T23:58:00");
    assert_eq!(last.lesson.as_ref().unwrap().number as usize - 1, (7 * 720 - 1) % 1000);
}
