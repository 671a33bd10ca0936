//! Files on the air: bundles in DSM-CC data carousels (ISO/IEC 13818-6, EN 301 192) and fountains,
//! object carousels ([`biop`]), FLUTE ([`flute`]) over UDP ([`udp`]) and MPE ([`mpe`],
//! [`mpe_fec`]), and what is packed, signed and sealed before it is sent ([`package`]).
//!
//! A bundle goes on air in four steps, each of which is a function of the one before:
//!
//! ```text
//! sizes -> Layout -> (bytes pass through a Sealer) -> Manifest -> Carousel
//! ```
//!
//! The payload of all modules, one behind the other, is the *blob*: the manifest, then every file
//! in the order of its path. A [`Carousel`] names each block as a byte range of the blob, so that
//! bundles of any size are sent without being held in memory. All version numbers follow from the
//! content: two machines that pack the same files send the same bytes. A bundle may be a
//! [`Fountain`] as well, whose symbols are new in every superframe.
//!
//! What is written here is read by [`Message::parse`] and [`Manifest::parse`], which take any
//! bytes. The crate knows no file, clock or socket.

#![forbid(unsafe_code)]

pub mod biop;
mod block;
mod carousel;
mod collection;
mod control;
mod descriptor;
pub mod flute;
mod fountain;
mod fountain_schedule;
mod identity;
mod layout;
mod manifest;
mod message;
mod module_crc;
pub mod mpe;
pub mod mpe_fec;
pub mod package;
mod path;
pub mod schedule;
mod seal;
pub mod udp;

pub use block::{DDB_OVERHEAD, Ddb};
pub use carousel::{BLOCK_SIZE_DEFAULT, BLOCK_SIZE_MAX, Carousel, CarouselError, CarouselOptions};
pub use collection::{Collection, Place, Taken};
pub use control::{Dii, Dsi, Group, Module};
pub use descriptor::{MANIFEST_TYPE, ModuleDescriptors};
pub use fountain::{
    Fountain, FountainError, RepairId, SOURCE_BLOCK_SIZE_DEFAULT, SOURCE_BLOCKS_MAX, SourceBlock,
    TAG_FOUNTAIN, TWIN_MODULE_FIRST, is_twin_module,
};
pub use fountain_schedule::{Sending, Symbol, repeat_superframes, symbols};
pub use layout::{
    FILES_MAX, FIRST_DATA_MODULE, Layout, LayoutError, MANIFEST_MODULE, MODULE_ID_MAX,
    MODULE_SIZE_DEFAULT, Piece, PlannedFile,
};
pub use manifest::{BundleName, Digest, MANIFEST_SIZE_MAX, Manifest, ManifestError, NameError};
pub use message::{Message, MessageError, TABLE_CONTROL, TABLE_DATA};
pub use module_crc::ModuleCrc;
pub use path::{PATH_SIZE_MAX, PathError, RelativePath};
pub use seal::{BundleFile, SealError, Sealer, pack};
