//! How fast a stream may come.

use super::{Descriptor, FieldError, fit};
use crate::reader::Reader;

/// Bits in 50 bytes, the unit of maximum_bitrate; the unit of the leak rate is as large.
const UNIT_BITS: u64 = 400;

/// maximum_bitrate_descriptor (ISO/IEC 13818-1 clause 2.6.26): `11 | maximum_bitrate 22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaximumBitrate {
    /// The upper bound in units of 50 bytes per second, 22 bits.
    pub units_of_50_bytes_per_second: u32,
}

impl MaximumBitrate {
    /// The least bound that is not below `bps` bits per second.
    ///
    /// # Errors
    /// [`FieldError::Range`] above 1.6 Gbit/s.
    pub fn from_bps(bps: u64) -> Result<MaximumBitrate, FieldError> {
        let units = u32::try_from(bps.div_ceil(UNIT_BITS)).unwrap_or(u32::MAX);
        Ok(MaximumBitrate { units_of_50_bytes_per_second: fit(units, 22, "maximum_bitrate")? })
    }

    /// The bound in bits per second.
    pub fn bps(self) -> u64 {
        u64::from(self.units_of_50_bytes_per_second) * UNIT_BITS
    }
}

impl Descriptor for MaximumBitrate {
    const TAG: u8 = 0x0e;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        write_22_bits(self.units_of_50_bytes_per_second, "maximum_bitrate", out)
    }

    fn read_body(body: &[u8]) -> Result<MaximumBitrate, FieldError> {
        let units = Reader::new(body).u24()? & 0x3f_ffff;
        Ok(MaximumBitrate { units_of_50_bytes_per_second: units })
    }
}

/// smoothing_buffer_descriptor (ISO/IEC 13818-1 clause 2.6.30).
///
/// ```text
/// 11 | sb_leak_rate 22 | 11 | sb_size 22
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmoothingBuffer {
    /// Leak rate in units of 400 bit/s, 22 bits.
    pub leak_units_of_400_bps: u32,
    /// Size in bytes, 22 bits.
    pub size_bytes: u32,
}

impl Descriptor for SmoothingBuffer {
    const TAG: u8 = 0x10;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        write_22_bits(self.leak_units_of_400_bps, "sb_leak_rate", out)?;
        write_22_bits(self.size_bytes, "sb_size", out)
    }

    fn read_body(body: &[u8]) -> Result<SmoothingBuffer, FieldError> {
        let mut reader = Reader::new(body);
        Ok(SmoothingBuffer {
            leak_units_of_400_bps: reader.u24()? & 0x3f_ffff,
            size_bytes: reader.u24()? & 0x3f_ffff,
        })
    }
}

fn write_22_bits(value: u32, field: &'static str, out: &mut Vec<u8>) -> Result<(), FieldError> {
    let value = fit(value, 22, field)?;
    out.extend_from_slice(&(0xc0_0000 | value).to_be_bytes()[1..]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_rounded_up_to_its_unit() {
        assert_eq!(MaximumBitrate::from_bps(3_000_001).unwrap().bps(), 3_000_400);
        assert!(MaximumBitrate::from_bps(1 << 40).is_err());
    }
}
