//! What a command ends with: a message and an exit code.

use std::fmt;
use std::process::ExitCode;

/// Exit codes, those of sysexits where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The answer is no: not conformant, warnings that were to count.
    No = 1,
    /// The command line is wrong.
    Usage = 64,
    /// Something that is needed is not available.
    Unavailable = 69,
    /// Reading or writing failed.
    Io = 74,
    /// The configuration or the timetable is wrong.
    Config = 78,
}

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    /// What the process exits with.
    pub code: Code,
    /// What is told on standard error; empty when all has been said.
    pub message: String,
}

impl Failure {
    /// A failure with a message.
    pub fn new(code: Code, message: impl fmt::Display) -> Failure {
        Failure { code, message: message.to_string() }
    }

    /// The process's exit code, once the message has been told.
    pub fn exit(self) -> ExitCode {
        if !self.message.is_empty() {
            eprintln!("error: {}", self.message);
        }
        ExitCode::from(self.code as u8)
    }
}

impl From<crate::config::ConfigError> for Failure {
    fn from(error: crate::config::ConfigError) -> Failure {
        Failure::new(Code::Config, error)
    }
}
