//! Rendering: the superframes of a stretch of time, made on all cores, handed out in order.

use crate::lineup::{Lineup, Part};
use crate::maker::{MakeError, Maker};
use engine::SuperframeGrid;
use rayon::prelude::*;
use std::ops::Range;
use ts::Ticks;

/// Superframes that a thread makes at a time when there are several threads.
const RUN: u64 = 4;

/// A rendered superframe.
#[derive(Debug)]
pub struct Rendered {
    /// Its number.
    pub superframe: u64,
    /// Its datagrams, each with the header bytes that were asked for in front.
    pub datagrams: Vec<u8>,
}

/// The superframes that hold the slots of `[from, until)`.
pub fn superframes(grid: SuperframeGrid, from: Ticks, until: Ticks) -> Range<u64> {
    let slots = slots(grid, from, until);
    if slots.is_empty() {
        return 0..0;
    }
    let per = u64::from(grid.packets());
    slots.start / per..(slots.end - 1) / per + 1
}

/// The slots that leave in `[from, until)`.
pub fn slots(grid: SuperframeGrid, from: Ticks, until: Ticks) -> Range<u64> {
    let slots = grid.slots();
    slots.first_at_or_after(from)..slots.first_at_or_after(until)
}

/// Makes superframes on all cores and gives them to `take` in order. Holds a few superframes
/// for each core in memory. `header` bytes are left in front of each datagram.
pub fn render<E: From<MakeError>>(
    lineup: &Lineup,
    superframes: Range<u64>,
    header: usize,
    mut take: impl FnMut(&mut Rendered) -> Result<(), E>,
) -> Result<(), E> {
    for (stretch, part) in lineup.stretches(superframes) {
        render_part(part, stretch, header, &mut take)?;
    }
    Ok(())
}

fn render_part<E: From<MakeError>>(
    part: &Part,
    superframes: Range<u64>,
    header: usize,
    take: &mut impl FnMut(&mut Rendered) -> Result<(), E>,
) -> Result<(), E> {
    let threads = rayon::current_num_threads().max(1) as u64;
    let mut makers: Vec<Maker> =
        (0..threads).map(|_| Maker::new(part.engine.clone(), part.source.clone())).collect();
    let mut spare: Vec<Vec<u8>> = Vec::new();
    let mut next = superframes.start;
    // A thread among others makes a run of superframes, so that it reads few pages that another
    // one reads too. Short runs leave the bytes in the processor's cache for who takes them.
    let longest = if threads > 1 { RUN } else { 1 };
    while next < superframes.end {
        let run = longest.min((superframes.end - next).div_ceil(threads));
        let end = superframes.end.min(next + run * threads);
        let size = makers[0].size(header);
        let mut batch: Vec<Rendered> = (next..end)
            .map(|superframe| Rendered {
                superframe,
                datagrams: spare.pop().unwrap_or_else(|| vec![0; size]),
            })
            .collect();
        batch.par_chunks_mut(run as usize).zip(makers.par_iter_mut()).try_for_each(
            |(run, maker)| {
                run.iter_mut().try_for_each(|frame| {
                    maker.make(frame.superframe, header, &mut frame.datagrams).map(drop)
                })
            },
        )?;
        for mut frame in batch {
            take(&mut frame)?;
            spare.push(frame.datagrams);
        }
        next = end;
    }
    Ok(())
}
