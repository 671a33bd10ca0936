//! What airs when, on timetables written for the purpose.

use timetable::civil::parse_rfc3339;
use timetable::{AiringKind, Id, Language, Source, Timetable, parse, render_short};
use ts::{Span, Ticks};

/// Two services in a zone, and whatever the test adds.
fn timetable_in(zone: &str, rest: &str) -> Timetable {
    let text = format!(
        "format = 1\nzone = \"{zone}\"\n
        [[service]]\nid = \"tv-1\"\nnumber = 1\nkind = \"television\"\nname = {{ en = \"One\" }}
        slate = \"slate/clock\"\n
        [[service]]\nid = \"files\"\nnumber = 9\nkind = \"data\"\nname = {{ en = \"Files\" }}\n{rest}"
    );
    let source = Source { name: "t", text: &text };
    let (timetable, findings) = parse(&[source]);
    timetable.unwrap_or_else(|| panic!("{}", render_short(&findings, &[source])))
}

fn at(text: &str) -> Ticks {
    parse_rfc3339(text).unwrap()
}

/// Start and end on the local clock, id and asset of each airing.
fn listing(timetable: &Timetable, from: &str, until: &str) -> Vec<String> {
    let zone = timetable.zone();
    let service = Id::new("tv-1").unwrap();
    let airings = timetable.airings(&service, at(from), at(until));
    let line = |a: &timetable::PlannedAiring| {
        let (start, end) = (zone.format(a.start), zone.format(a.window_end));
        format!("{start} {} {} {}", &end[11..], a.id, a.asset)
    };
    airings.iter().map(line).collect()
}

const RURAL: &str = include_str!("data/rural-1.toml");

#[test]
fn a_lesson_follows_from_the_calendar_alone() {
    let (timetable, _) = parse(&[Source { name: "rural-1.toml", text: RURAL }]);
    let timetable = timetable.unwrap();
    let (from, until) = ("2027-04-26T00:00:00+08:00", "2027-05-13T00:00:00+08:00");
    insta::assert_snapshot!("rural", listing(&timetable, from, until).join("\n"));
    let service = Id::new("tv-1").unwrap();
    let airings = timetable.airings(&service, at(from), at(until));
    let extra = airings.iter().find(|a| a.id == "basics@2027-05-08T19:30:00").unwrap();
    assert_eq!(extra.kind, AiringKind::Lesson);
    assert_eq!(extra.title.as_ref().unwrap().get(Language::ENG), Some("Foundations"));
    let lesson = extra.lesson.as_ref().unwrap();
    assert_eq!((lesson.course.as_str(), lesson.number), ("party-101", 21));
    assert_eq!(extra.length_claim, Some(Span::from_seconds(44 * 60 + 30)));
    assert_eq!((extra.content, extra.priority), (Some(0x92), 60));
}

#[test]
fn the_lesson_of_an_airing_years_later_is_counted_not_walked() {
    let (timetable, _) = parse(&[Source { name: "rural-1.toml", text: RURAL }]);
    let timetable = timetable.unwrap();
    let service = Id::new("tv-2").unwrap();
    let from = at("2127-02-18T00:00:00+08:00");
    let airings = timetable.airings(&service, from, from + Span::from_seconds(86_400));
    // 5217 weeks after the first airing, an odd number, so the second of two lessons.
    assert_eq!(airings.len(), 1);
    assert_eq!(airings[0].asset.as_str(), "agri-201/02");
}

#[test]
fn higher_priority_cuts_or_drops_and_what_it_drops_cuts_nothing() {
    let slot = |id: &str, at: &str, length: &str, priority: u8| {
        format!(
            "[[slot]]\nid = \"{id}\"\nservice = \"tv-1\"\nasset = \"a/{id}\"\nat = {at}
            length = \"{length}\"\npriority = {priority}\n"
        )
    };
    let rest = [
        slot("low", "08:00", "3h", 10),
        slot("middle", "10:00", "2h", 20),
        slot("high", "09:30", "1h", 30),
        slot("behind", "11:30", "1h", 10),
    ];
    let timetable = timetable_in("Asia/Shanghai", &rest.concat());
    let day = listing(&timetable, "2027-03-01T00:00:00+08:00", "2027-03-02T00:00:00+08:00");
    assert_eq!(
        day,
        [
            "2027-03-01T08:00:00+08:00 09:30:00+08:00 low@2027-03-01 a/low",
            "2027-03-01T09:30:00+08:00 10:30:00+08:00 high@2027-03-01 a/high",
            "2027-03-01T11:30:00+08:00 12:30:00+08:00 behind@2027-03-01 a/behind",
        ]
    );
}

#[test]
fn an_item_without_a_length_lasts_until_the_next_airing() {
    let timetable = timetable_in(
        "Asia/Shanghai",
        "[[item]]\nid = \"open\"\nservice = \"tv-1\"\nasset = \"a/open\"\nat = 2027-03-01T09:00\n
        [[item]]\nid = \"last\"\nservice = \"tv-1\"\nasset = \"a/last\"\nat = 2027-03-01T12:00\n",
    );
    let day = listing(&timetable, "2027-03-02T00:00:00+08:00", "2027-03-02T11:00:00+08:00");
    assert_eq!(day, ["2027-03-01T12:00:00+08:00 12:00:00+08:00 last a/last"]);
    let day = listing(&timetable, "2027-03-01T11:00:00+08:00", "2027-03-01T11:00:01+08:00");
    assert_eq!(day, ["2027-03-01T09:00:00+08:00 12:00:00+08:00 open a/open"]);
}

/// Blocks that fill the day side by side, over a year with both clock changes.
fn assert_neighbours_stay(zone: &str, policies: &str) {
    let blocks = [("night", "00:00", "6h"), ("day", "06:00", "8h"), ("evening", "14:00", "10h")];
    let slots = blocks.map(|(id, at, length)| {
        format!(
            "[[slot]]\nid = \"{id}\"\nservice = \"tv-1\"\nasset = \"a/{id}\"\nat = {at}
            length = \"{length}\"\nfrom = 2027-01-01\nuntil = 2027-12-31\n{policies}"
        )
    });
    let timetable = timetable_in(zone, &slots.concat());
    let lines = listing(&timetable, "2026-12-30T00:00:00Z", "2028-01-02T00:00:00Z");
    assert_eq!(lines.len(), 3 * 365, "{zone}");
    for line in &lines {
        let block = blocks.iter().find(|(id, _, _)| line.contains(&format!(" {id}@"))).unwrap();
        let moved = &line[11..16] != block.1;
        // Midnight itself does not exist on one day in Santiago: the block starts at one.
        let midnight_gap = zone == "America/Santiago" && line.starts_with("2027-09-05T01:00");
        assert!(!moved || midnight_gap, "{line}");
    }
}

#[test]
fn no_clock_change_moves_a_neighbour() {
    for zone in ["Asia/Shanghai", "Europe/London", "America/Santiago"] {
        assert_neighbours_stay(zone, "");
    }
    assert_neighbours_stay("Europe/London", "on_gap = \"skip\"\non_fold = \"second\"\n");
}

#[test]
fn an_airing_that_a_clock_change_moved_gives_way_to_one_that_stayed() {
    let timetable = timetable_in(
        "Europe/London",
        "[[slot]]\nid = \"moved\"\nservice = \"tv-1\"\nasset = \"a/m\"\nat = 01:00\nlength = \"45m\"
        [[slot]]\nid = \"stays\"\nservice = \"tv-1\"\nasset = \"a/s\"\nat = 02:30\nlength = \"45m\"",
    );
    let night = listing(&timetable, "2027-03-28T00:00:00Z", "2027-03-28T04:00:00Z");
    assert_eq!(
        night,
        [
            "2027-03-28T02:00:00+01:00 02:30:00+01:00 moved@2027-03-28 a/m",
            "2027-03-28T02:30:00+01:00 03:15:00+01:00 stays@2027-03-28 a/s",
        ]
    );
}

#[test]
fn a_skipped_airing_keeps_its_lesson_for_the_next() {
    let timetable = timetable_in(
        "Europe/London",
        "[[course]]\nid = \"c\"\ntitle = { en = \"C\" }\nkind = \"elective\"
        lessons = { pattern = \"c/{n}\", count = 9 }
        [[slot]]\nid = \"s\"\nservice = \"tv-1\"\ncourse = \"c\"\nat = 01:30\nlength = \"20m\"
        from = 2027-03-27\non_gap = \"skip\"",
    );
    let nights = listing(&timetable, "2027-03-27T00:00:00Z", "2027-03-30T00:00:00Z");
    assert_eq!(
        nights,
        [
            "2027-03-27T01:30:00Z 01:50:00Z s@2027-03-27 c/1",
            "2027-03-29T01:30:00+01:00 01:50:00+01:00 s@2027-03-29 c/2",
        ]
    );
}

#[test]
fn windows_of_bundles_open_and_close_on_the_local_clock() {
    let timetable = timetable_in(
        "Europe/London",
        "[[bundle]]\nid = \"b\"\nservice = \"files\"\ntitle = { en = \"B\" }\nfiles = \"b/**\"
        windows = [{ from = 00:30, to = 01:30 }, { days = [\"sun\"], from = 23:00, to = 00:45 }]
        from = 2027-03-27\nuntil = 2027-03-28
        [[bundle]]\nid = \"a\"\nservice = \"files\"\ntitle = { en = \"A\" }\nfiles = \"a/**\"",
    );
    let open: Vec<String> = timetable
        .bundles_active(at("2027-03-27T00:00:00Z"), at("2027-03-30T00:00:00Z"))
        .iter()
        .map(|i| {
            let zone = timetable.zone();
            format!("{} {} {}", i.bundle, zone.format(i.from), zone.format(i.until))
        })
        .collect();
    assert_eq!(
        open,
        [
            "a 2027-03-27T00:00:00Z 2027-03-30T01:00:00+01:00",
            "b 2027-03-27T00:30:00Z 2027-03-27T01:30:00Z",
            // 01:30 does not exist in this night: the window closes when the clock is set.
            "b 2027-03-28T00:30:00Z 2027-03-28T02:00:00+01:00",
            "b 2027-03-28T23:00:00+01:00 2027-03-29T00:45:00+01:00",
        ]
    );
}

#[test]
fn filler_follows_from_the_start_of_its_gap_and_uses_the_whole_pool() {
    let (timetable, _) = parse(&[Source { name: "rural-1.toml", text: RURAL }]);
    let timetable = timetable.unwrap();
    let pool = timetable.filler(&Id::new("station-breaks").unwrap()).unwrap();
    let names = |start| pool.sequence(start).take(4).map(|a| a.as_str()).collect::<Vec<_>>();
    let start = at("2027-03-01T20:15:00+08:00");
    assert_eq!(names(start), names(start));
    assert_eq!(names(start)[0], names(start)[3]);
    let firsts: std::collections::BTreeSet<_> =
        (0..50).map(|s| names(start + Span::from_seconds(s))[0]).collect();
    assert_eq!(firsts.len(), 3);
}

#[test]
fn a_whole_term_in_one_file_compiles_without_a_finding() {
    let source = Source { name: "spring.toml", text: include_str!("data/spring.toml") };
    let (timetable, findings) = parse(&[source]);
    assert_eq!(render_short(&findings, &[source]), "");
    let timetable = timetable.unwrap();
    let zone = timetable.zone();
    let service = Id::new("rural-1").unwrap();
    let (from, until) = ("2027-05-03T00:00:00+08:00", "2027-05-17T00:00:00+08:00");
    let airings = timetable.airings(&service, at(from), at(until));
    let line = |a: &timetable::PlannedAiring| {
        let lesson = a.lesson.as_ref().map_or(String::new(), |l| format!(" {}", l.lesson));
        format!("{} {} {}{lesson}", &zone.format(a.start)[..16], a.id, a.asset)
    };
    insta::assert_snapshot!("spring", airings.iter().map(line).collect::<Vec<_>>().join("\n"));
}
