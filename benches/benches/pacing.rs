//! How evenly datagrams leave at 40 Mbit/s, by the time stamps of the receiving kernel: the daemon
//! with one multiplex and with twenty, a bare thread with as many flows, and the UDP output of
//! ffmpeg and multicat. All are run in turns.

use benches::arrivals::{Arrivals, GROUP, lateness};
use benches::films;
use benches::folder;
use benches::process;
use benches::program::{ffmpeg, headend, is_on_path, succeed};
use benches::samples::{Samples, quantile};
use benches::sender::Sender;
use benches::station::{self, FROM, RATE_BPS};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const ROUNDS: usize = 5;
/// How often the daemon and the bare thread take turns in each round. Processors that are shared
/// stall both for longer than either is late, so that only the middle of many turns tells.
const TURNS: usize = 3;
const LENGTH: Duration = Duration::from_secs(4);
/// What a sender may take to get going.
const SETTLE: Duration = Duration::from_secs(2);
/// Seven transport packets.
const DATAGRAM_BITS: f64 = 1316.0 * 8.0;
const MANY: u16 = 20;
const DAEMON: u16 = 5000;
const BARE: u16 = 5100;
const FFMPEG: u16 = 5200;
const MULTICAT: u16 = 5300;

/// What was seen of one sender over all rounds.
#[derive(Default)]
struct Figures {
    name: &'static str,
    /// Below the rate where datagrams were left out.
    mbps: Samples,
    /// p50, p99 and p99.9 of lateness in microseconds.
    quantiles: [Samples; 3],
}

/// What was seen of a flow.
struct Seen {
    mbps: f64,
    /// Sorted.
    late_ns: Vec<i64>,
}

fn main() {
    let mut figures: Vec<Figures> = Vec::new();
    let one = station::films("pacing-1", 6, 0, &[DAEMON]);
    let many = station::films("pacing-20", 6, 0, &ports(DAEMON, MANY));
    let capture = is_on_path("multicat").then(|| capture(&one));
    if capture.is_none() {
        println!("multicat is not installed and was left out");
    }
    let (mut of_one, mut of_many) = (Samples::new(), Samples::new());
    for _ in 0..ROUNDS {
        for _ in 0..TURNS {
            let ours = note(&mut figures, "daemon, 1 multiplex", &daemon(&one, 0));
            of_one.push(ours / note(&mut figures, "bare thread, 1 flow", &bare(1, 0)));
            // The flow that is sent last waits for all others.
            let last = MANY - 1;
            let ours = note(&mut figures, "daemon, 20 multiplexes, last", &daemon(&many, last));
            let bare = note(&mut figures, "bare thread, 20 flows, last", &bare(MANY, last));
            of_many.push(ours / bare);
        }
        note(&mut figures, "ffmpeg", &by_ffmpeg());
        if let Some(capture) = &capture {
            note(&mut figures, "multicat", &by_multicat(capture));
        }
    }
    print(&figures);
    println!("p99.9 of the daemon over that of the bare thread in the same round");
    println!("  1 multiplex     {of_one}\n  20 multiplexes  {of_many}");
}

/// So many ports from the first one on.
fn ports(first: u16, count: u16) -> Vec<u16> {
    (first..first + count).collect()
}

/// Adds the figures of one round; gives the p99.9 of lateness in microseconds.
fn note(figures: &mut Vec<Figures>, name: &'static str, seen: &Seen) -> f64 {
    let place = figures.iter().position(|f| f.name == name).unwrap_or_else(|| {
        figures.push(Figures { name, ..Figures::default() });
        figures.len() - 1
    });
    let figures = &mut figures[place];
    figures.mbps.push(seen.mbps);
    let quantiles_us = [0.5, 0.99, 0.999].map(|share| quantile(&seen.late_ns, share) as f64 / 1e3);
    for (samples, value) in figures.quantiles.iter_mut().zip(quantiles_us) {
        samples.push(value);
    }
    quantiles_us[2]
}

fn print(figures: &[Figures]) {
    println!("lateness in us: middle (least to greatest) of turns of {LENGTH:?}");
    for Figures { name, mbps, quantiles: [p50, p99, p999] } in figures {
        println!("  {name}\n    Mbit/s {mbps:.3}");
        println!("    p50    {p50:.1}\n    p99    {p99:.1}\n    p99.9  {p999:.1}");
    }
}

/// Starts what sends a flow, and watches it.
fn watch<T>(port: u16, start: impl FnOnce() -> T) -> (Seen, T) {
    let arrivals = Arrivals::join(port).expect("a socket for the flow");
    let sender = start();
    arrivals.first(Duration::from_secs(20)).expect("a first datagram");
    arrivals.collect(SETTLE).expect("datagrams");
    let times = arrivals.collect(LENGTH).expect("datagrams");
    let length_us = (times[times.len() - 1] - times[0]) as f64 / 1000.0;
    let mbps = (times.len() - 1) as f64 * DATAGRAM_BITS / length_us;
    (Seen { mbps, late_ns: lateness(&times) }, sender)
}

/// Runs a command while a flow is watched, then ends it.
fn watch_command(port: u16, command: &mut Command) -> Seen {
    let (seen, child) = watch(port, || {
        let started = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        started.unwrap_or_else(|e| panic!("{command:?} cannot be started: {e}"))
    });
    process::end(child);
    seen
}

fn daemon(config: &Path, flow: u16) -> Seen {
    watch_command(DAEMON + flow, headend().arg("run").arg(config))
}

fn bare(count: u16, flow: u16) -> Seen {
    let start = || Sender::start(ports(BARE, count), RATE_BPS).expect("a bare thread");
    let (seen, sender) = watch(BARE + flow, start);
    sender.stop().expect("sending goes on");
    seen
}

/// Datagrams are kept whole and sent at the rate one by one, as evenly as ffmpeg can.
fn by_ffmpeg() -> Seen {
    let mut command = ffmpeg();
    let films = films::make();
    for film in &films {
        command.arg("-re").arg("-i").arg(film);
    }
    for i in 0..films.len() {
        command.args(["-map", &i.to_string()]);
    }
    command.args(["-c", "copy", "-muxrate", &RATE_BPS.to_string()]);
    command.args(["-flush_packets", "0", "-f", "mpegts"]);
    let options =
        format!("localaddr=127.0.0.1&pkt_size=1316&bitrate={RATE_BPS}&burst_bits={DATAGRAM_BITS}");
    watch_command(FFMPEG, command.arg(format!("udp://{GROUP}:{FFMPEG}?{options}")))
}

/// Renders what multicat sends, with the index that it needs.
fn capture(station: &Path) -> PathBuf {
    let path = folder::below("pacing-1").join("capture.ts");
    let mut render = headend();
    render.arg("render").arg(station).args(["--multiplex", "bench-0", "--from", FROM]);
    succeed(render.args(["--duration", "40s", "--out"]).arg(&path));
    succeed(Command::new("ingests").args(["-p", &engine::PCR_PID.value().to_string()]).arg(&path));
    path
}

fn by_multicat(capture: &Path) -> Seen {
    let mut command = Command::new("multicat");
    command.args(["-i", "50", "-t", "1", "-U"]).arg(capture);
    watch_command(MULTICAT, command.arg(format!("{GROUP}:{MULTICAT}@127.0.0.1")))
}
