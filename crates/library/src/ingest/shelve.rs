//! Putting an asset in its place: the last step of ingest.

use super::assemble::Assembly;
use super::error::{IngestError, Note};
use super::{IngestOptions, Progress};
use crate::card::{self, Card, Provenance, Quality, SourceFile};
use crate::id::AssetId;
use crate::publish;
use crate::store::{FileError, Library};
use asset::AssetIndex;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes of a source that are hashed between two reports.
const CHUNK: usize = 1 << 20;

/// Puts an asset in its place. Its index comes last and at once: until then, and if this is cut
/// short, the library shows what it showed before.
pub(super) fn shelve(
    library: &Library,
    id: &AssetId,
    assembly: Assembly,
    quality: Option<Quality>,
    sources: Vec<SourceFile>,
    options: &IngestOptions,
) -> Result<(AssetIndex, Vec<Note>), IngestError> {
    let Assembly { index, draft, mut notes, .. } = assembly;
    let old = library.index(id).ok().filter(|old| old.digest != index.digest);
    let stream_path = library.stream_path(id, &index.digest);
    draft.publish(&stream_path)?;
    if let Some(old) = old {
        // Who has planned with the old content finds it until it is swept out.
        publish::link(&library.index_path(id), &library.superseded_path(id, &old.digest))?;
        notes.push(Note::Superseded { path: library.stream_path(id, &old.digest) });
    }
    let mut card = card_of(library, id, &index, &notes, sources, options);
    card.quality = quality;
    publish::replace(&library.card_path(id), card.to_text().as_bytes())?;
    publish::replace(&library.index_path(id), &index.to_bytes())?;
    library.forget(id);
    library.refresh(id);
    share(library, id, &index)?;
    Ok((index, notes))
}

/// The card of the new asset: what is said of it now, over what was said of it before.
fn card_of(
    library: &Library,
    id: &AssetId,
    index: &AssetIndex,
    notes: &[Note],
    sources: Vec<SourceFile>,
    options: &IngestOptions,
) -> Card {
    // A card that cannot be read has nothing that could be kept.
    let before = library.card(id).unwrap_or_default();
    let mut card = options.card.clone().over(before);
    card.provenance = Some(Provenance {
        asset: hex(&index.digest),
        sources,
        settings: options.settings(),
        notes: notes.iter().map(Note::to_string).collect(),
        who: options.who.clone(),
        when: card::now(),
    });
    card
}

/// Keeps the same content under several names once: names that have it already get the new file.
fn share(library: &Library, id: &AssetId, index: &AssetIndex) -> Result<(), FileError> {
    let Ok(holders) = library.catalogue().and_then(|c| c.holders(&index.digest)) else {
        return Ok(());
    };
    let here = library.stream_path(id, &index.digest);
    for holder in holders.iter().filter(|holder| *holder != id) {
        // Only what the holder really has: the catalogue may be behind.
        if library.index(holder).is_ok_and(|held| held.digest == index.digest) {
            publish::link(&here, &library.stream_path(holder, &index.digest))?;
        }
    }
    Ok(())
}

/// Hashes the sources.
pub(super) fn fingerprints(
    sources: &[PathBuf],
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<SourceFile>, FileError> {
    sources.iter().map(|path| fingerprint(path, progress)).collect()
}

fn fingerprint(path: &Path, progress: &mut dyn FnMut(Progress)) -> Result<SourceFile, FileError> {
    let wrap = |error| FileError::new(path, error);
    let mut file = File::open(path).map_err(wrap)?;
    let total = file.metadata().map_err(wrap)?.len();
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(wrap(error)),
        };
        hasher.update(&buffer[..count]);
        bytes += count as u64;
        progress(Progress::Hashing { done: bytes, total });
    }
    let blake3 = hasher.finalize().to_hex().to_string();
    Ok(SourceFile { path: path.display().to_string(), bytes, blake3 })
}

pub(super) fn hex(digest: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*digest).to_hex().to_string()
}
