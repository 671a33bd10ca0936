//! `headend verify`: whether a finished stream keeps the standards.

use crate::exit::{Code, Failure};
use crate::judge::{self, Verdict};
use crate::output;
use crate::progress;
use clap::Args;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use ts::Rate;

/// What to verify.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// A transport stream or a capture; `-` is standard input.
    pub file: PathBuf,
    /// The exact rate in bit/s, as 8446000 or 646250000/17, when it is not to be found from the
    /// clock references.
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub rate: Option<Rate>,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}

fn rate(text: &str) -> Result<Rate, String> {
    let (num, den) = text.split_once('/').unwrap_or((text, "1"));
    let parsed = num.trim().parse().ok().zip(den.trim().parse().ok());
    parsed.and_then(|(n, d)| Rate::new(n, d)).ok_or_else(|| "not a rate above zero".to_owned())
}

/// Verifies; fails when the stream does not conform.
pub fn run(args: &VerifyArgs) -> Result<(), Failure> {
    let read = |e: io::Error| Failure::new(Code::Io, format!("{}: {e}", args.file.display()));
    let (mut input, size): (Box<dyn Read>, u64) = if args.file.as_os_str() == "-" {
        (Box::new(io::stdin().lock()), 0)
    } else {
        let file = File::open(&args.file).map_err(read)?;
        let size = file.metadata().map_err(read)?.len();
        (Box::new(file), size)
    };
    let bar = progress::bytes(size, "verifying");
    let verdict = judge::stream(&mut input, args.rate, |bytes| bar.inc(bytes)).map_err(read)?;
    bar.finish_and_clear();
    report(&verdict, args.json)
}

/// Prints a verdict; fails when it is not good.
pub fn report(verdict: &Verdict, json: bool) -> Result<(), Failure> {
    if json {
        output::print_json(verdict)?;
    } else {
        output::print(&format!("{verdict}\n"))?;
    }
    match verdict.is_conformant() {
        true => Ok(()),
        false => Err(Failure::new(Code::No, "")),
    }
}
