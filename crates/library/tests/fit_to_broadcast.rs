//! What is not fit to be broadcast is encoded anew, and nothing else. These tests need ffmpeg.

mod support;

use asset::Facts;
use es::Codec;
use library::ingest::{BroadcastProfile, ConvertFault, Loudness, Note, SourceFault};
use library::{IngestError, IngestOptions, IngestReport, ingest};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Bench, clip, clip_path, id};

fn options() -> IngestOptions {
    IngestOptions {
        profile: Some(BroadcastProfile::default()),
        loudness: Some(Loudness::default()),
        threads: Some(1),
        replace: true,
        ..IngestOptions::default()
    }
}

/// A moving picture of eight seconds with a tone.
fn made(bench: &Bench, name: &str, sound: &str, coding: &[&str]) -> PathBuf {
    let path = bench.folder.path().join(name);
    let status = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y", "-f", "lavfi"])
        .args(["-i", "testsrc2=s=320x180:r=25:d=8", "-f", "lavfi", "-i", sound])
        .args(["-map", "0:v", "-map", "1:a", "-shortest"])
        .args(coding)
        .arg(&path)
        .status()
        .expect("these tests need the program ffmpeg: apt-get install ffmpeg");
    assert!(status.success());
    path
}

const RIGHT: &str = "sine=f=997:d=8:r=48000,volume=-2dB";
const GOOD: [&str; 8] = ["-c:v", "libx264", "-g", "50", "-bf", "2", "-preset", "veryfast"];

fn ingested(bench: &Bench, source: &Path) -> IngestReport {
    ingest(&[source.to_owned()], &id("a"), &bench.library, &options(), &mut |_| {}).unwrap()
}

fn loudness(bench: &Bench) -> i32 {
    let quality = bench.library.card(&id("a")).unwrap().quality.unwrap();
    quality.sound[0].loudness_lufs_x10.unwrap()
}

#[test]
fn what_is_fit_is_left_as_it_is_and_only_measured() {
    let bench = Bench::new();
    let path = clip_path("maths-4-1");
    let report = ingested(&bench, &path);
    assert_eq!(report.notes, []);
    let quality = bench.library.card(&id("a")).unwrap().quality.unwrap();
    assert_eq!(quality.sound[0].loudness_lufs_x10, Some(-229));
    assert!(quality.black_ms.is_empty());
    let without =
        ingest(&[path], &id("b"), &bench.library, &support::without_ffmpeg(), &mut |_| {});
    assert_eq!(without.unwrap().summary.digest, report.summary.digest);
}

#[test]
fn quiet_sound_is_brought_to_its_loudness_and_the_pictures_are_not_touched() {
    let bench = Bench::new();
    let coding = [&GOOD[..], &["-c:a", "mp2", "-b:a", "192k"]].concat();
    let right = made(&bench, "right.ts", RIGHT, &coding);
    let quiet = bench.folder.path().join("quiet.ts");
    let status = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(&right)
        .args(["-c:v", "copy", "-af", "volume=-6dB", "-c:a", "mp2", "-b:a", "192k"])
        .arg(&quiet)
        .status();
    assert!(status.unwrap().success());
    let left = ingested(&bench, &right);
    assert_eq!(left.notes, [], "{}", loudness(&bench));
    assert!((loudness(&bench) + 230).abs() <= 10, "{}", loudness(&bench));
    let report = ingested(&bench, &quiet);
    let [Note::Treated { why }, Note::Superseded { .. }] = &report.notes[..] else {
        panic!("{:?}", report.notes)
    };
    assert!(why.starts_with("stream 1 has -2"), "{why}");
    assert!((loudness(&bench) + 230).abs() <= 5, "{}", loudness(&bench));
    let streams = &report.summary.streams;
    assert_eq!(streams[0], left.summary.streams[0], "the same pictures");
    assert_eq!(streams[1].format.facts.codec(), Codec::MpegAudio, "the codec stays");
}

#[test]
fn a_group_that_is_too_long_is_encoded_anew_and_the_sound_is_not_touched() {
    let bench = Bench::new();
    let coding =
        ["-c:v", "libx264", "-g", "400", "-preset", "veryfast", "-c:a", "mp2", "-b:a", "192k"];
    let source = made(&bench, "long.mkv", RIGHT, &coding);
    let report = ingested(&bench, &source);
    let [Note::Treated { why }] = &report.notes[..] else { panic!("{:?}", report.notes) };
    assert_eq!(why, "up to 8000 ms from one entry point to the next, 5000 are allowed");
    let index = bench.library.index(&id("a")).unwrap();
    let entries = index.streams[0].units.iter().filter(|u| u.random_access).count();
    assert_eq!((entries, report.summary.duration.as_ms()), (8, 8000));
    assert_eq!(report.summary.streams[1].format.facts.codec(), Codec::MpegAudio);
}

#[test]
fn surround_sound_in_aac_becomes_stereo() {
    let bench = Bench::new();
    let sound = "sine=f=997:d=8:r=48000,volume=-2dB,pan=5.1|FL=c0|FR=c0";
    let coding = [&GOOD[..], &["-c:a", "aac"]].concat();
    let source = made(&bench, "surround.mp4", sound, &coding);
    let report = ingested(&bench, &source);
    let Facts::Audio(facts) = report.summary.streams[1].format.facts else { panic!() };
    assert_eq!(facts.channels, Some(2), "{:?}", report.notes);
}

#[test]
fn silence_black_and_frozen_pictures_are_reported_with_the_asset() {
    let bench = Bench::new();
    let path = bench.folder.path().join("dull.ts");
    let status = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=black:s=320x180:r=25:d=12"])
        .args(["-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo:d=12"])
        .args(["-c:v", "libx264", "-g", "50", "-c:a", "mp2"])
        .arg(&path)
        .status();
    assert!(status.unwrap().success());
    let report = ingested(&bench, &path);
    assert_eq!(report.notes, []);
    let quality = bench.library.card(&id("a")).unwrap().quality.unwrap();
    assert_eq!((quality.black_ms[0].0, quality.frozen_ms[0].0), (0, 0));
    let sound = &quality.sound[0];
    assert_eq!((sound.loudness_lufs_x10, sound.silent_ms[0].0), (None, 0));
}

#[test]
fn without_ffmpeg_what_is_fit_is_taken_and_what_is_not_is_refused_with_the_reason() {
    let bench = Bench::new();
    let none = IngestOptions { ffmpeg: "/nowhere/ffmpeg".into(), ..options() };
    let take = |path: PathBuf| ingest(&[path], &id("a"), &bench.library, &none, &mut |_| {});
    let report = take(clip_path("slate-h264")).unwrap();
    assert_eq!(report.notes, [Note::NotMeasured]);
    let coding = ["-c:v", "libx264", "-g", "400", "-preset", "veryfast", "-c:a", "mp2"];
    let error = take(made(&bench, "long.ts", RIGHT, &coding)).unwrap_err();
    let IngestError::Convert { fault: ConvertFault::NotInstalled { why }, .. } = &error else {
        panic!("{error}")
    };
    assert!(matches!(**why, SourceFault::Unfit { .. }), "{error}");
    assert_eq!(bench.library.summary(&id("a")), Ok(report.summary), "the asset stays as it was");
}

#[test]
fn every_shipped_clip_is_fit() {
    let profile = BroadcastProfile::default();
    for name in ["slate-h264", "slate-mpeg2", "slate-audio", "maths-4-1", "english-4-1"] {
        let bench = Bench::new();
        bench.ingest(clip(name).as_flattened()).unwrap();
        let index = bench.library.index(&id("lesson")).unwrap();
        assert_eq!(profile.judge(&index, false), [], "{name}");
    }
}
