//! `headend ingest`: files into the library.

use crate::config::Config;
use crate::exit::{Code, Failure};
use crate::progress::Bars;
use crate::when;
use asset::Language;
use clap::Args;
use engine::Play;
use library::card::{Card, Licence, Titles};
use library::ingest::{BroadcastProfile, Loudness};
use library::pipeline::{Event, Order, Pipeline, PipelineError};
use library::watch::{Bell, News, Watch, WatchError};
use library::{AssetId, IngestError, IngestOptions, IngestReport, Library};
use rundown::{AssetIx, CatalogueEntry, by_itself};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use ts::{PACKET_BITS, Span, Ticks};

/// What to ingest.
#[derive(Args, Debug)]
pub struct IngestArgs {
    /// The configuration.
    pub config: PathBuf,
    /// The name of the asset, as the timetable has it.
    #[arg(long, value_name = "ID", required_unless_present_any = ["watch", "resume"])]
    pub id: Option<AssetId>,
    /// A file with pictures or sound, then files that each add sound in another language.
    #[arg(value_name = "FILE", required_unless_present_any = ["watch", "resume"])]
    pub files: Vec<PathBuf>,
    /// The languages of the sound, in order: zho, eng.
    #[arg(long, value_name = "CODE", value_parser = language)]
    pub language: Vec<Language>,
    /// The programme of a transport stream with several.
    #[arg(long, value_name = "NUMBER")]
    pub program: Option<u16>,
    /// Replace an asset of this name.
    #[arg(long)]
    pub replace: bool,
    /// How loud sound is to be, in LUFS.
    #[arg(long, value_name = "LUFS", default_value_t = -23, allow_negative_numbers = true,
        value_parser = clap::value_parser!(i32).range(-40..=-10))]
    pub loudness: i32,
    /// Judge and measure nothing: take streams as they are wherever they can be carried.
    #[arg(long, conflicts_with = "loudness")]
    pub as_is: bool,
    /// What is said of the asset.
    #[command(flatten)]
    pub said: Said,
    /// How many assets are made at once; half of the processors when not said.
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Go on with what was begun, or put off because the disk was full.
    #[arg(long, conflicts_with_all = ["id", "files", "watch"])]
    pub resume: bool,
    /// Ingest the files of a folder, and those that come, until interrupted.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["id", "files"])]
    pub watch: Option<PathBuf>,
    /// With --watch: end when nothing is left to be done.
    #[arg(long, requires = "watch")]
    pub once: bool,
    /// With --watch: how long a file must not have changed.
    #[arg(long, value_name = "D", default_value = "5s", value_parser = when::parse_span)]
    pub settle: Span,
}

/// What is said of an asset on the command line.
#[derive(Args, Debug)]
pub struct Said {
    /// A card: a JSON file with title, course, grade, language, keywords and licence.
    #[arg(long, value_name = "FILE")]
    pub card: Option<PathBuf>,
    /// The Chinese title.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub title_zh: String,
    /// The English title.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub title_en: String,
    /// The course that it belongs to.
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    pub course: String,
    /// For whom it is.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub grade: String,
    /// A word that it is to be found by.
    #[arg(long, value_name = "TEXT")]
    pub keyword: Vec<String>,
    /// The last day on which it may be shown.
    #[arg(long, value_name = "DATE")]
    pub licence_until: Option<jiff::civil::Date>,
    /// Who ingests it; the user of the system when not said.
    #[arg(long, value_name = "NAME")]
    pub who: Option<String>,
}

fn language(code: &str) -> Result<Language, String> {
    let bytes: Option<[u8; 3]> = code.as_bytes().try_into().ok();
    bytes
        .and_then(Language::new)
        .ok_or_else(|| "a language is three letters, like zho or eng".to_owned())
}

/// Ingests.
pub fn run(args: &IngestArgs) -> Result<(), Failure> {
    let config = Config::load(&args.config)?;
    let library = Library::open(&config.library).map_err(|e| Failure::new(Code::Unavailable, e))?;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.unwrap_or(processors.div_ceil(2));
    let ffmpeg = IngestOptions::default().ffmpeg;
    let pipeline = Pipeline::new(&library, ffmpeg, jobs, processors).map_err(failure)?;
    let work = Work { library: &library, pipeline: &pipeline, bars: Bars::default() };
    let options = IngestOptions {
        program: args.program,
        languages: args.language.clone(),
        replace: args.replace,
        profile: (!args.as_is).then(BroadcastProfile::default),
        loudness: (!args.as_is)
            .then(|| Loudness { target_lufs_x10: args.loudness * 10, ..Loudness::default() }),
        card: card(&args.said)?,
        who: args.said.who.clone().unwrap_or_else(user),
        ..IngestOptions::default()
    };
    match (&args.watch, &args.id) {
        (Some(folder), _) => work.watch(folder, args, &options),
        (None, Some(id)) => {
            let sources = args.files.clone();
            let order = Order { id: id.clone(), sources, options };
            pipeline.put(&order).map_err(failure)?;
            work.off(Some(std::slice::from_ref(id)))
        }
        (None, None) => work.off(None),
    }
}

/// The card that the command line describes.
fn card(said: &Said) -> Result<Card, Failure> {
    let wrong = |e: &dyn std::fmt::Display| Failure::new(Code::Usage, e);
    let file = match &said.card {
        None => Card::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|e| wrong(&format!("{}: {e}", path.display())))?;
            Card::parse(&text, path).map_err(|e| wrong(&e))?
        }
    };
    let words = Card {
        title: Titles { zh: said.title_zh.clone(), en: said.title_en.clone() },
        course: said.course.clone(),
        grade: said.grade.clone(),
        keywords: said.keyword.clone(),
        licence: Licence { until: said.licence_until, ..Licence::default() },
        ..Card::default()
    };
    Ok(words.over(file))
}

/// Who is at the keyboard.
pub(super) fn user() -> String {
    let names = ["SUDO_USER", "USER"].into_iter().filter_map(|name| std::env::var(name).ok());
    names.into_iter().next().unwrap_or_default()
}

fn failure(error: PipelineError) -> Failure {
    let code = match &error {
        PipelineError::Catalogue(_) | PipelineError::File(_) => Code::Unavailable,
        PipelineError::Busy { .. } | PipelineError::Order(_) => Code::No,
        PipelineError::Path { .. } => Code::Usage,
    };
    Failure::new(code, error)
}

fn watch_failure(error: WatchError) -> Failure {
    Failure::new(Code::Unavailable, error)
}

/// Working off the journal, with bars on a terminal.
struct Work<'a> {
    library: &'a Library,
    pipeline: &'a Pipeline<'a>,
    bars: Bars,
}

impl Work<'_> {
    /// Works off all that is in the journal, or what there is of these assets.
    fn off(&self, only: Option<&[AssetId]>) -> Result<(), Failure> {
        let failed = AtomicBool::new(false);
        let tell = |event: Event<'_>| {
            if !self.tell(&event) {
                failed.store(true, Ordering::Relaxed);
            }
        };
        self.pipeline.run(only, &AtomicBool::new(false), &tell).map_err(failure)?;
        if failed.into_inner() { Err(Failure::new(Code::No, "")) } else { Ok(()) }
    }

    /// Ingests what is in a folder and what comes.
    fn watch(
        &self,
        folder: &Path,
        args: &IngestArgs,
        options: &IngestOptions,
    ) -> Result<(), Failure> {
        let settle = Duration::from_millis(args.settle.as_ms().max(0) as u64);
        let bell = Bell::new(folder);
        let more = AtomicBool::new(true);
        let failed = AtomicBool::new(false);
        let watch = std::sync::Mutex::new(Watch::new(folder, settle));
        let tell = |event: Event<'_>| {
            if !self.tell(&event) {
                failed.store(true, Ordering::Relaxed);
            }
        };
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| self.pipeline.run(None, &more, &tell));
            let looked = self.look(&watch, &bell, args, options, &failed);
            more.store(false, Ordering::Relaxed);
            let worked = worker.join();
            looked?;
            match worked {
                Ok(worked) => worked.map(drop).map_err(failure),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })?;
        if failed.into_inner() { Err(Failure::new(Code::No, "")) } else { Ok(()) }
    }

    /// Looks at the folder again and again; with `once`, until nothing is new.
    fn look(
        &self,
        watch: &std::sync::Mutex<Watch>,
        bell: &Bell,
        args: &IngestArgs,
        options: &IngestOptions,
        failed: &AtomicBool,
    ) -> Result<(), Failure> {
        let catalogue = self.library.catalogue().map_err(|e| Failure::new(Code::Unavailable, e))?;
        let settle = Duration::from_millis(args.settle.as_ms().max(0) as u64);
        loop {
            let mut watch = watch.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let News { orders, odd, growing } =
                watch.scan(catalogue, options).map_err(watch_failure)?;
            for odd in odd {
                failed.store(true, Ordering::Relaxed);
                self.bars.say(&format!("{}: {}", odd.path.display(), odd.why));
            }
            let idle = orders.is_empty() && !growing;
            for order in orders {
                match self.pipeline.put(&order) {
                    // From here on the journal knows of it.
                    Ok(()) => watch.done(catalogue, &order.sources).map_err(watch_failure)?,
                    Err(error @ PipelineError::Busy { .. }) => self.bars.say(&error.to_string()),
                    Err(error) => return Err(failure(error)),
                }
            }
            drop(watch);
            if self.pipeline.halted() || (args.once && idle) {
                return Ok(());
            }
            bell.wait(settle.clamp(Duration::from_millis(100), Duration::from_secs(5)));
        }
    }

    /// Tells what happens; false when an asset could not be made.
    fn tell(&self, event: &Event<'_>) -> bool {
        match event {
            Event::Progress { id, progress } => {
                self.bars.show(id.as_str(), *progress);
                true
            }
            Event::Ended { id, result } => {
                self.bars.end(id.as_str());
                let told = match result {
                    Ok(report) => self.describe(report),
                    Err(error) => Err(refusal(id, error)),
                };
                match &told {
                    Ok(text) => print!("{text}"),
                    Err(text) => eprintln!("error: {text}"),
                }
                told.is_ok()
            }
        }
    }

    /// What was made, or why it cannot be aired all the same.
    fn describe(&self, report: &IngestReport) -> Result<String, String> {
        let peaks = peaks(self.library, report)?;
        Ok(describe(report) + &peaks)
    }
}

fn refusal(id: &AssetId, error: &IngestError) -> String {
    format!("{id}: {error}")
}

/// The peak rate of each stream as it is delivered; fails when a decoder's buffer cannot take it.
fn peaks(library: &Library, report: &IngestReport) -> Result<String, String> {
    let index = library.index(&report.id).map_err(|e| e.to_string())?;
    let entry = CatalogueEntry { summary: report.summary.clone(), entry_points: Vec::new() };
    let airing = by_itself(AssetIx(0), &entry, Ticks::from_seconds(1));
    let Some(airing) = airing else { return Ok(String::new()) };
    let play = Play::new(airing, Arc::new(index)).map_err(|error| {
        let id = &report.id;
        let advice = "encode it anew with a smaller buffer or rate, closed groups of pictures";
        format!("{id} is in the library but cannot be aired: {error}; {advice}")
    })?;
    let mut text = String::new();
    for stream in &play.streams {
        let peak = u64::from(stream.curve.peak_in_window(Span::from_seconds(1))) * PACKET_BITS;
        text += &format!(
            "  stream {}: at most {} kbit/s in a second on air\n",
            stream.stream,
            peak / 1000
        );
    }
    Ok(text)
}

fn describe(report: &IngestReport) -> String {
    let mut text =
        format!("{}: {}\n", report.id, timetable::format_duration(report.summary.duration));
    for stream in &report.summary.streams {
        let format = &stream.format;
        let rate_bps = u128::from(stream.bytes) * 8 * u128::from(ts::TICKS_PER_SECOND)
            / report.summary.duration.0.max(1) as u128;
        let codec = format.facts.codec();
        text += &format!("  {codec} {} {} kbit/s\n", format.language, rate_bps / 1000);
    }
    for note in &report.notes {
        text += &format!("  note: {note}\n");
    }
    text
}
