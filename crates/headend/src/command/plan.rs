//! `headend plan`: what is on each service and in each carousel.

use crate::command::compare;
use crate::exit::{Code, Failure};
use crate::output;
use crate::station::Station;
use crate::when;
use clap::Args;
use rundown::{AiringKind, Rundown, ServiceRundown};
use serde::Serialize;
use std::path::PathBuf;
use ts::{Span, Ticks};

/// What to plan.
#[derive(Args, Debug)]
pub struct PlanArgs {
    /// The configuration.
    #[arg(required_unless_present = "diff", conflicts_with = "diff")]
    pub config: Option<PathBuf>,
    /// Tell which airings an edit changes: exit 0 when none, 1 when some. Each is a
    /// configuration, or a file or folder of a timetable.
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"])]
    pub diff: Option<Vec<PathBuf>>,
    /// From when on, RFC 3339 or `now`; with --diff usually now.
    #[arg(long, value_name = "T", value_parser = when::parse_instant, required_unless_present = "diff")]
    pub from: Option<Ticks>,
    /// For how long: 90s, 10m, 24h; with --diff usually 28 days.
    #[arg(long, value_name = "D", value_parser = when::parse_span, required_unless_present = "diff")]
    pub duration: Option<Span>,
    /// How many changes of a service --diff lists; the others are counted.
    #[arg(long, value_name = "N", default_value_t = 20, requires = "diff")]
    pub first: usize,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The plan of all multiplexes.
#[derive(Debug, Serialize)]
pub struct PlanReport {
    /// The first instant, RFC 3339 in the timetable's zone.
    pub from: String,
    /// The instant behind the last.
    pub until: String,
    /// Each multiplex.
    pub multiplexes: Vec<MultiplexPlan>,
}

/// The plan of one multiplex.
#[derive(Debug, Serialize)]
pub struct MultiplexPlan {
    /// Its name.
    pub name: String,
    /// Its services.
    pub services: Vec<ServicePlan>,
    /// Its carousels.
    pub bundles: Vec<BundlePlan>,
}

/// The plan of one service.
#[derive(Debug, Serialize)]
pub struct ServicePlan {
    /// Its name in the timetable.
    pub id: String,
    /// What it shows, one after the other.
    pub airings: Vec<AiringPlan>,
}

/// One airing.
#[derive(Debug, Serialize)]
pub struct AiringPlan {
    /// When it begins.
    pub start: String,
    /// When the next one begins.
    pub end: String,
    /// How long it lasts, in milliseconds.
    pub length_ms: i64,
    /// `programme`, `filler` or `slate`.
    pub kind: &'static str,
    /// What is played.
    pub asset: String,
    /// Where in the asset it begins, in milliseconds.
    pub in_point_ms: i64,
    /// event_id in the programme guide.
    pub event_id: Option<u16>,
    /// What the programme guide says, in Chinese.
    pub title_zh: Option<String>,
    /// What the programme guide says, in English.
    pub title_en: Option<String>,
}

/// One carousel.
#[derive(Debug, Serialize)]
pub struct BundlePlan {
    /// Its name in the timetable.
    pub id: String,
    /// The data service that carries it.
    pub service: String,
    /// The rate that it is promised, in bit/s.
    pub rate_bps: u64,
    /// Seconds that one pass takes at that rate.
    pub cycle_s: Option<u64>,
    /// When it is sent: begin and end.
    pub windows: Vec<(String, String)>,
}

/// Plans, or compares two plans.
pub fn run(args: &PlanArgs) -> Result<(), Failure> {
    if let Some([old, new]) = args.diff.as_deref() {
        let from = args.from.unwrap_or_else(when::now);
        let until = from + args.duration.unwrap_or(Span::from_seconds(28 * 86_400));
        let stretch = compare::Stretch { from, until, first: args.first };
        return compare::run(&compare::Wanted { old, new, stretch }, args.json);
    }
    let (Some(config), Some(from), Some(duration)) = (&args.config, args.from, args.duration)
    else {
        return Err(Failure::new(Code::Usage, "a plan needs CONFIG, --from and --duration"));
    };
    let station = Station::open(config)?;
    let report = report(&station, from, from + duration)?;
    if args.json { output::print_json(&report) } else { output::print(&table(&report)) }
}

/// The plan over `[from, until)`.
pub fn report(station: &Station, from: Ticks, until: Ticks) -> Result<PlanReport, Failure> {
    let zone = station.timetable.zone();
    let show = |at: Ticks| when::show(at, zone.utc_offset_s(at));
    let mut multiplexes = Vec::new();
    for (i, config) in station.config.multiplexes.iter().enumerate() {
        let (rundown, _) = station.rundown(i, from, until)?;
        let (engine, _) = station.engine(i, rundown)?;
        let rundown = engine.rundown();
        let services = rundown.services.iter();
        let services = services.map(|s| service_plan(rundown, s, from, until, &show)).collect();
        let bundle = |(number, bundle): (usize, &rundown::BundleRun)| BundlePlan {
            id: bundle.id.clone(),
            service: bundle.service.clone(),
            rate_bps: bundle.rate_bps,
            cycle_s: engine.cycle_seconds(number),
            windows: bundle.windows.iter().map(|w| (show(w.0), show(w.1))).collect(),
        };
        let bundles = rundown.bundles.iter().enumerate().map(bundle).collect();
        multiplexes.push(MultiplexPlan { name: config.name.clone(), services, bundles });
    }
    Ok(PlanReport { from: show(from), until: show(until), multiplexes })
}

fn service_plan(
    rundown: &Rundown,
    service: &ServiceRundown,
    from: Ticks,
    until: Ticks,
    show: &impl Fn(Ticks) -> String,
) -> ServicePlan {
    let airings = service.airings.iter().filter(|a| a.end > from && a.start < until);
    let airing = |a: &rundown::Airing| {
        let event = a.event.map(|e| &service.events[e as usize]);
        let text = |t: &String| (!t.is_empty()).then(|| t.clone());
        AiringPlan {
            start: show(a.start),
            end: show(a.end),
            length_ms: a.end.since(a.start).as_ms(),
            kind: match a.kind {
                AiringKind::Programme => "programme",
                AiringKind::Filler => "filler",
                AiringKind::Slate => "slate",
            },
            asset: rundown.asset(a.asset).0.clone(),
            in_point_ms: a.in_point.as_ms(),
            event_id: event.map(|e| e.event_id),
            title_zh: event.and_then(|e| text(&e.title.zh)),
            title_en: event.and_then(|e| text(&e.title.en)),
        }
    };
    ServicePlan { id: service.id.clone(), airings: airings.map(airing).collect() }
}

fn table(report: &PlanReport) -> String {
    let mut text = String::new();
    for multiplex in &report.multiplexes {
        text += &format!("multiplex {}\n", multiplex.name);
        for service in &multiplex.services {
            text += &format!("  service {}\n", service.id);
            for airing in &service.airings {
                let title = airing.title_zh.as_ref().or(airing.title_en.as_ref());
                let title = title.map_or("", String::as_str);
                let seconds = airing.length_ms as f64 / 1000.0;
                text += &format!(
                    "    {}  {seconds:>9.3} s  {:9}  {:24}  {title}\n",
                    airing.start, airing.kind, airing.asset
                );
            }
        }
        for bundle in &multiplex.bundles {
            let cycle = bundle.cycle_s.map_or("not packed".to_owned(), |s| format!("{s} s a pass"));
            text += &format!(
                "  bundle {} on {}: {} bit/s, {cycle}\n",
                bundle.id, bundle.service, bundle.rate_bps
            );
            for (from, until) in &bundle.windows {
                text += &format!("    {from} to {until}\n");
            }
        }
    }
    text
}
