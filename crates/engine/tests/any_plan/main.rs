//! What holds for any plan: any assets, any timetable, any rate.

mod any;
mod changes;
mod film;
mod naming;
mod pictures;
mod properties;
mod tape;
mod world;

/// Cases of each property unless `PROPTEST_CASES` says otherwise.
pub fn config(cases: u32) -> proptest::prelude::ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    proptest::prelude::ProptestConfig {
        cases: asked.unwrap_or(cases),
        failure_persistence: None,
        max_shrink_iters: 60,
        ..proptest::prelude::ProptestConfig::default()
    }
}
