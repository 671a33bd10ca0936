//! A daemon that is killed at any instant and started again goes on as if it had never stopped.

use std::time::Duration;
use tests::chance::Chance;
use tests::clock::{rfc3339, unix_now_s};
use tests::datagrams::{Listener, PORT_OFFSETS, Received, assert_rendered, name, of_capture};
use tests::on_air::OnAir;
use tests::station::Station;
use tests::timetables::{Minute, lessons};

/// A timetable in whose day lessons begin each minute around now.
fn lessons_now() -> String {
    let minute_of_day = (unix_now_s() / 60 + 8 * 60) % 1440;
    lessons(Minute(minute_of_day.saturating_sub(2) as u32), 30)
}

fn kills() -> u32 {
    if std::env::var_os("HEADEND_FULL").is_some() { 200 } else { 50 }
}

#[test]
fn every_datagram_between_kills_is_the_one_that_was_to_be_sent() {
    let station = Station::new(&lessons_now());
    let listener = Listener::new(station.group);
    let from_s = unix_now_s() - 2;
    let mut chance = Chance::new();
    for _ in 0..kills() {
        let on_air = OnAir::start(&station);
        // From before its first datagram to well into its work.
        std::thread::sleep(Duration::from_millis(20 + chance.below(2_000)));
        on_air.kill();
    }
    let received = listener.finish();
    let duration = format!("{}s", unix_now_s() + 4 - from_s);
    let rendered = of_capture(&station.capture(&rfc3339(from_s), &duration));
    let counts = assert_rendered(&received, &rendered, station.group);
    println!("{counts:?} datagrams by flow");
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}: all flows were heard");
    let revived = gaps(&received[0]);
    assert!(revived >= 10, "the daemon was on air between {revived} kills");
}

/// How often the numbering of a flow jumps.
fn gaps(flow: &[Received]) -> usize {
    let numbers = flow.iter().map(|datagram| name(&datagram.payload).0);
    let next = numbers.clone().skip(1);
    numbers.zip(next).filter(|(a, b)| a.wrapping_add(1) != *b).count()
}

#[test]
fn the_first_datagram_leaves_soon_after_the_start() {
    let station = Station::new(&lessons_now());
    let listener = Listener::new(station.group);
    let begin = std::time::Instant::now();
    let on_air = OnAir::start(&station);
    std::thread::sleep(Duration::from_secs(3));
    on_air.kill();
    let received = listener.finish();
    let first = received[0].first().map(|datagram| datagram.at.duration_since(begin));
    assert!(first.is_some_and(|after| after < Duration::from_secs(1)), "{first:?}");
    assert_eq!(received.len(), PORT_OFFSETS.len());
}
