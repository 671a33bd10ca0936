//! Nothing happens when numbers wrap, nor after the dates at which others stumble.

use std::collections::BTreeMap;
use std::time::Duration;
use tests::clock::rfc3339;
use tests::datagrams::{name, of_capture};
use tests::judge::{self, ask, judge};
use tests::station::Station;
use tests::stretch::{any_sections, packets};
use tests::timetables::{Minute, lessons};
use tests::{single, trim};
use ts::Pid;

/// Seconds of TAI ahead of UTC since 2017; no leap second has been announced since.
const TAI_MINUS_UTC_S: u64 = 37;
/// 2026-09-01T00:00:00Z.
const SEPTEMBER_S: u64 = 1_788_220_800;
/// 2038-04-22T00:00:00Z: on this day the 16 bits of the modified Julian date are used up, and the
/// last day that they can name is this one.
const LAST_MJD_S: u64 = 2_155_507_200;

/// The whole second before the first wrap of a clock of `hz` and so many bits at or after an
/// instant.
fn wrap_after(unix_s: u64, bits: u32, hz: u64) -> u64 {
    let period = 1u64 << bits;
    let ticks = (unix_s + TAI_MINUS_UTC_S) * hz;
    ticks.div_ceil(period) * period / hz - TAI_MINUS_UTC_S
}

/// A station whose lessons begin each minute around an instant, on any day.
fn station_around(unix_s: u64) -> Station {
    let minute_of_day = (unix_s / 60 + 8 * 60) % 1440;
    Station::new(&lessons(Minute(minute_of_day.saturating_sub(3) as u32), 12))
}

/// Holds the minutes around an instant to the verifier and to ffmpeg.
fn assert_sound_around(unix_s: u64) {
    let station = station_around(unix_s);
    let stretch = station.render(&rfc3339(unix_s - 60), "110s");
    let file = station.path("stretch.ts");
    std::fs::write(&file, &stretch).expect("a file");
    let mut command = tests::program::headend();
    command.args(["verify"]).arg(&file);
    let output = judge::run(command, Duration::from_secs(60));
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");

    for service_id in [1, 2, 3] {
        let trimmed = trim::whole_units(&single::service(&stretch, service_id)).bytes;
        std::fs::write(&file, trim::without(&trimmed, Pid::EIT)).expect("a file");
        let mut command = judge("ffmpeg");
        command.args(["-nostdin", "-v", "warning", "-xerror", "-i"]).arg(&file);
        command.args(["-map", "0:v?", "-map", "0:a", "-fps_mode", "passthrough"]);
        command.args(["-enc_time_base", "-1", "-f", "framecrc", "-"]);
        let verdict = ask(&mut command);
        let is_silent = verdict.success && verdict.stderr.is_empty();
        assert!(is_silent, "service {service_id}: {}", verdict.stderr);
        assert_steady(&verdict.stdout);
    }
}

/// Decoded frames follow each other, but for the steps that pictures may have at joins. The last
/// pictures of a stretch are left out: some that are shown before them were cut off with its end.
fn assert_steady(list: &str) {
    let mut stamps: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        stamps.entry(fields[0]).or_default().push(fields[2].parse().expect("a time stamp"));
    }
    for (stream, pts) in stamps {
        let judged = &pts[..pts.len() - trim::REORDERED_MAX];
        let steps = judged.windows(2).map(|pair| pair[1] - pair[0]);
        for step in steps {
            assert!((1..=3600 + 1080).contains(&step), "stream {stream}: a step of {step}");
        }
    }
}

#[test]
fn time_stamps_wrap_after_26_hours_without_a_step() {
    assert_sound_around(wrap_after(SEPTEMBER_S, 33, 90_000));
}

#[test]
fn dates_beyond_the_last_that_16_bits_of_julian_days_can_name_are_sound() {
    assert_sound_around(LAST_MJD_S + 86_400);
    assert_sound_around(LAST_MJD_S + 20 * 365 * 86_400);
}

#[test]
fn the_julian_date_of_the_tdt_wraps_with_its_16_bits() {
    let station = station_around(LAST_MJD_S);
    for (unix_s, julian_day) in [(LAST_MJD_S + 7_200, 0xffff), (LAST_MJD_S + 93_600, 0)] {
        let stretch = station.render(&rfc3339(unix_s), "20s");
        let mut dates = Vec::new();
        any_sections(&stretch, Pid::TDT, |section| {
            dates.push(u16::from_be_bytes([section[3], section[4]]));
        });
        assert!(dates.len() >= 3 && dates.iter().all(|date| *date == julian_day), "{dates:x?}");
    }
}

#[test]
fn rtp_sequence_numbers_and_time_stamps_wrap_without_a_step() {
    let wrap_s = wrap_after(SEPTEMBER_S, 32, 90_000);
    let station = station_around(wrap_s);
    let capture = of_capture(&station.capture(&rfc3339(wrap_s - 50), "100s"));
    let media = capture.iter().filter(|datagram| datagram.port == station.group.port());
    let names: Vec<_> = media.map(|datagram| name(&datagram.payload)).collect();
    let (mut sequence_wraps, mut stamp_wraps) = (0, 0);
    for pair in names.windows(2) {
        let [(before, stamp_before), (sequence, stamp)] = *pair else { unreachable!("pairs") };
        assert_eq!(sequence, before.wrapping_add(1));
        // Seven packets at 8,446,000 bit/s take 112.2 ticks of 90 kHz.
        let step = stamp.wrapping_sub(stamp_before);
        assert!((112..=113).contains(&step), "a step of {step}");
        sequence_wraps += u32::from(sequence < before);
        stamp_wraps += u32::from(stamp < stamp_before);
    }
    assert_eq!(stamp_wraps, 1);
    assert!(sequence_wraps >= 1, "100 s hold more than 65,536 datagrams");
}

#[test]
fn the_stretch_is_the_same_before_and_after_a_wrap_is_known() {
    // A render that begins at the wrap knows nothing of the time before it.
    let wrap_s = wrap_after(SEPTEMBER_S, 33, 90_000);
    let station = station_around(wrap_s);
    let whole = station.render(&rfc3339(wrap_s - 10), "20s");
    let tail = station.render(&rfc3339(wrap_s), "10s");
    assert!(whole.ends_with(&tail), "{} packets", packets(&tail).len());
}
