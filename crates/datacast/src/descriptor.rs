//! What a carousel says about its modules and groups, and a service about its carousel (EN 301 192
//! clauses 8.2.6 and 8.3.2).

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

/// The selector bytes of a data_broadcast_descriptor whose id is 6: data_carousel_info.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataCarouselInfo {
    /// Milliseconds in which a DSI and each DII come at least once.
    pub control_timeout_ms: u32,
    /// Rate of the carousel's data that a receiver's buffer is to be emptied at, in bit/s.
    pub leak_rate_bps: u64,
}

impl DataCarouselInfo {
    /// Writes the bytes. The transaction id is the one that means any, so that the tables that
    /// carry these bytes do not change with the content of the bundle.
    pub fn to_bytes(self) -> [u8; 16] {
        let mut out = [0xff; 16];
        // carousel_type_id 2, two layers, before six reserved bits.
        out[0] = 0xbf;
        out[5..9].copy_from_slice(&self.control_timeout_ms.to_be_bytes());
        out[9..13].copy_from_slice(&self.control_timeout_ms.to_be_bytes());
        // leak_rate counts 50 bytes per second in 22 bits behind two reserved ones.
        let units = self.leak_rate_bps.div_ceil(400).min(0x3f_ffff) as u32 | 0xc0_0000;
        out[13..].copy_from_slice(&units.to_be_bytes()[1..]);
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

    #[test]
    fn selector_names_two_layers_and_counts_fifty_bytes() {
        let info = DataCarouselInfo {
            control_timeout_ms: 3000,
            leak_rate_bps: 1_000_001,
        };
        let bytes = info.to_bytes();
        assert_eq!(bytes[..5], [0xbf, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(bytes[5..9], 3000u32.to_be_bytes());
        assert_eq!(bytes[13..], [0xc0, 0x09, 0xc5]);
    }
}
