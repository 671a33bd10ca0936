//! One object being received, in memory and bounded.

use super::oti::{Oti, PayloadId};
use fec::raptorq::{Decoder, Shape};
use std::collections::BTreeMap;

/// Symbols of a source block beyond its own that are kept when decoding does not succeed.
const SPARE: usize = 8;

/// An object of which some symbols are there. For objects that fit in memory; larger ones are kept
/// in storage by their reader, with [`Collection`](crate::Collection) saying what is there.
#[derive(Debug)]
pub struct Object {
    oti: Oti,
    bytes: Vec<u8>,
    blocks: BTreeMap<u16, Gathered>,
    blocks_done: usize,
}

/// The symbols of one source block, by id.
#[derive(Debug, Default)]
struct Gathered {
    symbols: BTreeMap<u32, Vec<u8>>,
    is_done: bool,
}

/// Why an object cannot be received so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// It is larger than allowed.
    #[error("object of {size} bytes, where {size_max} are allowed")]
    TooLarge {
        /// Bytes of the object.
        size: u64,
        /// Bytes allowed.
        size_max: u64,
    },
}

impl Object {
    /// An object of which nothing is there.
    ///
    /// # Errors
    /// [`ObjectError::TooLarge`] when it has more than `size_max` bytes.
    pub fn new(oti: Oti, size_max: u64) -> Result<Object, ObjectError> {
        let size = oti.length();
        if size > size_max {
            return Err(ObjectError::TooLarge { size, size_max });
        }
        let bytes = vec![0; size as usize];
        Ok(Object { oti, bytes, blocks: BTreeMap::new(), blocks_done: 0 })
    }

    /// How it is cut.
    pub fn oti(&self) -> &Oti {
        &self.oti
    }

    /// Takes a symbol; `true` when the object is whole with it. Symbols that do not belong to it
    /// are left out.
    pub fn push(&mut self, payload: PayloadId, symbol: &[u8]) -> bool {
        match self.oti {
            Oti::NoCode { .. } => self.push_plain(payload, symbol),
            Oti::RaptorQ { .. } => self.push_coded(payload, symbol),
        }
        self.is_complete()
    }

    /// Whether all of it is there.
    pub fn is_complete(&self) -> bool {
        match self.oti {
            Oti::NoCode { .. } => self.blocks_done as u64 == self.oti.symbols(),
            Oti::RaptorQ { source_blocks, .. } => self.blocks_done == usize::from(source_blocks),
        }
    }

    /// Its bytes; zeros where they are not there.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Without code, each symbol is its own block.
    fn push_plain(&mut self, payload: PayloadId, symbol: &[u8]) {
        let Some(range) = self.oti.range(payload) else { return };
        let gathered = self.blocks.entry(payload.source_block).or_default();
        if range.end - range.start != symbol.len() as u64
            || gathered.symbols.contains_key(&payload.id)
        {
            return;
        }
        gathered.symbols.insert(payload.id, Vec::new());
        self.bytes[range.start as usize..range.end as usize].copy_from_slice(symbol);
        self.blocks_done += 1;
    }

    fn push_coded(&mut self, payload: PayloadId, symbol: &[u8]) {
        let Some(fountain) = self.oti.fountain() else { return };
        let number = u8::try_from(payload.source_block).ok();
        let Some(block) = number.and_then(|number| fountain.source_block(number)) else { return };
        let needed = block.shape.symbols() as usize;
        let gathered = self.blocks.entry(payload.source_block).or_default();
        let is_stray = symbol.len() != usize::from(block.shape.symbol_size())
            || gathered.is_done
            || gathered.symbols.len() >= needed + SPARE
            || gathered.symbols.contains_key(&payload.id);
        if is_stray {
            return;
        }
        gathered.symbols.insert(payload.id, symbol.to_vec());
        if gathered.symbols.len() < needed {
            return;
        }
        let symbols = gathered.symbols.iter().map(|(id, symbol)| (*id, symbol.clone()));
        let Some(decoded) = decode(block.shape, symbols) else { return };
        gathered.is_done = true;
        gathered.symbols.clear();
        let begin = block.first_block as usize * usize::from(block.shape.symbol_size());
        let room = &mut self.bytes[begin..];
        let size = decoded.len().min(room.len());
        room[..size].copy_from_slice(&decoded[..size]);
        self.blocks_done += 1;
    }
}

fn decode(shape: Shape, symbols: impl Iterator<Item = (u32, Vec<u8>)>) -> Option<Vec<u8>> {
    Decoder::new(shape).decode(symbols)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fec::raptorq::{encode, prepare};
    use proptest::prelude::*;

    #[test]
    fn an_object_larger_than_allowed_is_refused_before_it_takes_memory() {
        let oti = Oti::raptorq(1 << 34, 1400, 1 << 20).unwrap();
        let error = ObjectError::TooLarge { size: 1 << 34, size_max: 1 << 20 };
        assert_eq!(Object::new(oti, 1 << 20).unwrap_err(), error);
    }

    #[test]
    fn more_symbols_than_decoding_needs_are_not_kept() {
        let mut object = Object::new(Oti::raptorq(1000, 100, 1000).unwrap(), 1000).unwrap();
        // Symbols that contradict each other never decode to what they claim, or do so at once.
        for id in 10..200 {
            object.push(PayloadId { source_block: 0, id }, &[id as u8; 100]);
        }
        assert!(object.blocks[&0].symbols.len() <= 10 + SPARE);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn any_object_comes_whole_from_its_symbols_in_any_order(
            length in 1u64..3000, size in 1u16..90, block in 1u32..20, coded: bool,
            seed: u64, lost in 0u64..3,
        ) {
            let bytes: Vec<u8> = (0..length).map(|i| (i * 5 + seed % 7) as u8).collect();
            let oti = match coded {
                true => Oti::raptorq(length, size, u32::from(size) * block),
                false => Oti::no_code(length, size, block),
            }.unwrap();
            let mut packets = Vec::new();
            for number in 0..oti.symbols() {
                let payload = oti.payload_id(number).unwrap();
                let range = oti.range(payload).unwrap();
                let mut symbol = bytes[range.start as usize..range.end as usize].to_vec();
                if coded {
                    symbol.resize(usize::from(size), 0);
                }
                if !coded || number % 3 >= lost {
                    packets.push((payload, symbol));
                }
            }
            let fountain = oti.fountain();
            for number in 0..fountain.map_or(0, |fountain| fountain.source_blocks()) {
                let block = fountain.unwrap().source_block(number).unwrap();
                let begin = block.first_block as usize * usize::from(size);
                let end = (begin + block.shape.size()).min(bytes.len());
                let mut source = bytes[begin..end].to_vec();
                source.resize(block.shape.size(), 0);
                let intermediate = prepare(block.shape, &source);
                for id in 0..block.shape.symbols() + 4 {
                    let id = block.shape.symbols() + id;
                    let mut symbol = vec![0; usize::from(size)];
                    encode(block.shape, &intermediate, id, &mut symbol);
                    packets.push((PayloadId { source_block: u16::from(number), id }, symbol));
                }
            }
            packets.sort_by_key(|(payload, _)| {
                (u64::from(payload.id) << 8 | u64::from(payload.source_block))
                    .wrapping_mul(seed | 1)
            });
            let mut object = Object::new(oti, length).unwrap();
            let done = packets.iter().position(|(payload, symbol)| object.push(*payload, symbol));
            prop_assert!(done.is_some());
            prop_assert_eq!(object.into_bytes(), bytes);
        }
    }
}
