//! What the window restores from the parities of ST 2022-1 matrices.

use fec::{Check, Inserted, Matrix, Window};
use proptest::prelude::*;

const LEN: usize = 40;

/// The packets of a sequence: each one unlike every other.
fn packet(index: u64) -> [u8; LEN] {
    core::array::from_fn(|i| (index as u8).wrapping_mul(31) ^ (i as u8).wrapping_mul(index as u8))
}

/// The checks of the matrix whose first packet is `base`, with their parities.
fn parities(matrix: Matrix, base: u64) -> Vec<(Check, [u8; LEN])> {
    let packets: Vec<u8> = (base..base + matrix.packets() as u64).flat_map(packet).collect();
    let mut all = Vec::new();
    for column in 0..matrix.columns() {
        let mut parity = [0; LEN];
        matrix.column_parity(&packets, LEN, 0..LEN, column, &mut parity);
        let first = base + u64::from(column);
        all.push((Check { first, step: matrix.columns(), count: matrix.rows() }, parity));
    }
    for row in 0..if matrix.is_two_dimensional() { matrix.rows() } else { 0 } {
        let mut parity = [0; LEN];
        matrix.row_parity(&packets, LEN, 0..LEN, row, &mut parity);
        let first = base + u64::from(row) * u64::from(matrix.columns());
        all.push((Check { first, step: 1, count: matrix.columns() }, parity));
    }
    all
}

fn any_matrix() -> impl Strategy<Value = Matrix> {
    (1u8..=20, 4u8..=20, any::<bool>())
        .prop_filter_map("within the limits", |(l, d, both)| Matrix::new(l, d, both).ok())
}

proptest! {
    #[test]
    fn any_burst_no_longer_than_a_row_is_restored(
        matrix in any_matrix(), start in 0usize..100, len in 1usize..=20,
    ) {
        let start = start % matrix.packets();
        let lost = start..(start + len.min(matrix.columns() as usize)).min(matrix.packets());
        let mut window = Window::new(LEN, 256, 64);
        for index in (0..matrix.packets()).filter(|i| !lost.contains(i)) {
            window.insert(index as u64, &packet(index as u64));
        }
        for (check, parity) in parities(matrix, 0) {
            window.insert_check(check, &parity);
        }
        window.finish();
        for index in 0..matrix.packets() {
            prop_assert_eq!(window.get(index as u64), Some(&packet(index as u64)[..]));
            prop_assert_eq!(window.is_restored(index as u64), lost.contains(&index));
        }
    }

    #[test]
    fn what_any_arrival_leaves_in_the_window_is_what_was_sent(
        matrix in any_matrix(),
        lost in prop::collection::vec(0usize..300, 0..40),
        swaps in prop::collection::vec((0usize..400, 0usize..400), 0..60),
        capacity in 1usize..300, checks_max in 0usize..30,
    ) {
        let packets = matrix.packets() * 3;
        let mut arrivals: Vec<(Option<Check>, u64, [u8; LEN])> = Vec::new();
        for m in 0..3u64 {
            let base = m * matrix.packets() as u64;
            for index in base..base + matrix.packets() as u64 {
                arrivals.push((None, index, packet(index)));
            }
            arrivals.extend(parities(matrix, base).into_iter().map(|(c, p)| (Some(c), 0, p)));
        }
        arrivals.retain(|(check, index, _)| check.is_some() || !lost.contains(&(*index as usize)));
        for (a, b) in swaps {
            let len = arrivals.len();
            arrivals.swap(a % len, b % len);
        }
        let mut window = Window::new(LEN, capacity, checks_max);
        for (check, index, bytes) in arrivals {
            match check {
                Some(check) => window.insert_check(check, &bytes),
                None => drop(window.insert(index, &bytes)),
            }
        }
        for index in 0..packets as u64 {
            if let Some(bytes) = window.get(index) {
                prop_assert_eq!(bytes, &packet(index)[..]);
            }
        }
    }

    #[test]
    fn any_checks_and_packets_are_taken_without_panic(
        calls in prop::collection::vec(
            (any::<bool>(), 0u64..2000, any::<u8>(), any::<u8>(), 0usize..100), 0..200),
    ) {
        let mut window = Window::new(LEN, 50, 5);
        for (is_check, first, step, count, len) in calls {
            let bytes = vec![step; len];
            if is_check {
                window.insert_check(Check { first, step, count }, &bytes);
            } else {
                window.insert(first, &bytes);
            }
        }
    }
}

#[test]
fn rows_and_columns_together_restore_what_neither_restores_alone() {
    let matrix = Matrix::new(5, 5, true).unwrap();
    // Two losses in row 0 and two in column 0: row 1 restores 5, then column 0 restores 0, then
    // row 0 restores 1.
    let lost = [0, 1, 5];
    let mut window = Window::new(LEN, 64, 16);
    for index in (0..25).filter(|i| !lost.contains(i)) {
        window.insert(index, &packet(index));
    }
    for (check, parity) in parities(matrix, 0).into_iter().filter(|(c, _)| c.first != 1) {
        window.insert_check(check, &parity);
    }
    for index in lost {
        assert_eq!(window.get(index), Some(&packet(index)[..]));
    }
}

#[test]
fn a_packet_that_comes_after_its_repair_is_a_duplicate() {
    let matrix = Matrix::new(4, 4, true).unwrap();
    let mut window = Window::new(LEN, 64, 16);
    for index in 0..15 {
        assert_eq!(window.insert(index, &packet(index)), Inserted::New);
    }
    for (check, parity) in parities(matrix, 0) {
        window.insert_check(check, &parity);
    }
    assert!(!window.has(15), "it may still be on its way");
    window.finish();
    assert!(window.is_restored(15));
    assert_eq!(window.insert(15, &packet(15)), Inserted::Duplicate);
    assert!(!window.is_restored(15));
    assert_eq!(window.insert(1000, &packet(1000)), Inserted::New);
    assert_eq!(window.insert(15, &packet(15)), Inserted::TooOld);
}
