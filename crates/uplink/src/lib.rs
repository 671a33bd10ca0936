//! Paced sending: every datagram at its own absolute time.
//!
//! One thread sends for all multiplexes of the process. It knows bytes and due times, nothing of
//! what they mean. It is fed whole batches ahead of time through a bounded queue for each
//! multiplex, and for each datagram it neither allocates, locks, formats nor logs; what happened
//! is told by counters. The contract: **a datagram leaves at its due time, or late by less than
//! the limit, or not at all; a backlog is never sent as a burst.**
//!
//! ```text
//! feeder -> queue -> line of multiplex A -+
//! feeder -> queue -> line of multiplex B -+-> earliest due -> sleep, spin -> each output
//! ```

#![deny(unsafe_op_in_unsafe_fn)]

mod batch;
mod clock;
mod counters;
mod line;
mod output;
mod pacer;
mod realtime;

pub use batch::{Batch, BatchError, FeedError, Feeder};
pub use clock::{Clock, ClockStatus};
pub use counters::{LATENESS_BUCKETS, Lateness, MultiplexStatus, OutputStatus};
pub use output::{Carriage, Interface, OpenError, OpenStep, OutputConfig};
pub use pacer::{Monitor, MultiplexConfig, Settings, StartError, Status, Uplink};
pub use realtime::{Grant, Realtime, RealtimeReport};
