//! Cutting by content: where a chunk ends follows from the bytes before the cut, so that a change
//! in a file moves the cuts near it and no others.
//!
//! The rule is that of FastCDC (Xia and others 2016) with normalised sizes: a hash runs over the
//! bytes, and a chunk ends where its high bits are zero, of which fewer are asked for once the
//! chunk has its average size. The table of the hash is the sequence of SplitMix64 (Steele and
//! others 2014) from zero, so it is known without being written down.

/// The sizes of chunks, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkSizes {
    average: u32,
}

/// Why chunks cannot have such sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("average chunk of {average} bytes, where powers of two from 1 KiB to 4 MiB are allowed")]
pub struct ChunkSizesError {
    /// As given.
    pub average: u32,
}

impl ChunkSizes {
    /// Chunks of 256 KiB on the average.
    pub const DEFAULT: ChunkSizes = ChunkSizes { average: 256 << 10 };
    /// The longest chunk of any sizes.
    pub const CHUNK_SIZE_MAX: u32 = 16 << 20;

    /// Chunks of `average` bytes, a power of two; the shortest has a quarter, but for the last of a
    /// file, and the longest four times as much.
    ///
    /// # Errors
    /// [`ChunkSizesError`] when the average is no power of two or outside 1 KiB to 4 MiB.
    pub const fn new(average: u32) -> Result<ChunkSizes, ChunkSizesError> {
        if average.is_power_of_two() && average >= 1 << 10 && average <= 4 << 20 {
            Ok(ChunkSizes { average })
        } else {
            Err(ChunkSizesError { average })
        }
    }

    /// Bytes of the longest chunk, which is what [`cut`] wants to see.
    pub const fn longest(self) -> usize {
        self.average as usize * 4
    }
}

/// Bits of the hash that are asked for beyond those of the average before it is reached, and that
/// are not asked for behind it.
const NORMALISATION: u32 = 2;

/// Bytes of the first chunk of `bytes`: zero when there are none.
///
/// `bytes` are to be at least [`ChunkSizes::longest`], or all that is left of the file.
pub fn cut(sizes: ChunkSizes, bytes: &[u8]) -> usize {
    let average = sizes.average as usize;
    let end = bytes.len().min(sizes.longest());
    let bits = sizes.average.trailing_zeros();
    let (strict, lax) = (64 - bits - NORMALISATION, 64 - bits + NORMALISATION);
    let mut hash = 0u64;
    for (at, byte) in bytes[..end].iter().enumerate().skip(average / 4) {
        hash = (hash << 1).wrapping_add(GEARS[usize::from(*byte)]);
        let shift = if at < average { strict } else { lax };
        if hash >> shift == 0 {
            return at + 1;
        }
    }
    end
}

const GEARS: [u64; 256] = {
    let mut gears = [0; 256];
    let (mut state, mut i) = (0u64, 0);
    while i < 256 {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        gears[i] = z ^ z >> 31;
        i += 1;
    }
    gears
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn noise(size: usize, mut seed: u64) -> Vec<u8> {
        let next = |_| {
            seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(11);
            (seed >> 56) as u8
        };
        (0..size).map(next).collect()
    }

    fn cuts(sizes: ChunkSizes, bytes: &[u8]) -> Vec<usize> {
        let (mut at, mut cuts) = (0, Vec::new());
        while at < bytes.len() {
            at += cut(sizes, &bytes[at..]);
            cuts.push(at);
        }
        cuts
    }

    #[test]
    fn table_begins_as_the_published_sequence() {
        assert_eq!(GEARS[..2], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
    }

    #[test]
    fn cuts_are_where_they_have_always_been() {
        let bytes = noise(100_000, 5);
        let cuts = cuts(ChunkSizes::new(4096).unwrap(), &bytes);
        assert_eq!(cuts[..6], [4361, 9285, 13930, 19288, 22348, 29032]);
        assert_eq!(cuts.len(), 23);
    }

    #[test]
    fn sizes_outside_the_limits_are_refused() {
        for average in [0, 512, 3000, 8 << 20] {
            assert_eq!(ChunkSizes::new(average), Err(ChunkSizesError { average }));
        }
        let longest = ChunkSizes::new(4 << 20).unwrap().longest();
        assert_eq!(longest, ChunkSizes::CHUNK_SIZE_MAX as usize);
    }

    #[test]
    fn zeros_are_cut_at_the_longest() {
        assert_eq!(cut(ChunkSizes::new(1024).unwrap(), &[0; 9000]), 4096);
    }

    proptest! {
        #[test]
        fn any_insertion_leaves_most_chunks_as_they_are(
            seed: u64, at in 0usize..200_000, inserted in prop::collection::vec(any::<u8>(), 1..50),
        ) {
            let sizes = ChunkSizes::new(2048).unwrap();
            let before = noise(200_000, seed);
            let mut after = before.clone();
            after.splice(at..at, inserted);
            let chunks = |bytes: &[u8]| -> BTreeSet<Vec<u8>> {
                let mut begin = 0;
                cuts(sizes, bytes).into_iter().map(|end| {
                    let chunk = bytes[begin..end].to_vec();
                    begin = end;
                    chunk
                }).collect()
            };
            let (before, after) = (chunks(&before), chunks(&after));
            let new = after.difference(&before).count();
            prop_assert!(new <= 12, "{new} of {} chunks are new", after.len());
        }

        #[test]
        fn any_file_is_cut_within_the_sizes(size in 0usize..60_000, seed: u64) {
            let sizes = ChunkSizes::new(1024).unwrap();
            let bytes = noise(size, seed);
            let cuts = cuts(sizes, &bytes);
            prop_assert_eq!(cuts.last().copied().unwrap_or(0), size);
            let mut begin = 0;
            for (number, end) in cuts.iter().enumerate() {
                let length = end - begin;
                prop_assert!(length <= 4096 && (length > 256 || number + 1 == cuts.len()));
                begin = *end;
            }
        }
    }
}
