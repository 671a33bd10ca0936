//! The manifest of a bundle: what a site needs to turn modules into files, as text.
//!
//! ```text
//! headend-bundle 1
//! id maths-7-week-3
//! title Fractions
//! module 8388608 9d2c5680
//! file 4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a 1048576 lesson/1.mp4
//! ```
//!
//! `module` lines give size and CRC_32 of the modules that carry files, in the order of their ids;
//! `file` lines give digest, size and path. Files lie end to end over the modules in the order of
//! the lines, so that no two statements can contradict each other.

use crate::layout::{FIRST_DATA_MODULE, Layout, LayoutError, PlannedFile};
use crate::path::{PathError, RelativePath};
use core::fmt::{self, Write};

/// Bytes of the longest manifest.
pub const MANIFEST_SIZE_MAX: usize = 8 << 20;
/// Bytes of the longest bundle id.
const ID_SIZE_MAX: usize = 128;
/// Bytes of the longest title.
const TITLE_SIZE_MAX: usize = 512;
const FIRST_LINE: &str = "headend-bundle 1";

/// The BLAKE3 digest of a file or a manifest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of bytes that are at hand.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(*blake3::hash(bytes).as_bytes())
    }

    fn from_hex(text: &str) -> Option<Digest> {
        blake3::Hash::from_hex(text).ok().map(|hash| Digest(*hash.as_bytes()))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// How a bundle is called: by programs and folders (`id`), and by people (`title`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleName {
    id: String,
    title: String,
}

/// Why a bundle cannot be called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The id names a folder at the site, so it is held to the rules of paths.
    #[error("bundle id: {0}")]
    Id(#[from] PathError),
    /// The id has a `/`, or is too long.
    #[error("bundle id {id:?} is no single name of at most {ID_SIZE_MAX} bytes")]
    IdForm {
        /// The id as given.
        id: String,
    },
    /// The title has control characters or is too long.
    #[error("title {title:?} has control characters or more than {TITLE_SIZE_MAX} bytes")]
    Title {
        /// The title as given.
        title: String,
    },
}

impl BundleName {
    /// Checks an id and a title.
    pub fn new(id: &str, title: &str) -> Result<BundleName, NameError> {
        RelativePath::new(id)?;
        if id.contains('/') || id.len() > ID_SIZE_MAX {
            return Err(NameError::IdForm { id: id.to_owned() });
        }
        if title.chars().any(char::is_control) || title.len() > TITLE_SIZE_MAX {
            return Err(NameError::Title { title: title.to_owned() });
        }
        Ok(BundleName { id: id.to_owned(), title: title.to_owned() })
    }

    /// The id: one path component.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The title; may be empty.
    pub fn title(&self) -> &str {
        &self.title
    }
}

/// Why bytes are no manifest, or a manifest cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Too many or too long names.
    #[error("manifest would be {size} bytes, the limit is {MANIFEST_SIZE_MAX}")]
    TooLong {
        /// Bytes of the manifest.
        size: usize,
    },
    /// The first line is not the one of this format and version.
    #[error("manifest does not begin with {FIRST_LINE:?}")]
    Format,
    /// A line is not what stands there.
    #[error("line {line} of the manifest is damaged")]
    Line {
        /// Counted from one.
        line: usize,
    },
    /// A path is refused.
    #[error("line {line} of the manifest: {error}")]
    Path {
        /// Counted from one.
        line: usize,
        /// Why.
        error: PathError,
    },
    /// The id or title is refused.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The files cannot lie so.
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

/// Name, files and modules of a bundle. Its digest stands for all content of the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    name: BundleName,
    layout: Layout,
    digests: Vec<Digest>,
    module_crcs: Vec<u32>,
    text: String,
}

impl Manifest {
    /// Puts a manifest together. `digests` belong to the files of the layout and `module_crcs` to
    /// its modules, one each.
    pub(crate) fn new(
        name: BundleName,
        layout: Layout,
        digests: Vec<Digest>,
        module_crcs: Vec<u32>,
    ) -> Result<Manifest, ManifestError> {
        let text = write(&name, &layout, &digests, &module_crcs);
        if text.len() > MANIFEST_SIZE_MAX {
            return Err(ManifestError::TooLong { size: text.len() });
        }
        Ok(Manifest { name, layout, digests, module_crcs, text })
    }

    /// Reads a manifest; any bytes may be given.
    pub fn parse(bytes: &[u8]) -> Result<Manifest, ManifestError> {
        if bytes.len() > MANIFEST_SIZE_MAX {
            return Err(ManifestError::TooLong { size: bytes.len() });
        }
        let text = core::str::from_utf8(bytes).map_err(|_| ManifestError::Format)?;
        let body = text.strip_suffix('\n').ok_or(ManifestError::Format)?;
        let mut lines = (1..).zip(body.split('\n')).peekable();
        if lines.next().is_none_or(|(_, line)| line != FIRST_LINE) {
            return Err(ManifestError::Format);
        }
        let mut named = |key: &str, at: usize| match lines.next() {
            Some((_, line)) => line.strip_prefix(key).ok_or(ManifestError::Line { line: at }),
            None => Err(ManifestError::Line { line: at }),
        };
        let name = BundleName::new(named("id ", 2)?, named("title ", 3)?)?;
        let (mut sizes, mut module_crcs) = (Vec::new(), Vec::new());
        while let Some((line, text)) = lines.next_if(|(_, text)| text.starts_with("module ")) {
            let (size, crc) = parse_module(text).ok_or(ManifestError::Line { line })?;
            sizes.push(size);
            module_crcs.push(crc);
        }
        let (mut files, mut digests) = (Vec::new(), Vec::new());
        for (line, text) in lines {
            let (digest, size, path) = parse_file(text).ok_or(ManifestError::Line { line })?;
            let path =
                RelativePath::new(path).map_err(|error| ManifestError::Path { line, error })?;
            files.push((path, size));
            digests.push(digest);
        }
        let layout = Layout::from_parts(files, &sizes)?;
        Ok(Manifest { name, layout, digests, module_crcs, text: text.to_owned() })
    }

    /// How the bundle is called.
    pub fn name(&self) -> &BundleName {
        &self.name
    }

    /// Where its files lie.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Its files with their digests, in the order of the layout.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&PlannedFile, Digest)> {
        self.layout.files().iter().zip(self.digests.iter().copied())
    }

    /// File number `index` of the layout with its digest.
    pub fn file(&self, index: usize) -> Option<(&PlannedFile, Digest)> {
        Some((self.layout.files().get(index)?, *self.digests.get(index)?))
    }

    /// The data modules in the order of their ids: id, bytes, CRC_32.
    pub fn modules(&self) -> impl ExactSizeIterator<Item = (u16, u32, u32)> + '_ {
        self.module_crcs.iter().enumerate().map(|(number, crc)| {
            let range = self.layout.module_range(number);
            (FIRST_DATA_MODULE + number as u16, (range.end - range.start) as u32, *crc)
        })
    }

    /// The payload of the manifest module, the first bytes of the blob.
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Bytes of the blob: the manifest and all files.
    pub fn blob_size(&self) -> u64 {
        self.text.len() as u64 + self.layout.data_size()
    }

    /// The digest of the manifest, and so of everything that the bundle is.
    pub fn digest(&self) -> Digest {
        Digest::of(self.bytes())
    }
}

/// Bytes of the manifest that files laid out so will have. Digests and CRCs have a fixed width, so
/// the place of the files in the blob is known before a byte of them is read.
pub(crate) fn manifest_size(name: &BundleName, layout: &Layout) -> usize {
    let digests = vec![Digest([0; 32]); layout.files().len()];
    write(name, layout, &digests, &vec![0; layout.data_modules()]).len()
}

fn write(name: &BundleName, layout: &Layout, digests: &[Digest], crcs: &[u32]) -> String {
    let mut text = format!("{FIRST_LINE}\nid {}\ntitle {}\n", name.id, name.title);
    for (number, crc) in crcs.iter().enumerate() {
        let range = layout.module_range(number);
        // Writing into a String cannot fail.
        let _ = writeln!(text, "module {} {crc:08x}", range.end - range.start);
    }
    for (file, digest) in layout.files().iter().zip(digests) {
        let _ = writeln!(text, "file {digest} {} {}", file.size, file.path);
    }
    text
}

fn parse_module(line: &str) -> Option<(u32, u32)> {
    let (size, crc) = line.strip_prefix("module ")?.split_once(' ')?;
    let is_plain = crc.len() == 8 && crc.bytes().all(|b| b.is_ascii_hexdigit());
    Some((size.parse().ok()?, is_plain.then(|| u32::from_str_radix(crc, 16).ok())??))
}

fn parse_file(line: &str) -> Option<(Digest, u64, &str)> {
    let (digest, rest) = line.strip_prefix("file ")?.split_once(' ')?;
    let (size, path) = rest.split_once(' ')?;
    Some((Digest::from_hex(digest)?, size.parse().ok()?, path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{BundleFile, pack};
    use proptest::prelude::*;

    fn sample() -> Manifest {
        let file = |path: &str, bytes: &[u8]| BundleFile {
            path: RelativePath::new(path).unwrap(),
            bytes: bytes.to_vec(),
        };
        let name = BundleName::new("maths-7", "分数").unwrap();
        pack(name, vec![file("b c", b"hello"), file("a/x", b""), file("d", b"12345678")], 6)
            .unwrap()
            .0
    }

    #[test]
    fn a_manifest_reads_back_as_it_was_written() {
        let manifest = sample();
        assert_eq!(Manifest::parse(manifest.bytes()), Ok(manifest.clone()));
        assert_eq!(manifest.bytes().len(), manifest_size(manifest.name(), manifest.layout()));
        let hello = format!("file {} 5 b c\n", Digest::of(b"hello"));
        assert!(core::str::from_utf8(manifest.bytes()).unwrap().contains(&hello));
    }

    #[test]
    fn sizes_that_contradict_the_modules_are_refused() {
        let text = String::from_utf8(sample().bytes().to_vec()).unwrap();
        let forged = text.replace(" 5 b c", " 18446744073709551615 b c");
        assert_eq!(Manifest::parse(forged.as_bytes()), Err(LayoutError::TooLarge.into()));
        let forged = text.replace(" 5 b c", " 6 b c");
        let error = LayoutError::Coverage { files: 14, modules: 13 };
        assert_eq!(Manifest::parse(forged.as_bytes()), Err(error.into()));
    }

    #[test]
    fn paths_out_of_the_folder_are_refused_with_their_line() {
        let text = String::from_utf8(sample().bytes().to_vec()).unwrap();
        let forged = text.replace("b c", "../b c");
        assert!(matches!(
            Manifest::parse(forged.as_bytes()),
            Err(ManifestError::Path { line: 8, .. })
        ));
        let forged = text.replace("id maths-7", "id ..");
        assert!(matches!(Manifest::parse(forged.as_bytes()), Err(ManifestError::Name(_))));
    }

    proptest! {
        #[test]
        fn any_damage_to_a_manifest_is_refused_or_reads_back(at: usize, byte: u8, cut: usize) {
            let mut bytes = sample().bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(manifest) = Manifest::parse(&bytes) {
                prop_assert_eq!(manifest.bytes(), &bytes[..]);
            }
            bytes.truncate(cut % bytes.len());
            let _ = Manifest::parse(&bytes);
        }

        #[test]
        fn any_bytes_are_no_manifest(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(Manifest::parse(&bytes).is_err());
        }
    }
}
