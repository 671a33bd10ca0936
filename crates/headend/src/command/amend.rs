//! `headend amend`: one change by hand, judged, shown, and written into the log.

mod list;
mod verb;

pub use list::ListArgs;
pub use verb::AmendVerb;

use crate::amendments::{LogFile, LogText};
use crate::command::check;
use crate::command::compare::{self, Stretch};
use crate::edition;
use crate::exit::{Code, Failure};
use crate::lineup::Lineup;
use crate::output;
use crate::schedule::instant;
use crate::station::Station;
use crate::when;
use clap::{Args, Subcommand};
use engine::CYCLE;
use rundown::AiringKind;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use timetable::{AmendmentLog, Diagnostic, NewAmendment, Severity, render_human};
use ts::{Span, Ticks};

/// What to amend, or the list of what was.
#[derive(Args, Debug)]
pub struct AmendArgs {
    /// What is done.
    #[command(subcommand)]
    pub what: AmendCommand,
}

/// The verbs, and the list.
#[derive(Subcommand, Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one of it, from the command line")]
pub enum AmendCommand {
    /// List the amendments, the last ones behind.
    List(ListArgs),
    /// Amend.
    #[command(flatten)]
    Verb(AmendVerb),
}

/// What every amendment says.
#[derive(Args, Debug)]
pub struct Common {
    /// The configuration.
    pub config: PathBuf,
    /// Who writes it.
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// From when on it holds: 2027-03-15T19:31 on the local clock, or RFC 3339; as soon as may be
    /// when not said. Nothing that starts before is changed.
    #[arg(long, value_name = "T")]
    pub at: Option<String>,
    /// Write it without asking.
    #[arg(long)]
    pub yes: bool,
}

/// How long before an amendment can be felt it is written, so that every machine has it in time.
const NOTICE: Span = Span::from_seconds(30);
/// Over which time the change is shown.
const SHOWN: Span = Span::from_seconds(28 * 86_400);
/// How far ahead superframes are counted before it is written.
const COUNTED: Span = Span::from_seconds(2 * 3600);
/// How many changes of a service are shown.
const FIRST: usize = 20;

/// Amends, or lists.
pub fn run(args: &AmendArgs) -> Result<(), Failure> {
    match &args.what {
        AmendCommand::List(args) => list::run(args),
        AmendCommand::Verb(verb) => amend(verb),
    }
}

fn amend(verb: &AmendVerb) -> Result<(), Failure> {
    let common = verb.common();
    let before = Station::open(&common.config)?;
    let effective = effective(&before, common.at.as_deref())?;
    let number = before.edition.log.next_number();
    let verb = verb.to_verb(before.timetable.zone(), number)?;
    let (by, reason) = (common.by.clone(), common.reason.clone());
    let line = NewAmendment { effective, by, reason, verb }.line(number);
    let log_text = &before.edition.log_text;
    let text = format!("{}{line}", log_text.complete());
    let longer = LogText { text, ..log_text.clone() };
    let findings = judge(&before, &longer);
    tell_and_refuse(&before, &longer, &findings)?;
    let after = Station::of(before.config.clone(), before.texts.clone(), &longer)?;
    let found = new_on_air(&before, &after, effective)?;
    tell_and_refuse(&after, &longer, &found)?;
    let over = Stretch { from: effective, until: effective + SHOWN, first: FIRST };
    let report = compare::compared(&before.timetable, &after.timetable, &over);
    output::print(&compare::text(&report))?;
    let zone = after.timetable.zone();
    let when = zone.format(effective);
    if !common.yes && !asked(number, &when)? {
        let message = "nothing is written; say --yes to write it";
        return Err(Failure::new(Code::No, message));
    }
    let torn = LogFile::new(&before.config.state).append(log_text, &line)?;
    if let Some(path) = torn {
        output::print(&format!("a torn line was set aside: {}\n", path.display()))?;
    }
    output::print(&format!("amendment {number} is written; it holds from {when}\n"))
}

/// The instant from which on it holds: a whole second, early enough for every machine.
fn effective(station: &Station, at: Option<&str>) -> Result<Ticks, Failure> {
    let lead = Span::from_ms(station.config.run.lead.as_millis() as i64);
    let cycles = station.config.multiplexes.iter().map(|m| m.grid.start(CYCLE).0);
    let cycle = Span(cycles.max().unwrap_or(0) as i64);
    let felt = when::now() + lead + NOTICE;
    let earliest = Ticks((felt + cycle).0.next_multiple_of(ts::TICKS_PER_SECOND));
    let Some(text) = at else { return Ok(earliest) };
    let zone = station.timetable.zone();
    let at = instant(zone, text).map_err(|e| Failure::new(Code::Usage, e))?;
    if station.ruled_from(at) < felt {
        let earliest = zone.format(earliest);
        let message = format!("that is too soon for every machine to know; from {earliest} on");
        return Err(Failure::new(Code::Usage, message));
    }
    Ok(at)
}

/// What the timetable says to it.
fn judge(station: &Station, longer: &LogText) -> Vec<Diagnostic> {
    let index = station.texts.0.len();
    let (log, findings) = AmendmentLog::read(&longer.source(), index);
    if findings.iter().any(|d| d.severity() == Severity::Error) {
        return findings;
    }
    station.edition.base.judge_last(&log)
}

/// What the library and the multiplexes say to it, and did not say before.
fn new_on_air(
    before: &Station,
    after: &Station,
    effective: Ticks,
) -> Result<Vec<Diagnostic>, Failure> {
    let until = effective + COUNTED;
    let known = check::findings(before, effective, until)?;
    let mut found = check::findings(after, effective, until)?;
    found.retain(|finding| !known.contains(finding) && !after.warnings.contains(finding));
    found.extend(not_shown(after, effective)?);
    Ok(found)
}

/// What is planned soon behind the instant and is not shown, because what is on air then goes on to
/// its end over its start: filler, which the timetable does not know of.
fn not_shown(after: &Station, effective: Ticks) -> Result<Vec<Diagnostic>, Failure> {
    let until = effective + COUNTED;
    let zone = after.timetable.zone();
    let mut found = Vec::new();
    for multiplex in 0..after.config.multiplexes.len() {
        let (planned, _) = after.rundown(multiplex, effective, until)?;
        let lineup = Lineup::new(after, multiplex, effective, until)?;
        for service in &planned.services {
            let programmes = service.airings.iter().filter(|a| a.kind == AiringKind::Programme);
            for airing in programmes.filter(|a| a.start >= effective && a.start < until) {
                let part = lineup.at(lineup.grid().at(airing.start));
                let shown = part.engine.rundown().services.iter().find(|s| s.id == service.id);
                let on_air = shown.and_then(|s| s.on_air(airing.start));
                if on_air.is_none_or(|on_air| on_air.start != airing.start) {
                    let asset = &planned.asset(airing.asset).0;
                    let start = zone.format(airing.start);
                    let id = &service.id;
                    let message = format!(
                        "`{asset}` would not be shown on {id} at {start}: what is on air then goes \
                         on to its end"
                    );
                    let finding = Diagnostic::new(timetable::Code::TooLate, message);
                    found.push(finding.help("let it start some minutes later"));
                }
            }
        }
    }
    Ok(found)
}

/// Tells findings; errors among them refuse the amendment.
fn tell_and_refuse(
    station: &Station,
    log_text: &LogText,
    findings: &[Diagnostic],
) -> Result<(), Failure> {
    let sources = edition::sources(&station.texts, log_text);
    let text = render_human(findings, &sources, output::is_colored());
    output::print(&text)?;
    match findings.iter().any(|d| d.severity() == Severity::Error) {
        true => Err(Failure::new(Code::Config, "the amendment is refused; nothing is written")),
        false => Ok(()),
    }
}

/// Asks on a terminal; nobody is there to say yes elsewhere.
fn asked(number: u32, when: &str) -> Result<bool, Failure> {
    let (input, mut told) = (std::io::stdin(), std::io::stderr());
    if !input.is_terminal() {
        return Ok(false);
    }
    let io = |e: std::io::Error| Failure::new(Code::Io, e);
    write!(told, "write amendment {number}, to hold from {when}? [y/N] ").map_err(io)?;
    told.flush().map_err(io)?;
    let mut answer = String::new();
    input.read_line(&mut answer).map_err(io)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "是"))
}
