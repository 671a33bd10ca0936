//! `headend check`: whether all that is planned can be sent.

use crate::amendments::LogFile;
use crate::config::{Config, ConfigError};
use crate::deadlines;
use crate::edition::{self, Edition};
use crate::exit::{Code, Failure};
use crate::horizon;
use crate::licence;
use crate::lineup::{Lineup, Part};
use crate::output;
use crate::proofs::{self, Proofs};
use crate::station::{Station, read_texts};
use crate::when;
use clap::{Args, ValueEnum};
use engine::{HORIZON_DAYS, PlanError, Planner};
use rundown::{Problem, ProblemKind};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::PathBuf;
use timetable::{
    Code as DiagnosticCode, Diagnostic, Location, Severity, Source, arrange, format_duration,
};
use ts::{Span, Ticks};

/// What to check.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The configuration.
    pub config: PathBuf,
    /// Exit with 1 when there are warnings.
    #[arg(long)]
    pub deny_warnings: bool,
    /// From when on; now when not said.
    #[arg(long, value_name = "T", value_parser = when::parse_instant)]
    pub from: Option<Ticks>,
    /// How far ahead each superframe is counted.
    #[arg(long, value_name = "D", default_value = "24h", value_parser = when::parse_span)]
    pub horizon: Span,
    /// With `--format json`: an object of `findings` and `proofs`, with each airing that a proof
    /// stands on, instead of the findings alone.
    #[arg(long)]
    pub proofs: bool,
    /// How findings are printed.
    #[arg(long, value_enum, default_value_t = Form::Human)]
    pub format: Form,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// With the text that they are about.
    Human,
    /// One line each.
    Short,
    /// For machines.
    Json,
    /// SARIF 2.1.0, for code review.
    Sarif,
}

/// Checks; fails when there are errors.
///
/// What is wrong with the configuration ends the check, since it says where all else is; what is
/// wrong with the text of the timetable ends it before the library is opened.
pub fn run(args: &CheckArgs) -> Result<(), Failure> {
    let config = match Config::load(&args.config) {
        Ok(config) => config,
        Err(ConfigError::Faulty { text, diagnostics }) => {
            return tell(args, &diagnostics, &[text.source()], &Proofs::default());
        }
        Err(error) => return Err(error.into()),
    };
    let texts = read_texts(&config.timetables)?;
    let log_text = LogFile::new(&config.state).read()?;
    let reading = Edition::judge(&texts, &log_text);
    let (timetable, mut findings) = (reading.timetable, reading.findings);
    // The configuration stands behind the files of the timetable and the log.
    let own = config.text.clone();
    let sources: Vec<Source<'_>> =
        edition::sources(&texts, &log_text).into_iter().chain([own.source()]).collect();
    let mut proofs = Proofs::default();
    if let Some(timetable) = &timetable {
        let missing = config.check_services(timetable);
        let last = sources.len() - 1;
        let sound = missing.is_empty();
        findings.extend(missing.into_iter().map(|finding| finding.in_source(last)));
        if sound {
            let station = Station::of(config, texts.clone(), &log_text)?;
            let from = args.from.unwrap_or_else(when::now);
            findings = self::findings(&station, from, from + args.horizon)?;
            proofs = proofs::of(&station, from, from + args.horizon)?;
        }
    }
    arrange(&mut findings);
    tell(args, &findings, &sources, &proofs)
}

/// Prints findings in the form that was asked for; fails when there are errors.
fn tell(
    args: &CheckArgs,
    found: &[Diagnostic],
    sources: &[Source<'_>],
    proofs: &Proofs,
) -> Result<(), Failure> {
    let errors = found.iter().filter(|d| d.severity() == Severity::Error).count();
    let warnings = found.len() - errors;
    match args.format {
        Form::Human => {
            let text = timetable::render_human(found, sources, output::is_colored());
            let count = |n: usize, what: &str| match n {
                1 => format!("1 {what}"),
                n => format!("{n} {what}s"),
            };
            let (errors, warnings) = (count(errors, "error"), count(warnings, "warning"));
            let proven = proofs.text();
            output::print(&format!("{text}{proven}{errors}, {warnings}\n"))?;
        }
        Form::Short => output::print(&timetable::render_short(found, sources))?,
        Form::Json => {
            let findings = timetable::to_json(found, sources);
            match args.proofs {
                true => output::print_json(&json!({ "findings": findings, "proofs": proofs }))?,
                false => output::print_json(&findings)?,
            }
        }
        Form::Sarif => {
            let version = env!("CARGO_PKG_VERSION");
            output::print_json(&timetable::to_sarif(found, sources, version))?;
        }
    }
    match (errors, warnings) {
        (0, 0) => Ok(()),
        (0, _) if !args.deny_warnings => Ok(()),
        (0, _) => Err(Failure::new(Code::No, "")),
        _ => Err(Failure::new(Code::Config, "")),
    }
}

/// All that is wrong or doubtful with what is planned for `[from, until)`.
pub fn findings(station: &Station, from: Ticks, until: Ticks) -> Result<Vec<Diagnostic>, Failure> {
    let mut findings = station.warnings.clone();
    asset_findings(station, &mut findings);
    bundle_findings(station, &mut findings);
    findings.extend(horizon::findings(station, from));
    for multiplex in 0..station.config.multiplexes.len() {
        let (rundown, problems) = station.rundown(multiplex, from, until)?;
        findings.extend(licence::findings(station, &rundown, from, until));
        let mut told = BTreeSet::new();
        for problem in problems.iter().filter(|p| p.start < until) {
            let is_cut = matches!(problem.kind, ProblemKind::Cut { .. });
            let key = (problem.origin, problem.asset.clone(), is_cut);
            if told.insert(key) {
                findings.extend(airing_finding(station, problem));
            }
        }
        findings.extend(deadlines::findings(station, multiplex, from, until)?);
        capacity(station, multiplex, from, until, &mut findings)?;
    }
    Ok(findings)
}

/// Assets that the timetable names and that cannot be aired.
fn asset_findings(station: &Station, findings: &mut Vec<Diagnostic>) {
    for used in station.timetable.asset_uses() {
        let name = used.asset.as_str();
        if let Some(why) = station.faulty.get(name) {
            findings.push(
                Diagnostic::new(
                    DiagnosticCode::UnknownAsset,
                    format!("asset `{name}` cannot be aired"),
                )
                .primary(used.origin, why.clone())
                .help(format!("ingest it: headend ingest CONFIG --id {name} FILE")),
            );
        } else if let (Some(claim), Some(entry)) = (used.length_claim, station.catalogue.get(name))
        {
            let found = entry.summary.duration;
            if (found - claim).0.abs() > Span::from_seconds(1).0 {
                let text = format!("it lasts {}", format_duration(found));
                findings.push(
                    Diagnostic::new(
                        DiagnosticCode::LengthMismatch,
                        format!("asset `{name}` does not last {}", format_duration(claim)),
                    )
                    .primary(used.origin, text),
                );
            }
        }
    }
}

fn bundle_findings(station: &Station, findings: &mut Vec<Diagnostic>) {
    for bundle in station.timetable.bundles() {
        if let Some(why) = station.faulty_bundles.get(bundle.id.as_str()) {
            let message = format!("bundle `{}` cannot be packed", bundle.id.as_str());
            findings.push(
                Diagnostic::new(DiagnosticCode::NoFile, message)
                    .primary(bundle.origin, why.clone()),
            );
        }
    }
}

fn airing_finding(station: &Station, problem: &Problem) -> Option<Diagnostic> {
    let zone = station.timetable.zone();
    let first = zone.format(problem.start);
    let asset = &problem.asset;
    let (code, message, text) = match &problem.kind {
        // The use of the asset has been reported already.
        ProblemKind::NoAsset => return None,
        ProblemKind::Cut { by } => (
            DiagnosticCode::LengthMismatch,
            format!("asset `{asset}` does not fit its slot"),
            format!("it is cut by {}, first on {first}", format_duration(*by)),
        ),
        ProblemKind::EnteredEarlier { by } => (
            DiagnosticCode::EnteredEarlier,
            format!("asset `{asset}` cannot be entered at this place"),
            format!("it is entered {} earlier, first on {first}", format_duration(*by)),
        ),
        ProblemKind::StartsBehindEnd => (
            DiagnosticCode::LengthMismatch,
            format!("asset `{asset}` ends before the place where it is to start"),
            format!("first on {first}"),
        ),
    };
    Some(Diagnostic::new(code, message).primary(problem.origin, text))
}

/// Counts every superframe of `[from, until)`.
fn capacity(
    station: &Station,
    multiplex: usize,
    from: Ticks,
    until: Ticks,
    findings: &mut Vec<Diagnostic>,
) -> Result<(), Failure> {
    let lineup = Lineup::new(station, multiplex, from, until)?;
    let mut planner = Planner::default();
    let grid = lineup.grid();
    let mut told = BTreeSet::new();
    for k in grid.at(from)..=grid.at(until) {
        let Part { engine, source, .. } = lineup.at(k);
        let name = &engine.multiplex().name;
        let counted = planner.count(engine, k, |asset| source.index(asset).ok());
        let at = || station.timetable.zone().format(grid.start(k));
        let (key, finding) = match counted {
            Ok(_) => match planner.guide_days(engine, k) {
                Ok(Some(days)) if days < HORIZON_DAYS => {
                    (String::new(), guide_finding(name, &at(), days))
                }
                _ => continue,
            },
            Err(error) => superframe_finding(station, name, &at(), error)?,
        };
        if told.insert((finding.code.as_str(), key)) {
            findings.push(finding);
        }
    }
    Ok(())
}

/// What is found where a superframe cannot be made, and what is found but once.
fn superframe_finding(
    station: &Station,
    multiplex: &str,
    at: &str,
    error: PlanError,
) -> Result<(String, Diagnostic), Failure> {
    match &error {
        PlanError::Overbooked { contributors, .. } => {
            let message = format!("multiplex `{multiplex}` is overbooked at {at}: {contributors}");
            let finding = Diagnostic::new(DiagnosticCode::Capacity, message)
                .help("lower the rate of a bundle, give it other windows, or take a service off");
            Ok((String::new(), finding))
        }
        PlanError::Play { asset, .. } | PlanError::NoIndex { asset, .. } => {
            let message = format!("multiplex `{multiplex}` at {at}: {error}");
            let mut finding = Diagnostic::new(DiagnosticCode::Unplayable, message);
            if let Some(origin) = use_of(station, asset) {
                finding = finding.primary(origin, "");
            }
            Ok((asset.clone(), finding))
        }
        _ => Err(Failure::new(Code::Config, error)),
    }
}

fn guide_finding(multiplex: &str, at: &str, days: u32) -> Diagnostic {
    let message = format!(
        "the programme guide of multiplex `{multiplex}` tells {days} of {HORIZON_DAYS} days, first \
         at {at}"
    );
    Diagnostic::new(DiagnosticCode::GuideShortened, message)
        .help("plan fewer and longer programmes, or spread the services over more multiplexes")
}

fn use_of(station: &Station, asset: &str) -> Option<Location> {
    station.timetable.asset_uses().find(|u| u.asset.as_str() == asset).map(|u| u.origin)
}
