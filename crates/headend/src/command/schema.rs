//! `headend schema`: the JSON Schema of a file, for editors.

use crate::exit::Failure;
use crate::output;
use clap::{Args, ValueEnum};
use desk::schema::{Subject, schema};

/// Which schema.
#[derive(Args, Debug)]
pub struct SchemaArgs {
    /// Of which file.
    #[arg(value_enum)]
    pub subject: File,
}

/// The files that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum File {
    /// A file of a timetable.
    Timetable,
    /// The configuration.
    Config,
}

/// Prints a schema.
pub fn run(args: &SchemaArgs) -> Result<(), Failure> {
    let subject = match args.subject {
        File::Timetable => Subject::Timetable,
        File::Config => Subject::Config,
    };
    output::print_json(&schema(subject))
}
