//! Amendments: each verb does what it says, what would be wrong is refused with its place.

mod plans;

use plans::{airings, at, course, ground, listing, read, slot};
use timetable::civil::parse_rfc3339;
use timetable::{AmendmentLog, Id, Source, Timetable, render_short};

/// Half an hour of a course each weekday evening, shown again the next morning.
fn weekdays() -> Timetable {
    read(&format!(
        "{}{}{}{}",
        ground("Asia/Shanghai"),
        course("c", 40, ""),
        slot(
            "evening",
            "course = \"c\"\ndays = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]\nat = 19:30
            from = 2027-03-01\nuntil = 2027-04-30\nrerun = [{ days_later = 1, at = 07:00 }]",
        ),
        "[[item]]\nid = \"talk\"\nservice = \"tv-1\"\nasset = \"a/talk\"\nat = 2027-03-02T15:00
        length = \"1h\"\n",
    ))
}

/// The log of some amendments that hold from the first of March on, at midnight.
fn log_of(verbs: &[&str]) -> String {
    let line = |(i, verb): (usize, &&str)| {
        let from = "2027-03-01T00:00:00+08:00";
        format!(
            "{{\"n\":{},\"effective\":\"{from}\",\"by\":\"li\",\"reason\":\"flood\",{verb}}}\n",
            i + 1
        )
    };
    verbs.iter().enumerate().map(line).collect()
}

fn parsed(text: &str) -> AmendmentLog {
    let source = Source { name: "log", text };
    let (log, findings) = AmendmentLog::read(&source, 1);
    assert!(findings.is_empty(), "{}", render_short(&findings, &[source, source]));
    log
}

/// Findings about the last amendment, one a line; errors come with the code.
fn judged(timetable: &Timetable, text: &str) -> String {
    let findings = timetable.judge_last(&parsed(text));
    let plan = Source { name: "t", text: "" };
    render_short(&findings, &[plan, Source { name: "log", text }])
}

/// The timetable that accepts all of some amendments, one after the other.
fn amended(timetable: &Timetable, verbs: &[&str]) -> Timetable {
    for count in 1..=verbs.len() {
        let found = judged(timetable, &log_of(&verbs[..count]));
        assert!(!found.contains("error["), "{found}");
    }
    let (amended, _) = timetable.amended(&parsed(&log_of(verbs)));
    amended.expect("what was accepted is sound")
}

/// Half hours from an evening to the next, on the first service.
fn evening(verbs: &[&str], days: i64) -> Vec<String> {
    listing(&amended(&weekdays(), verbs), "2027-03-01T00:00:00+08:00", days)
}

#[test]
fn a_cancelled_lesson_waits_for_the_next_airing_and_its_repeat_falls_out() {
    let cancel = "\"do\":\"cancel\",\"airing\":\"evening@2027-03-01T19:30\"";
    assert_eq!(
        evening(&[cancel], 3),
        [
            "2027-03-02T15:00 a/talk",
            "2027-03-02T19:30 c/1",
            "2027-03-03T07:00 c/1",
            "2027-03-03T19:30 c/2",
        ]
    );
}

#[test]
fn a_cancelled_repeat_moves_no_course() {
    let cancel = "\"do\":\"cancel\",\"airing\":\"evening@2027-03-02T07:00\"";
    let shown = evening(&[cancel], 3);
    assert_eq!(shown[0], "2027-03-01T19:30 c/1");
    assert_eq!(shown[1..3], ["2027-03-02T15:00 a/talk", "2027-03-02T19:30 c/2"]);
}

#[test]
fn a_check_sees_single_repeats_that_are_cancelled_or_moved() {
    let base = read(&format!(
        "{}[[course]]\nid = \"law\"\ntitle = {{ en = \"Law\" }}\nkind = \"required\"
        lessons = [{{ id = \"l1\", asset = \"law/1\", licence = {{ until = 2027-03-03 }} }}]\n{}",
        ground("Asia/Shanghai"),
        slot(
            "law",
            "course = \"law\"\ndays = [\"mon\"]\nat = 19:30\nfrom = 2027-03-01
            until = 2027-03-01\nrerun = [{ days_later = 1, at = 07:00 }]",
        ),
    ));
    let found = |verb: &str| judged(&base, &log_of(&[verb]));
    let cancelled = found("\"do\":\"cancel\",\"airing\":\"law@2027-03-02T07:00\"");
    assert!(cancelled.contains("W0402"), "{cancelled}");
    let moved = "\"do\":\"move\",\"airing\":\"law@2027-03-02T07:00\",\"to\":\"2027-03-0";
    let late = found(&format!("{moved}4T07:00:00\""));
    assert!(late.contains("error[E0305]") && !late.contains("W0402"), "{late}");
    assert_eq!(found(&format!("{moved}3T07:00:00\"")), "");
}

#[test]
fn a_moved_lesson_is_counted_where_it_stands_then() {
    let moved =
        "\"do\":\"move\",\"airing\":\"evening@2027-03-01T19:30\",\"to\":\"2027-03-06T10:00:00\"";
    let shown = evening(&[moved], 7);
    // The lesson of Tuesday comes first now; lessons stay in order, each with its repeat behind it.
    let lessons: Vec<&str> =
        shown.iter().filter(|l| !l.contains("talk")).map(|l| &l[5..]).collect();
    assert_eq!(
        lessons,
        [
            "03-02T19:30 c/1",
            "03-03T07:00 c/1",
            "03-03T19:30 c/2",
            "03-04T07:00 c/2",
            "03-04T19:30 c/3",
            "03-05T07:00 c/3",
            "03-05T19:30 c/4",
            "03-06T07:00 c/4",
            "03-06T10:00 c/5",
            "03-07T07:00 c/5",
        ]
    );
}

#[test]
fn two_repeats_at_one_time_are_refused_like_any_overlap() {
    let moved =
        "\"do\":\"move\",\"airing\":\"evening@2027-03-01T19:30\",\"to\":\"2027-03-02T19:45:00\"";
    let found = judged(&weekdays(), &log_of(&[moved]));
    assert!(found.contains("error[E0201]"), "{found}");
}

#[test]
fn a_repeat_moves_alone_and_never_before_what_it_shows() {
    let moved =
        "\"do\":\"move\",\"airing\":\"evening@2027-03-02T07:00\",\"to\":\"2027-03-02T09:00:00\"";
    assert_eq!(evening(&[moved], 2)[1], "2027-03-02T09:00 c/1");
    let before = moved.replace("2027-03-02T09:00:00", "2027-03-01T09:00:00");
    let found = judged(&weekdays(), &log_of(&[&before]));
    assert!(found.contains("error[E0804]"), "{found}");
    assert!(found.contains("log:1:"), "{found}");
}

#[test]
fn an_inserted_programme_takes_the_time_of_a_lower_priority() {
    let insert = "\"do\":\"insert\",\"id\":\"speech\",\"service\":\"tv-1\",\"asset\":\"a/speech\",
        \"start\":\"2027-03-01T19:45:00\",\"length_s\":900"
        .replace('\n', " ");
    let timetable = amended(&weekdays(), &[&insert]);
    let shown = airings(&timetable, "tv-1", "2027-03-01T00:00:00+08:00", 1);
    let lengths: Vec<(&str, i64)> = shown
        .iter()
        .map(|a| (a.asset.as_str(), a.window_end.since(a.start).as_ms() / 1000))
        .collect();
    assert_eq!(lengths, [("c/1", 900), ("a/speech", 900)]);
    assert!(timetable.asset_uses().any(|used| used.asset.as_str() == "a/speech"));
}

#[test]
fn an_airing_is_extended_and_cut() {
    let extend = "\"do\":\"extend\",\"airing\":\"evening@2027-03-01T19:30\",\"seconds\":600";
    let cut = "\"do\":\"cut\",\"airing\":\"talk\",\"seconds\":1800";
    let timetable = amended(&weekdays(), &[extend, cut]);
    let ends: Vec<String> = airings(&timetable, "tv-1", "2027-03-01T00:00:00+08:00", 2)
        .iter()
        .map(|a| timetable.zone().format(a.window_end)[..16].to_owned())
        .collect();
    assert_eq!(ends[..3], ["2027-03-01T20:10", "2027-03-02T07:30", "2027-03-02T15:30"]);
}

#[test]
fn an_extension_that_takes_the_time_of_an_equal_is_refused() {
    let insert = "\"do\":\"insert\",\"id\":\"news\",\"service\":\"tv-1\",\"asset\":\"a/news\",\"start\":\"2027-03-01T20:00:00\",\"length_s\":600";
    let extend = "\"do\":\"extend\",\"airing\":\"evening@2027-03-01T19:30\",\"seconds\":600";
    let found = judged(&weekdays(), &log_of(&[insert, extend]));
    assert!(found.contains("error[E0804]") && found.contains("news"), "{found}");
}

#[test]
fn an_asset_is_replaced_wherever_it_would_start_and_lessons_are_counted_as_before() {
    let replace = "\"do\":\"replace\",\"asset\":\"c/1\",\"play\":\"mended/1\"";
    let shown = evening(&[replace], 2);
    assert_eq!(
        shown,
        [
            "2027-03-01T19:30 mended/1",
            "2027-03-02T07:00 mended/1",
            "2027-03-02T15:00 a/talk",
            "2027-03-02T19:30 c/2",
        ]
    );
}

#[test]
fn a_substitute_shows_something_else_and_the_lesson_waits() {
    let substitute =
        "\"do\":\"substitute\",\"airing\":\"evening@2027-03-01T19:30\",\"play\":\"a/film\"";
    let shown = evening(&[substitute], 2);
    assert_eq!(
        shown,
        ["2027-03-01T19:30 a/film", "2027-03-02T15:00 a/talk", "2027-03-02T19:30 c/1"]
    );
}

#[test]
fn a_held_course_stands_still_until_it_is_resumed() {
    let hold = "\"do\":\"hold\",\"course\":\"c\"";
    let resume = "\"do\":\"resume\",\"course\":\"c\"";
    let base = weekdays();
    let text = format!(
        "{}{}",
        log_of(&[hold]).replace("2027-03-01T00", "2027-03-03T00"),
        log_of(&["", resume]).lines().nth(1).unwrap().replace("2027-03-01T00", "2027-03-09T00")
            + "\n",
    );
    assert!(!judged(&base, &text).contains("error["), "{}", judged(&base, &text));
    let log = parsed(&text);
    let (timetable, _) = base.amended(&log);
    let lessons = |t: &Timetable| {
        let mut shown = listing(t, "2027-03-02T12:00:00+08:00", 9);
        shown.retain(|line| line.contains("19:30"));
        shown
    };
    let expected = ["2027-03-02T19:30 c/2", "2027-03-09T19:30 c/3", "2027-03-10T19:30 c/4"];
    assert_eq!(lessons(&timetable.unwrap())[..3], expected);
    // Before it is resumed, the plan does not know of it.
    let held = base.amended_at(&log, at("2027-03-08T00:00:00+08:00"));
    assert_eq!(lessons(&held), expected[..1]);
}

#[test]
fn a_hold_that_a_required_course_has_no_time_for_is_refused_like_the_timetable() {
    let text = format!(
        "{}{}{}",
        ground("Asia/Shanghai"),
        course("r", 4, "").replace("elective", "required"),
        slot(
            "law",
            "course = \"r\"\ndays = [\"mon\"]\nat = 19:30\nfrom = 2027-03-01\nuntil = 2027-03-22"
        ),
    );
    let found = judged(&read(&text), &log_of(&["\"do\":\"cancel\",\"airing\":\"law@2027-03-08\""]));
    assert!(found.contains("error[E0401]"), "{found}");
}

#[test]
fn a_boost_holds_for_its_time_alone() {
    let base = read(&format!(
        "{}[[bundle]]\nid = \"b\"\nservice = \"files\"\ntitle = {{ en = \"B\" }}\nfiles = \"b/**\"
        rate = 1_000_000\nweight = 2\n",
        ground("Asia/Shanghai")
    ));
    let boost =
        "\"do\":\"boost\",\"bundle\":\"b\",\"until\":\"2027-03-02T00:00:00+08:00\",\"weight\":9";
    let log = parsed(&log_of(&[boost]));
    assert_eq!(judged(&base, &log_of(&[boost])), "");
    let weight = |time: &str| base.amended_at(&log, at(time)).bundles()[0].weight;
    assert_eq!(weight("2027-02-28T23:59:59+08:00"), 2);
    assert_eq!(weight("2027-03-01T00:00:00+08:00"), 9);
    assert_eq!(weight("2027-03-02T00:00:00+08:00"), 2);
    assert_eq!(log.turns(), [at("2027-03-01T00:00:00+08:00"), at("2027-03-02T00:00:00+08:00")]);
}

#[test]
fn regions_are_given_a_window_once() {
    let base = read(&format!(
        "{}[[region]]\nid = \"guizhou\"\nname = {{ en = \"Guizhou\" }}\n{}",
        ground("Asia/Shanghai"),
        slot("news", "asset = \"a/news\"\nat = 19:30\ndays = [\"mon\"]\nfrom = 2027-03-01"),
    ));
    let window = "\"do\":\"opt-out\",\"id\":\"flood-hour\",\"service\":\"tv-1\",\"regions\":[\"guizhou\"],\"start\":\"2027-03-02T20:00:00\",\"length_s\":3600,\"play\":\"a/map\"";
    let shown = airings(&amended(&base, &[window]), "tv-1", "2027-03-02T00:00:00+08:00", 1);
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].kind, timetable::AiringKind::OptOut);
    let elsewhere = window.replace("guizhou", "guizhuo");
    let found = judged(&base, &log_of(&[&elsewhere]));
    assert!(found.contains("error[E0802]") && found.contains("no region `guizhuo`"), "{found}");
}

#[test]
fn what_has_begun_is_not_amended() {
    let cancel = "\"do\":\"cancel\",\"airing\":\"evening@2027-03-01T19:30\"";
    let late = log_of(&[cancel]).replace("2027-03-01T00:00:00", "2027-03-01T19:31:00");
    let found = judged(&weekdays(), &late);
    assert!(found.contains("error[E0803]"), "{found}");
}

#[test]
fn what_is_on_air_gets_another_end_that_lies_ahead() {
    let at = |time: &str, verb: &str| {
        let verb = format!("{verb},\"airing\":\"evening@2027-03-01T19:30\",\"seconds\":600");
        judged(&weekdays(), &log_of(&[&verb]).replace("01T00:00:00", &format!("01T{time}")))
    };
    let (cut, extend) = ("\"do\":\"cut\"", "\"do\":\"extend\"");
    for time in ["19:30:00", "19:31:00", "19:49:55"] {
        assert_eq!(at(time, cut), "", "{time}");
    }
    assert!(at("19:49:56", cut).contains("error[E0803]"), "{}", at("19:49:56", cut));
    assert_eq!(at("19:59:55", extend), "");
    assert!(at("19:59:56", extend).contains("error[E0803]"));
    // Nothing but its end may change.
    let substitute = "\"do\":\"substitute\",\"airing\":\"evening@2027-03-01T19:30\"";
    let verb = format!("{substitute},\"play\":\"a/talk\"");
    let late = log_of(&[&verb]).replace("01T00:00:00", "01T19:31:00");
    assert!(judged(&weekdays(), &late).contains("error[E0803]"));
}

#[test]
fn an_airing_knows_its_end_without_what_cut_it() {
    let cut = "\"do\":\"cut\",\"airing\":\"evening@2027-03-01T19:30\",\"seconds\":600";
    let news = "\"do\":\"insert\",\"id\":\"news\",\"service\":\"tv-1\",\"asset\":\"a/news\",                \"start\":\"2027-03-02T19:45:00\",\"length_s\":300";
    let shorter = "\"do\":\"cut\",\"airing\":\"talk\",\"seconds\":600";
    let amended = amended(&weekdays(), &[cut, news, shorter]);
    let ends: Vec<(i64, i64, bool)> = airings(&amended, "tv-1", "2027-03-01T00:00:00+08:00", 2)
        .iter()
        .filter(|a| a.id.starts_with("evening") && !a.rerun || a.id == "talk")
        .map(|a| (a.window_end.since(a.start), a.full_end.since(a.start), a.resized))
        .map(|(cut, full, resized)| (cut.as_ms() / 60_000, full.as_ms() / 60_000, resized))
        .collect();
    // Cut by the operator, cut by the operator, and cut by what has a higher priority.
    assert_eq!(ends, [(20, 30, true), (50, 60, true), (15, 30, false)]);
}

#[test]
fn an_undo_takes_back_what_has_not_begun() {
    let cancel = "\"do\":\"cancel\",\"airing\":\"evening@2027-03-01T19:30\"";
    let undo = "\"do\":\"undo\",\"amendment\":1";
    assert_eq!(evening(&[cancel, undo], 9), evening(&[], 9));
    let redo = "\"do\":\"undo\",\"amendment\":2";
    assert_eq!(evening(&[cancel, undo, redo], 9), evening(&[cancel], 9));
    let again = judged(&weekdays(), &log_of(&[cancel, undo, undo]));
    assert!(again.contains("error[E0802]"), "{again}");
    let base = weekdays();
    let lines = log_of(&[cancel, undo]);
    let (first, second) = lines.split_once('\n').unwrap();
    let second = second.replace("2027-03-01T00", "2027-03-02T00");
    let found = judged(&base, &format!("{first}\n{second}"));
    assert!(found.contains("error[E0803]"), "{found}");
}

#[test]
fn names_that_mean_nothing_are_told_with_what_is_near() {
    let found = |verb: &str| judged(&weekdays(), &log_of(&[verb]));
    let slot = found("\"do\":\"cancel\",\"airing\":\"evning@2027-03-01\"");
    let findings = weekdays().judge_last(&parsed(&log_of(&[
        "\"do\":\"cancel\",\"airing\":\"evening@2027-03-07T19:30\"",
    ])));
    assert!(slot.contains("error[E0802]") && slot.contains("log:1:"), "{slot}");
    let help = findings[0].help.clone().unwrap();
    assert!(help.contains("the nearest are 2027-03-05 19:30 and 2027-03-08 19:30"), "{help}");
    let two = weekdays()
        .judge_last(&parsed(&log_of(&["\"do\":\"cancel\",\"airing\":\"evening@2027-03-02\""])));
    assert!(two[0].help.clone().unwrap().contains("evening@2027-03-02T19:30:00"), "{two:?}");
    for verb in [
        "\"do\":\"hold\",\"course\":\"d\"",
        "\"do\":\"resume\",\"course\":\"c\"",
        "\"do\":\"replace\",\"asset\":\"x/1\",\"play\":\"c/2\"",
        "\"do\":\"boost\",\"bundle\":\"b\",\"until\":\"2027-04-01T00:00:00Z\",\"weight\":9",
        "\"do\":\"undo\",\"amendment\":1",
        "\"do\":\"cancel\",\"airing\":\"evening\"",
    ] {
        let text = found(verb);
        assert!(text.contains("error[E0802]"), "{verb}: {text}");
    }
}

#[test]
fn a_log_is_read_to_the_last_fault_with_places() {
    let good = log_of(&["\"do\":\"cancel\",\"airing\":\"talk\""]);
    let text = format!(
        "{good}{{\"n\":2,\"effective\":\"tomorrow\",\"by\":\"\",\"reason\":\"x\",\"do\":\"cancle\"}}\nno json\n{{\"n\": 4,",
    );
    let source = Source { name: "log", text: &text };
    let (log, findings) = AmendmentLog::read(&source, 0);
    insta::assert_snapshot!(render_short(&findings, &[source]));
    assert_eq!(log.iter().count(), 1);
}

#[test]
fn numbers_run_without_a_gap() {
    let text = log_of(&["\"do\":\"cancel\",\"airing\":\"talk\""]).replace("\"n\":1", "\"n\":2");
    let source = Source { name: "log", text: &text };
    let (_, findings) = AmendmentLog::read(&source, 0);
    assert!(render_short(&findings, &[source]).contains("error[E0801]"));
}

#[test]
fn an_amendment_that_is_written_reads_back_as_it_was() {
    let verbs = [
        "\"do\":\"cancel\",\"airing\":\"evening@2027-03-01T19:30:00\"",
        "\"do\":\"move\",\"airing\":\"talk\",\"to\":\"2027-03-02T21:00:00\"",
        "\"do\":\"insert\",\"id\":\"a-b\",\"service\":\"tv-1\",\"asset\":\"a/b\",\"start\":\"2027-03-02T21:00:00\",\"length_s\":60,\"priority\":70,\"title\":{\"zho\":\"抗洪：\\\"急\\\"\"}",
        "\"do\":\"extend\",\"airing\":\"talk\",\"seconds\":60",
        "\"do\":\"cut\",\"airing\":\"talk\",\"seconds\":60",
        "\"do\":\"replace\",\"asset\":\"c/1\",\"play\":\"c/2\"",
        "\"do\":\"substitute\",\"airing\":\"talk\",\"play\":\"c/2\"",
        "\"do\":\"hold\",\"course\":\"c\",\"until\":\"2027-03-09T00:00:00Z\"",
        "\"do\":\"resume\",\"course\":\"c\"",
        "\"do\":\"boost\",\"bundle\":\"b\",\"until\":\"2027-03-09T00:00:00Z\",\"rate_bps\":2000000,\"weight\":9",
        "\"do\":\"opt-out\",\"id\":\"o\",\"service\":\"tv-1\",\"regions\":[\"gz\",\"yn\"],\"start\":\"2027-03-02T21:00:00\",\"length_s\":60,\"priority\":90,\"play\":\"a/b\"",
        "\"do\":\"undo\",\"amendment\":3",
    ];
    let log = parsed(&log_of(&verbs));
    assert_eq!(log.iter().count(), timetable::Verb::WORDS.len());
    let written: String = log
        .iter()
        .map(|a| {
            let new = timetable::NewAmendment {
                effective: a.effective,
                by: a.by.clone(),
                reason: a.reason.clone(),
                verb: a.verb.clone(),
            };
            new.line(a.number)
        })
        .collect();
    let again = parsed(&written);
    for (a, b) in log.iter().zip(again.iter()) {
        assert_eq!((a.number, a.effective, &a.verb), (b.number, b.effective, &b.verb));
    }
    assert_eq!(log.iter().count(), again.iter().count());
}

#[test]
fn why_names_the_amendments_that_have_a_say() {
    let cancel = "\"do\":\"cancel\",\"airing\":\"evening@2027-03-01T19:30\"";
    let replace = "\"do\":\"replace\",\"asset\":\"c/1\",\"play\":\"mended/1\"";
    let timetable = amended(&weekdays(), &[cancel, replace]);
    let service = Id::new("tv-1").unwrap();
    let why = |time: &str| timetable.why(&service, parse_rfc3339(time).unwrap()).unwrap();
    assert_eq!(why("2027-03-01T19:40:00+08:00").amendments, [1]);
    assert_eq!(why("2027-03-02T19:40:00+08:00").amendments, [2]);
    assert_eq!(why("2027-03-03T19:40:00+08:00").amendments, [] as [u32; 0]);
}

#[test]
fn an_amendment_that_a_changed_timetable_leaves_nothing_is_told_and_left_out() {
    let log = parsed(&log_of(&["\"do\":\"cancel\",\"airing\":\"old-slot@2027-03-08\""]));
    let (timetable, findings) = weekdays().amended(&log);
    assert!(timetable.is_some());
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].code.as_str(), "W0806");
}
