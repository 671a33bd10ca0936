//! The control listener: calls, events and the console of a headend, over TLS 1.3.
//!
//! It knows nothing of timetables and multiplexes. What is on air is told to it as a [`Live`]
//! picture, replaced as a whole once a second; what must be worked out is asked as a [`Question`]
//! and answered by whoever holds the other end of the [`Desk`]. Nothing here waits for the sending
//! or making threads, or makes them wait: the listener has threads of its own, at a lower priority.
//!
//! ```text
//! socket -> tls -> guard (who, how often, may they) -> calls -> Live, or Question -> Desk
//! ```
//!
//! [`routes::table`] is the one list of calls: the router, the OpenAPI document and the tests of
//! roles are all made from it.

#![forbid(unsafe_code)]

pub mod audit;
pub mod authority;
mod calls;
mod console;
mod desk;
mod guard;
mod identity;
mod limit;
mod listen;
pub mod model;
mod problem;
mod role;
pub mod routes;
mod server;
mod settings;
mod tls;
pub mod token;

pub use desk::{Ask, Desk, Order, Publisher, Question, Refusal};
pub use model::Live;
pub use role::Role;
pub use server::{Control, StartError};
pub use settings::{Machine, Settings, SettingsFault};
pub use tls::TlsError;
