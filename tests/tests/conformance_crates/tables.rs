//! Sections, descriptors and carousel messages as `dvb-si` reads them.

use broadcast_common::{Parse, Serialize};
use dvb_si::carousel::{DownloadDataBlock, ModuleReassembler, UnMessage};
use dvb_si::descriptors::{AnyDescriptor, DescriptorLoop};
use dvb_si::tables::AnyTableSection;
use std::collections::BTreeMap;
use tests::stretch::{any_sections, pmt_pids, sections, streams};
use ts::Pid;

const SI_PIDS: [Pid; 6] = [Pid::PAT, Pid::CAT, Pid::NIT, Pid::SDT, Pid::EIT, Pid::TDT];
/// The table of DSM-CC control messages and that of download data.
const TABLE_CONTROL: u8 = 0x3b;
const TABLE_DATA: u8 = 0x3c;

/// Reads every section of every table; each must be understood down to its descriptors, and must
/// come out byte for byte when it is written again. Returns how often each table was there.
pub fn are_understood(bytes: &[u8]) -> BTreeMap<u8, u32> {
    let mut seen = BTreeMap::new();
    for pid in SI_PIDS.into_iter().chain(pmt_pids(bytes).into_keys()) {
        any_sections(bytes, pid, |section| {
            let table = AnyTableSection::parse(section);
            let table = table.unwrap_or_else(|e| panic!("{pid}: {e}: {section:02x?}"));
            // The CRC is computed anew, so equal bytes prove it too.
            assert_eq!(rewritten(&table), section, "{pid}: {table:?}");
            for list in descriptor_loops(&table) {
                understand(list, pid, section[0]);
            }
            *seen.entry(section[0]).or_default() += 1;
        });
    }
    seen
}

fn rewritten(table: &AnyTableSection<'_>) -> Vec<u8> {
    macro_rules! rewrite {
        ($($kind:ident)*) => {
            match table {
                $(AnyTableSection::$kind(table) => {
                    let mut bytes = vec![0; table.serialized_len()];
                    table.serialize_into(&mut bytes).expect("a table that was read can be written");
                    bytes
                })*
                other => panic!("a table that does not belong here: {other:?}"),
            }
        };
    }
    rewrite!(PatSection CatSection PmtSection NitSection SdtSection BatSection EitSection
        TdtSection TotSection)
}

fn descriptor_loops<'a>(table: &'a AnyTableSection<'a>) -> Vec<&'a DescriptorLoop<'a>> {
    use AnyTableSection::*;
    match table {
        PmtSection(pmt) => {
            let streams = pmt.streams.iter().map(|stream| &stream.es_info);
            streams.chain([&pmt.program_info]).collect()
        }
        NitSection(nit) => {
            let streams = nit.transport_streams.iter().map(|stream| &stream.descriptors);
            streams.chain([&nit.network_descriptors]).collect()
        }
        BatSection(bat) => {
            let streams = bat.transport_streams.iter().map(|stream| &stream.descriptors);
            streams.chain([&bat.bouquet_descriptors]).collect()
        }
        SdtSection(sdt) => sdt.services.iter().map(|service| &service.descriptors).collect(),
        EitSection(eit) => eit.events.iter().map(|event| &event.descriptors).collect(),
        TotSection(tot) => vec![&tot.descriptors],
        CatSection(cat) => vec![&cat.descriptors],
        _ => Vec::new(),
    }
}

/// Tags from here on are private (EN 300 468 table 12); what they mean is our own affair.
const TAG_PRIVATE: u8 = 0x80;

fn understand(list: &DescriptorLoop<'_>, pid: Pid, table_id: u8) {
    for descriptor in list {
        match descriptor {
            Ok(AnyDescriptor::Unknown { tag, body }) if tag < TAG_PRIVATE => {
                panic!("{pid} table {table_id:#04x}: descriptor {tag:#04x} unknown: {body:02x?}")
            }
            Ok(_) => {}
            Err(error) => panic!("{pid} table {table_id:#04x}: {error}"),
        }
    }
}

/// Reads every carousel of a stretch and returns the modules that it collected by PID.
pub fn carousels(bytes: &[u8]) -> BTreeMap<Pid, usize> {
    let of_sections = streams(bytes).into_iter().filter(|(_, stream)| stream.is_sections());
    of_sections.map(|(pid, _)| (pid, modules(bytes, pid))).collect()
}

/// The different modules that could be collected from a PID.
fn modules(bytes: &[u8], pid: Pid) -> usize {
    let mut reassembler = ModuleReassembler::new();
    let mut whole = BTreeMap::new();
    sections(bytes, pid, |section| {
        let Ok(AnyTableSection::DsmccSection(dsmcc)) = AnyTableSection::parse(section.bytes())
        else {
            panic!("{pid}: not a DSM-CC section: {:02x?}", &section.bytes()[..8]);
        };
        let wrong = |e: dvb_si::Error| panic!("{pid}: {e}: {:02x?}", dsmcc.payload);
        match section.table_id() {
            TABLE_CONTROL => {
                let message = UnMessage::parse(dsmcc.payload).unwrap_or_else(wrong);
                if let UnMessage::Dii(dii) = message {
                    reassembler.note_dii(&dii);
                }
            }
            TABLE_DATA => {
                let wrong = |e: dvb_si::Error| panic!("{pid}: {e}: {:02x?}", dsmcc.payload);
                let block = DownloadDataBlock::parse(dsmcc.payload).unwrap_or_else(wrong);
                if let Some(module) = reassembler.feed_ddb(&block) {
                    let key = (module.key.download_id, module.key.module_id);
                    whole.insert(key, module.data.len());
                }
            }
            other => panic!("{pid}: table {other:#04x} in a carousel"),
        }
    });
    whole.len()
}
