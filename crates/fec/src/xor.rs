//! Exclusive or of byte strings, the arithmetic of the parity codes.

/// Bytes that are combined at a time: two or more vector registers on the machines of today.
const BLOCK: usize = 64;

/// Combines `from` into the start of `into`: `into[i] ^= from[i]`.
///
/// Where the lengths differ only the common part changes, which is what zero padding of the
/// shorter string would give.
pub fn accumulate(into: &mut [u8], from: &[u8]) {
    let len = into.len().min(from.len());
    let (blocks, tail) = into[..len].as_chunks_mut::<BLOCK>();
    let (from_blocks, from_tail) = from[..len].as_chunks::<BLOCK>();
    for (a, b) in blocks.iter_mut().zip(from_blocks) {
        accumulate_block(a, b);
    }
    for (a, b) in tail.iter_mut().zip(from_tail) {
        *a ^= b;
    }
}

/// One block, word by word, which compilers turn into vector instructions.
#[inline(always)]
fn accumulate_block(into: &mut [u8; BLOCK], from: &[u8; BLOCK]) {
    let (words, _) = into.as_chunks_mut::<8>();
    let (from_words, _) = from.as_chunks::<8>();
    for (a, b) in words.iter_mut().zip(from_words) {
        *a = (u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b)).to_ne_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_two_strings_combine_byte_by_byte(
            a in prop::collection::vec(any::<u8>(), 0..300),
            b in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let mut combined = a.clone();
            accumulate(&mut combined, &b);
            for (i, byte) in combined.iter().enumerate() {
                prop_assert_eq!(*byte, a[i] ^ b.get(i).copied().unwrap_or(0));
            }
        }
    }
}
