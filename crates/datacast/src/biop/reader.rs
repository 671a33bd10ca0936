//! Reading an object carousel: modules in, files out.

use super::ior::{BiopError, Bytes, Ior};
use super::object::{Content, objects};
use crate::control::DsiPrivate;
use crate::message::MessageError;
use crate::path::{PathError, RelativePath};
use std::collections::BTreeMap;
use ts::section::SectionView;

/// What a carousel may make its reader do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReaderLimits {
    /// Files and folders.
    pub objects_max: usize,
    /// Folders within folders.
    pub depth_max: usize,
}

impl Default for ReaderLimits {
    fn default() -> ReaderLimits {
        ReaderLimits { objects_max: 65_536, depth_max: 32 }
    }
}

/// Why an object carousel cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReaderError {
    /// The section is no DSI.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The DSI names no service gateway.
    #[error("service gateway info {0}")]
    Gateway(BiopError),
    /// A module is damaged.
    #[error("module {module} {error}")]
    Module {
        /// The module.
        module: u16,
        /// What is wrong with it.
        error: BiopError,
    },
    /// An object is not where its reference says.
    #[error("object {key:#x} of module {module} is not there")]
    Missing {
        /// The module.
        module: u16,
        /// The key of the object.
        key: u32,
    },
    /// A name would lead out of its folder.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A name is no text.
    #[error("a name in folder {folder:?} is no UTF-8")]
    Name {
        /// The folder.
        folder: String,
    },
    /// Two objects have one name.
    #[error("two objects have the name {path:?}")]
    Duplicate {
        /// The name.
        path: String,
    },
    /// There are more objects, or folders lie deeper, than allowed; also when folders hold each
    /// other.
    #[error("more than {objects_max} objects or {depth_max} folders within folders")]
    TooMany {
        /// Objects allowed.
        objects_max: usize,
        /// Depth allowed.
        depth_max: usize,
    },
}

/// The reference to the service gateway in a DSI.
///
/// # Errors
/// [`ReaderError`] when the section is no DSI of an object carousel.
pub fn gateway_of(section: SectionView<'_>) -> Result<Ior, ReaderError> {
    let dsi = DsiPrivate::parse_section(section)?;
    Ior::read(&mut Bytes::new(dsi.private)).map_err(ReaderError::Gateway)
}

/// The modules of an object carousel.
#[derive(Debug, Default)]
pub struct Reader<'a> {
    objects: BTreeMap<(u16, u32), Content<'a>>,
}

impl<'a> Reader<'a> {
    /// Takes a whole module.
    ///
    /// # Errors
    /// [`ReaderError::Module`] when it is damaged.
    pub fn add(&mut self, module: u16, bytes: &'a [u8]) -> Result<(), ReaderError> {
        for object in objects(bytes) {
            let object = object.map_err(|error| ReaderError::Module { module, error })?;
            self.objects.insert((module, object.key), object.content);
        }
        Ok(())
    }

    /// All files from the service gateway down, with their paths.
    ///
    /// # Errors
    /// [`ReaderError`] when an object is missing, a name impossible or a limit exceeded.
    pub fn files(
        &self,
        gateway: Ior,
        limits: ReaderLimits,
    ) -> Result<BTreeMap<RelativePath, &'a [u8]>, ReaderError> {
        let ReaderLimits { objects_max, depth_max } = limits;
        let too_many = ReaderError::TooMany { objects_max, depth_max };
        let mut files = BTreeMap::new();
        let mut open = vec![(String::new(), gateway, 0)];
        let mut seen = 0;
        while let Some((path, ior, depth)) = open.pop() {
            seen += 1;
            if seen > objects_max || depth > depth_max {
                return Err(too_many);
            }
            let (module, key) = (ior.module_id, ior.key);
            let missing = ReaderError::Missing { module, key };
            match self.objects.get(&(module, key)).ok_or(missing)? {
                Content::Other => {}
                Content::File(bytes) => {
                    if files.insert(RelativePath::new(&path)?, *bytes).is_some() {
                        return Err(ReaderError::Duplicate { path });
                    }
                }
                Content::Folder(bindings) => {
                    if open.len() + bindings.len() > objects_max {
                        return Err(too_many);
                    }
                    for binding in bindings {
                        let name = core::str::from_utf8(binding.name);
                        let name = name.map_err(|_| ReaderError::Name { folder: path.clone() })?;
                        let separator = if path.is_empty() { "" } else { "/" };
                        let child = RelativePath::new(&format!("{path}{separator}{name}"))?;
                        open.push((child.as_str().to_owned(), binding.ior, depth + 1));
                    }
                }
            }
        }
        Ok(files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::biop::ior::Kind;
    use crate::biop::object::{Binding, append_file, append_folder};
    use crate::biop::{ObjectCarouselOptions, pack};
    use crate::message::Message;
    use crate::seal::BundleFile;
    use proptest::prelude::*;

    fn ior(module_id: u16, key: u32) -> Ior {
        Ior {
            kind: None,
            carousel_id: 1,
            module_id,
            key,
            association_tag: 1,
            transaction_id: 0x8000_0002,
        }
    }

    fn folder(key: u32, bindings: &[(&str, Ior)]) -> Vec<u8> {
        let bindings: Vec<(Kind, Binding<'_>)> = bindings
            .iter()
            .map(|(name, ior)| (Kind::File, Binding { name: name.as_bytes(), ior: *ior, size: 1 }))
            .collect();
        let mut out = Vec::new();
        append_folder(key, Kind::Directory, &bindings, &mut out);
        out
    }

    fn files(module: &[u8]) -> Result<usize, ReaderError> {
        let mut reader = Reader::default();
        reader.add(1, module)?;
        reader.files(ior(1, 1), ReaderLimits::default()).map(|files| files.len())
    }

    #[test]
    fn folders_that_hold_each_other_end() {
        let error = Err(ReaderError::TooMany { objects_max: 65_536, depth_max: 32 });
        assert_eq!(files(&folder(1, &[("a", ior(1, 1))])), error);
        let both = [folder(1, &[("a", ior(1, 2)); 1]), folder(2, &[("b", ior(1, 1))])].concat();
        assert_eq!(files(&both), error);
        // A folder that holds itself many times would be walked without end before it is deep.
        let names: Vec<String> = (0..300).map(|n| n.to_string()).collect();
        let many: Vec<(&str, Ior)> = names.iter().map(|name| (name.as_str(), ior(1, 1))).collect();
        assert_eq!(files(&folder(1, &many)), error);
    }

    #[test]
    fn names_that_lead_out_of_their_folder_are_refused() {
        let mut file = Vec::new();
        append_file(2, b"x", &mut file);
        for name in ["..", ".", "", "a\\b", "/x", "c:"] {
            let module = [folder(1, &[(name, ior(1, 2))]), file.clone()].concat();
            assert!(matches!(files(&module), Err(ReaderError::Path(_))), "{name:?}");
        }
        let module = [folder(1, &[("a/../../b", ior(1, 2))]), file.clone()].concat();
        assert!(matches!(files(&module), Err(ReaderError::Path(_))));
        let module = [folder(1, &[("a", ior(1, 2)); 2]), file].concat();
        assert_eq!(files(&module), Err(ReaderError::Duplicate { path: "a".to_owned() }));
    }

    #[test]
    fn an_object_that_is_not_there_is_named() {
        let error = Err(ReaderError::Missing { module: 7, key: 9 });
        assert_eq!(files(&folder(1, &[("a", ior(7, 9))])), error);
    }

    /// Puts the modules together from the sections of a carousel.
    fn modules(carousel: &crate::Carousel, blob: &[u8]) -> BTreeMap<u16, Vec<u8>> {
        let mut modules: BTreeMap<u16, Vec<u8>> = BTreeMap::new();
        for block in 0..carousel.blocks() {
            let range = carousel.block_range(block).unwrap();
            let mut section = Vec::new();
            let payload = &blob[range.start as usize..range.end as usize];
            carousel.write_ddb(block, payload, &mut section).unwrap();
            let message = Message::parse(SectionView::parse(&section).unwrap());
            let Ok(Message::Ddb(ddb)) = message else { panic!("a DDB") };
            assert_eq!(ddb.download_id, 77);
            modules.entry(ddb.module_id).or_default().extend_from_slice(ddb.data);
        }
        modules
    }

    proptest! {
        #[test]
        fn any_files_come_back_from_their_carousel(
            given in prop::collection::btree_map("[a-c课]{1,2}(/[a-c]{1,2}){0,3}",
                (0usize..3000, any::<u8>()), 1..20),
            block_size in 1u16..4067, revision: u16, copies in 1usize..12,
        ) {
            let mut files: Vec<BundleFile> = Vec::new();
            for copy in 0..copies {
                files.extend(given.iter().map(|(path, (size, fill))| BundleFile {
                    path: RelativePath::new(&format!("{copy}/{path}")).unwrap(),
                    bytes: vec![*fill; *size * copies],
                }));
            }
            let options =
                ObjectCarouselOptions { carousel_id: 77, component_tag: 3, block_size, revision };
            let Ok((carousel, blob)) = pack(files.clone(), options) else {
                // A file with the name of a folder.
                return Ok(());
            };
            let control = carousel.control_sections();
            let gateway = gateway_of(SectionView::parse(&control[0]).unwrap()).unwrap();
            prop_assert_eq!(gateway.kind, Some(Kind::ServiceGateway));
            let modules = modules(&carousel, &blob);
            let mut listed = Vec::new();
            for section in &control[1..] {
                let message = Message::parse(SectionView::parse(section).unwrap());
                let Ok(Message::Dii(dii)) = message else { panic!("a DII") };
                listed.extend(dii.modules.iter().map(|module| (module.id, module.size as usize)));
            }
            prop_assert!(listed.into_iter().eq(modules.iter().map(|(id, m)| (*id, m.len()))));
            let mut reader = Reader::default();
            for (id, module) in &modules {
                reader.add(*id, module).unwrap();
            }
            let read = reader.files(gateway, ReaderLimits::default()).unwrap();
            prop_assert_eq!(read.len(), files.len());
            for file in &files {
                prop_assert_eq!(read.get(&file.path).copied(), Some(&file.bytes[..]));
            }
        }
    }
}
