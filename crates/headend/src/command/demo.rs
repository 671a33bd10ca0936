//! `headend demo`: everything at once, on this machine alone.

use crate::command::run::OnAir;
use crate::demo;
use crate::exit::{Code, Failure};
use crate::operate;
use crate::when;
use clap::Args;
use library::{AssetId, IngestOptions, Library, ingest};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What to show.
#[derive(Args, Debug)]
pub struct DemoArgs {
    /// Stop after so many seconds.
    #[arg(long, value_name = "N")]
    pub seconds: Option<u64>,
    /// The folder for library, configuration and timetable.
    #[arg(long, value_name = "DIR", default_value = "demo")]
    pub folder: PathBuf,
}

/// How often the state is printed.
const REPORT: Duration = Duration::from_secs(5);
const TICK: Duration = Duration::from_millis(100);

/// Makes the folder and goes on air with it.
pub fn run(args: &DemoArgs) -> Result<(), Failure> {
    demo::write(&args.folder)?;
    fill_library(args)?;
    let config = args.folder.join("headend.toml");
    let mut on_air = OnAir::start(&config)?;
    if on_air.station().config.control.is_none() {
        on_air.operate(operate::demonstration());
    }
    on_air.attend()?;
    introduce(&on_air, &config);
    let deadline = args.seconds.map(|s| Instant::now() + Duration::from_secs(s));
    let mut next_report = Instant::now() + Duration::from_secs(1);
    let mut last = Sent::default();
    while deadline.is_none_or(|d| Instant::now() < d) {
        if !on_air.attend()? {
            break;
        }
        if Instant::now() >= next_report {
            last = report(&on_air, &last);
            next_report += REPORT;
        }
        std::thread::sleep(TICK);
    }
    on_air.end();
    Ok(())
}

/// Ingests what the program ships, unless it is there already.
fn fill_library(args: &DemoArgs) -> Result<(), Failure> {
    let library =
        Library::open(&args.folder.join("library")).map_err(|e| Failure::new(Code::Io, e))?;
    let wrong =
        |e: std::io::Error| Failure::new(Code::Io, format!("{}: {e}", args.folder.display()));
    for (name, bytes) in demo::MEDIA {
        let id: AssetId = name.parse().map_err(|e| Failure::new(Code::Usage, e))?;
        if library.check(&id).is_ok() {
            continue;
        }
        let source = args.folder.join(format!("{name}.source.ts"));
        std::fs::write(&source, bytes).map_err(wrong)?;
        let options = IngestOptions { replace: true, ..IngestOptions::default() };
        let done = ingest(std::slice::from_ref(&source), &id, &library, &options, &mut |_| {});
        std::fs::remove_file(&source).map_err(wrong)?;
        let report = done.map_err(|e| Failure::new(Code::Io, e))?;
        println!("ingested {name}: {}", timetable::format_duration(report.summary.duration));
    }
    Ok(())
}

fn introduce(on_air: &OnAir, config: &std::path::Path) {
    let folder = config.parent().unwrap_or(std::path::Path::new("."));
    println!("\nfolder         {}", folder.display());
    println!("configuration  {}", config.display());
    for multiplex in &on_air.station().config.multiplexes {
        println!("multiplex      {} at {}", multiplex.name, multiplex.rate());
        for output in &multiplex.outputs {
            let to = output.destination();
            println!("watch          ffplay -i 'rtp://{to}?localaddr=127.0.0.1'");
            println!("               vlc rtp://@{to} --miface lo");
            println!(
                "receive files  headend-site receive --from 'rtp://{to}?interface=lo' --into site"
            );
        }
    }
    if let Some(control) = on_air.control() {
        println!("console        https://{}/", control.address());
        println!("               its certificate is signed by {}", control.authority().display());
        if let Some((token, _)) = control.token() {
            println!("token          {token}");
            println!("               for this run only, as administrator");
        }
    }
    println!("stop           Ctrl-C\n");
}

/// Datagrams sent at a report, for the rate since then.
#[derive(Clone, Debug, Default)]
struct Sent {
    at: Option<Instant>,
    datagrams: Vec<u64>,
}

/// Prints what is on now and next, and how sending goes.
fn report(on_air: &OnAir, last: &Sent) -> Sent {
    let station = on_air.station();
    let now = on_air.air().monitor().now();
    let zone = station.timetable.zone();
    println!("{}", when::show(now, zone.utc_offset_s(now)));
    let status = on_air.air().monitor().status();
    let at = Instant::now();
    for (i, multiplex) in status.multiplexes.iter().enumerate() {
        let lineup = on_air.air().lineup(i);
        let part = lineup.at(lineup.grid().at(now));
        for service in &part.engine.rundown().services {
            let behind = service.events.partition_point(|e| e.start <= now);
            let on = service.events[..behind].last().filter(|e| now < e.start + e.duration);
            let next = service.events.get(behind);
            let title = |e: &rundown::Event| {
                if e.title.zh.is_empty() { e.title.en.clone() } else { e.title.zh.clone() }
            };
            if service.airings.is_empty() {
                continue;
            }
            let on = on.map_or_else(|| "(filler)".to_owned(), title);
            let next = next.map_or_else(String::new, |e| {
                let start = zone.local_time(e.start).second_of_day();
                format!("{:02}:{:02}:{:02} {}", start / 3600, start / 60 % 60, start % 60, title(e))
            });
            println!("  {:10} now {on}   next {next}", service.id);
        }
        let seconds = last.at.map_or(0.0, |t| at.duration_since(t).as_secs_f64());
        let before = last.datagrams.get(i).copied().unwrap_or(0);
        let rate = (multiplex.sent - before) as f64 * 7.0 * 1504.0 / seconds.max(0.001);
        let rate = if seconds > 0.0 { format!("{:.0} bit/s", rate) } else { "-".to_owned() };
        println!(
            "  {}: {rate}, {} datagrams, {} repair packets, {} skipped; late by less than {} us (half), {} us (99 %), {} us (99.9 %)",
            multiplex.name,
            multiplex.sent,
            multiplex.repairs_sent,
            multiplex.skipped,
            multiplex.lateness.below_us(500),
            multiplex.lateness.below_us(990),
            multiplex.lateness.below_us(999),
        );
    }
    Sent { at: Some(at), datagrams: status.multiplexes.iter().map(|m| m.sent).collect() }
}
