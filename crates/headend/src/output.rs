//! Standard output, for people and for programs that may stop reading.

use crate::exit::{Code, Failure};
use std::io::{self, IsTerminal, Write};

/// Prints a text. A reader that has seen enough is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Code::Io, format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints something as JSON.
pub fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Failure::new(Code::Io, e))?;
    print(&format!("{text}\n"))
}

/// Whether standard output shows colours: a terminal does, unless `NO_COLOR` is set.
pub fn is_colored() -> bool {
    io::stdout().is_terminal() && is_color_welcome()
}

/// Whether logs are coloured: on a terminal, not in the journal or a file.
pub fn is_log_colored() -> bool {
    io::stderr().is_terminal() && is_color_welcome()
}

fn is_color_welcome() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}
