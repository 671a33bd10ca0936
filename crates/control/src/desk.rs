//! Between the listener and the daemon: questions, orders, and the picture of what is on air.
//!
//! Queues are bounded and never waited for: a call that finds one full is told to come again.

use crate::model::{
    AssetDetail, CheckReport, CheckText, Found, Live, PlanReport, PlanWanted, ReloadOutcome,
    ReloadWanted, Search, WeekWanted,
};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Instant;
use tokio::sync::{oneshot, watch};

/// Questions and orders that may wait.
const QUEUE: usize = 32;

/// Something that is asked, and the way back.
#[derive(Debug)]
pub struct Ask<Q, A> {
    /// What is asked.
    pub question: Q,
    reply: oneshot::Sender<Result<A, Refusal>>,
}

/// Why something is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The question makes no sense.
    Bad(String),
    /// There is no such thing.
    NotThere(String),
    /// It is not as who asked believes.
    Conflict(String),
    /// It cannot be told now.
    Unavailable(String),
}

impl<Q, A> Ask<Q, A> {
    /// Answers. Whoever asked may have gone away.
    pub fn answer(self, answer: impl FnOnce(&Q) -> Result<A, Refusal>) {
        if !self.reply.is_closed() {
            let _ = self.reply.send(answer(&self.question));
        }
    }
}

/// What changes nothing.
#[derive(Debug)]
pub enum Question {
    /// What is planned.
    Plan(Ask<PlanWanted, PlanReport>),
    /// A week as a page to print.
    Week(Ask<WeekWanted, String>),
    /// What is in the library.
    Search(Ask<Search, Found>),
    /// One asset.
    Asset(Ask<String, AssetDetail>),
}

/// What takes a while or changes what is on air.
#[derive(Debug)]
pub enum Order {
    /// Take over the timetable as it is written now.
    Reload(Ask<ReloadWanted, ReloadOutcome>),
}

/// The daemon's side.
#[derive(Debug)]
pub struct Desk {
    /// What is asked.
    pub questions: Receiver<Question>,
    /// Texts of timetables to check, which takes longer than any question.
    pub checks: Receiver<Ask<CheckText, CheckReport>>,
    /// What is to be done.
    pub orders: Receiver<Order>,
    /// What shows how things stand.
    pub publisher: Publisher,
}

/// What is on air, and when that was seen.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub live: Arc<Live>,
    pub seen: Instant,
}

/// Shows how things stand.
#[derive(Debug)]
pub struct Publisher(watch::Sender<Picture>);

impl Publisher {
    /// Whether the listener is there still.
    pub fn is_wanted(&self) -> bool {
        !self.0.is_closed()
    }

    /// Shows how things stand now.
    pub fn publish(&self, live: Live) {
        self.0.send_replace(Picture { live: Arc::new(live), seen: Instant::now() });
    }
}

/// The listener's side.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    questions: SyncSender<Question>,
    checks: SyncSender<Ask<CheckText, CheckReport>>,
    orders: SyncSender<Order>,
    pub(crate) live: watch::Receiver<Picture>,
}

/// Both sides.
pub(crate) fn pair() -> (Line, Desk) {
    let (questions, asked) = sync_channel(QUEUE);
    let (checks, to_check) = sync_channel(4);
    let (orders, ordered) = sync_channel(4);
    let nothing = Picture { live: Arc::new(Live::default()), seen: Instant::now() };
    let (publish, live) = watch::channel(nothing);
    let desk =
        Desk { questions: asked, checks: to_check, orders: ordered, publisher: Publisher(publish) };
    (Line { questions, checks, orders, live }, desk)
}

impl Line {
    /// Asks and waits for the answer.
    pub async fn ask<Q, A>(
        &self,
        question: Q,
        of: impl FnOnce(Ask<Q, A>) -> Question,
    ) -> Result<A, Refusal> {
        let (ask, reply) = ask(question);
        put(&self.questions, of(ask))?;
        answer(reply).await
    }

    /// Has a text checked.
    pub async fn check(&self, text: CheckText) -> Result<CheckReport, Refusal> {
        let (ask, reply) = ask(text);
        put(&self.checks, ask)?;
        answer(reply).await
    }

    /// Gives an order and waits until it is done.
    pub async fn order<Q, A>(
        &self,
        order: Q,
        of: impl FnOnce(Ask<Q, A>) -> Order,
    ) -> Result<A, Refusal> {
        let (ask, reply) = ask(order);
        put(&self.orders, of(ask))?;
        answer(reply).await
    }
}

type Reply<A> = oneshot::Receiver<Result<A, Refusal>>;

fn ask<Q, A>(question: Q) -> (Ask<Q, A>, Reply<A>) {
    let (reply, replied) = oneshot::channel();
    (Ask { question, reply }, replied)
}

fn put<T>(queue: &SyncSender<T>, item: T) -> Result<(), Refusal> {
    queue.try_send(item).map_err(|error| match error {
        TrySendError::Full(_) => {
            Refusal::Unavailable("too much is being asked at once; ask again".to_owned())
        }
        TrySendError::Disconnected(_) => Refusal::Unavailable("the daemon is ending".to_owned()),
    })
}

async fn answer<A>(reply: Reply<A>) -> Result<A, Refusal> {
    let gone = || Refusal::Unavailable("the daemon gave no answer; look at its log".to_owned());
    reply.await.unwrap_or_else(|_| Err(gone()))
}
