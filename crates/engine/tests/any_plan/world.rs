//! A station in memory: a timetable, its assets and bundles, and the engine that they make.

use crate::film::{Film, FilmRecipe};
use bytes::Bytes;
use datacast::{
    BundleFile, BundleName, Carousel, CarouselOptions, RelativePath, RepairId, SourceBlock, pack,
};
use engine::{Engine, Multiplex, Need, Network, Plan, PlanError, Planner, Service, SuperframeGrid};
use fec::raptorq::Shape;
use rundown::{AssetIx, Catalogue, Problem, Rundown, Title, compile};
use si::{CharacterSet, CountryCode, DescriptorLoop, ServiceType};
use std::collections::BTreeMap;
use std::fmt::Write;
use timetable::civil::{format_rfc3339, ticks_from_unix};
use timetable::{Id, Source, Timetable, parse, render_short};
use ts::{PACKET_SIZE, Rate, Span, Ticks};

/// What a station is like.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub services: Vec<ServiceRecipe>,
    pub bundles: Vec<BundleRecipe>,
    pub rate: (u64, u64),
    /// Datagrams of a matrix.
    pub unit: u64,
    /// Null packets kept, in ten-thousandths.
    pub nulls_e4: u32,
    /// The first second of the timetable.
    pub unix_s: i64,
    pub characters: CharacterSet,
}

#[derive(Clone, Debug)]
pub struct ServiceRecipe {
    /// The slate comes first; those behind it are filler.
    pub films: Vec<FilmRecipe>,
    /// Films of the filler pool; with none the slate fills.
    pub fillers: usize,
    pub programmes: Vec<ProgrammeRecipe>,
}

#[derive(Clone, Debug)]
pub struct ProgrammeRecipe {
    /// Seconds from the start of the one before, 30 at least.
    pub after_s: u32,
    pub film: usize,
    pub start_at_ms: u32,
    pub length_s: Option<u32>,
}

#[derive(Clone, Debug)]
pub struct BundleRecipe {
    pub bytes: usize,
    pub is_fountain: bool,
    pub block_size: u16,
    pub rate_bps: u64,
    pub weight: u32,
    /// The minutes in which it is sent: how far behind the start the first one is, and how many.
    pub minutes: Option<(i64, i64)>,
}

/// A packed bundle.
pub struct Blob {
    carousel: Carousel,
    bytes: Bytes,
    /// The source blocks of a fountain with their intermediate symbols.
    prepared: Vec<(Shape, Vec<u8>)>,
}

/// A station.
pub struct World {
    pub multiplex: Multiplex,
    pub timetable: Timetable,
    pub catalogue: Catalogue,
    pub services: Vec<Id>,
    pub films: BTreeMap<String, Film>,
    pub blobs: Vec<Blob>,
    pub start: Ticks,
}

impl World {
    pub fn new(recipe: &Recipe) -> World {
        let mut films = BTreeMap::new();
        for (s, service) in recipe.services.iter().enumerate() {
            for (f, film) in service.films.iter().enumerate() {
                films.insert(film_id(s, f), Film::new(film));
            }
        }
        let entries = films.iter().map(|(id, film)| (id.clone(), film.entry()));
        let rate = Rate::new(recipe.rate.0, recipe.rate.1).unwrap();
        World {
            multiplex: multiplex(recipe, SuperframeGrid::new(rate, recipe.unit).unwrap()),
            timetable: read(&text(recipe)),
            catalogue: Catalogue::new(entries.collect()),
            services: service_ids(recipe).iter().map(|id| Id::new(id).unwrap()).collect(),
            films,
            blobs: recipe.bundles.iter().enumerate().map(blob).collect(),
            start: ticks_from_unix(recipe.unix_s).unwrap(),
        }
    }

    pub fn grid(&self) -> SuperframeGrid {
        self.multiplex.grid
    }

    /// The superframe that holds the time so many seconds behind the start of the timetable.
    pub fn superframe(&self, seconds: i64) -> u64 {
        self.grid().at(self.start + Span::from_seconds(seconds))
    }

    pub fn compile(&self, from: Ticks, until: Ticks) -> (Rundown, Vec<Problem>) {
        compile(&self.timetable, &self.catalogue, &self.services, from, until, 0).unwrap()
    }

    /// The engine of the rundown around the start of the timetable.
    pub fn engine(&self) -> Engine {
        let from = self.start - Span::from_seconds(600);
        self.engine_of(self.compile(from, self.start + Span::from_seconds(3600)).0)
    }

    pub fn engine_of(&self, rundown: Rundown) -> Engine {
        let carousels = self.blobs.iter().map(|blob| Some(blob.carousel.clone())).collect();
        Engine::new(self.multiplex.clone(), rundown, carousels).unwrap()
    }

    /// Makes one superframe.
    pub fn make(&self, planner: &mut Planner, engine: &Engine, k: u64) -> Result<Made, PlanError> {
        let film = |ix: AssetIx| self.films.get(&engine.rundown().asset(ix).0);
        let plan = planner.plan(engine, k, |ix| film(ix).map(|film| film.index.clone()))?;
        let data: Vec<Option<Bytes>> = plan
            .needs
            .iter()
            .map(|need| match need {
                Need::Page { asset, page } => film(*asset).map(|film| film.page(*page)),
                Need::Blob { bundle, range } => {
                    Some(self.blobs[*bundle].bytes.slice(range.start as usize..range.end as usize))
                }
                Need::Repair { bundle, repair } => Some(self.blobs[*bundle].repair(*repair)),
            })
            .collect();
        let mut bytes = vec![0; self.grid().packets() as usize * PACKET_SIZE];
        engine::fill(engine, &plan, &data, 0, &mut bytes).expect("all needs are met");
        Ok(Made { plan, bytes })
    }

    /// Makes superframes one after the other.
    pub fn sequence(
        &self,
        engine: &Engine,
        superframes: std::ops::Range<u64>,
    ) -> Result<Vec<Made>, PlanError> {
        let mut planner = Planner::default();
        superframes.map(|k| self.make(&mut planner, engine, k)).collect()
    }
}

/// A superframe with its plan.
#[derive(Debug)]
pub struct Made {
    pub plan: Plan,
    pub bytes: Vec<u8>,
}

pub fn joined(made: &[Made]) -> Vec<u8> {
    made.iter().flat_map(|m| m.bytes.iter().copied()).collect()
}

pub fn film_id(service: usize, film: usize) -> String {
    format!("s{service}/f{film}")
}

fn service_ids(recipe: &Recipe) -> Vec<String> {
    let mut ids: Vec<String> = (0..recipe.services.len()).map(|s| format!("s{s}")).collect();
    if !recipe.bundles.is_empty() {
        ids.push("files".into());
    }
    ids
}

fn multiplex(recipe: &Recipe, grid: SuperframeGrid) -> Multiplex {
    let named = |en: &str| Title { zh: "远程教学".into(), en: en.into() };
    let service = |(s, id): (usize, String)| Service {
        service_type: match recipe.services.get(s) {
            None => ServiceType::DATA,
            Some(_) => ServiceType::AVC_SD_TELEVISION,
        },
        name: named(&id),
        provider: named("provider"),
        service_id: s as u16 + 1,
        id,
    };
    Multiplex {
        name: "any".into(),
        grid,
        transport_stream_id: 1,
        original_network_id: 0xff01,
        network: Network {
            network_id: 0xff01,
            name: named("network"),
            characters: recipe.characters,
            delivery: DescriptorLoop::new(),
            bouquet: Some((1, named("bouquet"))),
            country: CountryCode::CHINA,
        },
        null_share_e4: recipe.nulls_e4,
        ssrc: 7,
        services: service_ids(recipe).into_iter().enumerate().map(service).collect(),
    }
}

/// The timetable of a recipe, as a scheduler would write it.
pub fn text(recipe: &Recipe) -> String {
    let mut text = "format = 1\nzone = \"Etc/UTC\"\n".to_owned();
    for (s, service) in recipe.services.iter().enumerate() {
        let filler =
            if service.fillers > 0 { format!("filler = \"p{s}\"\n") } else { String::new() };
        writeln!(
            text,
            "[[service]]\nid = \"s{s}\"\nnumber = {}\nkind = \"television\"\n\
             name = {{ en = \"{s}\" }}\n{filler}slate = \"{}\"",
            s + 1,
            film_id(s, 0),
        )
        .unwrap();
        if service.fillers > 0 {
            let ids: Vec<_> =
                (0..service.fillers).map(|f| format!("\"{}\"", film_id(s, f + 1))).collect();
            writeln!(text, "[[filler]]\nid = \"p{s}\"\nassets = [{}]", ids.join(", ")).unwrap();
        }
        let mut unix_s = recipe.unix_s;
        for (p, programme) in service.programmes.iter().enumerate() {
            unix_s += i64::from(if p == 0 { programme.after_s } else { programme.after_s.max(30) });
            write_item(&mut text, s, p, unix_s, programme);
        }
    }
    if !recipe.bundles.is_empty() {
        let number = recipe.services.len() + 1;
        writeln!(
            text,
            "[[service]]\nid = \"files\"\nnumber = {number}\nkind = \"data\"\nname = {{ en = \"Files\" }}"
        )
        .unwrap();
    }
    for (b, bundle) in recipe.bundles.iter().enumerate() {
        let clock = |minutes: i64| {
            let minute = (recipe.unix_s / 60 + minutes).rem_euclid(1440);
            format!("{:02}:{:02}", minute / 60, minute % 60)
        };
        let windows = bundle.minutes.map_or(String::new(), |(first, count)| {
            format!("windows = [{{ from = {}, to = {} }}]\n", clock(first), clock(first + count))
        });
        writeln!(
            text,
            "[[bundle]]\nid = \"b{b}\"\nservice = \"files\"\ntitle = {{ en = \"B{b}\" }}\n\
             files = \"b{b}/**\"\nrate = {}\nweight = {}\n{windows}",
            bundle.rate_bps, bundle.weight,
        )
        .unwrap();
    }
    text
}

fn write_item(text: &mut String, s: usize, p: usize, unix_s: i64, programme: &ProgrammeRecipe) {
    let at = format_rfc3339(ticks_from_unix(unix_s).unwrap(), 0);
    let length = programme.length_s.map_or(String::new(), |l| format!("length = \"{l}s\"\n"));
    let start_at = match programme.start_at_ms {
        0 => String::new(),
        ms => format!("start_at = \"{ms}ms\"\n"),
    };
    writeln!(
        text,
        "[[item]]\nid = \"i{s}-{p}\"\nservice = \"s{s}\"\nasset = \"{}\"\nat = {}\n\
         title = {{ zh = \"第{p}课\", en = \"Item {p} of service {s}\" }}\npriority = {}\n{length}{start_at}",
        film_id(s, programme.film),
        &at[..19],
        50 + p,
    )
    .unwrap();
}

pub fn read(text: &str) -> Timetable {
    let source = Source { name: "t", text };
    let (timetable, findings) = parse(&[source]);
    timetable.unwrap_or_else(|| panic!("{text}\n{}", render_short(&findings, &[source])))
}

/// Bytes of a source block: even a small fountain has several.
const SOURCE_BLOCK_SIZE: u32 = 60_000;

fn blob((b, recipe): (usize, &BundleRecipe)) -> Blob {
    let bytes = (0..recipe.bytes).map(|i| (i * 7 + b) as u8).collect();
    let file = BundleFile { path: RelativePath::new("file").unwrap(), bytes };
    let name = BundleName::new(&format!("b{b}"), "title").unwrap();
    let (manifest, blob) = pack(name, vec![file], 1 << 20).unwrap();
    let options = CarouselOptions { block_size: recipe.block_size, revision: 0 };
    let carousel = match recipe.is_fountain {
        true => Carousel::with_fountain(&manifest, options, SOURCE_BLOCK_SIZE),
        false => Carousel::new(&manifest, options),
    };
    let carousel = carousel.unwrap();
    let source = |block: SourceBlock| {
        let mut source = vec![0; block.shape.size()];
        let size = usize::from(block.shape.symbol_size());
        for (number, symbol) in (block.first_block..).zip(source.chunks_exact_mut(size)) {
            let range = carousel.block_range(number).unwrap();
            symbol[..(range.end - range.start) as usize]
                .copy_from_slice(&blob[range.start as usize..range.end as usize]);
        }
        (block.shape, fec::raptorq::prepare(block.shape, &source))
    };
    let blocks = carousel.fountain().into_iter().flat_map(|fountain| {
        (0..fountain.source_blocks()).map(|number| fountain.source_block(number).unwrap())
    });
    let prepared = blocks.map(source).collect();
    Blob { carousel, bytes: blob.into(), prepared }
}

impl Blob {
    fn repair(&self, repair: RepairId) -> Bytes {
        let (shape, intermediate) = &self.prepared[usize::from(repair.source_block)];
        let mut symbol = vec![0; usize::from(shape.symbol_size())];
        fec::raptorq::encode(*shape, intermediate, repair.id, &mut symbol);
        symbol.into()
    }
}
