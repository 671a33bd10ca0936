//! The headend: from a teaching timetable to a bit-exact multiplex on the wire.

use clap::{CommandFactory, Parser, Subcommand};
use headend::command::{
    amend, asrun, check, control, demo, doctor, explain, export, fmt, import, ingest, library,
    manual, plan, render, run, schema, verify, why,
};
use headend::exit::{Code, Failure};
use headend::output;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[derive(Parser, Debug)]
#[command(name = "headend", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Put everything on air at once, on this machine alone, with what the project ships.
    Demo(demo::DemoArgs),
    /// Tell whether all that is planned can be sent.
    Check(check::CheckArgs),
    /// Change single airings, courses and bundles by hand, for good reasons.
    Amend(amend::AmendArgs),
    /// Tell what a code of a finding means, and how to mend it.
    Explain(explain::ExplainArgs),
    /// Tell what is on each service and in each carousel.
    Plan(plan::PlanArgs),
    /// Tell which rule puts something on air at an instant.
    Why(why::WhyArgs),
    /// Give timetables and configurations the house form; comments and order stay.
    Fmt(fmt::FmtArgs),
    /// Write a stretch of the timetable for other programs, or as a page for a wall.
    Export(export::ExportArgs),
    /// Make a timetable of what another program wrote.
    Import(import::ImportArgs),
    /// Print the JSON Schema of a file, for editors.
    Schema(schema::SchemaArgs),
    /// Take files into the library.
    Ingest(ingest::IngestArgs),
    /// Tell what is in the library, and keep it sound.
    Library(library::LibraryArgs),
    /// Write what would be on the wire to a file.
    Render(render::RenderArgs),
    /// Tell whether a finished stream keeps the standards.
    Verify(verify::VerifyArgs),
    /// Go on air.
    Run(run::RunArgs),
    /// Tell what went out, and whether the log of it is as it was written.
    #[command(name = "asrun")]
    AsRun(asrun::AsRunArgs),
    /// Tell whether this machine is fit to be on air, and what to do where it is not.
    Doctor(doctor::DoctorArgs),
    /// Write manual pages into a folder.
    Manual(manual::ManualArgs),
    /// Print completions for a shell.
    Completions(manual::CompletionsArgs),
    /// Let people and machines in at the control listener.
    Control(control::ControlArgs),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // What cannot be printed cannot be told either.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { Code::Usage as u8 } else { 0 });
        }
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    log.with_ansi(output::is_log_colored()).init();
    let done: Result<(), Failure> = match &cli.command {
        Command::Demo(args) => demo::run(args),
        Command::Check(args) => check::run(args),
        Command::Amend(args) => amend::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Plan(args) => plan::run(args),
        Command::Why(args) => why::run(args),
        Command::Fmt(args) => fmt::run(args),
        Command::Export(args) => export::run(args),
        Command::Import(args) => import::run(args),
        Command::Schema(args) => schema::run(args),
        Command::Ingest(args) => ingest::run(args),
        Command::Library(args) => library::run(args),
        Command::Render(args) => render::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Run(args) => run::run(args),
        Command::AsRun(args) => asrun::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Manual(args) => manual::run(args, Cli::command()),
        Command::Completions(args) => manual::completions(args, Cli::command()),
        Command::Control(args) => control::run(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.exit(),
    }
}
