//! Bundles that lessons wait for, against the rates and windows in which they are sent.

use crate::exit::Failure;
use crate::station::Station;
use std::collections::BTreeMap;
use timetable::Diagnostic;
use ts::Ticks;

/// The bundles of a multiplex that are late for their lessons, or only just in time.
///
/// A pass takes as long as the engine says, whole superframes and the carousel's directory
/// included; a bundle that cannot be packed has no size, and is told of elsewhere.
pub fn findings(
    station: &Station,
    multiplex: usize,
    from: Ticks,
    until: Ticks,
) -> Result<Vec<Diagnostic>, Failure> {
    if station.timetable.bundles().iter().all(|bundle| bundle.ready.is_none()) {
        return Ok(Vec::new());
    }
    let (rundown, _) = station.rundown(multiplex, from, until)?;
    let (engine, _) = station.engine(multiplex, rundown)?;
    let bundles = engine.rundown().bundles.iter().enumerate();
    let cycles: BTreeMap<String, u64> = bundles
        .filter_map(|(number, bundle)| Some((bundle.id.clone(), engine.cycle_seconds(number)?)))
        .collect();
    let pass_bits = |bundle: &timetable::Bundle| {
        let seconds = cycles.get(bundle.id.as_str())?;
        seconds.checked_mul(bundle.rate_bps.max(1))
    };
    Ok(station.timetable.check_bundles(pass_bits))
}
