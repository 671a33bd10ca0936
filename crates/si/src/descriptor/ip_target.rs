//! Descriptors of the INT (EN 301 192 clause 8.4.5): who is addressed, and where it is sent. Their
//! tags are those of this table alone.

use super::{Descriptor, FieldError};
use crate::code::LanguageCode;
use crate::reader::Reader;
use crate::text::Text;
use core::net::{Ipv4Addr, Ipv6Addr};

/// IP/MAC_platform_name_descriptor: `ISO_639_language 24 | text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpPlatformName {
    /// Language of the name.
    pub language: LanguageCode,
    /// The name.
    pub name: Text,
}

/// IP/MAC_platform_provider_name_descriptor: `ISO_639_language 24 | text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpPlatformProviderName {
    /// Language of the name.
    pub language: LanguageCode,
    /// The name.
    pub name: Text,
}

/// target_MAC_address_descriptor: `mask 48 | { address 48 } ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetMacAddress {
    /// Bits that count.
    pub mask: [u8; 6],
    /// The addresses.
    pub addresses: Vec<[u8; 6]>,
}

/// target_MAC_address_range_descriptor: `{ lowest 48 | highest 48 } ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetMacRange {
    /// The first and the last address of each range.
    pub ranges: Vec<([u8; 6], [u8; 6])>,
}

/// target_IP_address_descriptor: `mask 32 | { address 32 } ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetIpAddress {
    /// Bits that count.
    pub mask: Ipv4Addr,
    /// The addresses.
    pub addresses: Vec<Ipv4Addr>,
}

/// target_IP_slash_descriptor: `{ address 32 | slash 8 } ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetIpSlash {
    /// Networks with the number of bits that count.
    pub networks: Vec<(Ipv4Addr, u8)>,
}

/// target_IP_source_slash_descriptor:
/// `{ source 32 | slash 8 | destination 32 | slash 8 } ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetIpSourceSlash {
    /// Sources and destinations, each with the number of bits that count.
    pub flows: Vec<((Ipv4Addr, u8), (Ipv4Addr, u8))>,
}

/// target_IPv6_slash_descriptor: `{ address 128 | slash 8 } ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetIpv6Slash {
    /// Networks with the number of bits that count.
    pub networks: Vec<(Ipv6Addr, u8)>,
}

/// IP/MAC_stream_location_descriptor.
///
/// ```text
/// network_id 16 | original_network_id 16 | transport_stream_id 16 | service_id 16 |
/// component_tag 8
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpStreamLocation {
    /// The network that carries the stream.
    pub network_id: u16,
    /// Where the transport stream began.
    pub original_network_id: u16,
    /// The transport stream.
    pub transport_stream_id: u16,
    /// The service.
    pub service_id: u16,
    /// The component tag of the elementary stream.
    pub component_tag: u8,
}

macro_rules! named_text {
    ($kind:ident, $tag:literal) => {
        impl Descriptor for $kind {
            const TAG: u8 = $tag;

            fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
                out.extend_from_slice(&self.language.to_bytes());
                out.extend_from_slice(self.name.as_bytes());
                Ok(())
            }

            fn read_body(body: &[u8]) -> Result<$kind, FieldError> {
                let mut reader = Reader::new(body);
                let language = LanguageCode::from_bytes(reader.array()?);
                let name = Text::from_bytes(reader.rest());
                let name = name.ok_or(FieldError::Range { field: "text" })?;
                Ok($kind { language, name })
            }
        }
    };
}

named_text!(IpPlatformName, 0x0c);
named_text!(IpPlatformProviderName, 0x0d);

/// All entries of a body.
fn read_all<'a, T>(
    reader: &mut Reader<'a>,
    mut entry: impl FnMut(&mut Reader<'a>) -> Result<T, FieldError>,
) -> Result<Vec<T>, FieldError> {
    let mut entries = Vec::new();
    while !reader.is_empty() {
        entries.push(entry(reader)?);
    }
    Ok(entries)
}

fn read_v4(reader: &mut Reader<'_>) -> Result<Ipv4Addr, FieldError> {
    Ok(Ipv4Addr::from(reader.array::<4>()?))
}

/// An IPv4 network with the bits that count.
fn read_network(reader: &mut Reader<'_>) -> Result<(Ipv4Addr, u8), FieldError> {
    Ok((read_v4(reader)?, checked_slash(reader.u8()?, 32)?))
}

fn write_network((address, slash): (Ipv4Addr, u8), out: &mut Vec<u8>) -> Result<(), FieldError> {
    out.extend_from_slice(&address.octets());
    out.push(checked_slash(slash, 32)?);
    Ok(())
}

fn checked_slash(bits: u8, bits_max: u8) -> Result<u8, FieldError> {
    if bits <= bits_max { Ok(bits) } else { Err(FieldError::Range { field: "slash_mask" }) }
}

impl Descriptor for TargetMacAddress {
    const TAG: u8 = 0x07;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend_from_slice(&self.mask);
        self.addresses.iter().for_each(|address| out.extend_from_slice(address));
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<TargetMacAddress, FieldError> {
        let mut reader = Reader::new(body);
        let mask = reader.array()?;
        let addresses = read_all(&mut reader, |reader| Ok(reader.array()?))?;
        Ok(TargetMacAddress { mask, addresses })
    }
}

impl Descriptor for TargetMacRange {
    const TAG: u8 = 0x0e;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        for (lowest, highest) in &self.ranges {
            out.extend_from_slice(lowest);
            out.extend_from_slice(highest);
        }
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<TargetMacRange, FieldError> {
        let pair = |reader: &mut Reader<'_>| Ok((reader.array()?, reader.array()?));
        Ok(TargetMacRange { ranges: read_all(&mut Reader::new(body), pair)? })
    }
}

impl Descriptor for TargetIpAddress {
    const TAG: u8 = 0x09;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend_from_slice(&self.mask.octets());
        self.addresses.iter().for_each(|address| out.extend_from_slice(&address.octets()));
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<TargetIpAddress, FieldError> {
        let mut reader = Reader::new(body);
        let mask = read_v4(&mut reader)?;
        Ok(TargetIpAddress { mask, addresses: read_all(&mut reader, read_v4)? })
    }
}

impl Descriptor for TargetIpSlash {
    const TAG: u8 = 0x0f;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        self.networks.iter().try_for_each(|network| write_network(*network, out))
    }

    fn read_body(body: &[u8]) -> Result<TargetIpSlash, FieldError> {
        Ok(TargetIpSlash { networks: read_all(&mut Reader::new(body), read_network)? })
    }
}

impl Descriptor for TargetIpSourceSlash {
    const TAG: u8 = 0x10;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        for (source, destination) in &self.flows {
            write_network(*source, out)?;
            write_network(*destination, out)?;
        }
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<TargetIpSourceSlash, FieldError> {
        let pair = |reader: &mut Reader<'_>| Ok((read_network(reader)?, read_network(reader)?));
        Ok(TargetIpSourceSlash { flows: read_all(&mut Reader::new(body), pair)? })
    }
}

impl Descriptor for TargetIpv6Slash {
    const TAG: u8 = 0x11;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        for (address, slash) in &self.networks {
            out.extend_from_slice(&address.octets());
            out.push(checked_slash(*slash, 128)?);
        }
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<TargetIpv6Slash, FieldError> {
        let network = |reader: &mut Reader<'_>| {
            let address = Ipv6Addr::from(reader.array::<16>()?);
            Ok((address, checked_slash(reader.u8()?, 128)?))
        };
        Ok(TargetIpv6Slash { networks: read_all(&mut Reader::new(body), network)? })
    }
}

impl Descriptor for IpStreamLocation {
    const TAG: u8 = 0x13;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        let ids =
            [self.network_id, self.original_network_id, self.transport_stream_id, self.service_id];
        ids.iter().for_each(|id| out.extend_from_slice(&id.to_be_bytes()));
        out.push(self.component_tag);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<IpStreamLocation, FieldError> {
        let mut reader = Reader::new(body);
        Ok(IpStreamLocation {
            network_id: reader.u16()?,
            original_network_id: reader.u16()?,
            transport_stream_id: reader.u16()?,
            service_id: reader.u16()?,
            component_tag: reader.u8()?,
        })
    }
}
