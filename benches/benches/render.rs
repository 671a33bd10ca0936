//! Rendering six services of 720p into 40 Mbit/s, against ffmpeg copying the same six films into a
//! transport stream of that rate. Both are run in turns; what counts is processor time.

use benches::films::{self, FILM_S};
use benches::folder;
use benches::process::{Cost, run};
use benches::program::{ffmpeg, headend, succeed};
use benches::samples::Samples;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const PAIRS: usize = 7;
const RATE_BPS: u64 = 40_000_000;
/// The instant at which all six films begin.
const FROM: &str = "2027-03-01T08:00:00Z";

fn main() {
    let films = films::make();
    let station = station(&films);
    let (mut cpu, mut wall) = (Samples::new(), Samples::new());
    let (mut ours_cpu, mut theirs_cpu) = (Samples::new(), Samples::new());
    for _ in 0..PAIRS {
        let ours = render(&station, FILM_S - 4);
        let theirs = remux(&films);
        cpu.push(theirs.cpu.as_secs_f64() / ours.cpu.as_secs_f64());
        wall.push(theirs.wall.as_secs_f64() / ours.wall.as_secs_f64());
        ours_cpu.push(ours.cpu.as_secs_f64());
        theirs_cpu.push(theirs.cpu.as_secs_f64());
    }
    println!("render: middle (least to greatest) of {PAIRS} pairs");
    println!("  ffmpeg's processor time over ours  {cpu}");
    println!("  ffmpeg's time over ours            {wall}");
    println!("  ours, seconds of processor time    {ours_cpu}");
    println!("  ffmpeg, seconds of processor time  {theirs_cpu}");
    let short = render(&station, 24).memory_bytes as f64;
    let long = render(&station, FILM_S - 4).memory_bytes as f64;
    println!("  most memory, {FILM_S} s over 24 s       {:8.2}", long / short);
}

/// One thread renders the stretch in which all films play. Nothing is kept.
fn render(station: &Path, seconds: u32) -> Cost {
    let mut command = headend();
    command.arg("render").arg(station).args(["--multiplex", "bench", "--from", FROM]);
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
    command.args(["-c", "copy", "-muxrate", &rate, "-t", &(FILM_S - 4).to_string()]);
    run(command.args(["-f", "mpegts", "/dev/null"]))
}

/// A station whose six services begin one film each at the same time.
fn station(films: &[PathBuf]) -> PathBuf {
    let folder = folder::below("render");
    let config = folder.join("headend.toml");
    let mut timetable = "format = 1\nzone = \"UTC\"\n".to_owned();
    let mut services = Vec::new();
    for i in 1..=films.len() {
        services.push(format!("\"tv-{i}\""));
        write!(
            timetable,
            "[[service]]\nid = \"tv-{i}\"\nnumber = {i}\nkind = \"television\"\n\
             name = {{ en = \"Film {i}\" }}\nslate = \"slate\"\n\
             [[item]]\nid = \"film-{i}\"\nservice = \"tv-{i}\"\nasset = \"film-{i}\"\n\
             at = 2027-03-01T08:00:00\nlength = \"{FILM_S}s\"\n"
        )
        .expect("a string can be written to");
    }
    let services = services.join(", ");
    let text = format!(
        "format = 1\ntimetables = [\"timetable.toml\"]\n\
         [network]\nid = 0xFF01\nname = {{ en = \"Bench\" }}\ncountry = \"CHN\"\n\
         [[multiplex]]\nname = \"bench\"\ntransport_stream_id = 1\noriginal_network_id = 0xFF01\n\
         rate = {RATE_BPS}\nservices = [{services}]\n\
         [[multiplex.output]]\nname = \"none\"\nto = \"239.255.42.7:5004\"\ninterface = \"lo\"\n"
    );
    fs::write(folder.join("timetable.toml"), timetable).expect("a timetable can be written");
    fs::write(&config, text).expect("a configuration can be written");
    ingest(&config, "slate", &films::slate());
    for (i, film) in (1..).zip(films) {
        ingest(&config, &format!("film-{i}"), film);
    }
    config
}

fn ingest(config: &Path, id: &str, film: &Path) {
    let mut command = headend();
    succeed(command.arg("ingest").arg(config).args(["--id", id, "--replace"]).arg(film));
}
