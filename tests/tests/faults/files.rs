//! Timetable, logs, databases, a second daemon, and other work on the machine.

use super::{Row, Scene, station};
use rustix::process::Signal;
use std::fs;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const WHOLE: &str = "all of the stream, bit for bit";

pub fn play() -> Vec<Row> {
    let scene = Scene::begin(station());
    let rows = vec![
        timetable_emptied(&scene),
        log_of_amendments_damaged(&scene),
        catalogue_damaged(&scene),
        second_daemon(&scene),
        other_work(&scene),
    ];
    scene.end(|_| {}).notices_nothing();
    rows
}

fn timetable_emptied(scene: &Scene) -> Row {
    let path = scene.station.path("timetable.toml");
    let good = fs::read(&path).expect("a timetable");
    fs::write(&path, "").expect("a file can be written");
    scene.on_air.signal(Signal::HUP);
    scene.is_told("raised", "reload-refused", "\"timetable\"");
    fs::write(&path, good).expect("a file can be written");
    scene.on_air.signal(Signal::HUP);
    scene.is_told("cleared", "reload-refused", "\"timetable\"");
    Row {
        fault: "timetable file emptied",
        provoked: "an empty `timetable.toml`, and SIGHUP",
        audience: WHOLE,
        operator: "alarm `reload-refused timetable`; cleared by the next good one",
    }
}

fn log_of_amendments_damaged(scene: &Scene) -> Row {
    let path = scene.station.path("state/amendments.jsonl");
    fs::write(&path, "this is no amendment\n").expect("a file can be written");
    scene.is_told("raised", "reload-refused", "\"amendments\"");
    fs::remove_file(&path).expect("a file can be removed");
    scene.is_told("cleared", "reload-refused", "\"amendments\"");
    Row {
        fault: "log of amendments damaged",
        provoked: "a line of `amendments.jsonl` that is none",
        audience: WHOLE,
        operator: "alarm `reload-refused amendments`; cleared when the line is gone",
    }
}

/// The catalogue is the one database: a daemon does without.
fn catalogue_damaged(scene: &Scene) -> Row {
    let catalogue = scene.station.path("library/catalogue.sqlite");
    fs::write(&catalogue, "this is no database").expect("a file can be written");
    let path = scene.station.path("timetable.toml");
    let text = fs::read_to_string(&path).expect("a timetable");
    fs::write(&path, text.replace("Practical skills", "Skills")).expect("a file can be written");
    scene.on_air.signal(Signal::HUP);
    scene.hears("timetable accepted");
    Row {
        fault: "database of the library damaged",
        provoked: "another file in place of `catalogue.sqlite`, and a changed timetable",
        audience: WHOLE,
        operator: "the changed timetable is accepted; assets are read from their own files",
    }
}

fn second_daemon(scene: &Scene) -> Row {
    let output = scene.station.command("run", &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(69), "{said}");
    assert!(said.contains("is held by another daemon (process "), "{said}");
    Row {
        fault: "two daemons on one state folder",
        provoked: "`headend run` once more",
        audience: WHOLE,
        operator: "the second ends with exit code 69 and names folder and process of the first",
    }
}

/// Programs that end with the scene.
struct Hogs(Vec<Child>);

impl Drop for Hogs {
    fn drop(&mut self) {
        for hog in &mut self.0 {
            // One that has ended already is as good.
            let _ = hog.kill();
            let _ = hog.wait();
        }
    }
}

fn other_work(scene: &Scene) -> Row {
    let hog = |words: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", words]).stdin(Stdio::null()).stdout(Stdio::null());
        shell.spawn().expect("a shell starts")
    };
    let hogs = Hogs((0..4).map(|_| hog("while :; do :; done")).collect());
    std::thread::sleep(Duration::from_secs(5));
    drop(hogs);
    // Pages of files make way for what other programs want.
    let big = scene.station.path("big");
    let mut file = fs::File::create(&big).expect("a file can be made");
    let block = vec![1; 1 << 20];
    for _ in 0..256 {
        file.write_all(&block).expect("a file can be written");
    }
    drop(file);
    fs::remove_file(&big).expect("a file can be removed");
    Row {
        fault: "all processors busy with other programs, and a disk that is written to",
        provoked: "four endless loops for 5 s without real-time priority for the daemon, then 256 MiB \
                   written",
        audience: WHOLE,
        operator: "alarm `lateness` when it lasts for 10 s, `skipped` when datagrams are left out",
    }
}
