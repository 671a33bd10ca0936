//! One revision of one multiplex: what is configured, what is on, and its carousels.

use crate::config::Multiplex;
use crate::share::COUNTER_PERIOD;
use crate::wheel::packets_of;
use asset::Facts;
use core::ops::Range;
use datacast::schedule::{Share, blocks};
use datacast::{Carousel, Sending, Symbol, symbols};
use rundown::{Airing, COVER_AHEAD, Rundown};
use ts::packet::PAYLOAD_MAX;
use ts::{Pid, TICKS_PER_SECOND, Ticks};

/// Why the parts do not make an engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// More services than there are PIDs for.
    #[error("multiplex {multiplex} has {count} services, {max} is the most")]
    TooManyServices {
        /// The multiplex.
        multiplex: String,
        /// Its services.
        count: usize,
        /// How many it may have.
        max: usize,
    },
    /// The rundown is that of another multiplex.
    #[error("the rundown has service {found:?} where multiplex {multiplex} has {expected:?}")]
    OtherServices {
        /// The multiplex.
        multiplex: String,
        /// The service that it has.
        expected: Option<String>,
        /// The service that the rundown has.
        found: Option<String>,
    },
    /// More sounds in an asset than a service has PIDs.
    #[error("asset {asset} has {count} sounds, {max} is the most that a service can carry")]
    TooManySounds {
        /// The asset.
        asset: String,
        /// Its sounds.
        count: usize,
        /// How many it may have.
        max: usize,
    },
    /// More streams of subtitles in an asset than a service has PIDs.
    #[error("asset {asset} has {count} streams of subtitles, {max} is the most for a service")]
    TooManySubtitles {
        /// The asset.
        asset: String,
        /// Its streams of subtitles.
        count: usize,
        /// How many it may have.
        max: usize,
    },
    /// More bundles on a service than it has PIDs.
    #[error("service {service} carries {count} bundles, {max} is the most")]
    TooManyBundles {
        /// The service.
        service: String,
        /// Its bundles.
        count: usize,
        /// How many it may have.
        max: usize,
    },
}

/// The slate in place of an airing.
#[derive(Clone, Copy, Debug)]
struct Cover {
    service: usize,
    /// When the airing begins.
    airing: Ticks,
    /// The superframe from which on it is lost.
    from: u64,
    /// Whether the data of the access units that were begun before is there.
    finishes: bool,
    /// Whether the airing is cut, not lost.
    is_cut: bool,
}

/// When the slate takes over from an airing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Takeover {
    /// No access unit of the airing begins from here on.
    pub at: Ticks,
    /// An access unit that was begun before is completed when its last packet is due before this.
    pub finish_by: Ticks,
    /// The airing is cut, not lost: its sound goes on until the slate is shown.
    pub is_cut: bool,
}

/// Of sixteen symbols that a fountain is promised, so many are blocks of its carousel, in turns:
/// receivers that know nothing of fountains complete in four times the time of a pass.
const SOURCES_OF_16: u8 = 4;

/// The function from superframe numbers to datagrams, but for the data that it asks for.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) multiplex: Multiplex,
    pub(crate) rundown: Rundown,
    /// The carousel of each bundle of the rundown; `None` where its blob is missing.
    pub(crate) carousels: Vec<Option<Carousel>>,
    /// The airings that are lost or cut.
    covers: Vec<Cover>,
}

impl Engine {
    /// Puts the parts together. Carousels stand in the order of the rundown's bundles.
    pub fn new(
        multiplex: Multiplex,
        rundown: Rundown,
        carousels: Vec<Option<Carousel>>,
    ) -> Result<Engine, EngineError> {
        let count = multiplex.services.len();
        if count > Multiplex::SERVICES_MAX {
            let (multiplex, max) = (multiplex.name, Multiplex::SERVICES_MAX);
            return Err(EngineError::TooManyServices { multiplex, count, max });
        }
        for i in 0..count.max(rundown.services.len()) {
            let expected = multiplex.services.get(i).map(|s| s.id.clone());
            let found = rundown.services.get(i).map(|s| s.id.clone());
            if expected != found {
                let multiplex = multiplex.name;
                return Err(EngineError::OtherServices { multiplex, expected, found });
            }
        }
        let max = usize::from(crate::config::PIDS_PER_SERVICE) - 1;
        for service in &multiplex.services {
            let count = rundown.bundles.iter().filter(|b| b.service == service.id).count();
            if count > max {
                let service = service.id.clone();
                return Err(EngineError::TooManyBundles { service, count, max });
            }
        }
        for (asset, entry) in &rundown.assets {
            let facts = || entry.summary.streams.iter().map(|s| &s.format.facts);
            let (count, max) = (facts().filter(|f| f.is_audio()).count(), Multiplex::SOUNDS_MAX);
            if count > max {
                let asset = asset.clone();
                return Err(EngineError::TooManySounds { asset, count, max });
            }
            let texts = facts().filter(|f| matches!(f, Facts::Subtitles(_)));
            let (count, max) = (texts.count(), Multiplex::SUBTITLES_MAX);
            if count > max {
                let asset = asset.clone();
                return Err(EngineError::TooManySubtitles { asset, count, max });
            }
        }
        let covers = cuts(&multiplex, &rundown);
        Ok(Engine { multiplex, rundown, carousels, covers })
    }

    /// The same engine with the slate in place of a service's airing that begins at `start`, from
    /// superframe `k` to the airing's end. Access units that were begun before are completed,
    /// unless the airing is lost once more: then not even their data is there. `None` when there is
    /// no such airing, or nothing more can be left out.
    pub fn with_slate(&self, service: usize, start: Ticks, k: u64) -> Option<Engine> {
        let airings = &self.rundown.services.get(service)?.airings;
        airings.iter().find(|airing| airing.start == start)?;
        let mut engine = self.clone();
        let of_airing = |c: &&mut Cover| c.service == service && c.airing == start;
        match engine.covers.iter_mut().find(of_airing) {
            // It is lost before it is cut.
            Some(cover) if cover.is_cut && k < cover.from => {
                (cover.from, cover.is_cut) = (k, false);
            }
            Some(cover) if cover.finishes => cover.finishes = false,
            Some(_) => return None,
            None => {
                let (airing, from) = (start, k);
                engine.covers.push(Cover { service, airing, from, finishes: true, is_cut: false });
            }
        }
        Some(engine)
    }

    /// The place of the first airing of a service that is lost or cut.
    pub(crate) fn first_covered(&self, service: usize) -> Option<usize> {
        let airings = &self.rundown.services[service].airings;
        let of_service = self.covers.iter().filter(|c| c.service == service);
        let places = of_service.map(|c| airings.partition_point(|a| a.start < c.airing));
        places.min()
    }

    /// When the slate takes over from an airing, if it does.
    pub(crate) fn takeover_of(&self, service: usize, airing: &Airing) -> Option<Takeover> {
        self.takeover_known_at(service, airing, Ticks(u64::MAX))
    }

    /// The same as it is known at an instant: that an airing is lost is not foreseen.
    pub(crate) fn takeover_known_at(
        &self,
        service: usize,
        airing: &Airing,
        at: Ticks,
    ) -> Option<Takeover> {
        let of_airing = |c: &&Cover| c.service == service && c.airing == airing.start;
        let cover = self.covers.iter().find(of_airing)?;
        let (from, next) =
            [cover.from, cover.from + 1].map(|k| self.multiplex.grid.start(k)).into();
        if from > at {
            return None;
        }
        let at = from.max(airing.video.from);
        let is_cut = cover.is_cut && cover.finishes;
        let finish_by = match (cover.finishes, is_cut) {
            (false, _) => at,
            (true, false) => next.max(at),
            (true, true) => next.max(at + COVER_AHEAD),
        };
        Some(Takeover { at, finish_by, is_cut })
    }

    /// What is configured.
    pub fn multiplex(&self) -> &Multiplex {
        &self.multiplex
    }

    /// What is on.
    pub fn rundown(&self) -> &Rundown {
        &self.rundown
    }

    /// The bundles that are sent in a superframe that begins at `at`.
    pub(crate) fn on_air(&self, at: Ticks) -> impl Iterator<Item = usize> + '_ {
        let bundles = self.rundown.bundles.iter().enumerate();
        bundles
            .filter(move |(i, b)| {
                b.is_on_air(at) && self.carousels.get(*i).is_some_and(Option::is_some)
            })
            .map(|(i, _)| i)
    }

    /// Packets that a bundle is promised in each superframe: its rate, rounded up to a multiple of
    /// sixteen, and enough for its directory and one block.
    pub(crate) fn guaranteed_packets(&self, bundle: usize) -> u32 {
        let Some(carousel) = &self.carousels[bundle] else {
            return 0;
        };
        let rate_bps = u128::from(self.rundown.bundles[bundle].rate_bps);
        let grid = self.multiplex.grid;
        let rate = grid.slots().rate();
        // Bits of one superframe of this bundle: rate times packets times 1504 over R.
        let bits = rate_bps * u128::from(grid.packets()) * u128::from(rate.denominator());
        let packets = bits.div_ceil(u128::from(rate.numerator())) as u32;
        let least = control_packets(carousel) + block_packets(carousel);
        packets.max(least).next_multiple_of(COUNTER_PERIOD)
    }

    /// The blocks and repair symbols that a bundle sends in a superframe in which it has so many
    /// packets. A plain carousel has blocks alone.
    pub(crate) fn symbols(&self, bundle: usize, superframe: u64, packets: u32) -> Vec<Symbol> {
        let Some(carousel) = &self.carousels[bundle] else {
            return Vec::new();
        };
        let fit = |packets: u32| {
            let room = packets.saturating_sub(control_packets(carousel));
            u64::from(room / block_packets(carousel))
        };
        let guaranteed = fit(self.guaranteed_packets(bundle).min(packets));
        let share = Share { guaranteed, extra: fit(packets) - guaranteed };
        let Some(fountain) = carousel.fountain() else {
            let blocks = blocks(superframe, share, carousel.blocks());
            return blocks.map(|block| Symbol::Source { block }).collect();
        };
        // Where no rate is promised, a walk round the source symbols would take for ever.
        let share = match self.rundown.bundles[bundle].rate_bps {
            0 => Share { guaranteed: 0, extra: share.guaranteed + share.extra },
            _ => share,
        };
        let repairs_max = self.multiplex.grid.packets() / block_packets(carousel);
        let sending = Sending { repairs_max, sources_of_16: SOURCES_OF_16 };
        symbols(fountain, sending, superframe, share).collect()
    }

    /// The PID of a bundle's carousel: its place among the bundles of its service.
    pub(crate) fn carousel_pid(&self, bundle: usize) -> Pid {
        let service_id = &self.rundown.bundles[bundle].service;
        let before = self.rundown.bundles[..bundle].iter();
        let component = before.filter(|b| b.service == *service_id).count();
        let service = self.multiplex.services.iter().position(|s| s.id == *service_id);
        self.multiplex.carousel_pid(service.unwrap_or(0), component)
    }

    /// The last pass of a bundle's walk that a superframe has a part of; `None` when nothing is
    /// there to be sent. Passes are counted from the start of the time axis, so that every machine
    /// counts alike.
    pub fn pass(&self, bundle: usize, superframe: u64) -> Option<Pass> {
        let carousel = self.carousels.get(bundle)?.as_ref()?;
        let room = self.guaranteed_packets(bundle) - control_packets(carousel);
        let per_superframe = u64::from(room / block_packets(carousel));
        let blocks = carousel.blocks();
        if per_superframe == 0 || blocks == 0 {
            return None;
        }
        let (step, total) = (u128::from(per_superframe), u128::from(blocks));
        let number = u128::from(superframe) * step / total;
        let narrow = |k: u128| u64::try_from(k).unwrap_or(u64::MAX);
        // Passes meet within a superframe, which then belongs to both.
        let first = narrow(number * total / step);
        let superframes = first..narrow(((number + 1) * total).div_ceil(step));
        Some(Pass { number: narrow(number), superframes, per_superframe, blocks })
    }

    /// Seconds that a bundle takes to be sent once at its promised rate.
    pub fn cycle_seconds(&self, bundle: usize) -> Option<u64> {
        let carousel = self.carousels[bundle].as_ref()?;
        let guaranteed = self.guaranteed_packets(bundle) - control_packets(carousel);
        let blocks = u64::from(guaranteed / block_packets(carousel)).max(1);
        let superframes = carousel.blocks().div_ceil(blocks);
        let length = self.multiplex.grid.start(superframes).0;
        Some(length.div_ceil(TICKS_PER_SECOND))
    }
}

/// The airings that are cut on air, each from the first superframe on that begins behind its cut.
fn cuts(multiplex: &Multiplex, rundown: &Rundown) -> Vec<Cover> {
    let mut covers = Vec::new();
    for (service, of) in rundown.services.iter().enumerate() {
        for airing in &of.airings {
            let Some(at) = airing.cut else { continue };
            let k = multiplex.grid.at(at);
            let from = if multiplex.grid.start(k) < at { k + 1 } else { k };
            let airing = airing.start;
            covers.push(Cover { service, airing, from, finishes: true, is_cut: true });
        }
    }
    covers
}

/// One way of a bundle's walk through all of its blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Its number, from the start of the time axis.
    pub number: u64,
    /// The superframes that hold every block of it.
    pub superframes: Range<u64>,
    /// Blocks of the walk in each.
    pub per_superframe: u64,
    /// Blocks of the bundle.
    pub blocks: u64,
}

/// Packets of a carousel's directory, each section in packets of its own.
pub(crate) fn control_packets(carousel: &Carousel) -> u32 {
    carousel.control_sections().iter().map(|s| packets_of(s)).sum()
}

/// Packets of a full block.
pub(crate) fn block_packets(carousel: &Carousel) -> u32 {
    let section = usize::from(carousel.block_size()) + datacast::DDB_OVERHEAD;
    (section + 1).div_ceil(PAYLOAD_MAX) as u32
}
