//! `headend doctor`: whether this machine is fit to be on air.

use crate::config::Config;
use crate::doctor::{Diagnosis, Health, examine};
use crate::exit::{Code, Failure};
use crate::output;
use clap::Args;
use std::path::PathBuf;

/// What to look at.
#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// The configuration.
    pub config: PathBuf,
    /// Print the findings as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Looks; fails when something will not work.
pub fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let found = examine(&Config::load(&args.config)?);
    if args.json {
        output::print_json(&found)?;
    } else {
        output::print(&found.iter().map(told).collect::<String>())?;
    }
    let is_bad = found.iter().any(|diagnosis| diagnosis.health == Health::Bad);
    if is_bad { Err(Failure::new(Code::No, "")) } else { Ok(()) }
}

fn told(diagnosis: &Diagnosis) -> String {
    let sign = match diagnosis.health {
        Health::Good => "good   ",
        Health::Unknown => "unknown",
        Health::Weak => "weak   ",
        Health::Bad => "BAD    ",
    };
    let mut text = format!("{sign}  {}: {}\n", diagnosis.subject, diagnosis.found);
    if diagnosis.health != Health::Good {
        text += &format!("         why it matters: {}\n", diagnosis.why);
    }
    if !diagnosis.advice.is_empty() {
        text += &format!("         do: {}\n", diagnosis.advice);
    }
    text
}
