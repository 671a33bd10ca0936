//! Faults while on air: what the audience gets of each, and what the operator sees.
//!
//! Each fault is provoked on a real daemon, in namespaces of its own: its network, its mounts and
//! its processes go when the test ends, and nothing else on the machine notices them. What is
//! found is the page `docs/reference/faults.md`; a fault that is answered otherwise fails here.

mod faults;

use faults::page;
use std::process::Command;
use tests::{library, program};

/// The test that runs within.
const WITHIN: &str = "every_fault_is_answered_as_the_page_says";

#[test]
fn faults_on_air_are_answered_as_the_page_says() {
    // What is built or ingested is so before.
    let (programs, _) = (program::folder(), library::folder());
    let apart = ["--user", "--map-root-user", "--net", "--mount", "--pid", "--fork"];
    let mut unshare = Command::new("unshare");
    unshare.args(apart).args(["--kill-child", "--mount-proc"]);
    let can = unshare.arg("true").output().is_ok_and(|done| done.status.success());
    if !can {
        eprintln!("SKIPPED: this system grants no namespaces; as root it does");
        return;
    }
    let mut unshare = Command::new("unshare");
    unshare.args(apart).args(["--kill-child", "--mount-proc"]);
    unshare.arg(std::env::current_exe().expect("a test knows itself"));
    unshare.args(["--exact", WITHIN, "--ignored", "--nocapture"]);
    let status = unshare.env("HEADEND_PROGRAMS", programs).status().expect("unshare runs");
    assert!(status.success(), "what went wrong is told above");
}

#[test]
#[ignore = "runs within namespaces that the other test makes"]
fn every_fault_is_answered_as_the_page_says() {
    assert_eq!(std::process::id().min(100), std::process::id(), "this is no namespace of its own");
    faults::bring_up();
    let rows = std::thread::scope(|scope| {
        let scenes = [
            scope.spawn(faults::files::play),
            scope.spawn(faults::assets::play),
            scope.spawn(faults::disks::play_slow),
            scope.spawn(faults::disks::play_failing),
            scope.spawn(faults::disks::play_full),
        ];
        let rows = scenes.map(|scene| scene.join().expect("a scene is played to its end"));
        rows.concat()
    });
    let rows = [rows, faults::callers::play(), faults::network::play()].concat();
    page::assert_page(&rows);
}
