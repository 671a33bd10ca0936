//! The commands of the program `headend`, one module each.

pub mod check;
pub mod demo;
pub mod ingest;
pub mod library;
pub mod plan;
pub mod render;
pub mod run;
pub mod verify;
