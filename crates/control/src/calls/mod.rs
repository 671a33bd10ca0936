//! The calls, one module for each thing they are about.

pub mod audit;
pub mod events;
pub mod health;
pub mod library;
pub mod onair;
pub mod plan;
pub mod reload;
pub mod session;
