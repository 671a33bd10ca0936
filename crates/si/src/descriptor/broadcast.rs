//! Data broadcasts: which protocol, where, and what is in it.

use super::{Descriptor, FieldError, fit, write_counted};
use crate::code::LanguageCode;
use crate::reader::Reader;
use crate::text::Text;

/// data_broadcast_descriptor (EN 300 468 clause 6.2.11), in the SDT and the EIT.
///
/// ```text
/// data_broadcast_id 16 | component_tag 8 | selector_length 8 | selector | ISO_639_language 24 |
/// text_length 8 | text
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataBroadcast {
    /// The protocol; see the constants of [`DataBroadcastId`].
    pub data_broadcast_id: u16,
    /// The component tag of the stream.
    pub component_tag: u8,
    /// Bytes that the protocol defines.
    pub selector: Vec<u8>,
    /// Language of the text.
    pub language: LanguageCode,
    /// What the broadcast holds.
    pub text: Text,
}

impl Descriptor for DataBroadcast {
    const TAG: u8 = 0x64;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend_from_slice(&self.data_broadcast_id.to_be_bytes());
        out.push(self.component_tag);
        write_counted(&self.selector, out);
        out.extend_from_slice(&self.language.to_bytes());
        self.text.write_counted(out);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<DataBroadcast, FieldError> {
        let mut reader = Reader::new(body);
        Ok(DataBroadcast {
            data_broadcast_id: reader.u16()?,
            component_tag: reader.u8()?,
            selector: reader.counted()?.to_vec(),
            language: LanguageCode::from_bytes(reader.array()?),
            text: Text::from_counted(reader.counted()?),
        })
    }
}

/// data_broadcast_id_descriptor (EN 300 468 clause 6.2.12), in the PMT:
/// `data_broadcast_id 16 | selector`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataBroadcastId {
    /// The protocol.
    pub data_broadcast_id: u16,
    /// Bytes that the protocol defines.
    pub selector: Vec<u8>,
}

impl DataBroadcastId {
    /// Data piping.
    pub const PIPE: u16 = 0x0001;
    /// Multiprotocol encapsulation.
    pub const MULTIPROTOCOL: u16 = 0x0005;
    /// Data carousel.
    pub const DATA_CAROUSEL: u16 = 0x0006;
    /// Object carousel.
    pub const OBJECT_CAROUSEL: u16 = 0x0007;
    /// System software update.
    pub const SYSTEM_SOFTWARE_UPDATE: u16 = 0x000a;
    /// IP/MAC notification table.
    pub const IP_MAC_NOTIFICATION: u16 = 0x000b;
}

impl Descriptor for DataBroadcastId {
    const TAG: u8 = 0x66;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend_from_slice(&self.data_broadcast_id.to_be_bytes());
        out.extend_from_slice(&self.selector);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<DataBroadcastId, FieldError> {
        let mut reader = Reader::new(body);
        Ok(DataBroadcastId { data_broadcast_id: reader.u16()?, selector: reader.rest().to_vec() })
    }
}

/// data_carousel_info, the selector of a data carousel (EN 301 192 clause 10).
///
/// ```text
/// carousel_type_id 2 | 111111 | transaction_id 32 | time_out_value_DSI 32 |
/// time_out_value_DII 32 | 11 | leak_rate 22
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataCarouselInfo {
    /// One layer of control messages, or two.
    pub layers: CarouselLayers,
    /// transactionId of the top message; all ones for any.
    pub transaction_id: u32,
    /// How long to wait for the DSI, in milliseconds.
    pub time_out_dsi_ms: u32,
    /// How long to wait for a DII, in milliseconds.
    pub time_out_dii_ms: u32,
    /// Leak rate of the data in units of 50 bytes per second, 22 bits.
    pub leak_units_of_50_bytes_per_second: u32,
}

/// carousel_type_id, two bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarouselLayers {
    /// DII messages alone.
    One,
    /// A DSI above several DII.
    Two,
}

impl DataCarouselInfo {
    /// The selector bytes.
    ///
    /// # Errors
    /// [`FieldError::Range`] when the leak rate exceeds 22 bits.
    pub fn to_selector(&self) -> Result<Vec<u8>, FieldError> {
        let leak = fit(self.leak_units_of_50_bytes_per_second, 22, "leak_rate")?;
        let type_id: u8 = match self.layers {
            CarouselLayers::One => 1,
            CarouselLayers::Two => 2,
        };
        let mut out = vec![type_id << 6 | 0x3f];
        out.extend_from_slice(&self.transaction_id.to_be_bytes());
        out.extend_from_slice(&self.time_out_dsi_ms.to_be_bytes());
        out.extend_from_slice(&self.time_out_dii_ms.to_be_bytes());
        out.extend_from_slice(&(0xc0_0000 | leak).to_be_bytes()[1..]);
        Ok(out)
    }

    /// Reads the selector bytes.
    ///
    /// # Errors
    /// [`FieldError`] when they end early or the type is reserved.
    pub fn from_selector(selector: &[u8]) -> Result<DataCarouselInfo, FieldError> {
        let mut reader = Reader::new(selector);
        let layers = match reader.u8()? >> 6 {
            1 => CarouselLayers::One,
            2 => CarouselLayers::Two,
            _ => {
                return Err(FieldError::Range { field: "carousel_type_id" });
            }
        };
        Ok(DataCarouselInfo {
            layers,
            transaction_id: reader.u32()?,
            time_out_dsi_ms: reader.u32()?,
            time_out_dii_ms: reader.u32()?,
            leak_units_of_50_bytes_per_second: reader.u24()? & 0x3f_ffff,
        })
    }
}

/// object_carousel_info, the selector of an object carousel (EN 301 192 clause 11): the fields of
/// [`DataCarouselInfo`], then names.
///
/// ```text
/// data_carousel_info | { ISO_639_language 24 | object_name_length 8 | object_name } ...
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectCarouselInfo {
    /// What all carousels have.
    pub carousel: DataCarouselInfo,
    /// Names of the first object in several languages.
    pub names: Vec<(LanguageCode, Text)>,
}

impl ObjectCarouselInfo {
    /// The selector bytes.
    ///
    /// # Errors
    /// [`FieldError::Range`] when the leak rate exceeds 22 bits.
    pub fn to_selector(&self) -> Result<Vec<u8>, FieldError> {
        let mut out = self.carousel.to_selector()?;
        for (language, name) in &self.names {
            out.extend_from_slice(&language.to_bytes());
            name.write_counted(&mut out);
        }
        Ok(out)
    }

    /// Reads the selector bytes.
    ///
    /// # Errors
    /// [`FieldError`] when they end early or the type is reserved.
    pub fn from_selector(selector: &[u8]) -> Result<ObjectCarouselInfo, FieldError> {
        let carousel = DataCarouselInfo::from_selector(selector)?;
        let mut reader = Reader::new(selector);
        reader.take(DATA_CAROUSEL_INFO_SIZE)?;
        let mut names = Vec::new();
        while !reader.is_empty() {
            let language = LanguageCode::from_bytes(reader.array()?);
            names.push((language, Text::from_counted(reader.counted()?)));
        }
        Ok(ObjectCarouselInfo { carousel, names })
    }
}

const DATA_CAROUSEL_INFO_SIZE: usize = 16;
