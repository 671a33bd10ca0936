//! The control messages of a two-layer carousel: DSI and DII (ISO/IEC 13818-6 clauses 7.3.6 and
//! 7.3.2, EN 301 192 clause 10, TR 101 202).

use crate::message::{Fields, ID_DII, ID_DSI, MessageError, TABLE_CONTROL, control_section, open};
use ts::section::{SectionError, SectionView};

/// Bytes of serverId, which data carousels fill with ones.
const SERVER_ID_SIZE: usize = 20;
/// Bytes that a DII section may have for its modules.
pub(crate) const DII_MODULES_SIZE_MAX: usize = 4084 - 12 - 22;

/// DownloadServerInitiate with a GroupInfoIndication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dsi<'a> {
    /// Identifies this version of this message (EN 301 192 clause 10).
    pub transaction_id: u32,
    /// The groups of modules.
    pub groups: Vec<Group<'a>>,
}

/// A group of modules, described by one DII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// transactionId of the DII.
    pub id: u32,
    /// Bytes of all its modules.
    pub size: u32,
    /// Descriptors about the group.
    pub descriptors: &'a [u8],
}

/// DownloadInfoIndication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dii<'a> {
    /// Identifies this version of this message; the id of the group.
    pub transaction_id: u32,
    /// What the blocks of its modules are labelled with.
    pub download_id: u32,
    /// Bytes of every block but the last of a module.
    pub block_size: u16,
    /// The modules.
    pub modules: Vec<Module<'a>>,
}

/// A module as its DII describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module<'a> {
    /// Its number, unique in the carousel.
    pub id: u16,
    /// Bytes as transmitted.
    pub size: u32,
    /// Another value for another content.
    pub version: u8,
    /// Descriptors about the module, at most 255 bytes.
    pub descriptors: &'a [u8],
}

impl<'a> Dsi<'a> {
    /// Writes the section. Fails when the groups do not fit one section.
    pub fn to_section(&self) -> Result<Vec<u8>, SectionError> {
        let mut groups = (self.groups.len() as u16).to_be_bytes().to_vec();
        for group in &self.groups {
            groups.extend_from_slice(&group.id.to_be_bytes());
            groups.extend_from_slice(&group.size.to_be_bytes());
            groups.extend_from_slice(&[0, 0]);
            groups.extend_from_slice(&(group.descriptors.len() as u16).to_be_bytes());
            groups.extend_from_slice(group.descriptors);
        }
        groups.extend_from_slice(&[0, 0]);
        DsiPrivate { transaction_id: self.transaction_id, private: &groups }.to_section()
    }

    pub(crate) fn parse(transaction_id: u32, fields: Fields<'a>) -> Result<Dsi<'a>, MessageError> {
        let mut private = private_of(fields)?;
        let mut groups = Vec::new();
        for _ in 0..private.u16("NumberOfGroups")? {
            let id = private.u32("GroupId")?;
            let size = private.u32("GroupSize")?;
            skip_compatibility(&mut private)?;
            let length = private.u16("GroupInfoLength")?;
            let descriptors = private.take(usize::from(length), "GroupInfo")?;
            groups.push(Group { id, size, descriptors });
        }
        Ok(Dsi { transaction_id, groups })
    }
}

/// A DSI whatever its private data is: that of an object carousel is no list of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DsiPrivate<'a> {
    pub(crate) transaction_id: u32,
    pub(crate) private: &'a [u8],
}

impl<'a> DsiPrivate<'a> {
    pub(crate) fn to_section(self) -> Result<Vec<u8>, SectionError> {
        let mut body = vec![0xff; SERVER_ID_SIZE];
        body.extend_from_slice(&[0, 0]);
        body.extend_from_slice(&(self.private.len() as u16).to_be_bytes());
        body.extend_from_slice(self.private);
        control_section(ID_DSI, self.transaction_id, &body)
    }

    pub(crate) fn parse_section(section: SectionView<'a>) -> Result<DsiPrivate<'a>, MessageError> {
        let (message_id, transaction_id, fields) = open(section)?;
        let table_id = section.table_id();
        if (table_id, message_id) != (TABLE_CONTROL, ID_DSI) {
            return Err(MessageError::Kind { table_id, message_id });
        }
        Ok(DsiPrivate { transaction_id, private: private_of(fields)?.rest() })
    }
}

fn private_of(mut fields: Fields<'_>) -> Result<Fields<'_>, MessageError> {
    fields.take(SERVER_ID_SIZE, "serverId")?;
    skip_compatibility(&mut fields)?;
    let length = fields.u16("privateDataLength")?;
    fields.nested(usize::from(length), "privateData")
}

impl<'a> Dii<'a> {
    /// Writes the section. Fails when the modules do not fit one section.
    pub fn to_section(&self) -> Result<Vec<u8>, SectionError> {
        let mut body = self.download_id.to_be_bytes().to_vec();
        body.extend_from_slice(&self.block_size.to_be_bytes());
        // windowSize, ackPeriod, tCDownloadWindow, tCDownloadScenario: not used in carousels; then
        // an empty compatibilityDescriptor.
        body.extend_from_slice(&[0; 1 + 1 + 4 + 4 + 2]);
        body.extend_from_slice(&(self.modules.len() as u16).to_be_bytes());
        for module in &self.modules {
            let info = &module.descriptors[..module.descriptors.len().min(255)];
            body.extend_from_slice(&module.id.to_be_bytes());
            body.extend_from_slice(&module.size.to_be_bytes());
            body.extend_from_slice(&[module.version, info.len() as u8]);
            body.extend_from_slice(info);
        }
        body.extend_from_slice(&[0, 0]);
        control_section(ID_DII, self.transaction_id, &body)
    }

    pub(crate) fn parse(transaction_id: u32, fields: Fields<'a>) -> Result<Dii<'a>, MessageError> {
        let mut fields = fields;
        let download_id = fields.u32("downloadId")?;
        let block_size = fields.u16("blockSize")?;
        fields.take(1 + 1 + 4 + 4, "tCDownloadScenario")?;
        skip_compatibility(&mut fields)?;
        let mut modules = Vec::new();
        for _ in 0..fields.u16("numberOfModules")? {
            let id = fields.u16("moduleId")?;
            let size = fields.u32("moduleSize")?;
            let version = fields.u8("moduleVersion")?;
            let length = fields.u8("moduleInfoLength")?;
            let descriptors = fields.take(usize::from(length), "moduleInfo")?;
            modules.push(Module { id, size, version, descriptors });
        }
        Ok(Dii { transaction_id, download_id, block_size, modules })
    }
}

/// Bytes of a module's entry in its DII.
pub(crate) const fn module_entry_size(descriptors: usize) -> usize {
    8 + descriptors
}

fn skip_compatibility(fields: &mut Fields<'_>) -> Result<(), MessageError> {
    let length = fields.u16("compatibilityDescriptorLength")?;
    fields.take(usize::from(length), "compatibilityDescriptor").map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Message;
    use ts::section::SectionView;

    fn hex(text: &str) -> Vec<u8> {
        let digit = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
        (0..text.len()).step_by(2).map(digit).collect()
    }

    #[test]
    fn dsi_matches_the_check_vector_both_ways() {
        let vector = hex(concat!(
            "3bb03d0000c100001103100680010000ff000028ffffffffffffffffffffffffffffffffffffffff",
            "00000010000180010002000000050000000000003d5ac7f8"
        ));
        let group = Group { id: 0x8001_0002, size: 5, descriptors: &[] };
        let dsi = Dsi { transaction_id: 0x8001_0000, groups: vec![group] };
        assert_eq!(dsi.to_section().unwrap(), vector);
        assert_eq!(Message::parse(SectionView::parse(&vector).unwrap()), Ok(Message::Dsi(dsi)));
    }

    #[test]
    fn dii_matches_the_check_vector_both_ways() {
        let vector = hex(concat!(
            "3bb0330002c100001103100280010002ff00001e000000010fe20000000000000000000000000001",
            "0001000000050000000098af6228"
        ));
        let dii = Dii {
            transaction_id: 0x8001_0002,
            download_id: 1,
            block_size: 4066,
            modules: vec![Module { id: 1, size: 5, version: 0, descriptors: &[] }],
        };
        assert_eq!(dii.to_section().unwrap(), vector);
        assert_eq!(Message::parse(SectionView::parse(&vector).unwrap()), Ok(Message::Dii(dii)));
    }

    #[test]
    fn a_dii_holds_as_many_bare_modules_as_the_standard_allows() {
        let module = |id| Module { id, size: 1, version: 0, descriptors: &[][..] };
        let with = |count: u16| Dii {
            transaction_id: 2,
            download_id: 1,
            block_size: 4066,
            modules: (0..count).map(module).collect(),
        };
        assert_eq!(DII_MODULES_SIZE_MAX / module_entry_size(0), 506);
        assert!(with(506).to_section().is_ok());
        assert!(with(507).to_section().is_err());
    }
}
