//! Every zone of the time zone database, from 2020 to 2040, and the host that a plan is made on.

mod plans;

use jiff::tz::TimeZoneDatabase;
use plans::{course, ground, read, slot};
use std::process::Command;
use timetable::civil::{Day, parse_rfc3339};
use timetable::{Id, Timetable};
use ts::{Span, Ticks};

/// Blocks that fill each day side by side, and a course that goes round below them.
fn blocks(zone: &str) -> Timetable {
    let block = |id: &str, at: &str, length: &str| {
        format!(
            "[[slot]]\nid = \"{id}\"\nservice = \"tv-1\"\nasset = \"a/{id}\"\nat = {at}
            length = \"{length}\"\nfrom = 2019-12-01\nuntil = 2041-01-31\n"
        )
    };
    let round = slot(
        "round",
        "course = \"c\"\nfrom = 2020-01-01\nuntil = 2040-12-31\nat = 01:30\npriority = 20
        rotate = { every = \"31m\", times = 40 }",
    );
    let round = round.replace("tv-1", "tv-2");
    let course = course("c", 5, "if_finished = \"restart\"");
    let text = [
        ground(zone),
        block("night", "00:00", "6h"),
        block("day", "06:00", "8h"),
        block("evening", "14:00", "10h"),
        course,
        round,
    ];
    read(&text.concat())
}

#[test]
fn every_zone_compiles_and_no_clock_change_moves_a_neighbour() {
    let until = parse_rfc3339("2041-01-01T00:00:00Z").unwrap();
    let (one, two) = (Id::new("tv-1").unwrap(), Id::new("tv-2").unwrap());
    for name in TimeZoneDatabase::bundled().available() {
        let timetable = blocks(name.as_str());
        let zone = timetable.zone();
        let mut at = parse_rfc3339("2020-01-01T00:00:00Z").unwrap();
        while let Some((change, clock)) = zone.next_change(at).filter(|(c, _)| *c < until) {
            let days = Span::from_seconds(2 * 86_400);
            let plan = timetable.airings(&one, change - days, change + days);
            for pair in plan.windows(2) {
                // A block that a clock set back makes longer keeps its length.
                let (end, next) = (pair[0].window_end, pair[1].start);
                assert!(end <= next, "{name}: {}", zone.format(change));
                assert!(end == next || !clock.is_gap(), "{name}: {}", zone.format(change));
            }
            for airing in &plan {
                let start = zone.local_time(airing.start).second_of_day();
                let hour =
                    ["night", "day", "evening"].iter().position(|b| airing.id.starts_with(b));
                let wanted = [0, 6 * 3600, 14 * 3600][hour.unwrap()];
                // Only a start that the change itself skipped stands elsewhere.
                let skipped = airing.start.0.abs_diff(change.0) < Span::from_seconds(7200).0 as u64;
                assert!(start == wanted || skipped, "{name}: {}", zone.format(airing.start));
            }
            let round = timetable.airings(&two, change - days, change + days);
            assert!(round.windows(2).all(|p| p[0].window_end <= p[1].start), "{name}");
            at = change;
        }
    }
}

/// A number that stands for all that a plan says of two weeks.
fn digest(timetable: &Timetable) -> u64 {
    let from: Ticks = parse_rfc3339("2027-03-20T00:00:00Z").unwrap();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for service in timetable.services() {
        let airings = timetable.airings(&service.id, from, from + Span::from_seconds(14 * 86_400));
        let poster = timetable.poster(None, Day::from_ymd(2027, 3, 22).unwrap());
        for byte in format!("{airings:?}{poster:?}").bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}

#[test]
fn a_plan_is_the_same_on_any_host() {
    let own = digest(&blocks("Europe/London")).to_string();
    if std::env::var_os("PLAN_DIGEST").is_some() {
        println!("digest {own}");
        return;
    }
    let here = std::env::current_exe().unwrap();
    for (zone, locale) in [("Asia/Urumqi", "zh_CN.UTF-8"), ("America/New_York", "tr_TR"), ("", "C")]
    {
        let output = Command::new(&here)
            .args(["a_plan_is_the_same_on_any_host", "--exact", "--nocapture"])
            .envs([("PLAN_DIGEST", "1"), ("TZ", zone), ("LANG", locale), ("LC_ALL", locale)])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains(&format!("digest {own}")), "{zone}: {said}");
    }
}
