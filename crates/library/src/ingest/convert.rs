//! Calling the program ffmpeg for what is not a transport stream.

use super::error::{ConvertFault, IngestError, SourceFault};
use crate::publish::Draft;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

/// The rate above which encoded pictures never go, in bit/s, and the size of their buffer in bits.
const VIDEO_RATE_MAX: &str = "3000000";

/// What ffmpeg is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Pack as a transport stream what is there.
    Pack,
    /// Encode to H.264 with a closed group of pictures each second, at a constant frame rate, and
    /// AAC.
    Encode,
}

/// Converts a file to a transport stream under a draft's name in `folder`.
pub(super) fn convert(
    ffmpeg: &Path,
    path: &Path,
    folder: &Path,
    mode: Mode,
    why: SourceFault,
) -> Result<Draft, IngestError> {
    let fail = |fault| IngestError::Convert { path: path.to_owned(), fault };
    let (draft, _) = Draft::create(folder)?;
    // A protocol prefix keeps ffmpeg from taking a file name for a URL or an option.
    let mut input = OsStr::new("file:").to_owned();
    input.push(path);
    let mut output = OsStr::new("file:").to_owned();
    output.push(draft.path());
    let mut command = Command::new(ffmpeg);
    command
        .args(["-nostdin", "-hide_banner", "-v", "error", "-y", "-i"])
        .arg(input)
        .args(["-map", "0:v:0?", "-map", "0:a?", "-map_chapters", "-1"])
        .args(coding(mode))
        .args(["-f", "mpegts"])
        .arg(output)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(fail(ConvertFault::NotInstalled { why: Box::new(why) }));
        }
        Err(error) => {
            return Err(fail(ConvertFault::Failed { message: error.to_string() }));
        }
    };
    if output.status.success() {
        return Ok(draft);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().rfind(|line| !line.trim().is_empty());
    let message = line.map_or_else(|| output.status.to_string(), str::to_owned);
    Err(fail(ConvertFault::Failed { message }))
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
