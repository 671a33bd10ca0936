//! ffmpeg and ffprobe decode every service, across all joins, without a word.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use tests::clock::rfc3339;
use tests::judge::{Verdict, ask, judge};
use tests::station::Station;
use tests::timetables::{Minute, lessons};
use tests::trim::{self, Trimmed};
use tests::{single, stretch};
use ts::Pid;

/// Half an audio frame of 1152 samples at 48 kHz, in 90 kHz ticks: the most that a step between
/// pictures may differ from their duration.
const TOLERANCE_90K: i64 = 1080;

/// A service by itself, cut to whole access units.
struct Service {
    file: PathBuf,
    trimmed: Trimmed,
    pictures: usize,
    languages: usize,
}

/// The services with pictures or sound.
const SERVICE_IDS: [u16; 3] = [1, 2, 3];
/// 2026-09-01T00:00:50Z, between the first and the second lesson of the day.
const FROM_S: u64 = 1_788_220_850;
/// The hour is judged in stretches, which are small enough to be held in memory. Each reaches into
/// the next one, so that what a cut drops is judged in its neighbour. They begin and end between
/// lessons: a sound that the PMT names in the last seconds of a file alone is not decoded.
const STRETCHES: u64 = 12;
const STRETCH_S: u64 = 300;
const OVERLAP_S: u64 = 5;

/// The services of one stretch of the hour.
fn services(station: &Station, number: u64) -> Vec<Service> {
    let from = rfc3339(FROM_S + number * STRETCH_S);
    let stretch = station.render(&from, &format!("{}s", STRETCH_S + OVERLAP_S));
    let service = |service_id: &u16| {
        let trimmed = trim::whole_units(&single::service(&stretch, *service_id));
        let file = station.path(&format!("service-{service_id}.ts"));
        // ffmpeg shows the EIT as a stream for which it has no decoder and no time stamps, and
        // warns of that in any DVB stream.
        std::fs::write(&file, trim::without(&trimmed.bytes, Pid::EIT)).expect("a file");
        let streams = stretch::streams(&trimmed.bytes);
        let pictures = streams.values().filter(|s| s.is_video()).count();
        let sections = streams.values().filter(|s| s.is_sections()).count();
        Service { file, trimmed, pictures, languages: streams.len() - pictures - sections }
    };
    SERVICE_IDS.iter().map(service).collect()
}

#[test]
fn every_service_of_an_hour_decodes_without_a_word_across_all_joins() {
    let station = Station::new(&lessons(Minute(8 * 60), 65));
    let mut languages = 0;
    for number in 0..STRETCHES {
        for service in services(&station, number) {
            assert_cuts_are_short(&service);
            assert_decodes_without_a_gap(&service);
            assert_time_stamps_are_steady(&service);
            if service.languages > 1 {
                assert_second_language_decodes(&service);
                languages += 1;
            }
        }
    }
    assert_eq!(languages, STRETCHES, "one service has a second language in each stretch");
}

fn ffmpeg(file: &Path) -> Command {
    let mut command = judge("ffmpeg");
    command.args(["-nostdin", "-v", "warning", "-xerror", "-i"]).arg(file);
    command
}

/// Time stamps as they are, and not converted to a constant frame rate: at a join of 25 and 29.97
/// pictures a second any conversion has to drop or repeat one, and ffmpeg would tell that.
const AS_THEY_ARE: [&str; 4] = ["-fps_mode", "passthrough", "-enc_time_base", "-1"];

fn assert_silent(verdict: &Verdict) {
    assert!(verdict.success && verdict.stderr.is_empty(), "{}", verdict.stderr);
}

/// Groups of pictures last at most a second, and data comes at most a second ahead: two seconds of
/// any stream at the most.
fn assert_cuts_are_short(service: &Service) {
    for (pid, (front, back)) in &service.trimmed.dropped {
        assert!(front + back < 2 * 2_000_000 / 1504, "{pid}: {front} and {back} packets");
    }
}

fn assert_decodes_without_a_gap(service: &Service) {
    let mut command = ffmpeg(&service.file);
    command.args(["-map", "0:v?", "-map", "0:a:0"]).args(AS_THEY_ARE);
    let output = service.file.with_extension("crc");
    assert_silent(&ask(command.args(["-f", "framecrc", "-y"]).arg(&output)));
    let list = std::fs::read_to_string(output).expect("a list of frames");
    for (stream, steps) in decoded_steps(&list) {
        if (stream as usize) < service.pictures {
            assert!(steps.keys().all(|step| is_picture_step(*step)), "{steps:?}");
        } else {
            assert_eq!(steps.len(), 1, "each frame follows the last: {steps:?}");
        }
        let frames: u32 = steps.values().sum();
        assert!(frames > 5_000, "stream {stream}: {frames} frames");
    }
}

/// A second language is there in some lessons only: it is found by whoever looks through the whole
/// stretch before it begins to decode.
const LOOKS_FAR: [&str; 4] = ["-probesize", "1G", "-analyzeduration", "600M"];

/// What ffmpeg notes where a language is not on air for a while.
const PAUSE: &str = "DTS discontinuity in stream 2";

fn assert_second_language_decodes(service: &Service) {
    let mut command = judge("ffmpeg");
    command.args(["-nostdin", "-v", "warning", "-xerror"]).args(LOOKS_FAR);
    command.arg("-i").arg(&service.file).args(["-map", "0:a:1"]).args(AS_THEY_ARE);
    let verdict = ask(command.args(["-f", "framecrc", "-"]));
    let words: Vec<&str> = verdict.stderr.lines().filter(|line| !line.contains(PAUSE)).collect();
    assert!(verdict.success && words.is_empty(), "{words:#?}");
    let steps = decoded_steps(&verdict.stdout).remove(&0).expect("one stream");
    // Lessons of 45 s have it. Decoded sound is joined over the pauses.
    assert!(steps.len() == 1 && steps.values().all(|frames| *frames > 1_900), "{steps:?}");
}

/// Whether a step between frames of sound is one in which its language is not on air.
fn is_pause(step_90k: i64) -> bool {
    step_90k > 10 * 90_000
}

/// Whether a step between pictures is about that of 25 or of 30000/1001 a second.
fn is_picture_step(step_90k: i64) -> bool {
    [3600, 3003].iter().any(|frame| (step_90k - frame).abs() <= TOLERANCE_90K)
}

/// How often each step between time stamps is there, by stream of a `framecrc` list, in 90 kHz. The
/// last frames are left out: pictures that are shown between them were cut off with the end.
fn decoded_steps(list: &str) -> BTreeMap<u32, BTreeMap<i64, u32>> {
    let mut stamps: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    for line in list.lines() {
        if let Some(base) = line.strip_prefix("#tb ") {
            assert!(base.ends_with(": 1/90000"), "{line}");
        }
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let (Ok(stream), true) = (fields[0].parse::<u32>(), fields.len() > 2) else { continue };
        stamps.entry(stream).or_default().push(fields[2].parse().expect("a time stamp"));
    }
    let steps = |pts: Vec<i64>| {
        let mut steps = BTreeMap::new();
        for pair in pts[..pts.len() - trim::REORDERED_MAX].windows(2) {
            *steps.entry(pair[1] - pair[0]).or_default() += 1;
        }
        steps
    };
    stamps.into_iter().map(|(stream, pts)| (stream, steps(pts))).collect()
}

fn assert_time_stamps_are_steady(service: &Service) {
    let mut command = judge("ffprobe");
    let entries = "packet=stream_index,pts,dts";
    command.args(["-v", "warning", "-show_entries", entries, "-of", "compact=nk=1:p=0"]);
    let verdict = ask(command.arg(&service.file));
    assert_silent(&verdict);
    for (stream, packets) in packet_stamps(&verdict.stdout) {
        let mut pts: Vec<i64> = packets.iter().map(|(pts, _)| *pts).collect();
        pts.sort_unstable();
        let judged = &pts[..pts.len() - trim::REORDERED_MAX];
        let steps = judged.windows(2).map(|pair| pair[1] - pair[0]);
        let is_second_language = stream as usize > service.pictures;
        let steps: BTreeSet<i64> =
            steps.filter(|step| !(is_second_language && is_pause(*step))).collect();
        let is_video = steps.iter().all(|step| is_picture_step(*step));
        // 1024 samples of AAC or 1152 of MP2 at 48 kHz, in 90 kHz ticks.
        let is_audio = [1920, 2160].iter().any(|frame| steps == BTreeSet::from([*frame]));
        let file = service.file.display();
        assert!(is_video || is_audio, "{file} stream {stream}: steps of {steps:?}");
        let is_ordered = packets.windows(2).all(|pair| pair[0].1 < pair[1].1);
        assert!(is_ordered, "{file} stream {stream}: a DTS that does not go on");
        assert!(packets.iter().all(|(pts, dts)| dts <= pts), "{file}: a PTS before its DTS");
    }
}

/// PTS and DTS of each packet in the order of the file, by stream.
fn packet_stamps(list: &str) -> BTreeMap<u32, Vec<(i64, i64)>> {
    let mut stamps: BTreeMap<u32, Vec<(i64, i64)>> = BTreeMap::new();
    for line in list.lines().filter(|line| !line.is_empty()) {
        let mut fields = line.split('|').map(|field| field.parse::<i64>());
        let mut next = || fields.next().and_then(Result::ok);
        let (stream, pts, dts) = (next(), next(), next());
        let (Some(stream), Some(pts), Some(dts)) = (stream, pts, dts) else {
            panic!("a packet without its time stamps: {line}");
        };
        stamps.entry(stream as u32).or_default().push((pts, dts));
    }
    stamps
}
