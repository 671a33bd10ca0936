//! What a carousel says about its modules and groups (EN 301 192 clause 10).

/// Type of the module that carries a manifest.
pub const MANIFEST_TYPE: &str = "application/x-headend-bundle";

const TAG_TYPE: u8 = 0x01;
const TAG_NAME: u8 = 0x02;
const TAG_CRC32: u8 = 0x05;

/// The descriptors of a module, of which each may be absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModuleDescriptors<'a> {
    /// type_descriptor.
    pub media_type: Option<&'a [u8]>,
    /// name_descriptor.
    pub name: Option<&'a [u8]>,
    /// CRC32_descriptor: the CRC_32 of the module as transmitted.
    pub crc32: Option<u32>,
}

impl<'a> ModuleDescriptors<'a> {
    /// Reads a loop of descriptors; those unknown or damaged are passed over.
    pub fn parse(bytes: &'a [u8]) -> ModuleDescriptors<'a> {
        let mut found = ModuleDescriptors::default();
        for (tag, body) in ts::psi::descriptors(bytes) {
            match tag {
                TAG_TYPE => found.media_type = Some(body),
                TAG_NAME => found.name = Some(body),
                TAG_CRC32 => found.crc32 = body.try_into().ok().map(u32::from_be_bytes),
                _ => {}
            }
        }
        found
    }

    /// Writes those that are there. A text that is longer than a descriptor holds is left out.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (tag, text) in [(TAG_TYPE, self.media_type), (TAG_NAME, self.name)] {
            if let Some((text, length)) = text.and_then(|t| Some((t, u8::try_from(t.len()).ok()?)))
            {
                out.extend_from_slice(&[tag, length]);
                out.extend_from_slice(text);
            }
        }
        if let Some(crc) = self.crc32 {
            out.extend_from_slice(&[TAG_CRC32, 4]);
            out.extend_from_slice(&crc.to_be_bytes());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_read_back_and_unknown_ones_are_passed_over() {
        let written = ModuleDescriptors {
            media_type: Some(MANIFEST_TYPE.as_bytes()),
            name: Some(b"manifest"),
            crc32: Some(0x0102_0304),
        };
        let mut bytes = vec![0x07, 4, 0, 0, 0, 1];
        bytes.extend_from_slice(&written.write());
        assert_eq!(ModuleDescriptors::parse(&bytes), written);
        bytes.truncate(bytes.len() - 1);
        assert_eq!(ModuleDescriptors::parse(&bytes).crc32, None);
    }
}
