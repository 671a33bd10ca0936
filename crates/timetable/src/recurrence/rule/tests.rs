//! The examples of RFC 5545 clause 3.8.5.3, as far as they say days, and what holds for any rule.

use super::{Rule, RuleError};
use crate::civil::Day;
use proptest::prelude::*;

fn day(text: &str) -> Day {
    let part = |range| text.get(range).and_then(|t: &str| t.parse().ok()).unwrap();
    Day::from_ymd(part(0..4), part(5..7) as u8, part(8..10) as u8).unwrap()
}

/// The first days of a rule, as `1997-09-02,05,10-28`: parts that stay the same are left out.
fn first_days(rule: &str, start: &str, count: usize) -> String {
    let days = Rule::parse(rule).unwrap().days(day(start), day("2020-12-31"));
    let mut said = String::new();
    let mut before = String::new();
    for found in days.iter().take(count).map(Day::to_string) {
        let same = if before.get(..7) == found.get(..7) {
            8
        } else if before.get(..4) == found.get(..4) {
            5
        } else {
            0
        };
        if !said.is_empty() {
            said.push(',');
        }
        said.push_str(&found[same..]);
        before = found;
    }
    said
}

const TUESDAY: &str = "1997-09-02";
/// Rules, first days, and the days of the rule.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("FREQ=DAILY;COUNT=10", TUESDAY, "1997-09-02,03,04,05,06,07,08,09,10,11"),
    ("FREQ=DAILY;INTERVAL=10;COUNT=5", TUESDAY, "1997-09-02,12,22,10-02,12"),
    ("FREQ=WEEKLY;COUNT=10", TUESDAY, "1997-09-02,09,16,23,30,10-07,14,21,28,11-04"),
    (
        "FREQ=WEEKLY;UNTIL=19971223",
        TUESDAY,
        "1997-09-02,09,16,23,30,10-07,14,21,28,11-04,11,18,25,12-02,09,16,23",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        TUESDAY,
        "1997-09-02,16,30,10-14,28,11-11,25,12-09,23,1998-01-06,20,02-03,17,03-03,17,31,04-14",
    ),
    (
        "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
        TUESDAY,
        "1997-09-02,04,09,11,16,18,23,25,30,10-02",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971223;WKST=SU;BYDAY=MO,WE,FR",
        "1997-09-01",
        "1997-09-01,03,05,15,17,19,29,10-01,03,13,15,17,27,29,31,11-10,12",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        TUESDAY,
        "1997-09-02,04,16,18,30,10-02,14,16",
    ),
    (
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "1997-09-05",
        "1997-09-05,10-03,11-07,12-05,1998-01-02,02-06,03-06,04-03,05-01,06-05",
    ),
    (
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "1997-09-07",
        "1997-09-07,28,11-02,30,1998-01-04,25,03-01,29,05-03,31",
    ),
    (
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "1997-09-22",
        "1997-09-22,10-20,11-17,12-22,1998-01-19,02-16",
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        "1997-09-28",
        "1997-09-28,10-29,11-28,12-29,1998-01-29,02-26,03-29,04-28,05-29,06-28,07-29,08-29,09-28\
             ,10-29,11-28,12-29,1999-01-29",
    ),
    (
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        TUESDAY,
        "1997-09-02,15,10-02,15,11-02,15,12-02,15,1998-01-02,15",
    ),
    (
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "1997-09-30",
        "1997-09-30,10-01,31,11-01,30,12-01,31,1998-01-01,31,02-01",
    ),
    (
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997-09-10",
        "1997-09-10,11,12,13,14,15,1999-03-10,11,12,13",
    ),
    (
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "1997-06-10",
        "1997-06-10,07-10,1998-06-10,07-10,1999-06-10,07-10,2000-06-10,07-10,2001-06-10,07-10",
    ),
    (
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "1997-01-01",
        "1997-01-01,04-10,07-19,2000-01-01,04-09,07-18,2003-01-01,04-10,07-19,2006-01-01",
    ),
    ("FREQ=YEARLY;BYDAY=20MO;COUNT=3", "1997-05-19", "1997-05-19,1998-05-18,1999-05-17"),
    ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3", "1997-05-12", "1997-05-12,1998-05-11,1999-05-17"),
    (
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH;COUNT=11",
        "1997-03-13",
        "1997-03-13,20,27,1998-03-05,12,19,26,1999-03-04,11,18,25",
    ),
    (
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=5",
        "1997-09-03",
        "1998-02-13,03-13,11-13,1999-08-13,2000-10-13",
    ),
    (
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13;COUNT=10",
        "1997-09-13",
        "1997-09-13,10-11,11-08,12-13,1998-01-10,02-07,03-07,04-11,05-09,06-13",
    ),
    (
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3",
        "1996-11-05",
        "1996-11-05,2000-11-07,2004-11-02",
    ),
    ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", "1997-09-04,10-07,11-06"),
    (
        "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=7",
        "1997-09-29",
        "1997-09-29,10-30,11-27,12-30,1998-01-29,02-26,03-30",
    ),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05", "1997-08-05,10,19,24"),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05", "1997-08-05,17,19,31"),
    ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15", "2007-01-15,30,02-15,03-15,30"),
];

#[test]
fn examples_of_the_standard_give_its_days() {
    for (rule, start, days) in EXAMPLES {
        assert_eq!(first_days(rule, start, 17), *days, "{rule}");
    }
}

#[test]
fn what_is_no_rule_about_days_is_refused() {
    for (text, part) in [
        ("", "``"),
        ("FREQ=DAILY;", "``"),
        ("INTERVAL=2", "FREQ"),
        ("FREQ=HOURLY", "`at`"),
        ("FREQ=DAILY;BYHOUR=9", "`at`"),
        ("FREQ=DAILY;FREQ=DAILY", "twice"),
        ("FREQ=WEEKLY;BYDAY=1SA", "FREQ=WEEKLY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYYEARDAY=1", "FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "32"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "0"),
        ("FREQ=MONTHLY;BYDAY=课", "课"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "exclude"),
        ("FREQ=DAILY;UNTIL=20270230", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20270101T000000Z", "UNTIL"),
        ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "BYWEEKNO"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;RSCALE=CHINESE", "RSCALE"),
    ] {
        let error = Rule::parse(text).expect_err(text);
        assert!(error.to_string().contains(part), "{text}: {error}");
    }
    assert_eq!(Rule::parse(&"A".repeat(1001)), Err(RuleError::TooLong));
}

/// A rule with any parts that go together.
fn any_rule() -> impl Strategy<Value = String> {
    let frequency = prop::sample::select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]);
    let months = prop::option::of(1u8..=12);
    let month_day = prop::option::of((-31i8..=31).prop_filter("not zero", |n| *n != 0));
    let weekdays = prop::sample::subsequence(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"], 0..4);
    (frequency, 1u32..14, months, month_day, weekdays).prop_map(
        |(frequency, interval, month, month_day, weekdays)| {
            let mut rule = format!("FREQ={frequency};INTERVAL={interval}");
            if let Some(month) = month {
                rule.push_str(&format!(";BYMONTH={month}"));
            }
            if let Some(day) = month_day.filter(|_| frequency != "WEEKLY") {
                rule.push_str(&format!(";BYMONTHDAY={day}"));
            }
            if !weekdays.is_empty() {
                rule.push_str(&format!(";BYDAY={}", weekdays.join(",")));
            }
            rule
        },
    )
}

proptest! {
    #[test]
    fn any_rule_gives_days_in_order_whatever_the_end_is(
        rule in any_rule(), start in 10_000i32..20_000, length in 0i32..4000, longer in 0i32..4000,
    ) {
        let rule = Rule::parse(&rule).unwrap();
        let (start, last) = (Day(start), Day(start + length));
        let days = rule.days(start, last);
        prop_assert!(days.is_sorted_by(|a, b| a < b));
        prop_assert!(days.iter().all(|day| (start..=last).contains(day)));
        let more = rule.days(start, Day(last.0 + longer));
        prop_assert_eq!(&more[..days.len()], &days[..]);
        prop_assert!(more[days.len()..].iter().all(|day| *day > last));
    }

    #[test]
    fn any_text_is_answered(text in "[A-Z0-9=;,课-]{0,60}") {
        let _ = Rule::parse(&text);
    }
}
