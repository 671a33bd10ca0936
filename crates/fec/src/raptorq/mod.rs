//! RaptorQ (RFC 6330): a source block of K symbols, from which encoding symbols without number can
//! be made, of which any K and a few give the block back.
//!
//! The codec is the `raptorq` crate's. What is added here is a way to make one repair symbol of a
//! block that is not in memory: [`prepare`] turns a source block into its *intermediate symbols*,
//! once, and every encoding symbol is the sum (exclusive or) of a few of them, which
//! [`Shape::parts`] names. So a sender reads some rows of a file and keeps no state.
//!
//! ```text
//! source block -> prepare -> intermediate symbols (a file)
//! (shape, encoding symbol id) -> parts -> rows of that file -> sum -> symbol on air
//! symbols with their ids, any K and a few -> Decoder -> source block
//! ```
//!
//! A receiver fails with K symbols in 1 of about 256 cases, with K + 1 in 1 of 65,536.

mod parameters;
mod random;

use crate::xor::accumulate;
use ::raptorq::{
    EncodingPacket, IntermediateSymbolDecoder, ObjectTransmissionInformation, PayloadId,
    SourceBlockDecoder, SparseBinaryMatrix, Symbol, SymbolSlab, generate_constraint_matrix,
};
use random::draw;

/// The most symbols of a source block (K'_max of RFC 6330 clause 5.1.2).
pub const SYMBOLS_MAX: u32 = 56_403;
/// Encoding symbol ids have 24 bits.
pub const IDS: u32 = 1 << 24;
/// The most intermediate symbols that an encoding symbol is the sum of.
pub const PARTS_MAX: usize = 33;

/// How large a source block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    symbols: u32,
    symbol_size: u16,
}

/// Why a source block cannot be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// No symbol, or more than a source block may have.
    #[error("a source block of {symbols} symbols, where 1 to {SYMBOLS_MAX} are allowed")]
    Symbols {
        /// As given.
        symbols: u64,
    },
    /// Symbols without bytes.
    #[error("symbols without bytes")]
    SymbolSize,
}

/// The sizes that follow from a shape (RFC 6330 clause 5.3.3.3).
#[derive(Clone, Copy)]
struct Sizes {
    /// K', the symbols with padding.
    extended: u32,
    /// J, the systematic index.
    systematic_index: u32,
    ldpc: u32,
    hdpc: u32,
    /// W, the intermediate symbols of the LT code.
    lt: u32,
}

impl Sizes {
    /// L.
    const fn intermediate(self) -> u32 {
        self.extended + self.ldpc + self.hdpc
    }

    /// P, the intermediate symbols that are permanently inactive.
    const fn inactive(self) -> u32 {
        self.intermediate() - self.lt
    }
}

impl Shape {
    /// A source block of `symbols` symbols (K) of `symbol_size` bytes (T).
    ///
    /// # Errors
    /// Numbers outside the limits of the standard.
    pub const fn new(symbols: u64, symbol_size: u16) -> Result<Shape, ShapeError> {
        if symbols == 0 || symbols > SYMBOLS_MAX as u64 {
            return Err(ShapeError::Symbols { symbols });
        }
        if symbol_size == 0 {
            return Err(ShapeError::SymbolSize);
        }
        Ok(Shape { symbols: symbols as u32, symbol_size })
    }

    /// K, the source symbols.
    pub const fn symbols(self) -> u32 {
        self.symbols
    }

    /// T, bytes of each symbol.
    pub const fn symbol_size(self) -> u16 {
        self.symbol_size
    }

    /// Bytes of the source block.
    pub const fn size(self) -> usize {
        self.symbols as usize * self.symbol_size as usize
    }

    /// L, the intermediate symbols: K and a few per cent.
    pub fn intermediate_symbols(self) -> u32 {
        self.sizes().intermediate()
    }

    /// The numbers of the intermediate symbols whose sum is the encoding symbol `id`. Ids below K
    /// give the source symbols themselves.
    pub fn parts(self, id: u32) -> Parts {
        let sizes = self.sizes();
        let padding = sizes.extended - self.symbols;
        let internal = if id < self.symbols { id } else { id.wrapping_add(padding) };
        parts(sizes, internal)
    }

    fn sizes(self) -> Sizes {
        let at = parameters::TABLE.partition_point(|row| u32::from(row.0) < self.symbols);
        let (extended, index, ldpc, hdpc, lt) = parameters::TABLE[at];
        Sizes {
            extended: u32::from(extended),
            systematic_index: u32::from(index),
            ldpc: u32::from(ldpc),
            hdpc: u32::from(hdpc),
            lt: u32::from(lt),
        }
    }
}

/// Numbers of intermediate symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    numbers: [u32; PARTS_MAX],
    count: usize,
}

impl Parts {
    /// The numbers, in no particular order; no one stands there twice.
    pub fn as_slice(&self) -> &[u32] {
        &self.numbers[..self.count]
    }

    fn push(&mut self, number: u32) {
        self.numbers[self.count] = number;
        self.count += 1;
    }
}

/// Enc[] with its tuple (RFC 6330 clauses 5.3.5.2 to 5.3.5.4).
fn parts(sizes: Sizes, internal: u32) -> Parts {
    let (w, p) = (sizes.lt, sizes.inactive());
    let p1 = prime_from(p);
    let a = (53_591 + sizes.systematic_index * 997) | 1;
    let b = 10_267 * (sizes.systematic_index + 1);
    let y = b.wrapping_add(internal.wrapping_mul(a));
    let degree = degree(draw(y, 0, 1 << 20)).min(w - 2);
    let step = 1 + draw(y, 1, w - 1);
    let mut at = draw(y, 2, w);
    let inactive = if degree < 4 { 2 + draw(internal, 3, 2) } else { 2 };
    let inactive_step = 1 + draw(internal, 4, p1 - 1);
    let mut inactive_at = draw(internal, 5, p1);
    let mut parts = Parts { numbers: [0; PARTS_MAX], count: 0 };
    for _ in 0..degree {
        parts.push(at);
        at = (at + step) % w;
    }
    for _ in 0..inactive {
        while inactive_at >= p {
            inactive_at = (inactive_at + inactive_step) % p1;
        }
        parts.push(w + inactive_at);
        inactive_at = (inactive_at + inactive_step) % p1;
    }
    parts
}

/// Deg[] (RFC 6330 clause 5.3.5.2, table 1): how likely each degree is, in 2^20ths, summed up.
fn degree(value: u32) -> u32 {
    const LIMITS: [u32; 30] = [
        5_243, 529_531, 704_294, 791_675, 844_104, 879_057, 904_023, 922_747, 937_311, 948_962,
        958_494, 966_438, 973_160, 978_921, 983_914, 988_283, 992_138, 995_565, 998_631, 1_001_391,
        1_003_887, 1_006_157, 1_008_229, 1_010_129, 1_011_876, 1_013_490, 1_014_983, 1_016_370,
        1_017_662, 1_048_576,
    ];
    1 + LIMITS.partition_point(|limit| *limit <= value) as u32
}

/// The smallest prime that is not below `from`.
fn prime_from(from: u32) -> u32 {
    let is_prime =
        |n: &u32| *n > 1 && (2..).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d));
    (from..).find(is_prime).unwrap_or(from)
}

/// The intermediate symbols of a source block, one behind the other.
///
/// This solves a system of L equations: it takes about as long as decoding, and four times the
/// memory of the block.
///
/// # Panics
/// When `source` has another size than the shape says.
pub fn prepare(shape: Shape, source: &[u8]) -> Vec<u8> {
    assert_eq!(source.len(), shape.size(), "the bytes of the source block");
    let sizes = shape.sizes();
    let size = usize::from(shape.symbol_size);
    let zero = || Symbol::new(vec![0; size]);
    let mut known: Vec<Symbol> = Vec::with_capacity(sizes.intermediate() as usize);
    known.extend((0..sizes.ldpc + sizes.hdpc).map(|_| zero()));
    known.extend(source.chunks_exact(size).map(|symbol| Symbol::new(symbol.to_vec())));
    known.extend((shape.symbols..sizes.extended).map(|_| zero()));
    let known = SymbolSlab::from_symbols(known, size);
    let ids: Vec<u32> = (0..sizes.extended).collect();
    let (matrix, hdpc) = generate_constraint_matrix::<SparseBinaryMatrix>(sizes.extended, &ids);
    let mut solver = IntermediateSymbolDecoder::new(matrix, hdpc, known, sizes.extended);
    let (solved, _) = solver.execute();
    // RFC 6330 clause 5.6 chooses the systematic index so that this system has a solution.
    let Some(solved) = solved else {
        unreachable!("the constraint matrix of source symbols is invertible")
    };
    let mut intermediate = Vec::with_capacity(sizes.intermediate() as usize * size);
    for number in 0..sizes.intermediate() as usize {
        intermediate.extend_from_slice(solved.get(number));
    }
    intermediate
}

/// Writes the encoding symbol `id` of a block whose intermediate symbols are at hand.
///
/// # Panics
/// When `symbol` or `intermediate` has another size than the shape says.
pub fn encode(shape: Shape, intermediate: &[u8], id: u32, symbol: &mut [u8]) {
    let size = usize::from(shape.symbol_size);
    assert_eq!(symbol.len(), size, "room for the symbol");
    symbol.fill(0);
    for part in shape.parts(id).as_slice() {
        accumulate(symbol, &intermediate[*part as usize * size..][..size]);
    }
}

/// Collects the symbols of one source block in memory and decodes it.
///
/// It holds what it is given, and up to three times the block while it decodes; who wants less
/// keeps symbols elsewhere and gives them once they are enough.
#[derive(Debug)]
pub struct Decoder {
    shape: Shape,
    block: SourceBlockDecoder,
}

impl Decoder {
    /// A decoder without symbols.
    pub fn new(shape: Shape) -> Decoder {
        let length = shape.size() as u64;
        let object = ObjectTransmissionInformation::new(length, shape.symbol_size, 1, 1, 1);
        Decoder { shape, block: SourceBlockDecoder::new(0, &object, length) }
    }

    /// Takes symbols with their ids and gives the source block when all that were taken are enough.
    /// Symbols of another size, ids above 24 bits and repeated ids are left out.
    ///
    /// Each call with enough symbols tries to decode, so symbols are best given together.
    pub fn decode(&mut self, symbols: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Option<Vec<u8>> {
        let size = usize::from(self.shape.symbol_size);
        let fitting = symbols.into_iter().filter(|(id, symbol)| *id < IDS && symbol.len() == size);
        let packets =
            fitting.map(|(id, symbol)| EncodingPacket::new(PayloadId::new(0, id), symbol));
        self.block.decode(packets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::raptorq::SourceBlockEncoder;
    use proptest::prelude::*;

    fn bytes(size: usize, seed: u64) -> Vec<u8> {
        let mut state = seed | 1;
        let next = |_| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            (state >> 56) as u8
        };
        (0..size).map(next).collect()
    }

    #[test]
    fn blocks_outside_the_standard_are_refused() {
        assert_eq!(Shape::new(0, 8), Err(ShapeError::Symbols { symbols: 0 }));
        assert_eq!(Shape::new(56_404, 8), Err(ShapeError::Symbols { symbols: 56_404 }));
        assert_eq!(Shape::new(1, 0), Err(ShapeError::SymbolSize));
        assert_eq!(Shape::new(56_403, 8).unwrap().intermediate_symbols(), 56_403 + 907 + 16);
    }

    #[test]
    fn symbols_are_those_of_the_crate_whatever_the_size_of_the_block() {
        for symbols in [1, 9, 10, 11, 101, 250, 1003] {
            let shape = Shape::new(symbols, 5).unwrap();
            let source = bytes(shape.size(), symbols);
            let intermediate = prepare(shape, &source);
            assert_eq!(intermediate.len(), shape.intermediate_symbols() as usize * 5);
            let object = ObjectTransmissionInformation::new(source.len() as u64, 5, 1, 1, 1);
            let crates = SourceBlockEncoder::new(0, &object, &source);
            let far = IDS - shape.symbols() - 100;
            let mut packets = crates.source_packets();
            packets.extend(crates.repair_packets(0, 300));
            packets.extend(crates.repair_packets(far, 100));
            let mut symbol = [0; 5];
            for packet in packets {
                let id = packet.payload_id().encoding_symbol_id();
                encode(shape, &intermediate, id, &mut symbol);
                assert_eq!(symbol, packet.data(), "symbol {id} of {symbols}");
            }
        }
    }

    #[test]
    fn no_part_stands_twice_in_a_symbol() {
        let shape = Shape::new(500, 8).unwrap();
        for id in (0..2000).chain(IDS - 2000..IDS) {
            let mut parts = shape.parts(id).as_slice().to_vec();
            let count = parts.len();
            parts.sort_unstable();
            parts.dedup();
            assert_eq!(parts.len(), count);
            assert!(parts.iter().all(|part| *part < shape.intermediate_symbols()));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_symbols_that_are_a_few_more_than_the_block_give_it_back(
            symbols in 1u64..300, size in 1u16..40, first in 0..IDS - 400, seed: u64,
        ) {
            let shape = Shape::new(symbols, size).unwrap();
            let source = bytes(shape.size(), seed);
            let intermediate = prepare(shape, &source);
            let symbol = |id| {
                let mut symbol = vec![0; usize::from(size)];
                encode(shape, &intermediate, id, &mut symbol);
                (id, symbol)
            };
            let mut decoder = Decoder::new(shape);
            let ids = first..first + shape.symbols() + 3;
            prop_assert_eq!(decoder.decode(ids.map(symbol)), Some(source));
        }

        #[test]
        fn any_symbols_are_taken_without_panic(
            symbols in 1u64..40, size in 1u16..9,
            given in prop::collection::vec(
                (any::<u32>(), prop::collection::vec(any::<u8>(), 0..9)), 0..60),
        ) {
            let mut decoder = Decoder::new(Shape::new(symbols, size).unwrap());
            for (number, (id, symbol)) in given.into_iter().enumerate() {
                decoder.decode([((id % (number as u32 + 1)) << (id % 3 * 12), symbol)]);
            }
        }
    }
}
