//! Packing folders of files: what is packed, what is kept, and what is refused with which words.

use datacast::{BundleFile, BundleName, MODULE_SIZE_DEFAULT, RelativePath, pack};
use library::bundles::{
    BundleFault, BundleLimits, BundleReadError, BundleRequest, BundleStore, PackedBundle,
};
use library::gc::Reason;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

struct Place {
    folder: TempDir,
    store: BundleStore,
}

impl Place {
    fn with_limits(limits: BundleLimits) -> Place {
        let folder = TempDir::new().unwrap();
        let source = folder.path().join("bundles");
        fs::create_dir(&source).unwrap();
        let library = folder.path().join("library");
        let store = BundleStore::open(&library, &source, limits).unwrap();
        Place { folder, store }
    }

    fn new() -> Place {
        Place::with_limits(BundleLimits::default())
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("bundles")
    }

    fn write(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let path = self.source().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn pack(&self, files: &str) -> PackedBundle {
        self.store.pack(&request(files)).unwrap()
    }

    fn fault(&self, files: &str) -> (BundleFault, String) {
        let error = self.store.pack(&request(files)).unwrap_err();
        assert_eq!(error.bundle, "agri-1");
        (error.fault.clone(), error.to_string())
    }
}

fn request(files: &str) -> BundleRequest<'_> {
    BundleRequest {
        id: "agri-1", title: "大棚蔬菜", files, block_size: None, is_fountain: false
    }
}

fn names(bundle: &PackedBundle) -> Vec<String> {
    let files = bundle.manifest().files();
    files.map(|(file, _)| file.path.to_string()).collect()
}

fn inode(path: &Path) -> u64 {
    fs::metadata(path).unwrap().ino()
}

#[test]
fn a_folder_is_packed_to_the_blob_that_its_content_makes() {
    let place = Place::new();
    let big: Vec<u8> = (0..3_000_000u32).map(|i| (i % 251) as u8).collect();
    let content: [(&str, &[u8]); 3] = [("a/课件.pdf", &big), ("b", b""), ("c.txt", b"hello")];
    for (path, bytes) in content {
        place.write(&format!("week-1/{path}"), bytes);
    }
    place.write("week-1/.hidden", b"no");
    let packed = place.pack("week-1/**");
    let files = content.map(|(path, bytes)| BundleFile {
        path: RelativePath::new(path).unwrap(),
        bytes: bytes.to_vec(),
    });
    let name = BundleName::new("agri-1", "大棚蔬菜").unwrap();
    let (manifest, blob) = pack(name, files.into(), MODULE_SIZE_DEFAULT).unwrap();
    assert_eq!(packed.manifest(), &manifest);
    assert_eq!(fs::read(packed.path()).unwrap(), blob);
    assert_eq!(packed.read(0..blob.len() as u64).unwrap(), blob);
    assert_eq!(packed.verify(), Ok(()));
    let carousel = packed.carousel().unwrap();
    let last = carousel.block_range(carousel.blocks() - 1).unwrap();
    assert_eq!(last.end, blob.len() as u64);
    let name = packed.path().file_name().unwrap().to_str().unwrap();
    assert_eq!(name, format!("agri-1-{}.blob", &manifest.digest().to_string()[..16]));
}

#[test]
fn folders_files_and_patterns_name_files() {
    let place = Place::new();
    for path in ["w/1.pdf", "w/2.png", "w/x/3.pdf", "v/4.pdf"] {
        place.write(path, path.as_bytes());
    }
    assert_eq!(names(&place.pack("w")), ["1.pdf", "2.png", "x/3.pdf"]);
    assert_eq!(names(&place.pack("w/")), ["1.pdf", "2.png", "x/3.pdf"]);
    assert_eq!(names(&place.pack("w/x/3.pdf")), ["3.pdf"]);
    assert_eq!(names(&place.pack("w/*.pdf")), ["1.pdf"]);
    assert_eq!(names(&place.pack("**/*.pdf")), ["v/4.pdf", "w/1.pdf", "w/x/3.pdf"]);
    assert_eq!(names(&place.pack(".")).len(), 4);
}

#[test]
fn the_output_depends_on_content_alone() {
    let (one, two) = (Place::new(), Place::new());
    for (place, order) in [(&one, ["x/a", "x/b"]), (&two, ["x/b", "x/a"])] {
        for path in order {
            place.write(path, path.as_bytes());
        }
    }
    let (one, two) = (one.pack("x"), two.pack("x/**"));
    assert_eq!(one.digest(), two.digest());
    assert_eq!(fs::read(one.path()).unwrap(), fs::read(two.path()).unwrap());
}

#[test]
fn what_nobody_touched_is_not_packed_again() {
    let place = Place::new();
    let file = place.write("x/a", b"one");
    std::thread::sleep(Duration::from_millis(1100));
    let first = place.pack("x");
    let blob = inode(first.path());
    let again = place.pack("x");
    assert_eq!(again.digest(), first.digest());
    assert_eq!(inode(again.path()), blob, "the blob is the one of the first packing");
    fs::write(&file, b"one").unwrap();
    let touched = place.pack("x");
    assert_eq!(touched.path(), first.path());
    assert_ne!(inode(touched.path()), blob, "a touched file is read again");
    std::thread::sleep(Duration::from_millis(1100));
    place.pack("x");
    fs::write(touched.path(), b"cut").unwrap();
    assert_eq!(place.pack("x").verify(), Ok(()), "a blob that was cut is packed again");
    fs::remove_file(touched.path()).unwrap();
    assert_eq!(place.pack("x").digest(), first.digest());
}

#[test]
fn a_bundle_that_is_open_keeps_its_bytes_when_files_change() {
    let place = Place::new();
    place.write("x/a", b"one");
    let old = place.pack("x");
    place.write("x/a", b"two");
    let new = place.pack("x");
    assert_ne!(old.path(), new.path());
    assert!(old.path().exists());
    let lately = place.store.plan_gc(&[&new], Duration::from_secs(3600)).unwrap();
    assert_eq!(lately, [], "who planned with it may need it still");
    let replaced = place.store.plan_gc(&[&new], Duration::ZERO).unwrap();
    let files: Vec<_> = replaced.iter().flat_map(|removal| &removal.files).collect();
    assert_eq!(files, [old.path()]);
    assert_eq!(replaced[0].why, Reason::Replaced);
    fs::remove_file(old.path()).unwrap();
    assert_eq!(old.verify(), Ok(()));
    assert_eq!(new.verify(), Ok(()));
    let unused = place.store.plan_gc(&[], Duration::ZERO).unwrap();
    assert_eq!(unused.len(), 2, "blob and stamp: {unused:?}");
    assert!(unused.iter().all(|removal| removal.why == Reason::Unused));
}

#[test]
fn small_blocks_get_modules_that_they_can_count() {
    let place = Place::new();
    place.write("x/a", &vec![7; 5 << 20]);
    let request = BundleRequest { block_size: Some(64), ..request("x") };
    let packed = place.store.pack(&request).unwrap();
    assert_eq!(packed.carousel().unwrap().block_size(), 64);
}

#[test]
fn a_pattern_without_files_says_where_it_was_looked_for() {
    let place = Place::new();
    fs::create_dir(place.source().join("empty")).unwrap();
    for pattern in ["weak-1/**", "empty", "*.pdf", "weak-1"] {
        let (fault, text) = place.fault(pattern);
        assert!(matches!(fault, BundleFault::Nothing { .. }), "{pattern}: {text}");
        assert!(text.contains(pattern) && text.contains("check the spelling"), "{text}");
    }
}

#[test]
fn patterns_out_of_the_folder_are_refused() {
    let place = Place::new();
    for pattern in ["../**", "a/../../b", "/etc/passwd"] {
        let (fault, _) = place.fault(pattern);
        let pattern = pattern.to_owned();
        assert_eq!(fault, BundleFault::Outside { pattern });
    }
    assert!(matches!(place.fault("").0, BundleFault::Pattern(_)));
    assert!(matches!(place.fault("a**").0, BundleFault::Pattern(_)));
}

#[test]
fn links_out_of_the_folder_and_to_folders_are_refused_and_others_followed() {
    let place = Place::new();
    let outside = place.folder.path().join("secret");
    fs::write(&outside, b"secret").unwrap();
    place.write("shared/logo.png", b"png");
    fs::create_dir(place.source().join("x")).unwrap();
    symlink("../shared/logo.png", place.source().join("x/logo.png")).unwrap();
    assert_eq!(names(&place.pack("x")), ["logo.png"]);
    let link = place.source().join("x/out");
    symlink(&outside, &link).unwrap();
    let (fault, text) = place.fault("x");
    assert!(matches!(fault, BundleFault::LinkLeaves { path, .. } if path == link));
    assert!(text.contains("put a copy in its place"), "{text}");
    assert!(matches!(place.fault("x/out").0, BundleFault::LinkLeaves { .. }));
    fs::remove_file(&link).unwrap();
    symlink("..", &link).unwrap();
    assert_eq!(place.fault("x").0, BundleFault::LinkToFolder { path: link.clone() });
    fs::remove_file(&link).unwrap();
    symlink("nowhere", &link).unwrap();
    assert_eq!(place.fault("x").0, BundleFault::Vanished { path: link });
}

#[test]
fn names_and_things_that_sites_cannot_use_are_refused_with_their_path() {
    let place = Place::new();
    let bad = place.write("x/a:b", b"");
    let (fault, text) = place.fault("x");
    assert!(matches!(fault, BundleFault::Path { path, .. } if path == bad));
    assert!(text.ends_with("rename it"), "{text}");
    fs::remove_file(bad).unwrap();
    let bad = place.source().join("x").join(std::ffi::OsStr::from_bytes(b"\xff"));
    fs::write(&bad, b"").unwrap();
    assert_eq!(place.fault("x").0, BundleFault::Unicode { path: bad.clone() });
    fs::remove_file(bad).unwrap();
    let socket = place.source().join("x/socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    assert_eq!(place.fault("x").0, BundleFault::Special { path: socket });
    let mut wrong = request("x");
    wrong.id = "../agri";
    let error = place.store.pack(&wrong).unwrap_err();
    assert!(matches!(error.fault, BundleFault::Name(_)));
}

#[test]
fn more_than_the_limits_is_refused_before_it_is_read() {
    let limits = BundleLimits { files: 2, bytes: 10 };
    let place = Place::with_limits(limits);
    for name in ["a", "b"] {
        place.write(&format!("x/{name}"), b"12345");
    }
    assert_eq!(names(&place.pack("x")).len(), 2);
    place.write("x/b", b"123456");
    let folder = place.source().join("x");
    let fault = BundleFault::TooLarge { folder: folder.clone(), limit: 10 };
    assert_eq!(place.fault("x").0, fault);
    for name in ["a", "b", "c"] {
        place.write(&format!("x/{name}"), b"");
    }
    assert_eq!(place.fault("x").0, BundleFault::TooManyFiles { folder, limit: 2 });
}

#[test]
fn a_missing_folder_of_bundles_is_named() {
    let place = Place::new();
    fs::remove_dir(place.source()).unwrap();
    let (fault, text) = place.fault("x");
    let source = place.source();
    assert!(matches!(fault, BundleFault::File(error) if error.path == source), "{text}");
}

#[test]
fn damage_to_a_blob_is_found() {
    let place = Place::new();
    place.write("x/a", b"one");
    let packed = place.pack("x");
    let path = packed.path().to_owned();
    let size = packed.manifest().blob_size();
    let range = 1..size + 1;
    let error = packed.read(range.clone()).unwrap_err();
    assert_eq!(error, BundleReadError::Outside { path: path.clone(), range, size });
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert_eq!(packed.verify(), Err(BundleReadError::Damaged { path: path.clone() }));
    bytes.pop();
    fs::write(&path, &bytes).unwrap();
    let range = 0..size;
    let error = packed.read(range.clone()).unwrap_err();
    assert_eq!(error, BundleReadError::Short { path, range });
}

#[test]
fn what_a_fountain_needs_is_prepared_once_and_its_symbols_decode() {
    let place = Place::new();
    place.write("a", &vec![7; 30_000]);
    place.write("b", &(0..50_000u32).map(|i| (i * 7 / 3) as u8).collect::<Vec<u8>>());
    let request = BundleRequest { block_size: Some(500), is_fountain: true, ..request("**") };
    let packed = place.store.pack(&request).unwrap();
    let carousel = packed.carousel().unwrap();
    let fountain = carousel.fountain().unwrap();
    let block = fountain.source_block(0).unwrap();
    let first = block.shape.symbols();
    let symbols = (first + 1000..2 * first + 1002).map(|id| {
        let repair = datacast::RepairId { source_block: 0, id };
        (id, packed.repair(repair).unwrap().to_vec())
    });
    let decoded = fec::raptorq::Decoder::new(block.shape).decode(symbols).unwrap();
    for number in 0..carousel.blocks() {
        let bytes = packed.read(carousel.block_range(number).unwrap()).unwrap();
        assert_eq!(&decoded[number as usize * 500..][..bytes.len()], &bytes[..]);
    }
    let no_block = datacast::RepairId { source_block: 1, id: 70_000 };
    assert!(packed.repair(no_block).is_err());

    // It is found again, and goes when its bundle goes.
    let prepared = packed.path().with_file_name(format!(
        "{}-500.fountain",
        packed.path().file_stem().unwrap().to_str().unwrap()
    ));
    let inode = |path: &Path| fs::metadata(path).unwrap().ino();
    let first_inode = inode(&prepared);
    let again = place.store.pack(&request).unwrap();
    assert_eq!(inode(&prepared), first_inode);
    assert_eq!(place.store.plan_gc(&[&again], Duration::ZERO), Ok(vec![]));
    let plain = place.store.pack(&BundleRequest { is_fountain: false, ..request }).unwrap();
    let removals = place.store.plan_gc(&[&plain], Duration::ZERO).unwrap();
    assert_eq!(removals.iter().map(|r| &r.files[..]).collect::<Vec<_>>(), [[prepared]]);
}
