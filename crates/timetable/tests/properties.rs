//! What holds for any timetable, window and text.

use proptest::prelude::*;
use timetable::civil::parse_rfc3339;
use timetable::{
    BundleInterval, Id, Location, PlannedAiring, Source, Timetable, parse, render_human,
    render_short, to_json,
};
use ts::{Span, Ticks};

const RURAL: &str = include_str!("data/rural-1.toml");
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The tables of a random timetable: one service, a course, slots and items of different
/// priorities, so that none of them can be faulty, and bundles.
fn any_tables() -> impl Strategy<Value = (&'static str, Vec<String>)> {
    let zones = vec!["Asia/Shanghai", "Europe/London", "America/Santiago", "Pacific/Apia"];
    let slot = (any_times(), 1u8..128, 0i64..40, 0usize..3, 0usize..8, 0usize..4);
    let slots = prop::collection::vec(slot, 1..8);
    let item = (0i64..400, 0u32..1440, prop::option::of(1u32..300));
    let items = prop::collection::vec(item, 0..6);
    let windows = prop::collection::vec((0u32..1440, 0u32..1440), 1..4);
    (prop::sample::select(zones), slots, items, windows).prop_map(|(zone, slots, items, windows)| {
        let mut tables = vec![GROUND.to_owned(), COURSE.to_owned(), CALENDAR.to_owned()];
        for (i, ((at, length), mask, from, what, days, more)) in slots.into_iter().enumerate() {
            let what = ["course = \"c\"", "asset = \"a/b\"", "course = \"h\"\nuntil = 2028-01-31"][what];
            let once = !at.starts_with(['[', '{']);
            let more = match more {
                1 if once => "rotate = { every = \"7h\", times = 3 }",
                2 if once => "rerun = [{ after = \"31h\" }]",
                3 => "start = { soft = \"10m\" }",
                _ => "",
            };
            let calendar = CALENDARS[days];
            let days: Vec<_> =
                (0..7).filter(|d| mask >> d & 1 == 1).map(|d| format!("\"{}\"", DAYS[d])).collect();
            tables.push(format!(
                "[[slot]]\nid = \"s{i}\"\nservice = \"tv-1\"\n{what}\nat = {at}\nlength = \"{length}m\"
                from = {}\npriority = {i}\n{more}\n{}\n",
                date(from), calendar.replace("WEEKDAYS", &format!("days = [{}]", days.join(", "))),
            ));
        }
        tables.push("[[slot]]\nid = \"again\"\nservice = \"tv-1\"\nrerun_of = \"s0\"\nat = 05:00
            length = \"20m\"\npriority = 40\n".to_owned());
        for (i, (day, at, length)) in items.into_iter().enumerate() {
            let length = length.map_or(String::new(), |l| format!("length = \"{l}m\""));
            tables.push(format!(
                "[[item]]\nid = \"i{i}\"\nservice = \"tv-1\"\nasset = \"a/i{i}\"\nat = {}T{}\n{length}
                priority = {}\n",
                date(day), clock(at), 50 + i,
            ));
        }
        let windows: Vec<_> = windows
            .iter()
            .filter(|(from, to)| from != to)
            .map(|(from, to)| format!("{{ from = {}, to = {} }}", clock(*from), clock(*to)))
            .collect();
        if !windows.is_empty() {
            tables.push(format!("{BUNDLE}windows = [{}]\n", windows.join(", ")));
        }
        (zone, tables)
    })
}

/// `at` of a slot in one of its forms, and a length in minutes that does not reach from one airing
/// to the next.
fn any_times() -> impl Strategy<Value = (String, u32)> {
    (0u32..1440, 1u32..400, 1u32..5, any::<bool>()).prop_map(|(at, length, count, listed)| {
        let every = (1439 - at) / count;
        if count == 1 || every == 0 {
            return (clock(at), length);
        }
        let list: Vec<_> = (0..count).map(|i| clock(at + i * every)).collect();
        let series = format!("{{ from = {}, every = \"{every}m\", count = {count} }}", clock(at));
        let times = if listed { format!("[{}]", list.join(", ")) } else { series };
        (times, length.min(every))
    })
}

const GROUND: &str = "[[service]]\nid = \"tv-1\"\nnumber = 1\nkind = \"television\"
name = { en = \"One\" }\nslate = \"slate/clock\"
[[service]]\nid = \"files\"\nnumber = 9\nkind = \"data\"\nname = { en = \"Files\" }\n";
const COURSE: &str = "[[course]]\nid = \"c\"\ntitle = { en = \"C\" }\nkind = \"elective\"
if_finished = \"restart\"\nlessons = { pattern = \"c/{n:02}\", count = 17 }\n";
/// Ways to say on which days a slot airs.
const CALENDARS: [&str; 8] = [
    "WEEKDAYS",
    "WEEKDAYS\nterm = \"t\"",
    "WEEKDAYS\nterm = \"t\"\nduring = [\"breaks\", \"closed\"]",
    "WEEKDAYS\nevery_weeks = 2",
    "WEEKDAYS\nseason = \"s\"",
    "WEEKDAYS\nnth_in_month = [1, -1]",
    "month_days = [6, 16, 26, -1]",
    "rrule = \"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SA\"",
];
const CALENDAR: &str = "[[term]]\nid = \"t\"\nfrom = 2027-01-10\nuntil = 2027-12-20
closed = [{ from = 2027-03-20, until = 2027-04-05 }, 2027-06-09]
breaks = [{ from = 2027-02-15, until = 2027-02-21 }, { from = 2027-07-01, until = 2027-08-31 }]
makeup = [{ on = 2027-06-12, taught_as = 2027-06-09 }]
[[season]]\nid = \"s\"\ndates = [{ from = \"03-15\", until = \"05-20\" }, { from = \"11-10\", until = \"02-01\" }]
[[course]]\nid = \"h\"\ntitle = { en = \"H\" }\nkind = \"elective\"\nif_preempted = \"hold\"
if_finished = \"restart\"\nlessons = { pattern = \"h/{n:02}\", count = 17 }\n";
const BUNDLE: &str = "[[bundle]]\nid = \"b\"\nservice = \"files\"\ntitle = { en = \"B\" }
files = \"b/**\"\nfrom = 2027-02-20\n";

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// A date so many days after 2027-01-01.
fn date(days: i64) -> String {
    let first = timetable::civil::Day::from_ymd(2027, 1, 1).unwrap();
    timetable::civil::Day(first.0 + days as i32).to_string()
}

fn read(zone: &str, tables: &[String]) -> Timetable {
    let text = format!("format = 1\nzone = \"{zone}\"\n{}", tables.concat());
    let source = Source { name: "t", text: &text };
    let (timetable, findings) = parse(&[source]);
    timetable.unwrap_or_else(|| panic!("{text}\n{}", render_short(&findings, &[source])))
}

fn airings(timetable: &Timetable, from: Ticks, until: Ticks) -> Vec<PlannedAiring> {
    let mut airings = timetable.airings(&Id::new("tv-1").unwrap(), from, until);
    for airing in &mut airings {
        airing.origin = Location::default();
    }
    airings
}

/// An instant of 2027 or so, at any second.
fn any_instant() -> impl Strategy<Value = Ticks> {
    let start = parse_rfc3339("2026-12-25T00:00:00Z").unwrap();
    (0i64..500 * 86_400).prop_map(move |s| start + Span::from_seconds(s))
}

/// Intervals of two windows side by side, joined where the border cut one.
fn joined(mut left: Vec<BundleInterval>, right: Vec<BundleInterval>) -> Vec<BundleInterval> {
    for interval in right {
        match left.iter_mut().rfind(|i| i.bundle == interval.bundle) {
            Some(last) if last.until == interval.from => last.until = interval.until,
            _ => left.push(interval),
        }
    }
    left.sort_by(|a, b| (a.from, &a.bundle).cmp(&(b.from, &b.bundle)));
    left
}

proptest! {
    #[test]
    fn any_window_split_anywhere_gives_what_the_whole_gives(
        (zone, tables) in any_tables(), mut cuts in [any_instant(), any_instant(), any_instant()],
    ) {
        cuts.sort();
        let [from, cut, until] = cuts;
        let timetable = read(zone, &tables);
        let mut parts = airings(&timetable, from, cut);
        let right = airings(&timetable, cut, until);
        let crossing = parts.last().is_some_and(|a| a.window_end > cut && cut < until);
        if crossing {
            prop_assert_eq!(parts.last(), right.first());
            parts.pop();
        }
        parts.extend(right);
        prop_assert_eq!(parts, airings(&timetable, from, until));
        let left = timetable.bundles_active(from, cut);
        let whole = timetable.bundles_active(from, until);
        prop_assert_eq!(joined(left, timetable.bundles_active(cut, until)), whole);
    }

    #[test]
    fn airings_never_overlap_and_their_event_ids_differ(
        (zone, tables) in any_tables(), from in any_instant(),
    ) {
        let timetable = read(zone, &tables);
        let airings = airings(&timetable, from, from + Span::from_seconds(22 * 86_400));
        for pair in airings.windows(2) {
            prop_assert!(pair[0].window_end <= pair[1].start);
        }
        for airing in &airings {
            prop_assert!(airing.window_end.since(airing.start) >= Span::from_seconds(30));
        }
        let mut ids: Vec<u16> = airings.iter().map(|a| a.event_id).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), airings.len());
    }

    #[test]
    fn the_order_of_tables_and_files_is_of_no_account(
        (zone, tables) in any_tables(), seed: u64, from in any_instant(), files in 1usize..4,
    ) {
        let mut shuffled = tables.clone();
        for i in (1..shuffled.len()).rev() {
            shuffled.swap(i, (seed.rotate_left(i as u32) % (i as u64 + 1)) as usize);
        }
        let until = from + Span::from_seconds(40 * 86_400);
        let mut texts = vec![format!("format = 1\nzone = \"{zone}\"\n")];
        texts.resize(files, "format = 1\n".to_owned());
        for (i, table) in shuffled.iter().enumerate() {
            texts[i % files].push_str(table);
        }
        texts.rotate_left(seed as usize % files);
        let sources = texts.iter().map(|text| Source { name: "t", text }).collect::<Vec<_>>();
        let (other, findings) = parse(&sources);
        prop_assert!(other.is_some(), "{}", render_short(&findings, &sources));
        let (one, other) = (read(zone, &tables), other.unwrap());
        prop_assert_eq!(airings(&one, from, until), airings(&other, from, until));
        prop_assert_eq!(one.bundles_active(from, until), other.bundles_active(from, until));
    }

    #[test]
    fn lessons_air_in_order(
        (zone, tables) in any_tables(), from in any_instant(),
    ) {
        let timetable = read(zone, &tables);
        let airings = airings(&timetable, from, from + Span::from_seconds(100 * 86_400));
        let slots: std::collections::BTreeSet<&str> =
            airings.iter().filter_map(|a| a.id.split('@').next()).collect();
        for slot in slots {
            let of_slot = airings.iter().filter(|a| a.id.split('@').next() == Some(slot));
            let of_slot = of_slot.filter(|a| !a.rerun);
            // Lessons are in order of the times as they are written: a clock change can move an
            // airing behind one that stays.
            let mut numbers: Vec<(&str, u32)> =
                of_slot.filter_map(|a| Some((a.id.as_str(), a.lesson.as_ref()?.number))).collect();
            numbers.sort_unstable();
            let back = numbers.windows(2).filter(|p| p[1].1 <= p[0].1).count();
            // One hundred days of four airings are at most 24 rounds of seventeen lessons.
            prop_assert!(back <= 24, "{slot}: {numbers:?}");
        }
    }

    #[test]
    fn a_timetable_ahead_changes_nothing_before_it(
        (zone, tables) in any_tables(), from in any_instant(),
    ) {
        let mut longer = tables.clone();
        longer.push(
            "[[slot]]\nid = \"later\"\nservice = \"tv-1\"\nasset = \"a/z\"\nat = 10:00
            length = \"12h\"\nterm = \"later\"\npriority = 99\n
            [[term]]\nid = \"later\"\nfrom = 2031-01-01\nuntil = 2031-06-30
            closed = [2031-05-01]\n".to_owned(),
        );
        let until = from + Span::from_seconds(40 * 86_400);
        prop_assert_eq!(
            airings(&read(zone, &tables), from, until),
            airings(&read(zone, &longer), from, until)
        );
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        answered(&text);
    }

    #[test]
    fn any_damaged_timetable_is_answered(
        edits in prop::collection::vec((0usize..4000, 0usize..12, "[\\[\\]{}=\"#.,:a-z0-9\n课 -]{0,3}"), 1..12),
    ) {
        let mut text = RURAL.to_owned();
        for (start, length, insert) in edits {
            let start = text.floor_char_boundary(start);
            let end = text.floor_char_boundary(start + length);
            text.replace_range(start..end.max(start), &insert);
        }
        answered(&text);
    }

    #[test]
    fn any_values_behind_known_keys_are_answered(
        lines in prop::collection::vec((0usize..KEYS.len(), 0usize..VALUES.len()), 0..30),
    ) {
        let mut text = "format = 1\nzone = \"Europe/London\"\n".to_owned();
        for (key, value) in lines {
            match KEYS[key] {
                table if table.starts_with('[') => text.push_str(&format!("{table}\n")),
                key => text.push_str(&format!("{key} = {}\n", VALUES[value])),
            }
        }
        answered(&text);
    }
}

const KEYS: &[&str] = &[
    "[[service]]",
    "[[course]]",
    "[[slot]]",
    "[[item]]",
    "[[filler]]",
    "[[bundle]]",
    "[slot]",
    "id",
    "number",
    "kind",
    "name",
    "slate",
    "service",
    "course",
    "asset",
    "at",
    "length",
    "from",
    "until",
    "except",
    "extra",
    "days",
    "lessons",
    "title",
    "windows",
    "files",
    "priority",
    "from_offset",
    "first_lesson",
    "if_finished",
    "on_gap",
    "on_fold",
    "assets",
    "[[term]]",
    "[[season]]",
    "[[region]]",
    "[[site_class]]",
    "[[live]]",
    "[[opt_out]]",
    "[[notice]]",
    "term",
    "during",
    "season",
    "closed",
    "breaks",
    "makeup",
    "dates",
    "every_weeks",
    "nth_in_month",
    "month_days",
    "rrule",
    "rotate",
    "rerun",
    "rerun_of",
    "advance",
    "if_preempted",
    "start",
    "audience",
    "regions",
    "open",
    "by",
    "live",
    "input",
    "if_lost",
    "may_overrun",
    "licence",
    "for",
    "ready",
    "relays",
    "withdrawn",
    "include",
    "plan_for",
    "chances",
    "text",
];
const VALUES: &[&str] = &[
    "\"a\"",
    "\"tv-1\"",
    "1",
    "-1",
    "99999999999999999999",
    "1.5",
    "true",
    "[]",
    "{}",
    "01:30",
    "2027-03-28",
    "1972-01-01",
    "2199-12-31",
    "2027-03-28T01:30",
    "2027-03-28T01:30:00Z",
    "[2027-03-28]",
    "[2199-12-31T23:59]",
    "[\"mon\"]",
    "\"24h\"",
    "\"30s\"",
    "{ en = \"E\" }",
    "\"television\"",
    "\"required\"",
    "\"restart\"",
    "[\"a\"]",
    "\"skip\"",
    "{ pattern = \"a/{n}\", count = 9999 }",
    "[{ id = \"a\", asset = \"a\" }]",
    "[{ from = 00:30, to = 00:29 }]",
    "12:30",
    "[08:00, 20:00:01]",
    "{ from = 00:00, every = \"1m\", count = 1440 }",
    "[2027-03-28, { from = 2027-04-01, until = 2027-04-05 }]",
    "[{ on = 2027-04-10, taught_as = 2027-03-28 }]",
    "[{ from = \"03-05\", until = \"02-29\" }]",
    "\"FREQ=DAILY\"",
    "\"FREQ=YEARLY;BYDAY=-53MO;BYSETPOS=-1\"",
    "{ every = \"30m\", times = 48 }",
    "[{ after = \"62d\" }, { days_later = 62, at = 00:00 }]",
    "\"day\"",
    "\"week\"",
    "\"hold\"",
    "{ soft = \"30m\" }",
    "[{ month_days = [1, -1], from = 08:00, to = 00:00 }]",
    "{ from = 2027-03-28, until = 2027-03-28 }",
    "{ course = \"a\", lesson = \"l01\" }",
    "{ before = \"62d\", cycles = 1000 }",
    "{ after = \"2s\", play = \"a\" }",
    "\"udp://a\"",
    "{ service = \"a\", from = 2027-03-28, until = 2027-03-28 }",
    "[{ lesson = \"l01\", from = 2027-03-28T01:30, play = \"a\" }]",
    "-1",
    "[6, 16, 26]",
    "\"always\"",
];

/// Parses, asks and renders; only a panic or a wrong outcome fails.
fn answered(text: &str) {
    let sources = [Source { name: "t.toml", text }];
    let (timetable, findings) = parse(&sources);
    let errors = findings.iter().any(|d| d.severity() == timetable::Severity::Error);
    assert_eq!(timetable.is_some(), !errors);
    let _ = render_human(&findings, &sources, true);
    let _ = render_short(&findings, &sources);
    let _ = to_json(&findings, &sources);
    let Some(timetable) = timetable else { return };
    let day = Span::from_seconds(86_400);
    for from in ["1970-01-01T00:00:00Z", "2027-03-28T00:00:00Z", "2199-12-31T12:00:00Z"] {
        let from = parse_rfc3339(from).unwrap();
        for service in timetable.services() {
            let _ = timetable.airings(&service.id, from, from + day);
        }
        let _ = timetable.bundles_active(from, from + day);
    }
    let _ = (timetable.chances(), timetable.check_bundles(|_| Some(u64::MAX)));
    let _ = timetable.poster(None, timetable::civil::Day(20_000));
    let end = Ticks(u64::MAX);
    for service in timetable.services() {
        assert!(timetable.airings(&service.id, Ticks(u64::MAX - 1), end).is_empty());
    }
}
