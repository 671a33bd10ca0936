//! Services on which the plan soon comes to an end.

use crate::station::Station;
use timetable::{Code, Diagnostic, format_duration};
use ts::{Span, Ticks};

/// Who is to be told that a plan ends has so long to write the next one.
const NOTICE: Span = Span::from_seconds(72 * 3600);
/// Holidays are shorter, and a plan that rests over them goes on behind them.
const REST: Span = Span::from_seconds(14 * 86_400);

/// The services that have something planned within the notice and nothing in the two weeks behind
/// it, seen from an instant.
pub fn findings(station: &Station, from: Ticks) -> Vec<Diagnostic> {
    let timetable = &station.timetable;
    let until = from + NOTICE;
    let mut findings = Vec::new();
    for service in timetable.services().iter().filter(|service| service.slate.is_some()) {
        let coming = timetable.airings(&service.id, until, until + REST);
        if !coming.is_empty() {
            continue;
        }
        let planned = timetable.airings(&service.id, from - REST, until);
        let Some(last) = planned.last() else { continue };
        let end = timetable.zone().format(last.window_end);
        let left = last.window_end.since(from);
        let message = match left.0 > 0 {
            true => {
                format!("the plan of `{}` ends in {}", service.id, format_duration(whole(left)))
            }
            false => format!("the plan of `{}` has come to its end", service.id),
        };
        let finding = Diagnostic::new(Code::Horizon, message)
            .primary(last.origin, format!("nothing is planned behind {end}"))
            .secondary(service.origin, "")
            .help("plan the time behind it; until then filler is shown");
        findings.push(finding);
    }
    findings
}

/// Whole minutes.
fn whole(span: Span) -> Span {
    let minute = Span::from_seconds(60).0;
    Span(span.0 / minute * minute)
}
