//! Finding bit rot: every byte of an asset read and compared with what was ingested.

use crate::catalogue::Catalogue;
use crate::id::AssetId;
use crate::read::PageError;
use crate::store::{AssetError, FileError, Library};
use asset::PAGE_PACKETS;
use std::ops::Range;
use std::path::PathBuf;
use ts::PACKET_SIZE;

/// Bytes of a whole page.
const PAGE_BYTES: u64 = PAGE_PACKETS as u64 * PACKET_SIZE as u64;

/// What is wrong with an asset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScrubFault {
    /// It cannot be opened.
    #[error(transparent)]
    Asset(#[from] AssetError),
    /// All pages match, the whole does not: the index is of other content.
    #[error("{path}: the bytes are not those that the index speaks of: ingest it again")]
    Digest {
        /// The stream.
        path: PathBuf,
    },
    /// Bytes are not those that were ingested.
    #[error("{path}: damaged: bytes {}; ingest it again", listed(.ranges))]
    Rotten {
        /// The stream.
        path: PathBuf,
        /// Where, in whole pages, rising.
        ranges: Vec<Range<u64>>,
    },
}

fn listed(ranges: &[Range<u64>]) -> String {
    let ranges = ranges.iter().map(|r| format!("{}..{}", r.start, r.end));
    ranges.collect::<Vec<_>>().join(", ")
}

impl Library {
    /// Reads all bytes of an asset and says what is wrong with it, also to the catalogue. `read` is
    /// told of bytes as they are read.
    pub fn scrub(&self, id: &AssetId, read: &mut dyn FnMut(u64)) -> Result<(), ScrubFault> {
        let result = self.read_through(id, read);
        // A fault of the files alone is seen at each look anyway.
        let _ = self.summary(id);
        if let Ok(catalogue) = self.catalogue() {
            let fault = result.as_ref().err().map(ScrubFault::to_string);
            // The finding is told to the caller whether or not it can be noted.
            let _ = Catalogue::judge(catalogue, id, fault.as_deref());
        }
        result
    }

    fn read_through(&self, id: &AssetId, read: &mut dyn FnMut(u64)) -> Result<(), ScrubFault> {
        let asset = self.open_asset(id)?;
        let digest = asset.index().digest;
        let path = self.stream_path(id, &digest);
        let mut hasher = blake3::Hasher::new();
        let mut ranges: Vec<Range<u64>> = Vec::new();
        let total = asset.index().summary().file_bytes();
        for page in 0..asset.pages() {
            let start = u64::from(page) * PAGE_BYTES;
            let end = (start + PAGE_BYTES).min(total);
            match asset.read_page(page) {
                Ok(bytes) => {
                    hasher.update(&bytes);
                }
                // A disk that cannot read a page any more is rot, too.
                Err(PageError::Damaged { .. } | PageError::File(_)) => match ranges.last_mut() {
                    Some(last) if last.end == start => last.end = end,
                    _ => ranges.push(start..end),
                },
                Err(PageError::Short { .. } | PageError::NoSuchPage { .. }) => {
                    ranges.push(start..total);
                    break;
                }
            }
            read(end - start);
        }
        if !ranges.is_empty() {
            return Err(ScrubFault::Rotten { path, ranges });
        }
        if *hasher.finalize().as_bytes() != digest {
            return Err(ScrubFault::Digest { path });
        }
        Ok(())
    }

    /// The assets whose index is in the folder, by name.
    pub fn all_ids(&self) -> Result<Vec<AssetId>, FileError> {
        let mut ids = self.ids()?;
        ids.sort();
        Ok(ids)
    }
}
