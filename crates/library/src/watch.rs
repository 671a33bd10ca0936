//! A folder whose files are ingested as they come.
//!
//! `maths/4/1.mp4` becomes the asset `maths/4/1`. What stands beside it belongs to it:
//! `maths/4/1.uig.mp3` adds sound in that language, `maths/4/1.json` is its card. A file counts
//! only when it has not changed for a while, so that one that is still being copied is let be. What
//! was dealt with is remembered by its path, length and time in the catalogue, and dealt with again
//! when it changes.

use crate::card::{self, Card};
use crate::catalogue::{Catalogue, CatalogueError, FileStamp};
use crate::id::AssetId;
use crate::ingest::IngestOptions;
use crate::lookup::stamp;
use crate::pipeline::Order;
use crate::store::{self, FileError};
use asset::Language;
use notify::{RecursiveMode, Watcher};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How names end that copying programs give to what is not whole yet.
const UNFINISHED: [&str; 4] = ["part", "tmp", "crdownload", "filepart"];
/// How the names of cards end.
const CARD: &str = "json";

/// Why a folder cannot be watched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WatchError {
    /// The catalogue cannot be used.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The folder cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Something in a watched folder that cannot become an asset as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odd {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

/// What is new in a folder.
#[derive(Clone, Debug, Default)]
pub struct News {
    /// What can be ingested now.
    pub orders: Vec<Order>,
    /// What cannot, told once as long as it stays as it is.
    pub odd: Vec<Odd>,
    /// Whether there are files that may still be growing.
    pub growing: bool,
}

/// A watched folder.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    settle: Duration,
    /// Each file as it was last seen, and since when it looks so.
    seen: BTreeMap<PathBuf, (FileStamp, Instant)>,
    /// What was told or ordered, as it looked then.
    dealt: BTreeMap<PathBuf, FileStamp>,
}

/// The files that make one asset.
#[derive(Debug, Default)]
struct Group {
    /// Files without a language in their name: there should be one.
    main: Vec<PathBuf>,
    sound: Vec<(Language, PathBuf)>,
    card: Option<PathBuf>,
}

impl Watch {
    /// Watches a folder, whose files count when they have not changed for `settle`.
    pub fn new(folder: &Path, settle: Duration) -> Watch {
        let folder = folder.to_owned();
        Watch { folder, settle, seen: BTreeMap::new(), dealt: BTreeMap::new() }
    }

    /// Looks at all files. `options` are those of every order.
    pub fn scan(
        &mut self,
        catalogue: &Catalogue,
        options: &IngestOptions,
    ) -> Result<News, WatchError> {
        let mut names = Vec::new();
        store::walk(&self.folder, &mut |name| names.push(name))?;
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        for name in names {
            sort(&self.folder, &name, &mut groups);
        }
        let now = Instant::now();
        let mut news = News::default();
        let mut present = BTreeMap::new();
        for (stem, group) in groups {
            let stamps = self.stamps(&group, now, &mut present)?;
            let new = self.is_new(catalogue, &stamps)?;
            if !new {
                continue;
            }
            let settled = |path: &PathBuf| {
                present.get(path).is_some_and(|(_, since)| now - *since >= self.settle)
            };
            if !stamps.iter().all(|(path, _)| settled(path)) {
                news.growing = true;
                continue;
            }
            match order(&stem, &group, options) {
                Ok(order) => news.orders.push(order),
                Err(odd) => news.odd.push(odd),
            }
            self.dealt.extend(stamps);
        }
        self.seen = present;
        Ok(news)
    }

    /// Notes that the files of an asset were dealt with, as they looked when they were ordered.
    pub fn done(&self, catalogue: &Catalogue, sources: &[PathBuf]) -> Result<(), WatchError> {
        let stem = sources.first().map(|path| path.with_extension(CARD));
        for path in sources.iter().chain(&stem) {
            if let Some(stamp) = self.dealt.get(path) {
                catalogue.take(&path.to_string_lossy(), stamp.bytes, stamp.changed_ns)?;
            }
        }
        Ok(())
    }

    /// The files of a group as they look now; each keeps the time since when it looks so.
    fn stamps(
        &self,
        group: &Group,
        now: Instant,
        present: &mut BTreeMap<PathBuf, (FileStamp, Instant)>,
    ) -> Result<Vec<(PathBuf, FileStamp)>, FileError> {
        let mut stamps = Vec::new();
        for path in group.files() {
            // What is gone since the folder was read will be found again if it comes back.
            let Some(stamp) = stamp(path)? else { continue };
            let before = self.seen.get(path).filter(|(known, _)| *known == stamp);
            present.insert(path.clone(), (stamp, before.map_or(now, |(_, since)| *since)));
            stamps.push((path.clone(), stamp));
        }
        Ok(stamps)
    }

    /// Whether a group has a file that was not dealt with yet.
    fn is_new(
        &self,
        catalogue: &Catalogue,
        stamps: &[(PathBuf, FileStamp)],
    ) -> Result<bool, CatalogueError> {
        for (path, stamp) in stamps {
            let taken = self.dealt.get(path) == Some(stamp)
                || catalogue.was_taken(&path.to_string_lossy(), stamp.bytes, stamp.changed_ns)?;
            if !taken {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Group {
    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.main.iter().chain(self.sound.iter().map(|(_, path)| path)).chain(&self.card)
    }
}

/// Puts a file into the group that it belongs to. Files that no ingest could want are passed over.
fn sort(folder: &Path, name: &str, groups: &mut BTreeMap<String, Group>) {
    let path = folder.join(name);
    let file = name.rsplit('/').next().unwrap_or(name);
    let Some((_, extension)) = file.rsplit_once('.') else { return };
    if UNFINISHED.contains(&extension.to_ascii_lowercase().as_str()) {
        return;
    }
    let stem = &name[..name.len() - extension.len() - 1];
    if extension == CARD {
        groups.entry(stem.to_owned()).or_default().card = Some(path);
        return;
    }
    let spoken = stem.rsplit_once('.').and_then(|(stem, code)| {
        let code: [u8; 3] = code.as_bytes().try_into().ok()?;
        Some((stem, Language::new(code).filter(|_| code.iter().all(u8::is_ascii_lowercase))?))
    });
    match spoken {
        Some((stem, language)) => {
            groups.entry(stem.to_owned()).or_default().sound.push((language, path));
        }
        None => groups.entry(stem.to_owned()).or_default().main.push(path),
    }
}

/// The order for a group whose files are all there.
fn order(stem: &str, group: &Group, options: &IngestOptions) -> Result<Order, Odd> {
    let any = group.files().next().cloned().unwrap_or_default();
    let odd = |why: String| Odd { path: any.clone(), why };
    let id: AssetId = stem.parse().map_err(|error| odd(crate::IdError::to_string(&error)))?;
    let main = match group.main.as_slice() {
        [main] => main,
        [] => return Err(odd(format!("there is no file {stem}.mp4, .ts or the like beside it"))),
        [first, second, ..] => {
            let (first, second) = (first.display(), second.display());
            return Err(odd(format!("{first} and {second} both want to be {stem}; rename one")));
        }
    };
    let mut options = IngestOptions { replace: true, ..options.clone() };
    if let Some(path) = &group.card {
        let text = card::read_text(path).map_err(|error| odd(error.to_string()))?;
        let card = Card::parse(&text, path).map_err(|error| odd(error.to_string()))?;
        options.card = card.over(options.card);
    }
    let mut sources = vec![main.clone()];
    if !group.sound.is_empty() {
        // The sound of the main file comes first; its language is that of the card.
        let first = options.card.language.as_bytes().try_into().ok().and_then(Language::new);
        options.languages = vec![first.unwrap_or(Language::UNDETERMINED)];
        options.languages.extend(group.sound.iter().map(|(language, _)| *language));
        sources.extend(group.sound.iter().map(|(_, path)| path.clone()));
    }
    Ok(Order { id, sources, options })
}

/// Tells when something may have changed in a folder.
#[derive(Debug)]
pub struct Bell {
    events: Receiver<()>,
    /// Rings as long as it lives; `None` where the system cannot watch, as on network shares.
    _watcher: Option<notify::RecommendedWatcher>,
}

impl Bell {
    /// A bell for a folder and those in it.
    pub fn new(folder: &Path) -> Bell {
        let (send, events) = channel();
        let watcher = notify::recommended_watcher(move |_| {
            // Nobody listens any more when the bell is gone.
            let _ = send.send(());
        });
        let watching = watcher.and_then(|mut watcher| {
            watcher.watch(folder, RecursiveMode::Recursive).map(|()| watcher)
        });
        Bell { events, _watcher: watching.ok() }
    }

    /// Waits until something happens, at most so long: not every file system tells of changes.
    pub fn wait(&self, most: Duration) {
        if self.events.recv_timeout(most) == Err(std::sync::mpsc::RecvTimeoutError::Disconnected) {
            std::thread::sleep(most);
        }
        while self.events.try_recv().is_ok() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(names: &[&str]) -> Vec<(String, usize, usize, bool)> {
        let mut groups = BTreeMap::new();
        names.iter().for_each(|name| sort(Path::new("/in"), name, &mut groups));
        let describe =
            |(stem, g): (String, Group)| (stem, g.main.len(), g.sound.len(), g.card.is_some());
        groups.into_iter().map(describe).collect()
    }

    #[test]
    fn files_are_grouped_by_their_name_without_language_and_extension() {
        let names = ["m/1.mp4", "m/1.uig.mp3", "m/1.bod.mp3", "m/1.json", "m/1.v2.mp4", "a.part"];
        let one = ("m/1".to_owned(), 1, 2, true);
        assert_eq!(groups(&names), [one, ("m/1.v2".to_owned(), 1, 0, false)]);
        assert_eq!(groups(&["noname", "x.TS"]), [("x".to_owned(), 1, 0, false)]);
    }

    #[test]
    fn an_order_names_the_languages_of_all_sound() {
        let mut found = BTreeMap::new();
        ["1.mp4", "1.uig.mp3"].iter().for_each(|n| sort(Path::new("/in"), n, &mut found));
        let card = Card { language: "zho".to_owned(), ..Card::default() };
        let options = IngestOptions { card, ..IngestOptions::default() };
        let order = order("1", &found["1"], &options).unwrap();
        assert_eq!(order.sources, [Path::new("/in/1.mp4"), Path::new("/in/1.uig.mp3")]);
        let spoken: Vec<String> = order.options.languages.iter().map(Language::to_string).collect();
        assert_eq!(spoken, ["zho", "uig"]);
        assert!(order.options.replace);
    }

    #[test]
    fn two_files_for_one_asset_and_sound_alone_are_told() {
        for names in [&["1.mp4", "1.ts"][..], &["1.uig.mp3"], &["1.json"]] {
            let mut found = BTreeMap::new();
            names.iter().for_each(|n| sort(Path::new("/in"), n, &mut found));
            assert!(order("1", &found["1"], &IngestOptions::default()).is_err());
        }
    }
}
