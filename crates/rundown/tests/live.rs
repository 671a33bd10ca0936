//! What is on air for a live source: its recording when there is one, else its cover; and what all
//! others see while regions may leave.

use asset::AssetSummary;
use rundown::{AiringKind, Catalogue, CatalogueEntry, Rundown, compile};
use timetable::civil::parse_rfc3339;
use timetable::{Id, Source, parse};
use ts::{Span, Ticks};

const PLAN: &str = "format = 1\nzone = \"Asia/Shanghai\"
[[service]]\nid = \"tv-1\"\nnumber = 1\nkind = \"television\"\nname = { en = \"One\" }
slate = \"slate\"\nfiller = \"breaks\"
[[filler]]\nid = \"breaks\"\nassets = [\"break\"]
[[live]]\nid = \"studio\"\ninput = \"rtp://239.10.0.5:5004\"
title = { en = \"Live\" }\nif_lost = { after = \"2s\", play = \"cover\" }
[[region]]\nid = \"guizhou\"\nname = { en = \"Guizhou\" }
[[slot]]\nid = \"lecture\"\nservice = \"tv-1\"\nlive = \"studio\"\nat = 15:00\nlength = \"25m\"
[[opt_out]]\nid = \"window\"\nservice = \"tv-1\"\nat = 16:00\nlength = \"10m\"\nregions = [\"guizhou\"]
[[slot]]\nid = \"film\"\nservice = \"tv-1\"\nasset = \"film\"\nat = 15:55\nlength = \"30m\"\npriority = 10\n";

fn at(text: &str) -> Ticks {
    parse_rfc3339(text).unwrap()
}

/// The rundown of an hour, with these assets of ten minutes each.
fn on_air(assets: &[&str]) -> (Rundown, usize) {
    let (timetable, _) = parse(&[Source { name: "t", text: PLAN }]);
    let entry = |name: &&str| {
        let duration = Span::from_seconds(600);
        let summary = AssetSummary { digest: [0; 32], packets: 16, duration, streams: Vec::new() };
        (name.to_string(), CatalogueEntry { summary, entry_points: Vec::new() })
    };
    let catalogue = Catalogue::new(assets.iter().map(entry).collect());
    let services = [Id::new("tv-1").unwrap()];
    let (from, until) = (at("2027-03-01T14:30:00+08:00"), at("2027-03-01T17:00:00+08:00"));
    let compiled = compile(&timetable.unwrap(), &catalogue, &services, from, until, 0);
    let (rundown, problems) = compiled.unwrap();
    let inside = |p: &&rundown::Problem| p.start >= from && p.start < until;
    let of_live = |p: &&rundown::Problem| p.airing.starts_with("lecture@");
    (rundown, problems.iter().filter(inside).filter(of_live).count())
}

/// The asset on air at an instant, and why it is.
fn shown(rundown: &Rundown, when: &str) -> (String, AiringKind) {
    let airing = rundown.services[0].on_air(at(when)).unwrap();
    (rundown.asset(airing.asset).0.clone(), airing.kind)
}

#[test]
fn a_live_source_shows_its_recording_and_without_one_its_cover() {
    let recording = "live/studio/lecture/2027-03-01";
    let during = "2027-03-01T15:05:00+08:00";
    let (rundown, problems) = on_air(&["slate", "break", "cover", "film", recording]);
    assert_eq!(shown(&rundown, during), (recording.to_owned(), AiringKind::Programme));
    assert_eq!(problems, 0);
    let (rundown, problems) = on_air(&["slate", "break", "cover", "film"]);
    assert_eq!(shown(&rundown, during), ("cover".to_owned(), AiringKind::Programme));
    // The cover goes on as long as the programme would.
    let end = shown(&rundown, "2027-03-01T15:24:00+08:00");
    assert_eq!(end, ("cover".to_owned(), AiringKind::Filler));
    assert_eq!(problems, 0);
    let (rundown, problems) = on_air(&["slate", "break", "film"]);
    assert_eq!(shown(&rundown, during), ("slate".to_owned(), AiringKind::Slate));
    assert_eq!(problems, 1);
}

#[test]
fn a_window_for_regions_shows_filler_and_nothing_of_lower_priority() {
    let (rundown, _) = on_air(&["slate", "break", "cover", "film"]);
    let film = ("film".to_owned(), AiringKind::Programme);
    assert_eq!(shown(&rundown, "2027-03-01T15:58:00+08:00"), film);
    let filler = ("break".to_owned(), AiringKind::Filler);
    assert_eq!(shown(&rundown, "2027-03-01T16:05:00+08:00"), filler);
}
