//! The commands of the program `headend`, one module each.

pub mod amend;
pub mod asrun;
pub mod check;
pub mod compare;
pub mod control;
pub mod demo;
pub mod doctor;
pub mod explain;
pub mod export;
pub mod fmt;
pub mod import;
pub mod ingest;
pub mod library;
pub mod manual;
pub mod plan;
pub mod render;
pub mod run;
pub mod schema;
pub mod verify;
pub mod why;
