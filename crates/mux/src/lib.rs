//! Delivery curves and the merge that fills one superframe.
//!
//! Two plans, both pure. [`delivery`] decides, once for each elementary stream of an asset, at
//! which nominal time each of its packets is delivered so that no decoder buffer ever overflows or
//! runs dry. [`superframe`] then gives each slot of one superframe an owner: reserved packets at
//! their fixed slots, stream packets at the free slot nearest to their nominal time, and what is
//! left to opportunistic data. Neither knows what a lesson, a table or a carousel is.

#![forbid(unsafe_code)]

pub mod curve;
pub mod delivery;
pub mod superframe;
mod taut;

pub use curve::{Curve, CurveError};
pub use delivery::{DeliveryError, Tube, UnitLoad, delivery_curve};
pub use superframe::{FREE, Merger, Overbooked};
