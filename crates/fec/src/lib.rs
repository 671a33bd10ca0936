//! Forward error correction: bytes in, repair bytes out.
//!
//! The crate knows no packet header and no transport. It computes parities over packets of equal
//! length and restores packets from them:
//!
//! - [`xor`] is the arithmetic of the parity codes;
//! - [`matrix`] is the packet matrix of SMPTE ST 2022-1 and its row and column parities;
//! - [`window`] restores missing packets of an unbounded sequence from such parities.

#![forbid(unsafe_code)]

pub mod matrix;
pub mod window;
pub mod xor;

pub use matrix::{Matrix, MatrixError};
pub use window::{Check, Inserted, Window};
