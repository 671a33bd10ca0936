//! The configuration: `headend.toml`.
//!
//! ```text
//! headend.toml -> Config::load -> Config -> engine::Multiplex, uplink::OutputConfig
//! ```
//!
//! The file is walked by hand, key by key, so that all that is wrong with it is told at once, each
//! with its place and what would put it right. A [`Config`] is there only when nothing is wrong:
//! rates are exact, matrices fit, no two outputs send to the same place. `config/headend.toml` in
//! the repository shows every key.

mod alarms;
mod carrier;
mod clash;
mod control;
mod error;
mod file;
mod multiplex;
mod output;
mod read;
mod table;
mod wiring;

pub use self::control::LISTEN;
pub use alarms::{AlarmsConfig, MailConfig, MailTls};
pub use carrier::Carrier;
pub use error::{ConfigError, ConfigText};
pub use multiplex::MultiplexConfig;
pub use output::Output;
pub use read::{NetworkConfig, RunConfig};
pub use wiring::service_type;

use library::bundles::{BundleLimits, Pattern};
use std::path::{Path, PathBuf};
use timetable::{Diagnostic, Severity, Source, arrange};

/// A configuration without faults. All paths are ready to be opened.
#[derive(Clone, Debug)]
pub struct Config {
    /// The text that it was read from.
    pub text: ConfigText,
    /// The folder of the file, which paths in it are relative to.
    pub folder: PathBuf,
    /// The folder of assets.
    pub library: PathBuf,
    /// The folder of what is kept between runs.
    pub state: PathBuf,
    /// The folder below which bundles find their files.
    pub bundles: PathBuf,
    /// What a bundle may hold.
    pub bundle_limits: BundleLimits,
    /// The files of the timetable, ordered, each once; never empty.
    pub timetables: Vec<PathBuf>,
    /// The network.
    pub network: NetworkConfig,
    /// The multiplexes, in the order of the file; never empty.
    pub multiplexes: Vec<MultiplexConfig>,
    /// How the daemon runs.
    pub run: RunConfig,
    /// Who is told of what is wrong.
    pub alarms: AlarmsConfig,
    /// The control listener, if there is to be one.
    pub control: Option<::control::Settings>,
}

impl Config {
    /// Reads a configuration file and looks for the timetable files that it names.
    ///
    /// # Errors
    /// The file cannot be read, or it has faults: then all of them.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = ConfigText::read(path)?;
        let named = path.parent().filter(|folder| *folder != Path::new(""));
        let folder = named.unwrap_or(Path::new("."));
        let (config, diagnostics) = parse(&text.source(), folder, &mut |pattern| {
            file::timetable_files(folder, pattern, path)
        });
        match config {
            Some(config) => Ok(config),
            None => Err(ConfigError::Faulty { text, diagnostics }),
        }
    }

    /// The multiplex with this name.
    pub fn multiplex(&self, name: &str) -> Option<&MultiplexConfig> {
        self.multiplexes.iter().find(|m| m.name == name)
    }
}

/// Reads a configuration from its text. `files` gives the files that a pattern of timetables
/// names, or says in one line why there are none.
///
/// The configuration is there exactly when there are no diagnostics; those are ordered by place.
pub fn parse(
    source: &Source<'_>,
    folder: &Path,
    files: &mut dyn FnMut(&Pattern) -> Result<Vec<PathBuf>, String>,
) -> (Option<Config>, Vec<Diagnostic>) {
    let mut config = None;
    let report = timetable::read::read_document(0, source, "configuration", |root, report| {
        config = read::read_root(root, report, source, folder, files);
    });
    let mut diagnostics = report.diagnostics;
    arrange(&mut diagnostics);
    let faulty = diagnostics.iter().any(|d| d.severity() == Severity::Error);
    (config.filter(|_| !faulty), diagnostics)
}
