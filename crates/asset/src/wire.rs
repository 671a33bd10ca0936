//! The primitives of the wire form: bytes, big-endian words and variable-length integers.
//!
//! A variable-length integer has seven bits a byte, lowest first, the top bit set in all bytes but
//! the last. Signed ones are folded first: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...

use crate::error::IndexError;

/// Appends fields to a buffer.
#[derive(Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    pub(crate) fn byte(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(crate) fn flag(&mut self, value: bool) {
        self.byte(value.into());
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) {
        self.0.extend_from_slice(value);
    }

    pub(crate) fn word(&mut self, value: u32) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn unsigned(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.byte(value as u8 | 0x80);
            value >>= 7;
        }
        self.byte(value as u8);
    }

    pub(crate) fn signed(&mut self, value: i64) {
        self.unsigned(((value << 1) ^ (value >> 63)) as u64);
    }
}

/// Takes fields from a buffer and knows where it is.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Reads `bytes` from position `at`, which must not be behind their end.
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Reader<'a> {
        Reader { bytes, at }
    }

    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(crate) fn fail<T>(&self, what: &'static str) -> Result<T, IndexError> {
        Err(IndexError::Malformed { at: self.at, what })
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], IndexError> {
        match self.bytes[self.at..].first_chunk::<N>() {
            Some(chunk) => {
                self.at += N;
                Ok(*chunk)
            }
            None => self.fail("the fields end early"),
        }
    }

    pub(crate) fn byte(&mut self) -> Result<u8, IndexError> {
        Ok(self.bytes::<1>()?[0])
    }

    pub(crate) fn flag(&mut self) -> Result<bool, IndexError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => {
                self.at -= 1;
                self.fail("a flag is neither 0 nor 1")
            }
        }
    }

    /// A flag and, when it is set, what it announces.
    pub(crate) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, IndexError>,
    ) -> Result<Option<T>, IndexError> {
        if self.flag()? { read(self).map(Some) } else { Ok(None) }
    }

    pub(crate) fn word(&mut self) -> Result<u32, IndexError> {
        Ok(u32::from_be_bytes(self.bytes()?))
    }

    pub(crate) fn unsigned(&mut self) -> Result<u64, IndexError> {
        let start = self.at;
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        self.at = start;
        self.fail("an integer is longer than 64 bits")
    }

    pub(crate) fn signed(&mut self) -> Result<i64, IndexError> {
        let folded = self.unsigned()?;
        Ok((folded >> 1) as i64 ^ -((folded & 1) as i64))
    }

    /// An unsigned integer that fits a narrower type.
    pub(crate) fn narrow<T: TryFrom<u64>>(&mut self) -> Result<T, IndexError> {
        let start = self.at;
        let value = self.unsigned()?;
        T::try_from(value).or_else(|_| {
            self.at = start;
            self.fail("an integer is too large for its field")
        })
    }

    /// The number of things that follow, each of at least `size_min` bytes, so that no number can
    /// make a reader reserve more memory than the bytes are worth.
    pub(crate) fn count(&mut self, size_min: usize) -> Result<usize, IndexError> {
        let start = self.at;
        let count: usize = self.narrow()?;
        if count > self.left() / size_min {
            self.at = start;
            return self.fail("more entries than bytes for them");
        }
        Ok(count)
    }
}
