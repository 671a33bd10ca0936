//! A configuration that cannot be used, and how that is told.

use crate::text;
use std::io;
use std::path::{Path, PathBuf};
use timetable::{Diagnostic, Source, render_human, render_short, to_json};

/// The text of a configuration file with the name by which diagnostics call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigText {
    /// The file's path as it was given.
    pub name: String,
    /// Its content.
    pub text: String,
}

/// Why there is no configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {message}; give the path of a headend.toml that may be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What kind of error it is.
        kind: io::ErrorKind,
        /// What the system says.
        message: String,
    },
    /// The file has faults, or names what the timetable does not have.
    #[error("the configuration has errors\n{}", .text.human(.diagnostics, false))]
    Faulty {
        /// The file's text, which the diagnostics point into.
        text: ConfigText,
        /// All that is wrong, ordered by place.
        diagnostics: Vec<Diagnostic>,
    },
}

impl ConfigText {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<ConfigText, ConfigError> {
        let text = text::read(path).map_err(|error| ConfigError::Unreadable {
            path: path.to_owned(),
            kind: error.kind(),
            message: error.to_string(),
        })?;
        let name = path.display().to_string();
        Ok(ConfigText { name, text })
    }

    /// The text as a source of diagnostics.
    pub fn source(&self) -> Source<'_> {
        Source { name: &self.name, text: &self.text }
    }

    /// Diagnostics about this text, for people.
    pub fn human(&self, diagnostics: &[Diagnostic], color: bool) -> String {
        render_human(diagnostics, &[self.source()], color)
    }

    /// Diagnostics about this text, one line each.
    pub fn short(&self, diagnostics: &[Diagnostic]) -> String {
        render_short(diagnostics, &[self.source()])
    }

    /// Diagnostics about this text, for programs.
    pub fn json(&self, diagnostics: &[Diagnostic]) -> serde_json::Value {
        to_json(diagnostics, &[self.source()])
    }
}
