//! Forward error correction: bytes in, repair bytes out.
//!
//! The crate knows no packet header and no transport:
//!
//! - [`xor`] is the arithmetic of the parity codes;
//! - [`matrix`] is the packet matrix of SMPTE ST 2022-1 and its row and column parities;
//! - [`window`] restores missing packets of an unbounded sequence from such parities;
//! - [`gf256`] is the arithmetic of the codes below;
//! - [`reed_solomon`] corrects errors and erasures of single words, as those of RS(204,188);
//! - [`frame`] is the MPE-FEC frame, whose rows are words of RS(255,191);
//! - [`raptorq`] makes encoding symbols without number of blocks that need not be in memory.

#![forbid(unsafe_code)]

pub mod frame;
pub mod gf256;
pub mod matrix;
pub mod raptorq;
pub mod reed_solomon;
pub mod window;
pub mod xor;

pub use frame::{Frame, Presence, Restored, Rows};
pub use matrix::{Matrix, MatrixError};
pub use reed_solomon::{ReedSolomon, WordError};
pub use window::{Check, Inserted, Window};
