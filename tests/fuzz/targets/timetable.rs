//! Timetables: a text gives a timetable exactly when nothing in it is an error, and every
//! diagnostic can be shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use timetable::civil::Day;
use timetable::{Severity, Source, Timetable, parse, render_human, render_short, to_json};
use ts::Ticks;

/// A week of 2027-03, in which the kept timetables have their lessons.
const WINDOW: [Ticks; 2] = [Ticks::from_seconds(1_803_859_200), Ticks::from_seconds(1_804_464_000)];

fuzz_target!(|text: &str| {
    let sources = [Source { name: "timetable.toml", text }];
    let (timetable, diagnostics) = parse(&sources);
    let has_errors = diagnostics.iter().any(|found| found.severity() == Severity::Error);
    assert_eq!(timetable.is_some(), !has_errors);
    render_human(&diagnostics, &sources, false);
    render_short(&diagnostics, &sources);
    to_json(&diagnostics, &sources);
    if let Some(timetable) = timetable {
        plan(&timetable);
    }
});

/// Airings of a service follow one another.
fn plan(timetable: &Timetable) {
    let [from, until] = WINDOW;
    for service in timetable.services() {
        let airings = timetable.airings(&service.id, from, until);
        assert!(airings.is_sorted_by(|a, b| a.window_end <= b.start));
    }
    timetable.bundles_active(from, until);
    timetable.chances();
    timetable.check_bundles(|bundle| Some(u64::from(bundle.weight) << 40));
    timetable.poster(timetable.region(), Day(20_879));
}
