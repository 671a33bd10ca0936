//! The Internet checksum (RFC 1071).

/// A sum of 16-bit words in ones' complement, built up piece by piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksum(u64);

impl Checksum {
    /// The sum over one more piece. Each piece but the last must have an even length.
    #[must_use]
    pub fn over(self, bytes: &[u8]) -> Checksum {
        let mut sum = self.0;
        let (words, rest) = bytes.as_chunks::<4>();
        for word in words {
            sum += u64::from(u32::from_be_bytes(*word));
        }
        let mut last = [0; 4];
        last[..rest.len()].copy_from_slice(rest);
        sum += u64::from(u32::from_be_bytes(last));
        // 2^32 is 1 in this arithmetic, so carries come back in at the bottom.
        Checksum((sum >> 32) + (sum & 0xffff_ffff))
    }

    /// The checksum: the complement of the sum.
    pub const fn finish(self) -> u16 {
        let mut sum = self.0;
        while sum > 0xffff {
            sum = (sum >> 16) + (sum & 0xffff);
        }
        !(sum as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_sums_up() {
        // RFC 1071 clause 3: the sum of these words is 0xddf2.
        let sum = Checksum::default().over(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]);
        assert_eq!(sum.finish(), !0xddf2);
    }

    #[test]
    fn a_header_with_its_checksum_sums_up_to_zero() {
        let header = [
            0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8,
            0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7,
        ];
        assert_eq!(Checksum::default().over(&header).finish(), 0);
    }

    #[test]
    fn an_odd_last_byte_is_the_upper_half_of_a_word() {
        assert_eq!(Checksum::default().over(&[1, 2, 3]).finish(), !(0x0102 + 0x0300));
    }
}
