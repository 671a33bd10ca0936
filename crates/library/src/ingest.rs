//! Making assets of files.
//!
//! A transport stream is taken as it is: its access units are unpacked, checked, timed and packed
//! anew, never encoded. Anything else goes through the program ffmpeg first, which packs it as a
//! transport stream or, where its coding cannot be carried, encodes it.

mod assemble;
mod audio;
mod clock;
mod convert;
mod entry;
mod error;
mod packets;
mod pes;
mod programme;
mod shelve;
mod source;
mod stamps;
mod timing;
mod unit;
mod video;
mod writer;

use crate::card::Card;
use crate::id::AssetId;
use crate::publish;
use crate::store::Library;
use assemble::{Assembly, Input};
use asset::{AssetSummary, Language};
use convert::{Ffmpeg, Mode};
use packets::PacketFile;
use std::path::{Path, PathBuf};

pub use error::{ConvertFault, IngestError, Note, Place, SourceFault};

/// How an asset is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngestOptions {
    /// The program ffmpeg, by its path or by a name that is looked for in PATH.
    pub ffmpeg: PathBuf,
    /// How many threads ffmpeg may use; all it likes when not said.
    pub threads: Option<usize>,
    /// The programme of a transport stream with several; the first one when not said.
    pub program: Option<u16>,
    /// The languages of the audio streams in their order, over what the sources say.
    pub languages: Vec<Language>,
    /// Whether an asset of this name may be replaced.
    pub replace: bool,
    /// What is to be said of the asset, over what was said of one that it replaces.
    pub card: Card,
    /// Who ingests it.
    pub who: String,
}

impl IngestOptions {
    /// What was chosen, for people to read later.
    fn settings(&self) -> String {
        let mut settings = Vec::new();
        settings.extend(self.program.map(|program| format!("program {program}")));
        if !self.languages.is_empty() {
            let languages: Vec<String> = self.languages.iter().map(Language::to_string).collect();
            settings.push(format!("languages {}", languages.join(" ")));
        }
        settings.join(", ")
    }
}

impl Default for IngestOptions {
    fn default() -> IngestOptions {
        IngestOptions {
            ffmpeg: PathBuf::from("ffmpeg"),
            threads: None,
            program: None,
            languages: Vec::new(),
            replace: false,
            card: Card::default(),
            who: String::new(),
        }
    }
}

/// How far an ingest has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A source is hashed.
    Hashing {
        /// Bytes hashed.
        done: u64,
        /// Bytes of this source.
        total: u64,
    },
    /// ffmpeg packs (`encode` is false) or encodes a source.
    Converting {
        /// Whether pictures and sound are encoded anew.
        encode: bool,
    },
    /// The sources are read.
    Reading {
        /// Bytes read.
        done: u64,
        /// Bytes of all sources.
        total: u64,
    },
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngestReport {
    /// The asset's name.
    pub id: AssetId,
    /// What it is.
    pub summary: AssetSummary,
    /// What was left out or put right.
    pub notes: Vec<Note>,
}

/// Makes an asset of a file with pictures or sound, and further files that each add sound.
///
/// The sound of a further file is taken to begin together with the first picture of the first one.
/// The asset appears in the library at the very end and at once: an ingest that fails or is killed
/// leaves nothing that can be seen.
pub fn ingest(
    sources: &[PathBuf],
    id: &AssetId,
    library: &Library,
    options: &IngestOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<IngestReport, IngestError> {
    if sources.is_empty() {
        return Err(IngestError::NoSource);
    }
    if library.index_path(id).exists() && !options.replace {
        return Err(IngestError::Exists { id: id.clone() });
    }
    let made = make(sources, id, library, options, progress);
    made.map_err(|error| error.or_full_disk(library.folder()))
}

fn make(
    sources: &[PathBuf],
    id: &AssetId,
    library: &Library,
    options: &IngestOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<IngestReport, IngestError> {
    publish::sweep(library.folder())?;
    let fingerprints = shelve::fingerprints(sources, progress)?;
    let mut work = Work { library, options, progress };
    let mut inputs =
        sources.iter().map(|path| work.prepare(path)).collect::<Result<Vec<Input>, _>>()?;
    let assembly = work.assemble(&mut inputs)?;
    let (index, notes) = shelve::shelve(library, id, assembly, fingerprints, options)?;
    Ok(IngestReport { id: id.clone(), summary: index.summary(), notes })
}

/// What was made, if an asset is in the library that was made of these very sources in this very
/// way: as after a kill between its last step and the note of that.
pub(crate) fn is_done(
    sources: &[PathBuf],
    id: &AssetId,
    library: &Library,
    options: &IngestOptions,
    progress: &mut dyn FnMut(Progress),
) -> Option<IngestReport> {
    let summary = library.check(id).ok()?;
    let provenance = library.card(id).ok()?.provenance?;
    let made_so = provenance.asset == shelve::hex(&summary.digest)
        && provenance.settings == options.settings();
    let same = made_so && provenance.sources == shelve::fingerprints(sources, progress).ok()?;
    same.then(|| IngestReport { id: id.clone(), summary, notes: Vec::new() })
}

/// What all steps of an ingest need.
struct Work<'a> {
    library: &'a Library,
    options: &'a IngestOptions,
    progress: &'a mut dyn FnMut(Progress),
}

impl Work<'_> {
    /// Finds out whether a file can be taken as it is, and lets ffmpeg pack it when not.
    fn prepare(&mut self, path: &Path) -> Result<Input, IngestError> {
        let why = match PacketFile::open(path) {
            Ok(_) => return Ok(Input::native(path)),
            Err(IngestError::Source { fault: SourceFault::NotTransportStream, .. }) => {
                SourceFault::NotTransportStream
            }
            Err(error) => return Err(error),
        };
        match self.convert(path, Mode::Pack, why.clone()) {
            // What cannot be packed as it is may still be encoded.
            Err(IngestError::Convert { fault: ConvertFault::Failed { .. }, .. }) => {
                self.convert(path, Mode::Encode, why)
            }
            other => other,
        }
    }

    /// Assembles the asset. A file that ffmpeg has only packed so far and that turns out unfit is
    /// encoded, and all begins again.
    fn assemble(&mut self, inputs: &mut [Input]) -> Result<Assembly, IngestError> {
        loop {
            let folder = self.library.folder();
            let result = assemble::assemble(inputs, folder, self.options, self.progress);
            let (unfit, why) = match &result {
                Ok(assembly) => (assembly.lossy_pack(inputs), SourceFault::NotTransportStream),
                Err(IngestError::Source { path, fault }) => {
                    (inputs.iter().position(|i| i.is_packed(path)), fault.clone())
                }
                Err(_) => (None, SourceFault::NotTransportStream),
            };
            let Some(number) = unfit else { return result };
            let path = inputs[number].original().to_owned();
            inputs[number] = self.convert(&path, Mode::Encode, why)?;
        }
    }

    fn convert(&mut self, path: &Path, mode: Mode, why: SourceFault) -> Result<Input, IngestError> {
        (self.progress)(Progress::Converting { encode: mode == Mode::Encode });
        let IngestOptions { ffmpeg, threads, .. } = self.options;
        let ffmpeg = Ffmpeg { program: ffmpeg, threads: *threads };
        let draft = convert::convert(ffmpeg, path, self.library.folder(), mode, why)?;
        Ok(Input::converted(path, draft, mode == Mode::Encode))
    }
}
