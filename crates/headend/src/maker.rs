//! Making superframes: plan, read, fill.

use crate::reader::Reader;
use crate::source::{PageCache, Source};
use engine::{DATAGRAM_PACKETS, Engine, PlanError, Planner, Usage, fill};
use std::sync::Arc;
use std::time::Instant;
use ts::{PACKET_SIZE, Ticks};

/// Why a superframe could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// It cannot be planned.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Something that it needs cannot be read.
    #[error("superframe {superframe} of multiplex {multiplex}: {why}")]
    Read {
        /// Which superframe.
        superframe: u64,
        /// Of which multiplex.
        multiplex: String,
        /// The airing that it belongs to, as service and start, if it is one's.
        airing: Option<(usize, Ticks)>,
        /// Why.
        why: String,
    },
}

/// Which carousels a superframe is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carousels {
    All,
    /// Those whose data can be read.
    Readable,
}

/// Makes superframes of one engine, in any order.
#[derive(Debug)]
pub struct Maker {
    engine: Arc<Engine>,
    source: Arc<Source>,
    planner: Planner,
    pages: PageCache,
    /// Reads with an end, where there is a time by which superframes are due.
    reader: Option<Reader>,
    /// The airings in whose place a slate is shown, by service and start, each from a superframe
    /// on.
    covered: Vec<(usize, Ticks, u64)>,
}

impl Maker {
    /// A maker of this engine's superframes.
    pub fn new(engine: Arc<Engine>, source: Arc<Source>) -> Maker {
        let pages = PageCache::default();
        Maker {
            engine,
            source,
            planner: Planner::default(),
            pages,
            reader: None,
            covered: Vec::new(),
        }
    }

    /// Has another thread read, so that nothing is waited for longer than it can be.
    pub fn read_by(&mut self, reader: Reader) {
        self.reader = Some(reader);
    }

    /// What has not been read by this instant counts as unreadable, until another is said.
    pub fn wait_until(&mut self, until: Instant) {
        if let Some(reader) = &mut self.reader {
            reader.wait_until(until);
        }
    }

    /// The airing, as service and start, without which a superframe could be made.
    pub fn failing_airing(&self, error: &MakeError) -> Option<(usize, Ticks)> {
        match error {
            MakeError::Read { airing, .. } => *airing,
            MakeError::Plan(
                PlanError::NoIndex { service, start, .. } | PlanError::Play { service, start, .. },
            ) => {
                let mut services = self.engine.multiplex().services.iter();
                Some((services.position(|s| s.id == *service)?, *start))
            }
            MakeError::Plan(_) => None,
        }
    }

    /// The engine.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Goes over to another revision or window of the same multiplex.
    pub fn switch(&mut self, engine: Arc<Engine>, source: Arc<Source>) {
        let covered = std::mem::take(&mut self.covered);
        let reader = self.reader.take();
        *self = Maker { reader, ..Maker::new(engine, source) };
        for (service, start, k) in covered {
            self.show_slate(service, start, k);
        }
    }

    /// Shows the slate in place of a service's airing that begins at `start`, from superframe `k`
    /// on; false when that is done already, or there is no such airing.
    pub fn show_slate(&mut self, service: usize, start: Ticks, k: u64) -> bool {
        match self.engine.with_slate(service, start, k) {
            Some(engine) => {
                self.engine = Arc::new(engine);
                self.covered.push((service, start, k));
                true
            }
            None => false,
        }
    }

    /// Fills a superframe with null packets.
    pub fn blank(&self, header: usize, out: &mut [u8]) {
        let stride = header + DATAGRAM_PACKETS as usize * PACKET_SIZE;
        for datagram in out.chunks_exact_mut(stride) {
            for packet in datagram[header..].chunks_exact_mut(PACKET_SIZE) {
                packet.copy_from_slice(&ts::NULL_PACKET);
            }
        }
    }

    /// Bytes of a superframe whose datagrams have `header` bytes in front.
    pub fn size(&self, header: usize) -> usize {
        let stride = header + DATAGRAM_PACKETS as usize * PACKET_SIZE;
        stride * self.engine.multiplex().grid.datagrams() as usize
    }

    /// Writes superframe `k` into `out`, leaving `header` bytes in front of each datagram.
    pub fn make(&mut self, k: u64, header: usize, out: &mut [u8]) -> Result<Usage, MakeError> {
        self.make_with(Carousels::All, k, header, out)
    }

    /// The same without the carousels whose data cannot be read: null packets stand in their place.
    pub fn make_lacking(
        &mut self,
        k: u64,
        header: usize,
        out: &mut [u8],
    ) -> Result<Usage, MakeError> {
        self.make_with(Carousels::Readable, k, header, out)
    }

    fn make_with(
        &mut self,
        wanted: Carousels,
        k: u64,
        header: usize,
        out: &mut [u8],
    ) -> Result<Usage, MakeError> {
        let (source, reader) = (&self.source, &mut self.reader);
        let mut plan = self.planner.plan(&self.engine, k, |asset| match reader {
            Some(reader) => source.index_at_hand(asset).or_else(|| reader.index(source, asset)),
            None => source.index(asset).ok(),
        })?;
        let mut failure: Option<(usize, String)> = None;
        let read = |need: &_, spare| match reader {
            Some(reader) => reader.read(source, need, spare),
            None => source.read(need, spare),
        };
        let mut unread = Vec::new();
        let data = self.pages.fetch(source, &plan.needs, read, |need, why| {
            if wanted == Carousels::All || plan.airing_of_need(need).is_some() {
                failure.get_or_insert((need, why));
            } else {
                unread.push(need);
            }
        });
        unread.into_iter().for_each(|need| plan.leave_out(need));
        let read_error = |need: usize, why: String| MakeError::Read {
            superframe: k,
            multiplex: self.engine.multiplex().name.clone(),
            airing: plan.airing_of_need(need),
            why,
        };
        if let Some((need, why)) = failure {
            return Err(read_error(need, why));
        }
        fill(&self.engine, &plan, &data, header, out)
            .map_err(|missing| read_error(missing.need, missing.to_string()))?;
        Ok(plan.usage)
    }
}
