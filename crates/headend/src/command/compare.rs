//! `headend plan --diff`: which airings an edit changes.

use crate::exit::{Code, Failure};
use crate::output;
use crate::schedule::Schedule;
use crate::when;
use desk::compare::{AiringChange, Presence, ServiceChanges, compare};
use serde::Serialize;
use std::path::Path;
use timetable::{PlannedAiring, Timetable, format_duration};
use ts::Ticks;

/// What to compare.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The timetable before the edit.
    pub old: &'a Path,
    /// The timetable behind it.
    pub new: &'a Path,
    /// Over which time.
    pub stretch: Stretch,
}

/// Over which time timetables are compared.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// The first instant.
    pub from: Ticks,
    /// The instant behind the last.
    pub until: Ticks,
    /// How many changes of a service are listed.
    pub first: usize,
}

/// What differs.
#[derive(Debug, Serialize)]
pub struct DiffReport {
    /// The first instant, RFC 3339 in the new timetable's zone.
    pub from: String,
    /// The instant behind the last.
    pub until: String,
    /// Nothing differs.
    pub same: bool,
    /// How many airings differ.
    pub airings: usize,
    /// What is on at the first instant stays as it is, on every service.
    pub on_air_untouched: bool,
    /// Each service with a difference.
    pub services: Vec<ServiceDiff>,
    /// Each bundle with a difference.
    pub bundles: Vec<BundleDiff>,
}

/// What differs on one service.
#[derive(Debug, Serialize)]
pub struct ServiceDiff {
    /// Its name.
    pub id: String,
    /// `both`, `gone` or `new`.
    pub presence: &'static str,
    /// What is on at the first instant stays as it is.
    pub on_air_untouched: bool,
    /// The filler pool or the slate has other assets.
    pub fill_differs: bool,
    /// How many airings differ.
    pub count: usize,
    /// The first of them.
    pub airings: Vec<AiringDiff>,
}

/// An airing that differs.
#[derive(Debug, Serialize)]
pub struct AiringDiff {
    /// `added`, `removed` or `changed`.
    pub change: &'static str,
    /// What differs: start, length, asset, lesson, text.
    pub aspects: Vec<&'static str>,
    /// As it was.
    pub old: Option<AiringSide>,
    /// As it is now.
    pub new: Option<AiringSide>,
}

/// An airing on one side of the comparison.
#[derive(Debug, Serialize)]
pub struct AiringSide {
    /// Its name.
    pub id: String,
    /// When it starts.
    pub start: String,
    /// How long it may last.
    pub length: String,
    /// What is played.
    pub asset: String,
    /// Course and number of the lesson.
    pub lesson: Option<String>,
    /// What it is called.
    pub title: Option<String>,
}

/// A bundle that differs.
#[derive(Debug, Serialize)]
pub struct BundleDiff {
    /// Its name.
    pub id: String,
    /// `both`, `gone` or `new`.
    pub presence: &'static str,
    /// It is sent at other times.
    pub times_differ: bool,
    /// Files, service, rate, weight or title differ.
    pub content_differs: bool,
}

/// Compares; fails with 1 when something differs.
pub fn run(wanted: &Wanted<'_>, json: bool) -> Result<(), Failure> {
    let (old, new) = (Schedule::open(wanted.old)?, Schedule::open(wanted.new)?);
    let report = compared(&old.timetable, &new.timetable, &wanted.stretch);
    if json {
        output::print_json(&report)?
    } else {
        output::print(&text(&report))?
    }
    if report.same { Ok(()) } else { Err(Failure::new(Code::No, "")) }
}

/// Compares two timetables over a stretch of time.
pub fn compared(old: &Timetable, new: &Timetable, over: &Stretch) -> DiffReport {
    let (found, zone) = (compare(old, new, over.from, over.until), new.zone());
    let show = |at: Ticks| when::show(at, zone.utc_offset_s(at));
    let services = found.services.iter().filter(|s| !s.is_same() || !s.on_air_untouched);
    let bundles = found.bundles.iter().map(|bundle| BundleDiff {
        id: bundle.id.to_string(),
        presence: bundle.presence.as_str(),
        times_differ: bundle.times_differ,
        content_differs: bundle.content_differs,
    });
    DiffReport {
        from: show(over.from),
        until: show(over.until),
        same: found.is_same(),
        airings: found.airings(),
        on_air_untouched: found.on_air_untouched(),
        services: services.map(|s| service(s, over.first, &show)).collect(),
        bundles: bundles.collect(),
    }
}

fn service(service: &ServiceChanges, first: usize, show: &impl Fn(Ticks) -> String) -> ServiceDiff {
    ServiceDiff {
        id: service.id.to_string(),
        presence: service.presence.as_str(),
        on_air_untouched: service.on_air_untouched,
        fill_differs: service.fill_differs,
        count: service.airings.len(),
        airings: service.airings.iter().take(first).map(|change| airing(change, show)).collect(),
    }
}

fn airing(change: &AiringChange, show: &impl Fn(Ticks) -> String) -> AiringDiff {
    let side = |airing: &PlannedAiring| AiringSide {
        id: airing.id.clone(),
        start: show(airing.start),
        length: format_duration(airing.window_end.since(airing.start)),
        asset: airing.asset.to_string(),
        lesson: airing.lesson.as_ref().map(|l| format!("{} {}", l.course, l.number)),
        title: airing.title.as_ref().map(|title| title.any().to_owned()),
    };
    AiringDiff {
        change: match (&change.old, &change.new) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        },
        aspects: change.aspects.iter().map(|aspect| aspect.as_str()).collect(),
        old: change.old.as_ref().map(side),
        new: change.new.as_ref().map(side),
    }
}

/// The report for people.
pub fn text(report: &DiffReport) -> String {
    let (from, until) = (&report.from, &report.until);
    if report.same {
        return format!("no airing changes from {from} to {until}\n");
    }
    let mut text = match report.airings {
        1 => format!("1 airing changes from {from} to {until}\n"),
        count => format!("{count} airings change from {from} to {until}\n"),
    };
    text += match report.on_air_untouched {
        true => "what is on air at the start is untouched\n",
        false => "WHAT IS ON AIR at the start is touched\n",
    };
    for service in &report.services {
        text += &service_text(service);
    }
    for bundle in &report.bundles {
        let what = match (bundle.presence, bundle.times_differ, bundle.content_differs) {
            ("both", true, true) => "other times and content",
            ("both", true, false) => "other times",
            ("both", ..) => "other content",
            (presence, ..) => presence,
        };
        text += &format!("bundle {}: {what}\n", bundle.id);
    }
    text
}

fn service_text(service: &ServiceDiff) -> String {
    let mut notes = vec![match service.count {
        1 => "1 airing".to_owned(),
        count => format!("{count} airings"),
    }];
    if service.presence != Presence::Both.as_str() {
        notes.push(format!("the service is {}", service.presence));
    }
    if service.fill_differs {
        notes.push("other filler or slate".to_owned());
    }
    if !service.on_air_untouched {
        notes.push("on air at the start".to_owned());
    }
    let mut text = format!("service {}: {}\n", service.id, notes.join(", "));
    for airing in &service.airings {
        let sign = match airing.change {
            "added" => '+',
            "removed" => '-',
            _ => '~',
        };
        let told = airing.new.as_ref().or(airing.old.as_ref());
        let Some(told) = told else { continue };
        let shown = |side: &AiringSide| {
            let lesson = side.lesson.as_ref().map_or(String::new(), |l| format!(" ({l})"));
            format!("{}  {:>6}  {}{lesson}", side.start, side.length, side.asset)
        };
        text += &format!("  {sign} {}  {}", shown(told), told.id);
        if let (Some(old), Some(_)) = (&airing.old, &airing.new) {
            text += &format!("\n      {}: was {}", airing.aspects.join(", "), shown(old));
        }
        text.push('\n');
    }
    let more = service.count - service.airings.len();
    if more > 0 {
        text += &format!("    and {more} more\n");
    }
    text
}
