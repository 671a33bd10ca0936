//! The CRC_32 of a module whose bytes come in any order.
//!
//! A CRC is linear: the CRC of a module is the sum (exclusive or) of what each of its pieces would
//! give among zeros. What a piece gives is its own CRC times x to the number of bits behind it,
//! modulo the polynomial. So a receiver checks a module of any size with four bytes of state and
//! never reads back what it has stored.

use ts::crc32::crc32;

/// The polynomial of CRC_32 (ISO/IEC 13818-1 annex A) without its highest term.
const POLYNOMIAL: u32 = 0x04c1_1db7;
/// The value that the CRC register starts from.
const INITIAL: u32 = 0xffff_ffff;

/// x to the power of 8 * 2^k modulo the polynomial, for each k.
const BYTE_SHIFTS: [u32; 32] = {
    let mut table = [0; 32];
    table[0] = 1 << 8;
    let mut k = 1;
    while k < 32 {
        table[k] = multiply(table[k - 1], table[k - 1]);
        k += 1;
    }
    table
};

/// The CRC_32 of a module of known size, gathered piece by piece in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModuleCrc {
    size: u32,
    sum: u32,
}

impl ModuleCrc {
    /// Begins a module of `size` bytes. Bytes that are never added count as zeros.
    pub fn new(size: u32) -> ModuleCrc {
        ModuleCrc { size, sum: shift(INITIAL, size) }
    }

    /// Adds the bytes at `offset`. Each byte of the module is to be added once; bytes that lie
    /// behind its end are left out.
    pub fn add(&mut self, offset: u32, bytes: &[u8]) {
        let room = self.size.saturating_sub(offset);
        let taken = u32::try_from(bytes.len()).unwrap_or(u32::MAX).min(room);
        let bytes = &bytes[..taken as usize];
        let own = crc32(bytes) ^ shift(INITIAL, taken);
        self.sum ^= shift(own, room - taken);
    }

    /// The CRC, once every byte is added.
    pub const fn value(self) -> u32 {
        self.sum
    }
}

/// The product of two polynomials modulo the CRC's, bit 31 being x^31.
const fn multiply(a: u32, b: u32) -> u32 {
    let mut product = 0u32;
    let mut bit = 32;
    while bit > 0 {
        bit -= 1;
        let carry = product >> 31 != 0;
        product <<= 1;
        if carry {
            product ^= POLYNOMIAL;
        }
        if b >> bit & 1 != 0 {
            product ^= a;
        }
    }
    product
}

/// What a CRC becomes when `bytes` zero bytes follow.
fn shift(crc: u32, bytes: u32) -> u32 {
    let powers = (0..32).filter(|k| bytes >> k & 1 != 0);
    powers.fold(crc, |crc, k| multiply(crc, BYTE_SHIFTS[k]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_check_value_holds_in_reverse_order() {
        let mut crc = ModuleCrc::new(9);
        for offset in (0..9u32).rev() {
            crc.add(offset, &b"123456789"[offset as usize..=offset as usize]);
        }
        assert_eq!(crc.value(), 0x0376_e6e7);
    }

    proptest! {
        #[test]
        fn any_order_of_pieces_gives_the_crc_of_the_whole(
            bytes in proptest::collection::vec(any::<u8>(), 0..2000),
            piece in 1usize..300, seed: u64,
        ) {
            let mut pieces: Vec<(usize, &[u8])> =
                bytes.chunks(piece).enumerate().map(|(n, chunk)| (n * piece, chunk)).collect();
            pieces.sort_by_key(|(offset, _)| (*offset as u64 + 1).wrapping_mul(seed | 1));
            let mut crc = ModuleCrc::new(bytes.len() as u32);
            for (offset, chunk) in pieces {
                crc.add(offset as u32, chunk);
            }
            prop_assert_eq!(crc.value(), crc32(&bytes));
        }

        #[test]
        fn any_offset_beyond_the_end_is_left_out(offset: u32, bytes: [u8; 7]) {
            let mut crc = ModuleCrc::new(5);
            crc.add(offset, &bytes);
            if offset >= 5 {
                prop_assert_eq!(crc, ModuleCrc::new(5));
            }
        }
    }
}
