//! A site completes from any symbols of a fountain that are enough, whichever it lost.

mod harness;

use datacast::schedule::Share;
use datacast::{Sending, Symbol, symbols};
use harness::{Mux, Sent, Shell, assert_same, noise};
use proptest::prelude::*;
use receiver::Limits;

const AT: u16 = 0x300;
const SENDING: Sending = Sending { repairs_max: 20, sources_of_16: 4 };
const SHARE: Share = Share { guaranteed: 8, extra: 4 };

fn week(bytes: usize) -> Sent {
    let files = [("slides.pdf", noise(bytes, 3)), ("notes", noise(777, 4)), ("empty", Vec::new())];
    Sent::new("week-1", &files, 9000, 200)
}

/// Sends superframes until the bundle is complete; `takes` says which symbols come, and with what
/// their first byte is falsified. Returns how many symbols were sent for each block.
fn send(
    sent: &Sent,
    shell: &mut Shell,
    start: u64,
    mut takes: impl FnMut(Symbol) -> Option<u8>,
) -> f64 {
    let prepared = sent.prepared();
    let fountain = *sent.carousel.fountain().unwrap();
    let mut mux = Mux::default();
    shell.push(&mux.tables(&[AT]));
    let mut count = 0;
    for superframe in start..start + 10_000 {
        shell.push(&mux.packets(AT, &sent.control()));
        for symbol in symbols(&fountain, SENDING, superframe, SHARE) {
            count += 1;
            if let Some(forge) = takes(symbol) {
                let section = sent.symbol(&prepared, symbol, forge);
                shell.push(&mux.packets(AT, &[section]));
            }
        }
        if shell.is_complete("week-1") {
            return f64::from(count) / fountain.blocks() as f64;
        }
    }
    panic!("not complete: {:?}", shell.site.report());
}

fn chance(mut state: u64) -> impl FnMut() -> u8 {
    move || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        (state >> 56) as u8
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_losses_cost_what_was_lost_and_little_more(
        seed: u64, start in 0u64..1 << 40, loss in 0u8..128, bytes in 20_000usize..90_000,
    ) {
        let sent = week(bytes).into_fountain(100 * 200);
        let mut shell = Shell::new(Limits::default());
        let mut chance = chance(seed | 1);
        let passes = send(&sent, &mut shell, start, |_| (chance() >= loss).then_some(0));
        assert_same(&shell.files, &sent.expected());
        prop_assert!(shell.spools.is_empty(), "nothing is kept that no file needs");
        let limit = 1.0 / (1.0 - f64::from(loss) / 256.0);
        // Small source blocks: chance makes one of five wait for longer than the others.
        prop_assert!(passes < limit * 1.45 + 0.2, "{passes} passes where {limit} are the limit");
        let counters = shell.site.report().counters;
        prop_assert_eq!((counters.blocks_stray, counters.modules_broken), (0, 0));
    }
}

#[test]
fn repair_symbols_alone_are_enough_the_manifest_included() {
    let sent = week(50_000).into_fountain(100 * 200);
    let mut shell = Shell::new(Limits::default());
    let repairs = |symbol| matches!(symbol, Symbol::Repair(_)).then_some(0);
    send(&sent, &mut shell, 7, repairs);
    assert_same(&shell.files, &sent.expected());
    assert_eq!(shell.site.report().counters.source_blocks_decoded, 3);
}

#[test]
fn a_forged_symbol_is_noticed_and_the_files_are_right_all_the_same() {
    let sent = week(50_000).into_fountain(100 * 200);
    let mut shell = Shell::new(Limits::default());
    let mut forged = 0;
    send(&sent, &mut shell, 7, |symbol| match symbol {
        Symbol::Repair(repair) if repair.source_block == 1 && forged < 1 => {
            forged += 1;
            Some(0x55)
        }
        _ => Some(0),
    });
    assert_same(&shell.files, &sent.expected());
    assert!(shell.site.report().counters.modules_broken > 0);
    assert!(shell.spools.is_empty(), "nothing is kept that no file needs");
}

#[test]
fn a_site_that_is_switched_off_again_and_again_goes_on_where_it_was() {
    let sent = week(50_000).into_fountain(100 * 200);
    let fountain = *sent.carousel.fountain().unwrap();
    let prepared = sent.prepared();
    let mut mux = Mux::default();
    let mut kept: Vec<(ts::Pid, Vec<u8>)> = Vec::new();
    let mut count = 0;
    for superframe in 1_192_000_000.. {
        // Each superframe is heard by a site that knows only what was kept.
        let mut shell = Shell::new(Limits::default());
        for (pid, section) in &kept {
            shell.site.resume(*pid, section);
            shell.drain();
        }
        shell.kept.clear();
        shell.push(&mux.tables(&[AT]));
        shell.push(&mux.packets(AT, &sent.control()));
        for symbol in symbols(&fountain, SENDING, superframe, SHARE) {
            shell.push(&mux.packets(AT, &[sent.symbol(&prepared, symbol, 0)]));
            count += 1;
        }
        kept.append(&mut shell.kept);
        if shell.is_complete("week-1") {
            assert_same(&shell.files, &sent.expected());
            break;
        }
    }
    assert!(f64::from(count) < 1.2 * fountain.blocks() as f64, "{count} symbols were sent");
}

#[test]
fn a_site_that_knows_carousels_alone_completes_from_the_blocks() {
    let sent = week(50_000).into_fountain(100 * 200);
    let mut shell = Shell::new(Limits::default());
    let sources = |symbol| matches!(symbol, Symbol::Source { .. }).then_some(0);
    send(&sent, &mut shell, 7, sources);
    assert_same(&shell.files, &sent.expected());
    assert_eq!(shell.site.report().counters.source_blocks_decoded, 0);
}
