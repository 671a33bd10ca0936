//! The manifest of a package, as text:
//!
//! ```text
//! headend-package 1
//! id maths-7-week-3
//! title Fractions
//! serial 12
//! audience province=34 kind=village
//! key 5b1f0c1d2e3f4a5b
//! chunk zstd 120034 262144 4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a
//! file dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986 524288 0-1,7 a/b.mp4
//! signature ..
//! ```
//!
//! `chunk` lines give form, stored and plain bytes, and the BLAKE3 digest of the stored ones, in
//! the order in which the stored bytes lie behind each other. `file` lines give digest, bytes, the
//! chunks that make the file and its path; without bytes a file has `-` for its chunks. Where the
//! package is sealed for a group, `key` names its key, and the digests of files are keyed.

use super::audience::{Audience, AudienceError};
use super::seal::KeyId;
use crate::layout::{LayoutError, check_names};
use crate::manifest::{BundleName, Digest, MANIFEST_SIZE_MAX, NameError};
use crate::path::{PathError, RelativePath};
use core::fmt::Write;
use core::ops::{Range, RangeInclusive};

const FIRST_LINE: &str = "headend-package 1";

/// What a package may make a site do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackageLimits {
    /// Bytes of all its files together, unpacked.
    pub plain_size_max: u64,
    /// Bytes of a chunk, unpacked.
    pub chunk_size_max: u32,
}

impl Default for PackageLimits {
    fn default() -> PackageLimits {
        let chunk_size_max = super::ChunkSizes::CHUNK_SIZE_MAX;
        PackageLimits { plain_size_max: 64 << 30, chunk_size_max }
    }
}

/// How the bytes of a chunk are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As they are.
    Raw,
    /// Compressed by zstd (RFC 8878).
    Zstd,
}

/// A chunk of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// How it is packed.
    pub form: Form,
    /// Bytes as stored and sent.
    pub stored_size: u32,
    /// Bytes once unpacked, at least one.
    pub plain_size: u32,
    /// Digest of the stored bytes.
    pub digest: Digest,
}

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageFile {
    /// Its name in the package.
    pub path: RelativePath,
    /// Bytes.
    pub size: u64,
    /// Digest of its bytes, keyed where the package is sealed.
    pub digest: Digest,
    /// The chunks that make it, in runs.
    pub runs: Vec<RangeInclusive<u32>>,
}

/// Why a text is no manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// It is longer than a manifest may be.
    #[error("package manifest of {size} bytes, the limit is {MANIFEST_SIZE_MAX}")]
    TooLong {
        /// Its bytes.
        size: usize,
    },
    /// The first line is not the one of this format and version.
    #[error("package manifest does not begin with {FIRST_LINE:?}")]
    Format,
    /// A line is not what stands there.
    #[error("line {line} of the package manifest is damaged")]
    Line {
        /// Counted from one.
        line: usize,
    },
    /// A path is refused.
    #[error("line {line} of the package manifest: {error}")]
    Path {
        /// Counted from one.
        line: usize,
        /// Why.
        error: PathError,
    },
    /// An audience is refused.
    #[error(transparent)]
    Audience(#[from] AudienceError),
    /// The id or title is refused.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The files clash.
    #[error(transparent)]
    Files(#[from] LayoutError),
    /// A file does not have the bytes of its chunks, or names chunks that there are not.
    #[error("file {path:?} has {size} bytes, its chunks have {chunks}")]
    Coverage {
        /// The file.
        path: RelativePath,
        /// Bytes that it is said to have.
        size: u64,
        /// Bytes of its chunks; zero when one of them is not there.
        chunks: u64,
    },
    /// Unpacked it would be larger than allowed.
    #[error("package has more than the {limit} bytes allowed")]
    TooLarge {
        /// Bytes allowed.
        limit: u64,
    },
}

/// What a package holds and whom it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageManifest {
    name: BundleName,
    serial: u64,
    audiences: Vec<Audience>,
    key: Option<KeyId>,
    chunks: Vec<Chunk>,
    /// Where each chunk begins among the stored bytes, and where the last one ends.
    offsets: Vec<u64>,
    files: Vec<PackageFile>,
}

/// The parts of a manifest before they are checked against each other.
pub(super) struct Parts {
    pub(super) name: BundleName,
    pub(super) serial: u64,
    pub(super) audiences: Vec<Audience>,
    pub(super) key: Option<KeyId>,
    pub(super) chunks: Vec<Chunk>,
    pub(super) files: Vec<PackageFile>,
}

impl PackageManifest {
    pub(super) fn new(parts: Parts, limits: PackageLimits) -> Result<Self, PackageError> {
        let Parts { name, serial, audiences, key, chunks, files } = parts;
        let names: Vec<(RelativePath, u64)> =
            files.iter().map(|file| (file.path.clone(), file.size)).collect();
        check_names(&names)?;
        let mut offsets = Vec::with_capacity(chunks.len() + 1);
        let mut plain_offsets = Vec::with_capacity(chunks.len() + 1);
        let (mut end, mut plain_end) = (0u64, 0u64);
        for chunk in &chunks {
            offsets.push(end);
            plain_offsets.push(plain_end);
            end += u64::from(chunk.stored_size);
            plain_end += u64::from(chunk.plain_size);
        }
        offsets.push(end);
        plain_offsets.push(plain_end);
        let limit = limits.plain_size_max;
        let mut total = 0u64;
        for PackageFile { path, size, runs, .. } in &files {
            let run_size = |run: &RangeInclusive<u32>| {
                let behind = plain_offsets.get(*run.end() as usize + 1)?;
                behind.checked_sub(plain_offsets[*run.start() as usize])
            };
            let chunks: u64 =
                runs.iter().try_fold(0u64, |sum, run| sum.checked_add(run_size(run)?)).unwrap_or(0);
            if *size != chunks {
                return Err(PackageError::Coverage { path: path.clone(), size: *size, chunks });
            }
            total = total.saturating_add(*size);
        }
        if total > limit {
            return Err(PackageError::TooLarge { limit });
        }
        Ok(PackageManifest { name, serial, audiences, key, chunks, offsets, files })
    }

    /// How the package is called.
    pub fn name(&self) -> &BundleName {
        &self.name
    }

    /// Counts the versions of the package; a site never goes back to a lower one.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// Whom it is for; for all when there is none.
    pub fn audiences(&self) -> &[Audience] {
        &self.audiences
    }

    /// The key that it is sealed with, if it is.
    pub fn key(&self) -> Option<KeyId> {
        self.key
    }

    /// Its chunks.
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// Its files, in the order of their paths.
    pub fn files(&self) -> &[PackageFile] {
        &self.files
    }

    /// Bytes of all chunks as stored.
    pub fn stored_size(&self) -> u64 {
        self.offsets.last().copied().unwrap_or(0)
    }

    /// Where a chunk lies among the stored bytes; `None` behind the last.
    pub fn stored_range(&self, chunk: u32) -> Option<Range<u64>> {
        let begin = chunk as usize;
        Some(*self.offsets.get(begin)?..*self.offsets.get(begin + 1)?)
    }

    /// The text, without signature.
    pub fn to_text(&self) -> String {
        let mut out = format!("{FIRST_LINE}\nid {}\n", self.name.id());
        // Writing to a string does not fail.
        let _ = writeln!(out, "title {}\nserial {}", self.name.title(), self.serial);
        for audience in &self.audiences {
            let _ = writeln!(out, "audience {audience}");
        }
        if let Some(key) = self.key {
            let _ = writeln!(out, "key {key}");
        }
        for Chunk { form, stored_size, plain_size, digest } in &self.chunks {
            let form = match form {
                Form::Raw => "raw",
                Form::Zstd => "zstd",
            };
            let _ = writeln!(out, "chunk {form} {stored_size} {plain_size} {digest}");
        }
        for PackageFile { path, size, digest, runs } in &self.files {
            let _ = writeln!(out, "file {digest} {size} {} {path}", write_runs(runs));
        }
        out
    }

    /// Reads a manifest whose signature has been found good; any text may be given.
    ///
    /// # Errors
    /// [`PackageError`] naming the line or file that is wrong.
    pub fn parse(text: &str, limits: PackageLimits) -> Result<PackageManifest, PackageError> {
        if text.len() > MANIFEST_SIZE_MAX {
            return Err(PackageError::TooLong { size: text.len() });
        }
        let body = text.strip_suffix('\n').ok_or(PackageError::Format)?;
        let mut lines = (1..).zip(body.split('\n')).peekable();
        if lines.next().is_none_or(|(_, line)| line != FIRST_LINE) {
            return Err(PackageError::Format);
        }
        let mut named = |key: &str, line: usize| {
            let found = lines.next().and_then(|(_, text)| text.strip_prefix(key));
            found.ok_or(PackageError::Line { line })
        };
        let name = BundleName::new(named("id ", 2)?, named("title ", 3)?)?;
        let serial = read_number(named("serial ", 4)?).ok_or(PackageError::Line { line: 4 })?;
        let mut parts = Parts {
            name,
            serial,
            audiences: Vec::new(),
            key: None,
            chunks: Vec::new(),
            files: Vec::new(),
        };
        while let Some((_, text)) = lines.next_if(|(_, text)| text.starts_with("audience ")) {
            parts.audiences.push(Audience::parse(&text["audience ".len()..])?);
        }
        if let Some((line, text)) = lines.next_if(|(_, text)| text.starts_with("key ")) {
            let key = KeyId::parse(&text["key ".len()..]);
            parts.key = Some(key.ok_or(PackageError::Line { line })?);
        }
        while let Some((line, text)) = lines.next_if(|(_, text)| text.starts_with("chunk ")) {
            let chunk = read_chunk(text)
                .filter(|chunk| chunk.plain_size <= limits.chunk_size_max && chunk.plain_size > 0);
            parts.chunks.push(chunk.ok_or(PackageError::Line { line })?);
        }
        for (line, text) in lines {
            let (digest, size, runs, path) = read_file(text).ok_or(PackageError::Line { line })?;
            let path =
                RelativePath::new(path).map_err(|error| PackageError::Path { line, error })?;
            parts.files.push(PackageFile { path, size, digest, runs });
        }
        PackageManifest::new(parts, limits)
    }
}

fn read_chunk(text: &str) -> Option<Chunk> {
    let mut fields = text.strip_prefix("chunk ")?.split(' ');
    let form = match fields.next()? {
        "raw" => Form::Raw,
        "zstd" => Form::Zstd,
        _ => return None,
    };
    let stored_size = u32::try_from(read_number(fields.next()?)?).ok()?;
    let plain_size = u32::try_from(read_number(fields.next()?)?).ok()?;
    let digest = read_digest(fields.next()?)?;
    fields.next().is_none().then_some(Chunk { form, stored_size, plain_size, digest })
}

type FileLine<'a> = (Digest, u64, Vec<RangeInclusive<u32>>, &'a str);

fn read_file(text: &str) -> Option<FileLine<'_>> {
    let mut fields = text.strip_prefix("file ")?.splitn(4, ' ');
    let digest = read_digest(fields.next()?)?;
    let size = read_number(fields.next()?)?;
    let runs = read_runs(fields.next()?)?;
    Some((digest, size, runs, fields.next()?))
}

fn write_runs(runs: &[RangeInclusive<u32>]) -> String {
    let run = |run: &RangeInclusive<u32>| match (run.start(), run.end()) {
        (start, end) if start == end => start.to_string(),
        (start, end) => format!("{start}-{end}"),
    };
    if runs.is_empty() {
        "-".to_owned()
    } else {
        runs.iter().map(run).collect::<Vec<_>>().join(",")
    }
}

fn read_runs(text: &str) -> Option<Vec<RangeInclusive<u32>>> {
    if text == "-" {
        return Some(Vec::new());
    }
    let number = |text: &str| u32::try_from(read_number(text)?).ok();
    let run = |text: &str| match text.split_once('-') {
        None => number(text).map(|only| only..=only),
        Some((start, end)) => {
            let (start, end) = (number(start)?, number(end)?);
            (start < end).then_some(start..=end)
        }
    };
    text.split(',').map(run).collect()
}

/// A number as it is written: without sign and leading zeros.
fn read_number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn read_digest(text: &str) -> Option<Digest> {
    let mut digest = [0; 32];
    read_hex(text, &mut digest)?;
    Some(Digest(digest))
}

/// Reads small hexadecimal digits, exactly as many as fill `out`.
pub(super) fn read_hex(text: &str, out: &mut [u8]) -> Option<()> {
    let digits = text.as_bytes();
    if digits.len() != out.len() * 2 {
        return None;
    }
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str = "headend-package 1\nid b\ntitle T\nserial 1\n";
    const DIGEST: &str = "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a";

    fn parse(tail: &str) -> Result<PackageManifest, PackageError> {
        PackageManifest::parse(&format!("{HEAD}{tail}"), PackageLimits::default())
    }

    #[test]
    fn what_is_said_twice_in_different_ways_is_refused() {
        let chunk = format!("chunk raw 10 10 {DIGEST}\n");
        let good = format!("{chunk}file {DIGEST} 20 0,0 a\n");
        let manifest = parse(&good).unwrap();
        assert_eq!(manifest.to_text(), format!("{HEAD}{good}"));
        assert_eq!((manifest.stored_size(), manifest.stored_range(0)), (10, Some(0..10)));
        assert_eq!(manifest.stored_range(1), None);
        let file = |fields: &str| parse(&format!("{chunk}file {DIGEST} {fields}\n")).unwrap_err();
        for line in ["020 0,0 a", "+20 0,0 a", "20 0-0,0 a", "20 1-0 a", "20  a", "20 0,0"] {
            assert_eq!(file(line), PackageError::Line { line: 6 }, "{line}");
        }
        let path = RelativePath::new("a").unwrap();
        let coverage = |size, chunks| PackageError::Coverage { path: path.clone(), size, chunks };
        assert_eq!(file("10 - a"), coverage(10, 0));
        assert_eq!(file("20 0 a"), coverage(20, 10));
        assert_eq!(file("20 0-4294967295 a"), coverage(20, 0));
    }

    #[test]
    fn paths_that_leave_their_folder_are_refused() {
        for path in ["../a", "/a", "a/../b", "a\\b"] {
            let error = parse(&format!("file {DIGEST} 0 - {path}\n")).unwrap_err();
            assert!(matches!(error, PackageError::Path { line: 5, .. }), "{path}");
        }
    }

    #[test]
    fn a_small_manifest_that_names_one_chunk_without_end_is_refused() {
        let runs = vec!["0"; 10_000].join(",");
        let size = 10_000u64 * (16 << 20);
        let tail = format!("chunk zstd 40 16777216 {DIGEST}\nfile {DIGEST} {size} {runs} a\n");
        assert_eq!(parse(&tail), Err(PackageError::TooLarge { limit: 64 << 30 }));
        let tail = format!("chunk zstd 40 16777217 {DIGEST}\nfile {DIGEST} 0 - a\n");
        assert_eq!(parse(&tail), Err(PackageError::Line { line: 5 }));
    }

    proptest! {
        #[test]
        fn any_manifest_that_is_read_is_written_as_it_was(
            lines in prop::collection::vec(prop::sample::select(vec![
                format!("chunk raw 10 10 {DIGEST}\n"), format!("chunk zstd 5 10 {DIGEST}\n"),
                format!("file {DIGEST} 0 - a\n"), format!("file {DIGEST} 20 0-1 b\n"),
                format!("file {DIGEST} 20 1,0 c c\n"), "audience site=1 kind=x\n".to_owned(),
                "audience kind=x site=1\n".to_owned(), "key 0123456789abcdef\n".to_owned(),
                "key 0\n".to_owned(), "\n".to_owned(), "file\n".to_owned(),
            ]), 0..8),
        ) {
            let text = format!("{HEAD}{}", lines.concat());
            if let Ok(manifest) = PackageManifest::parse(&text, PackageLimits::default()) {
                let again = manifest.to_text();
                let read = PackageManifest::parse(&again, PackageLimits::default());
                prop_assert_eq!(read, Ok(manifest));
            }
        }
    }
}
