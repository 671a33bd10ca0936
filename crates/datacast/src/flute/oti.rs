//! FEC object transmission information: how an object is cut into source blocks and symbols.
//!
//! EXT_FTI holds it in packets, behind its type 64 and its length of four words:
//!
//! ```text
//! FEC encoding id 0 (RFC 5445):  transfer length 48 | 0 16 | symbol size 16 | block symbols 32
//! FEC encoding id 6 (RFC 6330):  transfer length 40 | 0 8 | T 16 | Z 8 | N 16 | Al 8 | 0 16
//! ```

use crate::fountain::Fountain;
use core::ops::Range;
use fec::raptorq::SYMBOLS_MAX;

/// Bytes of both forms behind type and length.
pub(super) const FTI_SIZE: usize = 14;
/// The most source symbols of a source block whose ids have 16 bits.
const NO_CODE_SYMBOLS_MAX: u32 = 1 << 16;
/// The most source blocks whose numbers have 16 bits.
const NO_CODE_BLOCKS_MAX: u64 = 1 << 16;

/// How an object is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oti {
    /// Compact No-Code (FEC encoding id 0): source symbols alone.
    NoCode {
        /// Bytes of the object.
        length: u64,
        /// Bytes of each symbol but the last.
        symbol_size: u16,
        /// Symbols of the largest source block.
        block_symbols: u32,
    },
    /// RaptorQ (FEC encoding id 6) without sub-blocks.
    RaptorQ {
        /// Bytes of the object.
        length: u64,
        /// T, bytes of each symbol; the last source symbol is padded with zeros.
        symbol_size: u16,
        /// Z.
        source_blocks: u8,
        /// Al, by which T can be divided.
        alignment: u8,
    },
}

/// Which symbol a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PayloadId {
    /// Source block number.
    pub source_block: u16,
    /// Encoding symbol id.
    pub id: u32,
}

/// Why an object cannot be cut so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OtiError {
    /// An encoding that is neither 0 nor 6.
    #[error("FEC encoding id {encoding_id}, where 0 and 6 are known")]
    Encoding {
        /// As received.
        encoding_id: u8,
    },
    /// A field that cannot have this value.
    #[error("a {field} of {value}")]
    Field {
        /// The field, by its name in the RFC.
        field: &'static str,
        /// Its value.
        value: u64,
    },
    /// The information ends early.
    #[error("{size} bytes of transmission information, where {FTI_SIZE} are needed")]
    Short {
        /// Bytes that there are.
        size: usize,
    },
}

impl Oti {
    /// The way of cutting an object without code.
    ///
    /// # Errors
    /// [`OtiError`] when a field cannot hold it or there are more symbols than ids.
    pub fn no_code(length: u64, symbol_size: u16, block_symbols: u32) -> Result<Oti, OtiError> {
        Oti::NoCode { length, symbol_size, block_symbols }.checked()
    }

    /// The way of cutting an object for RaptorQ, with source blocks of at most `block_size` bytes
    /// where 255 of them suffice.
    ///
    /// # Errors
    /// [`OtiError`] when a field cannot hold it or there are more symbols than ids.
    pub fn raptorq(length: u64, symbol_size: u16, block_size: u32) -> Result<Oti, OtiError> {
        let too_large = OtiError::Field { field: "transfer length", value: length };
        let symbols = length.div_ceil(u64::from(symbol_size.max(1)));
        let fountain = Fountain::new(symbols, symbol_size, block_size, 0).map_err(|_| too_large)?;
        let source_blocks = fountain.source_blocks();
        let alignment = if symbol_size.is_multiple_of(4) { 4 } else { 1 };
        Oti::RaptorQ { length, symbol_size, source_blocks, alignment }.checked()
    }

    /// FEC encoding id.
    pub const fn encoding_id(&self) -> u8 {
        match self {
            Oti::NoCode { .. } => 0,
            Oti::RaptorQ { .. } => 6,
        }
    }

    /// Bytes of the object.
    pub const fn length(&self) -> u64 {
        match self {
            Oti::NoCode { length, .. } | Oti::RaptorQ { length, .. } => *length,
        }
    }

    /// Bytes of a symbol.
    pub const fn symbol_size(&self) -> u16 {
        match self {
            Oti::NoCode { symbol_size, .. } | Oti::RaptorQ { symbol_size, .. } => *symbol_size,
        }
    }

    /// All source symbols.
    pub const fn symbols(&self) -> u64 {
        self.length().div_ceil(self.symbol_size() as u64)
    }

    /// The fountain of an object with RaptorQ, of which [`symbols`](crate::symbols) are sent.
    pub fn fountain(&self) -> Option<Fountain> {
        match self {
            Oti::NoCode { .. } => None,
            Oti::RaptorQ { symbol_size, source_blocks, .. } => {
                Some(Fountain::from_parts(self.symbols(), *symbol_size, *source_blocks, 0))
            }
        }
    }

    /// The bytes of the object that a source symbol carries; `None` when it is no source symbol. In
    /// RaptorQ the symbol is padded with zeros to its full size.
    pub fn range(&self, payload: PayloadId) -> Option<Range<u64>> {
        let PayloadId { source_block, id } = payload;
        let blocks = self.source_blocks();
        // Partition of RFC 5052 clause 9.1, which is that of RFC 6330 clause 4.4.1.2.
        let (large, small) = (self.symbols().div_ceil(blocks), self.symbols() / blocks);
        let large_count = self.symbols() - small * blocks;
        let number = u64::from(source_block);
        let symbols = if number < large_count { large } else { small };
        if number >= blocks || u64::from(id) >= symbols {
            return None;
        }
        let before = number.min(large_count);
        let symbol = before * large + (number - before) * small + u64::from(id);
        let begin = symbol * u64::from(self.symbol_size());
        Some(begin..(begin + u64::from(self.symbol_size())).min(self.length()))
    }

    /// The source symbol of this number among all of the object.
    pub fn payload_id(&self, symbol: u64) -> Option<PayloadId> {
        if symbol >= self.symbols() {
            return None;
        }
        let blocks = self.source_blocks();
        let (large, small) = (self.symbols().div_ceil(blocks), self.symbols() / blocks);
        let in_large = large * (self.symbols() - small * blocks);
        let (number, id) = match symbol.checked_sub(in_large) {
            None => (symbol / large, symbol % large),
            Some(rest) => (in_large / large + rest / small, rest % small),
        };
        Some(PayloadId { source_block: number as u16, id: id as u32 })
    }

    fn source_blocks(&self) -> u64 {
        match self {
            Oti::NoCode { block_symbols, .. } => {
                self.symbols().div_ceil(u64::from(*block_symbols)).max(1)
            }
            Oti::RaptorQ { source_blocks, .. } => u64::from(*source_blocks),
        }
    }

    /// The information behind type and length of EXT_FTI.
    pub(super) fn to_fti(self) -> [u8; FTI_SIZE] {
        let [_, _, l0, l1, l2, l3, l4, l5] = self.length().to_be_bytes();
        let [t0, t1] = self.symbol_size().to_be_bytes();
        match self {
            Oti::NoCode { block_symbols, .. } => {
                let [b0, b1, b2, b3] = block_symbols.to_be_bytes();
                [l0, l1, l2, l3, l4, l5, 0, 0, t0, t1, b0, b1, b2, b3]
            }
            Oti::RaptorQ { source_blocks, alignment, .. } => {
                [l1, l2, l3, l4, l5, 0, t0, t1, source_blocks, 0, 1, alignment, 0, 0]
            }
        }
    }

    /// Reads the information behind type and length of EXT_FTI.
    pub(super) fn from_fti(encoding_id: u8, bytes: &[u8]) -> Result<Oti, OtiError> {
        let short = OtiError::Short { size: bytes.len() };
        let fields: &[u8; FTI_SIZE] = bytes.first_chunk().ok_or(short)?;
        match encoding_id {
            0 => {
                let [l0, l1, l2, l3, l4, l5, _, _, t0, t1, b0, b1, b2, b3] = *fields;
                let length = u64::from_be_bytes([0, 0, l0, l1, l2, l3, l4, l5]);
                let symbol_size = u16::from_be_bytes([t0, t1]);
                Oti::no_code(length, symbol_size, u32::from_be_bytes([b0, b1, b2, b3]))
            }
            6 => {
                let [l0, l1, l2, l3, l4, _, t0, t1, source_blocks, n0, n1, alignment, _, _] =
                    *fields;
                let sub_blocks = u16::from_be_bytes([n0, n1]);
                let length = u64::from_be_bytes([0, 0, 0, l0, l1, l2, l3, l4]);
                let symbol_size = u16::from_be_bytes([t0, t1]);
                Oti::read_raptorq(length, symbol_size, source_blocks, sub_blocks, alignment)
            }
            _ => Err(OtiError::Encoding { encoding_id }),
        }
    }

    /// What was read of RaptorQ in EXT_FTI or an FDT.
    pub(super) fn read_raptorq(
        length: u64,
        symbol_size: u16,
        source_blocks: u8,
        sub_blocks: u16,
        alignment: u8,
    ) -> Result<Oti, OtiError> {
        if sub_blocks != 1 {
            return Err(OtiError::Field { field: "N", value: u64::from(sub_blocks) });
        }
        Oti::RaptorQ { length, symbol_size, source_blocks, alignment }.checked()
    }

    fn checked(self) -> Result<Oti, OtiError> {
        let fault = |field, value| Err(OtiError::Field { field, value });
        if self.symbol_size() == 0 {
            return fault("symbol size", 0);
        }
        match self {
            Oti::NoCode { length, block_symbols, .. } => {
                if length >> 48 != 0 {
                    return fault("transfer length", length);
                }
                if block_symbols == 0 || block_symbols > NO_CODE_SYMBOLS_MAX {
                    return fault("maximum source block length", u64::from(block_symbols));
                }
                if self.source_blocks() > NO_CODE_BLOCKS_MAX {
                    return fault("number of source blocks", self.source_blocks());
                }
            }
            Oti::RaptorQ { length, symbol_size, source_blocks, alignment } => {
                if length == 0 || length >> 40 != 0 {
                    return fault("transfer length", length);
                }
                let blocks = u64::from(source_blocks);
                let fits = blocks != 0
                    && blocks <= self.symbols()
                    && self.symbols().div_ceil(blocks) <= u64::from(SYMBOLS_MAX);
                if !fits {
                    return fault("Z", blocks);
                }
                if alignment == 0 || !symbol_size.is_multiple_of(u16::from(alignment)) {
                    return fault("Al", u64::from(alignment));
                }
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn impossible_ways_of_cutting_are_refused() {
        let field = |field, value| Err(OtiError::Field { field, value });
        assert_eq!(Oti::no_code(1, 0, 1), field("symbol size", 0));
        assert_eq!(Oti::no_code(1 << 48, 1400, 64), field("transfer length", 1 << 48));
        assert_eq!(Oti::no_code(1, 1, 0), field("maximum source block length", 0));
        assert_eq!(Oti::no_code(70_000, 1, 1), field("number of source blocks", 70_000));
        assert_eq!(Oti::raptorq(0, 8, 80), field("transfer length", 0));
        assert_eq!(Oti::read_raptorq(100, 8, 0, 1, 4), field("Z", 0));
        assert_eq!(Oti::read_raptorq(100, 8, 14, 1, 4), field("Z", 14));
        assert_eq!(Oti::read_raptorq(100, 8, 1, 1, 3), field("Al", 3));
        assert_eq!(Oti::read_raptorq(100, 8, 1, 2, 4), field("N", 2));
        assert_eq!(Oti::from_fti(5, &[0; 14]), Err(OtiError::Encoding { encoding_id: 5 }));
        assert_eq!(Oti::from_fti(0, &[0; 13]), Err(OtiError::Short { size: 13 }));
    }

    #[test]
    fn an_object_without_bytes_has_no_symbol() {
        let oti = Oti::no_code(0, 1400, 64).unwrap();
        assert_eq!((oti.symbols(), oti.payload_id(0)), (0, None));
        assert_eq!(oti.range(PayloadId { source_block: 0, id: 0 }), None);
    }

    proptest! {
        #[test]
        fn any_object_is_covered_by_its_symbols_in_order(
            length in 1u64..200_000, size in 1u16..2000, block in 1u32..70, coded: bool,
        ) {
            let oti = match coded {
                true => Oti::raptorq(length, size, u32::from(size) * block),
                false => Oti::no_code(length, size, 60_000.min(block * 100)),
            }.unwrap();
            prop_assert_eq!(Oti::from_fti(oti.encoding_id(), &oti.to_fti()), Ok(oti));
            let mut end = 0;
            for symbol in 0..oti.symbols() {
                let payload = oti.payload_id(symbol).unwrap();
                let range = oti.range(payload).unwrap();
                prop_assert_eq!(range.start, end);
                end = range.end;
                if let Some(fountain) = oti.fountain() {
                    let (number, id) = fountain.locate(symbol).unwrap();
                    prop_assert_eq!((u16::from(number), id), (payload.source_block, payload.id));
                }
            }
            prop_assert_eq!((end, oti.payload_id(oti.symbols())), (length, None));
        }

        #[test]
        fn any_transmission_information_is_read_without_panic(
            id in 0u8..8, bytes in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            if let Ok(oti) = Oti::from_fti(id, &bytes) {
                oti.range(PayloadId { source_block: 1, id: 3 });
                oti.payload_id(7);
            }
        }
    }
}
