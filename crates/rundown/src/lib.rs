//! Timetable and catalogue to absolute time: what is on each service and in each carousel.
//!
//! A rundown has no gap and no overlap: each service plays one airing after the other, programmes
//! at their times and filler between them, and every airing already knows the window in which its
//! packets are delivered. It is the same for any window of compilation: what is on air at an
//! instant does not depend on where the compiler began to look. Below it nothing knows what a day,
//! a zone or a leap second is.

#![forbid(unsafe_code)]

mod catalogue;
mod clock;
mod compile;
mod cover;
mod fill;
mod handover;
mod model;
mod resize;
mod revise;

pub use catalogue::{AssetIx, Catalogue, CatalogueEntry};
pub use compile::{CompileError, Problem, ProblemKind, compile, title_of};
pub use cover::{COVER_AHEAD, Loss, by_itself, cover};
pub use fill::{FillerPool, Programme};
pub use model::{
    Airing, AiringKind, BundleRun, CivilClock, DeliveryWindow, Event, NAMED_AHEAD, NAMED_BEHIND,
    Rundown, ServiceRundown, Title,
};
pub use revise::revise;
