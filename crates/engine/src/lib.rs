//! Rundown and asset pages to the datagrams of superframe k.
//!
//! The contract: the same multiplex, rundown, carousels and data, asked for the same superframe,
//! give the same bytes, whatever was asked before, in whatever order, on whatever machine.
//!
//! ```text
//! let plan = planner.plan(&engine, k, |asset| index_of(asset))?;   // no data yet
//! let data = plan.needs.iter().map(|need| read(need)).collect();   // the shell's part
//! fill(&engine, &plan, &data, header, &mut datagrams)?;            // one copy of the payload
//! ```

#![forbid(unsafe_code)]

mod cast;
mod components;
mod config;
mod engine;
mod error;
mod fill;
mod guide;
mod maps;
mod plan;
mod play;
mod select;
mod share;
mod superframe;
mod tables;
mod wheel;

pub use config::{Multiplex, Network, PCR_PID, PIDS_PER_SERVICE, Service};
pub use engine::{Engine, EngineError, Pass};
pub use error::{Contributors, PlanError, TableFault};
pub use fill::{Missing, fill};
pub use plan::{Need, Plan, Planner, Usage};
pub use play::{Play, PlayError, StreamPlay};
pub use superframe::{CYCLE, DATAGRAM_PACKETS, SuperframeError, SuperframeGrid};
