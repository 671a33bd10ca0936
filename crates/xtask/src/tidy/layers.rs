//! The arrows between the project's crates, and what the pure ones may not bring in.

use serde_json::Value;

use super::Finding;
use crate::shell::{cargo, output};

/// Each crate with the crates of the project that it may name, bottom up. What is absent is meant:
/// `mux` knows no lesson, carousel or table, `verify` shares nothing with the planner it judges,
/// `uplink` knows datagrams and due times only.
const LAYERS: &[(&str, &[&str])] = &[
    ("ts", &[]),
    ("es", &[]),
    ("asset", &["ts", "es"]),
    ("fec", &[]),
    ("si", &["ts"]),
    ("datacast", &["ts", "fec"]),
    ("rtp", &["ts", "fec"]),
    ("timetable", &["ts", "si"]),
    ("desk", &["ts", "timetable"]),
    ("rundown", &["ts", "es", "asset", "si", "datacast", "timetable"]),
    ("mux", &["ts"]),
    (
        "engine",
        &["ts", "es", "asset", "fec", "si", "datacast", "rtp", "timetable", "rundown", "mux"],
    ),
    ("receiver", &["ts", "es", "fec", "si", "datacast", "rtp"]),
    ("verify", &["ts", "es", "si", "datacast", "rtp"]),
    ("evidence", &["ts", "timetable"]),
    ("library", &["ts", "es", "asset", "fec", "datacast", "mux", "rundown"]),
    ("uplink", &["ts", "rtp"]),
    ("control", &[]),
    (
        "headend",
        &[
            "ts",
            "es",
            "asset",
            "fec",
            "si",
            "datacast",
            "rtp",
            "timetable",
            "desk",
            "rundown",
            "mux",
            "engine",
            "receiver",
            "verify",
            "evidence",
            "library",
            "uplink",
            "control",
        ],
    ),
];

/// The crates that compute: no clock, socket, file, thread, environment, logger, chance.
pub const PURE: &[&str] = &[
    "ts",
    "es",
    "asset",
    "fec",
    "si",
    "datacast",
    "rtp",
    "timetable",
    "desk",
    "rundown",
    "mux",
    "engine",
    "receiver",
    "verify",
    "evidence",
];

/// Outside crates that a pure crate may not depend on, since they reach for the system.
const IMPURE: &[&str] = &[
    "getrandom",
    "indicatif",
    "log",
    "mio",
    "nix",
    "rand",
    "rayon",
    "rusqlite",
    "rustix",
    "signal-hook",
    "socket2",
    "tempfile",
    "tokio",
    "tracing",
    "tracing-subscriber",
];

/// Packages that are no part of the product and may name any crate.
const OUTSIDE: &[&str] = &["xtask", "tests", "benches"];

/// Compares the arrows that cargo knows of with the table.
pub fn check() -> Result<Vec<Finding>, String> {
    let text = output(&mut cargo(&["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        check_package(package, &mut findings);
    }
    Ok(findings)
}

fn check_package(package: &Value, findings: &mut Vec<Finding>) {
    let name = package["name"].as_str().unwrap_or_default();
    if OUTSIDE.contains(&name) {
        return;
    }
    let mut report = |what| {
        findings.push(Finding { file: format!("crates/{name}/Cargo.toml").into(), line: 1, what });
    };
    let Some((_, allowed)) = LAYERS.iter().find(|layer| layer.0 == name) else {
        return report(format!("`{name}` has no place in the table of layers"));
    };
    // An arrow of a test may point anywhere.
    let normal = package["dependencies"].as_array().into_iter().flatten();
    for dependency in normal.filter(|dependency| dependency["kind"].is_null()) {
        let on = dependency["name"].as_str().unwrap_or_default();
        let ours = LAYERS.iter().any(|layer| layer.0 == on);
        if ours && !allowed.contains(&on) {
            report(format!("`{name}` may not depend on `{on}`"));
        }
        if PURE.contains(&name) && IMPURE.contains(&on) {
            report(format!("`{name}` is pure and may not depend on `{on}`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LAYERS, PURE};

    #[test]
    fn arrows_only_point_down_and_never_from_pure_to_shell() {
        for (index, (name, allowed)) in LAYERS.iter().enumerate() {
            for on in *allowed {
                let below = LAYERS[..index].iter().any(|layer| layer.0 == *on);
                assert!(below, "{name} names {on}, which is not below it");
                assert!(!PURE.contains(name) || PURE.contains(on), "{name} is pure, {on} is not");
            }
        }
    }
}
