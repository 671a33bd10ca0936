//! BIOP messages: files, folders and the service gateway (ISO/IEC 13818-6 clause 11.3.2).
//!
//! ```text
//! "BIOP" | 1 | 0 | byte order 8 (0) | type 8 (0) | size 32 | key length 8 | key |
//! kind length 32 (4) | kind | info length 16 | info | contexts 8 (0) | body length 32 | body
//!
//! file:   info = size 64;  body = size 32 | content
//! folder: body = bindings 16 |
//!   { names 8 (1) | id length 8 | id | kind length 8 (4) | kind | type 8 | IOR |
//!     info length 16 | info } ...
//! ```

use super::ior::{BiopError, Bytes, Ior, KEY_SIZE_MAX, Kind};

const MAGIC: u32 = u32::from_be_bytes(*b"BIOP");
/// Bytes of the message of a file around its content.
pub(super) const FILE_OVERHEAD: usize = 44;
/// Bytes of the message of a folder around its bindings.
pub(super) const FOLDER_OVERHEAD: usize = 34;
/// Bytes of a binding around its name, the info of a file not included.
pub(super) const BINDING_OVERHEAD: usize = 74;
/// Bytes of the info of a file: its size.
pub(super) const FILE_INFO_SIZE: usize = 8;
/// Bytes of a name, its final zero not included.
pub(super) const NAME_SIZE_MAX: usize = 254;

const BINDING_OBJECT: u8 = 1;
const BINDING_CONTEXT: u8 = 2;

/// An object of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object<'a> {
    /// What tells it from others in the module.
    pub key: u32,
    /// What it holds.
    pub content: Content<'a>,
}

/// What an object holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// The bytes of a file.
    File(&'a [u8]),
    /// What a folder, or the service gateway, names.
    Folder(Vec<Binding<'a>>),
    /// Something that is not read here, such as a stream.
    Other,
}

/// A name in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding<'a> {
    /// The name, without its final zero.
    pub name: &'a [u8],
    /// The object.
    pub ior: Ior,
    /// Bytes of the content, in bindings of files.
    pub size: u64,
}

/// Appends the message of a file.
pub(super) fn append_file(key: u32, content: &[u8], out: &mut Vec<u8>) {
    let size = content.len() as u32;
    let info = u64::from(size).to_be_bytes();
    let start = begin(key, Kind::File, &info, out);
    out.extend_from_slice(&(size + 4).to_be_bytes());
    out.extend_from_slice(&size.to_be_bytes());
    out.extend_from_slice(content);
    end(start, out);
}

/// Appends the message of a folder or of the service gateway.
pub(super) fn append_folder(
    key: u32,
    kind: Kind,
    bindings: &[(Kind, Binding<'_>)],
    out: &mut Vec<u8>,
) {
    let start = begin(key, kind, &[], out);
    let body = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&(bindings.len() as u16).to_be_bytes());
    for (kind, binding) in bindings {
        out.extend_from_slice(&[1, (binding.name.len() + 1) as u8]);
        out.extend_from_slice(binding.name);
        out.extend_from_slice(&[0, 4]);
        out.extend_from_slice(&kind.alias());
        let is_file = *kind == Kind::File;
        out.push(if is_file { BINDING_OBJECT } else { BINDING_CONTEXT });
        binding.ior.append(*kind, out);
        let info = binding.size.to_be_bytes();
        let info = if is_file { &info[..] } else { &[] };
        out.extend_from_slice(&(info.len() as u16).to_be_bytes());
        out.extend_from_slice(info);
    }
    let length = (out.len() - body - 4) as u32;
    out[body..body + 4].copy_from_slice(&length.to_be_bytes());
    end(start, out);
}

/// Writes everything up to the length of the body, and returns where the message begins.
fn begin(key: u32, kind: Kind, info: &[u8], out: &mut Vec<u8>) -> usize {
    let start = out.len();
    out.extend_from_slice(&MAGIC.to_be_bytes());
    out.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0, KEY_SIZE_MAX as u8]);
    out.extend_from_slice(&key.to_be_bytes());
    out.extend_from_slice(&4u32.to_be_bytes());
    out.extend_from_slice(&kind.alias());
    out.extend_from_slice(&(info.len() as u16).to_be_bytes());
    out.extend_from_slice(info);
    out.push(0);
    start
}

/// Writes the size of the message that begins at `start`.
fn end(start: usize, out: &mut [u8]) {
    let size = (out.len() - start - 12) as u32;
    out[start + 8..start + 12].copy_from_slice(&size.to_be_bytes());
}

/// The objects of a module; any bytes may be given.
///
/// # Errors
/// [`BiopError`] where a message is damaged; messages behind it are not read.
pub fn objects(module: &[u8]) -> impl Iterator<Item = Result<Object<'_>, BiopError>> {
    let mut bytes = Bytes::new(module);
    let mut is_damaged = false;
    core::iter::from_fn(move || {
        if bytes.rest.is_empty() || is_damaged {
            return None;
        }
        let object = read_object(&mut bytes);
        is_damaged = object.is_err();
        Some(object)
    })
}

fn read_object<'a>(bytes: &mut Bytes<'a>) -> Result<Object<'a>, BiopError> {
    let at = bytes.at;
    let magic = bytes.u32("magic")?;
    if magic != MAGIC {
        return Err(BiopError::Field { field: "magic", value: magic, at });
    }
    bytes.expect(1, "biop_version.major")?;
    bytes.expect(0, "biop_version.minor")?;
    bytes.expect(0, "byte_order")?;
    bytes.expect(0, "message_type")?;
    let size = bytes.u32("message_size")? as usize;
    let mut message = bytes.part(size, "message")?;
    let key = message.key()?;
    let length = message.u32("objectKind_length")? as usize;
    let kind = Kind::of_alias(message.take(length, "objectKind")?);
    let length = usize::from(message.u16("objectInfo_length")?);
    message.take(length, "objectInfo")?;
    for _ in 0..message.u8("serviceContextList_count")? {
        message.u32("context_id")?;
        let length = usize::from(message.u16("context_data_length")?);
        message.take(length, "context_data")?;
    }
    let length = message.u32("messageBody_length")? as usize;
    let mut body = message.part(length, "messageBody")?;
    let content = match kind {
        None => Content::Other,
        Some(Kind::File) => {
            let length = body.u32("content_length")? as usize;
            Content::File(body.take(length, "content")?)
        }
        Some(Kind::Directory | Kind::ServiceGateway) => {
            let count = body.u16("bindings_count")?;
            let bindings: Result<Vec<_>, _> = (0..count).map(|_| read_binding(&mut body)).collect();
            Content::Folder(bindings?)
        }
    };
    Ok(Object { key, content })
}

fn read_binding<'a>(bytes: &mut Bytes<'a>) -> Result<Binding<'a>, BiopError> {
    bytes.expect(1, "nameComponents_count")?;
    let length = usize::from(bytes.u8("id_length")?);
    let name = bytes.take(length, "id_data")?;
    let name = name.strip_suffix(&[0]).unwrap_or(name);
    let length = usize::from(bytes.u8("kind_length")?);
    let kind = Kind::of_alias(bytes.take(length, "kind_data")?);
    bytes.u8("bindingType")?;
    let ior = Ior { kind, ..Ior::read(bytes)? };
    let length = usize::from(bytes.u16("objectInfo_length")?);
    let info = bytes.take(length, "objectInfo")?;
    let size = info.first_chunk().map_or(0, |size| u64::from_be_bytes(*size));
    Ok(Binding { name, ior, size })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const IOR: Ior = Ior {
        kind: Some(Kind::File),
        carousel_id: 7,
        module_id: 3,
        key: 9,
        association_tag: 0x1b,
        transaction_id: 0x8001_0002,
    };

    #[test]
    fn a_file_has_the_bytes_of_the_standard() {
        let mut out = Vec::new();
        append_file(1, b"hi", &mut out);
        let wanted = [
            b"BIOP".as_slice(),
            &[1, 0, 0, 0, 0, 0, 0, 34, 4, 0, 0, 0, 1, 0, 0, 0, 4],
            b"fil\0",
            &[0, 8, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 6, 0, 0, 0, 2],
            b"hi",
        ];
        assert_eq!(out, wanted.concat());
        assert_eq!(out.len(), FILE_OVERHEAD + 2);
    }

    #[test]
    fn a_reference_has_the_sizes_of_the_standard() {
        let mut out = Vec::new();
        IOR.append(Kind::File, &mut out);
        assert_eq!(out.len(), 63);
        assert_eq!(Ior::read(&mut Bytes::new(&out)), Ok(IOR));
    }

    #[test]
    fn a_folder_is_as_large_as_was_planned() {
        let binding = |name| (Kind::File, Binding { name, ior: IOR, size: 5 });
        let mut out = Vec::new();
        append_folder(1, Kind::Directory, &[binding(b"abc"), binding(b"d")], &mut out);
        let planned = FOLDER_OVERHEAD + 2 * (BINDING_OVERHEAD + FILE_INFO_SIZE) + 4;
        assert_eq!(out.len(), planned);
    }

    proptest! {
        #[test]
        fn any_objects_of_a_module_read_back(
            files in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..4),
            names in prop::collection::vec(prop::collection::vec(1u8.., 1..255), 0..5),
        ) {
            let mut module = Vec::new();
            for (key, content) in (0u32..).zip(&files) {
                append_file(key, content, &mut module);
            }
            let bindings: Vec<(Kind, Binding<'_>)> = names
                .iter()
                .map(|name| (Kind::File, Binding { name, ior: IOR, size: 77 }))
                .collect();
            append_folder(99, Kind::ServiceGateway, &bindings, &mut module);
            let read: Result<Vec<_>, _> = objects(&module).collect();
            let read = read.unwrap();
            prop_assert_eq!(read.len(), files.len() + 1);
            for (object, content) in read.iter().zip(&files) {
                prop_assert_eq!(&object.content, &Content::File(content));
            }
            let bindings = bindings.into_iter().map(|(_, binding)| binding).collect();
            let folder = Object { key: 99, content: Content::Folder(bindings) };
            prop_assert_eq!(read.last(), Some(&folder));
        }

        #[test]
        fn any_damage_is_read_without_panic(
            at in 0usize..300, value: u8, cut in 0usize..300,
        ) {
            let mut module = Vec::new();
            append_file(1, b"content", &mut module);
            let binding = (Kind::File, Binding { name: b"name", ior: IOR, size: 7 });
            append_folder(2, Kind::Directory, &[binding, binding], &mut module);
            module.truncate(cut);
            if let Some(byte) = module.get_mut(at) {
                *byte = value;
            }
            let read = objects(&module).count();
            prop_assert!(read <= 3);
        }
    }
}
