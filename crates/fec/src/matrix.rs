//! The packet matrix of SMPTE ST 2022-1 (Pro-MPEG Code of Practice 3).
//!
//! Packets are written into the matrix row by row. A column parity covers packets that stand
//! `columns` apart, so it survives a burst of up to `columns` packets; a row parity covers
//! neighbours.
//!
//! ```text
//!            column 0      column 1   ..  column L-1
//! row 0      packet 0      packet 1       packet L-1      -> row parity 0
//! row 1      packet L      packet L+1     packet 2L-1     -> row parity 1
//! ..
//! row D-1    packet (D-1)L ..             packet LD-1     -> row parity D-1
//!            v             v              v
//!            parity 0      parity 1       parity L-1
//! ```

use crate::xor::accumulate;

/// The most packets that a matrix may hold.
pub const PACKETS_MAX: usize = 100;
/// The most columns, and the most rows.
pub const SIDE_MAX: u8 = 20;
/// The fewest rows, and the fewest columns where rows are protected as well.
pub const SIDE_MIN: u8 = 4;

/// The dimensions of a matrix, within the limits of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Matrix {
    columns: u8,
    rows: u8,
    two_dimensional: bool,
}

/// Why dimensions are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatrixError {
    /// L is outside 1..=20, or below 4 where rows are protected as well.
    #[error("{columns} columns, where {least} to 20 are allowed")]
    Columns {
        /// The columns asked for.
        columns: u8,
        /// The fewest that this kind of matrix allows.
        least: u8,
    },
    /// D is outside 4..=20.
    #[error("{rows} rows, where 4 to 20 are allowed")]
    Rows {
        /// The rows asked for.
        rows: u8,
    },
    /// L * D is above 100.
    #[error("{columns} columns of {rows} rows are {packets} packets, where 100 are allowed")]
    Packets {
        /// The columns asked for.
        columns: u8,
        /// The rows asked for.
        rows: u8,
        /// Their product.
        packets: usize,
    },
}

impl Matrix {
    /// A matrix of `columns` (L) by `rows` (D) packets whose columns are protected, and its rows
    /// as well when it is `two_dimensional`.
    ///
    /// # Errors
    /// Dimensions outside the limits of the standard.
    pub const fn new(columns: u8, rows: u8, two_dimensional: bool) -> Result<Matrix, MatrixError> {
        let least = if two_dimensional { SIDE_MIN } else { 1 };
        if columns < least || columns > SIDE_MAX {
            return Err(MatrixError::Columns { columns, least });
        }
        if rows < SIDE_MIN || rows > SIDE_MAX {
            return Err(MatrixError::Rows { rows });
        }
        let packets = columns as usize * rows as usize;
        if packets > PACKETS_MAX {
            return Err(MatrixError::Packets { columns, rows, packets });
        }
        Ok(Matrix { columns, rows, two_dimensional })
    }

    /// L, the packets of a row.
    pub const fn columns(self) -> u8 {
        self.columns
    }

    /// D, the packets of a column.
    pub const fn rows(self) -> u8 {
        self.rows
    }

    /// Whether rows are protected as well as columns.
    pub const fn is_two_dimensional(self) -> bool {
        self.two_dimensional
    }

    /// The packets of the whole matrix.
    pub const fn packets(self) -> usize {
        self.columns as usize * self.rows as usize
    }

    /// The repair packets of the whole matrix.
    pub const fn parities(self) -> usize {
        let rows = if self.two_dimensional { self.rows as usize } else { 0 };
        self.columns as usize + rows
    }

    /// Combines the packets of one column into `parity`, which holds zeros or the start of a sum.
    ///
    /// `packets` is the matrix, packet behind packet, each `stride` bytes long; `part` is the
    /// range of each packet that is protected.
    ///
    /// # Panics
    /// When the column is outside the matrix or `packets` is shorter than the matrix.
    pub fn column_parity(
        self,
        packets: &[u8],
        stride: usize,
        part: core::ops::Range<usize>,
        column: u8,
        parity: &mut [u8],
    ) {
        let positions = (column as usize..self.packets()).step_by(self.columns as usize);
        sum(packets, stride, part, positions, parity);
    }

    /// Combines the packets of one row into `parity`, as [`Matrix::column_parity`] does.
    pub fn row_parity(
        self,
        packets: &[u8],
        stride: usize,
        part: core::ops::Range<usize>,
        row: u8,
        parity: &mut [u8],
    ) {
        let first = row as usize * self.columns as usize;
        sum(packets, stride, part, first..first + self.columns as usize, parity);
    }
}

fn sum(
    packets: &[u8],
    stride: usize,
    part: core::ops::Range<usize>,
    positions: impl Iterator<Item = usize>,
    parity: &mut [u8],
) {
    for position in positions {
        let packet = &packets[position * stride..(position + 1) * stride];
        accumulate(parity, &packet[part.clone()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_outside_the_standard_are_refused() {
        assert_eq!(Matrix::new(0, 10, false), Err(MatrixError::Columns { columns: 0, least: 1 }));
        assert_eq!(Matrix::new(3, 10, true), Err(MatrixError::Columns { columns: 3, least: 4 }));
        assert_eq!(Matrix::new(21, 4, true), Err(MatrixError::Columns { columns: 21, least: 4 }));
        assert_eq!(Matrix::new(5, 3, true), Err(MatrixError::Rows { rows: 3 }));
        assert_eq!(Matrix::new(5, 21, true), Err(MatrixError::Rows { rows: 21 }));
        assert_eq!(
            Matrix::new(11, 10, true),
            Err(MatrixError::Packets { columns: 11, rows: 10, packets: 110 })
        );
        assert!(Matrix::new(1, 20, false).is_ok());
        assert!(Matrix::new(20, 5, true).is_ok());
    }

    #[test]
    fn parities_cover_their_row_and_their_column() {
        let matrix = Matrix::new(4, 4, true).unwrap();
        // Packet i is two bytes: a marker outside the protected part, and one bit of its own.
        let packets: Vec<u8> = (0..16u32).flat_map(|i| [0xee, (1u32 << (i / 2)) as u8]).collect();
        let mut column = [0];
        matrix.column_parity(&packets, 2, 1..2, 1, &mut column);
        assert_eq!(column[0], 1 | 1 << 2 | 1 << 4 | 1 << 6);
        let mut row = [0];
        matrix.row_parity(&packets, 2, 1..2, 2, &mut row);
        assert_eq!(row[0], 0, "packets 8 and 9, and 10 and 11, are equal in pairs");
        assert_eq!(matrix.parities(), 8);
    }
}
