//! The films that are played: H.264 720p of about 3 Mbit/s with MP2, made by ffmpeg.

use crate::folder;
use crate::program::{ffmpeg, succeed};
use std::path::{Path, PathBuf};

/// Length of one take. Whole pictures of 40 ms and whole audio frames of 24 ms fill it, so that it
/// repeats without a gap.
const TAKE_S: &str = "50.4";
/// Takes in a film.
const TAKES: u32 = 5;
/// Length of a film in seconds.
pub const FILM_S: u32 = 252;

/// What is seen: motion, noise and cuts in different measure, so that bursts differ.
const PICTURES: [&str; 6] = [
    "testsrc2=size=1280x720:rate=25,noise=alls=12:allf=t",
    "mandelbrot=size=1280x720:rate=25,noise=alls=6:allf=t",
    "life=size=1280x720:rate=25:mold=10:ratio=0.1,format=yuv420p",
    "gradients=size=1280x720:rate=25:speed=0.02,noise=alls=20:allf=t",
    // Slides of six seconds each.
    "testsrc2=size=1280x720:rate=1/6,fps=25,noise=alls=4:allf=t",
    // A lively and a quiet scene in turns of eight seconds.
    "testsrc2=size=1280x720:rate=25,noise=alls=30:allf=t:enable='lt(mod(t,16),8)'",
];

/// Makes the films that are not there yet; gives their paths.
pub fn make() -> Vec<PathBuf> {
    let folder = folder::below("films");
    let film = |(i, pictures): (usize, &&str)| {
        let path = folder.join(format!("film-{}.ts", i + 1));
        if !path.exists() {
            let take = folder.join("take.ts");
            record(pictures, TAKE_S, &take);
            repeat(&take, &path);
            std::fs::remove_file(take).expect("a take can be removed");
        }
        path
    };
    PICTURES.iter().enumerate().map(film).collect()
}

/// Makes a short still picture of the same coding, for when a film cannot be shown.
pub fn slate() -> PathBuf {
    let path = folder::below("films").join("slate.ts");
    if !path.exists() {
        record("smptehdbars=size=1280x720:rate=25", "6.0", &path);
    }
    path
}

/// Encodes pictures and noise: closed groups of two seconds, no second far above the mean that the
/// buffer of 4 Mbit does not allow.
fn record(pictures: &str, seconds: &str, out: &Path) {
    let sound = "anoisesrc=color=pink:sample_rate=48000:amplitude=0.3:seed=1";
    let mut command = ffmpeg();
    command.args(["-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", sound, "-t", seconds]);
    command.args(["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high"]);
    command.args(["-pix_fmt", "yuv420p", "-b:v", "3M", "-maxrate", "3M", "-bufsize", "4M"]);
    command.args(["-g", "50", "-bf", "2", "-flags", "+cgop"]);
    command.args(["-c:a", "mp2", "-b:a", "192k", "-ac", "2", "-f", "mpegts"]);
    succeed(command.arg(out));
}

/// Puts takes behind one another without encoding.
fn repeat(take: &Path, out: &Path) {
    let part = out.with_extension("part");
    let mut command = ffmpeg();
    command.args(["-stream_loop", &(TAKES - 1).to_string(), "-i"]).arg(take);
    command.args(["-map", "0", "-c", "copy", "-f", "mpegts"]);
    succeed(command.arg(&part));
    std::fs::rename(part, out).expect("a film can be renamed");
}
