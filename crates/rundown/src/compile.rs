//! From a timetable to a rundown.

use crate::catalogue::{AssetIx, Catalogue, CatalogueEntry};
use crate::clock::civil_clock;
use crate::fill::{FillerPool, PIECE_MIN, Programme, fill_gap, timeline};
use crate::handover::{Begin, Head, airings};
use crate::model::{Airing, AiringKind, BundleRun, Event, Rundown, ServiceRundown, Title};
use crate::resize::{Resized, resized};
use std::collections::{BTreeMap, BTreeSet};
use timetable::{
    Id, Location, PlannedAiring, Programme as SlotProgramme, Service, Texts, Timetable,
};
use ts::{Span, TICKS_PER_SECOND, Ticks};

/// How far outside the window the programme guide looks: back to the start of the day and over the
/// event that was on then, ahead over eight days and the current one.
const GUIDE_BACK: Span = Span::from_seconds(2 * 86_400);
const GUIDE_AHEAD: Span = Span::from_seconds(10 * 86_400);
/// How far outside the window airings are laid out, so that its edges do not matter.
const MARGIN: Span = Span::from_seconds(2 * 3600);
const HOUR: u64 = 3600 * TICKS_PER_SECOND;

/// Why there is no rundown at all.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CompileError {
    /// The multiplex names a service that the timetable does not have.
    #[error("the timetable has no service {service}")]
    NoService {
        /// The service.
        service: String,
    },
    /// A service has no slate in the library, and so nothing to fall back on.
    #[error("service {service} has no slate: asset {asset} is not in the library")]
    NoSlate {
        /// The service.
        service: String,
        /// The asset that the timetable names as slate.
        asset: String,
        /// Where the service is defined.
        origin: Location,
    },
    /// The window is empty or leaves the time axis.
    #[error("the window of the rundown is empty or leaves the time axis")]
    Window,
}

/// Something that is planned and cannot be shown as planned.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The service.
    pub service: String,
    /// The airing's stable name.
    pub airing: String,
    /// When it begins.
    pub start: Ticks,
    /// The asset.
    pub asset: String,
    /// What is wrong.
    pub kind: ProblemKind,
    /// Where the timetable says so.
    pub origin: Location,
}

/// What keeps an airing from being shown as planned.
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemKind {
    /// The library does not have the asset. The slate is shown.
    NoAsset,
    /// The asset runs longer than its window and is cut.
    Cut {
        /// By how much.
        by: Span,
    },
    /// The asset cannot be entered where the timetable wants; it is entered earlier.
    EnteredEarlier {
        /// By how much.
        by: Span,
    },
    /// The place to start is behind the end of the asset. The slate is shown.
    StartsBehindEnd,
}

/// Compiles the rundown of the services of a multiplex over `[from, until)`.
///
/// What it says of an instant is the same for every window that holds the instant.
pub fn compile(
    timetable: &Timetable,
    catalogue: &Catalogue,
    services: &[Id],
    from: Ticks,
    until: Ticks,
    revision: u32,
) -> Result<(Rundown, Vec<Problem>), CompileError> {
    compile_behind(timetable, catalogue, services, from, until, revision, &BTreeMap::new())
}

/// An airing of an earlier revision that goes on.
#[derive(Clone, Debug)]
pub(crate) struct GoesOn {
    pub asset: String,
    /// What was known of the asset, for the case that it has left the catalogue.
    pub entry: CatalogueEntry,
    pub airing: Airing,
    /// From when on the new revision rules.
    pub from: Ticks,
}

/// Compiles a rundown in which services, by name, are taken until the last of the airings that go
/// on has ended.
pub(crate) fn compile_behind(
    timetable: &Timetable,
    catalogue: &Catalogue,
    services: &[Id],
    from: Ticks,
    until: Ticks,
    revision: u32,
    going_on: &BTreeMap<String, Vec<GoesOn>>,
) -> Result<(Rundown, Vec<Problem>), CompileError> {
    let outside = from < Ticks(4 * GUIDE_BACK.0 as u64) || until.0 > i64::MAX as u64;
    if from >= until || outside {
        return Err(CompileError::Window);
    }
    let compiler = Compiler::new(timetable, catalogue, from, until, going_on);
    let mut problems = Vec::new();
    let mut compiled = Vec::new();
    for id in services {
        let no_service = || CompileError::NoService { service: id.as_str().into() };
        let service = timetable.service(id).ok_or_else(no_service)?;
        compiled.push(compiler.service(service, &mut problems)?);
    }
    let carried = |b: &&timetable::Bundle| services.contains(&b.service);
    let bundles = timetable.bundles().iter().filter(carried);
    let rundown = Rundown {
        from,
        until,
        clock: civil_clock(timetable.zone(), from - GUIDE_BACK, until + GUIDE_AHEAD),
        revision,
        services: compiled,
        bundles: bundles.map(|b| compiler.bundle(b)).collect(),
        assets: compiler.assets,
    };
    Ok((rundown, problems))
}

struct Compiler<'a> {
    timetable: &'a Timetable,
    assets: Vec<(String, CatalogueEntry)>,
    numbers: BTreeMap<String, AssetIx>,
    heads: Vec<Head>,
    /// The recordings of live sources that may be aired around the window.
    recordings: BTreeSet<String>,
    from: Ticks,
    until: Ticks,
    going_on: &'a BTreeMap<String, Vec<GoesOn>>,
}

impl<'a> Compiler<'a> {
    fn new(
        timetable: &'a Timetable,
        catalogue: &Catalogue,
        from: Ticks,
        until: Ticks,
        going_on: &'a BTreeMap<String, Vec<GoesOn>>,
    ) -> Compiler<'a> {
        let going = going_on.values().flatten().map(|g| (g.asset.as_str(), &g.entry));
        let mut known: BTreeMap<&str, &CatalogueEntry> = going.collect();
        let recordings = recordings(timetable, from, until);
        let named = timetable.asset_uses().map(|u| u.asset.as_str());
        let named = named.chain(recordings.iter().map(String::as_str));
        let named = named.chain(going_on.values().flatten().map(|g| g.asset.as_str()));
        known.extend(named.filter_map(|id| Some((id, catalogue.get(id)?))));
        let own = |(id, entry): (&str, &CatalogueEntry)| (id.to_owned(), entry.clone());
        let assets: Vec<_> = known.into_iter().map(own).collect();
        let number = |(i, (id, _)): (usize, &(String, _))| (id.clone(), AssetIx(i as u32));
        let numbers = assets.iter().enumerate().map(number).collect();
        let heads = assets.iter().map(|(_, entry)| Head::new(entry)).collect();
        Compiler { timetable, assets, numbers, heads, recordings, from, until, going_on }
    }

    fn service(
        &self,
        service: &Service,
        problems: &mut Vec<Problem>,
    ) -> Result<ServiceRundown, CompileError> {
        let id = service.id.as_str().to_owned();
        let Some(slate_id) = &service.slate else {
            let (airings, events, assets) = (Vec::new(), Vec::new(), Vec::new());
            return Ok(ServiceRundown { id, airings, events, assets, slate: None });
        };
        let no_slate = || CompileError::NoSlate {
            service: id.clone(),
            asset: slate_id.as_str().into(),
            origin: service.origin,
        };
        let slate = *self.numbers.get(slate_id.as_str()).ok_or_else(no_slate)?;
        let (from, until) = (self.from - GUIDE_BACK, self.until + GUIDE_AHEAD);
        let planned = self.timetable.airings(&service.id, from, until);
        let free_from = self.going_on(&id).last().map_or(Ticks(0), |g| g.airing.end);
        let mut events = Vec::new();
        let mut programmes = Vec::new();
        let mut cut = None;
        if let Some(resized) = self.resized(&planned, &id) {
            let Resized { planned, end, rest } = resized;
            cut = rest.is_none().then_some(end);
            events.push(self.event(planned, planned.start, end.since(planned.start)));
            programmes.extend(rest);
        }
        for airing in planned.iter().filter(|a| a.start >= free_from) {
            let event = events.len() as u32;
            match self.programme(airing, event, problems) {
                Some(programme) => {
                    let (asset, end) = (programme.asset, programme.end);
                    let length = programme.end.since(programme.start);
                    events.push(self.event(airing, programme.start, length));
                    programmes.push(programme);
                    if self.is_cover(airing, asset) {
                        let kind = AiringKind::Filler;
                        self.repeat(asset, kind, end, airing.window_end, &mut programmes);
                    }
                }
                None => {
                    let (from, until) = (airing.start, airing.window_end);
                    self.repeat(slate, AiringKind::Slate, from, until, &mut programmes);
                }
            }
        }
        let airings = self.airings(service, slate, &programmes, cut);
        let assets = self.assets_of(service);
        Ok(ServiceRundown { id, airings, events, assets, slate: Some(slate) })
    }

    /// The part of an asset that an airing shows; `None` when there is nothing to show.
    fn programme(
        &self,
        airing: &PlannedAiring,
        event: u32,
        problems: &mut Vec<Problem>,
    ) -> Option<Programme> {
        let mut report = |kind| {
            problems.push(Problem {
                service: airing.service.as_str().into(),
                airing: airing.id.clone(),
                start: airing.start,
                asset: airing.asset.as_str().into(),
                kind,
                origin: airing.origin,
            });
        };
        // What a live source has not sent is covered.
        let cover = airing.live.as_ref().map(|live| live.cover.as_str());
        let names = [Some(airing.asset.as_str()), cover];
        let found = names.into_iter().flatten().find_map(|name| self.numbers.get(name));
        let Some(&asset) = found else {
            report(ProblemKind::NoAsset);
            return None;
        };
        let entry = &self.assets[asset.0 as usize].1;
        let in_point = entry.entry_at(airing.in_offset);
        if airing.in_offset >= entry.summary.duration {
            report(ProblemKind::StartsBehindEnd);
            return None;
        }
        if in_point < airing.in_offset {
            report(ProblemKind::EnteredEarlier { by: airing.in_offset - in_point });
        }
        let natural = airing.start + (entry.summary.duration - in_point);
        if natural > airing.full_end && !self.is_cover(airing, asset) {
            report(ProblemKind::Cut { by: natural.since(airing.full_end) });
        }
        Some(Programme {
            asset,
            kind: AiringKind::Programme,
            in_point,
            start: airing.start,
            end: natural.min(airing.window_end),
            event: Some(event),
        })
    }

    /// The asset covers a live source that has sent nothing.
    fn is_cover(&self, airing: &PlannedAiring, asset: AssetIx) -> bool {
        let recording = self.numbers.get(airing.asset.as_str());
        airing.live.is_some() && recording != Some(&asset)
    }

    /// The same asset, again and again; a scrap at the end is left to what comes behind.
    fn repeat(
        &self,
        asset: AssetIx,
        kind: AiringKind,
        from: Ticks,
        until: Ticks,
        programmes: &mut Vec<Programme>,
    ) {
        if from < until && until.since(from) >= PIECE_MIN {
            let pool = [(asset, self.duration(asset))];
            fill_gap(FillerPool { assets: &pool, kind }, from, until, programmes);
        }
    }

    fn duration(&self, asset: AssetIx) -> Span {
        self.assets[asset.0 as usize].1.summary.duration
    }

    /// Programmes with filler between them over the window. `cut` is for the last airing that goes
    /// on.
    fn airings(
        &self,
        service: &Service,
        slate: AssetIx,
        programmes: &[Programme],
        cut: Option<Ticks>,
    ) -> Vec<Airing> {
        let pool = service.filler.as_ref().and_then(|id| self.timetable.filler(id));
        let pool = pool.into_iter().flat_map(|pool| &pool.assets);
        let found = pool.filter_map(|id| self.numbers.get(id.as_str()));
        let mut assets: Vec<_> = found.map(|ix| (*ix, self.duration(*ix))).collect();
        let mut kind = AiringKind::Filler;
        if assets.is_empty() {
            assets.push((slate, self.duration(slate)));
            kind = AiringKind::Slate;
        }
        let edge = Ticks((self.from - MARGIN).0 / HOUR * HOUR);
        let going_on = self.going_on(service.id.as_str()).iter().map(|g| self.renumbered(g));
        let mut going_on: Vec<Airing> = going_on.filter(|a| a.end > edge).collect();
        if let Some(last) = going_on.last_mut() {
            last.cut = cut;
        }
        let from = going_on.last().map_or(edge, |a| a.end);
        let until = Ticks((self.until + MARGIN).0.next_multiple_of(HOUR));
        let near: Vec<Programme> =
            programmes.iter().filter(|p| p.end > from && p.start < until).cloned().collect();
        let pool = FillerPool { assets: &assets, kind };
        let pieces = timeline(&near, pool, from, until);
        let head = |asset: AssetIx| &self.heads[asset.0 as usize];
        let begin = going_on.last().map(|a| Begin::behind(a, head(a.asset)));
        let mut airings = airings(&pieces, begin, |piece| head(piece.asset));
        airings.splice(0..0, going_on);
        // Delivery runs ahead of the picture, so the airing behind the window may already be on.
        let reach = Span::from_seconds(5);
        airings.retain(|a| a.end + reach > self.from && a.start < self.until + reach);
        airings
    }

    /// The airings of an earlier revision that go on on a service.
    fn going_on(&self, service: &str) -> &[GoesOn] {
        self.going_on.get(service).map_or(&[], Vec::as_slice)
    }

    /// An airing of an earlier revision with its asset's number in this one.
    fn renumbered(&self, going_on: &GoesOn) -> Airing {
        let asset = self.numbers.get(&going_on.asset).copied();
        let mut airing = going_on.airing.clone();
        airing.asset = asset.unwrap_or(airing.asset);
        airing
    }

    /// What becomes of the end of the airing that goes on on a service.
    fn resized<'p>(&self, planned: &'p [PlannedAiring], service: &str) -> Option<Resized<'p>> {
        let last = self.going_on(service).last()?;
        let asset = *self.numbers.get(&last.asset)?;
        resized(planned, last, asset, &self.assets[asset.0 as usize].1)
    }

    fn event(&self, airing: &PlannedAiring, start: Ticks, duration: Span) -> Event {
        let mut title = title_of(airing.title.as_ref());
        let mut text = Title::default();
        if let Some(lesson) = &airing.lesson {
            if let Some(own) = &lesson.title {
                let own = title_of(Some(own));
                title = Title {
                    zh: joined(&title.zh, &own.zh, "："),
                    en: joined(&title.en, &own.en, ": "),
                };
            }
            let (number, count) = (lesson.number, lesson.lesson_count);
            text.zh = format!("第{number}课，共{count}课");
            text.en = format!("Lesson {number} of {count}");
        }
        if title.zh.is_empty() && title.en.is_empty() {
            title.en = airing.asset.as_str().to_owned();
        }
        if title.en.is_empty() {
            text.en.clear();
        }
        if title.zh.is_empty() {
            text.zh.clear();
        }
        Event {
            event_id: airing.event_id,
            start,
            duration,
            title,
            text,
            content: airing.content.map(|genre| (genre, 0)),
        }
    }

    fn assets_of(&self, service: &Service) -> Vec<AssetIx> {
        let mut named: BTreeSet<&str> = BTreeSet::new();
        named.extend(service.slate.as_ref().map(|id| id.as_str()));
        let pool = service.filler.as_ref().and_then(|id| self.timetable.filler(id));
        named.extend(pool.into_iter().flat_map(|p| &p.assets).map(|id| id.as_str()));
        let relayed = service.relays.as_ref().map(|relay| &relay.service);
        let shows = |id: &Id| *id == service.id || Some(id) == relayed;
        for slot in self.timetable.slots().iter().filter(|s| shows(&s.service)) {
            match &slot.programme {
                SlotProgramme::Asset(id) => {
                    named.insert(id.as_str());
                }
                SlotProgramme::OptOut { sustain } => {
                    named.extend(sustain.iter().map(|id| id.as_str()));
                }
                SlotProgramme::Live(live) => {
                    named.insert(self.timetable.live()[*live].if_lost.play.as_str());
                }
                SlotProgramme::Course { course, .. } => {
                    let course = &self.timetable.courses()[*course];
                    named.extend(course.lessons.iter().map(|l| l.asset.as_str()));
                    named.extend(course.withdrawn.iter().map(|w| w.play.as_str()));
                }
            }
        }
        let items = self.timetable.items().iter().filter(|i| shows(&i.service));
        named.extend(items.clone().map(|i| i.asset.as_str()));
        let live = items.filter_map(|i| Some(&self.timetable.live()[i.live?]));
        named.extend(live.map(|live| live.if_lost.play.as_str()));
        named.extend(self.recordings.iter().map(|id| id.as_str()));
        named.extend(self.going_on(service.id.as_str()).iter().map(|g| g.asset.as_str()));
        for (asset, play) in self.timetable.replaced_assets() {
            if named.contains(asset.as_str()) {
                named.insert(play.as_str());
            }
        }
        named.into_iter().filter_map(|id| self.numbers.get(id).copied()).collect()
    }

    fn bundle(&self, bundle: &timetable::Bundle) -> BundleRun {
        let active = self.timetable.bundles_active(self.from, self.until);
        let own = active.into_iter().filter(|i| i.bundle == bundle.id);
        BundleRun {
            id: bundle.id.as_str().to_owned(),
            service: bundle.service.as_str().to_owned(),
            title: title_of(Some(&bundle.title)),
            windows: own.map(|i| (i.from, i.until)).collect(),
            rate_bps: bundle.rate_bps,
            weight: u32::from(bundle.weight),
        }
    }
}

/// The recordings of live sources that are planned around a window.
fn recordings(timetable: &Timetable, from: Ticks, until: Ticks) -> BTreeSet<String> {
    if timetable.live().is_empty() {
        return BTreeSet::new();
    }
    let (from, until) = (from - GUIDE_BACK, until + GUIDE_AHEAD);
    let services = timetable.services().iter();
    let planned = services.flat_map(|service| timetable.airings(&service.id, from, until));
    planned.filter(|airing| airing.live.is_some()).map(|a| a.asset.as_str().to_owned()).collect()
}

/// The Chinese and the English of some texts.
pub fn title_of(texts: Option<&Texts>) -> Title {
    let mut title = Title::default();
    for (language, text) in texts.into_iter().flat_map(Texts::iter) {
        match language.as_str() {
            "zh" | "zho" | "chi" => title.zh = text.to_owned(),
            "en" | "eng" => title.en = text.to_owned(),
            _ => {}
        }
    }
    title
}

fn joined(a: &str, b: &str, between: &str) -> String {
    match (a.is_empty(), b.is_empty()) {
        (_, true) => a.to_owned(),
        (true, _) => b.to_owned(),
        _ => format!("{a}{between}{b}"),
    }
}
