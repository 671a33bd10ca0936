//! From texts to a timetable, or to all that is wrong with them.

use crate::build::build;
use crate::check::{
    CheckedDays, check_bundles, check_calendar, check_names, check_relays, check_services,
};
use crate::diagnostic::{Code, Diagnostic, Severity, arrange};
use crate::model::Timetable;
use crate::read::{Draft, read_source};
use crate::source::{Location, Source};

/// Reads a timetable from its sources, which together make one.
///
/// The timetable is there exactly when no diagnostic is an error. Diagnostics are in a fixed
/// order, by source and place. Spelling and names are checked first, and the calendar only when
/// those have no errors.
pub fn parse(sources: &[Source<'_>]) -> (Option<Timetable>, Vec<Diagnostic>) {
    parse_including(sources, sources.len())
}

/// Reads a plan from its own sources, the first `own` of them, and those of the plan that it
/// includes.
///
/// Without `plan_for` they are simply one plan. With it, the plan is that of a region: on a service
/// of the included plan, its own slots and items air only inside the windows that the
/// included plan gives to its region, and never take the time of a required lesson.
pub fn parse_including(sources: &[Source<'_>], own: usize) -> (Option<Timetable>, Vec<Diagnostic>) {
    let mut draft = Draft::default();
    for (index, source) in sources.iter().enumerate() {
        read_source(index, source, &mut draft);
    }
    draft.region = draft.region.take().filter(|region| region.at.source < own);
    draft.own_sources = if draft.region.is_some() { own } else { usize::MAX };
    check_names(&mut draft);
    check_services(&mut draft);
    check_bundles(&mut draft);
    check_relays(&mut draft);
    if draft.zone.is_none() && !has_errors(&draft.diagnostics) {
        let at = Location::default();
        let finding = Diagnostic::new(Code::MissingKey, "this timetable has no `zone`")
            .primary(at, "")
            .help("zone = \"Asia/Shanghai\", or another name of the time zone database");
        draft.diagnostics.push(finding);
    }
    let mut found = core::mem::take(&mut draft.diagnostics);
    let zone = draft.zone.take().filter(|_| !has_errors(&found));
    let timetable = zone.and_then(|zone| {
        let days = CheckedDays::of(&draft);
        let timetable = build(draft, zone.value, days, &mut found)?;
        found.extend(check_calendar(&timetable, days));
        (!has_errors(&found)).then_some(timetable)
    });
    arrange(&mut found);
    (timetable, found)
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity() == Severity::Error)
}
