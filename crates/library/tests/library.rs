//! The library as a folder: what it shows, what it keeps, what it finds out.

mod support;

use library::{
    AssetError, IngestError, IngestOptions, Library, PageError, ReadError, ingest,
    ingest::{Note, SourceFault},
};
use std::fs;
use std::path::PathBuf;
use support::{AUDIO, Bench, clip, clip_path, id, with_pes, without_ffmpeg};

fn stream_file(bench: &Bench) -> PathBuf {
    let name = bench.files().into_iter().find(|name| name.ends_with(".ts")).unwrap();
    bench.library.folder().join(name)
}

#[test]
fn a_survey_lists_assets_in_folders_and_nothing_else() {
    let bench = Bench::new();
    let ids = ["slate", "语文/四年级/第一课", "maths/4/1"].map(id);
    for id in &ids {
        ingest(&[clip_path("slate-h264")], id, &bench.library, &without_ffmpeg(), &mut |_| {})
            .unwrap();
    }
    fs::write(bench.library.folder().join(".ingest-1-1.tmp"), "left by a killed ingest").unwrap();
    fs::write(bench.library.folder().join("readme.txt"), "not an asset").unwrap();
    let library = Library::open(bench.library.folder()).unwrap();
    let survey = library.survey().unwrap();
    let mut wanted = ids.to_vec();
    wanted.sort();
    assert_eq!(survey.keys().cloned().collect::<Vec<_>>(), wanted);
    for (id, state) in survey {
        assert_eq!(state.unwrap(), library.index(&id).unwrap().summary());
    }
}

#[test]
fn what_a_killed_ingest_left_is_removed_by_the_next() {
    let bench = Bench::new();
    fs::write(bench.library.folder().join(".ingest-1-1.tmp"), "left").unwrap();
    bench.ingest(clip("slate-h264").as_flattened()).unwrap();
    assert!(bench.files().iter().all(|name| !name.ends_with(".tmp")), "{:?}", bench.files());
}

#[test]
fn damaged_cut_and_missing_files_are_told_apart() {
    let bench = Bench::new();
    bench.ingest(clip("maths-4-1").as_flattened()).unwrap();
    let path = stream_file(&bench);
    let lesson = id("lesson");
    let page = |n| {
        bench.library.forget(&lesson);
        bench.library.read_page(&lesson, n)
    };
    let whole = fs::read(&path).unwrap();
    assert_eq!(page(1).unwrap(), whole[1024 * 188..2048 * 188]);
    let pages = (whole.len() / 188).div_ceil(1024) as u32;
    let beyond = PageError::NoSuchPage { path: path.clone(), page: pages, pages };
    assert_eq!(page(pages), Err(ReadError::Page(beyond)));

    let mut damaged = whole.clone();
    damaged[1500 * 188 + 40] ^= 1;
    fs::write(&path, &damaged).unwrap();
    assert!(page(0).is_ok());
    let Err(ReadError::Page(PageError::Damaged { page: 1, .. })) = page(1) else { panic!() };

    let asset = bench.library.open_asset(&lesson).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1030 * 188).unwrap();
    let short =
        PageError::Short { path: path.clone(), page: 1, wanted: 1024 * 188, found: 6 * 188 };
    assert_eq!(asset.read_page(1), Err(short));
    let (wanted, found) = (whole.len() as u64, 1030 * 188);
    let length = AssetError::Length { path: path.clone(), wanted, found };
    assert_eq!(bench.library.check(&lesson), Err(length.clone()));
    assert_eq!(bench.library.survey().unwrap()[&lesson], Err(length));

    fs::remove_file(&path).unwrap();
    let Err(AssetError::File(error)) = bench.library.check(&lesson) else { panic!() };
    assert_eq!((error.path, error.kind), (path, std::io::ErrorKind::NotFound));
    let folder = bench.library.folder().to_owned();
    let nothing = AssetError::NotThere { id: id("nothing"), folder };
    assert_eq!(bench.library.check(&id("nothing")), Err(nothing));
}

#[test]
fn a_damaged_index_is_listed_with_its_fault() {
    let bench = Bench::new();
    bench.ingest(clip("slate-h264").as_flattened()).unwrap();
    let path = bench.library.folder().join("lesson.idx");
    let mut bytes = fs::read(&path).unwrap();
    bytes[40] ^= 1;
    fs::write(&path, bytes).unwrap();
    let survey = bench.library.survey().unwrap();
    let state = survey[&id("lesson")].as_ref().unwrap_err();
    assert!(matches!(state, AssetError::Index { .. }), "{state}");
}

#[test]
fn an_asset_is_replaced_only_when_asked_and_never_under_a_reader() {
    let bench = Bench::new();
    bench.ingest(clip("slate-h264").as_flattened()).unwrap();
    let old = bench.library.open_asset(&id("lesson")).unwrap();
    let options = IngestOptions { replace: false, ..without_ffmpeg() };
    let again = |options: &IngestOptions| {
        let source = [clip_path("slate-mpeg2")];
        ingest(&source, &id("lesson"), &bench.library, options, &mut |_| {})
    };
    assert_eq!(again(&options), Err(IngestError::Exists { id: id("lesson") }));
    let path = stream_file(&bench);
    let report = again(&without_ffmpeg()).unwrap();
    assert_eq!(report.notes, [Note::Superseded { path }]);
    assert!(old.read_page(0).is_ok(), "who reads the old asset goes on reading it");
    assert_eq!(bench.library.check(&id("lesson")), Ok(report.summary));
}

#[test]
fn further_files_add_sound_in_other_languages() {
    let bench = Bench::new();
    let languages = ["chi", "eng"].map(|l| asset::Language::new(*l.as_bytes().as_array().unwrap()));
    let options =
        IngestOptions { languages: languages.into_iter().flatten().collect(), ..without_ffmpeg() };
    let sources = [clip_path("maths-4-1"), clip_path("story-1")];
    let report = ingest(&sources, &id("a"), &bench.library, &options, &mut |_| {}).unwrap();
    let streams = &report.summary.streams;
    let spoken: Vec<String> = streams.iter().map(|s| s.format.language.to_string()).collect();
    assert_eq!(spoken, ["und", "chi", "eng"]);
    let index = bench.library.index(&id("a")).unwrap();
    assert_eq!(index.streams[2].units[0].pts.0, 0, "sound and pictures begin together");
    assert!(index.streams[2].units.last().unwrap().pts < index.duration, "and end together");
    let alone = with_pes(&clip("slate-h264"), AUDIO, |_, _, _| None);
    let silent = bench.source("silent.ts", alone.as_flattened());
    let sources = [clip_path("maths-4-1"), silent];
    let error = ingest(&sources, &id("b"), &bench.library, &options, &mut |_| {}).unwrap_err();
    let IngestError::Source { fault, .. } = error else { panic!("{error}") };
    assert_eq!(fault, SourceFault::TooShort);
}

#[test]
fn pictures_alone_and_sound_alone_are_assets() {
    let bench = Bench::new();
    let silent = with_pes(&clip("slate-h264"), AUDIO, |_, _, _| None);
    let report = bench.ingest(silent.as_flattened()).unwrap();
    assert_eq!(report.summary.streams.len(), 1);
    assert!(matches!(report.notes[..], [Note::StreamSkipped { pid: AUDIO, .. }]));
    let report = bench.ingest(clip("slate-audio").as_flattened()).unwrap();
    assert_eq!(report.summary.streams.len(), 1);
    assert_eq!(report.summary.duration.as_ms(), 2400);
}
