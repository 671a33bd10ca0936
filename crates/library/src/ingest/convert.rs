//! Calling the program ffmpeg for what is not a transport stream.

use super::error::{ConvertFault, IngestError, SourceFault};
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
const WORDS_MAX: usize = 1 << 16;

/// What ffmpeg is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Pack as a transport stream what is there.
    Pack,
    /// Encode to H.264 with a closed group of pictures each second, at a constant frame rate, and
    /// AAC.
    Encode,
}

/// The program, and how many threads it may use; all it likes when `None`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ffmpeg<'a> {
    pub(super) program: &'a Path,
    pub(super) threads: Option<usize>,
}

/// Converts a file to a transport stream under a draft's name in `folder`.
pub(super) fn convert(
    ffmpeg: Ffmpeg<'_>,
    path: &Path,
    folder: &Path,
    mode: Mode,
    why: SourceFault,
) -> Result<Draft, IngestError> {
    let (draft, mut file) = Draft::create(folder)?;
    let mut command = ffmpeg.command(path);
    command.args(["-map", "0:v:0?", "-map", "0:a?", "-map_chapters", "-1"]).args(coding(mode));
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
    /// The program, told to read a file.
    pub(super) fn command(&self, path: &Path) -> Command {
        let mut command = Command::new(self.program);
        command.args(["-nostdin", "-hide_banner", "-v", "error", "-y"]);
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

fn coding(mode: Mode) -> Vec<&'static str> {
    match mode {
        Mode::Pack => vec!["-c", "copy"],
        Mode::Encode => [
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
            ["-c:a", "aac"],
            ["-b:a", "128k"],
            ["-ar", "48000"],
        ]
        .concat(),
    }
}
