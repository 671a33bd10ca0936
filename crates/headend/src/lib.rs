//! The programs headend and headend-site.
//!
//! `headend` is the machine at the uplink: [`station`] opens what a configuration names,
//! [`lineup`] puts an engine to each revision of the timetable, [`maker`] makes superframes,
//! [`render`] makes many of them on all cores, and [`air`] makes them ahead of their time for the
//! sending thread. [`witness`] shows what went out and what is wrong, [`operate`] answers the
//! control listener. [`command`] has one module for each command.

pub mod air;
pub mod amendments;
pub mod announce;
pub mod capture;
pub mod command;
pub mod config;
pub mod deadlines;
pub mod demo;
pub mod doctor;
pub mod edition;
pub mod exit;
pub mod history;
pub mod hold;
pub mod horizon;
pub mod include;
pub mod judge;
pub mod licence;
pub mod lineup;
pub mod maker;
pub mod notify;
pub mod operate;
pub mod output;
pub mod progress;
pub mod proofs;
pub mod reader;
pub mod reload;
pub mod render;
pub mod schedule;
pub mod seal;
pub mod site;
pub mod source;
pub mod station;
pub mod text;
pub mod usage;
pub mod when;
pub mod witness;
