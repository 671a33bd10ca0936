//! Where each file of a bundle lies in which module, planned from sizes alone.

use crate::fountain::TWIN_MODULE_FIRST;
use crate::path::RelativePath;
use core::ops::Range;

/// The module that carries the manifest.
pub const MANIFEST_MODULE: u16 = 1;
/// The first module that carries files.
pub const FIRST_DATA_MODULE: u16 = 2;
/// The last module id in use; those above are for repair symbols and for other profiles.
pub const MODULE_ID_MAX: u16 = TWIN_MODULE_FIRST - 1;
/// Bytes of a module unless said otherwise.
pub const MODULE_SIZE_DEFAULT: u32 = 8 << 20;
/// Files in a bundle.
pub const FILES_MAX: usize = 65_536;

/// A file and its place among the files of its bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFile {
    /// Its name in the bundle.
    pub path: RelativePath,
    /// Bytes.
    pub size: u64,
    /// Bytes of all files before it.
    pub start: u64,
}

/// A run of bytes of a file that lies in one module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The module.
    pub module: u16,
    /// Where the run begins in the module, in bytes.
    pub offset: u32,
    /// Bytes.
    pub length: u32,
}

/// Files in the order of their paths, laid end to end over modules of known size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    files: Vec<PlannedFile>,
    /// Where each data module ends among the bytes of all files.
    module_ends: Vec<u64>,
}

/// Why files cannot make a bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// There is no file.
    #[error("bundle has no file")]
    NoFile,
    /// There are more files than a manifest may name.
    #[error("bundle has {count} files, the limit is {FILES_MAX}")]
    TooManyFiles {
        /// Files given.
        count: usize,
    },
    /// Two files have one path.
    #[error("bundle has two files {path:?}")]
    Duplicate {
        /// The path.
        path: RelativePath,
    },
    /// Files are not in the order of their paths.
    #[error("file {path:?} stands behind a path that sorts after it")]
    Order {
        /// The path out of place.
        path: RelativePath,
    },
    /// A path names a file here and a folder there.
    #[error("bundle has a file {path:?} and files in a folder of that name")]
    FileAndFolder {
        /// The path.
        path: String,
    },
    /// Modules of size zero can carry nothing.
    #[error("a module without bytes")]
    EmptyModule,
    /// There are more modules than ids.
    #[error("bundle needs {needed} modules, the limit is {limit}; make modules larger")]
    TooManyModules {
        /// Data modules needed.
        needed: u64,
        /// Data modules possible.
        limit: u64,
    },
    /// The files and the modules do not have the same number of bytes.
    #[error("files have {files} bytes, modules {modules}")]
    Coverage {
        /// Bytes of all files.
        files: u64,
        /// Bytes of all data modules.
        modules: u64,
    },
    /// The sum of sizes is beyond 64 bits.
    #[error("sizes add up to more than 64 bits")]
    TooLarge,
}

const DATA_MODULES_MAX: u64 = (MODULE_ID_MAX - FIRST_DATA_MODULE) as u64 + 1;

impl Layout {
    /// Sorts files by path and packs them into modules of at most `module_size_max` bytes.
    ///
    /// A file that does not fit behind its predecessor begins a new module, and a file larger than
    /// a module has its modules to itself, so that a change of one file leaves the modules of most
    /// others as they are.
    pub fn plan(
        mut files: Vec<(RelativePath, u64)>,
        module_size_max: u32,
    ) -> Result<Layout, LayoutError> {
        if module_size_max == 0 {
            return Err(LayoutError::EmptyModule);
        }
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let limit = u64::from(module_size_max);
        let mut sizes: Vec<u32> = Vec::new();
        let mut room = 0;
        for (_, size) in &files {
            if *size <= room {
                room -= size;
                if let Some(last) = sizes.last_mut() {
                    *last += *size as u32;
                }
                continue;
            }
            let needed = sizes.len() as u64 + size.div_ceil(limit);
            if needed > DATA_MODULES_MAX {
                return Err(LayoutError::TooManyModules { needed, limit: DATA_MODULES_MAX });
            }
            let rest = *size % limit;
            sizes.extend(core::iter::repeat_n(module_size_max, (size / limit) as usize));
            sizes.extend((rest > 0).then_some(rest as u32));
            room = if *size < limit { limit - size } else { 0 };
        }
        Layout::from_parts(files, &sizes)
    }

    /// Checks files and module sizes as a manifest states them.
    pub(crate) fn from_parts(
        files: Vec<(RelativePath, u64)>,
        module_sizes: &[u32],
    ) -> Result<Layout, LayoutError> {
        check_names(&files)?;
        let needed = module_sizes.len() as u64;
        if needed > DATA_MODULES_MAX {
            return Err(LayoutError::TooManyModules { needed, limit: DATA_MODULES_MAX });
        }
        let mut placed = Vec::with_capacity(files.len());
        let mut start = 0u64;
        for (path, size) in files {
            placed.push(PlannedFile { path, size, start });
            start = start.checked_add(size).ok_or(LayoutError::TooLarge)?;
        }
        let mut module_ends = Vec::with_capacity(module_sizes.len());
        let mut end = 0u64;
        for size in module_sizes {
            if *size == 0 {
                return Err(LayoutError::EmptyModule);
            }
            end += u64::from(*size);
            module_ends.push(end);
        }
        if start != end {
            return Err(LayoutError::Coverage { files: start, modules: end });
        }
        Ok(Layout { files: placed, module_ends })
    }

    /// The files in the order of their paths.
    pub fn files(&self) -> &[PlannedFile] {
        &self.files
    }

    /// How many modules carry files; their ids count up from [`FIRST_DATA_MODULE`].
    pub fn data_modules(&self) -> usize {
        self.module_ends.len()
    }

    /// Bytes of all files.
    pub fn data_size(&self) -> u64 {
        self.module_ends.last().copied().unwrap_or(0)
    }

    /// The bytes of data module number `index`, counted from zero, among the bytes of all files.
    /// Empty behind the last.
    pub fn module_range(&self, index: usize) -> Range<u64> {
        let end = self.module_ends.get(index).copied().unwrap_or(self.data_size());
        let before = index.checked_sub(1).and_then(|i| self.module_ends.get(i).copied());
        let start = if index == 0 { 0 } else { before.unwrap_or(end) };
        start..end
    }

    /// The runs of modules that carry file number `index`, in order. None for an empty file.
    pub fn pieces(&self, index: usize) -> impl Iterator<Item = Piece> + '_ {
        let range = self.files.get(index).map_or(0..0, |f| f.start..f.start + f.size);
        let first = self.module_ends.partition_point(|end| *end <= range.start);
        (first..self.module_ends.len())
            .map(move |number| (number, overlap(&self.module_range(number), &range)))
            .take_while(|(_, run)| run.start < run.end)
            .map(|(number, run)| Piece {
                module: FIRST_DATA_MODULE + number as u16,
                offset: (run.start - self.module_range(number).start) as u32,
                length: (run.end - run.start) as u32,
            })
    }

    /// The numbers of the files of which data module number `index` carries at least one byte.
    pub fn files_in(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let module = self.module_range(index);
        let first = self.files.partition_point(|f| f.start + f.size <= module.start);
        (first..self.files.len())
            .take_while(move |n| self.files[*n].start < module.end)
            .filter(|n| self.files[*n].size > 0)
    }
}

fn overlap(a: &Range<u64>, b: &Range<u64>) -> Range<u64> {
    a.start.max(b.start)..a.end.min(b.end)
}

/// Paths are sorted, unique, and none is also a folder.
pub(crate) fn check_names(files: &[(RelativePath, u64)]) -> Result<(), LayoutError> {
    if files.is_empty() {
        return Err(LayoutError::NoFile);
    }
    if files.len() > FILES_MAX {
        return Err(LayoutError::TooManyFiles { count: files.len() });
    }
    for pair in files.windows(2) {
        let path = &pair[1].0;
        match pair[0].0.cmp(path) {
            core::cmp::Ordering::Less => {}
            core::cmp::Ordering::Equal => {
                return Err(LayoutError::Duplicate { path: path.clone() });
            }
            core::cmp::Ordering::Greater => return Err(LayoutError::Order { path: path.clone() }),
        }
    }
    let is_file = |text: &str| files.binary_search_by(|(path, _)| path.as_str().cmp(text)).is_ok();
    for (path, _) in files {
        if let Some(folder) = path.folders().find(|folder| is_file(folder)) {
            return Err(LayoutError::FileAndFolder { path: folder.to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(text: &str) -> RelativePath {
        RelativePath::new(text).unwrap()
    }

    #[test]
    fn a_file_larger_than_a_module_is_split_over_successive_modules() {
        let files = vec![(path("b"), 25), (path("a"), 4), (path("c"), 5), (path("d"), 6)];
        let layout = Layout::plan(files, 10).unwrap();
        let sizes: Vec<u64> =
            (0..5).map(|n| layout.module_range(n)).map(|r| r.end - r.start).collect();
        assert_eq!(sizes, [4, 10, 10, 5, 5]);
        let pieces: Vec<(u16, u32, u32)> =
            layout.pieces(1).map(|p| (p.module, p.offset, p.length)).collect();
        assert_eq!(pieces, [(3, 0, 10), (4, 0, 10), (5, 0, 5)]);
        assert_eq!(layout.data_modules(), 6);
    }

    #[test]
    fn contradicting_names_are_refused() {
        let plan = |names: &[&str]| Layout::plan(names.iter().map(|n| (path(n), 1)).collect(), 9);
        assert_eq!(plan(&["a", "a"]), Err(LayoutError::Duplicate { path: path("a") }));
        let clash = plan(&["a", "a-b", "a/b"]);
        assert_eq!(clash, Err(LayoutError::FileAndFolder { path: "a".into() }));
        assert_eq!(plan(&[]), Err(LayoutError::NoFile));
    }

    #[test]
    fn a_bundle_beyond_the_module_ids_is_refused_without_memory_for_it() {
        let error = Layout::plan(vec![(path("a"), u64::MAX)], 1).unwrap_err();
        assert!(matches!(error, LayoutError::TooManyModules { .. }));
        let two = vec![(path("a"), u64::MAX / 2), (path("b"), u64::MAX / 2)];
        assert!(Layout::plan(two, u32::MAX).is_err());
    }

    proptest! {
        #[test]
        fn any_files_are_covered_once_and_in_order(
            sizes in proptest::collection::vec(0u64..60, 1..40), module in 1u32..50,
        ) {
            let files = sizes.iter().enumerate().map(|(n, s)| (path(&format!("{n:03}")), *s));
            let layout = Layout::plan(files.collect(), module).unwrap();
            let mut at = 0;
            for (n, size) in sizes.iter().enumerate() {
                let mut length = 0;
                for piece in layout.pieces(n) {
                    let number = usize::from(piece.module - FIRST_DATA_MODULE);
                    let range = layout.module_range(number);
                    prop_assert_eq!(range.start + u64::from(piece.offset), at);
                    prop_assert!(layout.files_in(number).any(|f| f == n));
                    length += u64::from(piece.length);
                    at += u64::from(piece.length);
                    prop_assert!(at <= range.end && range.end - range.start <= u64::from(module));
                }
                prop_assert_eq!(length, *size);
            }
            prop_assert_eq!(at, layout.data_size());
        }
    }
}
