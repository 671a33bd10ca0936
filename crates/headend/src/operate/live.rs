//! The picture of what is on air.

use super::{Board, bundles};
use crate::lineup::Part;
use crate::station::Station;
use crate::when;
use control::Live;
use control::model::{
    Airing, KindRate, Lateness, LatenessBucket, MultiplexNow, OutputNow, ServiceNow,
};
use engine::Usage;
use rundown::{AiringKind, Rundown, ServiceRundown};
use std::time::Duration;
use timetable::Zone;
use ts::{TICKS_PER_SECOND, Ticks};
use uplink::{MultiplexStatus, OutputStatus, Status};

/// A realtime clock that is further away than this is not synchronised with anything.
const CLOCK_ERROR_MAX: Duration = Duration::from_millis(500);

/// Makes pictures, each with what changed since the one before.
#[derive(Debug)]
pub(super) struct Lookout {
    board: Board,
    before: Option<Status>,
}

impl Lookout {
    pub fn new(board: Board) -> Lookout {
        Lookout { board, before: None }
    }

    /// How things stand now.
    pub fn look(&mut self) -> Live {
        let board = &self.board;
        let (station, now, status) = (board.station(), board.monitor.now(), board.monitor.status());
        let zone = station.timetable.zone();
        let unready = unready(&station, &status, self.before.as_ref());
        let mut live = Live {
            at: show(zone, now),
            revision: station.history.last().map_or(0, |revision| revision.number),
            silence_ms: u64::try_from(status.silence.as_millis()).unwrap_or(u64::MAX),
            unready,
            ..Live::default()
        };
        for (place, current) in board.lineups.iter().enumerate() {
            let lineup = current.get();
            let superframe = lineup.grid().at(now);
            let part = lineup.at(superframe);
            let config = &station.config.multiplexes[place];
            let rundown = part.engine.rundown();
            live.services.extend(services(&config.name, rundown, zone, now));
            live.bundles.extend(bundles::bundles(&config.name, &station, part, now));
            let usage = board.usages[place].of(superframe);
            let mut multiplex = figures(&status.multiplexes[place]);
            multiplex.superframe = superframe;
            multiplex.rate_bps = config.rate().bps_floor();
            multiplex.kinds = usage.map_or_else(Vec::new, |usage| kinds(part, superframe, &usage));
            for (output, config) in multiplex.outputs.iter_mut().zip(&config.outputs) {
                output.name = config.name().to_owned();
                output.to = config.destination().to_string();
            }
            live.multiplexes.push(multiplex);
        }
        self.before = Some(status);
        live
    }
}

/// An instant as calls tell it.
pub(super) fn show(zone: &Zone, at: Ticks) -> String {
    when::show(at, zone.utc_offset_s(at))
}

/// An airing as calls tell it.
pub(super) fn airing(
    rundown: &Rundown,
    service: &ServiceRundown,
    airing: &rundown::Airing,
    zone: &Zone,
) -> Airing {
    let event = airing.event.map(|event| &service.events[event as usize]);
    let text = |text: &String| (!text.is_empty()).then(|| text.clone());
    Airing {
        start: show(zone, airing.start),
        end: show(zone, airing.end),
        length_ms: airing.end.since(airing.start).as_ms(),
        kind: match airing.kind {
            AiringKind::Programme => "programme",
            AiringKind::Filler => "filler",
            AiringKind::Slate => "slate",
        }
        .to_owned(),
        asset: rundown.asset(airing.asset).0.clone(),
        in_point_ms: airing.in_point.as_ms(),
        event_id: event.map(|event| event.event_id),
        title_zh: event.and_then(|event| text(&event.title.zh)),
        title_en: event.and_then(|event| text(&event.title.en)),
    }
}

fn services<'r>(
    multiplex: &'r str,
    rundown: &'r Rundown,
    zone: &'r Zone,
    now: Ticks,
) -> impl Iterator<Item = ServiceNow> + 'r {
    let shown = rundown.services.iter().filter(|service| !service.airings.is_empty());
    shown.map(move |service| {
        let behind = service.airings.partition_point(|a| a.start <= now);
        let mut later = service.airings[behind..].iter();
        let next = later.find(|a| a.kind == AiringKind::Programme);
        let told = |a: &rundown::Airing| airing(rundown, service, a, zone);
        ServiceNow {
            multiplex: multiplex.to_owned(),
            service: service.id.clone(),
            now: service.on_air(now).map(told),
            next: next.map(told),
        }
    })
}

/// What the slots of a superframe carry.
fn kinds(part: &Part, superframe: u64, usage: &Usage) -> Vec<KindRate> {
    let grid = part.engine.multiplex().grid;
    let length = grid.start(superframe + 1).since(grid.start(superframe)).0.max(1) as u128;
    let one = |kind: &str, id: Option<&str>, packets: u32| KindRate {
        kind: kind.to_owned(),
        id: id.map(str::to_owned),
        packets,
        rate_bps: (u128::from(packets) * 1504 * u128::from(TICKS_PER_SECOND) / length) as u64,
    };
    let services = usage.demands.services.iter();
    let bundles = usage.carousels.iter().filter_map(|(bundle, packets)| {
        let bundle = part.engine.rundown().bundles.get(*bundle)?;
        Some(one("bundle", Some(&bundle.id), *packets))
    });
    let mut kinds = vec![one("tables", None, usage.demands.tables)];
    kinds.extend(services.map(|(id, packets)| one("service", Some(id), *packets)));
    kinds.extend(bundles);
    kinds.push(one("null", None, usage.nulls));
    kinds
}

fn figures(status: &MultiplexStatus) -> MultiplexNow {
    let buckets = status.lateness.0.iter().enumerate();
    let bucket = |(i, count): (usize, &u64)| LatenessBucket { below_us: 1 << i, count: *count };
    MultiplexNow {
        name: status.name.clone(),
        sent: status.sent,
        repairs_sent: status.repairs_sent,
        skipped: status.skipped,
        repairs_skipped: status.repairs_skipped,
        starved: status.starved,
        lateness: Lateness {
            buckets: buckets.map(bucket).collect(),
            half_below_us: status.lateness.below_us(500),
            per_mille_999_below_us: status.lateness.below_us(999),
        },
        outputs: status.outputs.iter().map(output).collect(),
        ..MultiplexNow::default()
    }
}

fn output(status: &OutputStatus) -> OutputNow {
    let errno = status.last_errno;
    OutputNow {
        sent: status.sent,
        errors: status.errors,
        last_error: (errno != 0).then(|| std::io::Error::from_raw_os_error(errno).to_string()),
        ..OutputNow::default()
    }
}

/// What keeps the headend from being ready.
fn unready(station: &Station, status: &Status, before: Option<&Status>) -> Vec<String> {
    let mut faults = Vec::new();
    for (asset, why) in station.faulty.iter().take(10) {
        faults.push(format!("asset {asset} cannot be aired: {why}"));
    }
    for (bundle, why) in station.faulty_bundles.iter().take(10) {
        faults.push(format!("bundle {bundle} cannot be sent: {why}"));
    }
    if u128::from(status.clock.error_ns.unsigned_abs()) > CLOCK_ERROR_MAX.as_nanos() {
        let ms = status.clock.error_ns / 1_000_000;
        faults.push(format!("the clock of the system is {ms} ms away"));
    }
    let Some(before) = before else {
        faults.push("sending has just begun".to_owned());
        return faults;
    };
    for (now, then) in status.multiplexes.iter().zip(&before.multiplexes) {
        let place = station.config.multiplexes.iter().find(|m| m.name == now.name);
        for (i, (now_output, then_output)) in now.outputs.iter().zip(&then.outputs).enumerate() {
            if now_output.errors > then_output.errors {
                let name = place.and_then(|m| m.outputs.get(i)).map_or("?", |o| o.name());
                faults.push(format!("output {name} of {} is refused by the system", now.name));
            }
        }
        if now.sent == then.sent {
            faults.push(format!("multiplex {} sends nothing", now.name));
        }
    }
    faults
}
