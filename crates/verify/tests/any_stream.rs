//! What holds for any bytes and any way to cut them.

mod stream;

use proptest::prelude::*;
use stream::{MS, Plan};
use verify::{Options, Report, Verifier};

fn judge(bytes: &[u8], cuts: &[usize], options: Options) -> Report {
    let mut verifier = Verifier::new(options);
    let mut rest = bytes;
    for cut in cuts.iter().cycle().take(if cuts.is_empty() { 0 } else { 4000 }) {
        let (now, later) = rest.split_at((*cut).min(rest.len()));
        verifier.push(now);
        rest = later;
    }
    verifier.push(rest);
    verifier.finish()
}

fn short_stream() -> Vec<u8> {
    let plan = Plan { seconds: 4, data_interval: Some(10 * MS), ..Plan::default() };
    stream::bytes(&stream::packets(&plan))
}

#[test]
fn the_rate_that_nobody_told_is_found_and_judged_alike() {
    let bytes = stream::bytes(&stream::packets(&Plan::default()));
    let found = judge(&bytes, &[], Options::default());
    assert!(found.is_conformant(), "{found}");
    let rate = found.rate.unwrap();
    assert_eq!((rate.numerator, rate.denominator, rate.given), (1_200_000, 1, false));
    let told = judge(&bytes, &[], Options { rate: Some(stream::rate()), ..Options::default() });
    assert_eq!((found.pids, found.buffers), (told.pids, told.buffers));
}

#[test]
fn an_inaccurate_reference_is_found_without_being_told_the_rate() {
    let bend = |time: u64| {
        if (30_000 * MS..30_030 * MS).contains(&time) { 20 } else { 0 }
    };
    let plan = Plan { bend_clock: Box::new(bend), ..Plan::default() };
    let report = judge(&stream::bytes(&stream::packets(&plan)), &[], Options::default());
    assert_eq!(report.tally(verify::Check::PcrAccuracy), (1, 0), "{report}");
}

#[test]
fn the_report_is_json_with_the_fields_of_its_documentation() {
    let report = judge(&short_stream(), &[], Options::default());
    let json: serde_json::Value = serde_json::to_value(&report).unwrap();
    assert_eq!(json["conformant"], true);
    assert_eq!(json["checks"][0]["check"], "1.1");
    assert_eq!(json["rate"]["bps"], 1_200_000);
    assert_eq!(json["clocks"][0]["pid"], stream::PCR);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_cut_gives_the_same_report(
        cuts in proptest::collection::vec(1usize..2000, 1..12),
        damage in proptest::collection::vec((0usize..400_000, any::<u8>()), 0..12),
        drop in proptest::option::of((0usize..400_000, 1usize..500)),
    ) {
        let mut bytes = short_stream();
        for (at, value) in damage {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        if let Some((at, len)) = drop {
            let at = at % (bytes.len() - 600);
            bytes.drain(at..at + len);
        }
        let whole = judge(&bytes, &[], Options::default());
        prop_assert_eq!(judge(&bytes, &cuts, Options::default()), whole);
    }

    #[test]
    fn any_bytes_are_survived(
        packets in proptest::collection::vec(
            (0u16..0x40, proptest::collection::vec(any::<u8>(), 184), 0u8..4, 0u8..4), 0..300,
        ),
        told: bool,
    ) {
        let mut bytes = Vec::new();
        for (pid, payload, start, kind) in packets {
            bytes.extend_from_slice(&[0x47, (start & 1) << 6, pid as u8, kind << 4]);
            bytes.extend_from_slice(&payload);
        }
        let rate = told.then(stream::rate);
        let _ = judge(&bytes, &[], Options { rate, ..Options::default() });
        let mut real = short_stream();
        real.extend_from_slice(&bytes);
        let _ = judge(&real, &[], Options { rate, ..Options::default() });
    }
}
