//! A bundle changes while it is being collected, or is taken off.

mod harness;

use harness::{Mux, Sent, Shell, assert_same, noise};
use receiver::{Event, Limits};

const AT: u16 = 0x300;

fn files(versions: [u64; 3]) -> Vec<(&'static str, Vec<u8>)> {
    let [a, b, c] = versions;
    vec![("a", noise(8000, a)), ("b", noise(9000, b)), ("c", noise(7000, c))]
}

fn bundle(versions: [u64; 3]) -> Sent {
    Sent::new("week", &files(versions), 9000, 1000)
}

fn withdrawn(shell: &Shell) -> Vec<bool> {
    let complete = |event: &Event| match event {
        Event::BundleWithdrawn { complete, .. } => Some(*complete),
        _ => None,
    };
    shell.log.iter().filter_map(complete).collect()
}

#[test]
fn a_change_in_mid_collection_keeps_the_blocks_that_still_match() {
    let (old, new) = (bundle([1, 2, 3]), bundle([1, 2, 4]));
    let mut mux = Mux::default();
    let mut shell = Shell::new(Limits::default());
    shell.push(&mux.tables(&[AT]));
    // Of the old version: the manifest, `a`, half of `b`, half of `c`.
    let old_cycle = old.cycle();
    let keep: Vec<Vec<u8>> = old_cycle[..old_cycle.len() - 3].to_vec();
    let halved = keep.into_iter().enumerate().filter(|(n, _)| *n < 12 || n % 2 == 0);
    shell.push(&mux.packets(AT, &halved.map(|(_, s)| s).collect::<Vec<_>>()));
    assert_eq!(shell.files.len(), 1);
    let before = shell.stored_bytes;
    shell.push(&mux.packets(AT, &new.cycle()));
    assert_same(&shell.files, &new.expected());
    assert_eq!(withdrawn(&shell), [false]);
    assert!(shell.spools.is_empty());
    // `a` comes from the file, half of `b` from its spool: less than `b` and `c` was stored anew.
    assert!(shell.stored_bytes - before < 16_000);
}

#[test]
fn a_change_after_completion_takes_unchanged_files_from_their_places() {
    let (old, new) = (bundle([1, 2, 3]), bundle([1, 9, 3]));
    let mut mux = Mux::default();
    let mut shell = Shell::new(Limits::default());
    shell.push(&mux.tables(&[AT]));
    shell.push(&mux.packets(AT, &old.cycle()));
    let before = shell.stored_bytes;
    shell.push(&mux.packets(AT, &new.cycle()));
    assert_same(&shell.files, &new.expected());
    assert_eq!((withdrawn(&shell), shell.spools.len()), (vec![true], 0));
    assert!(shell.stored_bytes - before <= 9000 + 8000);
}

#[test]
fn unchanged_files_that_are_not_in_their_places_any_more_are_collected() {
    let (old, new) = (bundle([1, 2, 3]), bundle([1, 9, 3]));
    let mut mux = Mux::default();
    let mut shell = Shell::new(Limits::default());
    shell.push(&mux.tables(&[AT]));
    shell.push(&mux.packets(AT, &old.cycle()));
    shell.files.clear();
    for _ in 0..2 {
        shell.push(&mux.packets(AT, &new.cycle()));
    }
    assert_same(&shell.files, &new.expected());
    assert!(shell.spools.is_empty());
}

#[test]
fn versions_that_come_back_and_forth_end_in_the_last_one() {
    let versions = [bundle([1, 2, 3]), bundle([4, 2, 3]), bundle([1, 5, 3])];
    let mut mux = Mux::default();
    let mut shell = Shell::new(Limits::default());
    shell.push(&mux.tables(&[AT]));
    for round in 0..9 {
        let cycle = versions[round % 3].cycle();
        shell.push(&mux.packets(AT, &cycle[..cycle.len() * (round + 1) / 12]));
    }
    shell.push(&mux.packets(AT, &versions[0].cycle()));
    assert_same(&shell.files, &versions[0].expected());
    assert!(shell.spools.is_empty());
}

#[test]
fn a_carousel_taken_off_leaves_no_spool() {
    let sent = bundle([1, 2, 3]);
    let mut mux = Mux::default();
    let mut shell = Shell::new(Limits::default());
    shell.push(&mux.tables(&[AT, AT + 1]));
    let cycle = sent.cycle();
    shell.push(&mux.packets(AT, &cycle[..cycle.len() / 2]));
    assert!(!shell.spools.is_empty());
    shell.push(&mux.tables(&[AT + 1]));
    assert!(shell.spools.is_empty());
    assert!(shell.log.contains(&Event::CarouselLost { pid: harness::pid(AT) }));
    shell.push(&mux.tables(&[AT]));
    shell.push(&mux.packets(AT, &sent.cycle()));
    assert_same(&shell.files, &sent.expected());
}
