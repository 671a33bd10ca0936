//! What is said about streams of IP datagrams: their form, their protection, their announcement.

use super::{Descriptor, FieldError, fit};
use crate::code::LanguageCode;
use crate::reader::Reader;
use crate::text::Text;

/// multiprotocol_encapsulation_info, the selector of a stream of datagram sections (EN 301 192
/// clause 7.2.1).
///
/// ```text
/// MAC_address_range 3 | MAC_IP_mapping_flag | alignment_indicator | 111 |
/// max_sections_per_datagram 8
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MultiprotocolInfo {
    /// How many bytes of the MAC address tell receivers apart, counted from its end: 1 to 6.
    pub mac_address_range: u8,
    /// Whether multicast groups map to MAC addresses as in RFC 1112.
    pub maps_groups: bool,
    /// Whether sections are stuffed to multiples of 32 bits.
    pub is_aligned: bool,
    /// Sections that a datagram may be divided over; 1 for IP.
    pub max_sections_per_datagram: u8,
}

impl MultiprotocolInfo {
    /// The selector bytes.
    ///
    /// # Errors
    /// [`FieldError::Range`] when the range of the MAC address exceeds three bits.
    pub fn to_selector(&self) -> Result<Vec<u8>, FieldError> {
        let range = fit(u32::from(self.mac_address_range), 3, "MAC_address_range")? as u8;
        let flags = u8::from(self.maps_groups) << 4 | u8::from(self.is_aligned) << 3;
        Ok(vec![range << 5 | flags | 0x07, self.max_sections_per_datagram])
    }

    /// Reads the selector bytes.
    ///
    /// # Errors
    /// [`FieldError`] when they end early.
    pub fn from_selector(selector: &[u8]) -> Result<MultiprotocolInfo, FieldError> {
        let [bits, max_sections_per_datagram] = Reader::new(selector).array()?;
        Ok(MultiprotocolInfo {
            mac_address_range: bits >> 5,
            maps_groups: bits & 0x10 != 0,
            is_aligned: bits & 0x08 != 0,
            max_sections_per_datagram,
        })
    }
}

/// IP/MAC_notification_info, the selector of a stream with INTs (EN 301 192 clause 8.3.1).
///
/// ```text
/// platform_id_data_length 8 | { platform_id 24 | action_type 8 | 11 | INT_versioning_flag |
/// INT_version 5 } ... | private
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IpMacNotificationInfo {
    /// The platforms whose tables are there.
    pub platforms: Vec<NotifiedPlatform>,
    /// Bytes that the platforms define.
    pub private: Vec<u8>,
}

/// A platform in [`IpMacNotificationInfo`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotifiedPlatform {
    /// platform_id, 24 bits.
    pub platform_id: u32,
    /// action_type of its table.
    pub action_type: u8,
    /// Version of its table, five bits, when it is told here at all.
    pub version: Option<u8>,
}

impl IpMacNotificationInfo {
    /// The selector bytes.
    ///
    /// # Errors
    /// [`FieldError::Range`] when a number or the count of platforms does not fit its field.
    pub fn to_selector(&self) -> Result<Vec<u8>, FieldError> {
        let range = FieldError::Range { field: "platform_id_data_length" };
        let length = u8::try_from(self.platforms.len() * 5).map_err(|_| range)?;
        let mut out = vec![length];
        for platform in &self.platforms {
            let id = fit(platform.platform_id, 24, "platform_id")?;
            out.extend_from_slice(&id.to_be_bytes()[1..]);
            out.push(platform.action_type);
            let version = fit(u32::from(platform.version.unwrap_or(0)), 5, "INT_version")? as u8;
            out.push(0xc0 | u8::from(platform.version.is_some()) << 5 | version);
        }
        out.extend_from_slice(&self.private);
        Ok(out)
    }

    /// Reads the selector bytes.
    ///
    /// # Errors
    /// [`FieldError`] when they end early.
    pub fn from_selector(selector: &[u8]) -> Result<IpMacNotificationInfo, FieldError> {
        let mut reader = Reader::new(selector);
        let mut entries = Reader::new(reader.counted()?);
        let mut platforms = Vec::new();
        while !entries.is_empty() {
            let platform_id = entries.u24()?;
            let action_type = entries.u8()?;
            let bits = entries.u8()?;
            let version = (bits & 0x20 != 0).then_some(bits & 0x1f);
            platforms.push(NotifiedPlatform { platform_id, action_type, version });
        }
        Ok(IpMacNotificationInfo { platforms, private: reader.rest().to_vec() })
    }
}

/// The private bytes of a linkage_descriptor to a service with INTs (linkage_type 0x0b, EN 301 192
/// clause 8.2.1): receivers look for it in the NIT or BAT.
///
/// ```text
/// platform_id_data_length 8 |
/// { platform_id 24 | platform_name_loop_length 8 | { ISO_639 24 | length 8 | name } ... } ...
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IpMacLinkage {
    /// The platforms, each with its names.
    pub platforms: Vec<(u32, Vec<(LanguageCode, Text)>)>,
}

impl IpMacLinkage {
    /// The private bytes.
    ///
    /// # Errors
    /// [`FieldError::Range`] when an id or a length does not fit its field.
    pub fn to_private(&self) -> Result<Vec<u8>, FieldError> {
        let counted = |bytes: &[u8], field| {
            let range = FieldError::Range { field };
            u8::try_from(bytes.len()).map_err(|_| range)
        };
        let mut entries = Vec::new();
        for (platform_id, names) in &self.platforms {
            let id = fit(*platform_id, 24, "platform_id")?;
            entries.extend_from_slice(&id.to_be_bytes()[1..]);
            let mut loop_ = Vec::new();
            for (language, name) in names {
                loop_.extend_from_slice(&language.to_bytes());
                name.write_counted(&mut loop_);
            }
            entries.push(counted(&loop_, "platform_name_loop_length")?);
            entries.extend_from_slice(&loop_);
        }
        let length = counted(&entries, "platform_id_data_length")?;
        Ok([&[length], &entries[..]].concat())
    }

    /// Reads the private bytes.
    ///
    /// # Errors
    /// [`FieldError`] when they end early.
    pub fn from_private(private: &[u8]) -> Result<IpMacLinkage, FieldError> {
        let mut entries = Reader::new(Reader::new(private).counted()?);
        let mut platforms = Vec::new();
        while !entries.is_empty() {
            let platform_id = entries.u24()?;
            let mut loop_ = Reader::new(entries.counted()?);
            let mut names = Vec::new();
            while !loop_.is_empty() {
                let language = LanguageCode::from_bytes(loop_.array()?);
                names.push((language, Text::from_counted(loop_.counted()?)));
            }
            platforms.push((platform_id, names));
        }
        Ok(IpMacLinkage { platforms })
    }
}

/// time_slice_fec_identifier_descriptor (EN 301 192 clause 9.5), in the INT or the NIT.
///
/// ```text
/// time_slicing | mpe_fec 2 | 11 | frame_size 3 | max_burst_duration 8 | max_average_rate 4 |
/// time_slice_fec_id 4 | selector
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeSliceFecIdentifier {
    /// Whether the stream comes in bursts.
    pub time_slicing: bool,
    /// Whether it is protected by RS(255,191).
    pub mpe_fec: bool,
    /// Size of the frame, three bits: 0 to 3 for 256, 512, 768 and 1024 rows.
    pub frame_size: u8,
    /// Longest burst in units of 20 ms, less one.
    pub max_burst_duration: u8,
    /// Most kbit/s of a burst cycle, four bits: 0 to 7 for 16 times two to this power.
    pub max_average_rate: u8,
    /// Bytes that a later edition may define.
    pub selector: Vec<u8>,
}

impl Descriptor for TimeSliceFecIdentifier {
    const TAG: u8 = 0x77;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        let frame_size = fit(u32::from(self.frame_size), 3, "frame_size")? as u8;
        let rate = fit(u32::from(self.max_average_rate), 4, "max_average_rate")? as u8;
        let kind = u8::from(self.time_slicing) << 7 | u8::from(self.mpe_fec) << 5;
        out.extend_from_slice(&[kind | 0x18 | frame_size, self.max_burst_duration, rate << 4]);
        out.extend_from_slice(&self.selector);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<TimeSliceFecIdentifier, FieldError> {
        let mut reader = Reader::new(body);
        let [kind, max_burst_duration, last] = reader.array()?;
        let mpe_fec = match kind >> 5 & 3 {
            0 => false,
            1 => true,
            _ => return Err(FieldError::Range { field: "mpe_fec" }),
        };
        Ok(TimeSliceFecIdentifier {
            time_slicing: kind & 0x80 != 0,
            mpe_fec,
            frame_size: kind & 7,
            max_burst_duration,
            max_average_rate: last >> 4,
            selector: reader.rest().to_vec(),
        })
    }
}
