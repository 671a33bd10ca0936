//! What `--from` names.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use uplink::Interface;

/// Where a transport stream comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `udp://` or `rtp://`.
    Network(Group),
    /// A recording: a transport stream or a pcap capture.
    File(PathBuf),
}

/// A multicast group that is joined, or an address of this machine that is listened on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Where the media datagrams are sent to.
    pub address: SocketAddr,
    /// Whether FEC flows may be on the port + 2 and the port + 4 (SMPTE ST 2022-1).
    pub has_fec: bool,
    /// Where the group is joined; `None` leaves it to the routing table.
    pub interface: Option<Interface>,
}

/// Why a text names no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceSyntaxError {
    /// Nothing is named.
    #[error("the source is empty")]
    Empty,
    /// There is no such way to receive.
    #[error("{scheme}:// is no source: there are udp://ADDRESS:PORT, rtp://ADDRESS:PORT and files")]
    Scheme {
        /// The scheme as given.
        scheme: String,
    },
    /// The address cannot be read.
    #[error("{text:?} is no ADDRESS:PORT such as 239.255.42.1:5004 or [ff15::1]:5004")]
    Address {
        /// The text as given.
        text: String,
    },
    /// There is no such option.
    #[error("{text:?} is no option of a source: there is interface=NAME or interface=ADDRESS")]
    Option {
        /// The option as given.
        text: String,
    },
    /// An interface is named where none is chosen.
    #[error("interface= says where a group is joined, and {address} is no multicast group")]
    NoGroup {
        /// The address.
        address: SocketAddr,
    },
    /// An IPv6 group is joined by the index of the interface, which addresses do not give.
    #[error("for IPv6 groups the interface is given by its name, such as interface=eth0")]
    InterfaceByName,
}

impl FromStr for Source {
    type Err = SourceSyntaxError;

    fn from_str(text: &str) -> Result<Source, SourceSyntaxError> {
        if text.is_empty() {
            return Err(SourceSyntaxError::Empty);
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(Source::File(text.into()));
        };
        let has_fec = match scheme {
            "rtp" => true,
            "udp" => false,
            _ => return Err(SourceSyntaxError::Scheme { scheme: scheme.to_owned() }),
        };
        let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
        let address = address(place)?;
        let interface = interface(options)?;
        match &interface {
            Some(_) if !address.ip().is_multicast() => Err(SourceSyntaxError::NoGroup { address }),
            Some(Interface::Address(_)) if address.is_ipv6() => {
                Err(SourceSyntaxError::InterfaceByName)
            }
            _ => Ok(Source::Network(Group { address, has_fec, interface })),
        }
    }
}

/// Reads an address and a port. A leading `@`, which some players write, is passed over.
fn address(place: &str) -> Result<SocketAddr, SourceSyntaxError> {
    let text = place.strip_prefix('@').unwrap_or(place);
    let text = text.strip_suffix('/').unwrap_or(text);
    let address: Option<SocketAddr> = text.parse().ok();
    address
        .filter(|address| address.port() != 0)
        .ok_or_else(|| SourceSyntaxError::Address { text: place.to_owned() })
}

fn interface(options: &str) -> Result<Option<Interface>, SourceSyntaxError> {
    let mut interface = None;
    for option in options.split('&').filter(|option| !option.is_empty()) {
        let value = option.strip_prefix("interface=").filter(|value| !value.is_empty());
        let Some(value) = value else {
            return Err(SourceSyntaxError::Option { text: option.to_owned() });
        };
        let address: Result<Ipv4Addr, _> = value.parse();
        interface = Some(match address {
            Ok(address) => Interface::Address(IpAddr::V4(address)),
            Err(_) => match value.parse() {
                Ok(address) => Interface::Address(IpAddr::V6(address)),
                Err(_) => Interface::Name(value.to_owned()),
            },
        });
    }
    Ok(interface)
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::File(path) => write!(f, "{}", path.display()),
            Source::Network(group) => {
                let scheme = if group.has_fec { "rtp" } else { "udp" };
                write!(f, "{scheme}://{}", group.address)?;
                match &group.interface {
                    Some(Interface::Name(name)) => write!(f, "?interface={name}"),
                    Some(Interface::Address(address)) => write!(f, "?interface={address}"),
                    None => Ok(()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn groups_and_files_are_told_apart() {
        for text in [
            "rtp://239.255.42.1:5004",
            "udp://239.255.42.1:5004?interface=lo",
            "rtp://239.255.42.1:5004?interface=127.0.0.1",
            "rtp://[ff15::1]:5004?interface=eth0",
            "udp://127.0.0.1:5004",
        ] {
            let source: Source = text.parse().unwrap();
            assert!(matches!(source, Source::Network(_)), "{text}");
            assert_eq!(source.to_string(), text);
        }
        let file: Source = "lessons/week-1.ts".parse().unwrap();
        assert_eq!(file, Source::File("lessons/week-1.ts".into()));
    }

    #[test]
    fn what_names_no_source_is_refused_with_the_reason() {
        let refused = |text: &str| text.parse::<Source>().unwrap_err();
        let scheme = SourceSyntaxError::Scheme { scheme: "http".to_owned() };
        assert_eq!(refused("http://239.255.42.1:5004"), scheme);
        assert!(matches!(refused("udp://239.255.42.1"), SourceSyntaxError::Address { .. }));
        assert!(matches!(refused("udp://239.255.42.1:0"), SourceSyntaxError::Address { .. }));
        assert!(matches!(refused("rtp://headend:5004"), SourceSyntaxError::Address { .. }));
        let option = "rtp://239.255.42.1:5004?ttl=3";
        assert_eq!(refused(option), SourceSyntaxError::Option { text: "ttl=3".to_owned() });
        let unicast = "rtp://127.0.0.1:5004?interface=lo";
        assert!(matches!(refused(unicast), SourceSyntaxError::NoGroup { .. }));
        let by_address = "rtp://[ff15::1]:5004?interface=::1";
        assert_eq!(refused(by_address), SourceSyntaxError::InterfaceByName);
        assert_eq!(refused(""), SourceSyntaxError::Empty);
    }

    proptest! {
        #[test]
        fn any_text_is_a_source_or_refused(text in "(udp|rtp|x)?(://)?[@0-9.:\\[\\]?=&a-z]{0,30}") {
            let _ = text.parse::<Source>();
        }
    }
}
