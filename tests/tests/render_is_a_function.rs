//! Output is a function of the timetable, the assets and time: however a stretch is divided, and on
//! however many cores, it has the same bytes.

use proptest::prelude::*;
use std::sync::LazyLock;
use tests::clock::rfc3339;
use tests::station::Station;
use tests::timetables::{Minute, lessons};

/// 2026-09-01T00:10:00Z, ten minutes after the first lesson of the day.
const BASE_S: u64 = 1_788_221_400;
/// The stretch that is divided: lessons begin at 0, 60 and 120 s.
const STRETCH_S: u64 = 150;

struct Whole {
    station: Station,
    packets: Vec<u8>,
    capture: Vec<u8>,
}

static WHOLE: LazyLock<Whole> = LazyLock::new(|| {
    let station = Station::new(&lessons(Minute(8 * 60), 30));
    let (from, duration) = (rfc3339(BASE_S), format!("{STRETCH_S}s"));
    let packets = station.render(&from, &duration);
    let capture = station.capture(&from, &duration);
    Whole { station, packets, capture }
});

/// Bytes of the header of a capture.
const CAPTURE_HEADER: usize = 24;

fn in_parts(cuts: &[u64], threads: usize, format: &str) -> Vec<u8> {
    let mut whole = Vec::new();
    for pair in cuts.windows(2) {
        let (from, duration) = (rfc3339(BASE_S + pair[0]), format!("{}s", pair[1] - pair[0]));
        let threads = threads.to_string();
        let environment = [("RAYON_NUM_THREADS", threads.as_str())];
        let part = WHOLE.station.render_by(&environment, &from, &duration, format);
        let skipped = if format == "pcap" && !whole.is_empty() { CAPTURE_HEADER } else { 0 };
        whole.extend_from_slice(&part[skipped..]);
    }
    whole
}

/// Where a stretch is cut: its ends and up to three places between.
fn any_cuts() -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::btree_set(1..STRETCH_S, 1..4)
        .prop_map(|inner| [0].into_iter().chain(inner).chain([STRETCH_S]).collect())
}

fn cases() -> u32 {
    if std::env::var_os("HEADEND_FULL").is_some() { 100 } else { 12 }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None, ..ProptestConfig::with_cases(cases())
    })]

    #[test]
    fn any_division_and_any_thread_count_give_the_same_packets(
        cuts in any_cuts(), threads in 1usize..6,
    ) {
        prop_assert!(in_parts(&cuts, threads, "ts") == WHOLE.packets);
    }

    #[test]
    fn any_division_and_any_thread_count_give_the_same_capture(
        cuts in any_cuts(), threads in 1usize..6,
    ) {
        prop_assert!(in_parts(&cuts, threads, "pcap") == WHOLE.capture);
    }
}

#[test]
fn parts_of_any_shortness_give_the_same_packets() {
    let single: Vec<u8> = (0..20)
        .flat_map(|i| {
            let ms = i * 137;
            let from = format!("2026-09-01T00:10:{:02}.{:03}Z", ms / 1000, ms % 1000);
            WHOLE.station.render(&from, "137ms")
        })
        .collect();
    assert!(single == WHOLE.packets[..single.len()]);
    assert!(single.len() > 2 * 1_000_000);
}

#[test]
fn another_machine_with_the_same_timetable_and_lessons_gives_the_same_bytes() {
    let other = Station::new(&lessons(Minute(8 * 60), 30));
    let packets = other.render(&rfc3339(BASE_S), &format!("{STRETCH_S}s"));
    assert!(packets == WHOLE.packets);
}

#[test]
fn the_stretch_holds_every_slot_of_its_time() {
    // 8,446,000 bit/s for 150 s are 842,353.7 packets.
    let count = WHOLE.packets.len() / 188;
    assert!((842_353..=842_354).contains(&count), "{count} packets");
}
