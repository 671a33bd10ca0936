//! `headend library`: what is in the library, and keeping it sound.

mod keep;
mod show;

use crate::config::Config;
use crate::exit::{Code, Failure};
use clap::{Args, Subcommand};
use library::catalogue::{Query, State};
use library::{AssetId, Library};
use std::path::PathBuf;

/// What to do with the library.
#[derive(Args, Debug)]
pub struct LibraryArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// List assets.
    List(ListArgs),
    /// Find assets by any piece of id, titles, course, grade and keywords.
    Search(SearchArgs),
    /// Tell all that is known of an asset.
    Show(ShowArgs),
    /// Read every byte and tell what is damaged, and where.
    Scrub(ScrubArgs),
    /// Tell, and with --remove do, what can be removed.
    Gc(GcArgs),
    /// Make the catalogue anew from the folder.
    Rebuild(RebuildArgs),
    /// Keep assets off the air from the next start or reload on.
    Withdraw(WithdrawArgs),
}

/// Which assets are meant.
#[derive(Args, Debug)]
struct Which {
    /// Only those whose id is this, or begins with it and a `/`.
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    below: String,
    /// Only those of this course.
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    course: String,
    /// Only those for this grade.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    grade: String,
    /// Only those taught in this language.
    #[arg(long, value_name = "CODE", default_value = "", hide_default_value = true)]
    language: String,
    /// Only those in this state: waiting, ingesting, ready, refused, missing, damaged, withdrawn.
    #[arg(long, value_name = "STATE")]
    state: Option<State>,
    /// Only those whose licence ends before this day.
    #[arg(long, value_name = "DATE")]
    expires_before: Option<jiff::civil::Date>,
    /// At most so many.
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct ListArgs {
    /// The configuration.
    config: PathBuf,
    #[command(flatten)]
    which: Which,
}

#[derive(Args, Debug)]
struct SearchArgs {
    /// The configuration.
    config: PathBuf,
    /// What is looked for; all words must be found.
    #[arg(required = true, value_name = "WORD")]
    words: Vec<String>,
    #[command(flatten)]
    which: Which,
}

#[derive(Args, Debug)]
struct ShowArgs {
    /// The configuration.
    config: PathBuf,
    /// The asset.
    id: AssetId,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct ScrubArgs {
    /// The configuration.
    config: PathBuf,
    /// The assets; all when none is named.
    #[arg(value_name = "ID")]
    ids: Vec<AssetId>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct GcArgs {
    /// The configuration. What its timetable names stays.
    config: PathBuf,
    /// Further timetables that name what stays, such as that of the next term.
    #[arg(long, value_name = "FILE")]
    timetable: Vec<PathBuf>,
    /// Also what no timetable names.
    #[arg(long)]
    unused: bool,
    /// How many days content stays that was replaced.
    #[arg(long, value_name = "N", default_value_t = 30)]
    keep_days: u32,
    /// Remove it, instead of telling only.
    #[arg(long)]
    remove: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct RebuildArgs {
    /// The configuration.
    config: PathBuf,
}

#[derive(Args, Debug)]
struct WithdrawArgs {
    /// The configuration.
    config: PathBuf,
    /// The assets.
    #[arg(required = true, value_name = "ID")]
    ids: Vec<AssetId>,
    /// Why.
    #[arg(long, value_name = "TEXT", required_unless_present = "undo")]
    why: Option<String>,
    /// Who says so; the user of the system when not said.
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// Take it back.
    #[arg(long, conflicts_with = "why")]
    undo: bool,
}

/// Does it.
pub fn run(args: &LibraryArgs) -> Result<(), Failure> {
    match &args.action {
        Action::List(args) => show::list(&open(&args.config)?, String::new(), &args.which),
        Action::Search(args) => show::list(&open(&args.config)?, args.words.join(" "), &args.which),
        Action::Show(args) => show::show(&open(&args.config)?, &args.id, args.json),
        Action::Scrub(args) => keep::scrub(&open(&args.config)?, &args.ids, args.json),
        Action::Gc(args) => keep::gc(args),
        Action::Rebuild(args) => keep::rebuild(&Config::load(&args.config)?.library),
        Action::Withdraw(args) => keep::withdraw(&open(&args.config)?, args),
    }
}

fn open(config: &std::path::Path) -> Result<Library, Failure> {
    let config = Config::load(config)?;
    Library::open(&config.library).map_err(|e| Failure::new(Code::Unavailable, e))
}

impl Which {
    fn query(&self, text: String) -> Query {
        Query {
            text,
            below: self.below.clone(),
            course: self.course.clone(),
            grade: self.grade.clone(),
            language: self.language.clone(),
            state: self.state,
            expires_before: self.expires_before,
            limit: self.limit,
        }
    }
}
