//! Filling a superframe: each slot's packet is copied or written once, in place.

use crate::config::PCR_PID;
use crate::engine::Engine;
use crate::plan::{CarouselPart, OWNER_CLOCK, OWNER_FIRST, OWNER_TABLE, Piece, Plan};
use crate::superframe::DATAGRAM_PACKETS;
use asset::{AccessUnit, PAGE_PACKETS, StreamIndex};
use bytes::Bytes;
use datacast::{Carousel, DDB_OVERHEAD, Symbol};
use mux::FREE;
use ts::packet::{AdaptationFlags, pcr_packet, set_continuity, set_pid, write_packet};
use ts::section::packetise_exact;
use ts::{NULL_PACKET, PACKET_SIZE, Packet, PacketView, pes};

/// Data that a superframe needs is missing or too short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("need {need} of the superframe has not been met")]
pub struct Missing {
    /// Its place among the needs.
    pub need: usize,
}

/// Writes the packets of a superframe into `out`, which holds its datagrams one behind the other,
/// each with `header` bytes left in front. `data` meets the plan's needs, in their order.
pub fn fill(
    engine: &Engine,
    plan: &Plan,
    data: &[Option<Bytes>],
    header: usize,
    out: &mut [u8],
) -> Result<(), Missing> {
    let stride = header + DATAGRAM_PACKETS as usize * PACKET_SIZE;
    assert_eq!(out.len(), stride * engine.multiplex.grid.datagrams() as usize);
    let mut writers = Vec::with_capacity(plan.pieces.len());
    for piece in &plan.pieces {
        writers.push(PieceWriter::new(piece, data));
    }
    let mut carousels = Vec::with_capacity(plan.carousels.len());
    for part in &plan.carousels {
        carousels.push(carousel_packets(engine, part, data)?.into_iter());
    }
    let mut tables = plan.tables.iter();
    let first_slot = engine.multiplex.grid.slots_of(plan.superframe).start;
    let slots = out
        .chunks_exact_mut(stride)
        .flat_map(|datagram| datagram[header..].chunks_exact_mut(PACKET_SIZE));
    for ((owner, slot), out) in plan.owners.iter().zip(first_slot..).zip(slots) {
        let out: &mut Packet = out.try_into().expect("a slot is a packet");
        match *owner {
            FREE => *out = NULL_PACKET,
            OWNER_CLOCK => {
                *out = pcr_packet(PCR_PID, 0, engine.multiplex.grid.slots().time_of(slot).pcr());
            }
            OWNER_TABLE => *out = tables.next().map_or(NULL_PACKET, |(_, packet)| *packet),
            owner => match writers.get_mut(usize::from(owner - OWNER_FIRST)) {
                Some(writer) => writer.next(out)?,
                None => {
                    let carousel = usize::from(owner - OWNER_FIRST) - plan.pieces.len();
                    *out = carousels[carousel].next().unwrap_or(NULL_PACKET);
                }
            },
        }
    }
    Ok(())
}

/// The packets of a carousel's share of a superframe: directory first, then blocks, the last
/// section spread so that the share is full.
fn carousel_packets(
    engine: &Engine,
    part: &CarouselPart,
    data: &[Option<Bytes>],
) -> Result<Vec<Packet>, Missing> {
    let mut packets = Vec::with_capacity(part.packets as usize);
    let Some(carousel) = engine.carousels[part.bundle].as_ref().filter(|_| !part.is_left_out)
    else {
        return Ok(packets);
    };
    let control = carousel.control_sections();
    let mut spare = {
        let symbols = part.symbols.iter().filter_map(|symbol| section_size(carousel, symbol));
        let sizes = control.iter().map(Vec::len).chain(symbols);
        let needed: usize = sizes.map(packets_for).sum();
        (part.packets as usize).saturating_sub(needed)
    };
    let mut left = control.len() + part.symbols.len();
    let mut push = |section: &[u8], packets: &mut Vec<Packet>| {
        let share = spare.div_ceil(left);
        spare -= share;
        left -= 1;
        let continuity = packets.len() as u8;
        packetise_exact(part.pid, continuity, section, packets_for(section.len()) + share, packets);
    };
    for section in control {
        push(section, &mut packets);
    }
    let mut section = Vec::with_capacity(ts::section::SECTION_MAX);
    for (i, symbol) in part.symbols.iter().enumerate() {
        let need = part.first_need + i;
        let payload = data.get(need).and_then(Option::as_ref).ok_or(Missing { need })?;
        section.clear();
        write_section(carousel, symbol, payload, &mut section).ok_or(Missing { need })?;
        push(&section, &mut packets);
    }
    Ok(packets)
}

fn section_size(carousel: &Carousel, symbol: &Symbol) -> Option<usize> {
    match *symbol {
        Symbol::Source { block } => carousel.section_size(block),
        Symbol::Repair(_) => Some(DDB_OVERHEAD + usize::from(carousel.block_size())),
    }
}

/// `None` when the payload is not that of the symbol.
fn write_section(
    carousel: &Carousel,
    symbol: &Symbol,
    payload: &[u8],
    out: &mut Vec<u8>,
) -> Option<()> {
    match *symbol {
        Symbol::Source { block } => carousel.write_ddb(block, payload, out).ok(),
        Symbol::Repair(repair) => {
            let fountain = carousel.fountain()?;
            let is_whole = payload.len() == usize::from(carousel.block_size());
            is_whole.then(|| fountain.write_repair(repair, payload, out))
        }
    }
}

fn packets_for(section_bytes: usize) -> usize {
    (section_bytes + 1).div_ceil(ts::packet::PAYLOAD_MAX)
}

/// Hands out the packets of a piece one by one.
struct PieceWriter<'a> {
    piece: &'a Piece,
    stream: &'a StreamIndex,
    data: &'a [Option<Bytes>],
    /// The unit that the next packet belongs to and its place in that unit.
    unit: usize,
    in_unit: u32,
    /// The packet's place in the airing.
    packet: u32,
}

impl<'a> PieceWriter<'a> {
    fn new(piece: &'a Piece, data: &'a [Option<Bytes>]) -> PieceWriter<'a> {
        let play = &piece.play.streams[piece.stream];
        let stream = &piece.play.index.streams[play.stream];
        let packet = piece.packets.start;
        let (unit, in_unit) = play.locate(stream, packet);
        PieceWriter { piece, stream, data, unit, in_unit, packet }
    }

    fn next(&mut self, out: &mut Packet) -> Result<(), Missing> {
        let play = &self.piece.play.streams[self.piece.stream];
        let unit = &self.stream.units[self.unit];
        // The first packet of a padded unit is split into 1 + padding packets.
        let padding = play.padding_of(self.unit);
        let from_file = self.in_unit.saturating_sub(padding);
        let source = self.source(unit, from_file)?;
        if padding > 0 && self.in_unit <= padding {
            split(source, self.in_unit, padding, out);
        } else {
            *out = *source;
        }
        if self.in_unit == 0 {
            let (pts, dts) = play.timestamps(&self.piece.play.airing, unit);
            pes::set_timestamps(out, pts, dts);
        }
        set_pid(out, self.piece.pid);
        set_continuity(out, (self.packet as u8).wrapping_add(play.counter));
        self.packet += 1;
        self.in_unit += 1;
        if self.in_unit == u32::from(unit.packets) + padding {
            self.unit += 1;
            self.in_unit = 0;
        }
        Ok(())
    }

    fn source(&self, unit: &AccessUnit, in_unit: u32) -> Result<&'a Packet, Missing> {
        let packet = unit.first_packet + in_unit;
        let need = self.piece.first_need + (packet / PAGE_PACKETS - self.piece.first_page) as usize;
        let page = self.data.get(need).and_then(Option::as_ref).ok_or(Missing { need })?;
        let at = (packet % PAGE_PACKETS) as usize * PACKET_SIZE;
        let bytes = page.get(at..at + PACKET_SIZE).ok_or(Missing { need })?;
        Ok(bytes.try_into().expect("the range is a packet long"))
    }
}

/// Writes part `part` of a packet that is split into `1 + padding`: the first part keeps all but
/// the last bytes of the payload, which follow one by one.
fn split(source: &Packet, part: u32, padding: u32, out: &mut Packet) {
    let view = PacketView::new(source);
    let payload = view.payload();
    let head = payload.len().saturating_sub(padding as usize);
    let (bytes, start) = match part {
        0 => (&payload[..head], view.unit_start()),
        _ => (&payload[head + part as usize - 1..head + part as usize], false),
    };
    let flags = AdaptationFlags { random_access: part == 0 && view.random_access(), pcr: None };
    write_packet(out, view.pid(), 0, start, flags, bytes);
}
