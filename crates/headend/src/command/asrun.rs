//! `headend asrun`: the log of what went out.

use crate::config::Config;
use crate::exit::{Code, Failure};
use crate::output;
use crate::when::parse_instant;
use crate::witness::folder::{AsRunLog, LogError, inspect, log_files};
use crate::witness::pending;
use clap::{Args, Subcommand};
use evidence::Stamp;
use evidence::as_run::{Entry, Event, write_csv};
use std::path::PathBuf;
use ts::Ticks;

/// What to do with the log.
#[derive(Args, Debug)]
pub struct AsRunArgs {
    #[command(subcommand)]
    command: AsRunCommand,
}

#[derive(Subcommand, Debug)]
enum AsRunCommand {
    /// Tell whether the log is as it was written: the first line that is not is named.
    Verify(VerifyArgs),
    /// Write the log for other programs.
    Export(ExportArgs),
}

#[derive(Args, Debug)]
struct VerifyArgs {
    /// The configuration.
    config: PathBuf,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct ExportArgs {
    /// The configuration.
    config: PathBuf,
    /// A table of RFC 4180 with a line of names; without it, JSON lines.
    #[arg(long)]
    csv: bool,
    /// Only what was on at T or later.
    #[arg(long, value_name = "T", value_parser = parse_instant)]
    from: Option<Ticks>,
    /// Only what was on before T.
    #[arg(long, value_name = "T", value_parser = parse_instant)]
    until: Option<Ticks>,
    /// Also what was on and not yet over when it was last written down.
    #[arg(long)]
    pending: bool,
    /// The file; `-` is standard output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
}

/// What was found.
#[derive(Debug, serde::Serialize)]
struct Verdict {
    entries: u64,
    files: usize,
    first: Option<u64>,
    newest_hash: Option<String>,
    fault: Option<Broken>,
}

/// The first line that is not as it was written.
#[derive(Debug, serde::Serialize)]
struct Broken {
    file: PathBuf,
    line: u64,
    what: String,
}

/// Does it.
pub fn run(args: &AsRunArgs) -> Result<(), Failure> {
    match &args.command {
        AsRunCommand::Verify(args) => verify(args),
        AsRunCommand::Export(args) => export(args),
    }
}

fn verify(args: &VerifyArgs) -> Result<(), Failure> {
    let folder = AsRunLog::folder_of(&Config::load(&args.config)?.state);
    let mut entries = 0;
    let (inspector, fault) = inspect(&folder, |_| entries += 1).map_err(unreadable)?;
    let files = log_files(&folder).map_err(unreadable)?.len();
    let newest_hash = inspector.chain().map(|chain| chain.newest().to_string());
    let broken = fault.map(|f| Broken { file: f.path, line: f.line, what: f.fault.to_string() });
    let verdict = Verdict { entries, files, first: inspector.first(), newest_hash, fault: broken };
    if args.json {
        output::print_json(&verdict)?;
    } else {
        output::print(&told(&verdict))?;
    }
    if verdict.fault.is_some() { Err(Failure::new(Code::No, "")) } else { Ok(()) }
}

fn told(verdict: &Verdict) -> String {
    let Verdict { entries, files, first, newest_hash, fault } = verdict;
    let mut text = match fault {
        Some(Broken { file, line, what }) => format!(
            "{}:{line}: {what}\n{entries} entries before it are as they were written\n",
            file.display()
        ),
        None => format!("{entries} entries in {files} files are as they were written\n"),
    };
    if let Some(first) = first.filter(|first| *first > 0) {
        text += &format!("the log begins with entry {first}; the older ones are not here\n");
    }
    if let Some(hash) = newest_hash {
        text += &format!("hash of the last of them: {hash}\n");
    }
    text
}

fn export(args: &ExportArgs) -> Result<(), Failure> {
    let config = Config::load(&args.config)?;
    let folder = AsRunLog::folder_of(&config.state);
    let mut entries = Vec::new();
    let is_wanted = |entry: &Entry| is_within(entry, args.from, args.until);
    let take = |entry: Entry| entries.extend(is_wanted(&entry).then_some(entry));
    let (inspector, fault) = inspect(&folder, take).map_err(unreadable)?;
    if args.pending && fault.is_none() {
        let next = inspector.chain().map_or(0, |chain| chain.next_number());
        let at = Stamp(crate::when::now());
        let open = pending(&config.state).into_iter().zip(next..);
        let open = open.map(|(aired, number)| Entry { number, at, event: Event::Aired(aired) });
        entries.extend(open.filter(is_wanted));
    }
    let mut bytes = Vec::new();
    if args.csv {
        write_csv(entries, &mut bytes).map_err(|e| Failure::new(Code::Io, e))?;
    } else {
        for entry in entries {
            serde_json::to_writer(&mut bytes, &entry).map_err(|e| Failure::new(Code::Io, e))?;
            bytes.push(b'\n');
        }
    }
    if args.out.as_os_str() == "-" {
        output::print(&String::from_utf8_lossy(&bytes))?;
    } else {
        let failed = |e| Failure::new(Code::Io, format!("{}: {e}", args.out.display()));
        std::fs::write(&args.out, bytes).map_err(failed)?;
    }
    // What follows a broken line cannot be told from what was put there.
    fault.map_or(Ok(()), |f| {
        let at = format!("{}:{}: {}", f.path.display(), f.line, f.fault);
        Err(Failure::new(Code::No, format!("{at}\nonly what stands before it was exported")))
    })
}

/// Whether an entry tells of a stretch of time.
fn is_within(entry: &Entry, from: Option<Ticks>, until: Option<Ticks>) -> bool {
    let (start, end) = match &entry.event {
        Event::Aired(aired) => (aired.planned.start.0, aired.planned.end.0),
        _ => (entry.at.0, entry.at.0 + ts::Span(1)),
    };
    from.is_none_or(|from| end > from) && until.is_none_or(|until| start < until)
}

fn unreadable(error: LogError) -> Failure {
    Failure::new(Code::Io, error)
}
