//! What makes a bundle a fountain: the intermediate symbols of its source blocks, computed once.
//!
//! They lie one behind the other in `<id>-<digest>-<bytes of a block>.fountain` beside the blob,
//! take its room and a few per cent, and depend on it and on the size of blocks alone. A repair
//! symbol is the sum of a few of them, so that any one can be made from a few reads.

use super::error::{BundleFault, BundleReadError};
use super::{CHUNK, PackedBundle};
use crate::publish::Draft;
use crate::store::FileError;
use bytes::{Bytes, BytesMut};
use datacast::{Carousel, Fountain, RepairId, SourceBlock};
use fec::raptorq;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The intermediate symbols of a bundle, open.
#[derive(Debug)]
pub(super) struct Prepared {
    path: PathBuf,
    file: File,
    fountain: Fountain,
    /// The byte at which the symbols of each source block begin.
    starts: Vec<u64>,
}

/// Prepares a bundle, or finds it prepared.
pub(super) fn prepare(folder: &Path, packed: &PackedBundle) -> Result<Prepared, BundleFault> {
    let carousel = packed.fountain_carousel()?;
    let Some(fountain) = carousel.fountain() else {
        unreachable!("the carousel was made with a fountain")
    };
    let stem = packed.path.file_stem().unwrap_or_default().to_string_lossy();
    let path = folder.join(format!("{stem}-{}.fountain", carousel.block_size()));
    if let Some(prepared) = Prepared::open(path.clone(), *fountain)? {
        return Ok(prepared);
    }
    let (draft, file) = Draft::create(folder)?;
    let wrap = |error| FileError::new(draft.path(), error);
    let mut out = BufWriter::with_capacity(CHUNK, file);
    for block in source_blocks(fountain) {
        let source = read_source(packed, &carousel, &block)?;
        out.write_all(&raptorq::prepare(block.shape, &source)).map_err(wrap)?;
    }
    let file = out.into_inner().map_err(|error| wrap(error.into_error()))?;
    file.sync_all().map_err(wrap)?;
    draft.publish(&path)?;
    let opened = Prepared::open(path.clone(), *fountain)?;
    Ok(opened.ok_or_else(|| {
        FileError::new(&path, std::io::Error::from(std::io::ErrorKind::UnexpectedEof))
    })?)
}

fn source_blocks(fountain: &Fountain) -> impl Iterator<Item = SourceBlock> + '_ {
    (0..fountain.source_blocks()).filter_map(|number| fountain.source_block(number))
}

/// The symbols of a source block: blocks of the carousel, the last of each module filled up.
fn read_source(
    packed: &PackedBundle,
    carousel: &Carousel,
    block: &SourceBlock,
) -> Result<Vec<u8>, BundleReadError> {
    let size = usize::from(block.shape.symbol_size());
    let mut source = vec![0; block.shape.size()];
    for (number, symbol) in (block.first_block..).zip(source.chunks_exact_mut(size)) {
        let bytes = packed.read(carousel.block_range(number).unwrap_or(0..0))?;
        symbol[..bytes.len()].copy_from_slice(&bytes);
    }
    Ok(source)
}

impl Prepared {
    /// Opens what was prepared; `None` when it is not there or has another size than it should.
    fn open(path: PathBuf, fountain: Fountain) -> Result<Option<Prepared>, FileError> {
        let wrap = |error| FileError::new(&path, error);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrap(error)),
        };
        let (mut starts, mut end) = (Vec::new(), 0);
        for block in source_blocks(&fountain) {
            starts.push(end);
            let symbols = u64::from(block.shape.intermediate_symbols());
            end += symbols * u64::from(block.shape.symbol_size());
        }
        let is_whole = file.metadata().map_err(wrap)?.len() == end;
        Ok(is_whole.then_some(Prepared { path, file, fountain, starts }))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A repair symbol: the sum of a few rows of the file.
    pub(super) fn symbol(&self, repair: RepairId) -> Result<Bytes, BundleReadError> {
        let none = || BundleReadError::NoFountain { path: self.path.clone() };
        let block = self.fountain.source_block(repair.source_block).ok_or_else(none)?;
        let start = self.starts.get(usize::from(repair.source_block)).ok_or_else(none)?;
        let size = usize::from(block.shape.symbol_size());
        // The second half holds the row that is read.
        let mut both = BytesMut::zeroed(2 * size);
        let (symbol, row) = both.split_at_mut(size);
        for part in block.shape.parts(repair.id).as_slice() {
            let at = start + u64::from(*part) * size as u64;
            self.file.read_exact_at(row, at).map_err(|error| FileError::new(&self.path, error))?;
            fec::xor::accumulate(symbol, row);
        }
        both.truncate(size);
        Ok(both.freeze())
    }
}
