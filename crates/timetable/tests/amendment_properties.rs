//! What holds for any amendments of any timetable.

mod plans;

use plans::{course, ground, read, slot};
use proptest::prelude::*;
use timetable::civil::{Day, parse_rfc3339};
use timetable::{
    AiringName, AmendmentLog, Id, Insert, LocalTime, NewAmendment, PlannedAiring, Source,
    Timetable, Verb, render_short,
};
use timetable::{AssetId, Severity};
use ts::{Span, Ticks};

/// Two courses, one of which waits, a slot that repeats, a soft start, and items above them.
fn base() -> Timetable {
    let slots = [
        slot("s0", "course = \"c\"\ndays = [\"mon\", \"wed\", \"fri\"]\nat = [08:00, 14:00]\nfrom = 2027-03-01
            until = 2027-06-30\npriority = 20\nrerun = [{ after = \"3h\" }]"),
        slot("s1", "course = \"h\"\nat = 19:30\nfrom = 2027-03-01\nuntil = 2027-06-30\npriority = 30
            start = { soft = \"10m\" }"),
        slot("s2", "asset = \"a/b\"\nat = 20:10\nfrom = 2027-03-01\npriority = 10"),
        slot("again", "rerun_of = \"s1\"\nat = 06:00\npriority = 15"),
    ];
    let items = "[[item]]\nid = \"i0\"\nservice = \"tv-1\"\nasset = \"a/i\"\nat = 2027-03-10T19:20\nlength = \"1h\"
        [[item]]\nid = \"i1\"\nservice = \"tv-1\"\nasset = \"a/j\"\nat = 2027-03-12T13:50\nlength = \"30m\"\n";
    read(&format!(
        "{}{}{}{}{items}",
        ground("Europe/London"),
        course("c", 17, "if_finished = \"restart\""),
        course("h", 17, "if_finished = \"restart\"\nif_preempted = \"hold\""),
        slots.concat(),
    ))
}

/// Amendments that may or may not be possible: day, time, slot and verb by their numbers.
fn any_verbs() -> impl Strategy<Value = Vec<(u32, Verb)>> {
    let verb = (0usize..10, 0usize..6, 0i32..40, 0u32..288, 1u32..40);
    let one = verb.prop_map(|(verb, slot, day, at, more)| {
        let date = Day(Day::from_ymd(2027, 3, 1).unwrap().0 + day);
        let second = [8 * 3600, 14 * 3600, 11 * 3600, 17 * 3600, 19 * 3600 + 1800, 20 * 3600 + 600];
        let slots = ["s0", "s0", "s1", "s2", "i0", "i1"];
        let id = Id::new(slots[slot]).unwrap();
        let airing = match slots[slot] {
            "i0" | "i1" => AiringName { id, day: None, second: None },
            "s1" => AiringName { id, day: Some(date), second: Some(second[4]) },
            "s2" => AiringName { id, day: Some(date), second: Some(second[5]) },
            _ => AiringName { id, day: Some(date), second: Some(second[more as usize % 4]) },
        };
        let later = LocalTime::new(Day(date.0 + (more as i32) % 5), at * 300);
        let play = AssetId::new("x/y").unwrap();
        let course = Id::new(["c", "h"][slot % 2]).unwrap();
        let verb = match verb {
            0 | 1 => Verb::Cancel { airing },
            2 | 3 => Verb::Move { airing, to: later },
            4 => Verb::Insert(Insert {
                id: Id::new(&format!("new-{day}-{at}")).unwrap(),
                service: Id::new("tv-1").unwrap(),
                asset: play,
                start: later,
                length_s: more * 120,
                priority: (more * 2) as u8,
                title: None,
            }),
            5 => Verb::Extend { airing, seconds: more * 60 },
            6 => Verb::Cut { airing, seconds: more * 40 },
            7 => Verb::Replace { asset: AssetId::new(["c/3", "h/4"][slot % 2]).unwrap(), play },
            8 => Verb::Substitute { airing, play },
            _ if at % 2 == 0 => Verb::Hold { course, until: None },
            _ => Verb::Resume { course },
        };
        (day.max(1) as u32 * 288 - at, verb)
    });
    prop::collection::vec(one, 1..7)
}

/// A log of those that are accepted, which are written one after the other.
fn accepted(base: &Timetable, verbs: Vec<(u32, Verb)>) -> (String, AmendmentLog) {
    let (mut text, mut log) = (String::new(), AmendmentLog::default());
    for (minutes, verb) in verbs {
        // Some come hours before what they change, some in its midst.
        let effective = start() + Span::from_seconds(i64::from(minutes) * 300);
        let (by, reason) = ("li".to_owned(), "why".to_owned());
        let line = NewAmendment { effective, by, reason, verb }.line(log.next_number());
        let longer = format!("{text}{line}");
        let read = AmendmentLog::read(&Source { name: "log", text: &longer }, 1);
        assert!(read.1.is_empty(), "{longer}: {:?}", read.1);
        let refused = base.judge_last(&read.0);
        if refused.iter().all(|finding| finding.severity() == Severity::Warning) {
            (text, log) = (longer, read.0);
        }
    }
    (text, log)
}

fn start() -> Ticks {
    parse_rfc3339("2027-03-01T00:00:00Z").unwrap()
}

fn all(timetable: &Timetable) -> Vec<PlannedAiring> {
    timetable.airings(&Id::new("tv-1").unwrap(), start(), start() + Span::from_seconds(60 * 86_400))
}

fn told(airings: &[PlannedAiring]) -> String {
    let line = |a: &PlannedAiring| format!("{} {} {}\n", a.start.0 / 27_000_000, a.id, a.asset);
    airings.iter().map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_amendments_leave_no_overlap_and_lessons_in_order(verbs in any_verbs()) {
        let base = base();
        let (text, log) = accepted(&base, verbs);
        let (amended, findings) = base.amended(&log);
        let plan = Source { name: "t", text: "" };
        let sources = [plan, Source { name: "log", text: &text }];
        prop_assert!(amended.is_some(), "{text}{}", render_short(&findings, &sources));
        let airings = all(&amended.unwrap());
        for pair in airings.windows(2) {
            prop_assert!(pair[0].window_end <= pair[1].start, "{text}{}", told(pair));
        }
        for airing in &airings {
            prop_assert!(airing.window_end.since(airing.start) >= Span::from_seconds(30));
        }
        // A course goes round; what airs first is the next lesson of the last, or a later one.
        let new = airings.iter().filter(|a| !a.rerun);
        let numbers: Vec<(String, u32)> = new
            .filter_map(|a| a.lesson.as_ref())
            .map(|l| (l.course.to_string(), l.number))
            .collect();
        for course in ["c", "h"] {
            let own: Vec<u32> =
                numbers.iter().filter(|(c, _)| c == course).map(|(_, n)| *n).collect();
            let order = own.windows(2).all(|pair| pair[1] > pair[0] || pair[1] < 9 && pair[0] > 8);
            prop_assert!(order, "{text}{own:?}");
        }
    }

    #[test]
    fn any_amendments_in_one_go_or_one_by_one_give_the_same(verbs in any_verbs()) {
        let base = base();
        let (text, log) = accepted(&base, verbs);
        let whole = all(&base.amended(&log).0.unwrap());
        // What ruled at each instant is what the timetable with all of them says of it.
        let mut turns = log.turns();
        turns.push(Ticks(u64::MAX));
        let mut from = Ticks(0);
        for turn in turns {
            let ruling = all(&base.amended_at(&log, from));
            let between = |list: &[PlannedAiring]| {
                let own = list.iter().filter(|a| from <= a.start && a.start < turn);
                own.map(|a| (a.start, a.asset.clone(), a.id.clone())).collect::<Vec<_>>()
            };
            prop_assert_eq!(between(&ruling), between(&whole), "{}", text);
            from = turn;
        }
    }

    #[test]
    fn any_amendment_changes_nothing_before_it_holds(verbs in any_verbs()) {
        let base = base();
        let (text, log) = accepted(&base, verbs);
        for amendment in log.iter() {
            let before = all(&base.amended(&log.up_to(amendment.number - 1)).0.unwrap());
            let after = all(&base.amended(&log.up_to(amendment.number)).0.unwrap());
            let early = |list: &[PlannedAiring]| {
                let own = list.iter().filter(|a| a.start < amendment.effective);
                let told = |a: &PlannedAiring| {
                    (a.start, a.window_end, a.asset.clone(), a.lesson.clone())
                };
                own.map(told).collect::<Vec<_>>()
            };
            prop_assert_eq!(early(&before), early(&after), "{}", text);
        }
    }

    #[test]
    fn any_undo_gives_the_plan_without_what_it_takes_back(verbs in any_verbs()) {
        let base = base();
        let (text, log) = accepted(&base, verbs);
        for amendment in log.iter() {
            let undo = NewAmendment {
                effective: amendment.effective,
                by: "li".to_owned(),
                reason: "why".to_owned(),
                verb: Verb::Undo { amendment: amendment.number },
            };
            let kept: String = log.up_to(amendment.number).iter().map(|a| NewAmendment {
                effective: a.effective,
                by: a.by.clone(),
                reason: a.reason.clone(),
                verb: a.verb.clone(),
            }.line(a.number)).collect();
            let undone = format!("{kept}{}", undo.line(amendment.number + 1));
            let (undone, _) = AmendmentLog::read(&Source { name: "log", text: &undone }, 1);
            let without = all(&base.amended(&log.up_to(amendment.number - 1)).0.unwrap());
            let plan = all(&base.amended(&undone).0.unwrap());
            prop_assert_eq!(told(&plan), told(&without), "{}", text);
        }
    }
}
