//! What the sending thread is fed with, and how.

use rtp::{DATAGRAM_PACKETS, DATAGRAM_SIZE, RepairPackets};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError};
use ts::{SlotGrid, Ticks};

/// Consecutive datagrams of one multiplex, with the repair packets that are due among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    grid: SlotGrid,
    first: u64,
    datagrams: Arc<[u8]>,
    repairs: Arc<RepairPackets>,
}

/// Why bytes are not a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The bytes are not whole datagrams.
    #[error("{bytes} bytes are not whole datagrams of {DATAGRAM_SIZE}")]
    NotWhole {
        /// The bytes given.
        bytes: usize,
    },
}

impl Batch {
    /// The datagrams from index `first` on, RTP headers included, one behind the other. Datagram
    /// `n` is due at slot `7 n` of the grid.
    ///
    /// # Errors
    /// The bytes are not whole datagrams.
    pub fn new(
        grid: SlotGrid,
        first: u64,
        datagrams: Arc<[u8]>,
        repairs: Arc<RepairPackets>,
    ) -> Result<Batch, BatchError> {
        if !datagrams.len().is_multiple_of(DATAGRAM_SIZE) {
            return Err(BatchError::NotWhole { bytes: datagrams.len() });
        }
        Ok(Batch { grid, first, datagrams, repairs })
    }

    /// The number of datagrams.
    pub fn len(&self) -> usize {
        self.datagrams.len() / DATAGRAM_SIZE
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.datagrams.is_empty()
    }

    /// The index of datagram `i` of the batch.
    pub(crate) fn index_of(&self, i: usize) -> u64 {
        self.first + i as u64
    }

    /// When datagram `i` of the batch is due.
    pub fn due(&self, i: usize) -> Ticks {
        self.grid.time_of(self.index_of(i) * DATAGRAM_PACKETS as u64)
    }

    /// The repair packets, in the order of due times.
    pub fn repairs(&self) -> &RepairPackets {
        &self.repairs
    }

    /// Datagram `i` of the batch.
    pub(crate) fn datagram(&self, i: usize) -> &[u8; DATAGRAM_SIZE] {
        let (datagrams, _) = self.datagrams.as_chunks::<DATAGRAM_SIZE>();
        &datagrams[i]
    }

    /// The first datagram of the batch that is due at or after `time`, at most [`Batch::len`].
    pub(crate) fn first_at_or_after(&self, time: Ticks) -> usize {
        let index = self.grid.first_at_or_after(time).div_ceil(DATAGRAM_PACKETS as u64);
        index.saturating_sub(self.first).min(self.len() as u64) as usize
    }
}

/// The end of a queue where batches of one multiplex go in.
///
/// When it is dropped, the line ends behind the last batch; when all have ended, so does the
/// sending thread.
#[derive(Debug)]
pub struct Feeder {
    pub(crate) queue: SyncSender<Batch>,
    /// Batches come back to be freed here, as freeing megabytes takes longer than the sending
    /// thread can spare.
    pub(crate) spent: Receiver<Batch>,
}

/// Why a batch was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// The queue is full; the batch comes back.
    #[error("the queue of the sending thread is full")]
    Full(Batch),
    /// The sending thread has stopped.
    #[error("the sending thread has stopped")]
    Stopped,
}

impl Feeder {
    /// Puts a batch into the queue, waiting for room.
    ///
    /// # Errors
    /// The sending thread has stopped.
    pub fn feed(&self, batch: Batch) -> Result<(), FeedError> {
        self.free_spent();
        self.queue.send(batch).map_err(|_| FeedError::Stopped)
    }

    /// Puts a batch into the queue if there is room.
    ///
    /// # Errors
    /// The queue is full, or the sending thread has stopped.
    pub fn try_feed(&self, batch: Batch) -> Result<(), FeedError> {
        self.free_spent();
        self.queue.try_send(batch).map_err(|error| match error {
            TrySendError::Full(batch) => FeedError::Full(batch),
            TrySendError::Disconnected(_) => FeedError::Stopped,
        })
    }

    fn free_spent(&self) {
        while self.spent.try_recv().is_ok() {}
    }
}
