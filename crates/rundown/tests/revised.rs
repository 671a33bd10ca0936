//! What is on when another timetable takes over: it goes on, to the end that the new one gives it.

use asset::AssetSummary;
use rundown::{Catalogue, CatalogueEntry, Rundown, compile, revise};
use timetable::civil::parse_rfc3339;
use timetable::{Id, Source, Timetable, parse};
use ts::{Span, Ticks};

const PLAN: &str = "format = 1\nzone = \"Asia/Shanghai\"
[[service]]\nid = \"tv-1\"\nnumber = 1\nkind = \"television\"\nname = { en = \"One\" }
slate = \"slate\"\nfiller = \"breaks\"
[[filler]]\nid = \"breaks\"\nassets = [\"break\"]
[[slot]]\nid = \"film\"\nservice = \"tv-1\"\nasset = \"film\"\nat = 15:00\nlength = \"30m\"\n
[[slot]]\nid = \"news\"\nservice = \"tv-1\"\nasset = \"news\"\nat = 16:00\nlength = \"30m\"\n";

fn at(text: &str) -> Ticks {
    parse_rfc3339(&format!("2027-03-01T{text}+08:00")).unwrap()
}

fn plan(text: &str) -> Timetable {
    parse(&[Source { name: "t", text }]).0.unwrap()
}

fn catalogue() -> Catalogue {
    let entry = |name: &str| {
        let duration = Span::from_seconds(3000);
        let summary = AssetSummary { digest: [0; 32], packets: 16, duration, streams: Vec::new() };
        (name.to_string(), CatalogueEntry { summary, entry_points: Vec::new() })
    };
    Catalogue::new(["slate", "break", "film", "news"].into_iter().map(entry).collect())
}

/// What airs when a plan takes over at an instant.
fn revised(new: &str, when: &str) -> Rundown {
    let (services, catalogue) = ([Id::new("tv-1").unwrap()], catalogue());
    let (from, until) = (at("14:30:00"), at("17:00:00"));
    let (old, _) = compile(&plan(PLAN), &catalogue, &services, from, until, 0).unwrap();
    revise(&old, at(when), &plan(new), &catalogue, &services, until).unwrap().0
}

fn pieces(rundown: &Rundown) -> Vec<(String, Ticks, Ticks)> {
    let (from, until) = (at("15:00:00"), at("16:00:00"));
    let airings = rundown.services[0].airings.iter();
    let airings = airings.filter(|a| a.start >= from && a.start < until);
    airings.map(|a| (rundown.asset(a.asset).0.clone(), a.start, a.end)).collect()
}

#[test]
fn a_programme_on_air_takes_the_end_that_the_new_timetable_gives_it() {
    for (length, end) in [("20m", "15:20:00"), ("40m", "15:40:00")] {
        let new = PLAN.replacen("30m", length, 1);
        let rundown = revised(&new, "15:10:00");
        let found = pieces(&rundown);
        assert_eq!(found[0], ("film".to_owned(), at("15:00:00"), at(end)));
        assert_eq!((found[1].0.as_str(), found[1].1), ("break", at(end)));
        let service = &rundown.services[0];
        let event = service.events.iter().find(|e| e.start == at("15:00:00")).unwrap();
        assert_eq!(event.start + event.duration, at(end));
        for pair in service.airings.windows(2) {
            assert_eq!((pair[0].end, pair[0].video.until), (pair[1].start, pair[1].video.from));
        }
    }
}

#[test]
fn an_end_that_is_too_near_stays_as_it_was() {
    let new = PLAN.replacen("30m", "20m", 1);
    assert_eq!(pieces(&revised(&new, "15:19:58"))[0].2, at("15:30:00"));
    assert_eq!(pieces(&revised(&PLAN.replacen("30m", "40m", 1), "15:29:58"))[0].2, at("15:30:00"));
}

#[test]
fn a_programme_that_comes_into_filler_on_air_begins_at_its_time() {
    let new = format!(
        "{PLAN}[[item]]\nid = \"talk\"\nservice = \"tv-1\"\nasset = \"news\"\nat = 2027-03-01T15:40
        length = \"10m\"\n"
    );
    let found = pieces(&revised(&new, "15:35:00"));
    let expected = [
        ("break".to_owned(), at("15:30:00"), at("15:40:00")),
        ("news".to_owned(), at("15:40:00"), at("15:50:00")),
    ];
    assert_eq!(found[..2], expected);
}
