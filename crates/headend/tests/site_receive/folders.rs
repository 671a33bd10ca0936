//! What stands in the folder before, and what keeps the program from writing there.

use crate::air::{Air, Bundle, noise};
use crate::program::{assert_holds, command, ended, files_in, receive};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

fn recording(dir: &Path, bundle: &Bundle) -> PathBuf {
    let recording = dir.join("recording");
    std::fs::write(&recording, Air::of(bundle, 1).bytes()).unwrap();
    recording
}

#[test]
fn what_is_there_already_is_not_received_again() {
    let dir = tempfile::tempdir().unwrap();
    let bundle = Bundle::week("week-1", 1);
    let (from, into) = (recording(dir.path(), &bundle), dir.path().join("site"));
    assert_eq!(receive(&from, &into).code, Some(0));
    let again = receive(&from, &into);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    let files = &again.report["files"];
    assert_eq!((&files["found"], &files["received"]), (&4.into(), &0.into()));
    assert_holds(&into, &[&bundle]);

    let damaged = into.join("week-1/exercises.txt");
    std::fs::write(&damaged, noise(999, 77)).unwrap();
    std::fs::write(into.join("week-1/notes of the teacher"), "kept").unwrap();
    let repaired = receive(&from, &into);
    assert_eq!(repaired.code, Some(0), "{}", repaired.stderr);
    let files = &repaired.report["files"];
    assert_eq!((&files["found"], &files["received"]), (&3.into(), &1.into()));
    assert!(std::fs::read(&damaged).unwrap() == bundle.files["exercises.txt"]);
    assert_eq!(std::fs::read(into.join("week-1/notes of the teacher")).unwrap(), b"kept");
}

#[test]
fn blocks_of_files_that_are_there_are_not_collected() {
    let dir = tempfile::tempdir().unwrap();
    let bundle = Bundle::new("film", &[("film.ts", noise(3_000_000, 3))]);
    let (from, into) = (recording(dir.path(), &bundle), dir.path().join("site"));
    assert_eq!(receive(&from, &into).code, Some(0));
    let again = receive(&from, &into);
    let collected = again.report["blocks"]["new"].as_u64().unwrap();
    // Those that came in the same piece of the recording as the manifest were on their way.
    assert!(collected <= bundle.manifest_blocks() + 70, "{collected} blocks");
}

#[test]
fn nothing_is_written_through_a_link_out_of_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let bundle = Bundle::week("week-1", 1);
    let (from, into) = (recording(dir.path(), &bundle), dir.path().join("site"));
    let outside = dir.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::create_dir_all(into.join("week-1")).unwrap();
    symlink(&outside, into.join("week-1/slides")).unwrap();
    let result = receive(&from, &into);
    assert_eq!(result.code, Some(1), "{}", result.stderr);
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    let problem = result.report["problems"][0].as_str().unwrap();
    assert!(problem.contains("week-1/slides is a symbolic link"), "{problem}");
    assert!(std::fs::read(into.join("week-1/exercises.txt")).is_ok(), "all others are stored");
}

#[test]
fn a_link_in_the_place_of_a_file_is_replaced_and_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let bundle = Bundle::week("week-1", 1);
    let (from, into) = (recording(dir.path(), &bundle), dir.path().join("site"));
    let outside = dir.path().join("outside");
    std::fs::write(&outside, "kept").unwrap();
    std::fs::create_dir_all(into.join("week-1")).unwrap();
    symlink(&outside, into.join("week-1/exercises.txt")).unwrap();
    let result = receive(&from, &into);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert_eq!(std::fs::read(&outside).unwrap(), b"kept");
    assert_holds(&into, &[&bundle]);
}

#[test]
fn a_folder_that_cannot_be_made_is_told_with_its_path() {
    let dir = tempfile::tempdir().unwrap();
    let from = recording(dir.path(), &Bundle::week("week-1", 1));
    // Below a file nobody can write, whatever rights a user has.
    let into = from.join("site");
    let result = receive(&from, &into);
    assert_eq!(result.code, Some(74), "{}", result.stderr);
    assert!(result.stderr.contains(into.to_str().unwrap()), "{}", result.stderr);
    assert!(result.stderr.contains("choose another folder"), "{}", result.stderr);
}

#[test]
fn a_disk_that_takes_no_more_ends_reception_and_leaves_finished_files() {
    let dir = tempfile::tempdir().unwrap();
    let files = [("a small", noise(8000, 1)), ("b large", noise(60_000, 2))];
    let bundle = Bundle::new("week-1", &files);
    let (from, into) = (recording(dir.path(), &bundle), dir.path().join("site"));
    // A limit on the size of files stands for a full disk: modules fit, the second file does not.
    let site = command(from.to_str().unwrap(), &into);
    let mut limited = Command::new("sh");
    limited.args(["-c", r#"trap "" XFSZ; ulimit -f 32; exec "$0" "$@""#]);
    limited.arg(site.get_program()).args(site.get_args());
    let result = ended(limited.output().unwrap());
    assert_eq!(result.code, Some(74), "{}", result.stderr);
    assert!(result.stderr.contains("cannot write"), "{}", result.stderr);
    assert_eq!(result.report["ended"], "error");
    let names: Vec<_> = files_in(&into).into_keys().collect();
    // What came is kept for when there is room again.
    assert_eq!(names, [".headend/journal-0300", ".headend/lock", "week-1/a small"]);
    assert!(std::fs::read(into.join("week-1/a small")).unwrap() == files[0].1);
    assert_eq!(receive(&from, &into).code, Some(0));
    assert_holds(&into, &[&bundle]);
}
