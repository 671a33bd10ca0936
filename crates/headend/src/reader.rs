//! Reading with an end: a disk that does not answer must not hold up the stream.
//!
//! What a superframe needs is read by a thread of its own, and waited for until the superframe is
//! due. What has not come by then counts as unreadable, and the slate is shown in its place. A
//! system call on a disk that hangs cannot be broken off, so the thread may be left with it.

use crate::source::Source;
use asset::AssetIndex;
use bytes::{Bytes, BytesMut};
use engine::Need;
use rundown::AssetIx;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Instant;

/// What is told of a read that has not come in time.
const SLOW: &str = "the disk has not answered in time";

/// A thread that reads, and how long it is waited for.
#[derive(Debug)]
pub struct Reader {
    orders: Sender<(Arc<Source>, Order)>,
    answers: Receiver<Answer>,
    /// Orders whose answers have not been taken; those of reads that were given up among them.
    pending: usize,
    until: Instant,
}

#[derive(Debug)]
enum Order {
    Data(Need, BytesMut),
    Index(AssetIx),
}

#[derive(Debug)]
enum Answer {
    Data(Result<Bytes, String>),
    Index(Option<Arc<AssetIndex>>),
}

impl Reader {
    /// Starts the thread. It ends when this is dropped and its last read has come back.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(name: &str) -> io::Result<Reader> {
        let (orders, ordered) = channel::<(Arc<Source>, Order)>();
        let (give, answers) = channel();
        let work = move || {
            for (source, order) in ordered {
                let answer = match order {
                    Order::Data(need, spare) => Answer::Data(source.read(&need, spare)),
                    Order::Index(asset) => Answer::Index(source.index(asset).ok()),
                };
                if give.send(answer).is_err() {
                    break;
                }
            }
        };
        thread::Builder::new().name(name.to_owned()).spawn(work)?;
        Ok(Reader { orders, answers, pending: 0, until: Instant::now() })
    }

    /// From now on nothing is waited for longer than this.
    pub fn wait_until(&mut self, until: Instant) {
        self.until = until;
    }

    /// Reads what is needed into `spare`.
    pub fn read(
        &mut self,
        source: &Arc<Source>,
        need: &Need,
        spare: BytesMut,
    ) -> Result<Bytes, String> {
        match self.ask(source, Order::Data(need.clone(), spare)) {
            Some(Answer::Data(data)) => data,
            _ => Err(SLOW.to_owned()),
        }
    }

    /// The index of an asset; `None` when it cannot be read, or not in time.
    pub fn index(&mut self, source: &Arc<Source>, asset: AssetIx) -> Option<Arc<AssetIndex>> {
        match self.ask(source, Order::Index(asset)) {
            Some(Answer::Index(index)) => index,
            _ => None,
        }
    }

    fn ask(&mut self, source: &Arc<Source>, order: Order) -> Option<Answer> {
        // Answers come in the order of the orders; those that were given up come first.
        while self.pending > 0 {
            self.take()?;
        }
        self.orders.send((source.clone(), order)).ok()?;
        self.pending += 1;
        self.take()
    }

    fn take(&mut self) -> Option<Answer> {
        let left = self.until.saturating_duration_since(Instant::now());
        let answer = self.answers.recv_timeout(left).ok()?;
        self.pending -= 1;
        Some(answer)
    }
}
