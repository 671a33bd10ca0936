//! The CRC of sections (ISO/IEC 13818-1 annex A).

use crc::{CRC_32_MPEG_2, Crc, Table};

/// CRC-32/MPEG-2 by sixteen bytes at a time, an order of magnitude faster than by one table.
static CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_MPEG_2);

/// The CRC of `bytes`; zero when they end with their own CRC.
pub fn crc32(bytes: &[u8]) -> u32 {
    CRC.checksum(bytes)
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn published_check_values_hold() {
        assert_eq!(crc32(b"123456789"), 0x0376_e6e7);
        assert_eq!(crc32(&[0xa9, 0x79]), 0x38b4_e5a5);
    }
}
