//! The OpenAPI document that is checked in is the one that the program makes.

use control::routes::{document_json, table};
use std::path::Path;

#[test]
fn the_document_in_docs_reference_is_what_the_program_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json");
    let made = document_json();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "openapi.json is out of date: cargo xtask bless openapi");
}

#[test]
fn the_document_has_every_call_with_its_role_and_its_refusals() {
    let document: serde_json::Value = serde_json::from_str(&document_json()).unwrap();
    let calls = table();
    let paths = document["paths"].as_object().unwrap();
    let operations: usize = paths.values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(operations, calls.len());
    for call in calls {
        let operation = &paths[&call.path][call.method.to_lowercase()];
        for status in ["400", "429", "503"] {
            assert!(operation["responses"][status].is_object(), "{call:?} {status}");
        }
        let known = matches!(call.access, control::routes::Access::From(_));
        assert_eq!(operation["x-role"].is_string(), known, "{call:?}");
    }
}
