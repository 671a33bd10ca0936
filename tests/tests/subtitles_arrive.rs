//! Subtitles of a lesson are on air with their language, at their times, and decode.

use std::time::Duration;
use tests::judge::{self, ask, judge};
use tests::program::headend;
use tests::station::{Station, repository};
use tests::stretch::{pmt_pids, sections};
use tests::timetables::{Minute, lessons};
use tests::{single, subtitled, trim};
use ts::psi::{Pmt, descriptors};

const LESSON: &str = "maths-4-1";
const FROM: &str = "2026-09-01T00:00:00Z";
/// When display sets are shown; the last two come close behind one another.
const AT_MS: &[u64] = &[0, 1500, 5000, 9000, 20_000, 20_080];

const SLOT: &str = r#"
[[slot]]
id = "lesson"
service = "tv-1"
asset = "tibetan/1"
at = { from = 08:00, every = "30s", count = 4 }
length = "30s"
"#;

/// The time stamp of an instant so long after [`FROM`], as ffprobe writes it: the axis counts from
/// 1970 in TAI, and time stamps wrap at 33 bits of 90 kHz.
fn microseconds(after_ms: u64) -> u64 {
    const FROM_TAI_S: u64 = 1_788_220_800 + 37;
    let stamp = (FROM_TAI_S * 90_000 + after_ms * 90) % (1 << 33);
    (stamp * 100 + 4) / 9
}

#[test]
fn subtitles_are_on_air_at_their_times_and_decode_across_joins() {
    let station = Station::new(&format!("{}{SLOT}", lessons(Minute(0), 0)));
    let source = station.path("tibetan-1.ts");
    let media = repository().join(format!("schedules/demo/media/{LESSON}.ts"));
    let clip = std::fs::read(media).expect("a demo lesson");
    std::fs::write(&source, subtitled::clip(&clip, AT_MS, b"bod")).expect("a source");
    let mut ingest = headend();
    // The sound is not as loud as is asked for: ffmpeg encodes it anew and must keep the texts.
    ingest.args(["ingest", "--loudness", "-15"]).arg(station.config());
    ingest.args(["--id", "tibetan/1"]);
    let output = judge::run(ingest.arg(&source), Duration::from_secs(60));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");

    let whole = station.render(FROM, "100s");
    let words = ["--multiplex", "test", "--from", FROM, "--duration", "100s", "--verify"];
    let verified = station.command("render", &words);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    let bytes = single::service(&whole, 1);
    let mut named = Vec::new();
    let (&map_pid, _) = pmt_pids(&bytes).first_key_value().expect("a service");
    sections(&bytes, map_pid, |section| {
        let map = Pmt::parse(section).expect("the map can be read");
        for stream in map.streams.iter().filter(|s| s.stream_type.0 == 0x06) {
            named.extend(descriptors(&stream.descriptors).map(|(tag, body)| (tag, body.to_vec())));
        }
    });
    let wanted = (0x59, vec![b'b', b'o', b'd', 0x10, 0, 1, 0, 1]);
    assert!(named.contains(&wanted), "{named:?}");

    let path = station.path("service.ts");
    let bytes = trim::whole_units(&bytes).bytes;
    std::fs::write(&path, &bytes).expect("a stretch");
    let mut probe = judge("ffprobe");
    probe.args(["-v", "error", "-select_streams", "s", "-show_entries", "subtitle=pts,num_rects"]);
    let verdict = ask(probe.args(["-of", "csv=p=0"]).arg(&path));
    assert_eq!(verdict.stderr, "", "ffprobe has no word to say");
    // The first lesson is met under way; two whole ones follow.
    let lines = verdict.stdout.lines().skip(AT_MS.len() - 1).take(2 * AT_MS.len());
    let found: Vec<&str> = lines.collect();
    let shown = |(number, at_ms): (usize, &u64)| (*at_ms, (number + 1) % 2);
    let wanted = (1..3).flat_map(|lesson| {
        let sets = AT_MS.iter().enumerate().map(shown);
        sets.map(move |(at_ms, boxes)| format!("{},{boxes}", microseconds(lesson * 30_000 + at_ms)))
    });
    assert_eq!(found, wanted.collect::<Vec<_>>());
}
