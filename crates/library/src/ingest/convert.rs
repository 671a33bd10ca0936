//! Calling the program ffmpeg for what is not a transport stream.

use super::error::{ConvertFault, IngestError, SourceFault};
use super::treat::Treatment;
use crate::publish::Draft;
use crate::store::FileError;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The rate above which encoded pictures never go, in bit/s, and the size of their buffer in bits.
const VIDEO_RATE_MAX: &str = "3000000";
/// Bytes that are taken from ffmpeg at once.
const CHUNK: usize = 1 << 18;
/// What ffmpeg says is read up to so many bytes; the rest is thrown away.
const WORDS_MAX: usize = 1 << 20;

/// What ffmpeg is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Pack as a transport stream what is there.
    Pack,
    /// Encode to H.264 with a closed group of pictures each second, at a constant frame rate, and
    /// AAC.
    Encode,
    /// Encode what is not fit, and copy the rest.
    Treat(Treatment),
}

/// The program, and how many threads it may use; all it likes when `None`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ffmpeg<'a> {
    pub(super) program: &'a Path,
    pub(super) threads: Option<usize>,
}

/// What of a file is converted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// The first video and all sound.
    Programme,
    /// These streams, in this order.
    Streams(Vec<usize>),
}

/// Converts a file to a transport stream under a draft's name in `folder`.
pub(super) fn convert(
    ffmpeg: Ffmpeg<'_>,
    path: &Path,
    choice: &Choice,
    folder: &Path,
    mode: &Mode,
    why: SourceFault,
) -> Result<Draft, IngestError> {
    let (draft, mut file) = Draft::create(folder)?;
    let mut command = ffmpeg.command(path, "error");
    let maps = match choice {
        Choice::Programme => vec!["0:v:0?".to_owned(), "0:a?".to_owned()],
        Choice::Streams(streams) => streams.iter().map(|n| format!("0:{n}")).collect(),
    };
    command.args(maps.iter().flat_map(|map| ["-map", map]));
    command.args(["-map_chapters", "-1"]).args(coding(mode));
    if let Some(threads) = ffmpeg.threads {
        command.args(["-threads", &threads.to_string()]);
    }
    command.args(["-f", "mpegts", "pipe:1"]);
    run(command, path, why, |bytes| {
        file.write_all(bytes).map_err(|error| FileError::new(draft.path(), error))
    })?;
    file.sync_all().map_err(|error| FileError::new(draft.path(), error))?;
    Ok(draft)
}

impl Ffmpeg<'_> {
    /// The program, told to read a file and how much to say.
    pub(super) fn command(&self, path: &Path, level: &str) -> Command {
        let mut command = Command::new(self.program);
        command.args(["-nostdin", "-hide_banner", "-nostats", "-v", level, "-y"]);
        if let Some(threads) = self.threads {
            command.args(["-threads", &threads.to_string()]);
        }
        // A protocol prefix keeps ffmpeg from taking a file name for a URL or an option.
        let mut input = OsString::from("file:");
        input.push(path);
        command.arg("-i").arg(input);
        command
    }
}

/// Runs ffmpeg and gives away what it writes to standard output. Since that is a pipe, it ends when
/// this program is killed.
pub(super) fn run(
    mut command: Command,
    path: &Path,
    why: SourceFault,
    mut take: impl FnMut(&[u8]) -> Result<(), FileError>,
) -> Result<String, IngestError> {
    let fail = |fault| IngestError::Convert { path: path.to_owned(), fault };
    let failed = |error: io::Error| fail(ConvertFault::Failed { message: error.to_string() });
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => Running(child),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(fail(ConvertFault::NotInstalled { why: Box::new(why) }));
        }
        Err(error) => return Err(failed(error)),
    };
    let (out, words) = (child.0.stdout.take(), child.0.stderr.take());
    let listener = std::thread::spawn(move || words.map(listen).unwrap_or_default());
    if let Some(mut out) = out {
        let mut buffer = vec![0; CHUNK];
        loop {
            match out.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => take(&buffer[..count])?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
            }
        }
    }
    let status = child.0.wait().map_err(failed)?;
    let words = listener.join().unwrap_or_default();
    if status.success() {
        return Ok(words);
    }
    let line = words.lines().rfind(|line| !line.trim().is_empty());
    let message = line.map_or_else(|| status.to_string(), str::to_owned);
    Err(fail(ConvertFault::Failed { message }))
}

/// A child that does not outlive the work that it is for.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // A child that has ended already cannot be killed, which is as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads all that ffmpeg says, and keeps the end of it.
fn listen(mut words: impl Read) -> String {
    let (mut kept, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = words.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..count]);
        let surplus = kept.len().saturating_sub(WORDS_MAX);
        kept.drain(..surplus);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// The coding that receivers play: deinterlaced, of a size that they show, a closed group of
/// pictures each second.
const PICTURES: [[&str; 2]; 11] = [
    ["-c:v", "libx264"],
    ["-preset", "medium"],
    ["-profile:v", "high"],
    ["-pix_fmt", "yuv420p"],
    ["-vsync", "cfr"],
    ["-crf", "21"],
    ["-maxrate", VIDEO_RATE_MAX],
    ["-bufsize", VIDEO_RATE_MAX],
    ["-force_key_frames", "expr:gte(t,n_forced)"],
    ["-flags", "+cgop"],
    ["-x264-params", "aud=1:open-gop=0:repeat-headers=1:nal-hrd=vbr"],
];
const FILTERS: &str = "yadif=deint=interlaced,scale=w='min(1920,iw)':h='min(1080,ih)':\
    force_original_aspect_ratio=decrease:force_divisible_by=2";

fn coding(mode: &Mode) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut say = |some: &[&str]| words.extend(some.iter().map(|&word| word.to_owned()));
    match mode {
        Mode::Pack => say(&["-c", "copy"]),
        Mode::Encode => {
            say(PICTURES.as_flattened());
            say(&["-vf", FILTERS]);
            say(&["-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2"]);
        }
        Mode::Treat(treatment) => {
            match treatment.pictures {
                None => say(&["-c:v", "copy"]),
                Some(pictures) => {
                    say(PICTURES.as_flattened());
                    say(&["-vf", FILTERS]);
                    say(if pictures.rate { &["-r", "25"] } else { &[] });
                }
            }
            say(&["-c:a", "copy", "-c:s", "copy"]);
            for (n, sound) in treatment.sound.iter().enumerate() {
                let Some(sound) = sound else { continue };
                say(&[&format!("-c:a:{n}"), sound.encoder]);
                say(&[&format!("-b:a:{n}"), sound.rate]);
                say(&[&format!("-ar:a:{n}"), "48000"]);
                if sound.stereo {
                    say(&[&format!("-ac:a:{n}"), "2"]);
                }
                if let Some(filter) = &sound.filter {
                    say(&[&format!("-filter:a:{n}"), filter]);
                }
            }
        }
    }
    words
}
