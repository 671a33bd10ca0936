//! Parameters of coded sound in the PMT (EN 300 468 annexes D and H).

use super::{Descriptor, FieldError};
use crate::reader::{Reader, Truncated};

/// AAC_descriptor (EN 300 468 annex H).
///
/// ```text
/// profile_and_level 8 | [ AAC_type_flag 1 | SAOC_DE_flag 1 | 000000 | [AAC_type 8] | additional ]
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aac {
    /// Profile and level, as in the MPEG-4 audio descriptor of ISO/IEC 13818-1.
    pub profile_and_level: u8,
    /// component_type of the component descriptor with stream_content 6.
    pub aac_type: Option<u8>,
    /// Whether the stream allows dialogue enhancement by SAOC.
    pub saoc_de: bool,
    /// Bytes for later editions.
    pub additional: Vec<u8>,
}

impl Aac {
    /// AAC profile, level 2: two channels at up to 48 kHz.
    pub const AAC_LEVEL_2: u8 = 0x51;
    /// AAC profile, level 4: up to 5.1 channels at up to 48 kHz.
    pub const AAC_LEVEL_4: u8 = 0x52;
    /// High efficiency AAC profile, level 2: two channels.
    pub const HE_AAC_LEVEL_2: u8 = 0x58;
    /// High efficiency AAC profile, level 4: up to 5.1 channels.
    pub const HE_AAC_LEVEL_4: u8 = 0x5a;
    /// High efficiency AAC version 2 profile, level 2: two channels by parametric stereo.
    pub const HE_AAC_V2_LEVEL_2: u8 = 0x60;
}

impl Descriptor for Aac {
    const TAG: u8 = 0x7c;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.push(self.profile_and_level);
        if self.aac_type.is_some() || self.saoc_de || !self.additional.is_empty() {
            out.push(u8::from(self.aac_type.is_some()) << 7 | u8::from(self.saoc_de) << 6);
            out.extend(self.aac_type);
            out.extend_from_slice(&self.additional);
        }
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<Aac, FieldError> {
        let mut reader = Reader::new(body);
        let profile_and_level = reader.u8()?;
        let flags = if reader.is_empty() { 0 } else { reader.u8()? };
        Ok(Aac {
            profile_and_level,
            aac_type: optional(&mut reader, flags & 0x80 != 0)?,
            saoc_de: flags & 0x40 != 0,
            additional: reader.rest().to_vec(),
        })
    }
}

/// AC-3_descriptor (EN 300 468 annex D).
///
/// ```text
/// component_type_flag 1 | bsid_flag 1 | mainid_flag 1 | asvc_flag 1 | 0000 |
/// [component_type 8] | [bsid 8] | [mainid 8] | [asvc 8] | additional
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ac3 {
    /// Kind of service and number of channels.
    pub component_type: Option<u8>,
    /// Version of the coding.
    pub bsid: Option<u8>,
    /// Number of a main service.
    pub mainid: Option<u8>,
    /// The main services that an associated one goes with, a bit each.
    pub asvc: Option<u8>,
    /// Bytes for later editions.
    pub additional: Vec<u8>,
}

impl Descriptor for Ac3 {
    const TAG: u8 = 0x6a;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        let fields = [self.component_type, self.bsid, self.mainid, self.asvc];
        out.push(presence(&fields) << 4);
        out.extend(fields.into_iter().flatten());
        out.extend_from_slice(&self.additional);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<Ac3, FieldError> {
        let mut reader = Reader::new(body);
        let flags = reader.u8()?;
        Ok(Ac3 {
            component_type: optional(&mut reader, flags & 0x80 != 0)?,
            bsid: optional(&mut reader, flags & 0x40 != 0)?,
            mainid: optional(&mut reader, flags & 0x20 != 0)?,
            asvc: optional(&mut reader, flags & 0x10 != 0)?,
            additional: reader.rest().to_vec(),
        })
    }
}

/// enhanced_AC-3_descriptor (EN 300 468 annex D).
///
/// ```text
/// component_type_flag 1 | bsid_flag 1 | mainid_flag 1 | asvc_flag 1 | mixinfoexists 1 |
/// substream1_flag 1 | substream2_flag 1 | substream3_flag 1 | [component_type 8] | [bsid 8] |
/// [mainid 8] | [asvc 8] | [substream1 8] | [substream2 8] | [substream3 8] | additional
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnhancedAc3 {
    /// Kind of service and number of channels.
    pub component_type: Option<u8>,
    /// Version of the coding.
    pub bsid: Option<u8>,
    /// Number of a main service.
    pub mainid: Option<u8>,
    /// The main services that an associated one goes with, a bit each.
    pub asvc: Option<u8>,
    /// Whether substream 0 has data for mixing with another service.
    pub mixing_information: bool,
    /// Component types of independent substreams 1 to 3.
    pub substreams: [Option<u8>; 3],
    /// Bytes for later editions.
    pub additional: Vec<u8>,
}

impl Descriptor for EnhancedAc3 {
    const TAG: u8 = 0x7a;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        let fields = [self.component_type, self.bsid, self.mainid, self.asvc];
        let flags = presence(&fields) << 4
            | u8::from(self.mixing_information) << 3
            | presence(&self.substreams);
        out.push(flags);
        out.extend(fields.into_iter().chain(self.substreams).flatten());
        out.extend_from_slice(&self.additional);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<EnhancedAc3, FieldError> {
        let mut reader = Reader::new(body);
        let flags = reader.u8()?;
        Ok(EnhancedAc3 {
            component_type: optional(&mut reader, flags & 0x80 != 0)?,
            bsid: optional(&mut reader, flags & 0x40 != 0)?,
            mainid: optional(&mut reader, flags & 0x20 != 0)?,
            asvc: optional(&mut reader, flags & 0x10 != 0)?,
            mixing_information: flags & 0x08 != 0,
            substreams: [
                optional(&mut reader, flags & 0x04 != 0)?,
                optional(&mut reader, flags & 0x02 != 0)?,
                optional(&mut reader, flags & 0x01 != 0)?,
            ],
            additional: reader.rest().to_vec(),
        })
    }
}

/// One bit for each field, the first the most significant, set when the field is there.
fn presence(fields: &[Option<u8>]) -> u8 {
    fields.iter().fold(0, |flags, field| flags << 1 | u8::from(field.is_some()))
}

fn optional(reader: &mut Reader<'_>, present: bool) -> Result<Option<u8>, Truncated> {
    if present { reader.u8().map(Some) } else { Ok(None) }
}
