//! The plan of one superframe: an owner for each slot, and the pages that are needed to fill it.

use crate::cast::Cast;
use crate::config::Multiplex;
use crate::engine::Engine;
use crate::error::{Contributors, PlanError, TableFault};
use crate::play::{Play, line};
use crate::share::{Claim, divide};
use crate::tables::Tables;
use asset::{AssetIndex, PAGE_PACKETS};
use core::ops::Range;
use datacast::{RepairId, Symbol};
use mux::Merger;
use rundown::AssetIx;
use std::sync::Arc;
use ts::{Packet, Pid, Span, Ticks};

/// The owner of slots that carry a clock reference.
pub(crate) const OWNER_CLOCK: u16 = 0;
/// The owner of slots that carry tables.
pub(crate) const OWNER_TABLE: u16 = 1;
/// The first owner of stream pieces and, behind those, carousels.
pub(crate) const OWNER_FIRST: u16 = 2;
/// The longest between two clock references, with margin to the 35 ms that we promise.
const CLOCK_INTERVAL: Span = Span::from_ms(33);

/// Something that must be read before a superframe can be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// A page of an asset's file.
    Page {
        /// The asset.
        asset: AssetIx,
        /// The page, counted in [`asset::PAGE_PACKETS`].
        page: u32,
    },
    /// A part of a bundle's blob.
    Blob {
        /// The bundle's place in the rundown.
        bundle: usize,
        /// Which bytes.
        range: Range<u64>,
    },
    /// A repair symbol of a bundle that is a fountain.
    Repair {
        /// The bundle's place in the rundown.
        bundle: usize,
        /// Which symbol.
        repair: RepairId,
    },
}

/// What a superframe will carry. Filling it needs only the data that it asks for.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which superframe.
    pub superframe: u64,
    /// What must be read.
    pub needs: Vec<Need>,
    /// The furthest that the merge moves a packet from its nominal slot, in slots.
    pub displacement: u32,
    /// How the slots are used.
    pub usage: Usage,
    pub(crate) owners: Vec<u16>,
    pub(crate) tables: Vec<(u32, Packet)>,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) carousels: Vec<CarouselPart>,
}

/// Slots of a superframe by use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// What must be sent.
    pub demands: Contributors,
    /// Packets of each carousel, in the order of the rundown.
    pub carousels: Vec<(usize, u32)>,
    /// Null packets.
    pub nulls: u32,
}

/// The packets of one elementary stream of one airing that belong to a superframe.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub play: Arc<Play>,
    /// The service's place in the multiplex.
    pub service: usize,
    /// The place in the play's streams.
    pub stream: usize,
    pub pid: Pid,
    pub packets: Range<u32>,
    /// The pages that hold them and where their data stands among the needs.
    pub first_page: u32,
    pub first_need: usize,
}

/// The packets of one carousel.
#[derive(Clone, Debug)]
pub(crate) struct CarouselPart {
    pub bundle: usize,
    pub pid: Pid,
    pub packets: u32,
    pub symbols: Vec<Symbol>,
    pub first_need: usize,
    /// Null packets stand in its place.
    pub is_left_out: bool,
}

impl Plan {
    /// The airing that asks for a page, as service and start, for when it cannot be read; `None`
    /// when it is a bundle that asks.
    pub fn airing_of_need(&self, need: usize) -> Option<(usize, Ticks)> {
        let first_of_bundles = self.carousels.first().map_or(usize::MAX, |part| part.first_need);
        let behind = self.pieces.iter().filter(|p| p.first_need <= need && need < first_of_bundles);
        behind.max_by_key(|p| p.first_need).map(|p| (p.service, p.play.airing.start))
    }

    /// Leaves out the carousel that has this need: null packets stand in place of all that it has
    /// in the superframe. Its counter goes on behind them, for it has a multiple of 16 packets in
    /// each. Needs of airings are not left out.
    pub fn leave_out(&mut self, need: usize) {
        let mut parts = self.carousels.iter_mut().rev();
        if let Some(part) = parts.find(|part| part.first_need <= need) {
            part.is_left_out = true;
        }
    }
}

/// Plans superframes. Everything that it remembers can be forgotten without changing a byte.
#[derive(Debug, Default)]
pub struct Planner {
    merger: Merger,
    tables: Option<(u32, Tables)>,
    cast: Cast,
}

impl Planner {
    /// What must be sent in a superframe, by who asks for it, or why it cannot be: the part of
    /// [`Planner::plan`] that tells whether there is room, without giving slots away.
    pub fn count(
        &mut self,
        engine: &Engine,
        superframe: u64,
        mut index: impl FnMut(AssetIx) -> Option<Arc<AssetIndex>>,
    ) -> Result<Contributors, PlanError> {
        let grid = engine.multiplex.grid;
        let (from, until) = (grid.start(superframe), grid.start(superframe + 1));
        let pieces = self.pieces(engine, from, until, &mut index)?;
        let fault = |source| PlanError::Table { superframe, source };
        let tables = self.tables_of(engine).map_err(fault)?;
        let count = tables.count(&engine.multiplex, &engine.rundown, superframe).map_err(fault)?;
        let clocks = clock_slots(from, until, grid.packets()).len() as u32;
        let demands = demands(engine, count + clocks, &pieces, from);
        if demands.total() > u64::from(grid.packets()) {
            return Err(PlanError::Overbooked { superframe, contributors: demands });
        }
        Ok(demands)
    }

    /// How many days the programme guide tells in a superframe, that of the superframe included:
    /// fewer than the eight of the standard when there is no room for more. `None` without events.
    pub fn guide_days(
        &mut self,
        engine: &Engine,
        superframe: u64,
    ) -> Result<Option<u32>, PlanError> {
        let fault = |source| PlanError::Table { superframe, source };
        let tables = self.tables_of(engine).map_err(fault)?;
        tables.guide_days(&engine.multiplex, &engine.rundown, superframe).map_err(fault)
    }

    /// Plans a superframe. `index` gives the index of an asset.
    pub fn plan(
        &mut self,
        engine: &Engine,
        superframe: u64,
        mut index: impl FnMut(AssetIx) -> Option<Arc<AssetIndex>>,
    ) -> Result<Plan, PlanError> {
        let grid = engine.multiplex.grid;
        let (from, until) = (grid.start(superframe), grid.start(superframe + 1));
        if from < engine.rundown.from || until > engine.rundown.until {
            return Err(PlanError::OutsideRundown { superframe });
        }
        let tables = self.tables(engine, superframe)?;
        let pieces = self.pieces(engine, from, until, &mut index)?;
        let slots = grid.packets();
        let clocks = clock_slots(from, until, slots);
        let table_packets = (tables.len() + clocks.len()) as u32;
        let demands = demands(engine, table_packets, &pieces, from);
        let overbooked = |contributors: &Contributors| PlanError::Overbooked {
            superframe,
            contributors: contributors.clone(),
        };
        self.merger.begin(slots);
        if demands.total() > u64::from(slots) {
            return Err(overbooked(&demands));
        }
        for slot in clocks {
            self.merger.reserve(slot, OWNER_CLOCK).map_err(|_| overbooked(&demands))?;
        }
        for (slot, _) in &tables {
            self.merger.reserve(*slot, OWNER_TABLE).map_err(|_| overbooked(&demands))?;
        }
        for (owner, piece) in (OWNER_FIRST..).zip(&pieces) {
            self.merger.demand(owner, nominal_slots(piece, from, until, slots));
        }
        let free = self.merger.merge().map_err(|_| overbooked(&demands))?;
        let carousels = carousels(engine, superframe, from, free - demands.nulls);
        let first = OWNER_FIRST + pieces.len() as u16;
        let counts: Vec<(u16, u32)> =
            (first..).zip(&carousels).map(|(owner, part)| (owner, part.packets)).collect();
        self.merger.share(free, &counts);
        let used: u32 = counts.iter().map(|(_, packets)| packets).sum();
        let usage = Usage {
            demands,
            carousels: carousels.iter().map(|c| (c.bundle, c.packets)).collect(),
            nulls: free - used,
        };
        let mut plan = Plan {
            superframe,
            needs: Vec::new(),
            displacement: self.merger.displacement(),
            usage,
            owners: self.merger.owners().to_vec(),
            tables,
            pieces,
            carousels,
        };
        plan.collect_needs(engine);
        Ok(plan)
    }

    fn tables(
        &mut self,
        engine: &Engine,
        superframe: u64,
    ) -> Result<Vec<(u32, Packet)>, PlanError> {
        let fault = |source| PlanError::Table { superframe, source };
        let tables = self.tables_of(engine).map_err(fault)?;
        tables.packets(engine, superframe).map_err(fault)
    }

    /// The tables of the engine's revision, made when they are first asked for.
    fn tables_of(&mut self, engine: &Engine) -> Result<&mut Tables, TableFault> {
        let revision = engine.rundown.revision;
        let kept = self.tables.take().filter(|(of, _)| *of == revision);
        let tables = match kept {
            Some((_, tables)) => tables,
            None => Tables::new(&engine.multiplex, &engine.rundown)?,
        };
        Ok(&mut self.tables.insert((revision, tables)).1)
    }

    /// The stream packets whose nominal time lies in `[from, until)`, in order of service.
    fn pieces(
        &mut self,
        engine: &Engine,
        from: Ticks,
        until: Ticks,
        index: &mut impl FnMut(AssetIx) -> Option<Arc<AssetIndex>>,
    ) -> Result<Vec<Piece>, PlanError> {
        self.cast.forget_before(from);
        let mut pieces = Vec::new();
        for service in 0..engine.rundown.services.len() {
            for airing in engine.rundown.services[service].delivered_in(from, until) {
                for play in self.cast.plays(engine, service, airing, until, index)? {
                    push_pieces(&engine.multiplex, service, &play, from, until, &mut pieces);
                }
            }
        }
        Ok(pieces)
    }
}

impl Plan {
    /// Lists what must be read: for each airing the pages that its streams touch, then the blocks.
    fn collect_needs(&mut self, engine: &Engine) {
        for piece in &mut self.pieces {
            let pages = pages_of(piece);
            piece.first_page = pages.start;
            piece.first_need = self.needs.len();
            let asset = piece.play.airing.asset;
            self.needs.extend(pages.map(|page| Need::Page { asset, page }));
        }
        for part in &mut self.carousels {
            part.first_need = self.needs.len();
            let carousel = engine.carousels[part.bundle].as_ref();
            let bundle = part.bundle;
            let need = |symbol: &Symbol| match *symbol {
                Symbol::Source { block } => {
                    let range = carousel?.block_range(block)?;
                    Some(Need::Blob { bundle, range })
                }
                Symbol::Repair(repair) => Some(Need::Repair { bundle, repair }),
            };
            self.needs.extend(part.symbols.iter().filter_map(need));
        }
    }
}

/// The pages that hold the access units that a piece sends from.
fn pages_of(piece: &Piece) -> Range<u32> {
    let stream_play = &piece.play.streams[piece.stream];
    let stream = &piece.play.index.streams[stream_play.stream];
    let units = stream_play.units_of(stream, &piece.packets);
    let (mut first, mut end) = (u32::MAX, 0);
    for unit in &stream.units[units] {
        let last = unit.first_packet + u32::from(unit.packets) - 1;
        first = first.min(unit.first_packet / PAGE_PACKETS);
        end = end.max(last / PAGE_PACKETS + 1);
    }
    first..end
}

/// Slots of the clock references, evenly apart.
fn clock_slots(from: Ticks, until: Ticks, slots: u32) -> Vec<u32> {
    let length = until.since(from).0;
    let count = length.div_euclid(CLOCK_INTERVAL.0) as u64 + 1;
    (0..count).map(|i| (i * u64::from(slots) / count) as u32).collect()
}

fn push_pieces(
    multiplex: &Multiplex,
    service: usize,
    play: &Arc<Play>,
    from: Ticks,
    until: Ticks,
    pieces: &mut Vec<Piece>,
) {
    for (number, stream) in play.streams.iter().enumerate() {
        let (place, codec) = line(&play.index, stream.stream);
        let at = |time: Ticks| {
            let first = stream.curve.first_at_or_after(time.since(play.airing.start));
            first.min(stream.end)
        };
        let packets = at(from)..at(until);
        if !packets.is_empty() {
            pieces.push(Piece {
                play: play.clone(),
                service,
                stream: number,
                pid: multiplex.stream_pid(service, place, codec),
                packets,
                first_page: 0,
                first_need: 0,
            });
        }
    }
}

/// The nominal slots of a piece's packets within the superframe `[from, until)`.
fn nominal_slots(
    piece: &Piece,
    from: Ticks,
    until: Ticks,
    slots: u32,
) -> impl Iterator<Item = u32> + '_ {
    let length = until.since(from).0;
    // Slots per tick as a 40-bit fraction: a product with a time within the superframe has less
    // than 64 bits, and one multiplication replaces a division for each packet.
    let scale = ((u64::from(slots) << 40) / length as u64) as u128;
    let start = from.since(piece.play.airing.start).0;
    let Range { start: first, end } = piece.packets;
    let curve = &piece.play.streams[piece.stream].curve;
    curve.segments(first, end).flat_map(move |segment| {
        let (a, b) = (segment.first.max(first), segment.end.min(end));
        // Ticks per packet with 20 bits of fraction, stepped from the first packet of the range.
        let step = ((segment.until - segment.from) << 20) / i64::from(segment.end - segment.first);
        let begin = (segment.time_of(a) - start) << 20;
        (a..b).map(move |packet| {
            let ticks = (begin + step * i64::from(packet - a)).max(0) as u64 >> 20;
            ((u128::from(ticks) * scale) >> 40) as u32
        })
    })
}

fn demands(engine: &Engine, tables: u32, pieces: &[Piece], at: Ticks) -> Contributors {
    let slots = engine.multiplex.grid.packets();
    let mut services: Vec<(String, u32)> = Vec::new();
    for piece in pieces {
        let id = &engine.multiplex.services[piece.service].id;
        let packets = piece.packets.end - piece.packets.start;
        match services.last_mut() {
            Some((last, total)) if last == id => *total += packets,
            _ => services.push((id.clone(), packets)),
        }
    }
    let bundles = engine
        .on_air(at)
        .map(|b| (engine.rundown.bundles[b].id.clone(), engine.guaranteed_packets(b)))
        .collect();
    Contributors {
        slots,
        tables,
        nulls: (u64::from(slots) * u64::from(engine.multiplex.null_share_e4)).div_ceil(10_000)
            as u32,
        services,
        bundles,
    }
}

fn carousels(engine: &Engine, superframe: u64, at: Ticks, room: u32) -> Vec<CarouselPart> {
    let bundles: Vec<usize> = engine.on_air(at).collect();
    let claim = |b: &usize| Claim {
        guaranteed: engine.guaranteed_packets(*b),
        weight: engine.rundown.bundles[*b].weight,
    };
    let claims: Vec<Claim> = bundles.iter().map(claim).collect();
    let shares = divide(room, &claims);
    let part = |(bundle, packets): (usize, u32)| {
        let symbols = engine.symbols(bundle, superframe, packets);
        let pid = engine.carousel_pid(bundle);
        CarouselPart { bundle, pid, packets, symbols, first_need: 0, is_left_out: false }
    };
    bundles.into_iter().zip(shares).filter(|(_, p)| *p > 0).map(part).collect()
}
