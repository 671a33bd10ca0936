//! The airings of a rundown made ready to be sent, with the slate in place of those that are lost.

use crate::engine::{Engine, Takeover};
use crate::error::PlanError;
use crate::play::{Counters, Play, component};
use crate::share::COUNTER_PERIOD;
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
    /// Where the counters stand behind covers, by service, start of the lost airing and takeover.
    open: BTreeMap<(usize, Ticks, Takeover), Counters>,
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
        let takeover = engine.takeover_of(service, airing_of(engine, service, airing));
        match takeover.filter(|takeover| takeover.at < until) {
            Some(takeover) => Ok(self.covering(engine, service, airing, takeover, index).plays),
            None => Ok(vec![self.planned(engine, service, airing, index)?]),
        }
    }

    /// An airing as it is planned.
    fn planned(
        &mut self,
        engine: &Engine,
        service: usize,
        airing: usize,
        index: &mut impl FnMut(AssetIx) -> Option<Arc<AssetIndex>>,
    ) -> Result<Arc<Play>, PlanError> {
        let counters = self.counters_before(engine, service, airing, index);
        self.play(engine, service, airing_of(engine, service, airing), counters, index)
    }

    /// Where the counters stand when an airing begins: at zero, unless the one before it was lost
    /// in mid-count and the slate did not bring them there.
    fn counters_before(
        &mut self,
        engine: &Engine,
        service: usize,
        airing: usize,
        index: &mut impl FnMut(AssetIx) -> Option<Arc<AssetIndex>>,
    ) -> Counters {
        let Some(before) = airing.checked_sub(1) else { return Counters::default() };
        let lost = airing_of(engine, service, before);
        let Some(takeover) = engine.takeover_of(service, lost) else { return Counters::default() };
        let key = (service, lost.start, takeover);
        if let Some(known) = self.open.get(&key) {
            return known.clone();
        }
        let open = self.covering(engine, service, before, takeover, index).open;
        self.open.insert(key, open.clone());
        open
    }

    /// What is left to be sent of an airing that is lost, and the slate that stands for it. Its
    /// packets count on from those of the airing. Where not even the slate can be shown, nothing
    /// is.
    fn covering(
        &mut self,
        engine: &Engine,
        service: usize,
        airing: usize,
        takeover: Takeover,
        index: &mut impl FnMut(AssetIx) -> Option<Arc<AssetIndex>>,
    ) -> Covering {
        let lost = airing_of(engine, service, airing);
        let mut counts = self.counters_before(engine, service, airing, index).counts;
        let mut plays = Vec::new();
        let mut loss = Loss { at: takeover.at, video: takeover.at, audio: takeover.at };
        // Where not even the index can be had, nothing of the airing was sent.
        if let Ok(play) = self.planned(engine, service, airing, index) {
            let play = play.ending(takeover);
            for stream in &play.streams {
                let component = component(&play.index, stream.stream);
                *count_of(&mut counts, component) = u32::from(stream.counter) + stream.end;
                let sent = if component == 0 { &mut loss.video } else { &mut loss.audio };
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
                *count_of(&mut counts, component(&play.index, stream.stream)) = 0;
            }
            plays.push(play);
        }
        let open = if counts.iter().all(|count| count.is_multiple_of(COUNTER_PERIOD)) {
            Counters::default()
        } else {
            Counters { counts, closes: true }
        };
        Covering { plays, open }
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

fn count_of(counts: &mut Vec<u32>, component: usize) -> &mut u32 {
    counts.resize(counts.len().max(component + 1), 0);
    &mut counts[component]
}
