//! What the making threads tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use ts::Ticks;

/// Notes that wait at most.
const QUEUE: usize = 1024;

/// Something that happened while superframes were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The slate stands for an airing from now on.
    Slate {
        /// The place of the multiplex in the configuration.
        multiplex: usize,
        /// The service.
        service: String,
        /// When the airing begins.
        start: Ticks,
        /// From when on.
        from: Ticks,
        /// Why.
        why: String,
    },
    /// A superframe could not be made and goes out as null packets.
    Blank {
        /// The place of the multiplex in the configuration.
        multiplex: usize,
        /// When.
        at: Ticks,
        /// Why.
        why: String,
    },
    /// A superframe goes out without carousels whose data cannot be read.
    Lacking {
        /// The place of the multiplex in the configuration.
        multiplex: usize,
        /// Why.
        why: String,
    },
    /// A timetable was accepted.
    Revised {
        /// Its number.
        revision: u32,
        /// From when on it rules.
        effective: Ticks,
    },
}

/// Where notes are given to. Giving never waits.
#[derive(Clone, Debug)]
pub struct NoteSink {
    queue: SyncSender<Note>,
    lost: Arc<AtomicU64>,
}

impl NoteSink {
    /// A queue for notes: where they are given, and where they are taken.
    pub fn new() -> (NoteSink, Receiver<Note>) {
        let (queue, notes) = sync_channel(QUEUE);
        (NoteSink { queue, lost: Arc::default() }, notes)
    }

    /// Gives a note; counts it as lost when there is no room.
    pub fn give(&self, note: Note) {
        if self.queue.try_send(note).is_err() {
            self.lost.fetch_add(1, Relaxed);
        }
    }

    /// Notes that found no room.
    pub fn lost(&self) -> u64 {
        self.lost.load(Relaxed)
    }
}
