//! What a lineup plans, as the log names it.

use crate::lineup::{Lineup, Part};
use engine::SuperframeGrid;
use evidence::Window;
use evidence::as_run::{Item, Planned, Why};
use rundown::{Airing, AiringKind, ServiceRundown};
use std::fmt::Write;
use ts::Ticks;

/// Everything whose packets leave in a stretch of time.
pub fn planned_in(lineup: &Lineup, stretch: Window) -> Vec<Planned> {
    let grid = lineup.grid();
    let mut planned = Vec::new();
    for (part, from, until) in parts(lineup, stretch) {
        airings(part, from, until, &mut planned);
        passes(part, grid, grid.at(from)..=grid.at(until), &mut planned);
    }
    planned
}

/// The airings whose packets leave in a stretch of time, which may be long.
pub fn airings_in(lineup: &Lineup, stretch: Window) -> Vec<Planned> {
    let mut planned = Vec::new();
    for (part, from, until) in parts(lineup, stretch) {
        airings(part, from, until, &mut planned);
    }
    planned
}

/// What is cut on air in a stretch of time: service, start and cut.
pub fn cuts_in(lineup: &Lineup, stretch: Window) -> Vec<(String, Ticks, Ticks)> {
    let mut cuts = Vec::new();
    for (part, from, until) in parts(lineup, stretch) {
        for service in &part.engine.rundown().services {
            let airings = &service.airings[service.delivered_in(from, until)];
            let cut = airings.iter().filter_map(|a| Some((service.id.clone(), a.start, a.cut?)));
            cuts.extend(cut.filter(|(_, _, at)| *at < until));
        }
    }
    cuts
}

/// The parts of a lineup that make a stretch of time, each with what it makes of it.
fn parts(lineup: &Lineup, stretch: Window) -> Vec<(&Part, Ticks, Ticks)> {
    let grid = lineup.grid();
    let (from, until) = (stretch.start.0, stretch.end.0);
    let superframes = grid.at(from)..grid.at(until) + 1;
    let made = lineup.stretches(superframes).map(|(range, part)| {
        (part, from.max(grid.start(range.start)), until.min(grid.start(range.end)))
    });
    made.filter(|(_, from, until)| from < until).collect()
}

fn airings(part: &Part, from: Ticks, until: Ticks, planned: &mut Vec<Planned>) {
    for service in &part.engine.rundown().services {
        for airing in &service.airings[service.delivered_in(from, until)] {
            planned.push(of_airing(part, service, airing));
        }
    }
}

fn of_airing(part: &Part, service: &ServiceRundown, airing: &Airing) -> Planned {
    let rundown = part.engine.rundown();
    let (asset, entry) = rundown.asset(airing.asset);
    let why = match airing.kind {
        AiringKind::Programme => Why::Programme,
        AiringKind::Filler => Why::Filler,
        AiringKind::Slate => Why::Slate,
    };
    let (video, audio) = (airing.video, airing.audio);
    Planned {
        service: service.id.clone(),
        item: Item::Airing { asset: asset.clone(), content: hex(&entry.summary.digest), why },
        revision: rundown.revision,
        window: Window::new(airing.start, airing.end),
        delivery: Window::new(video.from.min(audio.from), video.until.max(audio.until)),
    }
}

/// The passes of bundles that have a part in these superframes.
fn passes(
    part: &Part,
    grid: SuperframeGrid,
    superframes: std::ops::RangeInclusive<u64>,
    planned: &mut Vec<Planned>,
) {
    let rundown = part.engine.rundown();
    for (place, bundle) in rundown.bundles.iter().enumerate() {
        let Some(digest) = part.source.bundle_digest(place) else { continue };
        let end = *superframes.end();
        // Passes meet within a superframe: the one that begins in the last is told by the next.
        for k in *superframes.start()..=end + 1 {
            let Some(pass) = part.engine.pass(place, k) else { continue };
            // Carousels are chosen by the start of a superframe.
            let is_sent = |k: &u64| bundle.is_on_air(grid.start(*k));
            let k = k.min(end);
            if pass.superframes.start > k || !is_sent(&k) {
                continue;
            }
            let first = (pass.superframes.start..k).rev().take_while(is_sent).last().unwrap_or(k);
            let end = (k..pass.superframes.end).take_while(is_sent).last().unwrap_or(k) + 1;
            let window = Window::new(grid.start(first), grid.start(end));
            let planned_blocks = ((end - first) * pass.per_superframe).min(pass.blocks);
            planned.push(Planned {
                service: bundle.service.clone(),
                item: Item::BundlePass {
                    bundle: bundle.id.clone(),
                    content: digest.to_string(),
                    pass: pass.number,
                    blocks: pass.blocks,
                    planned_blocks,
                },
                revision: rundown.revision,
                window,
                delivery: window,
            });
        }
    }
}

/// Hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes text");
        text
    })
}
