//! The MPE-FEC frame (EN 301 192 clause 9.3): bytes written column by column, protected row by row.
//!
//! ```text
//!            column 0   ..  column 190 | column 191 .. column 254
//! row 0      data                      | parity of row 0, RS(255,191)
//! ..         (application data table)  | (RS data table)
//! row R-1                              |
//! ```
//!
//! A byte of the frame has an *address*: its column times the rows, plus its row. So the frame is
//! one string of bytes, in the order in which it is filled and sent.
//!
//! Rows whose missing bytes lie in the same columns are restored together. With X_i the locator of
//! column i, every codeword r has the sum of f(X_i) r_i zero for each polynomial f of degree below
//! 64. Taking for f the product of (x - X_c) over all missing columns c but one gives that one as a
//! sum over the columns that are there; taking it over all of them gives a check that damage which
//! nobody noticed does not pass. Encoding is restoring with all parity missing.

use crate::gf256::{accumulate_products, divide, multiply, power};
use crate::reed_solomon::ReedSolomon;
use core::ops::Range;

/// Columns of the application data table.
pub const DATA_COLUMNS: usize = 191;
/// Columns of the RS data table.
pub const PARITY_COLUMNS: usize = 64;
/// Columns of the frame.
pub const COLUMNS: usize = DATA_COLUMNS + PARITY_COLUMNS;
/// Checks of each row beyond what the missing bytes need, where parity is left for them.
const CHECKS: usize = 2;

/// The rows of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rows {
    /// 256 rows: 48,896 bytes of data.
    R256,
    /// 512 rows.
    R512,
    /// 768 rows.
    R768,
    /// 1024 rows: 195,584 bytes of data.
    R1024,
}

impl Rows {
    /// Their number.
    pub const fn count(self) -> usize {
        match self {
            Rows::R256 => 256,
            Rows::R512 => 512,
            Rows::R768 => 768,
            Rows::R1024 => 1024,
        }
    }
}

/// A frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    rows: Rows,
    bytes: Vec<u8>,
}

/// Which bytes of a frame are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    rows: usize,
    /// For each row a bit for each missing column.
    missing: Vec<ColumnSet>,
}

/// What restoring a frame has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Rows that had missing bytes and have none now.
    pub rows_restored: usize,
    /// Rows in which bytes were wrong that were said to be there, and are right now.
    pub rows_corrected: usize,
    /// Rows that cannot be restored. None of their bytes counts as being there any more when the
    /// checks said that some are wrong.
    pub rows_lost: usize,
}

impl Frame {
    /// A frame of zeros.
    pub fn new(rows: Rows) -> Frame {
        Frame { rows, bytes: vec![0; rows.count() * COLUMNS] }
    }

    /// Its rows.
    pub fn rows(&self) -> Rows {
        self.rows
    }

    /// The application data table, column behind column.
    pub fn data(&self) -> &[u8] {
        &self.bytes[..self.rows.count() * DATA_COLUMNS]
    }

    /// The application data table, to be filled.
    pub fn data_mut(&mut self) -> &mut [u8] {
        let size = self.rows.count() * DATA_COLUMNS;
        &mut self.bytes[..size]
    }

    /// The RS data table, column behind column.
    pub fn parity(&self) -> &[u8] {
        &self.bytes[self.rows.count() * DATA_COLUMNS..]
    }

    /// The RS data table, to be filled with what was received.
    pub fn parity_mut(&mut self) -> &mut [u8] {
        let size = self.rows.count() * DATA_COLUMNS;
        &mut self.bytes[size..]
    }

    /// Computes the RS data table from the application data table.
    pub fn encode(&mut self) {
        let rows = self.rows.count();
        self.parity_mut().fill(0);
        let solution = Solution::new(&ColumnSet::of(DATA_COLUMNS..COLUMNS));
        let (data, parity) = self.bytes.split_at_mut(rows * DATA_COLUMNS);
        let data: Vec<&[u8]> = data.chunks_exact(rows).collect();
        let mut parity: Vec<&mut [u8]> = parity.chunks_exact_mut(rows).collect();
        accumulate_products(&solution.coefficients, &data, &mut parity);
    }

    /// Fills in the bytes that are not there, and corrects what is wrong although it is there where
    /// enough parity is left. Afterwards `presence` tells what is still missing.
    ///
    /// # Panics
    /// When `presence` belongs to a frame with other rows.
    pub fn restore(&mut self, presence: &mut Presence) -> Restored {
        assert_eq!(presence.rows, self.rows.count(), "the presence of this frame");
        let mut restored = Restored::default();
        let (mut begin, mut damaged) = (0, Vec::new());
        for run in presence.missing.chunk_by(|a, b| a == b) {
            let rows = begin..begin + run.len();
            begin = rows.end;
            if run[0].len() > PARITY_COLUMNS {
                restored.rows_lost += run.len();
                continue;
            }
            damaged.extend(self.restore_run(rows, &run[0], &mut restored));
        }
        for columns in &mut presence.missing {
            if columns.len() <= PARITY_COLUMNS {
                *columns = ColumnSet::default();
            }
        }
        for row in damaged {
            presence.missing[row] = ColumnSet::of(0..COLUMNS);
        }
        restored
    }

    /// Restores rows in which the same columns are missing, 64 at most. Returns those that fail.
    fn restore_run(
        &mut self,
        run: Range<usize>,
        missing: &ColumnSet,
        restored: &mut Restored,
    ) -> Vec<usize> {
        let rows = self.rows.count();
        let solution = Solution::new(missing);
        let columns = self.bytes.chunks_exact(rows).map(|column| &column[run.clone()]);
        let known: Vec<&[u8]> = columns
            .enumerate()
            .filter_map(|(number, column)| (!missing.has(number)).then_some(column))
            .collect();
        let mut sums = vec![vec![0; run.len()]; missing.len() + solution.checks];
        let mut slices: Vec<&mut [u8]> = sums.iter_mut().map(Vec::as_mut_slice).collect();
        accumulate_products(&solution.coefficients, &known, &mut slices);
        for (column, sum) in missing.columns().zip(&sums) {
            self.bytes[column * rows..][run.clone()].copy_from_slice(sum);
        }
        let checks = &sums[missing.len()..];
        let (mut sound, mut damaged) = (0, Vec::new());
        for at in 0..run.len() {
            if checks.iter().all(|check| check[at] == 0) {
                sound += 1;
            } else if self.correct_row(run.start + at, missing) {
                restored.rows_corrected += 1;
            } else {
                restored.rows_lost += 1;
                damaged.push(run.start + at);
            }
        }
        restored.rows_restored += if missing.len() == 0 { 0 } else { sound };
        damaged
    }

    /// Corrects one row in which bytes are wrong at unknown places.
    fn correct_row(&mut self, row: usize, missing: &ColumnSet) -> bool {
        let rows = self.rows.count();
        let mut word = [0; COLUMNS];
        for (byte, column) in word.iter_mut().zip(self.bytes.chunks_exact(rows)) {
            *byte = column[row];
        }
        let erasures: Vec<u8> = missing.columns().map(|column| column as u8).collect();
        if ReedSolomon::new(PARITY_COLUMNS).correct(&mut word, &erasures).is_err() {
            return false;
        }
        for (byte, column) in word.iter().zip(self.bytes.chunks_exact_mut(rows)) {
            column[row] = *byte;
        }
        true
    }
}

impl Presence {
    /// Nothing of a frame is there.
    pub fn none(rows: Rows) -> Presence {
        let missing = vec![ColumnSet::of(0..COLUMNS); rows.count()];
        Presence { rows: rows.count(), missing }
    }

    /// The bytes at these addresses are there; those behind the frame are left out.
    pub fn add(&mut self, addresses: Range<usize>) {
        let end = addresses.end.min(self.rows * COLUMNS);
        let mut at = addresses.start;
        while at < end {
            let (column, row) = (at / self.rows, at % self.rows);
            let rows = row..self.rows.min(row + end - at);
            at += rows.len();
            self.missing[rows].iter_mut().for_each(|columns| columns.remove(column));
        }
    }

    /// Whether all bytes at these addresses are there.
    pub fn has(&self, addresses: Range<usize>) -> bool {
        addresses.end <= self.rows * COLUMNS
            && addresses.into_iter().all(|at| !self.missing[at % self.rows].has(at / self.rows))
    }
}

/// A set of columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ColumnSet([u64; 4]);

impl ColumnSet {
    fn of(columns: Range<usize>) -> ColumnSet {
        let mut set = ColumnSet::default();
        for column in columns {
            set.0[column / 64] |= 1 << (column % 64);
        }
        set
    }

    const fn has(&self, column: usize) -> bool {
        self.0[column / 64] >> (column % 64) & 1 != 0
    }

    const fn remove(&mut self, column: usize) {
        self.0[column / 64] &= !(1 << (column % 64));
    }

    fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    fn columns(&self) -> impl Iterator<Item = usize> + '_ {
        (0..COLUMNS).filter(|column| self.has(*column))
    }
}

/// How missing columns, and then the checks, follow from the columns that are there.
struct Solution {
    /// A row for each missing column and each check, a column for each one that is there.
    coefficients: Vec<u8>,
    checks: usize,
}

impl Solution {
    fn new(missing: &ColumnSet) -> Solution {
        let locator = |column: usize| power(COLUMNS - 1 - column);
        // The product of (x - X_c) over all missing columns c but `but`.
        let product = |at: u8, but: Option<usize>| {
            let factors = missing.columns().filter(|column| Some(*column) != but);
            factors.fold(1, |product, column| multiply(product, at ^ locator(column)))
        };
        let known: Vec<(u8, u8)> = (0..COLUMNS)
            .filter(|column| !missing.has(*column))
            .map(|column| (locator(column), product(locator(column), None)))
            .collect();
        let mut coefficients = Vec::new();
        for column in missing.columns() {
            let own = product(locator(column), Some(column));
            let share = |(at, all): &(u8, u8)| divide(*all, multiply(*at ^ locator(column), own));
            coefficients.extend(known.iter().map(share));
        }
        let checks = CHECKS.min(PARITY_COLUMNS - missing.len());
        for check in 0..checks {
            let term = |(at, all): &(u8, u8)| (0..check).fold(*all, |sum, _| multiply(sum, *at));
            coefficients.extend(known.iter().map(term));
        }
        Solution { coefficients, checks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled(rows: Rows, seed: u64) -> Frame {
        let mut state = seed | 1;
        let mut frame = Frame::new(rows);
        for byte in frame.data_mut() {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            *byte = (state >> 56) as u8;
        }
        frame.encode();
        frame
    }

    #[test]
    fn every_row_is_a_word_of_the_code() {
        let frame = filled(Rows::R256, 5);
        let code = ReedSolomon::new(PARITY_COLUMNS);
        for row in 0..256 {
            let word: Vec<u8> = (0..COLUMNS).map(|c| frame.bytes[c * 256 + row]).collect();
            let mut parity = [0; PARITY_COLUMNS];
            code.encode(&word[..DATA_COLUMNS], &mut parity);
            assert_eq!(parity, word[DATA_COLUMNS..]);
        }
    }

    #[test]
    fn more_than_64_missing_columns_are_lost_and_said_to_be() {
        let whole = filled(Rows::R256, 6);
        let mut presence = Presence::none(Rows::R256);
        presence.add(65 * 256 - 6..COLUMNS * 256);
        let mut frame = whole.clone();
        frame.bytes[..65 * 256 - 6].fill(0);
        let restored = frame.restore(&mut presence);
        assert_eq!((restored.rows_restored, restored.rows_lost), (6, 250));
        assert!(!presence.has(0..250) && presence.has(250..256));
        assert_eq!(frame.bytes[250..256], whole.bytes[250..256]);
    }

    #[test]
    fn damage_that_nobody_noticed_is_found_while_parity_is_left() {
        let whole = filled(Rows::R256, 7);
        let mut frame = whole.clone();
        let mut presence = Presence::none(Rows::R256);
        presence.add(30 * 256..COLUMNS * 256);
        frame.bytes[..30 * 256].fill(0xaa);
        frame.bytes[100 * 256 + 3] ^= 1;
        frame.bytes[200 * 256 + 3] ^= 0x80;
        let restored = frame.restore(&mut presence);
        assert_eq!((restored.rows_restored, restored.rows_corrected), (255, 1));
        assert_eq!(frame, whole);
    }

    #[test]
    fn damage_beyond_the_parity_makes_a_row_missing() {
        let mut frame = filled(Rows::R256, 8);
        let mut presence = Presence::none(Rows::R256);
        presence.add(0..COLUMNS * 256);
        (0..40).for_each(|column| frame.bytes[column * 256 + 9] ^= 0x11);
        let restored = frame.restore(&mut presence);
        assert_eq!((restored.rows_restored, restored.rows_lost), (0, 1));
        assert!(presence.has(0..9) && !presence.has(9..10) && presence.has(10..265));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_losses_of_a_quarter_are_restored(
            seed: u64,
            losses in prop::collection::vec((0usize..COLUMNS * 512, 1usize..4000), 0..8),
        ) {
            let whole = filled(Rows::R512, seed);
            let mut frame = whole.clone();
            let mut presence = Presence::none(Rows::R512);
            let mut lost = vec![false; COLUMNS * 512];
            for (start, length) in losses {
                let end = (start + length).min(lost.len());
                lost[start..end].fill(true);
                frame.bytes[start..end].fill(0x55);
            }
            for (address, _) in lost.iter().enumerate().filter(|(_, lost)| !**lost) {
                presence.add(address..address + 1);
            }
            let restored = frame.restore(&mut presence);
            // Eight losses of at most 9 columns' bytes each touch at most 64 columns of a row.
            prop_assert_eq!(restored.rows_lost, 0);
            prop_assert_eq!(restored.rows_corrected, 0);
            prop_assert!(frame == whole && presence.has(0..COLUMNS * 512));
        }
    }
}
