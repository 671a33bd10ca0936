//! Making an object carousel of files.

use super::ior::{Ior, Kind};
use super::object::{
    BINDING_OVERHEAD, Binding, FILE_INFO_SIZE, FILE_OVERHEAD, FOLDER_OVERHEAD, NAME_SIZE_MAX,
    append_file, append_folder,
};
use crate::carousel::{BLOCK_SIZE_DEFAULT, Carousel, CarouselError};
use crate::control::{Dii, DsiPrivate, Module, module_entry_size};
use crate::layout::{LayoutError, MODULE_ID_MAX};
use crate::path::RelativePath;
use crate::seal::BundleFile;
use std::collections::BTreeMap;

/// Small files share modules of about this size, so that a receiver gets what stands in one folder
/// together, and a change of one file leaves most modules as they are.
const MODULE_SIZE: usize = 64 << 10;
/// The module of the service gateway.
const GATEWAY_MODULE: u16 = 1;
/// Names in a folder, at most: what receivers of MHP and HbbTV are built for.
const BINDINGS_MAX: usize = 512;
/// Time-outs of a module and of its blocks in microseconds: four and a half minutes, longer than
/// any pass that the users of a receiver wait for. (tshark takes the first byte for the length of
/// a name, and calls a greater one malformed.)
const TIME_OUT_US: u32 = 0x0fff_ffff;
const USE_OBJECT: u16 = 0x0017;
/// BIOP::ModuleInfo with one tap and no descriptor.
const MODULE_INFO_SIZE: usize = 21;
/// Modules that a DII has room for.
const DII_MODULES_MAX: usize =
    crate::control::DII_MODULES_SIZE_MAX / module_entry_size(MODULE_INFO_SIZE);
/// Bytes of a reference.
const IOR_SIZE: usize = 63;
const _: () = assert!(BINDING_OVERHEAD == 2 + 1 + 1 + 4 + 1 + IOR_SIZE + 2);

/// How an object carousel is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectCarouselOptions {
    /// The carousel's number, unique in the network for as long as it may be cached; it stands in
    /// the carousel_identifier_descriptor and is the downloadId.
    pub carousel_id: u32,
    /// component_tag of the stream that carries the carousel.
    pub component_tag: u8,
    /// Bytes of a block, 1 to 4066.
    pub block_size: u16,
    /// One more for each change of content that the caller knows of.
    pub revision: u16,
}

impl ObjectCarouselOptions {
    /// Blocks of the usual size, first revision.
    pub fn new(carousel_id: u32, component_tag: u8) -> ObjectCarouselOptions {
        let (block_size, revision) = (BLOCK_SIZE_DEFAULT, 0);
        ObjectCarouselOptions { carousel_id, component_tag, block_size, revision }
    }
}

/// Why files cannot make an object carousel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// Names clash, or there is no file.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A name is longer than a binding holds.
    #[error("name {name:?} of {size} bytes, where {NAME_SIZE_MAX} are allowed")]
    Name {
        /// The name.
        name: String,
        /// Its bytes.
        size: usize,
    },
    /// A folder has more names than receivers take.
    #[error("folder {folder:?} has {count} names, where {BINDINGS_MAX} are allowed")]
    Folder {
        /// The folder; empty for the outermost.
        folder: String,
        /// Its names.
        count: usize,
    },
    /// There are more modules than ids.
    #[error("{count} modules, where {MODULE_ID_MAX} are allowed")]
    Modules {
        /// Modules needed.
        count: usize,
    },
    /// The carousel cannot be cut so.
    #[error(transparent)]
    Carousel(#[from] CarouselError),
}

/// An object before it is written.
struct Planned {
    module: u16,
    key: u32,
    kind: Kind,
    size: u64,
}

/// Makes the carousel of files and its blob: all modules, one behind the other, as the ranges of
/// the carousel's blocks name them.
///
/// A file larger than 254 MiB fits no module; it is refused as [`CarouselError::ModuleTooLong`].
///
/// # Errors
/// [`PackError`] when names, sizes or counts do not fit.
pub fn pack(
    mut files: Vec<BundleFile>,
    options: ObjectCarouselOptions,
) -> Result<(Carousel, Vec<u8>), PackError> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    crate::layout::check_names(&sizes(&files))?;
    let folders = folders(&files)?;
    let planned = plan(&files, &folders);
    let last = planned.values().map(|object| usize::from(object.module)).max().unwrap_or(0);
    if last >= usize::from(MODULE_ID_MAX) || planned.len() > u32::MAX as usize {
        return Err(PackError::Modules { count: last });
    }
    let numbers = Numbers::new(&files, options);
    let mut modules: Vec<Vec<u8>> = vec![Vec::new(); last];
    for (folder, names) in &folders {
        let object = &planned[folder.as_str()];
        let bindings: Vec<(Kind, Binding<'_>)> = names
            .iter()
            .map(|(name, path)| (planned[path.as_str()].kind, name, &planned[path.as_str()]))
            .map(|(kind, name, child)| (kind, binding(name, child, options, numbers)))
            .collect();
        let module = &mut modules[usize::from(object.module) - 1];
        append_folder(object.key, object.kind, &bindings, module);
    }
    for file in &files {
        let object = &planned[file.path.as_str()];
        append_file(object.key, &file.bytes, &mut modules[usize::from(object.module) - 1]);
    }
    let gateway = binding("", &planned[""], options, numbers);
    let control = control(&modules, gateway.ior, options, numbers)?;
    let described = (1u16..)
        .zip(&modules)
        .map(|(id, module)| (id, version(module), options.carousel_id, module.len() as u32));
    let carousel = Carousel::of_modules(options.block_size, control, described)?;
    Ok((carousel, modules.concat()))
}

fn sizes(files: &[BundleFile]) -> Vec<(RelativePath, u64)> {
    files.iter().map(|file| (file.path.clone(), file.bytes.len() as u64)).collect()
}

/// Each folder by its path with the names in it and where those lead; the outermost has no path.
type Folders = BTreeMap<String, Vec<(String, String)>>;

fn folders(files: &[BundleFile]) -> Result<Folders, PackError> {
    let mut folders = Folders::new();
    folders.entry(String::new()).or_default();
    for file in files {
        let whole = file.path.as_str();
        let mut parent = "";
        for path in file.path.folders().chain([whole]) {
            let name = path[parent.len()..].trim_start_matches('/');
            if name.len() > NAME_SIZE_MAX {
                return Err(PackError::Name { name: name.to_owned(), size: name.len() });
            }
            let names = folders.entry(parent.to_owned()).or_default();
            if names.last().is_none_or(|(last, _)| last != name)
                && !names.iter().any(|(known, _)| known == name)
            {
                names.push((name.to_owned(), path.to_owned()));
            }
            parent = path;
        }
    }
    let too_large = folders.iter().find(|(_, names)| names.len() > BINDINGS_MAX);
    if let Some((folder, names)) = too_large {
        return Err(PackError::Folder { folder: folder.clone(), count: names.len() });
    }
    Ok(folders)
}

/// Gives every object its module and key: the service gateway alone in the first, then the folders,
/// then the files.
fn plan<'a>(files: &'a [BundleFile], folders: &'a Folders) -> BTreeMap<&'a str, Planned> {
    let is_folder = |path: &str| folders.contains_key(path);
    let folder_size = |names: &Vec<(String, String)>| {
        let info = |path: &String| if is_folder(path) { 0 } else { FILE_INFO_SIZE };
        let binding = |(name, path): &(String, String)| BINDING_OVERHEAD + name.len() + info(path);
        FOLDER_OVERHEAD + names.iter().map(binding).sum::<usize>()
    };
    let gateway = folders
        .iter()
        .take(1)
        .map(|(path, names)| (path.as_str(), Kind::ServiceGateway, folder_size(names), 0));
    let inner = folders
        .iter()
        .skip(1)
        .map(|(path, names)| (path.as_str(), Kind::Directory, folder_size(names), 0));
    let files = files.iter().map(|file| {
        let size = file.bytes.len();
        (file.path.as_str(), Kind::File, FILE_OVERHEAD + size, size as u64)
    });
    let mut planned = BTreeMap::new();
    let (mut module, mut used, mut last_kind) = (GATEWAY_MODULE, 0, Kind::ServiceGateway);
    for (key, (path, kind, room, size)) in (1u32..).zip(gateway.chain(inner).chain(files)) {
        if used > 0 && (used + room > MODULE_SIZE || kind != last_kind) {
            module = module.saturating_add(1);
            used = 0;
        }
        used += room;
        last_kind = kind;
        planned.insert(path, Planned { module, key, kind, size });
    }
    planned
}

fn binding<'a>(
    name: &'a str,
    object: &Planned,
    options: ObjectCarouselOptions,
    numbers: Numbers,
) -> Binding<'a> {
    let group = (usize::from(object.module) - 1) / DII_MODULES_MAX;
    let ior = Ior {
        kind: Some(object.kind),
        carousel_id: options.carousel_id,
        module_id: object.module,
        key: object.key,
        association_tag: u16::from(options.component_tag),
        transaction_id: numbers.transaction(group as u16 + 1),
    };
    Binding { name: name.as_bytes(), ior, size: object.size }
}

/// The numbers by which receivers tell versions apart, from the content.
#[derive(Clone, Copy)]
struct Numbers {
    version: u32,
    updated: u32,
}

impl Numbers {
    fn new(files: &[BundleFile], options: ObjectCarouselOptions) -> Numbers {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&options.block_size.to_be_bytes());
        for file in files {
            let path = file.path.as_str().as_bytes();
            hasher.update(&(path.len() as u64).to_be_bytes()).update(path);
            hasher.update(blake3::hash(&file.bytes).as_bytes());
        }
        let [a, b, ..] = *hasher.finalize().as_bytes();
        let version = u32::from(u16::from_be_bytes([a, b]) & 0x3fff);
        Numbers { version, updated: u32::from(options.revision & 1) }
    }

    /// transactionId (TR 101 202): originator "network" 2 bits, version 14, identification 15,
    /// updated flag 1. Identification 0 is the DSI.
    fn transaction(self, identification: u16) -> u32 {
        0x8000_0000 | self.version << 16 | u32::from(identification) << 1 | self.updated
    }
}

fn version(module: &[u8]) -> u8 {
    blake3::hash(module).as_bytes()[0]
}

/// The DSI and the DIIs.
fn control(
    modules: &[Vec<u8>],
    gateway: Ior,
    options: ObjectCarouselOptions,
    numbers: Numbers,
) -> Result<Vec<Vec<u8>>, CarouselError> {
    // BIOP::ServiceGatewayInfo: the reference, no taps, no contexts, no user info.
    let mut private = Vec::new();
    gateway.append(Kind::ServiceGateway, &mut private);
    private.extend_from_slice(&[0, 0, 0, 0]);
    let dsi = DsiPrivate { transaction_id: numbers.transaction(0), private: &private };
    let mut control = vec![dsi.to_section()?];
    let info = module_info(options.component_tag);
    let described: Vec<Module<'_>> = (1u16..)
        .zip(modules)
        .map(|(id, bytes)| Module {
            id,
            size: bytes.len() as u32,
            version: version(bytes),
            descriptors: &info,
        })
        .collect();
    for (identification, group) in (1u16..).zip(described.chunks(DII_MODULES_MAX)) {
        let dii = Dii {
            transaction_id: numbers.transaction(identification),
            download_id: options.carousel_id,
            block_size: options.block_size,
            modules: group.to_vec(),
        };
        control.push(dii.to_section()?);
    }
    Ok(control)
}

/// BIOP::ModuleInfo: three time-outs, one tap that names the stream, no descriptors.
fn module_info(component_tag: u8) -> Vec<u8> {
    let mut info = TIME_OUT_US.to_be_bytes().repeat(2);
    info.extend_from_slice(&[0; 4]);
    info.extend_from_slice(&[1, 0, 0]);
    info.extend_from_slice(&USE_OBJECT.to_be_bytes());
    info.extend_from_slice(&[0, component_tag, 0, 0]);
    debug_assert_eq!(info.len(), MODULE_INFO_SIZE);
    info
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, size: usize) -> BundleFile {
        BundleFile { path: RelativePath::new(path).unwrap(), bytes: vec![7; size] }
    }

    fn packed(files: Vec<BundleFile>) -> Result<(Carousel, Vec<u8>), PackError> {
        pack(files, ObjectCarouselOptions::new(1, 0x1b))
    }

    #[test]
    fn what_receivers_could_not_read_is_refused() {
        assert_eq!(packed(vec![]), Err(PackError::Layout(LayoutError::NoFile)));
        let many: Vec<BundleFile> = (0..513).map(|n| file(&format!("a/{n}"), 1)).collect();
        let error = PackError::Folder { folder: "a".to_owned(), count: 513 };
        assert_eq!(packed(many), Err(error));
        let name = "n".repeat(255);
        let error = PackError::Name { name: name.clone(), size: 255 };
        assert_eq!(packed(vec![file(&name, 1)]), Err(error));
        let options = ObjectCarouselOptions { block_size: 1, ..ObjectCarouselOptions::new(1, 1) };
        let error = pack(vec![file("a", 70_000)], options).unwrap_err();
        assert!(matches!(error, PackError::Carousel(CarouselError::ModuleTooLong { .. })));
    }

    #[test]
    fn the_service_gateway_is_alone_and_small_files_share_modules() {
        let files = vec![file("a", 30_000), file("b/c", 30_000), file("b/d", 30_000)];
        let (files, folders) = (files.clone(), folders(&files).unwrap());
        let planned = plan(&files, &folders);
        let module = |path| planned[path].module;
        assert_eq!((module(""), module("b")), (1, 2));
        assert_eq!((module("a"), module("b/c"), module("b/d")), (3, 3, 4));
    }

    #[test]
    fn the_same_files_make_the_same_carousel_and_others_another_version() {
        let one = packed(vec![file("a", 5), file("b/c", 9)]).unwrap();
        let same = packed(vec![file("b/c", 9), file("a", 5)]).unwrap();
        let other = packed(vec![file("a", 5), file("b/c", 10)]).unwrap();
        assert!(one == same);
        assert_ne!(one.0.control_sections()[0], other.0.control_sections()[0]);
    }
}
