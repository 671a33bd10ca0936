//! Bundles that lessons wait for, against the rates and windows in which they are sent.

use crate::exit::Failure;
use crate::station::Station;
use std::collections::BTreeMap;
use timetable::{Bundle, BundleProof, Diagnostic};
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
    let cycles = cycles(station, multiplex, from, until)?;
    Ok(station.timetable.check_bundles(|bundle| pass_bits(&cycles, bundle)))
}

/// Whether the bundles of a multiplex that lessons wait for are in time.
pub fn proofs(
    station: &Station,
    multiplex: usize,
    from: Ticks,
    until: Ticks,
) -> Result<Vec<BundleProof>, Failure> {
    let cycles = cycles(station, multiplex, from, until)?;
    Ok(station.timetable.bundle_proofs(|bundle| pass_bits(&cycles, bundle)))
}

/// How many seconds a pass of each bundle takes, where a lesson waits for any.
fn cycles(
    station: &Station,
    multiplex: usize,
    from: Ticks,
    until: Ticks,
) -> Result<BTreeMap<String, u64>, Failure> {
    if station.timetable.bundles().iter().all(|bundle| bundle.ready.is_none()) {
        return Ok(BTreeMap::new());
    }
    let (rundown, _) = station.rundown(multiplex, from, until)?;
    let (engine, _) = station.engine(multiplex, rundown)?;
    let bundles = engine.rundown().bundles.iter().enumerate();
    let cycle = |(number, bundle): (usize, &rundown::BundleRun)| {
        Some((bundle.id.clone(), engine.cycle_seconds(number)?))
    };
    Ok(bundles.filter_map(cycle).collect())
}

/// The bits of transport stream that a pass of a bundle takes.
fn pass_bits(cycles: &BTreeMap<String, u64>, bundle: &Bundle) -> Option<u64> {
    cycles.get(bundle.id.as_str())?.checked_mul(bundle.rate_bps.max(1))
}
