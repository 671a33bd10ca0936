//! Everything that a configuration names, opened: timetable, library, bundles.

use crate::amendments::{LogFile, LogText};
use crate::config::Config;
use crate::edition::Edition;
use crate::exit::{Code, Failure};
use crate::history::{Journal, Revision, revisions};
use crate::include;
use crate::lineup::cycle_at;
use crate::source::Source;
use asset::{AssetIndex, AssetSummary};
use engine::Engine;
use library::bundles::{BundleRequest, BundleStore, PackedBundle};
use library::gc::Removal;
use library::{AssetError, AssetId, IdError, Library};
use rundown::{Catalogue, CatalogueEntry, Problem, Rundown, compile};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use timetable::{AmendmentLog, Diagnostic, Id, Severity, Source as Text, Timetable};
use ts::{Span, Ticks};

/// A configuration with what it names.
#[derive(Debug)]
pub struct Station {
    /// The configuration.
    pub config: Config,
    /// The texts that diagnostics point into: name and content.
    pub texts: Texts,
    /// The timetable as all amendments leave it.
    pub timetable: Timetable,
    /// The texts and the log of amendments.
    pub edition: Arc<Edition>,
    /// The timetables since the daemon last went on air with one of its own, each with the instant
    /// from which on it rules; never empty.
    editions: Editions,
    /// The revisions that follow from these, in order; never empty.
    pub history: Vec<Revision>,
    /// Warnings about the timetable.
    pub warnings: Vec<Diagnostic>,
    /// The assets.
    pub library: Arc<Library>,
    /// What the timetable may put on air.
    pub catalogue: Catalogue,
    /// The assets that the timetable names and that cannot be aired, and why.
    pub faulty: BTreeMap<String, String>,
    bundles: BTreeMap<String, Arc<PackedBundle>>,
    /// The bundles that cannot be packed, and why.
    pub faulty_bundles: BTreeMap<String, String>,
}

/// Timetables in the order in which they came to rule, each with the instant from which on it does.
type Editions = Vec<(Ticks, Arc<Edition>)>;

/// Files with their names, as diagnostics want them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts(pub Vec<(String, String)>);

impl Texts {
    /// The texts as sources of diagnostics.
    pub fn sources(&self) -> Vec<Text<'_>> {
        self.0.iter().map(|(name, text)| Text { name, text }).collect()
    }
}

impl Station {
    /// Opens all that a configuration names.
    pub fn open(path: &Path) -> Result<Station, Failure> {
        Station::with(Config::load(path)?)
    }

    /// Opens what a configuration names, reading the timetable and the log anew.
    pub fn with(config: Config) -> Result<Station, Failure> {
        let texts = read_texts(&config.timetables)?;
        let log_text = LogFile::new(&config.state).read()?;
        Station::of(config, texts, &log_text)
    }

    /// Opens what a configuration names, with these texts of the timetable and the log.
    pub fn of(config: Config, texts: Texts, log_text: &LogText) -> Result<Station, Failure> {
        let reading = Edition::judge(&texts, log_text);
        let (edition, timetable, warnings) = reading.sound(&texts, log_text)?;
        let packed = pack(&config, &timetable)?;
        Station::assembled(config, edition, timetable, warnings, packed)
    }

    /// What this station would be with another timetable: for a check, that changes nothing and
    /// packs nothing. A bundle that this station has not packed already has no size there.
    pub fn imagined(
        &self,
        edition: Edition,
        timetable: Timetable,
        warnings: Vec<Diagnostic>,
    ) -> Result<Station, Failure> {
        let same = |bundle: &&timetable::Bundle| {
            let mut mine = self.timetable.bundles().iter();
            mine.any(|mine| {
                mine.id == bundle.id
                    && mine.files == bundle.files
                    && mine.block_size_bytes == bundle.block_size_bytes
                    && mine.encoding == bundle.encoding
            })
        };
        let kept = timetable.bundles().iter().filter(same).filter_map(|bundle| {
            let id = bundle.id.as_str();
            Some((id.to_owned(), self.bundles.get(id)?.clone()))
        });
        let packed = (kept.collect(), BTreeMap::new());
        Station::assembled(self.config.clone(), edition, timetable, warnings, packed)
    }

    fn assembled(
        config: Config,
        edition: Edition,
        timetable: Timetable,
        warnings: Vec<Diagnostic>,
        packed: Packed,
    ) -> Result<Station, Failure> {
        let edition = Arc::new(edition);
        let texts = edition.texts.clone();
        let (first_number, editions) = editions(&config, &edition)?;
        let history = revisions(first_number, &editions);
        let library =
            Library::open(&config.library).map_err(|e| Failure::new(Code::Unavailable, e))?;
        let timetables = editions.iter().map(|(_, e)| &e.base).chain([&timetable]);
        let (catalogue, faulty) = catalogue(&library, timetables, &edition.log);
        let (bundles, faulty_bundles) = packed;
        Ok(Station {
            config,
            texts,
            timetable,
            edition,
            editions,
            history,
            warnings,
            library: Arc::new(library),
            catalogue,
            faulty,
            bundles,
            faulty_bundles,
        })
    }

    /// The packed bundles that the timetable no longer needs and that have been so for a while;
    /// none while a bundle cannot be packed, because what was packed of it is all that there is.
    pub fn plan_bundle_gc(&self, keep_replaced: Duration) -> Result<Vec<Removal>, Failure> {
        if !self.faulty_bundles.is_empty() {
            return Ok(Vec::new());
        }
        let keep: Vec<&PackedBundle> = self.bundles.values().map(AsRef::as_ref).collect();
        let planned = bundle_store(&self.config)?.plan_gc(&keep, keep_replaced);
        planned.map_err(|e| Failure::new(Code::Io, e))
    }

    /// The timetables that name what can be on air: as they are written, and with all amendments.
    pub fn timetables(&self) -> impl Iterator<Item = &Timetable> {
        self.editions.iter().map(|(_, edition)| &edition.base).chain([&self.timetable])
    }

    /// The earliest instant at which an amendment that holds from `at` on is felt in a multiplex.
    pub fn ruled_from(&self, at: Ticks) -> Ticks {
        let grids = self.config.multiplexes.iter().map(|multiplex| multiplex.grid);
        grids.map(|grid| grid.start(cycle_at(grid, at))).min().unwrap_or(at)
    }

    /// The place of the multiplex with this name.
    pub fn multiplex(&self, name: &str) -> Result<usize, Failure> {
        let found = self.config.multiplexes.iter().position(|m| m.name == name);
        found.ok_or_else(|| {
            let names: Vec<&str> =
                self.config.multiplexes.iter().map(|m| m.name.as_str()).collect();
            let known = names.join(", ");
            Failure::new(Code::Usage, format!("there is no multiplex {name}; there is {known}"))
        })
    }

    /// The rundown of a multiplex over a window by the timetable as it is now, and what is wrong
    /// with it.
    pub fn rundown(
        &self,
        multiplex: usize,
        from: Ticks,
        until: Ticks,
    ) -> Result<(Rundown, Vec<Problem>), Failure> {
        let services = self.services(multiplex);
        compile(&self.timetable, &self.catalogue, &services, from, until, 0)
            .map_err(|e| Failure::new(Code::Config, e))
    }

    /// The services of a multiplex, in its order.
    pub fn services(&self, multiplex: usize) -> Vec<Id> {
        let services = &self.config.multiplexes[multiplex].services;
        services.iter().filter_map(|id| Id::new(id)).collect()
    }

    /// The engine of a rundown and the source of its data.
    pub fn engine(
        &self,
        multiplex: usize,
        rundown: Rundown,
    ) -> Result<(Arc<Engine>, Arc<Source>), Failure> {
        let config = |e: &dyn std::fmt::Display| Failure::new(Code::Config, e);
        let packed: Vec<Option<Arc<PackedBundle>>> =
            rundown.bundles.iter().map(|b| self.bundles.get(&b.id).cloned()).collect();
        let mut carousels = Vec::new();
        for bundle in &packed {
            let carousel = bundle.as_ref().map(|b| b.carousel()).transpose();
            carousels.push(carousel.map_err(|e| config(&e))?);
        }
        let mut source =
            Source::new(self.library.clone(), &rundown, packed).map_err(|e| config(&e))?;
        for service in &rundown.services {
            if let Some(slate) = service.slate {
                let unreadable = |e| {
                    let what = format!("the slate of service {} cannot be read: {e}", service.id);
                    Failure::new(Code::Unavailable, what)
                };
                source.pin(slate).map_err(unreadable)?;
            }
        }
        let multiplex = self.config.engine_multiplex(multiplex, &self.timetable, &rundown)?;
        let engine = Engine::new(multiplex, rundown, carousels).map_err(|e| config(&e))?;
        Ok((Arc::new(engine), Arc::new(source)))
    }
}

/// The editions since the daemon last went on air with a timetable of its own, and the number of
/// the first one. Where nothing of this one was ever on air, it rules alone.
fn editions(config: &Config, edition: &Arc<Edition>) -> Result<(u32, Editions), Failure> {
    let accepted = Journal::new(&config.state).read()?;
    let Some((last, before)) = accepted.split_last() else {
        return Ok((0, vec![(Ticks(0), edition.clone())]));
    };
    if last.texts != edition.texts {
        return Ok((last.number + 1, vec![(Ticks(0), edition.clone())]));
    }
    let mut editions = Vec::with_capacity(accepted.len());
    for earlier in before {
        let read = Edition::accepted(earlier.texts.clone(), &edition.log_text)?;
        editions.push((earlier.effective, Arc::new(read)));
    }
    editions.push((last.effective, edition.clone()));
    Ok((accepted[0].number, editions))
}

/// Reads the files of a timetable, and those that they include.
pub fn read_texts(paths: &[PathBuf]) -> Result<Texts, Failure> {
    include::read_files(paths).map(Texts)
}

/// Parses a timetable with what it includes: the timetable, and all that there is to say of it.
pub fn read(texts: &Texts) -> (Option<Timetable>, Vec<Diagnostic>) {
    timetable::parse_including(&texts.sources(), include::own_count(&texts.0))
}

/// Parses a timetable; a faulty one fails with all its diagnostics.
pub fn parse(texts: &Texts) -> Result<(Timetable, Vec<Diagnostic>), Failure> {
    let sources = texts.sources();
    let (timetable, diagnostics) = read(texts);
    let faulty = diagnostics.iter().any(|d| d.severity() == Severity::Error);
    match timetable {
        Some(timetable) if !faulty => Ok((timetable, diagnostics)),
        _ => {
            let text = timetable::render_human(&diagnostics, &sources, false);
            Err(Failure::new(Code::Config, format!("the timetable has errors\n{text}")))
        }
    }
}

/// The assets that timetables name: those that can be aired, and why the others cannot.
fn catalogue<'a>(
    library: &Library,
    timetables: impl Iterator<Item = &'a Timetable>,
    log: &'a AmendmentLog,
) -> (Catalogue, BTreeMap<String, String>) {
    let (mut named, mut entered) = (BTreeSet::new(), BTreeSet::new());
    for timetable in timetables {
        named.extend(timetable.asset_uses().map(|u| u.asset.as_str()));
        entered.extend(entered_assets(timetable));
    }
    // What an amendment shows that is taken back later is not in the last timetable.
    named.extend(log.iter().flat_map(|a| a.verb.assets()).map(|id| id.as_str()));
    let mut entries = BTreeMap::new();
    let mut faulty = BTreeMap::new();
    let mut ids: Vec<(&str, AssetId)> = Vec::new();
    for name in named {
        match name.parse() {
            Ok(id) => ids.push((name, id)),
            Err(error) => {
                faulty.insert(name.to_owned(), IdError::to_string(&error));
            }
        }
    }
    let summaries = library.summaries(ids.iter().map(|(_, id)| id));
    for ((name, id), summary) in ids.iter().zip(summaries) {
        match entry(library, id, summary, entered.contains(name)) {
            Ok(entry) => {
                entries.insert((*name).to_owned(), entry);
            }
            Err(why) => {
                faulty.insert((*name).to_owned(), why.to_string());
            }
        }
    }
    (Catalogue::new(entries), faulty)
}

fn entry(
    library: &Library,
    id: &AssetId,
    summary: Result<AssetSummary, AssetError>,
    entered: bool,
) -> Result<CatalogueEntry, AssetError> {
    let summary = summary?;
    let entry_points = if entered { entry_points(&library.index(id)?) } else { Vec::new() };
    Ok(CatalogueEntry { summary, entry_points })
}

/// The assets that are started in their middle.
fn entered_assets(timetable: &Timetable) -> BTreeSet<&str> {
    let mut entered = BTreeSet::new();
    for slot in timetable.slots().iter().filter(|s| s.from_offset > Span(0)) {
        match &slot.programme {
            timetable::Programme::Asset(asset) => {
                entered.insert(asset.as_str());
            }
            timetable::Programme::OptOut { sustain } => {
                entered.extend(sustain.iter().map(|asset| asset.as_str()));
            }
            timetable::Programme::Live(_) => {}
            timetable::Programme::Course { course, .. } => {
                let lessons = &timetable.courses()[*course].lessons;
                entered.extend(lessons.iter().map(|l| l.asset.as_str()));
            }
        }
    }
    let items = timetable.items().iter().filter(|i| i.start_at > Span(0));
    entered.extend(items.map(|i| i.asset.as_str()));
    entered
}

/// The times at which an asset can be entered: random access points before which nothing is shown
/// that comes behind them in the stream.
pub fn entry_points(index: &AssetIndex) -> Vec<Span> {
    let Some(stream) = index.streams.first() else { return Vec::new() };
    let mut earliest_behind = Span(i64::MAX);
    let mut points: Vec<Span> = Vec::new();
    for unit in stream.units.iter().rev() {
        let is_clean = unit.random_access && unit.pts < earliest_behind;
        earliest_behind = earliest_behind.min(unit.pts);
        if is_clean {
            points.push(unit.pts);
        }
    }
    points.reverse();
    points
}

fn bundle_store(config: &Config) -> Result<BundleStore, Failure> {
    BundleStore::open(&config.library, &config.bundles, config.bundle_limits)
        .map_err(|e| Failure::new(Code::Unavailable, e))
}

type Packed = (BTreeMap<String, Arc<PackedBundle>>, BTreeMap<String, String>);

fn pack(config: &Config, timetable: &Timetable) -> Result<Packed, Failure> {
    let (mut packed, mut faulty) = (BTreeMap::new(), BTreeMap::new());
    if timetable.bundles().is_empty() {
        return Ok((packed, faulty));
    }
    let store = bundle_store(config)?;
    for bundle in timetable.bundles() {
        let request = BundleRequest {
            id: bundle.id.as_str(),
            title: bundle.title.any(),
            files: &bundle.files,
            block_size: bundle.block_size_bytes,
            is_fountain: bundle.encoding == timetable::BundleEncoding::Fountain,
        };
        match store.pack(&request) {
            Ok(bundle) => {
                packed.insert(request.id.to_owned(), Arc::new(bundle));
            }
            Err(error) => {
                faulty.insert(request.id.to_owned(), error.to_string());
            }
        }
    }
    Ok((packed, faulty))
}
