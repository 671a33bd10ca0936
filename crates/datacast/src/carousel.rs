//! The two-layer data carousel of a bundle: DSI, one DII for each group of modules, and a DDB for
//! each block (EN 301 192 clause 10, TR 101 202).

use crate::block::{DDB_OVERHEAD, Ddb};
use crate::control::{DII_MODULES_SIZE_MAX, Dii, Dsi, Group, Module, module_entry_size};
use crate::descriptor::{MANIFEST_TYPE, ModuleDescriptors};
use crate::fountain::{Fountain, FountainError};
use crate::identity::{Identity, module_version};
use crate::layout::MANIFEST_MODULE;
use crate::manifest::Manifest;
use core::ops::Range;
use ts::crc32::crc32;
use ts::section::SectionError;

/// Bytes of the largest block, with which a DDB section has 4096 bytes.
pub const BLOCK_SIZE_MAX: u16 = 4066;
/// Bytes of a block unless said otherwise: the DDB section and its pointer_field fill exactly 22
/// packets, so that no packet is shared and next to nothing is stuffed.
pub const BLOCK_SIZE_DEFAULT: u16 = 4017;
/// Blocks in a module, as many as blockNumber counts.
const BLOCKS_PER_MODULE_MAX: u64 = 65_536;
/// Modules up to which each is named after its file; with more, names would crowd the DIIs.
const NAMED_MODULES_MAX: usize = 256;
const NAME_SIZE_MAX: usize = 64;

/// How a bundle is cut and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CarouselOptions {
    /// Bytes of each block but the last of a module: 1 to [`BLOCK_SIZE_MAX`].
    pub block_size: u16,
    /// One more for each change of content that the caller knows of. The same content with the
    /// same revision gives the same bytes on every machine.
    pub revision: u16,
}

impl Default for CarouselOptions {
    fn default() -> CarouselOptions {
        CarouselOptions { block_size: BLOCK_SIZE_DEFAULT, revision: 0 }
    }
}

/// Why a bundle cannot be sent so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CarouselError {
    /// A block size that no DDB section holds.
    #[error("block size {block_size} is not between 1 and {BLOCK_SIZE_MAX}")]
    BlockSize {
        /// As given.
        block_size: u16,
    },
    /// A module has more blocks than can be numbered.
    #[error("module {module} of {size} bytes has more than 65536 blocks of {block_size} bytes")]
    ModuleTooLong {
        /// The module.
        module: u16,
        /// Its bytes.
        size: u32,
        /// Bytes of a block.
        block_size: u16,
    },
    /// A control message does not fit its section: there are too many groups.
    #[error("control message: {0}")]
    Control(#[from] SectionError),
    /// The bundle cannot be a fountain.
    #[error("fountain: {0}")]
    Fountain(#[from] FountainError),
    /// There is no such block.
    #[error("block {block} of {blocks}")]
    NoSuchBlock {
        /// As asked.
        block: u64,
        /// Blocks of the carousel.
        blocks: u64,
    },
    /// The payload is not the bytes of the block's range.
    #[error("block {block} has {expected} bytes, given were {given}")]
    Payload {
        /// The block.
        block: u64,
        /// Bytes of its range.
        expected: usize,
        /// Bytes given.
        given: usize,
    },
}

/// A bundle as a carousel. Its payload stays outside, in the blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carousel {
    block_size: u16,
    control: Vec<Vec<u8>>,
    modules: Vec<Shelf>,
    blocks: u64,
    fountain: Option<Fountain>,
}

/// A module's place in the carousel.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shelf {
    id: u16,
    version: u8,
    download_id: u32,
    size: u32,
    first_block: u64,
    /// Where the module begins in the blob.
    start: u64,
}

/// A module before it has found its group.
struct Entry {
    id: u16,
    size: u32,
    version: u8,
    descriptors: Vec<u8>,
}

impl Carousel {
    /// Plans the carousel of a bundle.
    pub fn new(manifest: &Manifest, options: CarouselOptions) -> Result<Carousel, CarouselError> {
        Carousel::planned(manifest, options, None)
    }

    /// Plans the carousel of a bundle that is a fountain as well, with source blocks of at most
    /// `source_block_size_max` bytes where 255 of them suffice.
    pub fn with_fountain(
        manifest: &Manifest,
        options: CarouselOptions,
        source_block_size_max: u32,
    ) -> Result<Carousel, CarouselError> {
        Carousel::planned(manifest, options, Some(source_block_size_max))
    }

    fn planned(
        manifest: &Manifest,
        options: CarouselOptions,
        source_block_size_max: Option<u32>,
    ) -> Result<Carousel, CarouselError> {
        let block_size = options.block_size;
        if block_size == 0 || block_size > BLOCK_SIZE_MAX {
            return Err(CarouselError::BlockSize { block_size });
        }
        let identity = Identity::new(manifest, block_size, options.revision);
        let entries = entries(manifest, &identity);
        let groups = split_into_groups(&entries);
        let blocks = |entry: &Entry| u64::from(entry.size.div_ceil(u32::from(block_size)));
        let blocks = entries.iter().map(blocks).sum();
        let download_id = identity.repair_download();
        let fountain = source_block_size_max
            .map(|size_max| Fountain::new(blocks, block_size, size_max, download_id))
            .transpose()?;
        let id = manifest.name().id().as_bytes();
        let mut about = ModuleDescriptors { name: Some(id), ..Default::default() }.write();
        about.extend(fountain.iter().flat_map(Fountain::descriptor));
        let mut control = vec![dsi(&identity, &groups, &about).to_section()?];
        let modules = Vec::with_capacity(entries.len());
        let mut carousel = Carousel { block_size, control: vec![], modules, blocks: 0, fountain };
        let mut start = 0;
        for (number, group) in (0u16..).zip(&groups) {
            let dii = dii(&identity, number, block_size, group);
            control.push(dii.to_section()?);
            for entry in *group {
                carousel.add(entry, dii.download_id, start)?;
                start += u64::from(entry.size);
            }
        }
        carousel.control = control;
        Ok(carousel)
    }

    /// The carousel of modules that lie one behind the other in a blob: id, version, downloadId and
    /// size of each.
    pub(crate) fn of_modules(
        block_size: u16,
        control: Vec<Vec<u8>>,
        modules: impl Iterator<Item = (u16, u8, u32, u32)>,
    ) -> Result<Carousel, CarouselError> {
        if block_size == 0 || block_size > BLOCK_SIZE_MAX {
            return Err(CarouselError::BlockSize { block_size });
        }
        let mut carousel =
            Carousel { block_size, control, modules: Vec::new(), blocks: 0, fountain: None };
        let mut start = 0;
        for (id, version, download_id, size) in modules {
            let entry = Entry { id, size, version, descriptors: Vec::new() };
            carousel.add(&entry, download_id, start)?;
            start += u64::from(size);
        }
        Ok(carousel)
    }

    fn add(&mut self, entry: &Entry, download_id: u32, start: u64) -> Result<(), CarouselError> {
        let &Entry { id, size, version, .. } = entry;
        let blocks = u64::from(size.div_ceil(u32::from(self.block_size)));
        if blocks > BLOCKS_PER_MODULE_MAX {
            let block_size = self.block_size;
            return Err(CarouselError::ModuleTooLong { module: id, size, block_size });
        }
        let first_block = self.blocks;
        self.modules.push(Shelf { id, version, download_id, size, first_block, start });
        self.blocks += blocks;
        Ok(())
    }

    /// The sections that tell what the carousel carries: the DSI, then the DIIs. Every one is to
    /// be sent at least each second or so, and before the blocks of a new version.
    pub fn control_sections(&self) -> &[Vec<u8>] {
        &self.control
    }

    /// The fountain that the bundle is as well, if it is one.
    pub fn fountain(&self) -> Option<&Fountain> {
        self.fountain.as_ref()
    }

    /// How many blocks there are, in all modules.
    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// Bytes of each block but the last of a module.
    pub fn block_size(&self) -> u16 {
        self.block_size
    }

    /// The bytes of the blob that a block carries; `None` from [`Carousel::blocks`] on.
    pub fn block_range(&self, block: u64) -> Option<Range<u64>> {
        let (shelf, number) = self.find(block)?;
        let begin = u64::from(number) * u64::from(self.block_size);
        let end = (begin + u64::from(self.block_size)).min(u64::from(shelf.size));
        Some(shelf.start + begin..shelf.start + end)
    }

    /// Bytes of the DDB section of a block; `None` from [`Carousel::blocks`] on.
    pub fn section_size(&self, block: u64) -> Option<usize> {
        self.block_range(block).map(|range| DDB_OVERHEAD + (range.end - range.start) as usize)
    }

    /// Appends the DDB section of a block to `out`; `payload` is the bytes of its range.
    pub fn write_ddb(
        &self,
        block: u64,
        payload: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), CarouselError> {
        let none = CarouselError::NoSuchBlock { block, blocks: self.blocks };
        let (Some((shelf, number)), Some(range)) = (self.find(block), self.block_range(block))
        else {
            return Err(none);
        };
        let expected = (range.end - range.start) as usize;
        if payload.len() != expected {
            return Err(CarouselError::Payload { block, expected, given: payload.len() });
        }
        let last = shelf.size.div_ceil(u32::from(self.block_size)).saturating_sub(1) as u16;
        let ddb = Ddb {
            download_id: shelf.download_id,
            module_id: shelf.id,
            version: shelf.version,
            block: number,
            data: payload,
        };
        ddb.append_section(last, out);
        Ok(())
    }

    fn find(&self, block: u64) -> Option<(&Shelf, u16)> {
        if block >= self.blocks {
            return None;
        }
        let behind = self.modules.partition_point(|shelf| shelf.first_block <= block);
        let shelf = self.modules.get(behind.checked_sub(1)?)?;
        Some((shelf, (block - shelf.first_block) as u16))
    }
}

/// The modules of a bundle, the manifest first: the order of the blob.
fn entries(manifest: &Manifest, identity: &Identity) -> Vec<Entry> {
    let about = ModuleDescriptors {
        media_type: Some(MANIFEST_TYPE.as_bytes()),
        name: Some(b"manifest"),
        crc32: Some(crc32(manifest.bytes())),
    };
    let first = Entry {
        id: MANIFEST_MODULE,
        size: manifest.bytes().len() as u32,
        version: identity.manifest_version(),
        descriptors: about.write(),
    };
    let data = manifest.modules().enumerate().map(|(number, (id, size, crc))| {
        let name = module_name(manifest, number);
        let about = ModuleDescriptors { media_type: None, name, crc32: Some(crc) };
        let version = module_version(manifest, number);
        Entry { id, size, version, descriptors: about.write() }
    });
    core::iter::once(first).chain(data).collect()
}

/// The path of the file that a module carries whole and alone, so that a receiver which knows
/// nothing of manifests can name what it stores.
fn module_name(manifest: &Manifest, number: usize) -> Option<&[u8]> {
    let layout = manifest.layout();
    let mut files = layout.files_in(number);
    let (only, None) = (files.next()?, files.next()) else {
        return None;
    };
    let file = layout.files().get(only)?;
    let alone = layout.module_range(number) == (file.start..file.start + file.size);
    let short = file.path.as_str().len() <= NAME_SIZE_MAX;
    let few = layout.data_modules() <= NAMED_MODULES_MAX;
    (alone && short && few).then(|| file.path.as_str().as_bytes())
}

/// Fills DII after DII. A group ends where its section or the 32 bits of its size would overflow.
fn split_into_groups(entries: &[Entry]) -> Vec<&[Entry]> {
    let mut groups = Vec::new();
    let (mut begin, mut used, mut bytes) = (0, 0, 0u32);
    for (at, entry) in entries.iter().enumerate() {
        let needed = module_entry_size(entry.descriptors.len());
        if used + needed > DII_MODULES_SIZE_MAX || bytes.checked_add(entry.size).is_none() {
            groups.push(&entries[begin..at]);
            (begin, used, bytes) = (at, 0, 0);
        }
        used += needed;
        bytes += entry.size;
    }
    groups.push(&entries[begin..]);
    groups
}

/// The DSI; `about` is what is said of the whole bundle, which stands in the first group only.
fn dsi<'a>(identity: &Identity, groups: &[&[Entry]], about: &'a [u8]) -> Dsi<'a> {
    let groups = (0u16..).zip(groups).map(|(number, group)| Group {
        id: identity.dii_transaction(number),
        size: group.iter().map(|entry| entry.size).sum(),
        descriptors: if number == 0 { about } else { &[] },
    });
    Dsi { transaction_id: identity.dsi_transaction(), groups: groups.collect() }
}

fn dii<'a>(identity: &Identity, number: u16, block_size: u16, group: &'a [Entry]) -> Dii<'a> {
    let modules = group.iter().map(|entry| Module {
        id: entry.id,
        size: entry.size,
        version: entry.version,
        descriptors: &entry.descriptors,
    });
    Dii {
        transaction_id: identity.dii_transaction(number),
        download_id: identity.download(number),
        block_size,
        modules: modules.collect(),
    }
}
