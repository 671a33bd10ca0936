//! FLUTE (RFC 6726): files over UDP, by ALC (RFC 5775) and LCT (RFC 5651).
//!
//! An *object* is a file, or an FDT instance, the XML that tells which object is which file. It is
//! cut into symbols; each packet carries one, with all that is needed to place it:
//!
//! ```text
//! FdtInstance -> XML -> object 0 ┐
//! file        -> object n        ┴-> Oti (how it is cut) -> Packet per symbol -> UDP -> IP -> MPE
//! ```
//!
//! Objects are sent with FEC encoding id 0 (no code) or 6 (RaptorQ). Which symbols a superframe
//! carries is a matter of [`symbols`](crate::symbols), with the [`Fountain`](crate::Fountain) that
//! [`Oti::fountain`] gives, and [`Transfer`] makes packets of them; nothing here has a state while
//! sending. [`Session`] reads packets.

mod fdt;
mod object;
mod oti;
mod packet;
mod session;
mod transfer;

pub use fdt::{FdtError, FdtFile, FdtInstance, NTP_UNIX_OFFSET_S};
pub use object::{Object, ObjectError};
pub use oti::{Oti, OtiError, PayloadId};
pub use packet::{Packet, PacketError};
pub use session::{Received, Session, SessionCounters, SessionLimits};
pub use transfer::Transfer;
