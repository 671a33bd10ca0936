//! Airings for which the library has no licence.

use crate::station::Station;
use jiff::civil::Date;
use library::card::Licence;
use rundown::Rundown;
use std::collections::{BTreeMap, BTreeSet};
use timetable::{Code, Diagnostic};
use ts::{Span, Ticks};

const DAY_S: i64 = 86_400;

/// The assets that air outside the days of their licence in `[from, until)`, each told once with
/// the first such airing.
pub fn findings(
    station: &Station,
    rundown: &Rundown,
    from: Ticks,
    until: Ticks,
) -> Vec<Diagnostic> {
    let Ok(licences) = station.library.catalogue().and_then(|c| c.licences()) else {
        // Without a catalogue the cards are not read one by one; `library rebuild` mends that.
        return Vec::new();
    };
    let licences: BTreeMap<String, Licence> =
        licences.into_iter().map(|(id, licence)| (id.to_string(), licence)).collect();
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    let airings = rundown.services.iter().flat_map(|service| &service.airings);
    for airing in airings.filter(|a| a.start < until && a.end > from) {
        let name = &rundown.asset(airing.asset).0;
        let Some(licence) = licences.get(name) else { continue };
        let days = [airing.start, airing.end - Span(1)].map(|at| local_day(station, at));
        if days.into_iter().flatten().all(|day| licence.covers(day)) || !told.insert(name) {
            continue;
        }
        let first = station.timetable.zone().format(airing.start);
        let message = format!("asset `{name}` airs without licence");
        let text = format!("licensed {}, on air {first}", describe(licence));
        let mut finding = Diagnostic::new(Code::Unplayable, message);
        let mut uses = station.timetable.asset_uses();
        if let Some(used) = uses.find(|used| used.asset.as_str() == name) {
            finding = finding.primary(used.origin, text);
        }
        findings.push(finding.help("take it out of the plan, or renew the licence in its card"));
    }
    findings
}

fn describe(licence: &Licence) -> String {
    match (licence.from, licence.until) {
        (Some(from), Some(until)) => format!("from {from} until {until}"),
        (Some(from), None) => format!("from {from}"),
        (None, Some(until)) => format!("until {until}"),
        (None, None) => "always".to_owned(),
    }
}

/// The day of an instant in the zone of the timetable.
fn local_day(station: &Station, at: Ticks) -> Option<Date> {
    let days = station.timetable.zone().local_time(at).0.div_euclid(DAY_S);
    Date::constant(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}
