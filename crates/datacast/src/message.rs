//! Download messages of DSM-CC and their common header (ISO/IEC 13818-6 clauses 2 and 7.2).
//!
//! ```text
//! 0x11 | 0x03 | messageId 16 | transactionId or downloadId 32 | 0xff | adaptationLength 8 |
//! messageLength 16 | [adaptation] | body
//! ```

use crate::block::Ddb;
use crate::control::{Dii, Dsi};
use ts::section::{LongHeader, SectionError, SectionView, write_section};

/// Table of the control messages, DSI and DII.
pub const TABLE_CONTROL: u8 = 0x3b;
/// Table of the data messages, DDB.
pub const TABLE_DATA: u8 = 0x3c;

/// Bytes of a message header without adaptation.
pub(crate) const HEADER_SIZE: usize = 12;
pub(crate) const ID_DII: u16 = 0x1002;
pub(crate) const ID_DDB: u16 = 0x1003;
pub(crate) const ID_DSI: u16 = 0x1006;

const PROTOCOL: u8 = 0x11;
const TYPE_DOWNLOAD: u8 = 0x03;

/// A download message of a data carousel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// DownloadServerInitiate: the groups of a carousel.
    Dsi(Dsi<'a>),
    /// DownloadInfoIndication: the modules of a group.
    Dii(Dii<'a>),
    /// DownloadDataBlock: a block of a module.
    Ddb(Ddb<'a>),
}

/// Why a section carries no message of a data carousel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The table or the message is another one.
    #[error("table {table_id:#04x} with message {message_id:#06x} is no download message")]
    Kind {
        /// Table of the section.
        table_id: u8,
        /// messageId, zero when there is none.
        message_id: u16,
    },
    /// A length inside the message leads out of it.
    #[error("message {message_id:#06x} is cut short at its field {field}")]
    Short {
        /// messageId.
        message_id: u16,
        /// The field that is not there as a whole.
        field: &'static str,
    },
}

impl<'a> Message<'a> {
    /// Reads the message of a section; any section may be given.
    pub fn parse(section: SectionView<'a>) -> Result<Message<'a>, MessageError> {
        let table_id = section.table_id();
        let (message_id, id, fields) = open(section)?;
        match (table_id, message_id) {
            (TABLE_CONTROL, ID_DSI) => Ok(Message::Dsi(Dsi::parse(id, fields)?)),
            (TABLE_CONTROL, ID_DII) => Ok(Message::Dii(Dii::parse(id, fields)?)),
            (TABLE_DATA, ID_DDB) => Ok(Message::Ddb(Ddb::parse(id, fields)?)),
            _ => Err(MessageError::Kind { table_id, message_id }),
        }
    }
}

/// Reads the header of a message: messageId, transactionId or downloadId, and the body.
pub(crate) fn open(section: SectionView<'_>) -> Result<(u16, u32, Fields<'_>), MessageError> {
    let body = section.body();
    let [PROTOCOL, TYPE_DOWNLOAD, high, low, ..] = *body else {
        return Err(MessageError::Kind { table_id: section.table_id(), message_id: 0 });
    };
    let message_id = u16::from_be_bytes([high, low]);
    let mut fields = Fields { message_id, rest: &body[4..] };
    let id = fields.u32("transactionId")?;
    fields.take(1, "reserved")?;
    let adaptation = fields.u8("adaptationLength")?;
    let length = fields.u16("messageLength")?;
    let mut fields = fields.nested(usize::from(length), "message")?;
    fields.take(usize::from(adaptation), "adaptation")?;
    Ok((message_id, id, fields))
}

/// The section of a control message, which is always a single one (EN 301 192 clause 10).
pub(crate) fn control_section(
    message_id: u16,
    transaction_id: u32,
    body: &[u8],
) -> Result<Vec<u8>, SectionError> {
    let header = LongHeader {
        table_id: TABLE_CONTROL,
        private: false,
        extension: transaction_id as u16,
        version: 0,
        current: true,
        number: 0,
        last_number: 0,
    };
    let mut message = Vec::with_capacity(HEADER_SIZE + body.len());
    message.extend_from_slice(&header_bytes(message_id, transaction_id, body.len()));
    message.extend_from_slice(body);
    write_section(&header, &message)
}

/// The header of a message whose body has `length` bytes, at most 4072.
pub(crate) fn header_bytes(message_id: u16, id: u32, length: usize) -> [u8; HEADER_SIZE] {
    let [m0, m1] = message_id.to_be_bytes();
    let [i0, i1, i2, i3] = id.to_be_bytes();
    let [l0, l1] = (length as u16).to_be_bytes();
    [PROTOCOL, TYPE_DOWNLOAD, m0, m1, i0, i1, i2, i3, 0xff, 0, l0, l1]
}

/// The fields of a message that are still to be read.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    message_id: u16,
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn rest(self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn take(
        &mut self,
        size: usize,
        field: &'static str,
    ) -> Result<&'a [u8], MessageError> {
        let short = MessageError::Short { message_id: self.message_id, field };
        let (taken, rest) = self.rest.split_at_checked(size).ok_or(short)?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next `size` bytes as fields of their own.
    pub(crate) fn nested(
        &mut self,
        size: usize,
        field: &'static str,
    ) -> Result<Fields<'a>, MessageError> {
        let rest = self.take(size, field)?;
        Ok(Fields { message_id: self.message_id, rest })
    }

    pub(crate) fn u8(&mut self, field: &'static str) -> Result<u8, MessageError> {
        Ok(self.take(1, field)?[0])
    }

    pub(crate) fn u16(&mut self, field: &'static str) -> Result<u16, MessageError> {
        let bytes = self.take(2, field)?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    pub(crate) fn u32(&mut self, field: &'static str) -> Result<u32, MessageError> {
        let bytes = self.take(4, field)?;
        Ok(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn section(table_id: u8, body: &[u8]) -> Vec<u8> {
        let header = LongHeader {
            table_id,
            private: false,
            extension: 2,
            version: 0,
            current: true,
            number: 0,
            last_number: 0,
        };
        write_section(&header, body).unwrap()
    }

    #[test]
    fn a_message_longer_than_its_section_is_refused() {
        let mut body = header_bytes(ID_DDB, 1, 4000).to_vec();
        body.extend_from_slice(&[0; 10]);
        let bytes = section(TABLE_DATA, &body);
        let error = Message::parse(SectionView::parse(&bytes).unwrap()).unwrap_err();
        assert_eq!(error, MessageError::Short { message_id: ID_DDB, field: "message" });
    }

    proptest! {
        #[test]
        fn any_bytes_behind_a_sound_header_are_read_without_panic(
            message in prop::sample::select(vec![ID_DII, ID_DDB, ID_DSI, 0x1005]),
            control: bool,
            tail in proptest::collection::vec(prop_oneof![Just(0u8), any::<u8>()], 0..300),
            adaptation: u8,
        ) {
            let mut body = header_bytes(message, 7, tail.len()).to_vec();
            body[9] = if adaptation < 200 { 0 } else { adaptation };
            body.extend_from_slice(&tail);
            let table = if control { TABLE_CONTROL } else { TABLE_DATA };
            let bytes = section(table, &body);
            let _ = Message::parse(SectionView::parse(&bytes).unwrap());
            let bytes = section(table, &tail);
            let _ = Message::parse(SectionView::parse(&bytes).unwrap());
        }
    }
}
