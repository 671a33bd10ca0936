//! `headend amend list`.

use crate::amendments::LogFile;
use crate::config::Config;
use crate::edition::Edition;
use crate::exit::Failure;
use crate::output;
use crate::station::read_texts;
use crate::when;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;
use ts::Ticks;

/// What to list.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// The configuration.
    pub config: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// One amendment.
#[derive(Debug, Serialize)]
struct Listed {
    number: u32,
    effective: String,
    /// `in force`, `coming` or `undone`.
    state: &'static str,
    by: String,
    reason: String,
    /// The verb with what it is about, as the log has it.
    what: String,
}

/// Lists.
pub(super) fn run(args: &ListArgs) -> Result<(), Failure> {
    let config = Config::load(&args.config)?;
    let texts = read_texts(&config.timetables)?;
    let log_text = LogFile::new(&config.state).read()?;
    let edition = Edition::accepted(texts, &log_text)?;
    let (standing, now) = (edition.log.standing(), when::now());
    let zone = edition.base.zone();
    let show = |at: Ticks| when::show(at, zone.utc_offset_s(at));
    let lines: Vec<Listed> = edition
        .log
        .iter()
        .map(|amendment| Listed {
            number: amendment.number,
            effective: show(amendment.effective),
            state: match (standing.contains(&amendment.number), amendment.effective <= now) {
                (false, _) => "undone",
                (true, true) => "in force",
                (true, false) => "coming",
            },
            by: amendment.by.clone(),
            reason: amendment.reason.clone(),
            what: amendment.verb.to_string(),
        })
        .collect();
    if args.json {
        return output::print_json(&lines);
    }
    let line = |l: &Listed| {
        let Listed { number, effective, state, by, reason, what } = l;
        format!("{number:>5}  {effective}  {state:8}  {what}\n       by {by}: {reason}\n")
    };
    let text: String = lines.iter().map(line).collect();
    let torn = log_text.text.len() > log_text.complete().len();
    let note = if torn { "the last line of the log is torn; it does not count\n" } else { "" };
    output::print(&format!("{text}{} amendments\n{note}", lines.len()))
}
