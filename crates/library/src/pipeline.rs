//! Ingest of many files, which survives being killed at any step.
//!
//! What is to be done stands in the journal of the catalogue before anything is done, and until the
//! asset is in its place. Several programs may work off one journal; what a killed one was at is
//! begun anew by the next. Nothing that is half done can be seen.

use crate::card::Card;
use crate::catalogue::{Catalogue, CatalogueError, Claim, Next};
use crate::id::AssetId;
use crate::ingest::{
    BroadcastProfile, IngestError, IngestOptions, IngestReport, Loudness, Progress, ingest, is_done,
};
use crate::publish::{self, Draft};
use crate::store::{FileError, Library};
use asset::Language;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often an idle worker looks for work.
const IDLE: Duration = Duration::from_millis(200);
/// How often it looks at what another program holds before it takes that for busy with it.
const LOOKS: u32 = 5;

/// An asset to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its name.
    pub id: AssetId,
    /// The file with pictures or sound, and files that add sound.
    pub sources: Vec<PathBuf>,
    /// How it is to be made. Which ffmpeg is used, and on how many threads, is up to the pipeline.
    pub options: IngestOptions,
}

/// Why an order cannot be taken or worked off.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PipelineError {
    /// Another program is at it.
    #[error("{id} is being ingested by another program; wait for it, or end it")]
    Busy {
        /// The asset.
        id: AssetId,
    },
    /// The journal cannot be used.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The folder cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A path cannot be written down.
    #[error("{path:?} is no text in UTF-8; give the file another name")]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// The order cannot be carried out as it is.
    #[error(transparent)]
    Order(#[from] IngestError),
}

/// What a pipeline tells while it works.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// An asset is begun, or goes on.
    Progress {
        /// Which.
        id: &'a AssetId,
        /// How far it has come.
        progress: Progress,
    },
    /// An asset is done, or refused.
    Ended {
        /// Which.
        id: &'a AssetId,
        /// What came of it.
        result: &'a Result<IngestReport, IngestError>,
    },
}

/// What came of an asset.
pub type Outcome = (AssetId, Result<IngestReport, IngestError>);

/// What a worker has done in one step.
enum Step {
    Ended(Outcome),
    /// Nothing: another program is at what is left.
    Held,
    Nothing,
}

/// Works off the journal of a library.
#[derive(Debug)]
pub struct Pipeline<'a> {
    library: &'a Library,
    ffmpeg: PathBuf,
    threads: usize,
    jobs: usize,
    /// Shows other programs that this one is alive.
    worker: Draft,
    halted: AtomicBool,
}

impl<'a> Pipeline<'a> {
    /// A pipeline that makes up to `jobs` assets at once and gives each its share of `processors`.
    pub fn new(
        library: &'a Library,
        ffmpeg: PathBuf,
        jobs: usize,
        processors: usize,
    ) -> Result<Pipeline<'a>, PipelineError> {
        library.catalogue()?;
        publish::sweep(library.folder())?;
        let (worker, _) = Draft::create(library.folder())?;
        let jobs = jobs.max(1);
        let threads = (processors / jobs).max(1);
        Ok(Pipeline { library, ffmpeg, threads, jobs, worker, halted: AtomicBool::new(false) })
    }

    /// Puts an order into the journal. It will be carried out even if this program is killed now.
    pub fn put(&self, order: &Order) -> Result<(), PipelineError> {
        let Order { id, sources, options } = order;
        if sources.is_empty() {
            return Err(IngestError::NoSource.into());
        }
        if !options.replace && self.library.index_path(id).exists() {
            return Err(IngestError::Exists { id: id.clone() }.into());
        }
        if let Some(path) = sources.iter().find(|path| path.to_str().is_none()) {
            return Err(PipelineError::Path { path: path.clone() });
        }
        let request = Request::of(sources, options).to_text();
        if self.catalogue()?.enqueue(id, &request, &self.is_alive())? {
            Ok(())
        } else {
            Err(PipelineError::Busy { id: id.clone() })
        }
    }

    /// Works off the journal, or what there is in it of these assets, until nothing is left and
    /// `more` is false. Ends early when the disk is full. What came of each asset is in the order
    /// in which they ended.
    pub fn run(
        &self,
        only: Option<&[AssetId]>,
        more: &AtomicBool,
        tell: &(dyn Fn(Event<'_>) + Sync),
    ) -> Result<Vec<Outcome>, PipelineError> {
        let ended = Mutex::new(Vec::new());
        let failed = Mutex::new(None);
        let work = || {
            let mut looks = 0;
            while !self.halted.load(Ordering::Relaxed) {
                match self.step(only, tell) {
                    Ok(Step::Ended(outcome)) => lock(&ended).push(outcome),
                    Ok(Step::Held) if looks < LOOKS => {
                        looks += 1;
                        std::thread::sleep(IDLE);
                    }
                    Ok(_) if more.load(Ordering::Relaxed) => std::thread::sleep(IDLE),
                    Ok(_) => break,
                    Err(error) => {
                        self.halted.store(true, Ordering::Relaxed);
                        lock(&failed).get_or_insert(error);
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            (0..self.jobs).for_each(|_| drop(scope.spawn(work)));
        });
        match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(ended.into_inner().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// Whether the work was given up because the disk is full.
    pub fn halted(&self) -> bool {
        self.halted.load(Ordering::Relaxed)
    }

    fn step(
        &self,
        only: Option<&[AssetId]>,
        tell: &(dyn Fn(Event<'_>) + Sync),
    ) -> Result<Step, PipelineError> {
        let catalogue = self.catalogue()?;
        let claim = match catalogue.claim(only, self.worker.name(), &self.is_alive())? {
            Next::Job(claim) => claim,
            Next::Held => return Ok(Step::Held),
            Next::Nothing => return Ok(Step::Nothing),
        };
        let id = &claim.id;
        let result = self.carry_out(&claim, tell);
        match &result {
            Ok(_) => catalogue.complete(id)?,
            Err(error) if error.passes() => {
                // There may be no room even to note it; then this program's end gives it back.
                let _ = catalogue.put_back(id, &error.to_string());
                self.halted.store(true, Ordering::Relaxed);
            }
            Err(error) => catalogue.refuse(id, &error.to_string())?,
        }
        tell(Event::Ended { id, result: &result });
        Ok(Step::Ended((claim.id, result)))
    }

    fn carry_out(
        &self,
        claim: &Claim,
        tell: &(dyn Fn(Event<'_>) + Sync),
    ) -> Result<IngestReport, IngestError> {
        let id = &claim.id;
        let Some(request) = Request::parse(&claim.request) else {
            return Err(IngestError::NoSource);
        };
        let (sources, mut options) = request.into_parts();
        options.ffmpeg.clone_from(&self.ffmpeg);
        options.threads = Some(self.threads);
        let mut progress = |progress| tell(Event::Progress { id, progress });
        if claim.resumed
            && let Some(report) = is_done(&sources, id, self.library, &options, &mut progress)
        {
            return Ok(report);
        }
        ingest(&sources, id, self.library, &options, &mut progress)
    }

    fn catalogue(&self) -> Result<&'a Catalogue, CatalogueError> {
        self.library.catalogue()
    }

    fn is_alive(&self) -> impl Fn(&str) -> bool + use<'a> {
        let folder = self.library.folder();
        move |worker| publish::is_alive(folder, worker)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An order as it stands in the journal.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    sources: Vec<PathBuf>,
    program: Option<u16>,
    languages: Vec<String>,
    replace: bool,
    profile: bool,
    loudness: Option<(i32, i32)>,
    card: Card,
    who: String,
}

impl Request {
    fn of(sources: &[PathBuf], options: &IngestOptions) -> Request {
        // Who resumes may do so from another folder.
        let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or(path.clone());
        Request {
            sources: sources.iter().map(absolute).collect(),
            program: options.program,
            languages: options.languages.iter().map(Language::to_string).collect(),
            replace: options.replace,
            profile: options.profile.is_some(),
            loudness: options.loudness.map(|l| (l.target_lufs_x10, l.tolerance_lu_x10)),
            card: options.card.clone(),
            who: options.who.clone(),
        }
    }

    fn to_text(&self) -> String {
        // Only paths that are no text have no form in JSON, and those are not taken.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn parse(text: &str) -> Option<Request> {
        serde_json::from_str(text).ok()
    }

    fn into_parts(self) -> (Vec<PathBuf>, IngestOptions) {
        let code = |text: &String| Language::new(*text.as_bytes().first_chunk()?);
        let options = IngestOptions {
            program: self.program,
            languages: self.languages.iter().filter_map(code).collect(),
            replace: self.replace,
            profile: self.profile.then(BroadcastProfile::default),
            loudness: self.loudness.map(|(target_lufs_x10, tolerance_lu_x10)| Loudness {
                target_lufs_x10,
                tolerance_lu_x10,
            }),
            card: self.card,
            who: self.who,
            ..IngestOptions::default()
        };
        (self.sources, options)
    }
}
