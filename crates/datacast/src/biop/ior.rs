//! Interoperable object references (ISO/IEC 13818-6 clause 11.3.1): where an object is.
//!
//! ```text
//! type id length 32 | type id | profiles 32 (1) | TAG_BIOP 32 | length 32 | byte order 8 (0) |
//! components 8 (2) |
//!   ObjectLocation 32 | length 8 | carousel 32 | module 16 | 1 | 0 | key length 8 | key
//!   ConnBinder 32 | length 8 | taps 8 (1) | 0 16 | BIOP_DELIVERY_PARA 16 | association tag 16 |
//!     selector length 8 (10) | 1 16 | transaction 32 | time-out 32
//! ```

pub(super) const TAG_BIOP: u32 = 0x4953_4f06;
const TAG_OBJECT_LOCATION: u32 = 0x4953_4f50;
const TAG_CONN_BINDER: u32 = 0x4953_4f40;
const USE_DELIVERY: u16 = 0x0016;
/// How long a receiver waits for the message, in microseconds: for ever.
const NO_TIME_OUT: u32 = u32::MAX;
/// Bytes of an object key, at most.
pub(super) const KEY_SIZE_MAX: usize = 4;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The outermost folder.
    ServiceGateway,
    /// A folder.
    Directory,
    /// A file.
    File,
}

impl Kind {
    /// The alias by which the kind is written, its final zero included.
    pub const fn alias(self) -> [u8; 4] {
        match self {
            Kind::ServiceGateway => *b"srg\0",
            Kind::Directory => *b"dir\0",
            Kind::File => *b"fil\0",
        }
    }

    /// The kind of an alias; `None` for those of streams.
    pub fn of_alias(alias: &[u8]) -> Option<Kind> {
        let kinds = [Kind::ServiceGateway, Kind::Directory, Kind::File];
        kinds.into_iter().find(|kind| kind.alias() == alias)
    }
}

/// What is wrong with a BIOP structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BiopError {
    /// It ends inside a field.
    #[error("ends inside {field} at byte {at}")]
    Short {
        /// The field.
        field: &'static str,
        /// Where it begins.
        at: usize,
    },
    /// A field has a value that is not known.
    #[error("has a {field} of {value:#x} at byte {at}")]
    Field {
        /// The field.
        field: &'static str,
        /// Its value.
        value: u32,
        /// Where it stands.
        at: usize,
    },
}

/// A reference to an object in the same carousel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ior {
    /// What it is; `None` for kinds that are not read here.
    pub kind: Option<Kind>,
    /// The carousel.
    pub carousel_id: u32,
    /// The module that holds the object.
    pub module_id: u16,
    /// What tells the object from others in the module: as many bytes as there are, at the end.
    pub key: u32,
    /// The component tag of the stream that carries the module.
    pub association_tag: u16,
    /// transactionId of the DII that lists the module.
    pub transaction_id: u32,
}

impl Ior {
    /// Appends the reference.
    pub(super) fn append(&self, kind: Kind, out: &mut Vec<u8>) {
        out.extend_from_slice(&4u32.to_be_bytes());
        out.extend_from_slice(&kind.alias());
        out.extend_from_slice(&1u32.to_be_bytes());
        out.extend_from_slice(&TAG_BIOP.to_be_bytes());
        out.extend_from_slice(&43u32.to_be_bytes());
        out.extend_from_slice(&[0, 2]);
        out.extend_from_slice(&TAG_OBJECT_LOCATION.to_be_bytes());
        out.push(13);
        out.extend_from_slice(&self.carousel_id.to_be_bytes());
        out.extend_from_slice(&self.module_id.to_be_bytes());
        out.extend_from_slice(&[1, 0, KEY_SIZE_MAX as u8]);
        out.extend_from_slice(&self.key.to_be_bytes());
        out.extend_from_slice(&TAG_CONN_BINDER.to_be_bytes());
        out.extend_from_slice(&[18, 1, 0, 0]);
        out.extend_from_slice(&USE_DELIVERY.to_be_bytes());
        out.extend_from_slice(&self.association_tag.to_be_bytes());
        out.extend_from_slice(&[10, 0, 1]);
        out.extend_from_slice(&self.transaction_id.to_be_bytes());
        out.extend_from_slice(&NO_TIME_OUT.to_be_bytes());
    }

    pub(super) fn read(bytes: &mut Bytes<'_>) -> Result<Ior, BiopError> {
        let length = bytes.u32("type_id_length")? as usize;
        let kind = Kind::of_alias(bytes.take(length, "type_id")?);
        bytes.take(length.wrapping_neg() % 4, "padding")?;
        let mut found = None;
        for _ in 0..bytes.u32("taggedProfiles_count")? {
            let tag = bytes.u32("profileId_tag")?;
            let length = bytes.u32("profile_data_length")? as usize;
            let mut profile = bytes.part(length, "profile_data")?;
            if tag == TAG_BIOP && found.is_none() {
                found = Some(read_profile(&mut profile, kind)?);
            }
        }
        let at = bytes.at;
        found.ok_or(BiopError::Field { field: "taggedProfiles_count", value: 0, at })
    }
}

fn read_profile(bytes: &mut Bytes<'_>, kind: Option<Kind>) -> Result<Ior, BiopError> {
    bytes.expect(0, "profile_data_byte_order")?;
    let mut ior =
        Ior { kind, carousel_id: 0, module_id: 0, key: 0, association_tag: 0, transaction_id: 0 };
    let mut has_location = false;
    for _ in 0..bytes.u8("liteComponents_count")? {
        let tag = bytes.u32("componentId_tag")?;
        let length = usize::from(bytes.u8("component_data_length")?);
        let mut component = bytes.part(length, "component_data")?;
        match tag {
            TAG_OBJECT_LOCATION => {
                ior.carousel_id = component.u32("carouselId")?;
                ior.module_id = component.u16("moduleId")?;
                component.u16("version")?;
                ior.key = component.key()?;
                has_location = true;
            }
            TAG_CONN_BINDER => {
                for _ in 0..component.u8("taps_count")? {
                    component.u16("id")?;
                    let usage = component.u16("use")?;
                    let association_tag = component.u16("association_tag")?;
                    let length = usize::from(component.u8("selector_length")?);
                    let mut selector = component.part(length, "selector")?;
                    if usage == USE_DELIVERY {
                        ior.association_tag = association_tag;
                        selector.u16("selector_type")?;
                        ior.transaction_id = selector.u32("transactionId")?;
                    }
                }
            }
            _ => {}
        }
    }
    let at = bytes.at;
    let missing = BiopError::Field { field: "liteComponents_count", value: 0, at };
    if has_location { Ok(ior) } else { Err(missing) }
}

/// Bytes that are being read, with their place in the whole.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a> {
    pub(super) rest: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Bytes<'a> {
        Bytes { rest: bytes, at: 0 }
    }

    pub(super) fn take(&mut self, size: usize, field: &'static str) -> Result<&'a [u8], BiopError> {
        let short = BiopError::Short { field, at: self.at };
        let (taken, rest) = self.rest.split_at_checked(size).ok_or(short)?;
        self.rest = rest;
        self.at += size;
        Ok(taken)
    }

    /// The next bytes, to be read for themselves.
    pub(super) fn part(
        &mut self,
        size: usize,
        field: &'static str,
    ) -> Result<Bytes<'a>, BiopError> {
        let at = self.at;
        Ok(Bytes { rest: self.take(size, field)?, at })
    }

    pub(super) fn array<const N: usize>(
        &mut self,
        field: &'static str,
    ) -> Result<[u8; N], BiopError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, field)?);
        Ok(array)
    }

    pub(super) fn u8(&mut self, field: &'static str) -> Result<u8, BiopError> {
        self.array::<1>(field).map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16, BiopError> {
        self.array(field).map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self, field: &'static str) -> Result<u32, BiopError> {
        self.array(field).map(u32::from_be_bytes)
    }

    /// A byte that must have a certain value.
    pub(super) fn expect(&mut self, wanted: u8, field: &'static str) -> Result<(), BiopError> {
        let at = self.at;
        let value = u32::from(self.u8(field)?);
        let wrong = BiopError::Field { field, value, at };
        if value == u32::from(wanted) { Ok(()) } else { Err(wrong) }
    }

    /// An object key behind its length.
    pub(super) fn key(&mut self) -> Result<u32, BiopError> {
        let at = self.at;
        let size = self.u8("objectKey_length")?;
        if usize::from(size) > KEY_SIZE_MAX {
            let value = u32::from(size);
            return Err(BiopError::Field { field: "objectKey_length", value, at });
        }
        let key = self.take(usize::from(size), "objectKey")?;
        Ok(key.iter().fold(0, |key, byte| key << 8 | u32::from(*byte)))
    }
}
