//! What the sending thread has at hand of one multiplex, and what of it is due next.

use crate::batch::Batch;
use crate::clock::tai_ns;
use crate::counters::{Lateness, MultiplexCounters, OutputCounters};
use crate::output::Output;
use rtp::RepairPacket;
use rustix::io::Errno;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError};
use ts::Ticks;

/// One multiplex on the sending thread.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) queue: Receiver<Batch>,
    pub(crate) spent: SyncSender<Batch>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) counters: Arc<MultiplexCounters>,
    batch: Option<Batch>,
    /// The next media datagram and the next repair packet of the batch.
    media: usize,
    repair: usize,
    next: Option<Item>,
    /// Before this reading of the monotonic clock no media datagram leaves: after a delay the
    /// backlog that may still be sent goes out at twice the rate, not at once.
    not_before_ns: i64,
    ended: bool,
}

/// What is due next.
#[derive(Clone, Copy, Debug)]
struct Item {
    due: Ticks,
    due_tai_ns: i64,
    is_media: bool,
}

impl Line {
    pub(crate) fn new(
        queue: Receiver<Batch>,
        spent: SyncSender<Batch>,
        outputs: Vec<Output>,
        counters: Arc<MultiplexCounters>,
    ) -> Line {
        Line {
            queue,
            spent,
            outputs,
            counters,
            batch: None,
            media: 0,
            repair: 0,
            next: None,
            not_before_ns: i64::MIN,
            ended: false,
        }
    }

    /// Whether the feeder is gone and everything it fed is sent.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// When the next packet shall leave, on the monotonic clock that is `offset_ns` behind TAI.
    pub(crate) fn target_ns(&self, offset_ns: i64) -> Option<i64> {
        self.next.map(|item| {
            let due_ns = item.due_tai_ns - offset_ns;
            if item.is_media { due_ns.max(self.not_before_ns) } else { due_ns }
        })
    }

    /// Takes the next batch from the queue when there is none at hand.
    pub(crate) fn refill(&mut self) {
        while self.next.is_none() && !self.ended {
            match self.queue.try_recv() {
                Ok(batch) => {
                    self.batch = Some(batch);
                    self.media = 0;
                    self.repair = 0;
                    self.look();
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => self.ended = true,
            }
        }
    }

    /// Sends what is next, at the reading `now_ns` of the monotonic clock that is `offset_ns`
    /// behind TAI.
    pub(crate) fn send_next(&mut self, now_ns: i64, offset_ns: i64) {
        let (Some(item), Some(batch)) = (self.next, &self.batch) else {
            return;
        };
        let counters = &*self.counters;
        if item.is_media {
            let datagram = batch.datagram(self.media);
            for (output, tally) in self.outputs.iter().zip(&counters.outputs) {
                count(tally, output.send_media(datagram));
            }
            let following = batch.due(self.media + 1);
            self.not_before_ns = now_ns + (tai_ns(following) - item.due_tai_ns) / 2;
            self.media += 1;
            counters.sent.fetch_add(1, Relaxed);
            counters.next_datagram.store(batch.index_of(self.media), Release);
        } else if let Some(RepairPacket { direction, bytes, .. }) = batch.repairs().get(self.repair)
        {
            for (output, tally) in self.outputs.iter().zip(&counters.outputs) {
                if output.has_repairs() {
                    count(tally, output.send_repair(direction, bytes));
                }
            }
            self.repair += 1;
            counters.repairs_sent.fetch_add(1, Relaxed);
        }
        let late_ns = now_ns - (item.due_tai_ns - offset_ns);
        counters.lateness[Lateness::bucket_of(late_ns)].fetch_add(1, Relaxed);
        counters.last_due.store(item.due.0, Relaxed);
        self.advance();
    }

    /// How late what is next is at this reading of the monotonic clock.
    pub(crate) fn late_ns(&self, now_ns: i64, offset_ns: i64) -> i64 {
        self.next.map_or(0, |item| now_ns - (item.due_tai_ns - offset_ns))
    }

    /// Steps over everything at hand that was due before `now`.
    pub(crate) fn skip_to(&mut self, now: Ticks) {
        let Some(batch) = &self.batch else {
            return;
        };
        let media = batch.first_at_or_after(now).max(self.media);
        let mut repair = self.repair;
        while batch.repairs().get(repair).is_some_and(|packet| packet.due < now) {
            repair += 1;
        }
        self.counters.skipped.fetch_add((media - self.media) as u64, Relaxed);
        self.counters.next_datagram.store(batch.index_of(media), Release);
        self.counters.repairs_skipped.fetch_add((repair - self.repair) as u64, Relaxed);
        self.counters.last_due.store(batch.due(media.saturating_sub(1)).0, Relaxed);
        (self.media, self.repair) = (media, repair);
        self.not_before_ns = i64::MIN;
        self.advance();
    }

    /// Finds what is next, in this batch or the one after it.
    fn advance(&mut self) {
        self.look();
        if self.next.is_some() {
            return;
        }
        if let Some(batch) = self.batch.take() {
            // When the feeder does not take spent batches back, this one is freed here.
            let _ = self.spent.try_send(batch);
        }
        self.refill();
        if self.next.is_none() && !self.ended {
            self.counters.starved.fetch_add(1, Relaxed);
        }
    }

    /// Finds what is next in the batch at hand.
    fn look(&mut self) {
        self.next = self.batch.as_ref().and_then(|batch| {
            let media = (self.media < batch.len()).then(|| (batch.due(self.media), true));
            let repair = batch.repairs().get(self.repair).map(|packet| (packet.due, false));
            let (due, is_media) = match (media, repair) {
                (Some(media), Some(repair)) if repair.0 < media.0 => repair,
                (Some(media), _) => media,
                (None, repair) => repair?,
            };
            Some(Item { due, due_tai_ns: tai_ns(due), is_media })
        });
    }
}

fn count(tally: &OutputCounters, answer: Result<(), Errno>) {
    match answer {
        Ok(()) => {
            tally.sent.fetch_add(1, Relaxed);
        }
        Err(error) => {
            tally.last_errno.store(error.raw_os_error(), Relaxed);
            tally.errors.fetch_add(1, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Feeder;
    use rtp::{DATAGRAM_SIZE, RepairPackets};
    use std::sync::mpsc::sync_channel;
    use ts::{Rate, SlotGrid, Span};

    /// One datagram lasts one millisecond.
    fn grid() -> SlotGrid {
        SlotGrid::new(Rate::new(7 * 1504 * 1000, 1).unwrap())
    }

    fn batch(first: u64, count: usize) -> Batch {
        let datagrams = vec![0; count * DATAGRAM_SIZE].into();
        Batch::new(grid(), first, datagrams, Arc::new(RepairPackets::default())).unwrap()
    }

    /// A line without outputs, fed with these batches.
    fn line(batches: Vec<Batch>) -> (Line, Feeder) {
        let (queue, queued) = sync_channel(8);
        let (give_back, spent) = sync_channel(8);
        let feeder = Feeder { queue, spent };
        batches.into_iter().for_each(|batch| feeder.feed(batch).unwrap());
        let counters = Arc::new(MultiplexCounters::new(0));
        let mut line = Line::new(queued, give_back, Vec::new(), counters);
        line.refill();
        (line, feeder)
    }

    const MS: i64 = 1_000_000;

    #[test]
    fn datagrams_of_all_batches_are_due_one_after_the_other() {
        let (mut line, feeder) = line(vec![batch(5, 2), batch(7, 0), batch(7, 2)]);
        for index in 5..9 {
            assert_eq!(line.target_ns(0), Some(index * MS));
            line.send_next(index * MS + 7_000, 0);
        }
        assert_eq!(line.target_ns(0), None);
        assert_eq!(line.counters.starved.load(Relaxed), 1);
        assert_eq!(feeder.spent.try_iter().count(), 2, "batches come back to be freed");
        drop(feeder);
        line.refill();
        assert!(line.has_ended());
        let status = line.counters.status("demo");
        assert_eq!((status.sent, status.lateness.0[3]), (4, 4));
    }

    #[test]
    fn a_backlog_is_sent_at_twice_the_rate_until_it_is_made_up_for() {
        let (mut line, _feeder) = line(vec![batch(100, 20)]);
        let mut now_ns = 110 * MS;
        let mut gaps_ns = Vec::new();
        for _ in 0..20 {
            let target_ns = line.target_ns(0).unwrap().max(now_ns);
            gaps_ns.push(target_ns - now_ns);
            now_ns = target_ns;
            line.send_next(now_ns, 0);
        }
        assert_eq!(gaps_ns[0], 0);
        assert!(gaps_ns[1..].iter().all(|&gap_ns| gap_ns >= MS / 2));
        assert_eq!(now_ns, 119 * MS + MS / 2, "the last leaves where a 10 ms backlog is gone");
    }

    #[test]
    fn a_skip_goes_on_at_the_present_and_counts_what_it_left_out() {
        let (mut line, _feeder) = line(vec![batch(100, 20)]);
        let now = Ticks(27_000 * 112) + Span(1);
        assert_eq!(line.late_ns(112 * MS, 0), 12 * MS);
        line.skip_to(now);
        assert_eq!(line.target_ns(0), Some(113 * MS));
        line.skip_to(Ticks(27_000 * 500));
        assert_eq!(line.target_ns(0), None);
        assert_eq!(line.counters.status("demo").skipped, 20);
    }

    #[test]
    fn the_offset_of_the_clock_moves_targets_and_lateness_alike() {
        let (line, _feeder) = line(vec![batch(100, 1)]);
        assert_eq!(line.target_ns(37 * MS), Some(63 * MS));
        assert_eq!(line.late_ns(65 * MS, 37 * MS), 2 * MS);
    }
}
