//! The airings of a rundown made ready to be sent, with the slate in place of those that are lost.

use crate::engine::{Engine, Takeover};
use crate::error::PlanError;
use crate::play::{Counters, Play, line};
use asset::AssetIndex;
use rundown::{Airing, AssetIx, Loss};
use std::collections::BTreeMap;
use std::sync::Arc;
use ts::Ticks;

/// What is ready. All of it can be made again from the engine and the indexes.
#[derive(Debug, Default)]
pub(crate) struct Cast {
    /// By service and start, with the counters that each was planned for.
    plays: BTreeMap<(usize, Ticks), (Counters, Arc<Play>)>,
    /// Where the counters stand behind airings, by service and start.
    behind: BTreeMap<(usize, Ticks), Behind>,
}

/// Where the counters stand behind an airing, with all that it follows from.
#[derive(Debug)]
struct Behind {
    airing: Airing,
    takeover: Option<Takeover>,
    before: Counters,
    open: Counters,
}

/// The rest of an airing that is lost and the slate in its place.
struct Covering {
    plays: Vec<Arc<Play>>,
    /// Where the counters of the service stand behind it.
    open: Counters,
}

impl Cast {
    /// Forgets what has been sent before an instant.
    pub(crate) fn forget_before(&mut self, from: Ticks) {
        let end = |airing: &Airing| airing.audio.until.max(airing.video.until);
        self.plays.retain(|_, (_, play)| end(&play.airing) > from);
    }

    /// What is sent for an airing, by its place in the rundown, in a superframe that ends at
    /// `until`: the airing, or the slate in its place.
    pub(crate) fn plays(
        &mut self,
        engine: &Engine,
        service: usize,
        airing: usize,
        until: Ticks,
        index: &mut impl FnMut(AssetIx) -> Option<Arc<AssetIndex>>,
    ) -> Result<Vec<Arc<Play>>, PlanError> {
        let before = self.counters_before(engine, service, airing, index);
        let airing = airing_of(engine, service, airing);
        let takeover = engine.takeover_of(service, airing);
        match takeover.filter(|takeover| takeover.at < until) {
            Some(takeover) => {
                Ok(self.covering(engine, service, airing, takeover, before, index).plays)
            }
            None => Ok(vec![self.play(engine, service, airing, before, index)?]),
        }
    }

    /// Where the counters stand when an airing begins: at zero, unless one before it was lost in
    /// mid-count and nothing behind that has brought them there.
    fn counters_before(
        &mut self,
        engine: &Engine,
        service: usize,
        airing: usize,
        index: &mut impl FnMut(AssetIx) -> Option<Arc<AssetIndex>>,
    ) -> Counters {
        let mut open = Counters::default();
        let first = engine.first_covered(service).unwrap_or(airing);
        for before in first..airing {
            open = self.counters_behind(engine, service, before, open, index);
        }
        open
    }

    fn counters_behind(
        &mut self,
        engine: &Engine,
        service: usize,
        airing: usize,
        before: Counters,
        index: &mut impl FnMut(AssetIx) -> Option<Arc<AssetIndex>>,
    ) -> Counters {
        let airing = airing_of(engine, service, airing);
        let takeover = engine.takeover_of(service, airing);
        if takeover.is_none() && before == Counters::default() {
            return before;
        }
        let key = (service, airing.start);
        if let Some(known) = self.behind.get(&key)
            && known.airing == *airing
            && (known.takeover, &known.before) == (takeover, &before)
        {
            return known.open.clone();
        }
        let open = match takeover {
            Some(takeover) => {
                self.covering(engine, service, airing, takeover, before.clone(), index).open
            }
            None => {
                let mut counts = before.counts.clone();
                if let Ok(play) = self.play(engine, service, airing, before.clone(), index) {
                    for stream in &play.streams {
                        counts.remove(&line(&play.index, stream.stream));
                    }
                }
                Counters::open(counts)
            }
        };
        let behind = Behind { airing: airing.clone(), takeover, before, open: open.clone() };
        self.behind.insert(key, behind);
        open
    }

    /// What is left to be sent of an airing that is lost, and the slate that stands for it. Its
    /// packets count on from those of the airing. Where not even the slate can be shown, nothing
    /// is.
    fn covering(
        &mut self,
        engine: &Engine,
        service: usize,
        lost: &Airing,
        takeover: Takeover,
        before: Counters,
        index: &mut impl FnMut(AssetIx) -> Option<Arc<AssetIndex>>,
    ) -> Covering {
        let mut counts = before.counts.clone();
        let mut plays = Vec::new();
        let mut loss = Loss { at: takeover.at, video: takeover.at, audio: takeover.at };
        // Where not even the index can be had, nothing of the airing was sent.
        if let Ok(play) = self.play(engine, service, lost, before, index) {
            let play = play.ending(takeover);
            for stream in &play.streams {
                let line = line(&play.index, stream.stream);
                counts.insert(line, u32::from(stream.counter) + stream.end);
                let is_audio = play.index.streams[stream.stream].format.facts.is_audio();
                let sent = if is_audio { &mut loss.audio } else { &mut loss.video };
                *sent = (*sent).max(lost.start + stream.curve.time_of(stream.end));
            }
            plays.push(Arc::new(play));
        }
        let slate = engine.rundown.services[service].slate;
        let airings = slate.map_or(Vec::new(), |slate| {
            rundown::cover(lost, loss, slate, &engine.rundown.asset(slate).1)
        });
        let last = airings.len().saturating_sub(1);
        for (i, piece) in airings.into_iter().enumerate() {
            let counters = Counters { counts: counts.clone(), closes: i == last };
            let Ok(play) = self.play(engine, service, &piece, counters, index) else { break };
            for stream in play.streams.iter().filter(|_| i == last) {
                counts.remove(&line(&play.index, stream.stream));
            }
            plays.push(play);
        }
        Covering { plays, open: Counters::open(counts) }
    }

    fn play(
        &mut self,
        engine: &Engine,
        service: usize,
        airing: &Airing,
        counters: Counters,
        index: &mut impl FnMut(AssetIx) -> Option<Arc<AssetIndex>>,
    ) -> Result<Arc<Play>, PlanError> {
        if let Some((known, play)) = self.plays.get(&(service, airing.start))
            && play.airing == *airing
            && *known == counters
        {
            return Ok(play.clone());
        }
        let start = airing.start;
        let name = || {
            let service = engine.rundown.services[service].id.clone();
            (service, engine.rundown.asset(airing.asset).0.clone())
        };
        let index = index(airing.asset).ok_or_else(|| {
            let (service, asset) = name();
            PlanError::NoIndex { service, start, asset, ix: airing.asset }
        })?;
        let play = Play::counting_on(airing.clone(), index, &counters).map_err(|source| {
            let (service, asset) = name();
            PlanError::Play { service, start, asset, source }
        })?;
        let play = Arc::new(play);
        self.plays.insert((service, airing.start), (counters, play.clone()));
        Ok(play)
    }
}

fn airing_of(engine: &Engine, service: usize, airing: usize) -> &Airing {
    &engine.rundown.services[service].airings[airing]
}
