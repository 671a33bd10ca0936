//! The steps of a long task: a heading for each, its time, and a summary at the end.

use std::time::{Duration, Instant};

use crate::Outcome;

/// What each step so far came to.
#[derive(Default)]
pub struct Report {
    steps: Vec<(&'static str, Duration, Outcome)>,
}

impl Report {
    /// Runs one step. A failure is kept for the summary; later steps still run.
    pub fn step(&mut self, name: &'static str, work: impl FnOnce() -> Outcome) {
        println!("\n==> {name}");
        let begin = Instant::now();
        let outcome = work();
        if let Err(message) = &outcome {
            eprintln!("{message}");
        }
        self.steps.push((name, begin.elapsed(), outcome));
    }

    /// Prints a line for each step; an error when any of them failed.
    pub fn close(self) -> Outcome {
        println!("\n==> summary");
        for (name, time, outcome) in &self.steps {
            let word = if outcome.is_ok() { "ok" } else { "FAILED" };
            println!("{:>7.1} s  {name:<28} {word}", time.as_secs_f64());
        }
        let total: Duration = self.steps.iter().map(|(_, time, _)| *time).sum();
        println!("{:>7.1} s  in all", total.as_secs_f64());
        let failed: Vec<&str> =
            self.steps.iter().filter(|step| step.2.is_err()).map(|step| step.0).collect();
        if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
    }
}
