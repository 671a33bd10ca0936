//! Which blocks of a module are there.

use crate::event::SpoolId;
use datacast::{Ddb, ModuleCrc};

/// What two modules have in common when they have the same content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ModuleKey {
    pub(crate) size: u32,
    pub(crate) crc32: Option<u32>,
    pub(crate) version: u8,
    pub(crate) block_size: u16,
}

impl ModuleKey {
    pub(crate) const fn blocks(&self) -> u32 {
        self.size.div_ceil(self.block_size as u32)
    }

    /// Where a block begins in its module, and its bytes.
    pub(crate) fn block_len(&self, block: u16) -> Option<(u32, u32)> {
        let offset = u32::from(block).checked_mul(u32::from(self.block_size))?;
        let left = self.size.checked_sub(offset).filter(|left| *left > 0)?;
        Some((offset, left.min(u32::from(self.block_size))))
    }
}

/// A module being collected.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) key: ModuleKey,
    pub(crate) download_id: u32,
    pub(crate) spool: SpoolId,
    state: State,
}

#[derive(Debug)]
enum State {
    /// No block is there.
    Empty,
    /// Some blocks are.
    Partial(Partial),
    /// All are, and the CRC was right.
    Complete,
    /// Its bytes are not needed any more, and its spool is gone.
    Released,
}

#[derive(Debug)]
struct Partial {
    /// A bit for each block.
    have: Vec<u64>,
    missing: u32,
    crc: ModuleCrc,
}

/// What became of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It does not fit the module.
    Stray,
    /// It was there already, or is not needed.
    Repeated,
    /// It is new and belongs here, in bytes.
    New(u32),
    /// It is new and was the last one missing.
    Completed(u32),
    /// It was the last one missing, and the CRC is wrong: the module is to be restarted.
    Broken,
}

impl Module {
    pub(crate) fn new(key: ModuleKey, download_id: u32, spool: SpoolId) -> Module {
        Module { key, download_id, spool, state: State::Empty }
    }

    /// Takes a block.
    pub(crate) fn take(&mut self, ddb: &Ddb<'_>) -> Taken {
        let fits = ddb.download_id == self.download_id && ddb.version == self.key.version;
        let place =
            self.key.block_len(ddb.block).filter(|(_, len)| ddb.data.len() == *len as usize);
        let (true, Some((offset, _))) = (fits, place) else {
            return Taken::Stray;
        };
        if matches!(self.state, State::Empty) {
            self.state = State::Partial(Partial::new(&self.key));
        }
        let State::Partial(partial) = &mut self.state else {
            return Taken::Repeated;
        };
        if !partial.insert(ddb.block) {
            return Taken::Repeated;
        }
        partial.crc.add(offset, ddb.data);
        if partial.missing > 0 {
            return Taken::New(offset);
        }
        if self.key.crc32.is_some_and(|crc| crc != partial.crc.value()) {
            return Taken::Broken;
        }
        self.state = State::Complete;
        Taken::Completed(offset)
    }

    pub(crate) fn is_complete(&self) -> bool {
        matches!(self.state, State::Complete)
    }

    pub(crate) fn is_released(&self) -> bool {
        matches!(self.state, State::Released)
    }

    /// Whether some blocks are there and some are not.
    pub(crate) fn is_partial(&self) -> bool {
        matches!(self.state, State::Partial(_))
    }

    /// Whether the bytes of a block are there.
    pub(crate) fn holds(&self, block: u16) -> bool {
        match &self.state {
            State::Empty | State::Released => false,
            State::Partial(partial) => partial.has(block),
            State::Complete => u32::from(block) < self.key.blocks(),
        }
    }

    /// Whether there is a spool with bytes.
    pub(crate) fn is_stored(&self) -> bool {
        matches!(self.state, State::Partial(_) | State::Complete)
    }

    /// Blocks that are not needed any more.
    pub(crate) fn blocks_done(&self) -> u32 {
        match &self.state {
            State::Empty => 0,
            State::Partial(partial) => self.key.blocks() - partial.missing,
            State::Complete | State::Released => self.key.blocks(),
        }
    }

    /// Marks the bytes as not needed. Returns whether the spool is to be discarded.
    pub(crate) fn release(&mut self) -> bool {
        let was_stored = self.is_stored();
        self.state = State::Released;
        was_stored
    }

    /// Begins once more with another spool, be it because the bytes were wrong or because they are
    /// needed again. Returns the old spool when it is to be discarded.
    pub(crate) fn restart(&mut self, spool: SpoolId) -> Option<SpoolId> {
        let old = self.is_stored().then_some(self.spool);
        self.state = State::Empty;
        self.spool = spool;
        old
    }
}

impl Partial {
    fn new(key: &ModuleKey) -> Partial {
        let blocks = key.blocks();
        let have = vec![0; blocks.div_ceil(64) as usize];
        Partial { have, missing: blocks, crc: ModuleCrc::new(key.size) }
    }

    fn has(&self, block: u16) -> bool {
        let word = self.have.get(usize::from(block / 64));
        word.is_some_and(|word| word >> (block % 64) & 1 != 0)
    }

    /// Marks a block as there; false when it was.
    fn insert(&mut self, block: u16) -> bool {
        let bit = 1 << (block % 64);
        let Some(word) = self.have.get_mut(usize::from(block / 64)) else {
            return false;
        };
        let is_new = *word & bit == 0;
        *word |= bit;
        self.missing -= u32::from(is_new);
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ts::crc32::crc32;

    fn module(bytes: &[u8], block_size: u16) -> Module {
        let crc32 = Some(crc32(bytes));
        let key = ModuleKey { size: bytes.len() as u32, crc32, version: 3, block_size };
        Module::new(key, 9, SpoolId(0))
    }

    fn ddb(block: u16, data: &[u8]) -> Ddb<'_> {
        Ddb { download_id: 9, module_id: 2, version: 3, block, data }
    }

    #[test]
    fn blocks_complete_a_module_in_any_order() {
        let mut module = module(b"abcdefgh", 3);
        assert_eq!(module.take(&ddb(2, b"gh")), Taken::New(6));
        assert_eq!(module.take(&ddb(2, b"gh")), Taken::Repeated);
        assert_eq!(module.take(&ddb(0, b"abc")), Taken::New(0));
        assert_eq!(module.take(&ddb(1, b"def")), Taken::Completed(3));
        assert_eq!(module.take(&ddb(1, b"def")), Taken::Repeated);
    }

    #[test]
    fn blocks_of_another_size_version_or_download_are_stray() {
        let mut module = module(b"abcdefgh", 3);
        for wrong in [
            ddb(0, b"ab"),
            ddb(2, b"ghi"),
            ddb(3, b""),
            ddb(65_535, b"abc"),
            Ddb { version: 4, ..ddb(0, b"abc") },
            Ddb { download_id: 8, ..ddb(0, b"abc") },
        ] {
            assert_eq!(module.take(&wrong), Taken::Stray, "{wrong:?}");
        }
        assert!(!module.is_stored());
    }

    #[test]
    fn a_module_with_a_wrong_crc_is_collected_once_more() {
        let mut module = module(b"abcdef", 3);
        assert_eq!(module.take(&ddb(0, b"abX")), Taken::New(0));
        assert_eq!(module.take(&ddb(1, b"def")), Taken::Broken);
        assert_eq!(module.restart(SpoolId(1)), Some(SpoolId(0)));
        assert_eq!(module.blocks_done(), 0);
        assert_eq!(module.take(&ddb(0, b"abc")), Taken::New(0));
        assert_eq!(module.take(&ddb(1, b"def")), Taken::Completed(3));
    }

    #[test]
    fn the_last_of_65536_blocks_counts() {
        let bytes = vec![7; 65_536 * 2];
        let mut module = module(&bytes, 2);
        for block in 0..=65_534 {
            assert!(matches!(module.take(&ddb(block, &[7, 7])), Taken::New(_)));
        }
        assert_eq!(module.take(&ddb(65_535, &[7, 7])), Taken::Completed(65_535 * 2));
    }
}
