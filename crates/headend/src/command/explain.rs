//! `headend explain`: what a code of a finding means, and how to mend it.

use crate::exit::{Code as Exit, Failure};
use crate::output;
use clap::Args;
use timetable::{Code, explanation, nearest};

/// What to explain.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// A code, such as E0401; without one, all of them are listed.
    pub code: Option<String>,
}

/// Explains.
pub fn run(args: &ExplainArgs) -> Result<(), Failure> {
    let Some(wanted) = &args.code else { return output::print(&list()) };
    let wanted = wanted.trim().to_ascii_uppercase();
    match Code::ALL.iter().find(|code| code.as_str() == wanted) {
        Some(code) => output::print(&explanation(*code).page()),
        None => Err(Failure::new(Exit::Usage, unknown(&wanted))),
    }
}

fn list() -> String {
    let mut text = String::new();
    for code in Code::ALL {
        let words: Vec<&str> = code.explanation().split_whitespace().collect();
        text.push_str(&format!("{code}  {}\n", words.join(" ")));
    }
    text
}

fn unknown(wanted: &str) -> String {
    // Whoever writes W0201 for E0201 means the number.
    let number = wanted.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let same = Code::ALL.iter().find(|code| &code.as_str()[1..] == number);
    let near = same.map(|code| code.as_str());
    let near = near.or_else(|| nearest(wanted, Code::ALL.iter().map(|code| code.as_str())));
    let wanted = wanted.escape_debug();
    match near {
        Some(near) => format!("no finding has the code {wanted}; did you mean {near}?"),
        None => format!("no finding has the code {wanted}; `headend explain` lists all codes"),
    }
}
