//! The page that tells of all faults.

use super::Row;
use std::fmt::Write;
use tests::station::repository;

const HEAD: &str = "\
# Faults on air

<!-- Written by `BLESS=1 cargo test -p tests --test faults_on_air`. -->

What the audience gets of each fault, and what the operator sees. Each row is provoked on a daemon
on air, whose datagrams are held to what `render` writes for the same time; a row that is not so
fails the test. Alarms are named as the hooks tell them.

| Fault | Brought about by | The audience gets | The operator sees |
|---|---|---|---|
";

const TAIL: &str = "
The test makes namespaces of its own for network, mounts and processes; where the system grants
none it says so and is skipped. Slow and failing reads are injected by `strace`. *All of the
stream* means but for what the machine gave no time for: datagrams that are more than 50 ms late
are left out, counted, and told by the alarm `skipped`.

Not brought about on a daemon: a clock that steps. A process reads the clock without a system call,
so nothing can step it for one process alone. That a step of 1 s or 1 h, forward or back, changes
no time of leaving and is counted is shown of the clock alone, by a test of the crate `uplink`.
Memory that runs short is not brought about either: only pages of files were made to give way.
";

/// Compares the page with what it should be, or writes it where that is asked for.
pub fn assert_page(rows: &[Row]) {
    let mut page = HEAD.to_owned();
    for row in rows {
        let Row { fault, provoked, audience, operator } = row;
        writeln!(page, "| {fault} | {provoked} | {audience} | {operator} |").expect("a string");
    }
    page.push_str(TAIL);
    let path = repository().join("docs/reference/faults.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "faults.md is out of date: BLESS=1 cargo test -p tests faults_on_air");
}
