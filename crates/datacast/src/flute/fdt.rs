//! FDT instances (RFC 6726 clause 3.4.2): XML that tells which object is which file.
//!
//! ```text
//! <FDT-Instance xmlns="urn:ietf:params:xml:ns:fdt" Expires="4008988800" Complete="true">
//!   <File TOI="1" Content-Location="file:///lesson/1.pdf" Content-Length="5000"
//!     Transfer-Length="5000" FEC-OTI-FEC-Encoding-ID="6" ../>
//! </FDT-Instance>
//! ```

use super::oti::{Oti, OtiError};
use crate::path::{PathError, RelativePath};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use core::fmt::Write;
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;

/// Seconds from the epoch of NTP, 1900, to that of Unix.
pub const NTP_UNIX_OFFSET_S: u64 = 2_208_988_800;
/// Seconds of an era of NTP. The one that began in 1900 ends in 2036.
const NTP_ERA_S: u64 = 1 << 32;
/// Bytes of the longest instance that is read.
pub(super) const FDT_SIZE_MAX: usize = 4 << 20;
/// Files of an instance that is read.
const FILES_MAX: usize = 65_536;

const NAMESPACE: &str = "urn:ietf:params:xml:ns:fdt";
const SCHEME: &str = "file:///";

/// An FDT instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FdtInstance {
    /// Until when what it says holds, in seconds of Unix time, before the year 2104.
    pub expires_unix_s: u64,
    /// Whether no other instance will name more files.
    pub is_complete: bool,
    /// The files.
    pub files: Vec<FdtFile>,
}

/// A file of an FDT instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FdtFile {
    /// The object that carries it, 1 or more.
    pub toi: u128,
    /// Where it is to be kept.
    pub path: RelativePath,
    /// Its bytes once it is decoded, if told.
    pub content_length: Option<u64>,
    /// Its media type, if told.
    pub content_type: Option<String>,
    /// How it is compressed, if it is.
    pub content_encoding: Option<String>,
    /// How it is cut, if told.
    pub oti: Option<Oti>,
}

/// Why bytes are no FDT instance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FdtError {
    /// It is too long or names too many files.
    #[error("FDT instance of more than {FDT_SIZE_MAX} bytes or {FILES_MAX} files")]
    TooLarge,
    /// It is no XML.
    #[error("FDT instance is no XML at byte {at}")]
    Xml {
        /// Where reading stopped.
        at: u64,
    },
    /// An element or attribute that must be there is missing.
    #[error("FDT instance lacks {name}")]
    Missing {
        /// Its name.
        name: &'static str,
    },
    /// An attribute has a value that it cannot have.
    #[error("FDT instance has {name}={value:?}")]
    Value {
        /// The attribute.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// A file would be kept where it may not.
    #[error("FDT instance: {0}")]
    Path(#[from] PathError),
    /// A file cannot be cut so.
    #[error("FDT instance: {0}")]
    Oti(#[from] OtiError),
}

impl FdtInstance {
    /// The XML.
    pub fn to_xml(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let expires = (self.expires_unix_s + NTP_UNIX_OFFSET_S) % NTP_ERA_S;
        attribute(&mut out, "<FDT-Instance xmlns", NAMESPACE);
        attribute(&mut out, " Expires", expires);
        if self.is_complete {
            attribute(&mut out, " Complete", true);
        }
        out.push_str(">\n");
        for file in &self.files {
            file.write(&mut out);
        }
        out.push_str("</FDT-Instance>\n");
        out
    }

    /// The id of the instance that these bytes are, 20 bits of their digest: an instance with other
    /// bytes has another id, and two machines give it the same.
    pub fn id_of(xml: &str) -> u32 {
        let digest = blake3::hash(xml.as_bytes());
        let [a, b, c, ..] = digest.as_bytes();
        u32::from_be_bytes([0, a & 0x0f, *b, *c])
    }

    /// Reads an instance; any bytes may be given. Elements and attributes that are not known are
    /// passed over.
    ///
    /// # Errors
    /// [`FdtError`] when it is no XML, or what must be there is missing or wrong.
    pub fn parse(bytes: &[u8]) -> Result<FdtInstance, FdtError> {
        if bytes.len() > FDT_SIZE_MAX {
            return Err(FdtError::TooLarge);
        }
        let text = core::str::from_utf8(bytes)
            .map_err(|error| FdtError::Xml { at: error.valid_up_to() as u64 })?;
        let mut reader = Reader::from_str(text);
        let mut instance: Option<(Attributes, FdtInstance)> = None;
        loop {
            let at = reader.buffer_position();
            let event = reader.read_event().map_err(|_| FdtError::Xml { at })?;
            let (Event::Start(element) | Event::Empty(element)) = event else {
                if matches!(event, Event::Eof) {
                    break;
                }
                continue;
            };
            let attributes = || Attributes::read(&element, at);
            match (element.local_name().as_ref(), &mut instance) {
                ("FDT-Instance", None) => instance = Some(read_root(attributes()?)?),
                ("File", Some((defaults, instance))) => {
                    if instance.files.len() == FILES_MAX {
                        return Err(FdtError::TooLarge);
                    }
                    let file = FdtFile::read(&attributes()?, defaults)?;
                    instance.files.push(file);
                }
                _ => {}
            }
        }
        let missing = FdtError::Missing { name: "FDT-Instance" };
        instance.map(|(_, instance)| instance).ok_or(missing)
    }
}

fn read_root(attributes: Attributes) -> Result<(Attributes, FdtInstance), FdtError> {
    let name = "Expires";
    let expires = attributes.number(name)?.ok_or(FdtError::Missing { name })?;
    // Times of the lower half are those after 2036, as in RFC 4330 clause 3.
    let expires = if expires < NTP_ERA_S / 2 { expires + NTP_ERA_S } else { expires };
    if expires >= NTP_ERA_S / 2 * 3 {
        return Err(FdtError::Value { name, value: expires.to_string() });
    }
    let instance = FdtInstance {
        expires_unix_s: expires.saturating_sub(NTP_UNIX_OFFSET_S),
        is_complete: matches!(attributes.get("Complete"), Some("true" | "1")),
        files: Vec::new(),
    };
    Ok((attributes, instance))
}

impl FdtFile {
    fn write(&self, out: &mut String) {
        attribute(out, "  <File TOI", self.toi);
        attribute(out, " Content-Location", location(&self.path));
        if let Some(length) = self.content_length {
            attribute(out, " Content-Length", length);
        }
        if let Some(content_type) = &self.content_type {
            attribute(out, " Content-Type", content_type);
        }
        if let Some(encoding) = &self.content_encoding {
            attribute(out, " Content-Encoding", encoding);
        }
        if let Some(oti) = &self.oti {
            write_oti(oti, out);
        }
        out.push_str("/>\n");
    }

    fn read(attributes: &Attributes, defaults: &Attributes) -> Result<FdtFile, FdtError> {
        let toi = attributes.get("TOI").ok_or(FdtError::Missing { name: "TOI" })?;
        let known = toi.parse().ok().filter(|toi| *toi != 0);
        let toi = known.ok_or(FdtError::Value { name: "TOI", value: toi.to_owned() })?;
        let name = "Content-Location";
        let location = attributes.get(name).ok_or(FdtError::Missing { name })?;
        let either = |name| attributes.get(name).or(defaults.get(name));
        Ok(FdtFile {
            toi,
            path: path_of(location)?,
            content_length: attributes.number("Content-Length")?,
            content_type: either("Content-Type").map(str::to_owned),
            content_encoding: either("Content-Encoding").map(str::to_owned),
            oti: read_oti(attributes, defaults)?,
        })
    }
}

fn write_oti(oti: &Oti, out: &mut String) {
    attribute(out, " Transfer-Length", oti.length());
    attribute(out, " FEC-OTI-FEC-Encoding-ID", oti.encoding_id());
    attribute(out, " FEC-OTI-Encoding-Symbol-Length", oti.symbol_size());
    match oti {
        Oti::NoCode { block_symbols, .. } => {
            attribute(out, " FEC-OTI-Maximum-Source-Block-Length", block_symbols);
        }
        Oti::RaptorQ { source_blocks, alignment, .. } => {
            let info = BASE64_STANDARD.encode([*source_blocks, 0, 1, *alignment]);
            let largest = oti.symbols().div_ceil(u64::from(*source_blocks));
            attribute(out, " FEC-OTI-Maximum-Source-Block-Length", largest);
            attribute(out, " FEC-OTI-Scheme-Specific-Info", info);
        }
    }
}

fn read_oti(attributes: &Attributes, defaults: &Attributes) -> Result<Option<Oti>, FdtError> {
    let number = |name| match attributes.number(name)? {
        None => defaults.number(name),
        some => Ok(some),
    };
    let needed = |name| number(name)?.ok_or(FdtError::Missing { name });
    let Some(encoding_id) = number("FEC-OTI-FEC-Encoding-ID")? else { return Ok(None) };
    let length = match attributes.number("Transfer-Length")? {
        Some(length) => length,
        None => needed("Content-Length")?,
    };
    let name = "FEC-OTI-Encoding-Symbol-Length";
    let value = needed(name)?;
    let wrong = FdtError::Value { name, value: value.to_string() };
    let symbol_size = u16::try_from(value).map_err(|_| wrong)?;
    match encoding_id {
        0 => {
            let name = "FEC-OTI-Maximum-Source-Block-Length";
            let value = needed(name)?;
            let wrong = FdtError::Value { name, value: value.to_string() };
            let block_symbols = u32::try_from(value).map_err(|_| wrong)?;
            Ok(Some(Oti::no_code(length, symbol_size, block_symbols)?))
        }
        6 => {
            let name = "FEC-OTI-Scheme-Specific-Info";
            let either = attributes.get(name).or(defaults.get(name));
            let text = either.ok_or(FdtError::Missing { name })?;
            let decoded = BASE64_STANDARD.decode(text).ok();
            let info = decoded.and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
            let wrong = FdtError::Value { name, value: text.to_owned() };
            let [source_blocks, n0, n1, alignment] = info.ok_or(wrong)?;
            let sub_blocks = u16::from_be_bytes([n0, n1]);
            let oti = Oti::read_raptorq(length, symbol_size, source_blocks, sub_blocks, alignment)?;
            Ok(Some(oti))
        }
        other => Err(OtiError::Encoding { encoding_id: u8::try_from(other).unwrap_or(u8::MAX) })?,
    }
}

/// The attributes of an element by their names without prefix.
struct Attributes(BTreeMap<String, String>);

impl Attributes {
    fn read(element: &BytesStart<'_>, at: u64) -> Result<Attributes, FdtError> {
        let mut found = BTreeMap::new();
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|_| FdtError::Xml { at })?;
            let value = attribute.normalized_value(XmlVersion::Explicit1_0);
            let value = value.map_err(|_| FdtError::Xml { at })?;
            if value.chars().any(char::is_control) {
                return Err(FdtError::Xml { at });
            }
            let name = attribute.key.local_name();
            found.insert(name.as_ref().to_owned(), value.into_owned());
        }
        Ok(Attributes(found))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn number(&self, name: &'static str) -> Result<Option<u64>, FdtError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let wrong = FdtError::Value { name, value: value.to_owned() };
        value.parse().map(Some).map_err(|_| wrong)
    }
}

fn attribute(out: &mut String, name: &str, value: impl ToString) {
    let value = value.to_string();
    // Writing to a string does not fail.
    let _ = write!(out, "{name}=\"{}\"", escape(value.as_str()));
}

/// A path as a URI (RFC 3986): what may not stand there is written as its bytes.
fn location(path: &RelativePath) -> String {
    let mut out = SCHEME.to_owned();
    for byte in path.as_str().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The path that a location names: what stands behind scheme and host, without query.
fn path_of(location: &str) -> Result<RelativePath, FdtError> {
    let wrong = || FdtError::Value { name: "Content-Location", value: location.to_owned() };
    let path = match location.split_once("://") {
        Some((_, rest)) => rest.split_once('/').ok_or_else(wrong)?.1,
        None => location.strip_prefix('/').unwrap_or(location),
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2).ok_or_else(wrong)?;
        let digits = core::str::from_utf8(digits).map_err(|_| wrong())?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong())?);
        rest = after;
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong())?;
    Ok(RelativePath::new(&text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(toi: u128, path: &str, oti: Option<Oti>) -> FdtFile {
        FdtFile {
            toi,
            path: RelativePath::new(path).unwrap(),
            content_length: Some(5),
            content_type: None,
            content_encoding: None,
            oti,
        }
    }

    #[test]
    fn an_instance_is_written_as_the_standard_shows() {
        let instance = FdtInstance {
            expires_unix_s: 1_800_000_000,
            is_complete: true,
            files: vec![file(1, "第3课/a&b.pdf", Some(Oti::raptorq(5, 1400, 1 << 20).unwrap()))],
        };
        let xml = instance.to_xml();
        assert_eq!(
            xml,
            concat!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
                "<FDT-Instance xmlns=\"urn:ietf:params:xml:ns:fdt\" Expires=\"4008988800\" ",
                "Complete=\"true\">\n",
                "  <File TOI=\"1\" Content-Location=\"file:///%E7%AC%AC3%E8%AF%BE/a%26b.pdf\" ",
                "Content-Length=\"5\" Transfer-Length=\"5\" FEC-OTI-FEC-Encoding-ID=\"6\" ",
                "FEC-OTI-Encoding-Symbol-Length=\"1400\" ",
                "FEC-OTI-Maximum-Source-Block-Length=\"1\" ",
                "FEC-OTI-Scheme-Specific-Info=\"AQABBA==\"/>\n",
                "</FDT-Instance>\n"
            )
        );
        assert_eq!(FdtInstance::parse(xml.as_bytes()), Ok(instance));
    }

    #[test]
    fn information_for_all_files_stands_in_the_root() {
        let xml = concat!(
            "<a:FDT-Instance xmlns:a='x' Expires='2208988801' FEC-OTI-FEC-Encoding-ID='0' ",
            "FEC-OTI-Encoding-Symbol-Length='1400' FEC-OTI-Maximum-Source-Block-Length='64'>",
            "<a:File TOI='7' Content-Location='http://host/x/y%20z?q' Content-Length='9'>",
            "<Group>1</Group></a:File></a:FDT-Instance>"
        );
        let instance = FdtInstance::parse(xml.as_bytes()).unwrap();
        assert_eq!(instance.expires_unix_s, 1);
        assert_eq!(instance.files[0].path.as_str(), "x/y z");
        assert_eq!(instance.files[0].oti, Some(Oti::no_code(9, 1400, 64).unwrap()));
    }

    #[test]
    fn files_that_would_leave_the_folder_are_refused() {
        for location in [
            "file:///../x",
            "file:///a/%2e%2e/x",
            "/..",
            "file:////etc/passwd",
            "file:///a%5C..%5Cb",
            "file:///a%00",
            "file:///%zz",
            "file:///%",
            "file://host",
            "",
        ] {
            let xml = format!(
                "<FDT-Instance Expires='1'><File TOI='1' Content-Location='{location}'/>\
                 </FDT-Instance>"
            );
            assert!(FdtInstance::parse(xml.as_bytes()).is_err(), "{location}");
        }
    }

    #[test]
    fn entities_do_not_multiply() {
        let xml = concat!(
            "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>",
            "<FDT-Instance Expires='1'><File TOI='1' Content-Location='&b;'/></FDT-Instance>"
        );
        assert!(matches!(FdtInstance::parse(xml.as_bytes()), Err(FdtError::Xml { .. })));
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let parse = |xml: &str| FdtInstance::parse(xml.as_bytes()).unwrap_err();
        assert_eq!(parse("<x/>"), FdtError::Missing { name: "FDT-Instance" });
        assert_eq!(parse("<FDT-Instance/>"), FdtError::Missing { name: "Expires" });
        let wrong = FdtError::Value { name: "Expires", value: "soon".to_owned() };
        assert_eq!(parse("<FDT-Instance Expires='soon'/>"), wrong);
        let wrong = FdtError::Value { name: "TOI", value: "0".to_owned() };
        assert_eq!(parse("<FDT-Instance Expires='1'><File TOI='0'/></FDT-Instance>"), wrong);
    }

    const NAMES: &str = "[a-z<>&\"' é课]{1,12}";

    proptest! {
        #[test]
        fn any_instance_reads_back(
            expires_unix_s in 0u64..4_233_462_144, is_complete: bool,
            files in prop::collection::vec(
                (1u128..1 << 100, NAMES, proptest::option::of(any::<bool>())), 0..5),
        ) {
            let files = files.into_iter().map(|(toi, path, coded)| {
                let oti = coded.map(|coded| match coded {
                    true => Oti::raptorq(5000, 1400, 2800).unwrap(),
                    false => Oti::no_code(5000, 1400, 2).unwrap(),
                });
                file(toi, &path, oti)
            });
            let instance = FdtInstance { expires_unix_s, is_complete, files: files.collect() };
            prop_assert_eq!(FdtInstance::parse(instance.to_xml().as_bytes()), Ok(instance));
        }

        #[test]
        fn any_text_is_read_without_panic(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "<FDT-Instance Expires='1'>", "<File", " TOI='1'", " Content-Location='a'", "/>",
                " FEC-OTI-FEC-Encoding-ID='6'", " Content-Length='9'", "&amp;", "&x;", "<", ">",
                " FEC-OTI-Encoding-Symbol-Length='7'", " FEC-OTI-Scheme-Specific-Info='AQABBA=='",
                " FEC-OTI-Maximum-Source-Block-Length='1'", "<!--", "-->", "]]>", "é", "'",
            ]), 0..30),
        ) {
            let _ = FdtInstance::parse(pieces.concat().as_bytes());
        }
    }
}
