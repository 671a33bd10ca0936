//! The receiving site: takes bundles of files from a transport stream into a folder.

use clap::{Args, Parser, Subcommand};
use headend::exit::{Code, Failure};
use headend::site::{Options, ReceiveError, Source, receive};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// The receiving end of a headend.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Receive bundles of files.
    ///
    /// Exits with 0 when at least one bundle is complete and none that was announced is not, with
    /// 1 otherwise, 64 for a wrong command line, 69 when there is nothing to receive from, and 74
    /// when nothing can be stored.
    Receive(ReceiveArgs),
}

#[derive(Args, Debug)]
struct ReceiveArgs {
    /// udp://ADDRESS:PORT, rtp://ADDRESS:PORT (with FEC on the port + 2 and + 4), either with
    /// ?interface=NAME or ADDRESS; or a recording, .ts or .pcap.
    #[arg(long, value_name = "SOURCE")]
    from: Source,
    /// The folder that files are received into.
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// End after this time; otherwise with the recording, or with SIGINT or SIGTERM.
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// Print the report as JSON on standard output.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { Code::Usage as u8 } else { 0 };
            // There is nobody to tell that standard error is closed.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let Command::Receive(args) = cli.command;
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.exit(),
    }
}

fn run(args: ReceiveArgs) -> Result<(), Failure> {
    let is_stopped = stop_on_signals().map_err(|error| Failure::new(Code::Unavailable, error))?;
    let limit = args.seconds.map(Duration::from_secs);
    let options = Options { source: args.from, folder: args.into, limit };
    let reception = receive(&options, &is_stopped).map_err(|error| fail(&error))?;
    let text = if args.json {
        let json = serde_json::to_string_pretty(&reception.report);
        json.map_err(|error| Failure::new(Code::Io, error))? + "\n"
    } else {
        reception.report.to_string()
    };
    let written = std::io::stdout().write_all(text.as_bytes());
    written.map_err(|error| Failure::new(Code::Io, format!("standard output: {error}")))?;
    match reception.error {
        Some(error) => Err(Failure::new(Code::Io, error)),
        None if reception.report.is_complete() => Ok(()),
        None => Err(Failure::new(Code::No, "")),
    }
}

fn fail(error: &ReceiveError) -> Failure {
    let code = match error {
        ReceiveError::Source(_) => Code::Unavailable,
        ReceiveError::Storage(_) => Code::Io,
    };
    Failure::new(code, error)
}

/// The first signal asks for an orderly end, the second ends at once.
fn stop_on_signals() -> std::io::Result<Arc<AtomicBool>> {
    let is_stopped = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 1, Arc::clone(&is_stopped))?;
        flag::register(signal, Arc::clone(&is_stopped))?;
    }
    Ok(is_stopped)
}
