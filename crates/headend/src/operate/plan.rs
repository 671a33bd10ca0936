//! What is planned.

use super::live::{airing, show};
use crate::schedule::{instant, on_axis, service_of};
use crate::station::Station;
use crate::when;
use control::Refusal;
use control::model::{PlanReport, PlanWanted, ServicePlan, WeekWanted};
use desk::export::{Stretch, Tongue, poster};
use timetable::civil::SECONDS_PER_DAY;
use timetable::{LocalTime, Zone};
use ts::{Span, Ticks};

/// The longest stretch that is told at once.
const STRETCH_MAX: Span = Span::from_seconds(8 * SECONDS_PER_DAY);
/// The longest that is printed.
const DAYS_MAX: u16 = 31;

/// What is planned for a day or a stretch.
pub(super) fn plan(station: &Station, wanted: &PlanWanted) -> Result<PlanReport, Refusal> {
    let zone = station.timetable.zone();
    let (from, until) = window(zone, wanted)?;
    if let Some(service) = &wanted.service {
        service_of(&station.timetable, service).map_err(|e| Refusal::NotThere(e.message))?;
    }
    let mut services = Vec::new();
    for (place, config) in station.config.multiplexes.iter().enumerate() {
        let compiled = station.rundown(place, from, until);
        let (rundown, _) = compiled.map_err(|e| Refusal::Bad(e.message))?;
        let asked = |id: &String| wanted.service.as_ref().is_none_or(|service| service == id);
        for service in rundown.services.iter().filter(|s| !s.airings.is_empty() && asked(&s.id)) {
            let airings = service.airings.iter().filter(|a| a.end > from && a.start < until);
            services.push(ServicePlan {
                multiplex: config.name.clone(),
                service: service.id.clone(),
                airings: airings.map(|a| airing(&rundown, service, a, zone)).collect(),
            });
        }
    }
    Ok(PlanReport { from: show(zone, from), until: show(zone, until), services })
}

/// A week, or some other number of days, as a page for a wall.
pub(super) fn week(station: &Station, wanted: &WeekWanted) -> Result<String, Refusal> {
    let timetable = &station.timetable;
    let days = wanted.days.unwrap_or(7);
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(Refusal::Bad(format!("`days` is 1 to {DAYS_MAX}")));
    }
    let tongue = match wanted.lang.as_deref() {
        None => Tongue::Both,
        Some("zh") => Tongue::Chinese,
        Some("en") => Tongue::English,
        Some(_) => return Err(Refusal::Bad("`lang` is zh or en".to_owned())),
    };
    let service = wanted.service.as_deref().map(|id| service_of(timetable, id));
    let service = service.transpose().map_err(|e| Refusal::NotThere(e.message))?;
    let zone = timetable.zone();
    let from = day(zone, wanted.from.as_deref())?;
    let until = behind(zone, from, i64::from(days));
    let service = service.as_ref();
    Ok(poster::write(&Stretch { timetable, service, from, until, tongue }))
}

fn window(zone: &Zone, wanted: &PlanWanted) -> Result<(Ticks, Ticks), Refusal> {
    let (from, until) = match (&wanted.day, &wanted.from, &wanted.until) {
        (day, None, None) => {
            let from = self::day(zone, day.as_deref())?;
            (from, behind(zone, from, 1))
        }
        (None, Some(from), until) => {
            let from = at(zone, from)?;
            let until = until.as_deref().map(|until| at(zone, until)).transpose()?;
            (from, until.unwrap_or_else(|| behind(zone, from, 1)))
        }
        _ => return Err(Refusal::Bad("give `day`, or `from` and `until`".to_owned())),
    };
    if until <= from || until.since(from) > STRETCH_MAX {
        return Err(Refusal::Bad("`until` is behind `from`, by eight days at most".to_owned()));
    }
    Ok((from, until))
}

fn at(zone: &Zone, text: &str) -> Result<Ticks, Refusal> {
    instant(zone, text).map_err(Refusal::Bad)
}

/// The midnight that a day begins with; today's when none is named.
fn day(zone: &Zone, text: Option<&str>) -> Result<Ticks, Refusal> {
    let within = match text {
        Some(text) => at(zone, text)?,
        None => when::now(),
    };
    Ok(on_axis(zone, LocalTime::new(zone.local_time(within).day(), 0)))
}

/// The same time of day so many days later.
fn behind(zone: &Zone, from: Ticks, days: i64) -> Ticks {
    on_axis(zone, LocalTime(zone.local_time(from).0 + days * SECONDS_PER_DAY))
}
