//! `headend render`: what would be on the wire, into a file.

use crate::capture::Capture;
use crate::command::verify;
use crate::exit::{Code, Failure};
use crate::judge::Verdict;
use crate::lineup::Lineup;
use crate::maker::MakeError;
use crate::progress;
use crate::render::{self, Rendered};
use crate::station::Station;
use crate::when;
use ::verify::{Options, Verifier};
use clap::{Args, ValueEnum};
use rundown::Problem;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use timetable::civil::format_rfc3339;
use ts::{PACKET_SIZE, Span, Ticks};

/// Superframes that may wait for the verifier.
const VERIFY_AHEAD: usize = 32;

/// What to render.
#[derive(Args, Debug)]
pub struct RenderArgs {
    /// The configuration.
    pub config: PathBuf,
    /// The multiplex.
    #[arg(long, value_name = "NAME")]
    pub multiplex: String,
    /// From when on, RFC 3339.
    #[arg(long, value_name = "T", value_parser = when::parse_instant)]
    pub from: Ticks,
    /// For how long: 90s, 10m, 24h.
    #[arg(long, value_name = "D", value_parser = when::parse_span)]
    pub duration: Span,
    /// The file to write; `-` is standard output.
    #[arg(long, value_name = "FILE", required_unless_present = "verify")]
    pub out: Option<PathBuf>,
    /// Verify what is rendered instead of writing it, and print the verdict.
    #[arg(long, conflicts_with_all = ["out", "format"])]
    pub verify: bool,
    /// With --verify: print the verdict as JSON.
    #[arg(long, requires = "verify")]
    pub json: bool,
    /// Plain packets, or datagrams with their due times.
    #[arg(long, value_enum, default_value_t = Format::Ts)]
    pub format: Format,
}

/// The form of a rendered file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// 188-byte packets: exactly the slots that leave in the stretch of time.
    Ts,
    /// A capture of all RTP and FEC flows: the datagrams that are due in it.
    Pcap,
}

impl From<MakeError> for Failure {
    fn from(error: MakeError) -> Failure {
        Failure::new(Code::Unavailable, error)
    }
}

/// Renders.
pub fn run(args: &RenderArgs) -> Result<(), Failure> {
    let station = Station::open(&args.config)?;
    let multiplex = station.multiplex(&args.multiplex)?;
    let until = args.from + args.duration;
    match &args.out {
        Some(out) => to_file(args, &station, multiplex, until, out),
        None => to_verifier(args, &station, multiplex, until),
    }
}

fn to_file(
    args: &RenderArgs,
    station: &Station,
    multiplex: usize,
    until: Ticks,
    path: &Path,
) -> Result<(), Failure> {
    let wrote = |e: io::Error| {
        Failure::new(Code::Io, format!("{}: {e}; what was written is incomplete", path.display()))
    };
    let out: Box<dyn Write> = if path.as_os_str() == "-" {
        Box::new(io::stdout().lock())
    } else {
        Box::new(File::create(path).map_err(wrote)?)
    };
    let mut out = BufWriter::with_capacity(1 << 20, out);
    let mut take = |bytes: &[u8]| out.write_all(bytes).map_err(wrote);
    match args.format {
        Format::Ts => plain(station, multiplex, args.from, until, &mut take)?,
        Format::Pcap => {
            let lineup = lineup(station, multiplex, args.from, until)?;
            let capture = Capture::new(&station.config.multiplexes[multiplex].outputs)?;
            capture.write(&lineup, args.from, until, &mut take)?;
        }
    }
    out.flush().map_err(wrote)
}

/// Verifies on a thread of its own while more is being rendered; nothing is written.
fn to_verifier(
    args: &RenderArgs,
    station: &Station,
    multiplex: usize,
    until: Ticks,
) -> Result<(), Failure> {
    let rate = Some(station.config.multiplexes[multiplex].rate());
    let (rendered, received) = mpsc::sync_channel::<Vec<u8>>(VERIFY_AHEAD);
    let verdict = thread::scope(|scope| {
        let judge = scope.spawn(move || {
            let mut verifier = Verifier::new(Options { rate, ..Options::default() });
            received.iter().for_each(|bytes| verifier.push(&bytes));
            Verdict { stream: verifier.finish(), rtp: None, fec: None }
        });
        let done = plain(station, multiplex, args.from, until, &mut |bytes| {
            let ended = |_| Failure::new(Code::Unavailable, "the verifier has ended");
            rendered.send(bytes.to_vec()).map_err(ended)
        });
        drop(rendered);
        let verdict =
            judge.join().map_err(|_| Failure::new(Code::Unavailable, "the verifier failed"));
        done.and(verdict)
    })?;
    verify::report(&verdict, args.json)
}

/// What makes the window. The slate stands for what the library has not, as it does on air; whoever
/// renders is told.
fn lineup(
    station: &Station,
    multiplex: usize,
    from: Ticks,
    until: Ticks,
) -> Result<Lineup, Failure> {
    let lineup = Lineup::new(station, multiplex, from, until)?;
    for Problem { airing, start, asset, .. } in lineup.absent() {
        let at = format_rfc3339(*start, 0);
        let why = station.faulty.get(asset).map_or("it is not in the library", String::as_str);
        eprintln!("warning: the slate stands for `{asset}` in airing {airing} at {at}: {why}");
    }
    Ok(lineup)
}

/// Hands out the packets of the slots in `[from, until)`, in order, in pieces.
pub fn plain(
    station: &Station,
    multiplex: usize,
    from: Ticks,
    until: Ticks,
    take: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let lineup = lineup(station, multiplex, from, until)?;
    let grid = lineup.grid();
    let slots = render::slots(grid, from, until);
    let frames = render::superframes(grid, from, until);
    let total = (slots.end - slots.start) * PACKET_SIZE as u64;
    let bar = progress::bytes(total, "rendering");
    render::render(&lineup, frames, 0, |frame: &mut Rendered| {
        let own = grid.slots_of(frame.superframe);
        let first = slots.start.max(own.start) - own.start;
        let end = slots.end.min(own.end) - own.start;
        let bytes = first as usize * PACKET_SIZE..end as usize * PACKET_SIZE;
        bar.inc(bytes.len() as u64);
        take(&frame.datagrams[bytes])
    })?;
    bar.finish_and_clear();
    Ok(())
}
