//! A folder whose files become assets.

mod support;

use library::pipeline::{Order, Pipeline};
use library::watch::{News, Watch};
use library::{AssetId, IngestOptions, Library};
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use support::{Bench, clip_path, id};

fn ids(news: &News) -> Vec<AssetId> {
    news.orders.iter().map(|order| order.id.clone()).collect()
}

fn scan(watch: &mut Watch, library: &Library) -> News {
    watch.scan(library.catalogue().unwrap(), &IngestOptions::default()).unwrap()
}

fn ingest_all(watch: &Watch, library: &Library, orders: &[Order]) -> Vec<bool> {
    let pipeline = Pipeline::new(library, "/nowhere/ffmpeg".into(), 2, 2).unwrap();
    for order in orders {
        pipeline.put(order).unwrap();
        watch.done(library.catalogue().unwrap(), &order.sources).unwrap();
    }
    let ended = pipeline.run(None, &AtomicBool::new(false), &|_| {}).unwrap();
    ended.into_iter().map(|(_, result)| result.is_ok()).collect()
}

fn copy(clip: &str, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(clip_path(clip), to).unwrap();
}

#[test]
fn files_count_when_they_have_settled_and_once_as_long_as_they_stay_as_they_are() {
    let bench = Bench::new();
    let folder = bench.folder.path().join("in");
    copy("slate-h264", &folder.join("m/1.ts"));
    copy("slate-h264", &folder.join("m/2.ts.part"));
    fs::write(folder.join("m/1.json"), r#"{ "title": { "zh": "一" } }"#).unwrap();
    let settle = Duration::from_millis(150);
    let mut watch = Watch::new(&folder, settle);
    let library = &bench.library;
    let first = scan(&mut watch, library);
    assert!(first.orders.is_empty() && first.growing);
    // A file that grows begins to settle anew.
    std::thread::sleep(settle);
    fs::File::options().append(true).open(folder.join("m/1.json")).unwrap().set_len(60).unwrap();
    fs::write(folder.join("m/1.json"), r#"{ "title": { "zh": "第一" } }"#).unwrap();
    assert!(scan(&mut watch, library).orders.is_empty());
    std::thread::sleep(settle);
    let settled = scan(&mut watch, library);
    assert_eq!((ids(&settled), settled.growing), (vec![id("m/1")], false));
    assert!(scan(&mut watch, library).orders.is_empty(), "it is ordered once");
    assert_eq!(ingest_all(&watch, library, &settled.orders), [true]);
    assert_eq!(library.card(&id("m/1")).unwrap().title.zh, "第一");
    // A new program knows what was dealt with.
    let mut watch = Watch::new(&folder, Duration::ZERO);
    assert!(ids(&scan(&mut watch, library)).is_empty());
    // A changed file replaces its asset.
    let before = library.summary(&id("m/1")).unwrap().digest;
    copy("slate-mpeg2", &folder.join("m/1.ts"));
    let changed = scan(&mut watch, library);
    assert_eq!(ids(&changed), [id("m/1")]);
    assert_eq!(ingest_all(&watch, library, &changed.orders), [true]);
    assert_ne!(library.summary(&id("m/1")).unwrap().digest, before);
}

#[test]
fn what_cannot_be_ingested_is_told_once_and_again_when_it_changes() {
    let bench = Bench::new();
    let folder = bench.folder.path().join("in");
    copy("slate-h264", &folder.join("1.ts"));
    copy("slate-h264", &folder.join("1.mpg"));
    fs::write(folder.join("2.ts"), "no stream").unwrap();
    let library = &bench.library;
    let mut watch = Watch::new(&folder, Duration::ZERO);
    let news = scan(&mut watch, library);
    assert_eq!((news.odd.len(), ids(&news)), (1, vec![id("2")]));
    assert!(news.odd[0].why.contains("both want to be 1"), "{:?}", news.odd);
    assert_eq!(ingest_all(&watch, library, &news.orders), [false]);
    let again = scan(&mut watch, library);
    assert!(again.odd.is_empty() && again.orders.is_empty());
    fs::remove_file(folder.join("1.mpg")).unwrap();
    copy("slate-mpeg2", &folder.join("1.ts"));
    assert_eq!(ids(&scan(&mut watch, library)), [id("1")]);
}
