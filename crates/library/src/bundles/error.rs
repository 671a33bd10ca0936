//! What can be wrong with a bundle, each with what to do about it.

use super::pattern::PatternError;
use crate::store::FileError;
use datacast::{CarouselError, LayoutError, ManifestError, NameError, PathError, SealError};
use std::ops::Range;
use std::path::PathBuf;

/// A bundle that cannot be packed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bundle {bundle}: {fault}")]
pub struct BundleError {
    /// The bundle's id.
    pub bundle: String,
    /// Why.
    pub fault: BundleFault,
}

/// Why a bundle cannot be packed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleFault {
    /// A file was written to while it was read.
    #[error("{path} changed while it was packed: pack again when it is complete")]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The bundle cannot be a carousel or a fountain.
    #[error(transparent)]
    Carousel(#[from] CarouselError),
    /// The blob cannot be read to prepare the fountain.
    #[error(transparent)]
    Blob(#[from] BundleReadError),
    /// A file or folder cannot be used, or the blob cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The files cannot be laid out.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A link leads out of the folder.
    #[error("{path} is a link to {target}, out of the folder: put a copy in its place")]
    LinkLeaves {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A link leads to a folder.
    #[error("{path} is a link to a folder, which is not followed: name that folder itself")]
    LinkToFolder {
        /// The link.
        path: PathBuf,
    },
    /// The manifest cannot be written.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The id or title cannot be used.
    #[error(transparent)]
    Name(#[from] NameError),
    /// No file matches.
    #[error("{folder} has no file that matches {pattern:?}: check the spelling and the folder")]
    Nothing {
        /// The pattern.
        pattern: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// The pattern leads out of the folder of bundles.
    #[error("{pattern:?} leads out of the folder of bundles: name files below it, without `..`")]
    Outside {
        /// The pattern.
        pattern: String,
    },
    /// A file has a name that sites could not use.
    #[error("{path}: {error}: rename it")]
    Path {
        /// The file.
        path: PathBuf,
        /// What is wrong with its name.
        error: PathError,
    },
    /// The pattern is none.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// The files cannot be sealed.
    #[error(transparent)]
    Seal(SealError),
    /// Something that is neither file nor folder.
    #[error("{path} is neither a file nor a folder: remove it")]
    Special {
        /// Its path.
        path: PathBuf,
    },
    /// Folders lie too deep in each other.
    #[error("{path} lies more than {limit} folders deep: move it up")]
    TooDeep {
        /// The folder.
        path: PathBuf,
        /// Folders allowed.
        limit: usize,
    },
    /// There are more bytes than the limit.
    #[error(
        "{folder} has more than {limit} bytes for it: split the bundle, or raise \
         `bundle_limits.bytes`"
    )]
    TooLarge {
        /// The folder.
        folder: PathBuf,
        /// Bytes allowed.
        limit: u64,
    },
    /// There are more files than the limit.
    #[error(
        "{folder} has more than {limit} files for it: pack them into archives, split the bundle, \
         or raise `bundle_limits.files`"
    )]
    TooManyFiles {
        /// The folder.
        folder: PathBuf,
        /// Files allowed.
        limit: usize,
    },
    /// A file name that is not UTF-8.
    #[error("{path} has a name that is not UTF-8: rename it")]
    Unicode {
        /// The file or folder.
        path: PathBuf,
    },
    /// A file was removed while the bundle was packed.
    #[error("{path} disappeared while the bundle was packed: pack again when the folder is ready")]
    Vanished {
        /// The file.
        path: PathBuf,
    },
}

/// Why bytes of a blob cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleReadError {
    /// A repair symbol was asked of a bundle that is no fountain, or has none of this number.
    #[error("{path} has no such repair symbol")]
    NoFountain {
        /// The blob, or what was prepared of it.
        path: PathBuf,
    },
    /// The bytes are not those that were packed.
    #[error("{path} is damaged: remove it, so that the bundle is packed again")]
    Damaged {
        /// The blob.
        path: PathBuf,
    },
    /// The system cannot read the blob.
    #[error(transparent)]
    File(#[from] FileError),
    /// The blob has no such bytes.
    #[error("{path} has {size} bytes, asked for were {} to {}", .range.start, .range.end)]
    Outside {
        /// The blob.
        path: PathBuf,
        /// As asked.
        range: Range<u64>,
        /// Bytes of the blob.
        size: u64,
    },
    /// The blob was cut after it was opened.
    #[error("{path} ends before byte {}: remove it, so that it is packed again", .range.end)]
    Short {
        /// The blob.
        path: PathBuf,
        /// As asked.
        range: Range<u64>,
    },
}
