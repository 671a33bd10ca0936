//! DownloadDataBlock (ISO/IEC 13818-6 clause 7.3.7).

use crate::message::{Fields, HEADER_SIZE, ID_DDB, MessageError, TABLE_DATA, header_bytes};
use ts::crc32::crc32;

/// Bytes of a DDB section around its data.
pub const DDB_OVERHEAD: usize = SECTION_HEADER_SIZE + HEADER_SIZE + BODY_HEADER_SIZE + 4;

const SECTION_HEADER_SIZE: usize = 8;
/// moduleId, moduleVersion, reserved, blockNumber.
const BODY_HEADER_SIZE: usize = 6;

/// A block of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ddb<'a> {
    /// As in the DII.
    pub download_id: u32,
    /// The module.
    pub module_id: u16,
    /// moduleVersion.
    pub version: u8,
    /// Counted from zero.
    pub block: u16,
    /// The data.
    pub data: &'a [u8],
}

impl<'a> Ddb<'a> {
    /// Appends the section to `out`. `last_block` is the number of the module's last block, from
    /// which last_section_number follows; the data has at most 4066 bytes.
    ///
    /// This is on the way of every packet of a carousel, so the section is written where it is to
    /// stand, with no buffer in between.
    pub(crate) fn append_section(&self, last_block: u16, out: &mut Vec<u8>) {
        let start = out.len();
        let length = DDB_OVERHEAD - 3 + self.data.len();
        let run = self.block / 256;
        let last_number = if run == last_block / 256 { last_block as u8 } else { 0xff };
        out.extend_from_slice(&[TABLE_DATA, 0xb0 | (length >> 8) as u8, length as u8]);
        out.extend_from_slice(&self.module_id.to_be_bytes());
        let version = 0xc1 | (self.version & 0x1f) << 1;
        out.extend_from_slice(&[version, self.block as u8, last_number]);
        let body = BODY_HEADER_SIZE + self.data.len();
        out.extend_from_slice(&header_bytes(ID_DDB, self.download_id, body));
        out.extend_from_slice(&self.module_id.to_be_bytes());
        out.extend_from_slice(&[self.version, 0xff]);
        out.extend_from_slice(&self.block.to_be_bytes());
        out.extend_from_slice(self.data);
        let crc = crc32(&out[start..]);
        out.extend_from_slice(&crc.to_be_bytes());
    }

    pub(crate) fn parse(download_id: u32, fields: Fields<'a>) -> Result<Ddb<'a>, MessageError> {
        let mut fields = fields;
        let module_id = fields.u16("moduleId")?;
        let version = fields.u8("moduleVersion")?;
        fields.take(1, "reserved")?;
        let block = fields.u16("blockNumber")?;
        Ok(Ddb { download_id, module_id, version, block, data: fields.rest() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Message;
    use proptest::prelude::*;
    use ts::section::{LongHeader, SectionView, write_section};

    #[test]
    fn ddb_matches_the_check_vector() {
        let ddb = Ddb { download_id: 1, module_id: 1, version: 0, block: 0, data: b"hello" };
        let mut out = Vec::new();
        ddb.append_section(0, &mut out);
        let hex: String = out.iter().map(|b| format!("{b:02x}")).collect();
        let vector = "3cb0200001c100001103100300000001ff00000b000100ff000068656c6c6f367f6a3f";
        assert_eq!(hex, vector);
    }

    #[test]
    fn section_numbers_run_to_255_and_to_the_last_block_in_the_final_run() {
        let numbers = |block, last| {
            let mut out = Vec::new();
            let ddb = Ddb { download_id: 1, module_id: 9, version: 40, block, data: b"x" };
            ddb.append_section(last, &mut out);
            let view = SectionView::parse(&out).unwrap();
            assert_eq!((view.version(), view.extension()), (40 % 32, 9));
            (view.number(), view.last_number())
        };
        assert_eq!(numbers(255, 600), (255, 255));
        assert_eq!(numbers(256, 600), (0, 255));
        assert_eq!(numbers(512, 600), (0, 88));
        assert_eq!(numbers(65_535, 65_535), (255, 255));
    }

    proptest! {
        #[test]
        fn any_block_reads_back_and_agrees_with_the_section_writer(
            data in proptest::collection::vec(any::<u8>(), 0..4067),
            version: u8, block: u16, id: u32,
        ) {
            let ddb = Ddb { download_id: id, module_id: 3, version, block, data: &data };
            let mut out = vec![1, 2, 3];
            ddb.append_section(block, &mut out);
            let view = SectionView::parse(&out[3..]).unwrap();
            prop_assert_eq!(Message::parse(view), Ok(Message::Ddb(ddb)));
            let header = LongHeader {
                table_id: TABLE_DATA, private: false, extension: 3, version, current: true,
                number: block as u8, last_number: block as u8,
            };
            prop_assert_eq!(&write_section(&header, view.body()).unwrap()[..], &out[3..]);
            prop_assert_eq!(out.len() - 3, DDB_OVERHEAD + data.len());
        }
    }
}
