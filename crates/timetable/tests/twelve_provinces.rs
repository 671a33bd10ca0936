//! The reference plan of `schedules/twelve-provinces`, with all that is odd about it.

use std::path::{Path, PathBuf};
use timetable::civil::{Day, parse_rfc3339};
use timetable::{Id, PlannedAiring, Source, Timetable, parse, parse_including, render_short};
use ts::{Span, Ticks};

const CENTRAL: [&str; 9] =
    ["network", "calendar", "courses", "tv-1", "tv-2", "tv-3", "tv-4", "audio", "bundles"];

fn text(path: &str) -> (String, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schedules/twelve-provinces");
    let file: PathBuf = root.join(path);
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    (path.to_owned(), text)
}

fn central() -> Vec<(String, String)> {
    CENTRAL.iter().map(|name| text(&format!("central/{name}.toml"))).collect()
}

fn sources(texts: &[(String, String)]) -> Vec<Source<'_>> {
    texts.iter().map(|(name, text)| Source { name, text }).collect()
}

fn plan() -> Timetable {
    let texts = central();
    let (timetable, findings) = parse(&sources(&texts));
    timetable.unwrap_or_else(|| panic!("{}", render_short(&findings, &sources(&texts))))
}

fn at(text: &str) -> Ticks {
    parse_rfc3339(text).unwrap()
}

fn airings(timetable: &Timetable, service: &str, from: &str, days: i64) -> Vec<PlannedAiring> {
    let from = at(from);
    timetable.airings(&Id::new(service).unwrap(), from, from + Span::from_seconds(days * 86_400))
}

#[test]
fn the_plan_has_no_error_and_says_what_gives_way() {
    let texts = central();
    let (timetable, findings) = parse(&sources(&texts));
    insta::assert_snapshot!("twelve_provinces", render_short(&findings, &sources(&texts)));
    assert!(timetable.is_some());
}

#[test]
fn a_term_has_its_thirty_thousand_airings() {
    let timetable = plan();
    let (mut total, mut days) = (0, Vec::new());
    for day in 0..140 {
        let from = at("2027-02-23T08:00:00+08:00") + Span::from_seconds(day * 86_400);
        let until = from + Span::from_seconds(86_400);
        let starts = timetable.services().iter().map(|s| {
            let of_day = timetable.airings(&s.id, from, until);
            of_day.iter().filter(|a| a.start >= from && s.relays.is_none()).count()
        });
        let count: usize = starts.sum();
        total += count;
        days.push(count);
    }
    assert!((29_000..31_000).contains(&total), "{total}: {days:?}");
}

#[test]
fn every_class_of_sites_can_follow_the_required_courses() {
    let timetable = plan();
    let chances = timetable.chances();
    // Four village courses for five classes, five school courses for four.
    assert_eq!(chances.len(), 4 * 5 + 5 * 4);
    for proof in &chances {
        for lesson in &proof.lessons {
            let times = lesson.starts.len();
            assert!(times >= 2, "{} {} {}: {times}", proof.course, proof.class, lesson.lesson);
        }
        assert!(proof.lessons.windows(2).all(|pair| pair[0].starts[0] < pair[1].starts[0]));
    }
}

#[test]
fn what_is_odd_about_the_term_is_in_it() {
    let timetable = plan();
    // The Saturday that is taught as the lost Thursday has the course of Thursdays.
    let saturday = airings(&timetable, "tv-1", "2027-04-24T08:00:00+08:00", 1);
    assert_eq!(saturday[0].id, "policy@2027-04-24T08:00:00");
    // On a closed day, and in the break of the schools, other grids hold.
    let holiday = airings(&timetable, "tv-1", "2027-05-03T08:00:00+08:00", 1);
    assert!(holiday[0].id.starts_with("place-1@"), "{}", holiday[0].id);
    let school_break = airings(&timetable, "tv-3", "2027-03-30T08:00:00+08:00", 1);
    assert!(school_break[0].id.starts_with("children@"));
    // The group session takes its time.
    let wednesday = airings(&timetable, "tv-1", "2027-03-03T19:00:00+08:00", 1);
    assert!(wednesday.iter().any(|a| a.id == "group@2027-03-03"));
    // Days that end in six.
    let market = airings(&timetable, "tv-4", "2027-03-16T14:00:00+08:00", 1);
    assert!(market.iter().any(|a| a.id == "market-day@2027-03-16"));
    // A province joins in mid-term.
    let hour =
        |day: &str| airings(&timetable, "tv-4", &format!("{day}T17:00:00+08:00"), 1)[0].id.clone();
    assert!(hour("2027-04-11").starts_with("window-free@"));
    assert!(hour("2027-04-12").starts_with("window-xinjiang@"));
    // A lesson is withdrawn between its first showing and a later one.
    let policy = airings(&timetable, "tv-1", "2027-04-08T08:00:00+08:00", 1);
    let lesson: Vec<&str> =
        policy.iter().filter(|a| a.id.starts_with("policy@")).map(|a| a.asset.as_str()).collect();
    assert_eq!(lesson[0], "policy-110/07");
    assert_eq!(lesson.last(), Some(&"slate/withdrawn"));
    // The school service is on both numbers before it moves.
    let both =
        ["tv-3", "tv-3-new"].map(|s| airings(&timetable, s, "2027-06-20T08:00:00+08:00", 1).len());
    assert_eq!(both[0], both[1]);
    assert_eq!(timetable.notices().len(), 1);
    // A live hour that may go on.
    let live = airings(&timetable, "tv-4", "2027-03-05T20:00:00+08:00", 1);
    assert!(live[0].live.as_ref().is_some_and(|l| l.may_overrun == Span::from_seconds(600)));
}

#[test]
fn the_order_of_files_is_of_no_account() {
    let (texts, mut turned) = (central(), central());
    turned.reverse();
    let plans = [&texts, &turned].map(|texts| parse(&sources(texts)).0.unwrap());
    for service in plans[0].services() {
        let weeks = plans.each_ref().map(|plan| {
            let mut week = airings(plan, service.id.as_str(), "2027-04-21T08:00:00+08:00", 7);
            for airing in &mut week {
                airing.origin = timetable::Location::default();
            }
            week
        });
        assert_eq!(weeks[0], weeks[1]);
    }
}

#[test]
fn provinces_have_plans_of_their_own() {
    for (file, own) in
        [("guizhou/plan.toml", "guizhou/evening"), ("xinjiang/plan.toml", "xinjiang/evening")]
    {
        let texts: Vec<_> = [text(file)].into_iter().chain(central()).collect();
        let (timetable, findings) = parse_including(&sources(&texts), 1);
        let said = render_short(&findings, &sources(&texts));
        let timetable = timetable.unwrap_or_else(|| panic!("{said}"));
        let week = airings(&timetable, "tv-4", "2027-05-10T08:00:00+08:00", 7);
        assert!(week.iter().any(|a| a.asset.as_str() == own), "{file}");
        let region = timetable.region().unwrap();
        let poster = timetable.poster(Some(region), Day::from_ymd(2027, 5, 10).unwrap());
        assert!(poster.entries.len() > 900, "{}", poster.entries.len());
    }
}

#[test]
fn the_bundle_of_a_lesson_is_there_twelve_hours_before() {
    let timetable = plan();
    // 410 MB and what transport adds.
    let proofs = timetable.bundle_proofs(|_| Some(410_000_000 * 8 * 1_065 / 1000));
    assert_eq!(proofs.len(), 1);
    assert!(proofs[0].needed_s.unwrap() < proofs[0].open_s);
}

#[test]
fn an_operator_in_a_zone_that_sets_its_clocks_has_the_same_plan() {
    let texts: Vec<(String, String)> = central()
        .into_iter()
        .map(|(name, text)| (name, text.replace("Asia/Shanghai", "Europe/London")))
        .map(|(name, text)| (name, text.replace("Asia/Urumqi", "America/Noronha")))
        .collect();
    let (timetable, findings) = parse(&sources(&texts));
    let said = render_short(&findings, &sources(&texts));
    let timetable = timetable.unwrap_or_else(|| panic!("{said}"));
    assert!(said.contains("W0203"), "{said}");
    let sunday = airings(&timetable, "tv-2", "2027-03-28T03:00:00+01:00", 1);
    let starts: Vec<String> =
        sunday.iter().map(|a| timetable.zone().format(a.start)[11..16].to_owned()).collect();
    assert!(starts.contains(&"06:00".to_owned()), "{starts:?}");
}
