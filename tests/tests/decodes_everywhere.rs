//! ffmpeg and ffprobe decode every service, across all joins, without a word.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
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
}

struct Prepared {
    #[expect(dead_code, reason = "its folder holds the files")]
    station: Station,
    services: Vec<Service>,
}

/// The services with pictures or sound.
const SERVICE_IDS: [u16; 3] = [1, 2, 3];

fn duration() -> &'static str {
    if std::env::var_os("HEADEND_FULL").is_some() { "1h" } else { "5m" }
}

static PREPARED: LazyLock<Prepared> = LazyLock::new(|| {
    let station = Station::new(&lessons(Minute(8 * 60), 65));
    let stretch = station.render("2026-09-01T00:00:30Z", duration());
    let service = |service_id: &u16| {
        let trimmed = trim::whole_units(&single::service(&stretch, *service_id));
        let file = station.path(&format!("service-{service_id}.ts"));
        // ffmpeg shows the EIT as a stream for which it has no decoder and no time stamps, and
        // warns of that in any DVB stream.
        std::fs::write(&file, trim::without(&trimmed.bytes, Pid::EIT)).expect("a file");
        let streams = stretch::streams(&trimmed.bytes);
        Service { file, pictures: streams.values().filter(|s| s.is_video()).count(), trimmed }
    };
    let services = SERVICE_IDS.iter().map(service).collect();
    Prepared { station, services }
});

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

#[test]
fn the_cuts_at_the_ends_drop_less_than_two_seconds_of_any_stream() {
    // Groups of pictures last at most a second, and data comes at most a second ahead.
    for (pid, (front, back)) in PREPARED.services.iter().flat_map(|s| &s.trimmed.dropped) {
        assert!(front + back < 2 * 2_000_000 / 1504, "{pid}: {front} and {back} packets");
    }
}

#[test]
fn all_pictures_and_all_sound_decode_without_a_word_and_without_a_gap() {
    for service in &PREPARED.services {
        let output = service.file.with_extension("crc");
        let mut command = ffmpeg(&service.file);
        command.args(["-map", "0:v?", "-map", "0:a"]).args(AS_THEY_ARE);
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
}

/// Whether a step between pictures is about that of 25 or of 30000/1001 a second.
fn is_picture_step(step_90k: i64) -> bool {
    [3600, 3003].iter().any(|frame| (step_90k - frame).abs() <= TOLERANCE_90K)
}

/// How often each step between time stamps is there, by stream of a `framecrc` list, in 90 kHz.
fn decoded_steps(list: &str) -> BTreeMap<u32, BTreeMap<i64, u32>> {
    let mut last: BTreeMap<u32, i64> = BTreeMap::new();
    let mut steps: BTreeMap<u32, BTreeMap<i64, u32>> = BTreeMap::new();
    for line in list.lines() {
        if let Some(base) = line.strip_prefix("#tb ") {
            assert!(base.ends_with(": 1/90000"), "{line}");
        }
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let (Ok(stream), true) = (fields[0].parse::<u32>(), fields.len() > 2) else { continue };
        let pts: i64 = fields[2].parse().expect("a time stamp");
        if let Some(before) = last.insert(stream, pts) {
            *steps.entry(stream).or_default().entry(pts - before).or_default() += 1;
        }
    }
    steps
}

#[test]
fn packets_have_steady_time_stamps_across_joins() {
    for service in &PREPARED.services {
        let mut command = judge("ffprobe");
        let entries = "packet=stream_index,pts,dts";
        command.args(["-v", "warning", "-show_entries", entries, "-of", "compact=nk=1:p=0"]);
        let verdict = ask(command.arg(&service.file));
        assert_silent(&verdict);
        for (stream, packets) in packet_stamps(&verdict.stdout) {
            let mut pts: Vec<i64> = packets.iter().map(|(pts, _)| *pts).collect();
            pts.sort_unstable();
            let steps: BTreeSet<i64> = pts.windows(2).map(|pair| pair[1] - pair[0]).collect();
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
