//! `headend ingest`: a file into the library.

use crate::config::Config;
use crate::exit::{Code, Failure};
use crate::progress;
use asset::Language;
use clap::Args;
use engine::Play;
use library::{AssetId, IngestOptions, IngestReport, Library, Progress, ingest};
use rundown::{AssetIx, CatalogueEntry, by_itself};
use std::path::PathBuf;
use std::sync::Arc;
use ts::{PACKET_BITS, Span, Ticks};

/// What to ingest.
#[derive(Args, Debug)]
pub struct IngestArgs {
    /// The configuration.
    pub config: PathBuf,
    /// The name of the asset, as the timetable has it.
    #[arg(long, value_name = "ID")]
    pub id: AssetId,
    /// A file with pictures or sound, then files that each add sound in another language.
    #[arg(required = true, value_name = "FILE")]
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
    let options = IngestOptions {
        program: args.program,
        languages: args.language.clone(),
        replace: args.replace,
        ..IngestOptions::default()
    };
    let bar = progress::bytes(0, "reading");
    let report = ingest(&args.files, &args.id, &library, &options, &mut |step| match step {
        Progress::Converting { encode } => {
            bar.set_message(if encode { "encoding" } else { "packing" });
        }
        Progress::Reading { done, total } => {
            bar.set_message("reading");
            bar.set_length(total);
            bar.set_position(done);
        }
    });
    bar.finish_and_clear();
    let report = report.map_err(|e| Failure::new(Code::No, e))?;
    print!("{}", describe(&report));
    let peaks = peaks(&library, &report)?;
    print!("{peaks}");
    Ok(())
}

/// The peak rate of each stream as it is delivered; fails when a decoder's buffer cannot take it.
fn peaks(library: &Library, report: &IngestReport) -> Result<String, Failure> {
    let index = library.index(&report.id).map_err(|e| Failure::new(Code::Io, e))?;
    let entry = CatalogueEntry { summary: report.summary.clone(), entry_points: Vec::new() };
    let airing = by_itself(AssetIx(0), &entry, Ticks::from_seconds(1));
    let Some(airing) = airing else { return Ok(String::new()) };
    let play = Play::new(airing, Arc::new(index)).map_err(|error| {
        let id = &report.id;
        let advice = "encode it anew with a smaller buffer or rate, closed groups of pictures";
        Failure::new(
            Code::No,
            format!("{id} is in the library but cannot be aired: {error}; {advice}"),
        )
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
