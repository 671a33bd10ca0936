//! How many rows fit on a page, and how large their letters may be.
//!
//! Nobody sets the page by hand, so its height is reckoned: how many lines each text takes in its
//! column, in hundredths of a millimetre, a little more than printers need.

use super::page::{Block, Row};

/// The size of the letters of a page, as the style names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    Few,
    Some,
    More,
    Many,
}

/// What is left for rows between heading and footer of A4 landscape, at margins of 8 mm.
const PAGE_HEIGHT: usize = 16_000;
/// What is left for columns beside that of the times.
const PAGE_WIDTH: usize = 26_200;
/// Spaces and lines around the text of a cell.
const CELL_WIDTH_EDGES: usize = 320;
const CELL_HEIGHT_EDGES: usize = 250;
/// A row is at least as high as its time with the end below it.
const ROW_HEIGHT_LEAST: usize = 1500;

impl Size {
    /// From the largest to the smallest.
    const ALL: [Size; 4] = [Size::Few, Size::Some, Size::More, Size::Many];

    /// The name of its style.
    pub const fn class(self) -> &'static str {
        match self {
            Size::Few => "few",
            Size::Some => "some",
            Size::More => "more",
            Size::Many => "many",
        }
    }

    /// The height of its letters: 14, 12, 11 and 10 points.
    const fn em(self) -> usize {
        match self {
            Size::Few => 494,
            Size::Some => 423,
            Size::More => 388,
            Size::Many => 353,
        }
    }
}

/// The largest letters with which all rows fit on one page; otherwise the smallest, and the rows
/// in pages.
pub(super) fn fit(rows: Vec<Row>, columns: usize) -> (Size, Vec<Vec<Row>>) {
    if rows.is_empty() {
        return (Size::Few, Vec::new());
    }
    let width = (PAGE_WIDTH / columns.max(1)).saturating_sub(CELL_WIDTH_EDGES).max(1);
    for size in Size::ALL {
        let whole: usize = rows.iter().map(|row| row_height(row, size, width)).sum();
        if whole <= PAGE_HEIGHT {
            return (size, vec![rows]);
        }
    }
    let heights: Vec<usize> = rows.iter().map(|row| row_height(row, Size::Many, width)).collect();
    let full = parts(&heights, PAGE_HEIGHT);
    // Pages of one height look better than a last one with a single row.
    let even = heights.iter().sum::<usize>().div_ceil(full.len());
    let highest = heights.iter().copied().max().unwrap_or(0);
    let even = parts(&heights, (even + highest / 2).min(PAGE_HEIGHT));
    let counts = if even.len() == full.len() { even } else { full };
    let mut rows = rows.into_iter();
    (Size::Many, counts.into_iter().map(|count| rows.by_ref().take(count).collect()).collect())
}

/// How many rows go on each page, when a page is filled up to a height.
fn parts(heights: &[usize], limit: usize) -> Vec<usize> {
    let mut counts: Vec<usize> = Vec::new();
    let mut left = 0;
    for height in heights {
        match counts.last_mut() {
            Some(count) if *height <= left => {
                *count += 1;
                left -= height;
            }
            _ => {
                counts.push(1);
                left = limit.saturating_sub(*height);
            }
        }
    }
    counts
}

fn row_height(row: &Row, size: Size, width: usize) -> usize {
    let cell = |blocks: &Vec<Block>| {
        let lines: usize = blocks.iter().map(|block| block_height(block, size, width)).sum();
        lines + CELL_HEIGHT_EDGES
    };
    row.cells.iter().map(cell).max().unwrap_or(0).max(ROW_HEIGHT_LEAST)
}

fn block_height(block: &Block, size: Size, width: usize) -> usize {
    let em = size.em();
    let star = if block.is_required { "★ " } else { "" };
    let [title, second] = &block.title;
    let parts = [
        (format!("{star}{title}"), em),
        (second.clone(), em * 82 / 100),
        (block.lesson.clone(), em * 82 / 100),
        (block.file.clone(), em * 68 / 100),
    ];
    let height = |(text, em): &(String, usize)| lines(text, *em, width) * em * 122 / 100;
    // Lesson and file stand a little below what is above them.
    parts.iter().map(height).sum::<usize>() + 80
}

/// How many lines a text takes. Latin letters are reckoned wide, for the end of a line that a
/// long word leaves empty.
fn lines(text: &str, em: usize, width: usize) -> usize {
    let wide = |c: char| if c >= '\u{2e80}' || c == '★' { em } else { em * 57 / 100 };
    text.chars().map(wide).sum::<usize>().div_ceil(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize) -> Vec<Row> {
        let block = Block {
            title: ["大棚蔬菜".to_owned(), "Greenhouse vegetables".to_owned()],
            file: "sd-301/01".to_owned(),
            ..Block::default()
        };
        let row = |_| Row {
            head: ["08:00".to_owned(), String::new()],
            cells: vec![vec![block.clone()]; 7],
        };
        (0..count).map(row).collect()
    }

    #[test]
    fn letters_shrink_before_pages_grow() {
        let sizes: Vec<(Size, usize)> = [3, 7, 8, 40]
            .map(|count| fit(rows(count), 7))
            .map(|(size, pages)| (size, pages.len()))
            .to_vec();
        assert_eq!(sizes[0], (Size::Few, 1));
        assert!(sizes[1..3].iter().all(|(size, pages)| *size != Size::Few && *pages == 1));
        assert_eq!(sizes[3].0, Size::Many);
        assert!(sizes[3].1 >= 4);
        let (_, pages) = fit(rows(40), 7);
        assert_eq!(pages.iter().map(Vec::len).sum::<usize>(), 40, "no row is lost");
        let (most, least) = (pages.iter().map(Vec::len).max(), pages.iter().map(Vec::len).min());
        assert!(most.unwrap() - least.unwrap() <= 2, "{most:?} and {least:?} rows on a page");
    }
}
