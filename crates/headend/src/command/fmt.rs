//! `headend fmt`: the house form of timetables and configurations.

use crate::config;
use crate::exit::{Code, Failure};
use crate::output;
use crate::schedule::is_config;
use clap::Args;
use desk::format::{FormatError, format};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use timetable::{Code as DiagnosticCode, Diagnostic, Location, Severity, Source, render_human};

/// What to format.
#[derive(Args, Debug)]
pub struct FmtArgs {
    /// Files of a timetable, or a configuration; `-` takes standard input to standard output.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Change nothing; exit with 1 when a file has not the house form.
    #[arg(long)]
    pub check: bool,
}

/// Formats. A faulty file is left as it is; the others are formatted all the same.
pub fn run(args: &FmtArgs) -> Result<(), Failure> {
    let mut faulty = String::new();
    let mut differs = false;
    for path in &args.files {
        match one(path, args.check) {
            Ok(changed) => differs |= changed,
            Err(failure) if failure.code == Code::Config => faulty.push_str(&failure.message),
            Err(failure) => return Err(failure),
        }
    }
    if !faulty.is_empty() {
        let message = format!("faulty files are left as they are\n{faulty}");
        return Err(Failure::new(Code::Config, message));
    }
    if args.check && differs { Err(Failure::new(Code::No, "")) } else { Ok(()) }
}

/// Formats a file; tells whether it had another form.
fn one(path: &Path, check: bool) -> Result<bool, Failure> {
    let is_stream = path == Path::new("-");
    let text = read(path, is_stream)?;
    let name = if is_stream { "standard input".to_owned() } else { path.display().to_string() };
    let source = Source { name: &name, text: &text };
    let findings = faults(&source);
    if !findings.is_empty() {
        return Err(Failure::new(Code::Config, render_human(&findings, &[source], false)));
    }
    let formatted = format(&text).map_err(|error| refused(&error, &source))?;
    let differs = formatted != text;
    match (check, is_stream) {
        (true, _) if differs => output::print(&format!("{name}\n"))?,
        (false, true) => output::print(&formatted)?,
        (false, false) if differs => {
            write(path, &formatted).map_err(|e| Failure::new(Code::Io, format!("{name}: {e}")))?;
        }
        _ => {}
    }
    Ok(differs)
}

fn read(path: &Path, is_stream: bool) -> Result<String, Failure> {
    let read = if is_stream {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    read.map_err(|error| Failure::new(Code::Unavailable, format!("{}: {error}", path.display())))
}

/// What is wrong with a file by itself. What it lacks may stand in another file.
fn faults(source: &Source<'_>) -> Vec<Diagnostic> {
    let findings = if is_config(source.text) {
        let mut files = |_: &_| Ok(vec![PathBuf::from("timetable.toml")]);
        config::parse(source, Path::new("."), &mut files).1
    } else {
        timetable::parse(&[*source]).1
    };
    let elsewhere = [
        DiagnosticCode::MissingKey,
        DiagnosticCode::UnknownReference,
        DiagnosticCode::WrongServiceKind,
    ];
    let of_form = |finding: &Diagnostic| {
        finding.code.as_str().starts_with("E01") && !elsewhere.contains(&finding.code)
    };
    let wrong = |d: &Diagnostic| d.severity() == Severity::Error && of_form(d);
    findings.into_iter().filter(wrong).collect()
}

fn refused(error: &FormatError, source: &Source<'_>) -> Failure {
    let at = match error {
        FormatError::Syntax { at: Some(range), .. } => range.clone(),
        _ => 0..0,
    };
    let at = Location { source: 0, start: at.start, end: at.end };
    let finding = Diagnostic::new(DiagnosticCode::Syntax, error.to_string()).primary(at, "");
    Failure::new(Code::Config, render_human(&[finding], &[*source], false))
}

/// Writes a file whole or not at all: beside it first, then in its place, with its permissions.
fn write(path: &Path, text: &str) -> io::Result<()> {
    // A link stays one: what it leads to is written.
    let path = path.canonicalize()?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.fmt", std::process::id()));
    let write = || {
        let mut file = std::fs::File::create_new(&beside)?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(std::fs::metadata(&path)?.permissions())?;
        file.sync_all()?;
        std::fs::rename(&beside, &path)
    };
    let done = write();
    if done.is_err() {
        // What is left over is of no use; that it cannot be removed changes nothing.
        let _ = std::fs::remove_file(&beside);
    }
    done
}
