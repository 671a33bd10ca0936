//! Counters, clock and programmes go on without a step: read from the bytes alone, with nothing of
//! the project's own readers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;
use tests::judge::{ask, judge};
use tests::station::{Station, rate, repository};
use tests::stretch::packets;
use tests::timetables::{Minute, lessons};
use tests::{single, trim};
use ts::Pid;

/// 2026-09-01T00:09:30Z, half a minute before the tenth lesson of the day.
const FROM: &str = "2026-09-01T00:09:30Z";
const FROM_S: u64 = 1_788_221_370;
/// Seconds of TAI ahead of UTC since 2017 (IERS Bulletin C 52).
const TAI_MINUS_UTC_S: u64 = 37;
const PCR_PERIOD: u64 = (1 << 33) * 300;
const NULL_PID: u16 = 0x1fff;

static STATION: LazyLock<Station> = LazyLock::new(|| Station::new(&lessons(Minute(8 * 60), 30)));
static STRETCH: LazyLock<Vec<u8>> = LazyLock::new(|| STATION.render(FROM, "300s"));

/// The flags of the adaptation field and its bytes behind them, where there is one.
fn adaptation(packet: &[u8; 188]) -> Option<(u8, &[u8])> {
    let length = usize::from(packet[4]);
    let is_there = packet[3] & 0x20 != 0 && length > 0;
    is_there.then(|| (packet[5], &packet[6..5 + length]))
}

fn pid(packet: &[u8; 188]) -> u16 {
    u16::from_be_bytes([packet[1] & 0x1f, packet[2]])
}

#[test]
fn every_counter_goes_on_by_one_and_no_discontinuity_is_signalled() {
    let mut counters: BTreeMap<u16, u8> = BTreeMap::new();
    for (slot, packet) in packets(&STRETCH).enumerate() {
        assert_eq!((packet[0], packet[1] & 0x80, packet[3] & 0xc0), (0x47, 0, 0), "slot {slot}");
        let (pid, counter) = (pid(packet), packet[3] & 0x0f);
        let discontinuous = adaptation(packet).is_some_and(|(flags, _)| flags & 0x80 != 0);
        assert!(!discontinuous, "slot {slot}: PID {pid:#06x} signals a discontinuity");
        if pid != NULL_PID
            && packet[3] & 0x10 != 0
            && let Some(last) = counters.insert(pid, counter)
        {
            assert_eq!(counter, (last + 1) & 0x0f, "slot {slot}: counter of PID {pid:#06x}");
        }
    }
    assert!(counters.len() >= 15, "{} PIDs have counters", counters.len());
}

#[test]
fn the_clock_is_the_time_of_the_slot_to_the_tick_and_never_35_ms_apart() {
    // The first slot that leaves at or after the start of the stretch.
    let ticks = u128::from(FROM_S + TAI_MINUS_UTC_S) * 27_000_000;
    let per_slot = 1504 * 27_000_000 * u128::from(rate().denominator());
    let rate = u128::from(rate().numerator());
    let first = (ticks * rate).div_ceil(per_slot);
    let time_of = |slot: usize| ((first + slot as u128) * per_slot / rate) as u64;
    let mut offsets = BTreeSet::new();
    let mut last = time_of(0);
    for (slot, packet) in packets(&STRETCH).enumerate() {
        let Some((flags, fields)) = adaptation(packet) else { continue };
        if flags & 0x10 == 0 {
            continue;
        }
        let field = fields[..6].iter().fold(0u64, |n, byte| n << 8 | u64::from(*byte));
        let clock = (field >> 15) * 300 + (field & 0x1ff);
        let time = time_of(slot);
        offsets.insert((clock + PCR_PERIOD - time % PCR_PERIOD) % PCR_PERIOD);
        assert!(time - last <= 35 * 27_000, "slot {slot}: no clock for {} ticks", time - last);
        last = time;
    }
    assert_eq!(offsets.len(), 1, "one constant lies between clock and time: {offsets:?}");
}

/// Where each packet of a file is in time and by stream: PTS by the MD5 of its payload, for those
/// that are like no other.
fn packets_by_payload(file: &Path) -> BTreeMap<(char, String), Vec<i64>> {
    let mut command = judge("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-copyts", "-i"]).arg(file);
    command.args(["-map", "0:v?", "-map", "0:a:0", "-c", "copy", "-f", "framemd5", "-"]);
    let verdict = ask(&mut command);
    assert!(verdict.success && verdict.stderr.is_empty(), "{}", verdict.stderr);
    let mut kinds = BTreeMap::new();
    let mut found: BTreeMap<(char, String), Vec<i64>> = BTreeMap::new();
    for line in verdict.stdout.lines() {
        if let Some(kind) = line.strip_prefix("#media_type ") {
            let (stream, kind) = kind.split_once(": ").expect("a stream and its kind");
            kinds.insert(stream.to_owned(), kind.chars().next().expect("a kind"));
        } else if !line.starts_with('#') {
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            let pts = fields[2].parse().expect("a time stamp");
            found.entry((kinds[fields[0]], fields[5].to_owned())).or_default().push(pts);
        }
    }
    found
}

/// How far a lesson was moved to where it was on air, by airing: the shift of each packet whose
/// payload is in the lesson once, for pictures and for sound.
fn shifts(
    lesson: &str,
    aired: &BTreeMap<(char, String), Vec<i64>>,
) -> BTreeMap<i64, BTreeMap<char, Vec<(i64, i64)>>> {
    let file = repository().join(format!("schedules/demo/media/{lesson}.ts"));
    let mut airings: BTreeMap<i64, BTreeMap<char, Vec<(i64, i64)>>> = BTreeMap::new();
    for (key, source) in packets_by_payload(&file) {
        let [source] = source[..] else { continue };
        for pts in aired.get(&key).into_iter().flatten() {
            let shift = pts - source;
            // Airings of one lesson are minutes apart; half a second tells them apart.
            let near = airings.keys().find(|known| (*known - shift).abs() < 45_000).copied();
            let airing = airings.entry(near.unwrap_or(shift)).or_default();
            airing.entry(key.0).or_default().push((*pts, shift));
        }
    }
    airings
}

/// The lessons with pictures, the service that airs them, and the duration of one sound frame.
const LESSONS: [(&str, u16, i64); 5] = [
    ("vegetables-1", 1, 1920),
    ("water-1", 1, 1920),
    ("computer-1", 1, 1920),
    ("maths-4-1", 2, 2160),
    ("maths-4-2", 2, 2160),
];

#[test]
fn lessons_begin_on_their_second_and_picture_and_sound_keep_together() {
    let aired: BTreeMap<u16, _> = [1, 2]
        .map(|service_id| {
            let trimmed = trim::whole_units(&single::service(&STRETCH, service_id)).bytes;
            let file = STATION.path(&format!("aired-{service_id}.ts"));
            std::fs::write(&file, trim::without(&trimmed, Pid::EIT)).expect("a file");
            (service_id, packets_by_payload(&file))
        })
        .into();
    let mut count = 0;
    for (lesson, service_id, sound_frame_90k) in LESSONS {
        for (_, airing) in shifts(lesson, &aired[&service_id]) {
            let (Some(pictures), Some(sounds)) = (airing.get(&'v'), airing.get(&'a')) else {
                continue;
            };
            // Less than that of it is in the stretch, or happens to be like another lesson.
            if pictures.len() < 100 || sounds.len() < 100 {
                continue;
            }
            let (first, _) = pictures.iter().min().expect("pictures were aired");
            let second_90k = ((FROM_S + TAI_MINUS_UTC_S) * 90_000) as i64 & ((1 << 33) - 1);
            let late_90k = (first - second_90k).rem_euclid(60 * 90_000);
            let since_minute = late_90k - 30 * 90_000;
            // The stretch begins within a lesson, whose first picture is not in it.
            if *first > second_90k + 2 * 90_000 {
                let tolerance = sound_frame_90k / 2;
                assert!(since_minute.abs() <= tolerance, "{lesson}: begins {since_minute} off");
                count += 1;
            }
            let (picture, sound) = (usual(pictures), usual(sounds));
            let apart = (picture - sound).abs();
            assert!(apart <= sound_frame_90k / 2, "{lesson}: {apart} apart");
            assert!(sounds.iter().all(|(_, shift)| *shift == sound), "{lesson}: sound drifts");
        }
    }
    assert!(count >= 8, "{count} lessons began in the stretch");
}

/// The shift that most packets have.
fn usual(packets: &[(i64, i64)]) -> i64 {
    let mut counts: BTreeMap<i64, u32> = BTreeMap::new();
    for (_, shift) in packets {
        *counts.entry(*shift).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(shift, _)| shift).expect("packets")
}
