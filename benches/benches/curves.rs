//! What smoothing gains: the worst second of each film and shipped lesson when each access unit is
//! sent at its decoding time and when it follows its delivery curve; and how many services then fit
//! into one multiplex.

use asset::AssetIndex;
use benches::films;
use benches::station::{self, FROM, RATE_BPS};
use engine::{Contributors, Planner, Play};
use headend::lineup::Lineup;
use headend::station::Station;
use headend::when;
use library::catalogue::Query;
use library::{AssetId, Library};
use rundown::{AssetIx, CatalogueEntry, by_itself};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use ts::{PACKET_BITS, Span, TICKS_PER_SECOND, Ticks};

const SECOND: Span = Span::from_seconds(1);
/// Services begin so long after one another, so that equal films do not peak together.
const STAGGER_S: u32 = 11;

fn main() {
    println!("curves: the worst second of video over its mean");
    println!("  {:14} {:>11} {:>9} {:>9}", "", "mean kbit/s", "at DTS", "on curve");
    let films = station::library();
    for id in names(&films).iter().filter(|id| id.starts_with("film")) {
        show(&films, id);
    }
    let shipped = shipped();
    names(&shipped).iter().for_each(|id| show(&shipped, id));
    println!("services of the films that fit into {RATE_BPS} bit/s");
    println!("  at DTS, evened out over each superframe  {}", most(|n| fits_unsmoothed(n, 1.0)));
    println!("  at DTS, evened out over 100 ms           {}", most(|n| fits_unsmoothed(n, 0.1)));
    println!("  on their delivery curves                 {}", most(fits_smoothed));
}

/// The assets of a library.
fn names(library: &Path) -> Vec<String> {
    let library = Library::open(library).expect("a library");
    let catalogue = library.catalogue().expect("a catalogue");
    let found = catalogue.search(&Query::default()).expect("a catalogue that can be searched");
    found.into_iter().map(|asset| asset.id.to_string()).collect()
}

/// A library of the lessons that the project ships.
fn shipped() -> PathBuf {
    let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schedules/demo/media");
    let entries = std::fs::read_dir(media).expect("the lessons are there");
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    let lessons = paths.filter(|path| path.extension().is_some_and(|e| e == "ts"));
    let name = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
    station::ingest("shipped", lessons.map(|path| (name(&path), path)))
}

fn index(library: &Path, id: &str) -> AssetIndex {
    let id: AssetId = id.parse().expect("a name from the catalogue");
    let library = Library::open(library).expect("a library");
    library.index(&id).expect("an index")
}

/// Prints a line about the video of an asset, if it has any.
fn show(library: &Path, id: &str) {
    let index = index(library, id);
    if !index.streams[0].format.facts.is_video() {
        return;
    }
    let entry = CatalogueEntry { summary: index.summary(), entry_points: Vec::new() };
    let airing = by_itself(AssetIx(0), &entry, Ticks::from_seconds(1)).expect("an airing");
    let play = Play::new(airing, Arc::new(index)).expect("an asset that can be aired");
    let stream = &play.index.streams[0];
    let mean = f64::from(stream.packets()) * TICKS_PER_SECOND as f64 / play.index.duration.0 as f64;
    let units: Vec<(i64, u32)> =
        stream.units.iter().map(|unit| (unit.dts.0, u32::from(unit.packets))).collect();
    let before = f64::from(worst(&units, SECOND)) / mean;
    let after = f64::from(play.streams[0].curve.peak_in_window(SECOND)) / mean;
    let kbps = mean * PACKET_BITS as f64 / 1000.0;
    println!("  {id:14} {kbps:11.0} {before:9.2} {after:9.2}");
}

/// The most packets within any window, of units in order of time.
fn worst(units: &[(i64, u32)], window: Span) -> u32 {
    let (mut first, mut held, mut most) = (0, 0, 0);
    for (time, packets) in units {
        held += packets;
        while units[first].0 <= time - window.0 {
            held -= units[first].1;
            first += 1;
        }
        most = most.max(held);
    }
    most
}

/// The greatest number of services that fit.
fn most(fits: impl Fn(u32) -> bool) -> u32 {
    (1..).take_while(|services| fits(*services)).last().unwrap_or(0)
}

/// Calls `look` with what each superframe must send while all services play, until that is false.
fn superframes(
    services: u32,
    mut look: impl FnMut(Ticks, Ticks, Option<Contributors>) -> bool,
) -> bool {
    let config = station::films("curves", services, STAGGER_S, &[]);
    let station = Station::open(&config).expect("a station");
    let from = when::parse_instant(FROM).expect("an instant")
        + Span::from_seconds(i64::from(STAGGER_S * services));
    let until = from + Span::from_seconds(i64::from(films::FILM_S));
    let lineup = Lineup::new(&station, 0, from, until).expect("a lineup");
    let grid = lineup.grid();
    let mut planner = Planner::default();
    (grid.at(from)..grid.at(until)).all(|k| {
        let part = lineup.at(k);
        let counted = planner.count(&part.engine, k, |asset| part.source.index(asset).ok());
        look(grid.start(k), grid.start(k + 1), counted.ok())
    })
}

fn fits_smoothed(services: u32) -> bool {
    superframes(services, |_, _, counted| counted.is_some())
}

/// Whether services fit whose units are sent at their decoding times, evened out over a share of
/// the superframe: tables, clock and null packets take what they take otherwise.
fn fits_unsmoothed(services: u32, window_share: f64) -> bool {
    let library = station::library();
    let begin = when::parse_instant(FROM).expect("an instant");
    let length = i64::from(films::FILM_S) * TICKS_PER_SECOND as i64;
    let units: Vec<BTreeMap<i64, u32>> = (1..=6).map(|i| sent(&library, i)).collect();
    let due = |service: u32, from: Ticks, until: Ticks| -> u32 {
        let start = begin + Span::from_seconds(i64::from(service * STAGGER_S));
        let (a, b) = (from.since(start).0, until.since(start).0);
        let film = &units[service as usize % 6];
        // The film is on again and again.
        let round = a.div_euclid(length) * length;
        [round, round + length]
            .iter()
            .map(|round| film.range(a - round..b - round).map(|(_, packets)| packets).sum::<u32>())
            .sum()
    };
    superframes(services.min(6), |from, until, counted| {
        let counted = counted.expect("six services fit");
        let fixed = u64::from(counted.tables + counted.nulls);
        let room = (f64::from(counted.slots - fixed as u32) * window_share) as u32;
        let step = (until.since(from).0 as f64 * window_share) as i64;
        (0..(1.0 / window_share).round() as i64).all(|i| {
            let (a, b) = (from + Span(i * step), from + Span((i + 1) * step));
            (0..services).map(|service| due(service, a, b)).sum::<u32>() <= room
        })
    })
}

/// Packets of all streams of a film by decoding time.
fn sent(library: &Path, film: u32) -> BTreeMap<i64, u32> {
    let index = index(library, &format!("film-{film}"));
    let mut sent = BTreeMap::new();
    for unit in index.streams.iter().flat_map(|stream| &stream.units) {
        *sent.entry(unit.dts.0).or_default() += u32::from(unit.packets);
    }
    sent
}
