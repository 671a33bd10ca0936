//! Reading fields of bits.

use crate::HeaderError;

/// A reader of bit fields, most significant bit first, that knows what it reads for its errors.
#[derive(Clone, Debug)]
pub(crate) struct BitReader<'a> {
    bytes: &'a [u8],
    position: usize,
    structure: &'static str,
}

impl<'a> BitReader<'a> {
    /// A reader at the first bit of `bytes`, which hold the named structure.
    pub(crate) fn new(bytes: &'a [u8], structure: &'static str) -> BitReader<'a> {
        BitReader { bytes, position: 0, structure }
    }

    /// Reads an unsigned field of up to 32 bits: u(n).
    pub(crate) fn bits(&mut self, count: u32) -> Result<u32, HeaderError> {
        debug_assert!(count <= 32);
        let end = self.position + count as usize;
        if end > self.bytes.len() * 8 {
            return Err(self.truncated());
        }
        let mut value = 0u64;
        let last = end.div_ceil(8);
        for byte in &self.bytes[self.position / 8..last] {
            value = (value << 8) | u64::from(*byte);
        }
        value >>= last * 8 - end;
        self.position = end;
        Ok((value & ((1u64 << count) - 1)) as u32)
    }

    /// Reads a field of up to 8 bits.
    pub(crate) fn byte(&mut self, count: u32) -> Result<u8, HeaderError> {
        debug_assert!(count <= 8);
        Ok(self.bits(count)? as u8)
    }

    /// Reads one bit as a flag.
    pub(crate) fn flag(&mut self) -> Result<bool, HeaderError> {
        Ok(self.bits(1)? != 0)
    }

    /// Passes over any number of bits.
    pub(crate) fn skip(&mut self, count: usize) -> Result<(), HeaderError> {
        match self.position.checked_add(count) {
            Some(end) if end <= self.bytes.len() * 8 => {
                self.position = end;
                Ok(())
            }
            _ => Err(self.truncated()),
        }
    }

    /// Reads an unsigned Exp-Golomb code: ue(v) of H.264 and H.265 clauses 9.1 and 9.2.
    pub(crate) fn ue(&mut self) -> Result<u32, HeaderError> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return Err(self.forbidden("ue(v) prefix", zeros));
            }
        }
        Ok(((1u64 << zeros) - 1) as u32 + self.bits(zeros as u32)?)
    }

    /// Reads an unsigned Exp-Golomb code whose value may not exceed `max`.
    pub(crate) fn ue_max(&mut self, field: &'static str, max: u32) -> Result<u32, HeaderError> {
        let value = self.ue()?;
        if value > max { Err(self.forbidden(field, u64::from(value))) } else { Ok(value) }
    }

    /// Reads a signed Exp-Golomb code: se(v).
    pub(crate) fn se(&mut self) -> Result<i32, HeaderError> {
        let code = i64::from(self.ue()?);
        let magnitude = (code + 1) / 2;
        Ok(if code % 2 == 0 { -magnitude } else { magnitude } as i32)
    }

    /// The error of a field with a forbidden value.
    pub(crate) fn forbidden(&self, field: &'static str, value: u64) -> HeaderError {
        HeaderError::Forbidden { structure: self.structure, field, value }
    }

    fn truncated(&self) -> HeaderError {
        HeaderError::Truncated { structure: self.structure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exp_golomb_codes_follow_the_published_table() {
        // H.264 table 9-2: 1, 010, 011, 00100, 00101 are 0 to 4; signed 0, 1, -1, 2, -2.
        let bytes = [0b1010_0110, 0b0100_0010, 0b1000_0000];
        let mut reader = BitReader::new(&bytes, "test");
        let values: Vec<u32> = (0..5).map(|_| reader.ue().unwrap()).collect();
        assert_eq!(values, [0, 1, 2, 3, 4]);
        let mut reader = BitReader::new(&bytes, "test");
        let values: Vec<i32> = (0..5).map(|_| reader.se().unwrap()).collect();
        assert_eq!(values, [0, 1, -1, 2, -2]);
    }

    #[test]
    fn the_longest_code_is_read_and_a_longer_one_refused() {
        let longest = [0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff];
        let mut reader = BitReader::new(&longest, "test");
        assert_eq!(reader.ue().unwrap(), u32::MAX - 1);
        assert!(BitReader::new(&[0; 8], "test").ue().is_err());
    }

    proptest! {
        #[test]
        fn any_fields_read_back_as_one_number(
            value: u64, cuts in proptest::collection::vec(0u32..=32, 1..20),
        ) {
            let bytes = value.to_be_bytes();
            let mut reader = BitReader::new(&bytes, "test");
            let (mut joined, mut taken) = (0u128, 0);
            for cut in cuts {
                match reader.bits(cut) {
                    Ok(field) => {
                        joined = (joined << cut) | u128::from(field);
                        taken += cut;
                    }
                    Err(_) => prop_assert!(taken + cut > 64),
                }
            }
            prop_assert_eq!(joined, u128::from(value) >> (64 - taken));
        }
    }
}
