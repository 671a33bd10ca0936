//! Rendering six services of 720p into 40 Mbit/s, against ffmpeg copying the same six films into a
//! transport stream of that rate. Both are run in turns; what counts is processor time.

use benches::films::{self, FILM_S};
use benches::process::{Cost, run};
use benches::program::{ffmpeg, headend};
use benches::samples::Samples;
use benches::station::{self, FROM, PLAYS_S, RATE_BPS};
use std::path::{Path, PathBuf};

const PAIRS: usize = 7;
/// Length of what is compared; near their ends ffmpeg's inputs run out one after the other.
const COMPARED_S: u32 = FILM_S - 4;
/// Length of a render whose use of memory a long one is compared with.
const SHORT_S: u32 = 24;

fn main() {
    let films = films::make();
    let station = station::films("render", 6, 0, &[]);
    let (mut cpu, mut wall) = (Samples::new(), Samples::new());
    let (mut ours_cpu, mut theirs_cpu) = (Samples::new(), Samples::new());
    for _ in 0..PAIRS {
        let ours = render(&station, COMPARED_S);
        let theirs = remux(&films);
        cpu.push(theirs.cpu.as_secs_f64() / ours.cpu.as_secs_f64());
        wall.push(theirs.wall.as_secs_f64() / ours.wall.as_secs_f64());
        ours_cpu.push(ours.cpu.as_secs_f64());
        theirs_cpu.push(theirs.cpu.as_secs_f64());
    }
    println!("render of {COMPARED_S} s: middle (least to greatest) of {PAIRS} pairs");
    println!("  ffmpeg's processor time over ours  {cpu}");
    println!("  ffmpeg's time over ours            {wall}");
    println!("  ours, seconds of processor time    {ours_cpu}");
    println!("  ffmpeg, seconds of processor time  {theirs_cpu}");
    let short = render(&station, SHORT_S).memory_bytes as f64;
    let long = render(&station, PLAYS_S).memory_bytes as f64;
    println!("most memory, in MB");
    println!("  of {SHORT_S} s     {:8.1}", short / 1e6);
    println!("  of {PLAYS_S} s   {:8.1}", long / 1e6);
    println!("  long over short {:6.2}", long / short);
}

/// One thread renders a stretch in which all films play. Nothing is kept.
fn render(station: &Path, seconds: u32) -> Cost {
    let mut command = headend();
    command.arg("render").arg(station).args(["--multiplex", "bench-0", "--from", FROM]);
    command.args(["--duration", &format!("{seconds}s"), "--out", "/dev/null"]);
    run(command.env("RAYON_NUM_THREADS", "1"))
}

fn remux(films: &[PathBuf]) -> Cost {
    let mut command = ffmpeg();
    for film in films {
        command.arg("-i").arg(film);
    }
    for i in 0..films.len() {
        command.args(["-map", &i.to_string()]);
    }
    let rate = RATE_BPS.to_string();
    command.args(["-c", "copy", "-muxrate", &rate, "-t", &COMPARED_S.to_string()]);
    run(command.args(["-f", "mpegts", "/dev/null"]))
}
