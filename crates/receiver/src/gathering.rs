//! The symbols of a version that is a fountain: what is there, and when a source block is decoded.
//!
//! Source symbols are blocks of modules and lie in their spools; repair symbols lie in a spool for
//! each source block. When there are enough, the caller is asked to decode, and what it gives back
//! are the blocks that were missing, which go the way of blocks from the air. So the CRC of each
//! module and the digest of each file stand guard over what is decoded too.

use crate::event::SpoolId;
use crate::limits::Usage;
use crate::module::Module;
use core::ops::Range;
use datacast::{Collection, Ddb, Fountain, Place, Taken};
use std::collections::{BTreeMap, BTreeSet};

/// Memory for the id of a repair symbol, in bits.
const REPAIR_BITS: u64 = 96;

/// Which symbols of a version are there.
#[derive(Debug)]
pub(crate) struct Gathering {
    pub(crate) collection: Collection,
    /// The blocks of the carousel that each module has, in the order of both.
    shelves: Vec<(u16, Range<u64>)>,
    /// Of each source block, its repair symbols and whether the caller decodes it.
    source_blocks: Vec<Shelf>,
    /// Modules that no file needs any more, but their source blocks.
    deferred: BTreeSet<u16>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Shelf {
    repairs: Option<SpoolId>,
    is_asked: bool,
}

impl Gathering {
    /// Begins with what modules have already; `None` when the fountain is not that of the modules.
    pub(crate) fn new(fountain: Fountain, modules: &BTreeMap<u16, Module>) -> Option<Gathering> {
        let mut shelves = Vec::with_capacity(modules.len());
        let mut end = 0;
        for (id, module) in modules {
            let first = end;
            end += u64::from(module.key.blocks());
            shelves.push((*id, first..end));
            if module.key.block_size != fountain.symbol_size() {
                return None;
            }
        }
        if end != fountain.blocks() {
            return None;
        }
        let count = usize::from(fountain.source_blocks());
        let collection = Collection::new(fountain);
        let source_blocks = vec![Shelf::default(); count];
        let mut gathering =
            Gathering { collection, shelves, source_blocks, deferred: BTreeSet::new() };
        for number in 0..fountain.source_blocks() {
            gathering.recount(number, modules);
        }
        Some(gathering)
    }

    /// What a fountain needs beside its carousel.
    pub(crate) fn need_of(fountain: &Fountain) -> Usage {
        let bytes = fountain.blocks() * u64::from(fountain.symbol_size());
        let blocks = fountain.blocks() * REPAIR_BITS;
        Usage { spool_bytes: bytes, blocks, ..Usage::default() }
    }

    /// The place of a module's block in the carousel.
    pub(crate) fn block_of(&self, module: u16, block: u16) -> Option<u64> {
        let shelf = self.shelf(module)?;
        Some(shelf.start + u64::from(block)).filter(|block| shelf.contains(block))
    }

    /// The module of a block of the carousel, and its number there.
    pub(crate) fn module_of(&self, block: u64) -> Option<(u16, u16)> {
        locate(&self.shelves, block)
    }

    fn shelf(&self, module: u16) -> Option<&Range<u64>> {
        let at = self.shelves.binary_search_by_key(&module, |(id, _)| *id).ok()?;
        Some(&self.shelves.get(at)?.1)
    }

    /// Takes a repair symbol. What is to be stored, is stored in the spool and at the byte given.
    pub(crate) fn take_repair(
        &mut self,
        ddb: &Ddb<'_>,
        new_spool: impl FnOnce() -> SpoolId,
    ) -> (Taken, Option<(SpoolId, u32)>) {
        let taken = self.collection.take_repair(ddb);
        let (Taken::New(place) | Taken::Enough(place)) = taken else {
            return (taken, None);
        };
        let Place::Repair { source_block, slot } = place else {
            return (taken, None);
        };
        let shelf = self.source_blocks.get_mut(usize::from(source_block));
        let spool = shelf.map(|shelf| *shelf.repairs.get_or_insert_with(new_spool));
        let size = u32::from(self.collection.fountain().symbol_size());
        (taken, spool.map(|spool| (spool, slot * size)))
    }

    /// The spool of the repair symbols of a source block.
    pub(crate) fn repairs(&self, number: u8) -> Option<SpoolId> {
        self.source_blocks.get(usize::from(number))?.repairs
    }

    /// The caller is asked to decode a source block.
    pub(crate) fn ask(&mut self, number: u8) {
        if let Some(shelf) = self.source_blocks.get_mut(usize::from(number)) {
            shelf.is_asked = true;
        }
    }

    /// Whether the caller was asked, and the symbols that it was asked with are still thought good.
    pub(crate) fn take_answer(&mut self, number: u8) -> bool {
        let shelf = self.source_blocks.get_mut(usize::from(number));
        shelf.is_some_and(|shelf| core::mem::take(&mut shelf.is_asked))
    }

    /// All blocks of a source block are in their places. Returns the spool that is not needed any
    /// more.
    pub(crate) fn decoded(&mut self, number: u8) -> Option<SpoolId> {
        self.collection.decoded(number);
        self.source_blocks.get_mut(usize::from(number))?.repairs.take()
    }

    /// Drops the repair symbols of a source block, of which one may have been forged. Returns their
    /// spool.
    pub(crate) fn restart(&mut self, number: u8) -> Option<SpoolId> {
        self.collection.restart(number);
        core::mem::take(self.source_blocks.get_mut(usize::from(number))?).repairs
    }

    /// Counts anew which source symbols modules have.
    pub(crate) fn recount(&mut self, number: u8, modules: &BTreeMap<u16, Module>) {
        let shelves = &self.shelves;
        let has = |block: u64| {
            let found = locate(shelves, block);
            let module = found.and_then(|(id, block)| Some((modules.get(&id)?, block)));
            module.is_some_and(|(module, block)| module.holds(block))
        };
        self.collection.recount_sources(number, has);
    }

    /// The source blocks that a module has blocks of.
    pub(crate) fn source_blocks_of(&self, module: u16) -> impl Iterator<Item = u8> + use<> {
        let fountain = self.collection.fountain();
        let number = |block| fountain.locate(block).map(|(number, _)| number);
        let shelf = self.shelf(module).filter(|shelf| !shelf.is_empty());
        let ends = shelf.and_then(|s| Some((number(s.start)?, number(s.end - 1)?)));
        ends.into_iter().flat_map(|(first, last)| first..=last)
    }

    /// The modules that have blocks of a source block.
    pub(crate) fn modules_of(&self, number: u8) -> Vec<u16> {
        let overlaps = |id: &u16| self.source_blocks_of(*id).any(|of| of == number);
        self.shelves.iter().map(|(id, _)| *id).filter(overlaps).collect()
    }

    /// Whether nothing is decoded any more for which the blocks of a module are needed.
    pub(crate) fn is_spent(&self, module: u16) -> bool {
        self.source_blocks_of(module).all(|number| self.collection.is_whole(number))
    }

    /// Keeps a module that no file needs until its source blocks are whole.
    pub(crate) fn defer(&mut self, module: u16) {
        self.deferred.insert(module);
    }

    /// The modules that were kept and are not needed any more.
    pub(crate) fn spent(&mut self) -> Vec<u16> {
        let spent: Vec<u16> =
            self.deferred.iter().copied().filter(|module| self.is_spent(*module)).collect();
        self.deferred.retain(|module| !spent.contains(module));
        spent
    }

    /// Ends it: the spools of repair symbols, and the modules that were kept.
    pub(crate) fn end(self) -> (Vec<SpoolId>, BTreeSet<u16>) {
        let spools = self.source_blocks.iter().filter_map(|shelf| shelf.repairs).collect();
        (spools, self.deferred)
    }

    /// Symbols that are there, of those that the blocks of the bundle are counted by.
    pub(crate) fn blocks_done(&self) -> u64 {
        let fountain = self.collection.fountain();
        let done = |number| {
            let (have, _) = self.collection.progress(number)?;
            let symbols = fountain.source_block(number)?.shape.symbols();
            Some(u64::from(have.min(symbols)))
        };
        (0..fountain.source_blocks()).filter_map(done).sum()
    }
}

/// The module of a block of the carousel, and its number there.
fn locate(shelves: &[(u16, Range<u64>)], block: u64) -> Option<(u16, u16)> {
    let at = shelves.partition_point(|(_, shelf)| shelf.end <= block);
    let (id, shelf) = shelves.get(at)?;
    Some((*id, u16::try_from(block.checked_sub(shelf.start)?).ok()?))
}
