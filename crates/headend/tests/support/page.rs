//! Pages of docs/reference that are made from the program.

use std::path::Path;

/// Compares a page with what it should be, or writes it where that is asked for.
pub fn assert_page(name: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, wanted).expect("the page can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{name} is out of date: cargo xtask bless reference");
}
