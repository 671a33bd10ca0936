//! `[[multiplex.output]]`.

use super::table::{advise, boolean, plain_text};
use fec::Matrix;
use rtp::Direction;
use std::net::{IpAddr, SocketAddr};
use timetable::read::{Fields, Report, Value, value};
use timetable::{Code, Diagnostic, Location};
use uplink::{Carriage, Interface, OutputConfig};

/// A quarter of the time for which a modulator buffers, at the usual rates; what waits here is
/// not on time.
const SEND_BUFFER_BYTES: u32 = 262_144;
/// The longest name of an interface (IFNAMSIZ of Linux without its final zero).
const INTERFACE_NAME_MAX: usize = 15;
/// Hops that a datagram lives: enough for a campus.
const TTL: u8 = 16;
/// AF41, the class of broadcast video (RFC 4594).
const DSCP: u8 = 34;

/// One output of a multiplex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    config: OutputConfig,
    matrix: Option<Matrix>,
    to_at: Location,
    fec_at: Location,
}

impl Output {
    /// Its name, unique in its multiplex.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Where its media datagrams go.
    pub fn destination(&self) -> SocketAddr {
        self.config.destination
    }

    /// How its datagrams are protected, if they are.
    pub fn matrix(&self) -> Option<Matrix> {
        self.matrix
    }

    /// The output as the sending thread wants it.
    pub fn to_uplink(&self) -> OutputConfig {
        self.config.clone()
    }

    /// Every address that it sends to.
    pub(super) fn addresses(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        let directions = match self.config.carriage {
            Carriage::RtpFec => &[Direction::Column, Direction::Row][..],
            Carriage::Rtp | Carriage::Udp => &[],
        };
        let repairs = directions.iter().map(|direction| {
            let mut address = self.config.destination;
            address.set_port(address.port().saturating_add(direction.port_offset()));
            address
        });
        core::iter::once(self.config.destination).chain(repairs)
    }

    /// The interface that it leaves by.
    pub(super) fn interface(&self) -> Option<&Interface> {
        self.config.interface.as_ref()
    }

    /// Where its destination stands.
    pub(super) fn to_at(&self) -> Location {
        self.to_at
    }

    /// Where its matrix stands.
    pub(super) fn fec_at(&self) -> Location {
        self.fec_at
    }
}

/// Reads an output.
pub(super) fn read_output(mut table: Fields<'_>, report: &mut Report) -> Option<Output> {
    let name = table.required("name", report, value::id);
    let to = table.required("to", report, read_address);
    let protocols = [("rtp", Carriage::Rtp), ("udp", Carriage::Udp)];
    let protocol = table.optional("protocol", report, |v, r| value::word(v, r, &protocols));
    let interface = table.optional("interface", report, read_interface);
    let ttl = table.optional("ttl", report, |v, r| value::integer(v, r, 0..=255));
    let dscp = table.optional("dscp", report, |v, r| value::integer(v, r, 0..=63));
    let loopback = table.optional("loopback", report, boolean);
    let fec = table.optional("fec", report, read_matrix);
    let at = table.at();
    table.finish(report);

    if let (Some(to), Some(interface)) = (&to, &interface) {
        check_family(to.value, &interface.value, interface.at, report);
    }
    let mut carriage = protocol.map_or(Carriage::Rtp, |p| p.value);
    if let Some(fec) = &fec {
        check_carriage(carriage, to.as_ref().map(|t| t.value), fec.at, report);
        carriage = Carriage::RtpFec;
    }
    let to = to?;
    Some(Output {
        config: OutputConfig {
            name: name?.value.as_str().to_owned(),
            destination: to.value,
            interface: interface.map(|i| i.value),
            ttl: ttl.map_or(TTL, |t| t.value as u8),
            dscp: dscp.map_or(DSCP, |d| d.value as u8),
            loopback: loopback.is_some_and(|l| l.value),
            carriage,
            send_buffer_bytes: SEND_BUFFER_BYTES,
        },
        matrix: fec.as_ref().map(|f| f.value),
        to_at: to.at,
        fec_at: fec.map_or(at, |f| f.at),
    })
}

fn read_address(value: Value<'_>, report: &mut Report) -> Option<SocketAddr> {
    let text = value::string(value, report)?;
    let help = "an address and a port: \"239.255.42.1:5004\" or \"[ff15::42]:5004\"";
    let fault = match text.parse::<SocketAddr>() {
        Ok(address) if address.port() == 0 => "port 0 cannot be sent to".to_owned(),
        Ok(address) if address.ip().is_unspecified() => {
            format!("{} is no address to send to", address.ip())
        }
        Ok(address) => return Some(address),
        Err(_) => format!("`{}` is no address with a port", text.escape_debug()),
    };
    advise(report, Code::BadAddress, value.at, fault, help);
    None
}

fn read_interface(value: Value<'_>, report: &mut Report) -> Option<Interface> {
    let text = plain_text(value, report)?;
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(Interface::Address(address));
    }
    let odd = |c: char| c == '/' || c == ':' || c.is_whitespace();
    if text.len() > INTERFACE_NAME_MAX || text.contains(odd) {
        let message = format!("`{}` is no interface", text.escape_debug());
        let help = "its name as `ip link` shows it, or an address that it has";
        advise(report, Code::BadAddress, value.at, message, help);
        return None;
    }
    Some(Interface::Name(text.to_owned()))
}

fn read_matrix(value: Value<'_>, report: &mut Report) -> Option<Matrix> {
    let mut table = value::table(value, report, "fec")?;
    let columns = table.required("columns", report, |v, r| value::integer(v, r, 1..=255));
    let rows = table.required("rows", report, |v, r| value::integer(v, r, 1..=255));
    let row_fec = table.optional("row_fec", report, boolean);
    table.finish(report);
    let two_dimensional = row_fec.is_none_or(|r| r.value);
    match Matrix::new(columns?.value as u8, rows?.value as u8, two_dimensional) {
        Ok(matrix) => Some(matrix),
        Err(error) => {
            let help = "SMPTE ST 2022-1: 4 to 20 rows; 4 to 20 columns, from 1 on with \
                        row_fec = false; 100 packets at most";
            advise(report, Code::BadMatrix, value.at, error.to_string(), help);
            None
        }
    }
}

/// An interface given by address has to speak the family of the destination.
fn check_family(to: SocketAddr, interface: &Interface, at: Location, report: &mut Report) {
    let Interface::Address(address) = interface else {
        return;
    };
    if address.is_ipv4() != to.is_ipv4() {
        let message = format!("{} cannot be reached from {address}", to.ip());
        let help = "both are IPv4 or both are IPv6; an interface can also be given by its name";
        advise(report, Code::BadAddress, at, message, help);
    } else if address.is_ipv6() && to.ip().is_multicast() {
        let message = "IPv6 groups need the interface by its name";
        advise(report, Code::BadAddress, at, message, "`ip link` shows the names");
    }
}

/// FEC needs RTP sequence numbers, and two ports above that of the media.
fn check_carriage(carriage: Carriage, to: Option<SocketAddr>, at: Location, report: &mut Report) {
    if carriage == Carriage::Udp {
        let message = "forward error correction needs RTP";
        let help = "leave `fec` out, or `protocol = \"udp\"`";
        advise(report, Code::BadMatrix, at, message, help);
    }
    let row = Direction::Row.port_offset();
    if let Some(to) = to.filter(|to| to.port().checked_add(row).is_none()) {
        let message = format!("there is no port {} + {row} for the row packets", to.port());
        let finding = Diagnostic::new(Code::BadMatrix, message)
            .primary(at, "")
            .help(format!("send to port {} or less", u16::MAX - row));
        report.push(finding);
    }
}
