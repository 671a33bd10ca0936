//! `headend import`: what other programs wrote, as the text of a timetable.

use crate::exit::{Code, Failure};
use crate::output;
use clap::{Args, ValueEnum};
use desk::import::{Form, MAX_BYTES, Request, import};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use timetable::{Id, Zone};

/// What to import.
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// The form.
    #[arg(value_enum)]
    pub form: ImportForm,
    /// The file.
    pub file: PathBuf,
    /// The service on which everything airs.
    #[arg(long, value_name = "ID")]
    pub service: String,
    /// The zone of the timetable; times without a zone are in it.
    #[arg(long, value_name = "Z", default_value = "Asia/Shanghai")]
    pub zone: String,
    /// The channel of the file; otherwise the one that is called like the service, or the only
    /// one.
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
}

/// The forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ImportForm {
    /// Rows behind a row of names: start, end or length, asset, title.
    Csv,
    /// The programme guide of other programs.
    Xmltv,
    /// A calendar (RFC 5545).
    Ics,
}

/// Imports to standard output.
pub fn run(args: &ImportArgs) -> Result<(), Failure> {
    let usage = |message: String| Failure::new(Code::Usage, message);
    let service = Id::new(&args.service).ok_or_else(|| {
        let name = args.service.escape_debug();
        usage(format!("{name} is no id of a service: small letters, digits, single hyphens"))
    })?;
    let zone = Zone::named(&args.zone).map_err(|near| {
        let help = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
        usage(format!("{} is not in the time zone database{help}", args.zone.escape_debug()))
    })?;
    let text = read(&args.file)?;
    let form = match args.form {
        ImportForm::Csv => Form::Csv,
        ImportForm::Xmltv => Form::Xmltv,
        ImportForm::Ics => Form::Ics,
    };
    let request = Request { service: &service, channel: args.channel.as_deref(), zone: &zone };
    match import(form, &text, &request) {
        Ok(timetable) => output::print(&timetable),
        Err(faults) => {
            let name = args.file.display();
            let told = faults.iter().map(|fault| match fault.line {
                0 => format!("{name}: {fault}"),
                line => format!("{name}:{line}: {}", fault.message),
            });
            let told: Vec<String> = told.collect();
            let message = format!("nothing is imported\n{}", told.join("\n"));
            Err(Failure::new(Code::Config, message))
        }
    }
}

/// Reads no more of a file than is taken of one.
fn read(path: &Path) -> Result<String, Failure> {
    let name = path.display();
    let unavailable = |e| Failure::new(Code::Unavailable, format!("{name}: {e}"));
    let file = File::open(path).map_err(unavailable)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unavailable)?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        let help = "save it as UTF-8 (in a spreadsheet: CSV UTF-8)";
        Failure::new(Code::Config, format!("{name}:{line}: this is no UTF-8; {help}"))
    })
}
