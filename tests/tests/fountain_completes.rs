//! A site that loses a tenth of all datagrams completes a fountain in hardly more than what it must
//! receive, while a plain carousel keeps it waiting for what it lost.

use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tests::judge;
use tests::program::headend_site;
use tests::station::Station;
use tests::timetables::{Minute, lessons};

const DATAGRAM: usize = 7 * 188;
const BUNDLE_BYTES: usize = 3_000_000;

/// Bytes that no compression and no luck makes fewer.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..size).map(next).collect()
}

/// The stream without every datagram that chance picks, one in ten.
fn thinned(stream: &[u8]) -> Vec<u8> {
    let mut state = 7_u64;
    let mut is_kept = || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        !(state >> 33).is_multiple_of(10)
    };
    stream.chunks(DATAGRAM).filter(|_| is_kept()).flatten().copied().collect()
}

/// Whether a site that hears the stream of these seconds has the file, bit for bit.
fn completes(station: &Station, seconds: u32, sent: &[u8]) -> bool {
    let stream = station.render("2026-09-01T00:10:00Z", &format!("{seconds}s"));
    let (file, into) = (station.path("thinned.ts"), station.path(&format!("site-{seconds}")));
    std::fs::write(&file, thinned(&stream)).expect("a file");
    let mut command: Command = headend_site();
    command.arg("receive").arg("--from").arg(&file).arg("--into").arg(&into);
    judge::run(command, Duration::from_secs(120));
    let received = std::fs::read(into.join("demo").join(Path::new("lesson.bin")));
    received.is_ok_and(|bytes| {
        assert!(bytes == sent, "the file came with other bytes");
        true
    })
}

fn station(encoding: &str, sent: &[u8]) -> Station {
    let day = lessons(Minute(8 * 60), 30);
    let keys = format!("files = \"bundle/**\"\nrate = 2_000_000\n{encoding}");
    let station = Station::new(&day.replace("files = \"bundle/**\"", &keys));
    std::fs::write(station.path("bundles/bundle/lesson.bin"), sent).expect("a file");
    station
}

/// The first of these numbers of seconds in which a site completes.
fn seconds_to_complete(station: &Station, sent: &[u8], most: u32) -> Option<u32> {
    (6..=most).step_by(6).find(|seconds| completes(station, *seconds, sent))
}

#[test]
fn a_fountain_completes_in_less_than_half_the_time_of_a_carousel_when_a_tenth_is_lost() {
    let sent = noise(BUNDLE_BYTES);
    let fountain = seconds_to_complete(&station("", &sent), &sent, 60);
    let fountain = fountain.expect("the fountain completes within a minute");
    let plain = station("encoding = \"carousel\"\n", &sent);
    assert!(
        !completes(&plain, 2 * fountain, &sent),
        "the carousel took no longer than {fountain} s"
    );
    assert!(
        seconds_to_complete(&plain, &sent, 150) > Some(2 * fountain),
        "and it completes at last"
    );
}

#[test]
fn a_fountain_sent_in_pieces_of_a_day_adds_up_in_any_order() {
    let sent = noise(BUNDLE_BYTES);
    let station = station("", &sent);
    let into = station.path("site");
    let receive = |from: &str| {
        let file = station.path("piece.ts");
        std::fs::write(&file, thinned(&station.render(from, "6s"))).expect("a file");
        let mut command: Command = headend_site();
        command.arg("receive").arg("--from").arg(&file).arg("--into").arg(&into);
        judge::run(command, Duration::from_secs(120));
        std::fs::read(into.join("demo/lesson.bin")).ok()
    };
    let pieces =
        ["00:18:00", "00:10:30", "00:25:00", "00:10:00", "00:12:00", "00:29:00", "00:16:00"];
    let times = pieces.map(|time| format!("2026-09-01T{time}Z"));
    let received = times.iter().find_map(|from| receive(from));
    assert!(received.is_some_and(|bytes| bytes == sent), "the pieces add up to the file");
}
