//! Files as they come from cameras, editors and archives: ingested, rendered, verified, decoded,
//! and lip-sync measured on the rendered stream at the start and at the end of each lesson.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tests::judge::{ask, judge, run};
use tests::program::headend;
use tests::{single, trim};
use ts::Pid;

/// How far a beep may be from its flash, beyond how far it is in the file itself: an AVI file
/// cannot say by how much its encoders delay pictures and MP3 sound.
const SYNC_MAX_MS: f64 = 20.0;
/// Where the clips flash and beep, in seconds, each at the first picture behind that time.
const MARKS: [f64; 2] = [1.0, 10.0];
const CLIP_SECONDS: f64 = 12.0;
/// When the lessons air: the Unix time of 2027-03-01T08:00:00Z, and TAI minus UTC.
const AIRED: (f64, f64) = (1_803_888_000.0, 37.0);
/// When time stamps of 33 bits at 90 kHz begin anew, in seconds.
const WRAP: f64 = (1u64 << 33) as f64 / 90_000.0;

/// A file to be made by ffmpeg.
#[derive(Clone, Copy)]
struct Format {
    /// Its name, with the extension that says its container.
    file: &'static str,
    /// Pictures in a second, as a fraction; zero for sound alone.
    rate: (u32, u32),
    size: &'static str,
    /// Channels; zero for pictures alone.
    channels: usize,
    coding: &'static str,
    /// How much of the file is kept, in percent.
    kept: usize,
}

const H264: &str = "-c:v libx264 -preset veryfast -pix_fmt yuv420p";

const fn format(
    file: &'static str,
    rate: (u32, u32),
    size: &'static str,
    channels: usize,
    coding: &'static str,
) -> Format {
    Format { file, rate, size, channels, coding, kept: 100 }
}

const FORMATS: [Format; 17] = [
    format("phone.mp4", (25, 1), "320x180", 2, "H264 -g 50 -c:a aac"),
    format("variable.mp4", (25, 1), "320x180", 2, "H264 -vf VARIABLE -fps_mode vfr -c:a aac"),
    format(
        "pyramid.mkv",
        (24_000, 1001),
        "320x180",
        1,
        "H264 -g 48 -bf 7 -x264-params b-pyramid=normal:ref=4 -c:a aac",
    ),
    format("camera.mov", (30_000, 1001), "320x180", 2, "H264 -g 60 -c:a pcm_s16le"),
    format(
        "open-group.ts",
        (50, 1),
        "320x180",
        2,
        "H264 -g 50 -bf 3 -x264-params open-gop=1:bframes=3 -c:a mp2 -b:a 192k",
    ),
    format(
        "archive.mpg",
        (25, 1),
        "720x576",
        2,
        "-aspect 4:3 -c:v mpeg2video -g 12 -bf 2 -b:v 2M -maxrate 3M -bufsize 1M -c:a mp2",
    ),
    format("surround.mkv", (25, 1), "320x180", 6, "H264 -g 25 -c:a ac3"),
    format("surround.mp4", (25, 1), "320x180", 6, "H264 -g 25 -c:a aac"),
    format(
        "hevc.ts",
        (25, 1),
        "320x180",
        2,
        "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=50 -c:a aac",
    ),
    format("silent.mp4", (25, 1), "320x180", 0, "H264 -g 50"),
    format("speech.m4a", (0, 1), "", 2, "-c:a aac"),
    Format { kept: 97, ..format("cut.ts", (25, 1), "320x180", 2, "H264 -g 50 -c:a mp2") },
    Format { kept: 97, ..format("cut.mkv", (25, 1), "320x180", 2, "H264 -g 50 -c:a aac") },
    format("old.avi", (25, 1), "320x240", 2, "-c:v mpeg4 -q:v 5 -c:a libmp3lame"),
    format(
        "american.ts",
        (30_000, 1001),
        "720x480",
        2,
        "-aspect 4:3 -c:v mpeg2video -g 15 -bf 2 -b:v 2M -maxrate 3M -bufsize 1M -c:a ac3",
    ),
    format(
        "screen.webm",
        (30, 1),
        "640x360",
        1,
        "-c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus",
    ),
    format("long-group.mp4", (50, 1), "320x180", 2, "H264 -g 600 -bf 2 -c:a aac -ar 44100"),
];

impl Format {
    fn name(&self) -> String {
        self.file.replace('.', "-")
    }

    fn has_video(&self) -> bool {
        self.rate.0 > 0
    }

    /// The numbers of the pictures that flash, and their times.
    fn marks(&self) -> [(u64, f64); 2] {
        let rate = if self.has_video() { self.rate } else { (25, 1) };
        let fps = f64::from(rate.0) / f64::from(rate.1);
        MARKS.map(|mark| {
            let number = (mark * fps).ceil();
            (number as u64, number / fps)
        })
    }

    fn make(&self, folder: &Path) -> PathBuf {
        let path = folder.join(self.file);
        let [(first, first_at), (last, last_at)] = self.marks();
        let flashes = format!("between(n,{first},{})+between(n,{last},{})", first + 2, last + 2);
        let mut command = judge("ffmpeg");
        command.args(["-nostdin", "-v", "error", "-y"]);
        let (n, d) = self.rate;
        if self.has_video() {
            let size = self.size;
            command.args(["-f", "lavfi", "-i"]).arg(format!(
                "testsrc2=s={size}:r={n}/{d}:d={CLIP_SECONDS},lutyuv=y=val/5+16,\
                 drawbox=c=white:t=fill:enable='{flashes}'"
            ));
        }
        if self.channels > 0 {
            let beep = |at: f64| format!("between(t,{at},{})", at + 0.08);
            let sound = format!("0.5*sin(2*PI*1000*t)*({}+{})", beep(first_at), beep(last_at));
            let layout = [(1, "mono"), (2, "stereo"), (6, "5.1")];
            let layout = layout.iter().find(|(n, _)| *n == self.channels).expect("a layout").1;
            let all = vec![sound; self.channels].join("|");
            command.args(["-f", "lavfi", "-i"]);
            command.arg(format!("aevalsrc='{all}':s=48000:d={CLIP_SECONDS}:c={layout}"));
        }
        // Every seventh picture is missing, but for those that flash.
        let kept = [first, last].map(|n| format!("between(n,{},{})", n - 1, n + 3)).join("+");
        let variable = format!("select='mod(n,7)+{kept}'");
        for word in self.coding.split(' ') {
            match word {
                "H264" => command.args(H264.split(' ')),
                "VARIABLE" => command.arg(&variable),
                word => command.arg(word),
            };
        }
        let verdict = ask(command.arg(&path));
        assert!(verdict.success, "{}: {}", self.file, verdict.stderr);
        let bytes = std::fs::metadata(&path).expect("a file").len();
        let file = std::fs::File::options().write(true).open(&path).expect("a file");
        file.set_len(bytes * self.kept as u64 / 100).expect("a file can be cut");
        path
    }
}

/// The languages of the lesson that is taught in four.
const LANGUAGES: [&str; 4] = ["zho", "uig", "bod", "mon"];
const MANY: &str = "four-languages";

/// Puts a lesson into the library: pictures with sound, and three files that add sound.
fn ingest_four_languages(folder: &Path) {
    let mut words = vec!["ingest", "headend.toml", "--id", MANY, "phone.mp4"];
    words.extend(["speech.m4a"; 3]);
    LANGUAGES.iter().for_each(|language| words.extend(["--language", language]));
    headend_says(folder, &words);
}

fn check_languages(file: &Path) {
    let mut command = judge("ffprobe");
    command.args(["-v", "error", "-select_streams", "a"]);
    command.args(["-show_entries", "stream_tags=language", "-of", "csv=p=0"]).arg(file);
    let verdict = ask(&mut command);
    let found: Vec<&str> = verdict.stdout.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(found, LANGUAGES, "{}", verdict.stderr);
}

/// A service of its own for each lesson, which is also its slate, so that no join mixes codecs.
fn timetable() -> String {
    let mut text = "format = 1\nzone = \"UTC\"\n".to_owned();
    let many = (MANY.to_owned(), true);
    let all = FORMATS.iter().map(|format| (format.name(), format.has_video())).chain([many]);
    for (number, (name, has_video)) in (1..).zip(all) {
        let kind = if has_video { "television" } else { "radio" };
        write!(
            text,
            "\n[[service]]\nid = \"s-{name}\"\nnumber = {number}\nkind = \"{kind}\"\n\
             name = {{ en = \"{name}\" }}\nslate = \"{name}\"\n\
             [[item]]\nid = \"i-{name}\"\nservice = \"s-{name}\"\nasset = \"{name}\"\n\
             title = {{ en = \"{name}\" }}\nat = 2027-03-01T08:00:00\nlength = \"30s\"\n"
        )
        .expect("a string can be written to");
    }
    text
}

fn configuration() -> String {
    let names = FORMATS.iter().map(Format::name).chain([MANY.to_owned()]);
    let services: Vec<String> = names.map(|name| format!("\"s-{name}\"")).collect();
    format!(
        "format = 1\ntimetables = [\"timetable.toml\"]\n[network]\nid = 1\n\
         name = {{ en = \"Formats\" }}\n[[multiplex]]\nname = \"all\"\ntransport_stream_id = 1\n\
         original_network_id = 1\nrate = 50_000_000\nservices = [{}]\n",
        services.join(", ")
    )
}

fn headend_says(folder: &Path, words: &[&str]) -> String {
    let mut command = headend();
    command.current_dir(folder).args(words);
    let output = run(command, Duration::from_secs(240));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}{errors}");
    said
}

/// The times at which a filter's value begins to be above `from`, after a second below it.
fn onsets(file: &Path, map: &str, kind: &str, filter: &str, from: f64) -> Vec<f64> {
    let mut command = judge("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-copyts", "-i"]).arg(file);
    command.args(["-map", map, kind, filter, "-f", "null", "-"]);
    let verdict = ask(&mut command);
    assert!(verdict.success, "{}", verdict.stderr);
    let (mut time, mut high, mut onsets) = (0.0, f64::NEG_INFINITY, Vec::new());
    for line in verdict.stdout.lines() {
        // Seconds are told with six digits only.
        if let Some((_, rest)) = line.split_once("pts:") {
            let pts = rest.split_whitespace().next().and_then(|pts| pts.parse::<i64>().ok());
            time = pts.expect("a time stamp") as f64 / 90_000.0;
        } else if let Some((_, value)) = line.split_once('=')
            && value.parse().unwrap_or(f64::NEG_INFINITY) > from
        {
            if time - high > 1.0 {
                onsets.push(time);
            }
            high = time;
        }
    }
    onsets
}

/// The onsets in the first airing of a lesson, in seconds from its start.
fn in_lesson(onsets: &[f64]) -> Vec<f64> {
    let start = (AIRED.0 + AIRED.1) % WRAP;
    let behind = |at: &f64| (at - start).rem_euclid(WRAP);
    onsets.iter().map(behind).filter(|at| *at < CLIP_SECONDS - 0.5).collect()
}

/// When a file flashes and beeps, as ffmpeg plays it.
fn marks_of(file: &Path, format: &Format) -> [Option<Vec<f64>>; 2] {
    let luma = "signalstats,settb=1/90000,metadata=print:key=lavfi.signalstats.YAVG:file=-";
    let level = "asetnsamples=n=48,astats=metadata=1:reset=1,\
        asettb=1/90000,ametadata=print:key=lavfi.astats.Overall.RMS_level:file=-";
    let video = format.has_video().then(|| onsets(file, "0:v:0", "-vf", luma, 150.0));
    let audio = (format.channels > 0).then(|| onsets(file, "0:a:0", "-af", level, -30.0));
    [video, audio]
}

/// What is wrong with a service that airs the lesson of a source.
fn faults(file: &Path, source: &Path, format: &Format) -> Vec<String> {
    let mut faults = Vec::new();
    let mut command = judge("ffmpeg");
    command.args(["-nostdin", "-v", "warning", "-xerror", "-i"]).arg(file);
    command.args(["-map", "0:v?", "-map", "0:a?"]);
    command.args(["-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "null", "-"]);
    let verdict = ask(&mut command);
    if !verdict.success || !verdict.stderr.is_empty() {
        faults.push(format!("does not decode: {}", verdict.stderr));
    }

    let [video, audio] = marks_of(file, format).map(|onsets| onsets.map(|o| in_lesson(&o)));
    println!("{:16} flashes {video:.3?} beeps {audio:.3?}", format.file);
    let distance = format.marks()[1].1 - format.marks()[0].1;
    for found in video.iter().chain(&audio) {
        let [start, end] = found[..] else {
            faults.push(format!("two marks are wanted: {found:?}"));
            continue;
        };
        let off_ms = (end - start - distance).abs() * 1000.0;
        if off_ms > SYNC_MAX_MS {
            faults.push(format!("{off_ms:.1} ms of drift between start and end"));
        }
    }
    if let (Some(video), Some(audio)) = (video, audio) {
        let [Some(flashes), Some(beeps)] = marks_of(source, format) else { return faults };
        let own = beeps.iter().zip(&flashes).map(|(beep, flash)| beep - flash);
        for ((flash, beep), own) in video.iter().zip(&audio).zip(own) {
            let off_ms = (beep - flash - own).abs() * 1000.0;
            println!("{:16} {off_ms:.1} ms, the file itself {:.1} ms", "", own * 1000.0);
            if off_ms > SYNC_MAX_MS {
                faults.push(format!("{off_ms:.1} ms between lips and sound at {flash:.3}"));
            }
        }
    }
    faults
}

#[test]
#[ignore = "takes minutes"]
fn real_files_are_ingested_rendered_verified_and_decoded_with_lips_in_sync() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    std::fs::write(path.join("headend.toml"), configuration()).expect("a configuration");
    std::fs::write(path.join("timetable.toml"), timetable()).expect("a timetable");
    let sources: Vec<PathBuf> = FORMATS.iter().map(|format| format.make(path)).collect();
    for (format, source) in FORMATS.iter().zip(&sources) {
        let (source, name) = (source.to_str().expect("a path"), format.name());
        let said = headend_says(path, &["ingest", "headend.toml", "--id", &name, source]);
        println!("{said}");
    }
    ingest_four_languages(path);
    headend_says(
        path,
        &["check", "headend.toml", "--from", "2027-03-01T08:00:00Z", "--horizon", "30s"],
    );
    let from = ["--from", "2027-03-01T07:59:57Z", "--duration", "19s", "--out", "all.ts"];
    headend_says(path, &[&["render", "headend.toml", "--multiplex", "all"], &from[..]].concat());
    headend_says(path, &["verify", "all.ts"]);
    let stretch = std::fs::read(path.join("all.ts")).expect("a stretch");
    let cut_out = |number: u16| {
        let trimmed = trim::whole_units(&single::service(&stretch, number));
        let file = path.join(format!("service-{number}.ts"));
        // ffmpeg looks for the end of each stream in the last bytes of a file only, where most are
        // null packets.
        let bytes = trim::without(&trim::without(&trimmed.bytes, Pid::EIT), Pid::NULL);
        std::fs::write(&file, bytes).expect("a file");
        file
    };
    let mut all_faults = Vec::new();
    for (number, (format, source)) in (1..).zip(FORMATS.iter().zip(&sources)) {
        let found = faults(&cut_out(number), source, format);
        all_faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", format.file)));
    }
    assert!(all_faults.is_empty(), "{all_faults:#?}");
    check_languages(&cut_out(FORMATS.len() as u16 + 1));
}
