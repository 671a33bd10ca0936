//! Packages: files packed for sites, signed, and sealed for groups of them.
//!
//! ```text
//! files -> chunks cut by content -> zstd where it helps -> AES-256-GCM for a group -> stored bytes
//!       └> manifest: who it is for, its serial, every chunk, every file -> Ed25519
//! ```
//!
//! A chunk that two versions of a package have in common has the same stored bytes in both, so a
//! site that has one version knows those bytes of the next before it has received any.
//!
//! What a site is given passes these gates in this order, each bounded by [`PackageLimits`]: the
//! signature, by a key that it trusts; the serial, against what it has; then for each chunk the
//! digest of the stored bytes, the seal, the size once unpacked; at last the digest of each file.

mod audience;
mod chunk;
mod gate;
mod manifest;
mod packer;
mod seal;
mod signature;
mod unpack;

pub use audience::{Audience, AudienceError, SiteFacts};
pub use chunk::{ChunkSizes, ChunkSizesError, cut};
pub use gate::{Admission, Gate, GateCounters, Refusal};
pub use manifest::{Chunk, Form, PackageError, PackageFile, PackageLimits, PackageManifest};
pub use packer::{PackError, PackageOptions, Packer, ZSTD_LEVEL};
pub use seal::{GroupKey, KeyId, SealBroken};
pub use signature::{SignatureError, SigningKey, TrustedKey, sign, verify};
pub use unpack::{UnpackError, unpack_chunk};
