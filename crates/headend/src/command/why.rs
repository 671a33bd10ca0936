//! `headend why`: which rule put this on air.

use crate::edition::Edition;
use crate::exit::{Code, Failure};
use crate::history::Revision;
use crate::output;
use crate::schedule::{instant, service_of};
use crate::station::Station;
use crate::when;
use clap::Args;
use rundown::{AiringKind, CompileError, Rundown, compile};
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;
use timetable::{Id, Location, PlannedAiring, Timetable, Why, format_duration};
use ts::{Span, Ticks};

/// What to explain.
#[derive(Args, Debug)]
pub struct WhyArgs {
    /// The configuration.
    pub config: PathBuf,
    /// The instant: 2027-03-15T19:31 on the local clock, RFC 3339, or `now`.
    pub instant: String,
    /// Only this service; otherwise all that show something.
    #[arg(long, value_name = "ID")]
    pub service: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Why one service shows what it shows.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// The instant, RFC 3339 in the timetable's zone.
    pub at: String,
    /// The service.
    pub service: String,
    /// `programme`, `filler`, `slate`, `nothing` for a service in no multiplex, or `unknown` where
    /// the library lacks its slate.
    pub kind: &'static str,
    /// What is played, and since when.
    pub asset: Option<Playing>,
    /// The rule: a slot, an item, or the pool that fills.
    pub rule: String,
    /// Where the rule stands: file, line and column.
    pub place: Option<String>,
    /// The airing, unless nothing is planned.
    pub airing: Option<AiringAnswer>,
    /// Why this lesson, for an airing of a course.
    pub lesson: Option<String>,
    /// The amendments that have a say in it: number, what it does, who wrote it and why.
    pub amendments: Vec<String>,
    /// What else the calendar has at this instant.
    pub displaced: Vec<String>,
    /// Why it is not the asset of an airing that plays.
    pub note: Option<String>,
    /// The revision of the timetable that rules then.
    pub revision: u32,
}

/// What is played.
#[derive(Debug, Serialize)]
pub struct Playing {
    /// The asset.
    pub id: String,
    /// When it began.
    pub since: String,
    /// When it ends.
    pub until: String,
    /// Where in the asset the instant lies.
    pub position: String,
}

/// An airing.
#[derive(Debug, Serialize)]
pub struct AiringAnswer {
    /// Its name.
    pub id: String,
    /// When it begins.
    pub start: String,
    /// The end of its window.
    pub end: String,
    /// Its priority.
    pub priority: u8,
}

/// Explains.
pub fn run(args: &WhyArgs) -> Result<(), Failure> {
    let station = Station::open(&args.config)?;
    let zone = station.timetable.zone();
    let at = instant(zone, &args.instant).map_err(|e| Failure::new(Code::Usage, e))?;
    // The past is told by the timetable that ruled then.
    let ruling = station.history.iter().rfind(|revision| revision.effective <= at);
    let revision = ruling.or(station.history.first());
    let revision = revision.ok_or_else(|| Failure::new(Code::Config, "there is no timetable"))?;
    let services: Vec<Id> = match &args.service {
        Some(name) => vec![service_of(revision.timetable(), name)?],
        None => {
            let all = revision.timetable().services().iter();
            let shows = all.filter(|s| s.kind != timetable::ServiceKind::Data);
            shows.map(|s| s.id.clone()).collect()
        }
    };
    let asked = Asked { station: &station, revision, at };
    let answers: Result<Vec<Answer>, Failure> =
        services.iter().filter_map(|service| asked.answer(service).transpose()).collect();
    let answers = answers?;
    if args.json { output::print_json(&answers) } else { output::print(&text(&answers)) }
}

struct Asked<'s> {
    station: &'s Station,
    revision: &'s Revision,
    at: Ticks,
}

impl Asked<'_> {
    fn answer(&self, service: &Id) -> Result<Option<Answer>, Failure> {
        let timetable = self.revision.timetable();
        let Some(why) = timetable.why(service, self.at) else { return Ok(None) };
        let (kind, asset) = self.playing(service)?;
        let pool = timetable.service(service).and_then(|s| s.filler.as_ref());
        let pool = pool.and_then(|id| timetable.filler(id));
        let (rule, origin) = match (&why.airing, pool) {
            (Some(airing), _) if kind != "filler" => rule(timetable, airing),
            (_, Some(pool)) => (format!("filler `{}`", pool.id), Some(pool.origin)),
            (Some(airing), None) => rule(timetable, airing),
            (None, None) => {
                let origin = timetable.service(service).map(|s| s.origin);
                (format!("slate of service `{service}`, which has no filler"), origin)
            }
        };
        let note = match (&why.airing, kind) {
            (None, _) => Some(format!("nothing is planned from {}", self.gap(&why))),
            (Some(_), "filler") => Some("the asset of the airing has ended".to_owned()),
            (Some(_), "slate") => Some("the asset of the airing cannot be played".to_owned()),
            (Some(_), "unknown") => Some("the library lacks the slate: see check".to_owned()),
            _ => None,
        };
        Ok(Some(Answer {
            at: self.show(self.at),
            service: service.to_string(),
            kind,
            asset,
            rule,
            place: origin.and_then(|at| place(&self.revision.edition, at)),
            lesson: lesson(&why),
            amendments: why.amendments.iter().filter_map(|n| self.amendment(*n)).collect(),
            displaced: why.displaced.iter().map(|d| self.displaced(d)).collect(),
            note,
            airing: why.airing.map(|airing| AiringAnswer {
                id: airing.id,
                start: self.show(airing.start),
                end: self.show(airing.window_end),
                priority: airing.priority,
            }),
            revision: self.revision.number,
        }))
    }

    /// What the rundown plays at the instant.
    fn playing(&self, service: &Id) -> Result<(&'static str, Option<Playing>), Failure> {
        let station = self.station;
        let multiplexes = &station.config.multiplexes;
        let carries = |name: &String| name == service.as_str();
        let Some(index) = multiplexes.iter().position(|m| m.services.iter().any(carries)) else {
            return Ok(("nothing", None));
        };
        let services = station.services(index);
        let until = self.at + Span::from_seconds(1);
        let timetable = self.revision.timetable();
        let compiled = compile(timetable, &station.catalogue, &services, self.at, until, 0);
        let rundown = match compiled {
            Ok((rundown, _)) => rundown,
            Err(CompileError::NoSlate { .. }) => return Ok(("unknown", None)),
            Err(error) => return Err(Failure::new(Code::Config, error)),
        };
        Ok(self.on_air(&rundown, service).unwrap_or(("nothing", None)))
    }

    fn on_air(&self, rundown: &Rundown, service: &Id) -> Option<(&'static str, Option<Playing>)> {
        let found = rundown.services.iter().find(|s| s.id == service.as_str())?;
        let airing = found.on_air(self.at)?;
        let kind = match airing.kind {
            AiringKind::Programme => "programme",
            AiringKind::Filler => "filler",
            AiringKind::Slate => "slate",
        };
        let position = Span(airing.in_point.0 + self.at.since(airing.start).0);
        let playing = Playing {
            id: rundown.asset(airing.asset).0.clone(),
            since: self.show(airing.start),
            until: self.show(airing.end),
            position: format_duration(position),
        };
        Some((kind, Some(playing)))
    }

    fn show(&self, at: Ticks) -> String {
        when::show(at, self.revision.timetable().zone().utc_offset_s(at))
    }

    fn displaced(&self, displaced: &timetable::Displaced) -> String {
        let (timetable, airing) = (self.revision.timetable(), &displaced.airing);
        let (rule, origin) = rule(timetable, airing);
        let place = origin.and_then(|at| place(&self.revision.edition, at)).unwrap_or_default();
        let lesson = airing.lesson.as_ref().map_or(String::new(), |lesson| {
            format!(", lesson {} of course `{}`", lesson.number, lesson.course)
        });
        let fate = match displaced.from == airing.start {
            true => "is not shown".to_owned(),
            false => format!("is cut at {}", self.show(displaced.from)),
        };
        let (priority, by) = (airing.priority, &displaced.by);
        format!("{rule} ({place}), priority {priority}{lesson}: it {fate}, for `{by}`")
    }

    fn amendment(&self, number: u32) -> Option<String> {
        let edition = &self.revision.edition;
        let amendment = edition.log.get(number)?;
        let place = place(edition, amendment.origin).unwrap_or_default();
        let (verb, by, reason) = (amendment.verb.as_str(), &amendment.by, &amendment.reason);
        Some(format!("{number} ({place}): {verb}, by {by}: {reason}"))
    }

    fn gap(&self, why: &Why) -> String {
        let edge = |at: Option<Ticks>| at.map_or("more than a day".to_owned(), |at| self.show(at));
        let since = edge(why.before.as_ref().map(|airing| airing.window_end));
        let until = edge(why.behind.as_ref().map(|airing| airing.start));
        format!("{since} to {until}")
    }
}

/// The slot or item of an airing, and where it stands.
fn rule(timetable: &Timetable, airing: &PlannedAiring) -> (String, Option<Location>) {
    let slot = timetable.slots().iter().find(|slot| slot.origin == airing.origin);
    let rule = match slot {
        Some(slot) => format!("slot `{}`", slot.id),
        None => format!("item `{}`", airing.id),
    };
    (rule, Some(airing.origin))
}

/// `file:line:column` of a place.
fn place(edition: &Edition, at: Location) -> Option<String> {
    let sources = edition.sources();
    let source = sources.get(at.source)?;
    let position = source.position(at.start);
    Some(format!("{}:{}:{}", source.name, position.line, position.column))
}

/// Why an airing shows this lesson.
fn lesson(why: &Why) -> Option<String> {
    let lesson = why.airing.as_ref()?.lesson.as_ref()?;
    let (id, number, of) = (&lesson.lesson, lesson.number, lesson.lesson_count);
    let mut text = format!("`{id}`, number {number} of {of} of course `{}`", lesson.course);
    if let Some(count) = &why.count {
        let (nth, slot, first) = (count.airing, &count.slot, count.first);
        let begins = count.first_lesson;
        let counted =
            format!("airing {nth} of slot `{slot}`, which began on {first} with lesson {begins}");
        text.push_str(&format!(": {counted}"));
        let place = nth - 1 + u64::from(begins - 1);
        let (round, of) = (place / u64::from(of) + 1, u64::from(of));
        if round > 1 && place % of + 1 == u64::from(number) {
            text.push_str(&format!("; the course is in round {round}"));
        } else if round > 1 {
            text.push_str("; the course is over, and its last lesson goes on");
        }
    }
    Some(text)
}

fn text(answers: &[Answer]) -> String {
    let mut text = String::new();
    for answer in answers {
        let asset = answer.asset.as_ref().map_or("nothing", |playing| &playing.id);
        let _ = writeln!(text, "{} on {}: {} ({})", answer.at, answer.service, asset, answer.kind);
        if let Some(playing) = &answer.asset {
            let Playing { since, until, position, .. } = playing;
            let _ = writeln!(text, "  playing    {since} to {until}, now at {position}");
        }
        let place = answer.place.as_deref().unwrap_or("-");
        let _ = writeln!(text, "  rule       {}  {place}", answer.rule);
        if let Some(airing) = &answer.airing {
            let AiringAnswer { id, start, end, priority } = airing;
            let _ = writeln!(text, "  airing     {id}  {start} to {end}, priority {priority}");
        }
        if let Some(lesson) = &answer.lesson {
            let _ = writeln!(text, "  lesson     {lesson}");
        }
        if let Some(note) = &answer.note {
            let _ = writeln!(text, "  since      {note}");
        }
        for amendment in &answer.amendments {
            let _ = writeln!(text, "  amendment  {amendment}");
        }
        for displaced in &answer.displaced {
            let _ = writeln!(text, "  displaced  {displaced}");
        }
    }
    text
}
