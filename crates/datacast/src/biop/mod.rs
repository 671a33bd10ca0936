//! DSM-CC object carousels (ISO/IEC 13818-6 clause 11, EN 301 192 clause 11 and TR 101 202): files
//! in folders, for receivers as those of HbbTV.
//!
//! Every file and folder is a BIOP message; messages stand one behind the other in modules, and the
//! modules make a two-layer carousel. The DSI names the *service gateway*, the outermost folder.
//!
//! ```text
//! DSI -> IOR -> service gateway (module 1) -> IOR -> folder -> IOR -> file
//! ```
//!
//! [`pack`] makes the carousel and its blob, [`Reader`] reads them.

mod ior;
mod object;
mod pack;
mod reader;

pub use ior::{BiopError, Ior, Kind};
pub use object::{Binding, Content, Object, objects};
pub use pack::{ObjectCarouselOptions, PackError, pack};
pub use reader::{Reader, ReaderError, ReaderLimits, gateway_of};
