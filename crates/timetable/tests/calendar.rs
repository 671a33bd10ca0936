//! Terms, seasons, recurrence and repeats: on which days a slot airs, and which lesson.

mod plans;

use plans::{airings, course, findings, ground, listing, read, slot};
use timetable::civil::Day;
use timetable::{DayKind, Id};

const TERM: &str = "[[term]]
id = \"spring\"
from = 2027-02-22
until = 2027-07-09
closed = [{ on = 2027-04-05, why = \"festival\" }, { from = 2027-05-01, until = 2027-05-05 }]
breaks = [{ from = 2027-04-26, until = 2027-04-30 }]
makeup = [{ on = 2027-05-08, taught_as = 2027-05-04 }]
";

fn of_term(rest: &str) -> timetable::Timetable {
    read(&[&ground("Asia/Shanghai"), TERM, rest].concat())
}

#[test]
fn a_lost_tuesday_is_taught_on_the_saturday_that_makes_up_for_it() {
    let slots = [
        course("c", 60, "if_finished = \"restart\""),
        slot("tuesdays", "course = \"c\"\nterm = \"spring\"\ndays = [\"tue\"]\nat = 08:00"),
        slot("saturdays", "asset = \"a/sat\"\nterm = \"spring\"\ndays = [\"sat\"]\nat = 09:00"),
    ];
    let timetable = of_term(&slots.concat());
    assert_eq!(
        listing(&timetable, "2027-04-17T00:00:00+08:00", 33),
        [
            "2027-04-17T09:00 a/sat",
            "2027-04-20T08:00 c/9",
            "2027-04-24T09:00 a/sat",
            // 04-27 is in the break, 05-01 and 05-04 are closed.
            "2027-05-08T08:00 c/10",
            "2027-05-11T08:00 c/11",
            "2027-05-15T09:00 a/sat",
            "2027-05-18T08:00 c/12",
        ]
    );
}

#[test]
fn another_grid_holds_in_breaks_and_on_closed_days() {
    let slots = [
        slot("lessons", "asset = \"a/lesson\"\nterm = \"spring\"\nat = 08:00"),
        slot("films", "asset = \"a/film\"\nterm = \"spring\"\nduring = \"breaks\"\nat = 08:00"),
        slot(
            "music",
            "asset = \"a/music\"\nterm = \"spring\"\nduring = [\"closed\", \"breaks\"]\nat = 09:00",
        ),
    ];
    let timetable = of_term(&slots.concat());
    assert_eq!(
        listing(&timetable, "2027-04-29T00:00:00+08:00", 3),
        [
            "2027-04-29T08:00 a/film",
            "2027-04-29T09:00 a/music",
            "2027-04-30T08:00 a/film",
            "2027-04-30T09:00 a/music",
            "2027-05-01T09:00 a/music",
        ]
    );
    let kind =
        |text: (u8, u8)| timetable.terms()[0].kind(Day::from_ymd(2027, text.0, text.1).unwrap());
    assert_eq!(kind((5, 8)), Some(DayKind::Teaching));
    assert_eq!(kind((5, 5)), Some(DayKind::Closed));
    assert_eq!(kind((4, 26)), Some(DayKind::Break));
    assert_eq!(kind((7, 10)), None);
}

#[test]
fn a_slot_of_a_term_ends_with_it_and_counts_from_its_first_day() {
    let slots =
        [course("c", 200, ""), slot("daily", "course = \"c\"\nterm = \"spring\"\nat = 08:00")];
    let timetable = of_term(&slots.concat());
    let all = listing(&timetable, "2027-01-01T00:00:00+08:00", 300);
    assert_eq!(all.first().map(String::as_str), Some("2027-02-22T08:00 c/1"));
    // 138 days, less 6 closed ones, less 5 of the break, the make-up day being one of the 138.
    assert_eq!(all.last().map(String::as_str), Some("2027-07-09T08:00 c/127"));
}

#[test]
fn a_season_comes_every_year_and_bounds_a_slot() {
    let text = [
        ground("Asia/Shanghai"),
        "[[season]]\nid = \"winter\"\ndates = [{ from = \"12-30\", until = \"01-02\" }]\n".into(),
        slot("w", "asset = \"a/w\"\nseason = \"winter\"\nat = 08:00"),
    ];
    let timetable = read(&text.concat());
    let days = |from| listing(&timetable, from, 12);
    assert_eq!(days("2027-12-25T00:00:00+08:00").len(), 4);
    assert_eq!(days("2090-12-25T00:00:00+08:00").len(), 4);
    assert_eq!(days("2090-03-25T00:00:00+08:00").len(), 0);
}

#[test]
fn weeks_months_and_rules_name_days() {
    let dates = |rest: &str| {
        let text =
            [ground("Asia/Shanghai"), slot("s", &format!("asset = \"a/b\"\nat = 08:00\n{rest}"))];
        let days = listing(&read(&text.concat()), "2027-01-01T00:00:00+08:00", 90);
        days.iter().map(|line| line[5..10].to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        dates("month_days = [6, 16, 26]"),
        "01-06 01-16 01-26 02-06 02-16 02-26 03-06 03-16 03-26"
    );
    assert_eq!(dates("month_days = -1"), "01-31 02-28 03-31");
    assert_eq!(dates("days = [\"sat\"]\nnth_in_month = 1"), "01-02 02-06 03-06");
    assert_eq!(
        dates("days = [\"fri\"]\nnth_in_month = [2, -1]"),
        "01-08 01-29 02-12 02-26 03-12 03-26"
    );
    // The week of the first date is the first, whatever its day.
    assert_eq!(
        dates("days = [\"mon\", \"thu\"]\nevery_weeks = 3\nfrom = 2027-01-07"),
        "01-07 01-25 01-28 02-15 02-18 03-08 03-11 03-29"
    );
    assert_eq!(dates("rrule = \"FREQ=MONTHLY;BYDAY=1SA\"\nfrom = 2027-01-03"), "02-06 03-06");
}

#[test]
fn every_second_week_is_counted_from_the_first_week_of_the_term() {
    let rest = "asset = \"a/b\"\nterm = \"spring\"\ndays = [\"wed\"]\nevery_weeks = 2\nat = 08:00";
    let timetable = of_term(&slot("s", rest));
    let days = listing(&timetable, "2027-02-22T00:00:00+08:00", 31);
    assert_eq!(days, ["2027-02-24T08:00 a/b", "2027-03-10T08:00 a/b", "2027-03-24T08:00 a/b"]);
}

#[test]
fn a_block_of_new_lessons_goes_round_the_clock() {
    let rest = "course = \"c\"\nfrom = 2027-03-01\nat = { from = 08:00, every = \"1h\", count = 2 }
    rotate = { every = \"6h\", times = 4 }";
    let timetable = read(&[ground("Asia/Shanghai"), course("c", 60, ""), slot("s", rest)].concat());
    assert_eq!(
        listing(&timetable, "2027-03-02T06:00:00+08:00", 1),
        [
            "2027-03-02T08:00 c/3",
            "2027-03-02T09:00 c/4",
            "2027-03-02T14:00 c/3",
            "2027-03-02T15:00 c/4",
            "2027-03-02T20:00 c/3",
            "2027-03-02T21:00 c/4",
            "2027-03-03T02:00 c/3",
            "2027-03-03T03:00 c/4",
        ]
    );
    let airings = airings(&timetable, "tv-1", "2027-03-02T06:00:00+08:00", 1);
    assert_eq!(airings.iter().filter(|a| a.rerun).count(), 6);
    assert_eq!(airings[2].id, "s@2027-03-02T14:00:00");
}

#[test]
fn a_rerun_shows_the_same_lesson_and_moves_no_course_on() {
    let rest = "course = \"c\"\nfrom = 2027-03-01\ndays = [\"mon\"]\nat = 08:00
    rerun = [{ days_later = 1, at = 07:00 }, { after = \"4d2h\" }]\nexcept = [2027-03-08]
    extra = [2027-03-10T20:00]";
    let timetable = read(&[ground("Asia/Shanghai"), course("c", 60, ""), slot("s", rest)].concat());
    assert_eq!(
        listing(&timetable, "2027-03-01T00:00:00+08:00", 16),
        [
            "2027-03-01T08:00 c/1",
            "2027-03-02T07:00 c/1",
            "2027-03-05T10:00 c/1",
            "2027-03-10T20:00 c/2",
            "2027-03-11T07:00 c/2",
            "2027-03-14T22:00 c/2",
            "2027-03-15T08:00 c/3",
            "2027-03-16T07:00 c/3",
        ]
    );
}

#[test]
fn a_slot_with_rerun_of_shows_what_the_other_showed_last() {
    let rest = "course = \"c\"\nfrom = 2027-03-01\ndays = [\"mon\", \"wed\"]\nat = 08:00";
    let again = "[[slot]]\nid = \"again\"\nservice = \"tv-2\"\nlength = \"30m\"\nrerun_of = \"s\"
    at = 08:00\nfrom = 2027-02-28\n";
    let text = [&ground("Asia/Shanghai"), &course("c", 60, ""), &slot("s", rest), again];
    let text: String = text.iter().map(|part| part.to_string()).collect();
    let timetable = read(&text);
    let airings = airings(&timetable, "tv-2", "2027-02-28T00:00:00+08:00", 7);
    let shown: Vec<String> = airings.iter().map(|a| format!("{} {}", a.id, a.asset)).collect();
    // At 08:00 on Monday the first one has not been shown before.
    assert_eq!(
        shown,
        [
            "again@2027-03-02 c/1",
            "again@2027-03-03 c/1",
            "again@2027-03-04 c/2",
            "again@2027-03-05 c/2",
            "again@2027-03-06 c/2",
        ]
    );
}

#[test]
fn a_course_moves_on_by_the_day_or_by_the_week() {
    let lessons = |advance: &str| {
        let rest =
            "course = \"c\"\nfrom = 2027-03-03\ndays = [\"mon\", \"wed\"]\nat = [08:00, 12:00]";
        let course = course("c", 60, &format!("advance = \"{advance}\""));
        let timetable = read(&[ground("Asia/Shanghai"), course, slot("s", rest)].concat());
        let all = listing(&timetable, "2027-03-01T00:00:00+08:00", 14);
        all.iter().map(|l| l[19..].to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(lessons("airing"), "1 2 3 4 5 6");
    assert_eq!(lessons("day"), "1 1 2 2 3 3");
    assert_eq!(lessons("week"), "1 1 2 2 2 2");
}

#[test]
fn a_required_course_that_loses_days_names_the_first_lesson_lost() {
    let text = [
        ground("Asia/Shanghai"),
        TERM.to_owned(),
        "[[course]]\nid = \"r\"\ntitle = { en = \"R\" }\nkind = \"required\"
        lessons = { pattern = \"r/{n}\", count = 36 }\n"
            .into(),
        slot(
            "s",
            "course = \"r\"\nterm = \"spring\"\ndays = [\"mon\", \"wed\"]\nat = 08:00
            rerun = [{ after = \"4h\" }]",
        ),
    ];
    let said = findings(&text.concat());
    assert!(
        said.contains("error[E0401]: 35 of 36 lessons of course `r` are aired, `l36` is the first"),
        "{said}"
    );
}

#[test]
fn lessons_wait_where_a_course_holds_and_are_lost_where_it_does_not() {
    let text = |rule: &str| {
        [
            ground("Asia/Shanghai"),
            course("c", 9, &format!("if_preempted = \"{rule}\"")),
            slot("s", "course = \"c\"\nfrom = 2027-03-01\nuntil = 2027-03-20\nat = 08:00"),
            "[[item]]\nid = \"speech\"\nservice = \"tv-1\"\nasset = \"a/s\"\nlength = \"1h\"
            at = 2027-03-02T07:45\n"
                .into(),
        ]
        .concat()
    };
    let days = |rule| listing(&read(&text(rule)), "2027-03-01T00:00:00+08:00", 4);
    let lost = days("drop");
    assert_eq!(lost[1..3], ["2027-03-02T07:45 a/s", "2027-03-03T08:00 c/3"]);
    assert!(findings(&text("drop")).contains("W0206"));
    let held = days("hold");
    assert_eq!(held[1..3], ["2027-03-02T07:45 a/s", "2027-03-03T08:00 c/2"]);
    assert_eq!(findings(&text("hold")), "");
    // The last lesson goes to a day behind the one that it had.
    assert_eq!(listing(&read(&text("hold")), "2027-03-10T00:00:00+08:00", 9).len(), 1);
}

#[test]
fn a_soft_start_waits_for_what_is_on() {
    let text = |start: &str| {
        let item =
            "[[item]]\nid = \"speech\"\nservice = \"tv-1\"\nasset = \"a/s\"\nlength = \"18m\"
        at = 2027-03-02T07:45\n";
        let rest = format!("asset = \"a/b\"\nat = 08:00\n{start}");
        [ground("Asia/Shanghai"), slot("s", &rest), item.to_owned()].concat()
    };
    let day = |start| {
        let timetable = read(&text(start));
        let zone = timetable.zone().clone();
        let all = airings(&timetable, "tv-1", "2027-03-02T00:00:00+08:00", 1);
        all.iter()
            .map(|a| {
                format!("{} {}", &zone.format(a.start)[11..16], &zone.format(a.window_end)[11..16])
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(day(""), ["07:45 08:03"]);
    assert_eq!(day("start = { soft = \"2m\" }"), ["07:45 08:03"]);
    assert_eq!(day("start = { soft = \"3m\" }"), ["07:45 08:03", "08:03 08:30"]);
}

#[test]
fn a_withdrawn_lesson_is_not_shown_from_then_on() {
    let withdrawn =
        "withdrawn = [{ lesson = \"l02\", from = 2027-03-02T12:00, play = \"a/sorry\" }]";
    let rest = "course = \"c\"\nfrom = 2027-03-01\nat = 08:00\nrerun = [{ after = \"6h\" }]";
    let text = [ground("Asia/Shanghai"), course("c", 9, withdrawn), slot("s", rest)];
    assert_eq!(
        listing(&read(&text.concat()), "2027-03-02T00:00:00+08:00", 1),
        ["2027-03-02T08:00 c/2", "2027-03-02T14:00 a/sorry"]
    );
}

#[test]
fn a_service_that_moves_shows_the_same_on_both_numbers() {
    let relay = "[[service]]\nid = \"tv-3\"\nnumber = 3\nkind = \"television\"\nname = { en = \"3\" }
    slate = \"slate/clock\"\nrelays = { service = \"tv-1\", from = 2027-03-02, until = 2027-03-03 }\n";
    let text =
        [&ground("Asia/Shanghai"), relay, &slot("s", "asset = \"a/b\"\nat = [08:00, 20:00]")];
    let timetable = read(&text.map(str::to_owned).concat());
    let moved = airings(&timetable, "tv-3", "2027-03-01T00:00:00+08:00", 5);
    assert_eq!(moved.len(), 4);
    assert!(moved.iter().all(|a| a.service == Id::new("tv-3").unwrap()));
    assert_eq!(moved[0].id, "s@2027-03-02T08:00:00");
}
