//! What the site tells its caller.

use datacast::{Digest, Manifest, RelativePath, SourceBlock};
use ts::Pid;

/// One version of one bundle, numbered in the order in which the site saw them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(pub u64);

/// A sparse file that the caller keeps for one module. Numbers are never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpoolId(pub u64);

/// What happened, or what is to be done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A service has a data carousel.
    CarouselFound {
        /// Where it is.
        pid: Pid,
        /// The service, its program_number.
        service: u16,
    },
    /// No service has this carousel any more; its unfinished version is withdrawn.
    CarouselLost {
        /// Where it was.
        pid: Pid,
    },
    /// A carousel cannot be followed.
    Refused {
        /// Where it is.
        pid: Pid,
        /// Why.
        reason: Refusal,
    },
    /// The manifest of a version is there. The caller may report files that it has already by
    /// [`crate::Site::file_result`], and they will not be collected.
    BundleAnnounced {
        /// The version.
        version: VersionId,
        /// Where it is on air.
        pid: Pid,
        /// What it holds.
        manifest: Box<Manifest>,
    },
    /// To do: write bytes to a spool.
    Store {
        /// The spool; it is new when nothing was written to it yet.
        spool: SpoolId,
        /// Where, in bytes.
        offset: u32,
        /// What.
        bytes: Vec<u8>,
    },
    /// To do, if what was received is to outlive the program: keep a section that brought something
    /// new, behind those that were kept of its carousel. See [`crate::Site::resume`].
    Keep {
        /// Where the carousel is.
        pid: Pid,
        /// The section.
        section: Vec<u8>,
    },
    /// To do: remove a spool, which will not be named again.
    Discard {
        /// The spool.
        spool: SpoolId,
    },
    /// A module is there as a whole and its CRC_32 is right.
    ModuleComplete {
        /// The version.
        version: VersionId,
        /// The module.
        module: u16,
    },
    /// To do: make a file, check its digest, put it into its place, and call
    /// [`crate::Site::file_result`].
    FileReady(Box<FileJob>),
    /// To do: decode a source block of a fountain, give each block that is not among its symbols
    /// to [`crate::Site::decoded_block`], and then call [`crate::Site::decode_result`].
    Decode(Box<DecodeJob>),
    /// A file is in its place.
    FileComplete {
        /// The version.
        version: VersionId,
        /// Its number in the manifest.
        file: usize,
    },
    /// A file was not what its digest says; its modules are collected once more.
    FileDamaged {
        /// The version.
        version: VersionId,
        /// Its number in the manifest.
        file: usize,
    },
    /// All files of a version are in their places.
    BundleComplete {
        /// The version.
        version: VersionId,
        /// The id of the bundle.
        bundle: String,
    },
    /// A version is not on air any more, having been complete or not.
    BundleWithdrawn {
        /// The version.
        version: VersionId,
        /// Whether all its files were in their places.
        complete: bool,
    },
}

/// A source block to be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeJob {
    /// The version that it belongs to.
    pub version: VersionId,
    /// Which source block, and how large it is.
    pub block: SourceBlock,
    /// The encoding symbol ids that are there, and where each symbol is. Blocks that end a module
    /// may be short, and are filled up with zeros.
    pub symbols: Vec<(u32, SymbolSource)>,
}

/// Where a symbol is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SymbolSource {
    /// In a spool.
    Spool(SpoolPiece),
    /// Here: it is of the manifest.
    Bytes(Vec<u8>),
}

/// A file to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileJob {
    /// The version that it belongs to.
    pub version: VersionId,
    /// Its number in the manifest.
    pub file: usize,
    /// The id of the bundle, one path component.
    pub bundle: String,
    /// Its path inside the bundle.
    pub path: RelativePath,
    /// Bytes.
    pub size: u64,
    /// What its content is to have as its BLAKE3 digest.
    pub digest: Digest,
    /// Where its content is.
    pub source: Source,
}

/// Where the content of a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In these pieces of spools, one behind the other.
    Spools(Vec<SpoolPiece>),
    /// In a file of the version before, which has the same digest.
    File {
        /// The id of its bundle.
        bundle: String,
        /// Its path in it.
        path: RelativePath,
    },
}

/// A run of bytes in a spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpoolPiece {
    /// The spool.
    pub spool: SpoolId,
    /// Where it begins.
    pub offset: u32,
    /// Bytes.
    pub length: u32,
}

/// Why a carousel is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There are more carousels than may be followed.
    TooManyCarousels,
    /// The bundle is larger than one may be.
    TooLarge,
    /// There is no room beside the other bundles; it is tried again when its DSI comes again.
    NoRoom,
    /// The carousel has no manifest, so it is not a bundle.
    Foreign,
    /// Sizes or numbers contradict each other, or the manifest does.
    Contradiction,
}
