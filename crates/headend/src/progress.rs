//! Progress of long work, on a terminal only.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use library::Progress;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A bar that counts bytes and tells the rate and what is left.
pub fn bytes(total: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let template = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar
}

/// Bars for several things that are done at once, each with a name.
#[derive(Debug)]
pub struct Bars {
    all: MultiProgress,
    by_name: Mutex<BTreeMap<String, ProgressBar>>,
}

impl Default for Bars {
    fn default() -> Bars {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        Bars { all, by_name: Mutex::default() }
    }
}

impl Bars {
    /// Shows how far the ingest of an asset has come.
    pub fn show(&self, name: &str, progress: Progress) {
        let mut bars = self.lock();
        let bar = bars.entry(name.to_owned()).or_insert_with(|| self.all.add(bytes(0, name)));
        let (what, done, total) = match progress {
            Progress::Converting { encode: true } => ("encoding", None, 0),
            Progress::Converting { encode: false } => ("packing", None, 0),
            Progress::Measuring => ("measuring", None, 0),
            Progress::Hashing { done, total } => ("hashing", Some(done), total),
            Progress::Reading { done, total } => ("reading", Some(done), total),
        };
        bar.set_message(format!("{name} {what}"));
        if let Some(done) = done {
            bar.set_length(total);
            bar.set_position(done);
        }
    }

    /// Removes a bar.
    pub fn end(&self, name: &str) {
        if let Some(bar) = self.lock().remove(name) {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
    }

    /// Says something on standard error, above the bars.
    pub fn say(&self, text: &str) {
        self.all.suspend(|| eprintln!("{text}"));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, ProgressBar>> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
