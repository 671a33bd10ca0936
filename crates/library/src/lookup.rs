//! Looking at an asset: by the catalogue when its files look as they did, else by its files.

use crate::card::Card;
use crate::catalogue::{FileStamp, Recollection, Sighting, Stamps, State};
use crate::id::AssetId;
use crate::store::{AssetError, FileError, Library};
use asset::{AssetSummary, IndexError, IndexHeader};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Bytes that are read of an index at first: more than nearly every summary has.
const SUMMARY_READ: usize = 1024;
/// The longest summary that is read; a longer one is a damaged header.
const SUMMARY_MAX: usize = 1 << 20;

/// The summary of an asset, or why it cannot be aired. What the catalogue does not know yet is
/// appended to `sightings`.
pub(crate) fn look(
    library: &Library,
    id: &AssetId,
    sightings: &mut Vec<Sighting>,
) -> Result<AssetSummary, AssetError> {
    let stamps = match stamps(library, id) {
        Ok(Some(stamps)) => stamps,
        Ok(None) => {
            if let Ok(catalogue) = library.catalogue() {
                // What cannot be noted now will be found again.
                let _ = catalogue.lose(id);
            }
            return Err(AssetError::NotThere {
                id: id.clone(),
                folder: library.folder().to_owned(),
            });
        }
        Err(error) => return Err(error.into()),
    };
    let recalled = library.catalogue().and_then(|c| c.recall(id, &stamps));
    let known = recalled.ok().flatten();
    if let Some(Recollection { summary, state, card }) = known {
        let now = present(library, id, &summary);
        let standing = state_of(&card, now.as_ref().err());
        // Only a reading of all bytes finds damage that the length does not show.
        if standing == state || (state == State::Damaged && standing == State::Ready) {
            now?;
            return permitted(id, &card).map(|()| summary);
        }
    }
    let (result, sighting) = read(library, id, stamps);
    sightings.push(sighting);
    result
}

/// Reads the files of an asset.
fn read(
    library: &Library,
    id: &AssetId,
    stamps: Stamps,
) -> (Result<AssetSummary, AssetError>, Sighting) {
    let (head, summary) = match read_head(library, id) {
        Ok((head, summary)) => (head, Ok(summary)),
        Err(error) => (Vec::new(), Err(error)),
    };
    let card = library.card(id);
    let content = summary.as_ref().ok().cloned();
    let result = summary.and_then(|summary| {
        present(library, id, &summary)?;
        permitted(id, card.as_ref().map_err(Clone::clone)?)?;
        Ok(summary)
    });
    let card = card.unwrap_or_default();
    let state = state_of(&card, result.as_ref().err());
    let fault = result.as_ref().err().map(AssetError::to_string);
    let summary = content;
    (result, Sighting { id: id.clone(), stamps, head, summary, card, state, fault })
}

/// The first bytes of an index and the summary in them.
fn read_head(library: &Library, id: &AssetId) -> Result<(Vec<u8>, AssetSummary), AssetError> {
    let path = library.index_path(id);
    let mut file = library.open_index(id)?;
    let mut bytes = Vec::with_capacity(SUMMARY_READ);
    let mut read_to = |limit: usize, bytes: &mut Vec<u8>| {
        let more = limit.saturating_sub(bytes.len()) as u64;
        let read = (&mut file).take(more).read_to_end(bytes);
        read.map_err(|error| FileError::new(&path, error))
    };
    read_to(SUMMARY_READ, &mut bytes)?;
    let wrap = |fault| AssetError::Index { path: path.clone(), fault };
    let header = IndexHeader::parse(&bytes).map_err(wrap)?;
    // The limit holds back a damaged header, which is found out by the checksum.
    read_to(header.summary_bytes.min(SUMMARY_MAX), &mut bytes)?;
    let summary = AssetSummary::parse(&bytes).map_err(wrap)?;
    let present = file.metadata().map_err(|error| FileError::new(&path, error))?.len();
    if present != header.index_bytes {
        return Err(wrap(IndexError::Length { stated: header.index_bytes, present }));
    }
    bytes.truncate(header.summary_bytes);
    Ok((bytes, summary))
}

/// Fails when the stream is not there in its full length.
fn present(library: &Library, id: &AssetId, summary: &AssetSummary) -> Result<(), AssetError> {
    let path = library.stream_path(id, &summary.digest);
    let found = std::fs::metadata(&path).map_err(|error| FileError::new(&path, error))?.len();
    let wanted = summary.file_bytes();
    if found == wanted { Ok(()) } else { Err(AssetError::Length { path, wanted, found }) }
}

/// Fails when the asset must not be aired.
fn permitted(id: &AssetId, card: &Card) -> Result<(), AssetError> {
    match &card.withdrawn {
        None => Ok(()),
        Some(withdrawal) => {
            let withdrawal = withdrawal.clone();
            let (who, when, why) = (withdrawal.who, withdrawal.when, withdrawal.why);
            Err(AssetError::Withdrawn { id: id.clone(), who, when, why })
        }
    }
}

fn state_of(card: &Card, error: Option<&AssetError>) -> State {
    match error {
        Some(AssetError::File(error)) if error.kind == ErrorKind::NotFound => State::Missing,
        Some(AssetError::NotThere { .. }) => State::Missing,
        Some(AssetError::Withdrawn { .. }) => State::Withdrawn,
        Some(_) => State::Damaged,
        None if card.withdrawn.is_some() => State::Withdrawn,
        None => State::Ready,
    }
}

/// What the files of an asset look like; `None` when there is no index.
fn stamps(library: &Library, id: &AssetId) -> Result<Option<Stamps>, FileError> {
    let Some(index) = stamp(&library.index_path(id))? else { return Ok(None) };
    let card = stamp(&library.card_path(id))?.unwrap_or_default();
    Ok(Some(Stamps { index, card }))
}

/// What a file looks like; `None` when it is not there.
pub(crate) fn stamp(path: &Path) -> Result<Option<FileStamp>, FileError> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(Some(FileStamp {
            bytes: metadata.len() as i64,
            changed_ns: metadata
                .mtime()
                .wrapping_mul(1_000_000_000)
                .wrapping_add(metadata.mtime_nsec()),
            inode: metadata.ino() as i64,
        })),
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(None),
            _ => Err(FileError::new(path, error)),
        },
    }
}
