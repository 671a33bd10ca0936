//! Every finding, from a text that has the fault, as people see it.

use timetable::{Code, Source, parse, render_human, render_short, to_json};

/// Texts with the code that each must draw. The text is put behind [`GROUND`] unless it has a
/// `format` of its own.
const FAULTY: &[(Code, &str, &str)] = &[
    (Code::Syntax, "syntax", include_str!("faulty/syntax.toml")),
    (Code::UnknownKey, "unknown_key", include_str!("faulty/unknown_key.toml")),
    (Code::WrongType, "wrong_type", include_str!("faulty/wrong_type.toml")),
    (Code::MissingKey, "missing_key", include_str!("faulty/missing_key.toml")),
    (Code::BadZone, "bad_zone", include_str!("faulty/bad_zone.toml")),
    (Code::BadDate, "bad_date", include_str!("faulty/bad_date.toml")),
    (Code::BadDuration, "bad_duration", include_str!("faulty/bad_duration.toml")),
    (Code::BadName, "bad_name", include_str!("faulty/bad_name.toml")),
    (Code::BadText, "bad_text", include_str!("faulty/bad_text.toml")),
    (Code::OutOfRange, "out_of_range", include_str!("faulty/out_of_range.toml")),
    (Code::UnknownWord, "unknown_word", include_str!("faulty/unknown_word.toml")),
    (Code::Duplicate, "duplicate", include_str!("faulty/duplicate.toml")),
    (Code::UnknownReference, "unknown_reference", include_str!("faulty/unknown_reference.toml")),
    (Code::Conflict, "conflict", include_str!("faulty/conflict.toml")),
    (Code::BadFormat, "bad_format", include_str!("faulty/bad_format.toml")),
    (Code::WrongServiceKind, "service_kind", include_str!("faulty/service_kind.toml")),
    (Code::DeadDate, "lost_day", include_str!("faulty/lost_day.toml")),
    (Code::LostDay, "lost_day_only", include_str!("faulty/lost_day_only.toml")),
    (Code::BadDate, "calendar", include_str!("faulty/calendar.toml")),
    (Code::BadRule, "rule", include_str!("faulty/rule.toml")),
    (Code::Conflict, "repeats", include_str!("faulty/repeats.toml")),
    (Code::Conflict, "rerun_chain", include_str!("faulty/rerun_chain.toml")),
    (Code::NoRepeat, "no_repeat", include_str!("faulty/no_repeat.toml")),
    (Code::Unlicensed, "licence", include_str!("faulty/licence.toml")),
    (Code::Uncovered, "live", include_str!("faulty/live.toml")),
    (Code::Uncovered, "overrun", include_str!("faulty/overrun.toml")),
    (Code::TooFewChances, "chances", include_str!("faulty/chances.toml")),
    (Code::BookedTwice, "booked", include_str!("faulty/booked.toml")),
    (Code::UnknownReference, "audience", include_str!("faulty/audience.toml")),
    (Code::Overlap, "overlap", include_str!("faulty/overlap.toml")),
    (Code::ClockChange, "clock_change", include_str!("faulty/clock_change.toml")),
    (Code::DeadDate, "dead_date", include_str!("faulty/dead_date.toml")),
    (Code::Preempted, "preempted", include_str!("faulty/preempted.toml")),
    (Code::ClockChangeRejected, "clock_rejected", include_str!("faulty/clock_rejected.toml")),
    (Code::EmptyRange, "empty_range", include_str!("faulty/empty_range.toml")),
    (Code::LengthMismatch, "length", include_str!("faulty/length.toml")),
    (Code::CourseDoesNotFit, "course_does_not_fit", include_str!("faulty/course_fit.toml")),
    (Code::CourseCutShort, "course_cut_short", include_str!("faulty/course_cut.toml")),
    (Code::CourseRunsOut, "course_runs_out", include_str!("faulty/course_end.toml")),
    (Code::Conflict, "times", include_str!("faulty/times.toml")),
    (Code::Overlap, "times_overlap", include_str!("faulty/times_overlap.toml")),
    (Code::CourseRunsOut, "times_course", include_str!("faulty/times_course.toml")),
    (Code::ClockChange, "times_clock", include_str!("faulty/times_clock.toml")),
    (Code::NoSlate, "no_slate", include_str!("faulty/no_slate.toml")),
];

/// What the other texts stand on: services, a filler and a zone.
const GROUND: &str = include_str!("faulty/ground.toml");

fn sources(text: &str) -> Vec<Source<'_>> {
    let ground = Source { name: "ground.toml", text: GROUND };
    let faulty = Source { name: "faulty.toml", text };
    if text.contains("zone = ") { vec![faulty] } else { vec![ground, faulty] }
}

#[test]
fn every_faulty_text_draws_its_finding() {
    for (code, name, text) in FAULTY {
        let sources = sources(text);
        let (timetable, findings) = parse(&sources);
        let errors = findings.iter().any(|d| d.code.as_str().starts_with('E'));
        assert_eq!(timetable.is_none(), errors, "{name}");
        assert!(findings.iter().any(|d| d.code == *code), "{name}: {findings:#?}");
        insta::assert_snapshot!(*name, render_human(&findings, &sources, false));
    }
}

#[test]
fn every_code_of_the_parser_has_a_faulty_text() {
    // The library knows assets and sizes, the engine what fits; a text too large is made, not kept;
    // a provincial plan has two texts; the end of a plan is near at a certain time only.
    let elsewhere = [
        Code::BundleLate,
        Code::BundleTight,
        Code::NotGranted,
        Code::RequiredDisplaced,
        Code::UnknownAsset,
        Code::Unplayable,
        Code::EnteredEarlier,
        Code::Capacity,
        Code::GuideShortened,
        Code::Horizon,
        Code::TooLarge,
    ];
    // Those from 08 on are about the log of amendments and the configuration, which are no
    // timetable.
    let ours = |c: &&Code| !elsewhere.contains(c) && c.as_str()[1..] < *"0800";
    for code in Code::ALL.iter().filter(ours) {
        assert!(FAULTY.iter().any(|(c, _, _)| c == code), "{code}");
    }
}

#[test]
fn a_text_too_large_is_refused_before_it_is_read() {
    let text = "#".repeat((16 << 20) + 1);
    let (timetable, findings) = parse(&[Source { name: "t", text: &text }]);
    assert!(timetable.is_none());
    assert_eq!(findings[0].code, Code::TooLarge);
}

#[test]
fn more_airings_a_day_than_can_be_checked_are_refused() {
    let slot = |i: usize, at: &str| {
        format!(
            "[[slot]]\nid = \"s{i}\"\nservice = \"tv-1\"\nasset = \"a/b\"\nat = {at}\nlength = \"1m\"\n"
        )
    };
    let series = "{ from = 00:00, every = \"1m\", count = 1440 }";
    let list = format!("[{}]", "08:00, ".repeat(1441));
    for slots in [(0..35).map(|i| slot(i, series)).collect(), slot(0, &list)] {
        let text = format!("format = 1\n{slots}");
        let (timetable, findings) = parse(&sources(&text));
        assert!(timetable.is_none());
        assert_eq!(findings[0].code, Code::TooLarge);
    }
}

#[test]
fn short_and_json_forms_name_the_same_places() {
    let sources = sources(include_str!("faulty/unknown_key.toml"));
    let (_, findings) = parse(&sources);
    insta::assert_snapshot!("short", render_short(&findings, &sources));
    let json = to_json(&findings, &sources);
    insta::assert_snapshot!("json", format!("{json:#}"));
}

#[test]
fn a_clean_timetable_draws_no_finding() {
    let source = Source { name: "rural-1.toml", text: include_str!("data/rural-1.toml") };
    let (timetable, findings) = parse(&[source]);
    assert_eq!(render_short(&findings, &[source]), "");
    assert!(timetable.is_some());
}
