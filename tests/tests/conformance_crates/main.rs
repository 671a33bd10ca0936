//! The stream as crates read it that the project did not write.

mod monitor;
mod readers;
mod tables;

use std::sync::LazyLock;
use tests::station::{Station, rate};
use tests::stretch::{packets, pmt_pids};
use tests::timetables::{Minute, lessons};
use tests::trim;
use ts::{PACKET_SIZE, Rate};

/// Four minutes with four joins of lessons on each service, and all fillers.
static STRETCH: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let station = Station::new(&lessons(Minute(8 * 60), 30));
    station.render("2026-09-01T00:09:30Z", "240s")
});

#[test]
fn every_table_and_descriptor_is_understood_and_comes_out_the_same_when_written_again() {
    let seen = tables::are_understood(&STRETCH);
    // PAT, PMT, NIT, SDT, BAT, EIT present/following and schedule, TDT, TOT.
    for table_id in [0x00, 0x02, 0x40, 0x42, 0x4a, 0x4e, 0x50, 0x70, 0x73] {
        let count = seen.get(&table_id).copied().unwrap_or(0);
        assert!(count >= 8, "table {table_id:#04x} was there {count} times: {seen:x?}");
    }
}

#[test]
fn carousels_are_collected_to_whole_modules() {
    let collected = tables::carousels(&STRETCH);
    assert!(!collected.is_empty(), "there is a carousel");
    for (pid, modules) in collected {
        assert!(modules > 0, "{pid}: no module became whole");
    }
}

#[test]
fn two_demultiplexers_read_the_same_units() {
    let whole = trim::whole_units(&STRETCH).bytes;
    readers::units_by_mpeg2ts_reader(&STRETCH);
    let chosen = readers::tables_first(&whole);
    let (one, other) =
        (readers::units_by_mpeg2ts(&chosen), readers::units_by_mpeg2ts_reader(&chosen));
    assert!(one.len() > 30_000, "{} PES packets", one.len());
    assert!(one == other, "{} and {} PES packets", one.len(), other.len());
}

#[test]
fn the_monitor_of_tr_101_290_finds_nothing() {
    let services: Vec<u16> = pmt_pids(&STRETCH).into_values().collect();
    assert_eq!(services.len(), 4);
    monitor::finds_nothing(&STRETCH, rate(), &services);
}

/// The monitor must be able to speak: one byte less, one packet less, and it does.
#[test]
fn the_monitor_finds_a_lost_packet_and_a_wrong_rate() {
    let is_video = |packet: &&[u8; 188]| packet[1] & 0x1f == 1 && packet[2] == 1;
    let mut video = (0..).zip(packets(&STRETCH)).filter(|(_, packet)| is_video(packet));
    let (lost, _) = video.nth(50).expect("a video packet");
    let mut damaged = STRETCH[..20_000 * PACKET_SIZE].to_vec();
    damaged.drain(lost * PACKET_SIZE..(lost + 1) * PACKET_SIZE);
    let found = monitor::findings(&damaged, rate());
    assert!(found.keys().any(|place| place.starts_with("Continuity_count_error")), "{found:?}");

    let slow = Rate::new(1_000_000, 1).expect("a rate above zero");
    let found = monitor::findings(&STRETCH[..20_000 * PACKET_SIZE], slow);
    assert!(found.keys().any(|place| place.starts_with("PCR_repetition_error")), "{found:?}");
}
