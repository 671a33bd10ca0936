//! A bundle as a fountain: RaptorQ (RFC 6330) over the blocks of its carousel.
//!
//! Source symbols are the blocks of the data carousel, each padded with zeros to the block size
//! where it is the last of its module. All blocks of the carousel, in the order of the blob, are
//! cut into *source blocks* as RFC 6330 clause 4.4.1.2 cuts an object. So a receiver that knows
//! nothing of fountains completes from the DDBs as ever, and one that does completes from any
//! symbols that are a few more than the source blocks have.
//!
//! Repair symbols ride in DDBs of *twin modules*, which no DII lists, so that other receivers pass
//! over them: source block `n` has module [`TWIN_MODULE_FIRST`]` + n`, and the 24 bits of the
//! encoding symbol id stand in moduleVersion (high 8) and blockNumber (low 16). A repair section is
//! exactly as long as that of a whole block. Their downloadId is one of its own that follows from
//! the digest of the manifest, so that symbols of two versions never mix.
//!
//! A private descriptor in the first group of the DSI announces all this:
//!
//! ```text
//! tag 0xf0 | length 17 | FEC encoding id 6 | downloadId 32 |
//! transfer length 40 | 0 | T 16 | Z 8 | N 16 (1) | Al 8 (1)
//! ```

use crate::block::Ddb;
use fec::raptorq::{IDS, SYMBOLS_MAX, Shape};

/// The module of the repair symbols of source block 0.
pub const TWIN_MODULE_FIRST: u16 = 0xfe00;
/// Source blocks of a bundle, at most.
pub const SOURCE_BLOCKS_MAX: u64 = 255;
/// Blocks of a fountain, at most.
const BLOCKS_MAX: u64 = SOURCE_BLOCKS_MAX * SYMBOLS_MAX as u64;
/// Bytes of a source block unless said otherwise. Larger ones come nearer to the limit of the
/// channel, and a site needs about four times as much memory to decode one.
pub const SOURCE_BLOCK_SIZE_DEFAULT: u32 = 48 << 20;
/// Tag of the descriptor that announces a fountain, from the range for private use.
pub const TAG_FOUNTAIN: u8 = 0xf0;

/// RaptorQ among the FEC schemes (RFC 6330 clause 8.1).
const ENCODING_ID: u8 = 6;
const BODY_SIZE: usize = 17;

/// How the blocks of a carousel make source blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fountain {
    blocks: u64,
    symbol_size: u16,
    source_blocks: u8,
    download_id: u32,
}

/// A source block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceBlock {
    /// Its number.
    pub number: u8,
    /// The first block of the carousel that belongs to it.
    pub first_block: u64,
    /// How many blocks, and their size.
    pub shape: Shape,
}

/// A repair symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepairId {
    /// The source block.
    pub source_block: u8,
    /// Encoding symbol id, 24 bits, not below the number of source symbols.
    pub id: u32,
}

/// Why a bundle cannot be a fountain, or a descriptor announces none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FountainError {
    /// No block, or more than fit into 255 source blocks of 56,403.
    #[error("{blocks} blocks, where a fountain has 1 to {BLOCKS_MAX}; make blocks larger")]
    Blocks {
        /// Blocks of the carousel.
        blocks: u64,
    },
    /// Blocks without bytes.
    #[error("blocks without bytes")]
    BlockSize,
    /// The descriptor has another length.
    #[error("fountain descriptor of {size} bytes, where {BODY_SIZE} are needed")]
    Length {
        /// Bytes of its body.
        size: usize,
    },
    /// The descriptor announces what this version does not know or what cannot be.
    #[error("fountain descriptor with a {field} of {value}")]
    Field {
        /// The field, by the name that RFC 6330 gives it.
        field: &'static str,
        /// Its value.
        value: u64,
    },
}

impl Fountain {
    /// Cuts `blocks` blocks of `symbol_size` bytes into as few source blocks as have at most
    /// `size_max` bytes each, though never more than 255, nor larger ones than the code allows.
    ///
    /// # Errors
    /// [`FountainError`] when there is nothing to cut or too much.
    pub(crate) fn new(
        blocks: u64,
        symbol_size: u16,
        size_max: u32,
        download_id: u32,
    ) -> Result<Fountain, FountainError> {
        if symbol_size == 0 {
            return Err(FountainError::BlockSize);
        }
        if blocks == 0 || blocks > BLOCKS_MAX {
            return Err(FountainError::Blocks { blocks });
        }
        let wanted = u64::from(size_max / u32::from(symbol_size));
        let symbols_max = wanted.clamp(1, u64::from(SYMBOLS_MAX));
        let source_blocks = blocks.div_ceil(symbols_max).min(SOURCE_BLOCKS_MAX) as u8;
        Ok(Fountain { blocks, symbol_size, source_blocks, download_id })
    }

    /// The fountain that an announcement or an FEC object transmission information describes, all
    /// of whose numbers are within their limits.
    pub(crate) fn from_parts(
        blocks: u64,
        symbol_size: u16,
        source_blocks: u8,
        download_id: u32,
    ) -> Fountain {
        Fountain { blocks, symbol_size, source_blocks, download_id }
    }

    /// The fountain that the descriptors of the first group of a DSI announce, if they do.
    ///
    /// # Errors
    /// [`FountainError`] when the announcement is damaged or of a kind that is not known.
    pub fn announced(descriptors: &[u8]) -> Option<Result<Fountain, FountainError>> {
        let mut found = ts::psi::descriptors(descriptors);
        found.find(|(tag, _)| *tag == TAG_FOUNTAIN).map(|(_, body)| Fountain::parse(body))
    }

    /// All source symbols.
    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// Bytes of a symbol.
    pub fn symbol_size(&self) -> u16 {
        self.symbol_size
    }

    /// How many source blocks there are, at least one.
    pub fn source_blocks(&self) -> u8 {
        self.source_blocks
    }

    /// downloadId of the repair symbols.
    pub fn download_id(&self) -> u32 {
        self.download_id
    }

    /// A source block; `None` from [`Fountain::source_blocks`] on.
    pub fn source_block(&self, number: u8) -> Option<SourceBlock> {
        if number >= self.source_blocks {
            return None;
        }
        let Partition { large, small, large_count } = self.partition();
        let before = u64::from(number).min(large_count);
        let first_block = before * large + (u64::from(number) - before) * small;
        let symbols = if u64::from(number) < large_count { large } else { small };
        let shape = Shape::new(symbols, self.symbol_size).ok()?;
        Some(SourceBlock { number, first_block, shape })
    }

    /// The source block of a block of the carousel, and the symbol's id in it; `None` from
    /// [`Fountain::blocks`] on.
    pub fn locate(&self, block: u64) -> Option<(u8, u32)> {
        if block >= self.blocks {
            return None;
        }
        let Partition { large, small, large_count } = self.partition();
        let in_large = large * large_count;
        let (number, id) = if block < in_large {
            (block / large, block % large)
        } else {
            (large_count + (block - in_large) / small, (block - in_large) % small)
        };
        Some((number as u8, id as u32))
    }

    /// The block of the carousel that stands at `place` when the source blocks take turns: first
    /// symbol of each, second symbol of each and so on. Places are those of blocks.
    ///
    /// Source symbols are sent in this order. In the order of the carousel one source block would
    /// get all of them for a long time, and a site would wait for the others.
    pub(crate) fn in_turns(&self, place: u64) -> u64 {
        let Partition { large, small, large_count } = self.partition();
        let count = u64::from(self.source_blocks);
        let (id, number) = match place.checked_sub(small * count) {
            None => (place / count, place % count),
            Some(last) => (small, last),
        };
        let before = number.min(large_count);
        before * large + (number - before) * small + id
    }

    /// Partition[] of RFC 6330 clause 4.4.1.2.
    fn partition(&self) -> Partition {
        let count = u64::from(self.source_blocks);
        let (large, small) = (self.blocks.div_ceil(count), self.blocks / count);
        Partition { large, small, large_count: self.blocks - small * count }
    }

    /// The descriptor for the first group of the DSI.
    pub(crate) fn descriptor(&self) -> Vec<u8> {
        let length = self.blocks * u64::from(self.symbol_size);
        let mut out = vec![TAG_FOUNTAIN, BODY_SIZE as u8, ENCODING_ID];
        out.extend_from_slice(&self.download_id.to_be_bytes());
        out.extend_from_slice(&length.to_be_bytes()[3..]);
        out.push(0);
        out.extend_from_slice(&self.symbol_size.to_be_bytes());
        out.extend_from_slice(&[self.source_blocks, 0, 1, 1]);
        out
    }

    /// Reads the body of the descriptor [`TAG_FOUNTAIN`].
    ///
    /// # Errors
    /// [`FountainError`] naming what is wrong.
    pub fn parse(body: &[u8]) -> Result<Fountain, FountainError> {
        let Ok(body) = <[u8; BODY_SIZE]>::try_from(body) else {
            return Err(FountainError::Length { size: body.len() });
        };
        let [encoding, d0, d1, d2, d3, f0, f1, f2, f3, f4, _, t0, t1, source_blocks, n0, n1, _] =
            body;
        let field = |field, value| Err(FountainError::Field { field, value });
        if encoding != ENCODING_ID {
            return field("FEC encoding id", u64::from(encoding));
        }
        let sub_blocks = u16::from_be_bytes([n0, n1]);
        if sub_blocks != 1 {
            return field("N", u64::from(sub_blocks));
        }
        let symbol_size = u16::from_be_bytes([t0, t1]);
        let length = u64::from_be_bytes([0, 0, 0, f0, f1, f2, f3, f4]);
        if symbol_size == 0 || !length.is_multiple_of(u64::from(symbol_size)) {
            return field("T", u64::from(symbol_size));
        }
        let blocks = length / u64::from(symbol_size);
        let count = u64::from(source_blocks);
        if count == 0 || count > blocks || blocks.div_ceil(count) > u64::from(SYMBOLS_MAX) {
            return field("Z", count);
        }
        let download_id = u32::from_be_bytes([d0, d1, d2, d3]);
        Ok(Fountain { blocks, symbol_size, source_blocks, download_id })
    }

    /// Appends the section of a repair symbol to `out`; `symbol` has the bytes of a block.
    ///
    /// # Panics
    /// When the symbol has another size or there is no such symbol.
    pub fn write_repair(&self, repair: RepairId, symbol: &[u8], out: &mut Vec<u8>) {
        assert_eq!(symbol.len(), usize::from(self.symbol_size), "the bytes of a symbol");
        assert!(repair.source_block < self.source_blocks && repair.id < IDS, "a symbol");
        let ddb = Ddb {
            download_id: self.download_id,
            module_id: TWIN_MODULE_FIRST + u16::from(repair.source_block),
            version: (repair.id >> 16) as u8,
            block: repair.id as u16,
            data: symbol,
        };
        ddb.append_section(u16::MAX, out);
    }

    /// The repair symbol that a DDB carries; `None` when it carries none of this fountain.
    pub fn repair_of(&self, ddb: &Ddb<'_>) -> Option<RepairId> {
        let number = ddb.module_id.checked_sub(TWIN_MODULE_FIRST)?;
        let source_block = self.source_block(u8::try_from(number).ok()?)?;
        let id = u32::from(ddb.version) << 16 | u32::from(ddb.block);
        let fits = ddb.download_id == self.download_id
            && id >= source_block.shape.symbols()
            && ddb.data.len() == usize::from(self.symbol_size);
        fits.then_some(RepairId { source_block: source_block.number, id })
    }
}

/// Whether a module id is that of repair symbols, of whatever fountain.
pub fn is_twin_module(module_id: u16) -> bool {
    (TWIN_MODULE_FIRST..TWIN_MODULE_FIRST + SOURCE_BLOCKS_MAX as u16).contains(&module_id)
}

struct Partition {
    large: u64,
    small: u64,
    large_count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Message;
    use proptest::prelude::*;
    use ts::section::SectionView;

    #[test]
    fn the_dsi_of_a_fountain_announces_it_and_that_of_others_does_not() {
        let path = crate::RelativePath::new("a").unwrap();
        let files = vec![crate::BundleFile { path, bytes: vec![7; 5000] }];
        let name = crate::BundleName::new("b", "").unwrap();
        let (manifest, _) = crate::pack(name, files, 1 << 20).unwrap();
        let options = crate::CarouselOptions { block_size: 400, revision: 0 };
        let announced = |carousel: &crate::Carousel| {
            let section = SectionView::parse(&carousel.control_sections()[0]).unwrap();
            let Ok(Message::Dsi(dsi)) = Message::parse(section) else { panic!("a DSI") };
            Fountain::announced(dsi.groups[0].descriptors)
        };
        let plain = crate::Carousel::new(&manifest, options).unwrap();
        assert_eq!(announced(&plain), None);
        let carousel = crate::Carousel::with_fountain(&manifest, options, 2000).unwrap();
        let fountain = *carousel.fountain().unwrap();
        assert_eq!(plain.fountain(), None);
        assert_eq!(announced(&carousel), Some(Ok(fountain)));
        assert_eq!((fountain.blocks(), fountain.source_blocks()), (carousel.blocks(), 3));
        assert_eq!(plain.blocks(), carousel.blocks());
    }

    #[test]
    fn source_blocks_are_as_few_as_their_size_allows() {
        let count = |blocks, size_max| {
            Fountain::new(blocks, 4017, size_max, 1).map(|fountain| fountain.source_blocks())
        };
        assert_eq!(count(1, 1), Ok(1));
        assert_eq!(count(100, 10 * 4017), Ok(10));
        assert_eq!(count(101, 10 * 4017), Ok(11));
        assert_eq!(count(100_000, 1), Ok(255));
        assert_eq!(count(56_404, u32::MAX), Ok(2));
        assert_eq!(count(0, 1), Err(FountainError::Blocks { blocks: 0 }));
        let most = 255 * 56_403;
        assert_eq!(count(most, 1), Ok(255));
        assert_eq!(count(most + 1, 1), Err(FountainError::Blocks { blocks: most + 1 }));
    }

    #[test]
    fn what_a_descriptor_cannot_announce_is_refused() {
        let good = Fountain::new(70_000, 4017, 1 << 20, 9).unwrap().descriptor();
        let with = |at: usize, value: u8| {
            let mut body = good[2..].to_vec();
            body[at] = value;
            Fountain::parse(&body)
        };
        let field = |field, value| Err(FountainError::Field { field, value });
        assert_eq!(with(0, 1), field("FEC encoding id", 1));
        assert_eq!(with(15, 2), field("N", 2));
        assert_eq!(with(9, 1), field("T", 4017));
        assert_eq!(with(13, 0), field("Z", 0));
        assert_eq!(with(13, 1), field("Z", 1));
        assert_eq!(Fountain::parse(&good), Err(FountainError::Length { size: 19 }));
    }

    #[test]
    fn symbols_of_another_fountain_are_none_of_this_one() {
        let fountain = Fountain::new(20, 8, 80, 7).unwrap();
        let ddb = |download_id, module_id, block, data| Ddb {
            download_id,
            module_id,
            version: 0,
            block,
            data,
        };
        let good = ddb(7, 0xfe01, 10, &[0; 8][..]);
        assert_eq!(fountain.repair_of(&good), Some(RepairId { source_block: 1, id: 10 }));
        assert_eq!(fountain.repair_of(&ddb(8, 0xfe01, 10, &[0; 8])), None);
        assert_eq!(fountain.repair_of(&ddb(7, 0xfe02, 10, &[0; 8])), None);
        assert_eq!(fountain.repair_of(&ddb(7, 0xfe01, 9, &[0; 8])), None);
        assert_eq!(fountain.repair_of(&ddb(7, 0xfe01, 10, &[0; 7])), None);
        assert_eq!(fountain.repair_of(&ddb(7, 0x0002, 10, &[0; 8])), None);
    }

    proptest! {
        #[test]
        fn any_fountain_reads_back_and_its_source_blocks_cover_the_carousel(
            blocks in 1u64..200_000, size in 1u16..4067, size_max: u32, id: u32,
        ) {
            let fountain = Fountain::new(blocks, size, size_max, id).unwrap();
            prop_assert_eq!(Fountain::parse(&fountain.descriptor()[2..]), Ok(fountain));
            let mut next = 0;
            for number in 0..fountain.source_blocks() {
                let block = fountain.source_block(number).unwrap();
                prop_assert_eq!(block.first_block, next);
                prop_assert_eq!(fountain.locate(next), Some((number, 0)));
                next += u64::from(block.shape.symbols());
                let last = block.shape.symbols() - 1;
                prop_assert_eq!(fountain.locate(next - 1), Some((number, last)));
            }
            if blocks < 3000 {
                let order = (0..blocks).map(|place| fountain.in_turns(place));
                let mut order: Vec<u64> = order.collect();
                let turns = order.iter().map(|block| fountain.locate(*block).unwrap().1);
                prop_assert!(turns.is_sorted());
                order.sort_unstable();
                prop_assert!(order.into_iter().eq(0..blocks));
            }
            prop_assert_eq!((next, fountain.locate(next)), (blocks, None));
            prop_assert_eq!(fountain.source_block(fountain.source_blocks()), None);
        }

        #[test]
        fn any_repair_symbol_reads_back_from_its_section(
            id in 40u32..IDS, source_block in 0u8..3, data: [u8; 30],
        ) {
            let fountain = Fountain::new(100, 30, 1200, 0x1234_5678).unwrap();
            let repair = RepairId { source_block, id };
            let mut out = Vec::new();
            fountain.write_repair(repair, &data, &mut out);
            let message = Message::parse(SectionView::parse(&out).unwrap());
            let Ok(Message::Ddb(ddb)) = message else { panic!("a DDB") };
            prop_assert!(is_twin_module(ddb.module_id));
            prop_assert_eq!(fountain.repair_of(&ddb), Some(repair));
            prop_assert_eq!(ddb.data, &data);
        }
    }
}
