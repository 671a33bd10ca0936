//! The session description (RFC 8866) of one RTP output.

use core::fmt::Write;
use core::net::{IpAddr, SocketAddr};

/// What a session description says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session<'a> {
    /// A number that names the session, constant for the output.
    pub id: u64,
    /// The version of this description; larger when it changed.
    pub version: u64,
    /// The name shown to a person.
    pub name: &'a str,
    /// The address of the sender, for the origin line.
    pub origin: IpAddr,
    /// Where the media datagrams go.
    pub destination: SocketAddr,
    /// The time to live of multicast datagrams; not written for IPv6.
    pub ttl: u8,
    /// Whether receivers shall take datagrams from `origin` only (RFC 4570). A pair of senders
    /// with addresses of their own leaves it out.
    pub source_filter: bool,
}

/// The text of the description, lines ended by CR LF.
///
/// FEC flows are not listed: receivers find them on the port + 2 and the port + 4.
pub fn write(session: &Session) -> String {
    let mut text = String::with_capacity(512);
    let name: String = session.name.chars().filter(|c| !c.is_control()).collect();
    let name = if name.is_empty() { " " } else { name.as_str() };
    let destination = session.destination.ip();
    let port = session.destination.port();
    let connection = match destination {
        IpAddr::V4(ip) if ip.is_multicast() => format!("{ip}/{}", session.ttl),
        ip => ip.to_string(),
    };
    let mut line = |arguments: core::fmt::Arguments| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{arguments}\r\n");
    };
    line(format_args!("v=0"));
    line(format_args!(
        "o=- {} {} IN {} {}",
        session.id,
        session.version,
        family(session.origin),
        session.origin
    ));
    line(format_args!("s={name}"));
    // In the session, not in its only medium: ffmpeg does not find it there for a transport stream.
    line(format_args!("c=IN {} {connection}", family(destination)));
    line(format_args!("t=0 0"));
    line(format_args!("a=type:broadcast"));
    line(format_args!("m=video {port} RTP/AVP 33"));
    line(format_args!("a=rtpmap:33 MP2T/90000"));
    if session.source_filter {
        line(format_args!(
            "a=source-filter: incl IN {} {destination} {}",
            family(destination),
            session.origin
        ));
    }
    line(format_args!("a=recvonly"));
    text
}

const fn family(address: IpAddr) -> &'static str {
    match address {
        IpAddr::V4(_) => "IP4",
        IpAddr::V6(_) => "IP6",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multicast_output_is_described_line_by_line() {
        let session = Session {
            id: 7,
            version: 1,
            name: "Rural\r\n 1",
            origin: "192.0.2.10".parse().unwrap(),
            destination: "239.255.42.1:5004".parse().unwrap(),
            ttl: 16,
            source_filter: true,
        };
        let expected = "v=0\r\no=- 7 1 IN IP4 192.0.2.10\r\ns=Rural 1\r\n\
            c=IN IP4 239.255.42.1/16\r\nt=0 0\r\na=type:broadcast\r\n\
            m=video 5004 RTP/AVP 33\r\na=rtpmap:33 MP2T/90000\r\n\
            a=source-filter: incl IN IP4 239.255.42.1 192.0.2.10\r\na=recvonly\r\n";
        assert_eq!(write(&session), expected);
    }

    #[test]
    fn ipv6_groups_have_no_time_to_live() {
        let session = Session {
            id: 7,
            version: 1,
            name: "",
            origin: "2001:db8::1".parse().unwrap(),
            destination: "[ff15::42]:5004".parse().unwrap(),
            ttl: 16,
            source_filter: false,
        };
        let text = write(&session);
        assert!(text.contains("c=IN IP6 ff15::42\r\n"));
        assert!(!text.contains("source-filter"));
    }
}
