//! Disks that are slow, fail, or are full.

use super::{FILES, RADIO_1, Row, Scene, TABLES, TV_1, TV_2, run, station};
use std::fs;
use std::io::Write;
use std::process::Child;
use std::time::Duration;

/// `strace`, which does something to each read of a page until it is dropped.
struct Injector(Child);

impl Injector {
    fn new(scene: &Scene, what: &str) -> Injector {
        // Only the thread that reads is traced: those that make and send do not notice.
        let thread = scene.on_air.thread("read-test").to_string();
        let mut strace = tests::judge::judge("strace");
        strace.args(["-q", "-o", "/dev/null", "-p", &thread, "-e", "trace=pread64", "-e"]);
        let strace = strace.arg(format!("inject=pread64:{what}")).spawn();
        Injector(strace.expect("strace starts"))
    }
}

impl Drop for Injector {
    fn drop(&mut self) {
        // One that has ended already traces nothing.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn play_slow() -> Vec<Row> {
    let scene = Scene::begin(station());
    std::thread::sleep(Duration::from_secs(4));
    let injector = Injector::new(&scene, "delay_enter=1000000");
    scene.is_told("raised", "slate", "the disk has not answered in time");
    // Airings that begin meanwhile are tried and given up in time.
    scene.awaits_lessons();
    drop(injector);
    let audience = scene.end(|_| {});
    audience.counts_on();
    assert!(audience.longest_silence() < Duration::from_millis(500));
    let differing = audience.what_differs();
    assert!(!differing.contains(&TABLES), "{differing:?}");
    assert!(differing.iter().any(|service| *service < FILES), "{differing:?}");
    vec![Row {
        fault: "slow disk",
        provoked: "each read of a page takes 1 s more, for a minute",
        audience: "the slate on services whose data does not come in time; no datagram is missing",
        operator: "alarm `slate` for each of them: the disk has not answered in time",
    }]
}

pub fn play_failing() -> Vec<Row> {
    let scene = Scene::begin(station());
    std::thread::sleep(Duration::from_secs(4));
    let injector = Injector::new(&scene, "error=EIO");
    for service in ["tv-1", "tv-2", "radio-1"] {
        scene.is_told("raised", "slate", service);
    }
    scene.is_told("raised", "bundle-missing", "multiplex test");
    scene.awaits_lessons();
    drop(injector);
    let audience = scene.end(|_| {});
    audience.counts_on();
    // Every service has been covered, and tables have been as ever.
    let mut differing = audience.what_differs();
    differing.remove(&FILES);
    assert_eq!(differing, [TV_1, TV_2, RADIO_1].into());
    vec![Row {
        fault: "asset unreadable",
        provoked: "every read of a page fails with EIO from a moment on",
        audience: "the slate on every service, from memory; tables, guide and clock go on, carousels pause",
        operator: "alarms `slate` for each service and `bundle-missing multiplex test`, with file and error",
    }]
}

pub fn play_full() -> Vec<Row> {
    let station = station();
    let state = station.path("state");
    fs::create_dir_all(&state).expect("a folder can be made");
    run("mount", &["-t", "tmpfs", "-o", "size=1m", "tmpfs", &state.display().to_string()]);
    let scene = Scene::begin(station);
    let filling = scene.station.path("state/filling");
    let mut file = fs::File::create(&filling).expect("a file can be made");
    while file.write_all(&[1; 4096]).is_ok() {}
    drop(file);
    scene.is_told("raised", "as-run", "log");
    fs::remove_file(&filling).expect("a file can be removed");
    scene.is_told("cleared", "as-run", "log");
    scene.end(|_| {}).notices_nothing();
    vec![Row {
        fault: "disk of the state folder full",
        provoked: "a file that fills it",
        audience: "all of the stream, bit for bit",
        operator: "alarm `as-run log`, and `disk` after a minute; entries wait and are written \
                   when there is room",
    }]
}
