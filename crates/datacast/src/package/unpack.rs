//! Unpacking a chunk: digest, seal, size, in this order.

use super::manifest::{Chunk, Form};
use super::seal::{GroupKey, SealBroken};
use crate::manifest::Digest;

/// Why stored bytes are not a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnpackError {
    /// They do not have the digest that the manifest gives.
    #[error("stored bytes of the chunk have another digest than the manifest says")]
    Digest,
    /// The seal is broken.
    #[error(transparent)]
    Seal(#[from] SealBroken),
    /// They unpack to another size than the manifest says, or do not unpack.
    #[error("chunk does not unpack to {size} bytes")]
    Size {
        /// The size that the manifest says.
        size: u32,
    },
}

/// The plain bytes of a chunk, never more than the manifest says. `group_key` is the key that the
/// manifest names, if it names one.
///
/// # Errors
/// [`UnpackError`].
pub fn unpack_chunk(
    chunk: &Chunk,
    group_key: Option<&GroupKey>,
    stored: &[u8],
) -> Result<Vec<u8>, UnpackError> {
    if Digest::of(stored) != chunk.digest {
        return Err(UnpackError::Digest);
    }
    let packed = match group_key {
        Some(key) => key.open(stored)?,
        None => stored.to_vec(),
    };
    let size = chunk.plain_size;
    let plain = match chunk.form {
        Form::Raw => packed,
        // The room is all that it may take: more bytes are an error, not a larger buffer.
        Form::Zstd => zstd::bulk::decompress(&packed, size as usize)
            .map_err(|_| UnpackError::Size { size })?,
    };
    if plain.len() == size as usize { Ok(plain) } else { Err(UnpackError::Size { size }) }
}
