//! Recorded streams and captures.

use crate::air::{Air, Bundle, CAROUSEL, capture, noise};
use crate::program::{Ended, assert_holds, files_in, receive};
use datacast::{Dii, Dsi, Group, MANIFEST_TYPE, Module};
use std::path::PathBuf;
use tempfile::TempDir;
use ts::crc32::crc32;
use ts::section::{LongHeader, write_section};

fn recorded(bytes: &[u8]) -> (TempDir, PathBuf, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let (recording, into) = (dir.path().join("recording"), dir.path().join("site"));
    std::fs::write(&recording, bytes).unwrap();
    (dir, recording, into)
}

#[track_caller]
fn assert_complete(ended: &Ended, bundles: u64) {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.report["bundles_complete"], bundles);
    assert_eq!(ended.report["bundles_incomplete"], 0);
}

#[test]
fn a_recorded_stream_gives_its_files_bit_for_bit() {
    let bundle = Bundle::week("week-1", 1);
    let (_dir, recording, into) = recorded(&Air::of(&bundle, 1).bytes());
    let ended = receive(&recording, &into);
    assert_complete(&ended, 1);
    assert_holds(&into, &[&bundle]);
    let report = &ended.report;
    assert_eq!(report["ended"], "end_of_source");
    assert_eq!((&report["files"]["received"], &report["files"]["found"]), (&4.into(), &0.into()));
    let on_air = &report["bundles"][0];
    assert_eq!(on_air["id"], "week-1");
    assert_eq!(on_air["title"], "A week of lessons");
    assert_eq!(on_air["service_name"], "Lessons");
    assert_eq!(on_air["complete"], true);
    assert_eq!(on_air["blocks"], on_air["blocks_done"]);
}

#[test]
fn a_recording_that_begins_in_mid_cycle_gives_all_files_with_the_next() {
    let bundle = Bundle::week("week-1", 1);
    let bytes = Air::of(&bundle, 2).bytes();
    let (_dir, recording, into) = recorded(&bytes[bytes.len() / 3 + 77..]);
    assert_complete(&receive(&recording, &into), 1);
    assert_holds(&into, &[&bundle]);
}

#[test]
fn two_bundles_are_received_at_a_time() {
    let (one, two) = (Bundle::week("week-1", 1), Bundle::week("week-2", 9));
    let mut air = Air::default();
    air.tables(&[CAROUSEL, CAROUSEL + 1]);
    air.sections(CAROUSEL, &one.cycle());
    air.sections(CAROUSEL + 1, &two.cycle());
    let (_dir, recording, into) = recorded(&air.bytes());
    assert_complete(&receive(&recording, &into), 2);
    assert_holds(&into, &[&one, &two]);
}

#[test]
fn a_recording_that_ends_too_early_is_told_by_the_exit_code() {
    let bundle = Bundle::week("week-1", 1);
    let bytes = Air::of(&bundle, 1).bytes();
    let (_dir, recording, into) = recorded(&bytes[..bytes.len() / 2]);
    let ended = receive(&recording, &into);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert_eq!(ended.report["bundles_incomplete"], 1);
    assert_eq!(ended.report["bundles"][0]["complete"], false);
    let files = files_in(&into);
    let unexpected = files.iter().find(|(name, bytes)| {
        let path = name.strip_prefix("week-1/").unwrap_or_default();
        let own = [".headend/lock", ".headend/journal-0300"];
        !own.contains(&name.as_str()) && bundle.files.get(path) != Some(*bytes)
    });
    assert_eq!(unexpected.map(|(name, _)| name), None, "no half file and no spool is left");
}

#[test]
fn a_capture_with_lost_datagrams_is_repaired_by_its_fec_flows() {
    let bundle = Bundle::week("week-1", 1);
    let datagrams = Air::of(&bundle, 1).datagrams();
    let sent = datagrams.sent(|index| (112..120).contains(&index) || index == 155);
    // The same multiplex as plain UDP, without losses but without numbers, is passed over.
    let flows = [("239.1.1.9:5004", datagrams.udp()), ("239.1.1.1:5004", sent)];
    let (_dir, recording, into) = recorded(&capture(&flows));
    let ended = receive(&recording, &into);
    assert_complete(&ended, 1);
    assert_holds(&into, &[&bundle]);
    let counts = &ended.report["datagrams"];
    assert_eq!((&counts["repaired"], &counts["lost"]), (&9.into(), &0.into()));
}

#[test]
fn what_fec_cannot_repair_comes_with_the_next_cycle() {
    let bundle = Bundle::week("week-1", 1);
    let sent = Air::of(&bundle, 2).datagrams().sent(|index| (112..140).contains(&index));
    let (_dir, recording, into) = recorded(&capture(&[("239.1.1.1:5004", sent)]));
    let ended = receive(&recording, &into);
    assert_complete(&ended, 1);
    assert_holds(&into, &[&bundle]);
    assert!(ended.report["datagrams"]["lost"].as_u64() >= Some(18));
}

#[test]
fn a_capture_that_was_cut_gives_what_it_holds() {
    let bundle = Bundle::week("week-1", 1);
    let mut bytes = capture(&[("239.1.1.1:5004", Air::of(&bundle, 2).datagrams().udp())]);
    bytes.truncate(bytes.len() - 1000);
    let (_dir, recording, into) = recorded(&bytes);
    assert_complete(&receive(&recording, &into), 1);
    assert_holds(&into, &[&bundle]);
}

#[test]
fn a_stream_without_bundles_is_told_by_the_exit_code() {
    let mut air = Air::default();
    air.tables(&[]);
    let (_dir, recording, into) = recorded(&air.bytes());
    let ended = receive(&recording, &into);
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.report["bundles"].as_array().map(Vec::len), Some(0));
}

#[test]
fn any_damage_in_a_recording_leaves_files_bit_for_bit_or_absent() {
    let bundle = Bundle::week("week-1", 1);
    let mut bytes = Air::of(&bundle, 1).bytes();
    for (at, byte) in noise(bytes.len() / 997, 5).into_iter().enumerate() {
        bytes[at * 997 + usize::from(byte)] ^= byte | 1;
    }
    let (_dir, recording, into) = recorded(&bytes);
    let ended = receive(&recording, &into);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    for (path, expected) in &bundle.files {
        if let Ok(found) = std::fs::read(into.join("week-1").join(path)) {
            assert!(found == *expected, "{path}");
        }
    }
}

#[test]
fn names_that_lead_out_of_the_folder_are_refused() {
    for (id, path) in [("x", "../../escaped"), ("x", "/tmp/escaped"), ("..", "escaped")] {
        let (dir, recording, into) = recorded(&forged(id, path, b"hello").bytes());
        let ended = receive(&recording, &into);
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert!(ended.report["problems"][0].as_str().unwrap().contains("names are not sound"));
        let names: Vec<_> = files_in(dir.path()).into_keys().collect();
        assert_eq!(names, ["recording", "site/.headend/lock"]);
    }
}

#[test]
fn a_bundle_called_like_the_work_folder_is_not_stored() {
    let (_dir, recording, into) = recorded(&forged(".headend", "lock", b"hello").bytes());
    let ended = receive(&recording, &into);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.report["problems"][0].as_str().unwrap().contains("work folder"));
    assert_ne!(files_in(&into)[".headend/lock"], b"hello");
}

/// A bundle of one file whose names were not checked.
fn forged(id: &str, path: &str, content: &[u8]) -> Air {
    let crc = crc32(content);
    let digest = blake3::hash(content).to_hex();
    let size = content.len() as u32;
    let manifest = format!(
        "headend-bundle 1\nid {id}\ntitle \nmodule {size} {crc:08x}\nfile {digest} {size} {path}\n"
    );
    let mut about = vec![1, MANIFEST_TYPE.len() as u8];
    about.extend_from_slice(MANIFEST_TYPE.as_bytes());
    let crc_of = |bytes: &[u8]| [&[5, 4], &crc32(bytes).to_be_bytes()[..]].concat();
    about.extend(crc_of(manifest.as_bytes()));
    let about_content = crc_of(content);
    let module = |id, size, descriptors| Module { id, size, version: 0, descriptors };
    let modules =
        vec![module(1, manifest.len() as u32, &about[..]), module(2, size, &about_content[..])];
    let sum = modules.iter().map(|module| module.size).sum();
    let group = Group { id: 0x8001_0002, size: sum, descriptors: &[] };
    let dsi = Dsi { transaction_id: 0x8001_0000, groups: vec![group] };
    let dii = Dii { transaction_id: 0x8001_0002, download_id: 1, block_size: 4066, modules };
    let mut air = Air::default();
    air.tables(&[CAROUSEL]);
    let control = [dsi.to_section().unwrap(), dii.to_section().unwrap()];
    air.sections(CAROUSEL, &control);
    air.sections(CAROUSEL, &[block(1, manifest.as_bytes()), block(2, content)]);
    air
}

/// Block 0 of a module of download 1.
fn block(module: u16, data: &[u8]) -> Vec<u8> {
    let mut body = vec![0x11, 3, 0x10, 3, 0, 0, 0, 1, 0xff, 0];
    body.extend_from_slice(&(6 + data.len() as u16).to_be_bytes());
    body.extend_from_slice(&module.to_be_bytes());
    body.extend_from_slice(&[0, 0xff, 0, 0]);
    body.extend_from_slice(data);
    let header = LongHeader {
        table_id: 0x3c,
        private: false,
        extension: module,
        version: 0,
        current: true,
        number: 0,
        last_number: 0,
    };
    write_section(&header, &body).unwrap()
}
