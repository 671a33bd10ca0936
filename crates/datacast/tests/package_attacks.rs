//! What an attacker on the air can send, and what becomes of it: refused, counted, bounded.

use datacast::package::{
    Admission, Audience, Chunk, ChunkSizes, Form, Gate, GroupKey, PackageError, PackageLimits,
    PackageManifest, PackageOptions, Packer, Refusal, SignatureError, SigningKey, SiteFacts,
    UnpackError, sign, unpack_chunk,
};
use datacast::{BundleName, Digest, RelativePath};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn options(serial: u64) -> PackageOptions {
    PackageOptions {
        name: BundleName::new("maths-7", "Fractions").unwrap(),
        serial,
        audiences: Vec::new(),
        group_key: None,
        chunk_sizes: ChunkSizes::new(1024).unwrap(),
    }
}

/// Packs files; returns the manifest and all stored bytes.
fn packed(options: PackageOptions, files: &[(&str, Vec<u8>)]) -> (PackageManifest, Vec<u8>) {
    let mut packer = Packer::new(options);
    let mut stored = Vec::new();
    for (path, bytes) in files {
        let path = RelativePath::new(path).unwrap();
        packer.add(path, bytes.chunks(700), |chunk| stored.extend_from_slice(chunk)).unwrap();
    }
    (packer.finish().unwrap(), stored)
}

/// Unpacks every file.
fn unpacked(
    manifest: &PackageManifest,
    stored: &[u8],
    key: Option<&GroupKey>,
) -> Result<BTreeMap<String, Vec<u8>>, UnpackError> {
    let mut files = BTreeMap::new();
    for file in manifest.files() {
        let mut bytes = Vec::new();
        for number in file.runs.iter().cloned().flatten() {
            let range = manifest.stored_range(number).unwrap();
            let chunk = &manifest.chunks()[number as usize];
            let stored = &stored[range.start as usize..range.end as usize];
            bytes.extend(unpack_chunk(chunk, key, stored)?);
        }
        files.insert(file.path.as_str().to_owned(), bytes);
    }
    Ok(files)
}

fn key() -> SigningKey {
    SigningKey::new([5; 32])
}

fn gate(group_keys: Vec<GroupKey>) -> Gate {
    let site = SiteFacts { province: "34".to_owned(), ..SiteFacts::default() };
    Gate::new(vec![key().trusted()], group_keys, site, PackageLimits::default(), 3)
}

fn signed(manifest: &PackageManifest) -> Vec<u8> {
    sign(&key(), &manifest.to_text()).into_bytes()
}

fn lesson(size: usize) -> Vec<u8> {
    (0..size as u32).flat_map(|i| (i.wrapping_mul(2_654_435_761) >> 13).to_be_bytes()).collect()
}

#[test]
fn a_forged_manifest_is_refused_and_counted() {
    let (manifest, _) = packed(options(1), &[("a", lesson(100))]);
    let mut gate = gate(vec![]);
    let foreign = sign(&SigningKey::new([6; 32]), &manifest.to_text());
    let unknown = Refusal::Untrusted(SignatureError::Unknown);
    assert_eq!(gate.admit(foreign.as_bytes()), Err(unknown));
    let changed = String::from_utf8(signed(&manifest)).unwrap().replace("serial 1", "serial 9");
    let forged = Refusal::Untrusted(SignatureError::Forged);
    assert_eq!(gate.admit(changed.as_bytes()), Err(forged));
    let missing = Refusal::Untrusted(SignatureError::Missing);
    assert_eq!(gate.admit(manifest.to_text().as_bytes()), Err(missing));
    assert_eq!(gate.counters().untrusted, 3);
    assert_eq!(gate.known().count(), 0);
}

#[test]
fn an_old_manifest_that_is_sent_again_is_refused() {
    let mut gate = gate(vec![]);
    let (one, _) = packed(options(1), &[("a", lesson(10))]);
    let (two, _) = packed(options(2), &[("a", lesson(20))]);
    let (other_two, _) = packed(options(2), &[("a", lesson(30))]);
    assert!(matches!(gate.admit(&signed(&one)), Ok(Admission::New(_))));
    assert_eq!(gate.admit(&signed(&one)), Ok(Admission::Known));
    assert!(matches!(gate.admit(&signed(&two)), Ok(Admission::New(_))));
    let replayed = |serial| Refusal::Replayed { id: "maths-7".to_owned(), serial, latest: 2 };
    assert_eq!(gate.admit(&signed(&one)), Err(replayed(1)));
    assert_eq!(gate.admit(&signed(&other_two)), Err(replayed(2)));
    assert_eq!(gate.counters().replayed, 2);
    // Also after the power was cut.
    let mut again = self::gate(vec![]);
    for (id, serial, digest) in gate.known() {
        again.remember(id, serial, digest);
    }
    assert_eq!(again.admit(&signed(&one)), Err(replayed(1)));
    assert_eq!(again.admit(&signed(&two)), Ok(Admission::Known));
}

#[test]
fn a_site_without_the_key_takes_nothing_and_a_wrong_key_opens_nothing() {
    let (ours, theirs) = (GroupKey::new([1; 32]), GroupKey::new([2; 32]));
    let with_key = PackageOptions { group_key: Some(ours.clone()), ..options(1) };
    let (manifest, stored) = packed(with_key, &[("a", lesson(1000))]);
    let mut outside = gate(vec![theirs.clone()]);
    assert_eq!(outside.admit(&signed(&manifest)), Err(Refusal::Sealed(ours.id())));
    assert_eq!(outside.counters().sealed, 1);
    let broken = unpacked(&manifest, &stored, Some(&theirs));
    assert!(matches!(broken, Err(UnpackError::Seal(_))));
    assert_eq!(unpacked(&manifest, &stored, Some(&ours)).unwrap()["a"], lesson(1000));
}

#[test]
fn nobody_outside_a_group_can_tell_what_a_sealed_package_holds() {
    let exam = lesson(400);
    let with_key = PackageOptions { group_key: Some(GroupKey::new([1; 32])), ..options(1) };
    let (manifest, _) = packed(with_key, &[("exam.pdf", exam.clone())]);
    let (open, _) = packed(options(1), &[("exam.pdf", exam.clone())]);
    let text = manifest.to_text();
    assert!(!text.contains(&Digest::of(&exam).to_string()));
    assert!(open.to_text().contains(&Digest::of(&exam).to_string()));
    for (sealed, plain) in manifest.chunks().iter().zip(open.chunks()) {
        assert_ne!(sealed.digest, plain.digest);
    }
}

#[test]
fn a_package_for_others_is_not_taken() {
    let audience = |text: &str| PackageOptions {
        audiences: vec![Audience::parse("site=9").unwrap(), Audience::parse(text).unwrap()],
        ..options(1)
    };
    let mut gate = gate(vec![]);
    let (theirs, _) = packed(audience("province=35"), &[("a", lesson(1))]);
    assert_eq!(gate.admit(&signed(&theirs)), Err(Refusal::NotForUs));
    let (ours, _) = packed(audience("province=34"), &[("a", lesson(1))]);
    assert!(matches!(gate.admit(&signed(&ours)), Ok(Admission::New(_))));
}

#[test]
fn paths_out_of_the_folder_are_refused_though_they_are_signed() {
    let (manifest, _) = packed(options(1), &[("safe", lesson(10))]);
    for path in ["../../etc/passwd", "/etc/passwd", "a/../../b", "C:\\x"] {
        let text = manifest.to_text().replace(" safe\n", &format!(" {path}\n"));
        let mut gate = gate(vec![]);
        let refused = gate.admit(sign(&key(), &text).as_bytes());
        assert!(matches!(refused, Err(Refusal::Damaged(PackageError::Path { .. }))), "{path}");
        assert_eq!(gate.counters().damaged, 1);
    }
}

#[test]
fn a_zip_bomb_takes_no_more_than_its_manifest_says() {
    let bomb = zstd_of_zeros(64 << 20);
    let chunk = |plain_size| Chunk {
        form: Form::Zstd,
        stored_size: bomb.len() as u32,
        plain_size,
        digest: Digest::of(&bomb),
    };
    assert!(bomb.len() < 10_000);
    assert_eq!(unpack_chunk(&chunk(1000), None, &bomb), Err(UnpackError::Size { size: 1000 }));
    let error = UnpackError::Size { size: 65 << 20 };
    assert_eq!(unpack_chunk(&chunk(65 << 20), None, &bomb), Err(error));
    // And no manifest may say so much.
    let size = 64 << 20;
    let digest = Digest::of(&bomb);
    let text = format!(
        "headend-package 1\nid b\ntitle \nserial 1\nchunk zstd {} {size} {digest}\n\
         file {digest} {size} 0 a\n",
        bomb.len()
    );
    let refused = gate(vec![]).admit(sign(&key(), &text).as_bytes());
    assert_eq!(refused, Err(Refusal::Damaged(PackageError::Line { line: 5 })));
}

fn zstd_of_zeros(size: usize) -> Vec<u8> {
    zstd::bulk::compress(&vec![0; size], 1).unwrap()
}

#[test]
fn endless_new_packages_are_refused_once_there_are_enough() {
    let mut gate = gate(vec![]);
    for number in 0..100 {
        let name = BundleName::new(&format!("new-{number}"), "").unwrap();
        let (manifest, _) = packed(PackageOptions { name, ..options(1) }, &[("a", lesson(1))]);
        let admitted = gate.admit(&signed(&manifest));
        assert_eq!(admitted.is_ok(), number < 3);
    }
    assert_eq!((gate.known().count(), gate.counters().too_many), (3, 97));
}

#[test]
fn stored_bytes_of_another_package_are_noticed() {
    let (one, _) = packed(options(1), &[("a", lesson(100))]);
    let (_, two) = packed(options(1), &[("a", lesson(101))]);
    let chunk = &one.chunks()[0];
    let foreign = &two[..chunk.stored_size as usize];
    assert_eq!(unpack_chunk(chunk, None, foreign), Err(UnpackError::Digest));
}

#[test]
fn a_new_version_shares_the_stored_bytes_of_what_did_not_change() {
    for group_key in [None, Some(GroupKey::new([1; 32]))] {
        let version = |serial, extra: &str| {
            let with_key = PackageOptions { group_key: group_key.clone(), ..options(serial) };
            let mut changed = lesson(20_000);
            changed.splice(30_000..30_000, extra.bytes());
            packed(with_key, &[("book.pdf", changed), ("other", lesson(5000))]).0
        };
        let (one, two) = (version(1, ""), version(2, "a new sentence"));
        let known: Vec<Digest> = one.chunks().iter().map(|chunk| chunk.digest).collect();
        let new = two.chunks().iter().filter(|chunk| !known.contains(&chunk.digest)).count();
        assert!((1..=6).contains(&new), "{new} of {} chunks are new", two.chunks().len());
    }
}

const LINES: &str = "(chunk|file|audience|key|id|title|serial)? ?[a-z0-9 ,./-]{0,20}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_files_come_back_from_their_package(
        sizes in prop::collection::vec(0usize..6000, 1..6), fill: u8, sealed: bool,
    ) {
        let group_key = sealed.then(|| GroupKey::new([fill; 32]));
        let files: Vec<(String, Vec<u8>)> = sizes.iter().enumerate().map(|(n, size)| {
            let bytes = if n % 2 == 0 { vec![fill; *size] } else { lesson(size / 4) };
            (format!("f/{n}"), bytes)
        }).collect();
        let given: Vec<(&str, Vec<u8>)> =
            files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
        let with_key = PackageOptions { group_key: group_key.clone(), ..options(7) };
        let (manifest, stored) = packed(with_key.clone(), &given);
        prop_assert_eq!(manifest.stored_size(), stored.len() as u64);
        let mut gate = gate(group_key.iter().cloned().collect());
        let admitted = gate.admit(&signed(&manifest));
        prop_assert_eq!(admitted, Ok(Admission::New(Box::new(manifest.clone()))));
        let back = unpacked(&manifest, &stored, group_key.as_ref()).unwrap();
        prop_assert!(back.into_iter().eq(files.iter().cloned()));
        prop_assert_eq!(packed(with_key, &given), (manifest, stored));
    }

    #[test]
    fn any_bytes_signed_by_a_trusted_key_are_judged_without_panic(
        lines in prop::collection::vec(LINES, 0..9),
    ) {
        let text = format!("headend-package 1\n{}\n", lines.join("\n"));
        let _ = gate(vec![]).admit(sign(&key(), &text).as_bytes());
    }
}
