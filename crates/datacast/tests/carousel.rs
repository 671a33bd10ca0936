//! What a carousel promises to any receiver of its sections.

use datacast::{
    BLOCK_SIZE_DEFAULT, BundleFile, BundleName, Carousel, CarouselError, CarouselOptions, Ddb, Dii,
    Dsi, Manifest, Message, ModuleDescriptors, RelativePath, pack,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use ts::crc32::crc32;
use ts::section::SectionView;

fn bundle(sizes: &[usize], module_size_max: u32) -> (Manifest, Vec<u8>) {
    let file = |(n, size): (usize, &usize)| BundleFile {
        path: RelativePath::new(&format!("folder/{n:03}.bin")).unwrap(),
        bytes: (0..*size).map(|i| (i * 31 + n * 7 + i / 251) as u8).collect(),
    };
    let files = sizes.iter().enumerate().map(file).collect();
    pack(BundleName::new("week-3", "第三周").unwrap(), files, module_size_max).unwrap()
}

fn options(block_size: u16) -> CarouselOptions {
    CarouselOptions { block_size, revision: 0 }
}

/// The text of a manifest with one file over `modules` modules of `size` bytes.
fn one_file_manifest(modules: u64, size: u64) -> Manifest {
    let mut text = String::from("headend-bundle 1\nid big\ntitle \n");
    for number in 0..modules {
        text += &format!("module {size} {number:08x}\n");
    }
    text += &format!("file {} {} big.iso\n", "ab".repeat(32), modules * size);
    Manifest::parse(text.as_bytes()).unwrap()
}

fn ddb_of(section: &[u8]) -> Ddb<'_> {
    match Message::parse(SectionView::parse(section).unwrap()).unwrap() {
        Message::Ddb(ddb) => ddb,
        other => panic!("{other:?}"),
    }
}

fn control_of(carousel: &Carousel) -> (Dsi<'_>, Vec<Dii<'_>>) {
    let mut messages = carousel.control_sections().iter().map(|section| {
        let view = SectionView::parse(section).unwrap();
        let message = Message::parse(view).unwrap();
        let id = match &message {
            Message::Dsi(dsi) => dsi.transaction_id,
            Message::Dii(dii) => dii.transaction_id,
            Message::Ddb(_) => panic!("a block among the control messages"),
        };
        assert_eq!((view.extension(), view.version(), view.last_number()), (id as u16, 0, 0));
        message
    });
    let Some(Message::Dsi(dsi)) = messages.next() else { panic!("no DSI first") };
    let diis = messages.map(|m| if let Message::Dii(dii) = m { dii } else { panic!("{m:?}") });
    (dsi, diis.collect())
}

/// Every module as a receiver puts it together from the blocks.
fn modules_of(carousel: &Carousel, blob: &[u8]) -> BTreeMap<(u32, u16), Vec<u8>> {
    let mut modules: BTreeMap<(u32, u16), Vec<u8>> = BTreeMap::new();
    for block in 0..carousel.blocks() {
        let range = carousel.block_range(block).unwrap();
        let mut section = Vec::new();
        let payload = &blob[range.start as usize..range.end as usize];
        carousel.write_ddb(block, payload, &mut section).unwrap();
        assert_eq!(section.len(), carousel.section_size(block).unwrap());
        let ddb = ddb_of(&section);
        let module = modules.entry((ddb.download_id, ddb.module_id)).or_default();
        assert_eq!(module.len(), usize::from(ddb.block) * usize::from(carousel.block_size()));
        module.extend_from_slice(ddb.data);
    }
    modules
}

proptest! {
    #[test]
    fn any_bundle_comes_back_from_its_sections(
        sizes in proptest::collection::vec(0usize..3000, 1..20), module in 100u32..5000,
        block in 1u16..4067,
    ) {
        let (manifest, blob) = bundle(&sizes, module);
        let carousel = Carousel::new(&manifest, options(block)).unwrap();
        let modules = modules_of(&carousel, &blob);
        let (dsi, diis) = control_of(&carousel);
        let ids: Vec<u32> = diis.iter().map(|dii| dii.transaction_id).collect();
        prop_assert_eq!(dsi.groups.iter().map(|g| g.id).collect::<Vec<_>>(), ids);
        let mut joined = Vec::new();
        for (group, dii) in dsi.groups.iter().zip(&diis) {
            prop_assert_eq!(group.size, dii.modules.iter().map(|m| m.size).sum::<u32>());
            for module in &dii.modules {
                let bytes = &modules[&(dii.download_id, module.id)];
                let about = ModuleDescriptors::parse(module.descriptors);
                prop_assert_eq!(bytes.len() as u32, module.size);
                prop_assert_eq!(about.crc32, Some(crc32(bytes)));
                joined.extend_from_slice(bytes);
            }
        }
        prop_assert_eq!(joined, blob);
    }
}

#[test]
fn a_default_block_fills_22_packets_alone() {
    let (manifest, _) = bundle(&[100_000], 1 << 20);
    let carousel = Carousel::new(&manifest, CarouselOptions::default()).unwrap();
    assert_eq!(carousel.block_size(), BLOCK_SIZE_DEFAULT);
    let full = (0..carousel.blocks()).filter_map(|b| carousel.section_size(b)).max().unwrap();
    assert_eq!(1 + full, 22 * 184);
}

#[test]
fn two_machines_send_the_same_bytes_and_another_content_changes_every_number() {
    let make = |sizes: &[usize]| {
        let (manifest, _) = bundle(sizes, 4096);
        Carousel::new(&manifest, CarouselOptions::default()).unwrap()
    };
    assert_eq!(make(&[10, 20, 9000]), make(&[10, 20, 9000]));
    let (one, two) = (make(&[10, 20, 9000]), make(&[10, 21, 9000]));
    let ((a, x), (b, y)) = (control_of(&one), control_of(&two));
    assert_ne!(a.transaction_id, b.transaction_id);
    assert_ne!((x[0].transaction_id, x[0].download_id), (y[0].transaction_id, y[0].download_id));
}

#[test]
fn modules_of_one_whole_file_are_named_after_it() {
    let (manifest, _) = bundle(&[5000, 10, 20], 4096);
    let carousel = Carousel::new(&manifest, CarouselOptions::default()).unwrap();
    let (dsi, diis) = control_of(&carousel);
    let name = |bytes| ModuleDescriptors::parse(bytes).name.map(<[u8]>::to_vec);
    assert_eq!(name(dsi.groups[0].descriptors), Some(b"week-3".to_vec()));
    let names: Vec<_> = diis[0].modules.iter().map(|m| name(m.descriptors)).collect();
    assert_eq!(names, [Some(b"manifest".to_vec()), None, None, None]);
    let (manifest, _) = bundle(&[4000, 4000], 4096);
    let carousel = Carousel::new(&manifest, CarouselOptions::default()).unwrap();
    let (_, diis) = control_of(&carousel);
    assert_eq!(name(diis[0].modules[2].descriptors), Some(b"folder/001.bin".to_vec()));
}

#[test]
fn a_bundle_of_twenty_gigabytes_is_planned_without_its_bytes() {
    let manifest = one_file_manifest(2385, 8 << 20);
    let carousel = Carousel::new(&manifest, CarouselOptions::default()).unwrap();
    let (dsi, diis) = control_of(&carousel);
    assert!(diis.len() > 8 && diis.iter().all(|dii| !dii.modules.is_empty()));
    let total: u64 = dsi.groups.iter().map(|group| u64::from(group.size)).sum();
    assert_eq!(total, manifest.blob_size());
    let mut at = 0;
    for block in 0..carousel.blocks() {
        let range = carousel.block_range(block).unwrap();
        assert_eq!(range.start, at);
        at = range.end;
    }
    assert_eq!(at, manifest.blob_size());
}

#[test]
fn block_numbers_reach_65535_and_no_further() {
    let (manifest, blob) = bundle(&[65_536 * 16], 65_536 * 16);
    let carousel = Carousel::new(&manifest, options(16)).unwrap();
    let last = carousel.blocks() - 1;
    let range = carousel.block_range(last).unwrap();
    let mut section = Vec::new();
    carousel.write_ddb(last, &blob[range.start as usize..], &mut section).unwrap();
    assert_eq!(ddb_of(&section).block, 65_535);
    let (manifest, _) = bundle(&[65_536 * 16 + 1], 65_536 * 16 + 1);
    let error = Carousel::new(&manifest, options(16)).unwrap_err();
    assert!(matches!(error, CarouselError::ModuleTooLong { module: 2, .. }));
}

#[test]
fn groups_end_before_their_size_overflows() {
    let manifest = one_file_manifest(40, 250 << 20);
    let carousel = Carousel::new(&manifest, options(4066)).unwrap();
    let (dsi, _) = control_of(&carousel);
    assert_eq!(dsi.groups.len(), 3);
}

#[test]
fn wrong_blocks_and_sizes_are_refused() {
    let (manifest, _) = bundle(&[10], 4096);
    let carousel = Carousel::new(&manifest, CarouselOptions::default()).unwrap();
    let mut out = Vec::new();
    let blocks = carousel.blocks();
    let none = CarouselError::NoSuchBlock { block: blocks, blocks };
    assert_eq!(carousel.write_ddb(blocks, b"", &mut out), Err(none));
    let payload = CarouselError::Payload { block: 1, expected: 10, given: 9 };
    assert_eq!(carousel.write_ddb(1, &[0; 9], &mut out), Err(payload));
    assert!(out.is_empty());
    for block_size in [0, 4067] {
        let error = Carousel::new(&manifest, options(block_size)).unwrap_err();
        assert_eq!(error, CarouselError::BlockSize { block_size });
    }
}
