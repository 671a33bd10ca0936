//! Reading the pages of an asset.

use crate::store::FileError;
use asset::{AssetIndex, PAGE_PACKETS};
use bytes::{Bytes, BytesMut};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use ts::PACKET_SIZE;

/// Why a page cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The bytes are not those that were ingested.
    #[error("{path}: page {page} is damaged: its CRC is {found:08x}, not {wanted:08x}")]
    Damaged {
        /// The asset file.
        path: PathBuf,
        /// The page.
        page: u32,
        /// The CRC according to the index.
        wanted: u32,
        /// The CRC of the bytes.
        found: u32,
    },
    /// The file cannot be opened or read; a missing file is of the kind `NotFound`.
    #[error(transparent)]
    File(#[from] FileError),
    /// The asset has no such page.
    #[error("{path}: there is no page {page}, the asset has {pages}")]
    NoSuchPage {
        /// The asset file.
        path: PathBuf,
        /// The page that was asked for.
        page: u32,
        /// Pages of the asset.
        pages: u32,
    },
    /// The file ends inside the page.
    #[error("{path}: the file is cut: page {page} has {found} of {wanted} bytes")]
    Short {
        /// The asset file.
        path: PathBuf,
        /// The page.
        page: u32,
        /// Bytes that the page has.
        wanted: usize,
        /// Bytes that are there.
        found: usize,
    },
}

/// An asset whose files are open. Replacing or removing the asset does not disturb it.
#[derive(Debug)]
pub struct OpenAsset {
    index: Arc<AssetIndex>,
    path: PathBuf,
    file: File,
}

impl OpenAsset {
    pub(crate) fn new(index: AssetIndex, path: PathBuf, file: File) -> OpenAsset {
        OpenAsset { index: Arc::new(index), path, file }
    }

    /// The index.
    pub const fn index(&self) -> &Arc<AssetIndex> {
        &self.index
    }

    /// Pages of the asset file.
    pub fn pages(&self) -> u32 {
        self.index.page_crcs.len() as u32
    }

    /// Reads a page and checks it against its CRC. All pages have [`PAGE_PACKETS`] packets, the
    /// last one may have fewer. May be called from several threads.
    pub fn read_page(&self, page: u32) -> Result<Bytes, PageError> {
        self.read_page_into(page, BytesMut::new())
    }

    /// Like [`OpenAsset::read_page`], in the memory of a page that is not needed any more.
    pub fn read_page_into(&self, page: u32, mut buffer: BytesMut) -> Result<Bytes, PageError> {
        let Some(&wanted) = self.index.page_crcs.get(page as usize) else {
            return Err(PageError::NoSuchPage {
                path: self.path.clone(),
                page,
                pages: self.pages(),
            });
        };
        let first = page * PAGE_PACKETS;
        let packets = PAGE_PACKETS.min(self.index.packets - first);
        buffer.resize(packets as usize * PACKET_SIZE, 0);
        let found = read_up_to(&self.file, &mut buffer, u64::from(first) * PACKET_SIZE as u64)
            .map_err(|error| FileError::new(&self.path, error))?;
        if found < buffer.len() {
            return Err(PageError::Short {
                path: self.path.clone(),
                page,
                wanted: buffer.len(),
                found,
            });
        }
        let found = crc32fast::hash(&buffer);
        if found != wanted {
            return Err(PageError::Damaged { path: self.path.clone(), page, wanted, found });
        }
        Ok(buffer.freeze())
    }
}

/// Fills the buffer from `offset` on as far as the file goes.
fn read_up_to(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
