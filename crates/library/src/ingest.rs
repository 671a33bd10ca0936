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
mod measure;
mod packets;
mod pes;
mod profile;
mod programme;
mod shelve;
mod source;
mod stamps;
mod subtitle;
mod timing;
mod treat;
mod unit;
mod video;
mod writer;

use crate::card::{Card, Quality, SoundReport};
use crate::id::AssetId;
use crate::publish;
use crate::store::Library;
use assemble::{Assembly, Conversion, Input};
use asset::{AssetSummary, Language};
use convert::{Choice, Ffmpeg, Mode};
use packets::PacketFile;
use std::path::{Path, PathBuf};
use treat::Treatment;

pub use error::{ConvertFault, IngestError, Note, Place, SourceFault};
pub use profile::{BroadcastProfile, Unfit};
pub use treat::Loudness;

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
    /// What streams must be like; what is not is encoded anew. Anything will do when `None`.
    pub profile: Option<BroadcastProfile>,
    /// How loud sound is to be; it is measured and brought there, and silence, black and frozen
    /// pictures are reported. Nothing is measured when `None`.
    pub loudness: Option<Loudness>,
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
        if self.profile.is_some() {
            settings.push("fit to be broadcast".to_owned());
        }
        settings.extend(self.loudness.map(|loudness| {
            let (lufs, tenths) = (loudness.target_lufs_x10 / 10, loudness.target_lufs_x10 % 10);
            format!("loudness {lufs}.{} LUFS", tenths.abs())
        }));
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
            profile: None,
            loudness: None,
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
    /// ffmpeg listens and looks.
    Measuring,
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
    let (assembly, quality) = work.make_fit(&mut inputs, assembly)?;
    let (index, notes) = shelve::shelve(library, id, assembly, quality, fingerprints, options)?;
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

/// How often what is not fit is treated: the second time is for sound whose loudness the first
/// treatment has changed, as by fewer channels.
const TREATMENTS_MAX: usize = 2;

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

    /// Judges an asset, and lets ffmpeg encode what is not fit of it, and that only.
    fn make_fit(
        &mut self,
        inputs: &mut [Input],
        mut assembly: Assembly,
    ) -> Result<(Assembly, Option<Quality>), IngestError> {
        for _ in 0..TREATMENTS_MAX {
            let judged = self.judge(&assembly, inputs.len())?;
            if judged.treatments.iter().all(|treatment| treatment.why.is_empty()) {
                return Ok(judged.over(assembly));
            }
            for (number, treatment) in judged.treatments.into_iter().enumerate() {
                if !treatment.why.is_empty() {
                    inputs[number] = self.treat(&inputs[number], number, &assembly, treatment)?;
                }
            }
            assembly = self.assemble(inputs)?;
        }
        let judged = self.judge(&assembly, inputs.len())?;
        let left = judged.treatments.iter().flat_map(|treatment| &treatment.why);
        assembly.notes.extend(left.map(|what| Note::Unfit { what: what.clone() }));
        Ok(judged.over(assembly))
    }

    fn judge(&mut self, assembly: &Assembly, inputs: usize) -> Result<Judged, IngestError> {
        let Assembly { index, draft, notes, origin } = assembly;
        let open = notes.iter().any(|note| matches!(note, Note::OpenStart { .. }));
        let profile = self.options.profile.as_ref();
        let unfit = profile.map(|profile| profile.judge(index, open)).unwrap_or_default();
        let mut judged = Judged { treatments: Vec::new(), quality: None, note: None };
        let mut sound = Vec::new();
        if let Some(loudness) = self.options.loudness {
            (self.progress)(Progress::Measuring);
            match measure::measure(self.ffmpeg(), draft.path(), index) {
                Ok(quality) => {
                    let with_filter = |r: &SoundReport| (r.clone(), loudness.filter(r));
                    sound = quality.sound.iter().map(with_filter).collect();
                    judged.quality = Some(quality);
                }
                Err(IngestError::Convert { fault: ConvertFault::NotInstalled { .. }, .. }) => {
                    judged.note = Some(Note::NotMeasured);
                }
                Err(error) => return Err(error),
            }
        }
        judged.treatments = treat::treatments(index, origin, &unfit, &sound, inputs);
        Ok(judged)
    }

    /// Lets ffmpeg treat input `number` of an assembly. What could be taken as it is is treated as
    /// it was assembled: without what the end of a cut file has left of its last picture, which
    /// ffmpeg would make look whole.
    fn treat(
        &mut self,
        input: &Input,
        number: usize,
        assembly: &Assembly,
        treatment: Treatment,
    ) -> Result<Input, IngestError> {
        let encode = treatment.pictures.is_some();
        (self.progress)(Progress::Converting { encode });
        let origin = assembly.origin.iter().enumerate();
        let streams = origin.filter(|(_, of)| **of == number).map(|(stream, _)| stream);
        let (path, choice) = match input.is_native() {
            true => (assembly.draft.path(), Choice::Streams(streams.collect())),
            false => (input.to_be_treated(), Choice::Programme),
        };
        let reasons = input.reasons().into_iter().chain(treatment.why.iter().map(String::as_str));
        let why = reasons.collect::<Vec<_>>().join("; ");
        let fault = SourceFault::Unfit { what: why.clone() };
        let (ffmpeg, folder, mode) = (self.ffmpeg(), self.library.folder(), Mode::Treat(treatment));
        let draft = convert::convert(ffmpeg, path, &choice, folder, &mode, fault)?;
        Ok(Input::converted(input.original(), draft, Conversion::Treated(why)))
    }

    fn convert(&mut self, path: &Path, mode: Mode, why: SourceFault) -> Result<Input, IngestError> {
        (self.progress)(Progress::Converting { encode: mode == Mode::Encode });
        let (ffmpeg, folder) = (self.ffmpeg(), self.library.folder());
        let draft = convert::convert(ffmpeg, path, &Choice::Programme, folder, &mode, why)?;
        let encoded = mode == Mode::Encode;
        let conversion = if encoded { Conversion::Encoded } else { Conversion::Packed };
        Ok(Input::converted(path, draft, conversion))
    }

    fn ffmpeg(&self) -> Ffmpeg<'_> {
        Ffmpeg { program: &self.options.ffmpeg, threads: self.options.threads }
    }
}

/// What judging an asset came to.
struct Judged {
    /// What is to be done with each source; without reasons where that is nothing.
    treatments: Vec<Treatment>,
    quality: Option<Quality>,
    note: Option<Note>,
}

impl Judged {
    fn over(self, mut assembly: Assembly) -> (Assembly, Option<Quality>) {
        assembly.notes.extend(self.note);
        (assembly, self.quality)
    }
}
