//! Configurations: a text gives a configuration, or faults that can be shown.
#![no_main]

use std::path::{Path, PathBuf};

use headend::config;
use libfuzzer_sys::fuzz_target;
use timetable::{Severity, Source, render_human, to_json};

fuzz_target!(|text: &str| {
    let source = Source { name: "headend.toml", text };
    let mut files = |_: &_| Ok(vec![PathBuf::from("schedules/rural-1.toml")]);
    let (config, diagnostics) = config::parse(&source, Path::new("."), &mut files);
    let has_errors = diagnostics.iter().any(|found| found.severity() == Severity::Error);
    assert!(config.is_none() || !has_errors);
    assert!(config.is_some() || !diagnostics.is_empty());
    render_human(&diagnostics, &[source], false);
    to_json(&diagnostics, &[source]);
});
