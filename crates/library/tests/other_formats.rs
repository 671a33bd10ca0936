//! What is not a transport stream goes through ffmpeg, which these tests need.

mod support;

use asset::Facts;
use es::Codec;
use library::ingest::{ConvertFault, Note};
use library::{IngestError, IngestOptions, IngestReport, ingest};
use std::path::PathBuf;
use std::process::Command;
use support::{Bench, clip_path, id};

/// A file that ffmpeg makes of a shipped clip.
fn made(bench: &Bench, name: &str, coding: &[&str]) -> PathBuf {
    let path = bench.folder.path().join(name);
    let status = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(clip_path("slate-h264"))
        .args(coding)
        .arg(&path)
        .status()
        .expect("these tests need the program ffmpeg: apt-get install ffmpeg");
    assert!(status.success());
    path
}

fn ingested(bench: &Bench, source: PathBuf) -> Result<IngestReport, IngestError> {
    let options = IngestOptions::default();
    ingest(&[source], &id("lesson"), &bench.library, &options, &mut |_| {})
}

#[test]
fn an_mp4_of_codecs_that_can_be_carried_is_packed_and_not_encoded() {
    let bench = Bench::new();
    let source = made(&bench, "lesson.mp4", &["-c", "copy"]);
    let report = ingested(&bench, source).unwrap();
    assert_eq!(report.notes, [Note::Converted { encoded: false }]);
    assert_eq!((report.summary.streams[0].units, report.summary.duration.as_ms()), (60, 2400));
    assert_eq!(bench.files().len(), 3, "no drafts are left: {:?}", bench.files());
}

#[test]
fn other_codecs_are_encoded_with_a_key_frame_each_second() {
    let bench = Bench::new();
    let coding = ["-s", "320x180", "-c:v", "mjpeg", "-c:a", "pcm_s16le"];
    let source = made(&bench, "lesson.avi", &coding);
    let report = ingested(&bench, source).unwrap();
    assert_eq!(report.notes, [Note::Converted { encoded: true }]);
    let index = bench.library.index(&id("lesson")).unwrap();
    let codecs = index.streams.iter().map(|s| s.format.facts.codec());
    assert_eq!(codecs.collect::<Vec<_>>(), [Codec::H264, Codec::AacAdts]);
    let video = &index.streams[0];
    let entries = video.units.iter().filter(|u| u.random_access).map(|u| u.pts.as_ms());
    assert_eq!(entries.collect::<Vec<_>>(), [0, 1000, 2000]);
    let Facts::Video(facts) = video.format.facts else { panic!() };
    assert!(facts.buffer.stated, "the encoder states its buffer");
}

#[test]
fn what_ffmpeg_cannot_read_is_refused_in_its_words() {
    let bench = Bench::new();
    let source = bench.source("lesson.mp4", &b"certainly not a video ".repeat(100));
    let error = ingested(&bench, source.clone()).unwrap_err();
    let IngestError::Convert { path, fault: ConvertFault::Failed { message } } = error else {
        panic!("{error}")
    };
    assert_eq!(path, source);
    assert!(message.contains("Invalid data"), "{message}");
    assert!(bench.files().is_empty());
}
