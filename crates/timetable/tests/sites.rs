//! Whom programmes are for: opening hours, provinces, posters, licences, bundles in time.

mod plans;

use plans::{airings, course, findings, ground, read, slot};
use timetable::civil::Day;
use timetable::{
    AiringKind, AssetId, Id, Source, parse, parse_including, render_human, render_short,
};

const CLASSES: &str = "[[site_class]]\nid = \"east\"\naudience = [\"pupils\"]
open = [{ days = [\"mon\", \"tue\"], from = 08:00, to = 17:00 }]
[[site_class]]\nid = \"west\"\naudience = [\"pupils\"]
open = [{ days = [\"mon\", \"tue\"], from = 08:00, to = 17:00 }]\nzone = \"Asia/Urumqi\"\n";

fn required(count: u32) -> String {
    course("r", count, "").replace("elective", "required")
}

#[test]
fn the_proof_says_when_each_lesson_airs_in_the_hours_of_each_class_on_its_own_clock() {
    let rest = "course = \"r\"\nfrom = 2027-03-01\nuntil = 2027-03-02\nat = 08:15
    rotate = { every = \"3h\", times = 4 }";
    let text = [ground("Asia/Shanghai"), CLASSES.to_owned(), required(2), slot("s", rest)].concat();
    let timetable = read(&text);
    assert_eq!(findings(&text), "");
    let chances = timetable.chances();
    let said: Vec<String> = chances
        .iter()
        .flat_map(|c| {
            c.lessons.iter().map(|l| {
                let times: Vec<_> = l
                    .starts
                    .iter()
                    .map(|at| timetable.zone().format(*at)[5..16].to_owned())
                    .collect();
                format!("{} {}: {}", c.class, l.lesson, times.join(" "))
            })
        })
        .collect();
    assert_eq!(
        said,
        [
            "east l01: 03-01T08:15 03-01T11:15 03-01T14:15",
            "east l02: 03-02T08:15 03-02T11:15 03-02T14:15",
            // Their hours are 10:00 to 19:00 in Shanghai.
            "west l01: 03-01T11:15 03-01T14:15 03-01T17:15",
            "west l02: 03-02T11:15 03-02T14:15 03-02T17:15",
        ]
    );
    assert_eq!(chances[0].by.to_string(), "2027-03-02");
}

#[test]
fn an_airing_that_another_one_takes_is_no_chance() {
    let rest = "course = \"r\"\nfrom = 2027-03-01\nuntil = 2027-03-01\nat = 09:00
    rerun = [{ after = \"2h\" }]";
    let item = "[[item]]\nid = \"i\"\nservice = \"tv-1\"\nasset = \"a/i\"\nat = 2027-03-01T11:00
    length = \"1h\"\n";
    let class = &CLASSES[..CLASSES.find("[[site_class]]\nid = \"west\"").unwrap()];
    let text = [&ground("Asia/Shanghai"), class, &required(1), &slot("s", rest), item]
        .map(str::to_owned)
        .concat();
    let said = findings(&text);
    assert!(
        said.contains("E0405") && said.contains("airs only once, on 2027-03-01 09:00"),
        "{said}"
    );
}

#[test]
fn a_provincial_plan_airs_its_own_in_the_window_that_it_is_given() {
    let own = "format = 1\nplan_for = \"guizhou\"\ninclude = [\"central.toml\"]
    [[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"guizhou/evening\"\nat = 18:30
    length = \"20m\"\ndays = [\"tue\"]\n";
    let central = include_str!("data/central.toml");
    let sources =
        [Source { name: "own.toml", text: own }, Source { name: "central.toml", text: central }];
    let (timetable, findings) = parse_including(&sources, 1);
    assert_eq!(render_short(&findings, &sources), "");
    let timetable = timetable.unwrap();
    let day = airings(&timetable, "tv-1", "2027-03-02T18:00:00+08:00", 1);
    let assets: Vec<&str> = day.iter().map(|a| a.asset.as_str()).collect();
    // What its own airing leaves of the window is filled.
    assert_eq!(assets[..2], ["guizhou/evening", "a/film"]);
    let central = parse(&sources[1..]).0.unwrap();
    let day = airings(&central, "tv-1", "2027-03-02T18:00:00+08:00", 1);
    assert_eq!(day[0].asset, AssetId::new("a/weather").unwrap());
    assert_eq!(day[0].kind, AiringKind::OptOut);
}

#[test]
fn files_that_a_plan_without_a_region_includes_are_a_part_of_it() {
    let own = "format = 1\ninclude = [\"central.toml\"]
    [[slot]]\nid = \"late\"\nservice = \"tv-1\"\nasset = \"a/late\"\nat = 22:00
    length = \"20m\"\n";
    let central = include_str!("data/central.toml");
    let sources =
        [Source { name: "own.toml", text: own }, Source { name: "central.toml", text: central }];
    let (timetable, findings) = parse_including(&sources, 1);
    assert_eq!(render_short(&findings, &sources), "");
    assert_eq!(timetable.unwrap().region(), None);
}

#[test]
fn a_provincial_plan_is_refused_where_it_takes_what_it_is_not_given() {
    let own = include_str!("faulty/province.toml");
    let central = include_str!("data/central.toml");
    let sources =
        [Source { name: "own.toml", text: own }, Source { name: "central.toml", text: central }];
    let (timetable, findings) = parse_including(&sources, 1);
    assert!(timetable.is_none());
    let said = render_human(&findings, &sources, false);
    assert!(said.contains("E0210") && said.contains("E0211"));
    insta::assert_snapshot!("province", said);
}

#[test]
fn a_bundle_must_be_whole_before_its_lesson_airs() {
    let source = Source { name: "bundles.toml", text: include_str!("data/bundles.toml") };
    let (timetable, _) = parse(&[source]);
    let timetable = timetable.unwrap();
    // A pass of 4.2 GiB; the second bundle has nine nights, of which it needs eight.
    let bits = |gib_tenths: u64| gib_tenths * (1 << 30) / 10 * 8;
    let size = |id: &str| match id {
        "agri-201-l01" => Some(bits(42)),
        "agri-201-l02" => Some(bits(112)),
        _ => Some(1),
    };
    let findings = timetable.check_bundles(|bundle| size(bundle.id.as_str()));
    insta::assert_snapshot!("bundles", render_human(&findings, &[source], false));
    let proofs = timetable.bundle_proofs(|bundle| size(bundle.id.as_str()));
    let night = 5 * 3600;
    assert_eq!(proofs.iter().map(|p| p.open_s).collect::<Vec<_>>()[..2], [2 * night, 9 * night]);
    let clean = timetable.check_bundles(|bundle| (bundle.rate_bps > 0).then_some(1));
    assert!(clean.is_empty());
}

#[test]
fn a_poster_has_what_a_region_sees_in_a_week() {
    let central = include_str!("data/central.toml");
    let text = format!(
        "{central}[[slot]]\nid = \"h\"\nservice = \"tv-1\"\nasset = \"a/h\"\nat = 06:00\nlength = \"1h\"
        days = [\"mon\"]\nregions = [\"hunan\"]\ntitle = {{ zh = \"湖南\" }}\n"
    );
    let timetable = read(&text);
    let first = Day::from_ymd(2027, 3, 1).unwrap();
    let count = |region: Option<&str>| {
        let region = region.map(|r| Id::new(r).unwrap());
        timetable.poster(region.as_ref(), first).entries.len()
    };
    // Required lesson and its rerun, seven films, five windows; one programme for Hunan.
    assert_eq!(count(Some("guizhou")), 14);
    assert_eq!(count(Some("hunan")), 15);
    let poster = timetable.poster(None, first);
    let lesson = poster.entries.iter().find(|e| e.required).unwrap();
    assert_eq!(lesson.start.to_string(), "2027-03-01 19:00");
    assert_eq!(lesson.lesson.as_ref().map(|l| (l.1, l.2)), Some((1, 2)));
}

#[test]
fn a_live_airing_names_its_recording_and_its_cover() {
    let live = "[[live]]\nid = \"studio\"\ninput = \"rtp://239.10.0.5:5004\"
    if_lost = { after = \"2s\", play = \"a/cover\" }\n";
    let text = [
        ground("Asia/Shanghai"),
        live.to_owned(),
        slot("s", "live = \"studio\"\nat = 15:00\nmay_overrun = \"10m\""),
    ];
    let timetable = read(&text.concat());
    let airing = &airings(&timetable, "tv-1", "2027-03-01T00:00:00+08:00", 1)[0];
    assert_eq!(airing.asset.as_str(), "live/studio/s/2027-03-01");
    let live = airing.live.as_ref().unwrap();
    assert_eq!((live.cover.as_str(), live.after_ms), ("a/cover", 2000));
    let uses: Vec<&str> = timetable.asset_uses().map(|u| u.asset.as_str()).collect();
    assert_eq!(uses, ["slate/clock", "slate/clock", "a/cover"]);
}
