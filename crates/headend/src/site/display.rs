//! What people see while it goes on: bars on a terminal, otherwise a line now and then.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use receiver::{BundleProgress, VersionId};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

const BARS_INTERVAL: Duration = Duration::from_millis(250);
const LINES_INTERVAL: Duration = Duration::from_secs(10);

/// Progress and news on standard error.
#[derive(Debug)]
pub(crate) struct Display {
    bars: Option<MultiProgress>,
    shown: BTreeMap<VersionId, Shown>,
    last: Instant,
}

#[derive(Debug)]
struct Shown {
    bar: Option<ProgressBar>,
    percent: u64,
}

impl Display {
    pub(crate) fn new() -> Display {
        let is_terminal = std::io::stderr().is_terminal();
        let bars = is_terminal.then(MultiProgress::new);
        Display { bars, shown: BTreeMap::new(), last: Instant::now() }
    }

    /// Tells some news.
    pub(crate) fn line(&self, text: &str) {
        let is_told = self.bars.as_ref().is_some_and(|bars| bars.println(text).is_ok());
        if !is_told {
            write_line(text);
        }
    }

    /// Whether it is time to show how far the bundles are.
    pub(crate) fn is_due(&self) -> bool {
        let interval = if self.bars.is_some() { BARS_INTERVAL } else { LINES_INTERVAL };
        self.last.elapsed() >= interval
    }

    /// Shows how far the bundles on air are.
    pub(crate) fn show(&mut self, bundles: &[BundleProgress]) {
        self.last = Instant::now();
        self.shown.retain(|version, shown| {
            let is_on_air = bundles.iter().any(|bundle| bundle.version == *version);
            if let Some(bar) = shown.bar.as_ref().filter(|_| !is_on_air) {
                bar.finish_and_clear();
            }
            is_on_air
        });
        for bundle in bundles {
            self.show_bundle(bundle);
        }
    }

    fn show_bundle(&mut self, bundle: &BundleProgress) {
        let bars = self.bars.as_ref();
        let begin = || Shown { bar: bars.map(|bars| bars.add(new_bar())), percent: 0 };
        let shown = self.shown.entry(bundle.version).or_insert_with(begin);
        let (done, all) = (bundle.blocks_done, bundle.blocks);
        let percent = (done * 100).checked_div(all).unwrap_or(0);
        let is_news = percent != shown.percent;
        shown.percent = percent;
        let files = format!("{}/{} files", bundle.files_done, bundle.files);
        match &shown.bar {
            Some(bar) => {
                bar.set_length(all);
                bar.set_position(done);
                bar.set_prefix(bundle.bundle.clone());
                bar.set_message(files);
            }
            None if is_news => write_line(&format!("{}: {percent} %, {files}", bundle.bundle)),
            None => {}
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        for bar in self.shown.values().filter_map(|shown| shown.bar.as_ref()) {
            bar.finish_and_clear();
        }
    }
}

/// Reception goes on when nobody reads its news any more.
fn write_line(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn new_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{prefix:24!} {wide_bar} {percent:>3} % {msg}")
    {
        bar.set_style(style);
    }
    bar
}
