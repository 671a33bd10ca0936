//! From symbols to blocks: what a version that is a fountain asks the caller to decode.

use crate::event::{DecodeJob, Event, SpoolPiece, SymbolSource};
use crate::gathering::Gathering;
use crate::shared::Shared;
use crate::version::Version;
use datacast::{Ddb, MANIFEST_MODULE, Place, Taken};

impl Version {
    /// Begins to gather when all modules are listed, if this is a fountain and there is room.
    pub(crate) fn gather(&mut self, shared: &mut Shared) {
        let Some(fountain) = self.announced.take() else { return };
        let need = Gathering::need_of(&fountain);
        if !shared.has_room_for(need) {
            return;
        }
        self.gathering = Gathering::new(fountain, &self.modules);
        if self.gathering.is_some() {
            self.usage = self.usage.plus(need);
            shared.usage = shared.usage.plus(need);
        }
    }

    /// Takes a DDB of a twin module.
    pub(crate) fn take_repair(&mut self, ddb: &Ddb<'_>, shared: &mut Shared) {
        let Some(gathering) = &mut self.gathering else {
            let is_complete = self.bundle.as_ref().is_some_and(|bundle| bundle.is_complete());
            let counters = &mut shared.counters;
            match is_complete {
                true => counters.blocks_repeated += 1,
                false => counters.blocks_stray += 1,
            }
            return;
        };
        let (taken, stored) = gathering.take_repair(ddb, || shared.new_spool());
        if let Some((spool, offset)) = stored {
            shared.counters.blocks += 1;
            shared.events.push_back(Event::Store { spool, offset, bytes: ddb.data.to_vec() });
        }
        match taken {
            Taken::Stray => shared.counters.blocks_stray += 1,
            Taken::Repeated => shared.counters.blocks_repeated += 1,
            Taken::New(_) => {}
            Taken::Enough(_) => {
                if let Some(repair) = gathering.collection.fountain().repair_of(ddb) {
                    self.ask_to_decode(repair.source_block, shared);
                }
            }
        }
    }

    /// A block of a module is there.
    pub(crate) fn gathered(&mut self, module: u16, block: u16, shared: &mut Shared) {
        let Some(gathering) = &mut self.gathering else { return };
        let Some(block) = gathering.block_of(module, block) else { return };
        let taken = gathering.collection.take_source(block);
        let number = gathering.collection.fountain().locate(block).map(|(number, _)| number);
        if let (Taken::Enough(_), Some(number)) = (taken, number) {
            self.ask_to_decode(number, shared);
        }
    }

    /// Asks the caller to decode a source block, unless all its blocks are there.
    fn ask_to_decode(&mut self, number: u8, shared: &mut Shared) {
        let Some(gathering) = &mut self.gathering else { return };
        if gathering.collection.is_whole(number) {
            self.source_block_done(number, shared);
            return;
        }
        let Some(block) = gathering.collection.fountain().source_block(number) else { return };
        gathering.ask(number);
        let symbols = self.sources(number);
        let job = DecodeJob { version: self.id, block, symbols };
        shared.events.push_back(Event::Decode(Box::new(job)));
    }

    /// Where the symbols of a source block are.
    fn sources(&self, number: u8) -> Vec<(u32, SymbolSource)> {
        let Some(gathering) = &self.gathering else { return Vec::new() };
        let size = u32::from(gathering.collection.fountain().symbol_size());
        let repairs = gathering.repairs(number);
        let source = |place| match place {
            Place::Repair { slot, .. } => {
                let piece = SpoolPiece { spool: repairs?, offset: slot * size, length: size };
                Some(SymbolSource::Spool(piece))
            }
            Place::Block { block } => {
                let (id, block) = gathering.module_of(block)?;
                let module = self.modules.get(&id)?;
                let (offset, length) = module.key.block_len(block)?;
                if id == MANIFEST_MODULE {
                    let range = offset as usize..(offset + length) as usize;
                    return Some(SymbolSource::Bytes(self.manifest_bytes().get(range)?.to_vec()));
                }
                Some(SymbolSource::Spool(SpoolPiece { spool: module.spool, offset, length }))
            }
        };
        let symbols = gathering.collection.symbols(number);
        symbols.filter_map(|(id, place)| Some((id, source(place)?))).collect()
    }

    /// The caller has decoded a source block and given all its blocks back, or could not.
    pub(crate) fn decode_result(&mut self, number: u8, is_enough: bool, shared: &mut Shared) {
        let Some(gathering) = &mut self.gathering else { return };
        if !gathering.take_answer(number) {
            return;
        }
        if is_enough {
            shared.counters.source_blocks_decoded += 1;
            self.source_block_done(number, shared);
        } else {
            gathering.collection.insufficient(number);
        }
    }

    fn source_block_done(&mut self, number: u8, shared: &mut Shared) {
        let Some(gathering) = &mut self.gathering else { return };
        let repairs = gathering.decoded(number);
        shared.events.extend(repairs.map(|spool| Event::Discard { spool }));
        for module in gathering.spent() {
            self.release(module, shared);
        }
    }

    /// Lets go of a module that no file needs, at once or when no source block needs it either.
    pub(crate) fn let_go(&mut self, module: u16, shared: &mut Shared) {
        match &mut self.gathering {
            Some(gathering) if !gathering.is_spent(module) => gathering.defer(module),
            _ => self.release(module, shared),
        }
    }

    fn release(&mut self, number: u16, shared: &mut Shared) {
        if let Some(module) = self.modules.get_mut(&number) {
            let spool = module.spool;
            if module.release() && number != MANIFEST_MODULE {
                shared.events.push_back(Event::Discard { spool });
            }
        }
    }

    /// Nothing is decoded any more.
    pub(crate) fn end_gathering(&mut self, shared: &mut Shared) {
        let Some(gathering) = self.gathering.take() else { return };
        let (spools, deferred) = gathering.end();
        shared.events.extend(spools.into_iter().map(|spool| Event::Discard { spool }));
        for module in deferred {
            self.release(module, shared);
        }
    }

    /// The content of a module is false, and it is collected once more. In a fountain any symbol of
    /// its source blocks may be to blame: modules whose CRC was right are kept, all else goes.
    pub(crate) fn collect_again(&mut self, number: u16, shared: &mut Shared) {
        self.restart_module(number, shared);
        let Some(gathering) = &mut self.gathering else { return };
        let spoiled: Vec<u8> = gathering.source_blocks_of(number).collect();
        let near = spoiled.iter().flat_map(|block| gathering.modules_of(*block));
        let partial: Vec<u16> = near
            .filter(|id| self.modules.get(id).is_some_and(|module| module.is_partial()))
            .collect();
        for source_block in &spoiled {
            let repairs = gathering.restart(*source_block);
            shared.events.extend(repairs.map(|spool| Event::Discard { spool }));
        }
        let touched = partial.iter().flat_map(|id| gathering.source_blocks_of(*id));
        let touched: Vec<u8> = touched.chain(spoiled.iter().copied()).collect();
        for id in partial {
            self.restart_module(id, shared);
        }
        if let Some(gathering) = &mut self.gathering {
            for source_block in touched {
                gathering.recount(source_block, &self.modules);
            }
        }
    }

    fn restart_module(&mut self, number: u16, shared: &mut Shared) {
        if let Some(module) = self.modules.get_mut(&number) {
            let old = module.restart(shared.new_spool()).filter(|_| number != MANIFEST_MODULE);
            shared.events.extend(old.map(|spool| Event::Discard { spool }));
        }
    }

    /// The manifest as far as it is there.
    fn manifest_bytes(&self) -> &[u8] {
        match &self.bundle {
            Some(bundle) => bundle.manifest.bytes(),
            None => &self.manifest,
        }
    }
}
