//! One output: a socket, set up once, and the addresses that it sends to.

use rtp::{DATAGRAM_SIZE, Direction, HEADER_SIZE, REPAIR_SIZE};
use rustix::io::Errno;
use rustix::net::{SendFlags, netdevice, sendto, sockopt};
use socket2::{Domain, Protocol, Socket, Type};
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where and how the datagrams of a multiplex leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputConfig {
    /// What messages call it.
    pub name: String,
    /// A group or a host.
    pub destination: SocketAddr,
    /// The interface that is left by; `None` leaves it to the routing table.
    pub interface: Option<Interface>,
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// The differentiated services code point, 0 to 63.
    pub dscp: u8,
    /// Whether receivers on this machine get multicast datagrams too.
    pub loopback: bool,
    /// What the datagrams carry.
    pub carriage: Carriage,
    /// The send buffer of the socket. It is kept small: what waits in it is not on time.
    pub send_buffer_bytes: u32,
}

/// An interface, as an operator names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interface {
    /// By the name that `ip link` shows.
    Name(String),
    /// By an address that it has; datagrams then also have it as their source.
    Address(IpAddr),
}

/// What the datagrams of an output carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carriage {
    /// Transport packets straight in UDP.
    Udp,
    /// RTP.
    Rtp,
    /// RTP, and its FEC flows on the port + 2 and the port + 4.
    RtpFec,
}

/// A step in the opening of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenStep {
    /// Checking the code point.
    CheckDscp,
    /// Choosing the ports of the FEC flows.
    ChoosePorts,
    /// Making the socket.
    Create,
    /// Finding the interface.
    FindInterface,
    /// Selecting the interface for multicast.
    SelectInterface,
    /// Binding to the interface or its address.
    Bind,
    /// Setting time to live or hop limit.
    SetTtl,
    /// Setting the code point.
    SetDscp,
    /// Setting whether datagrams loop back.
    SetLoopback,
    /// Setting the send buffer.
    SetSendBuffer,
}

/// Why an output cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("output `{output}` to {destination}: {step}: {reason}; {}", .step.advice())]
pub struct OpenError {
    /// The name of the output.
    pub output: String,
    /// Where it would send to.
    pub destination: SocketAddr,
    /// What was being done.
    pub step: OpenStep,
    /// What the system or the check answered.
    pub reason: String,
}

impl fmt::Display for OpenStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OpenStep::CheckDscp => "checking the DSCP",
            OpenStep::ChoosePorts => "choosing the FEC ports",
            OpenStep::Create => "creating the socket",
            OpenStep::FindInterface => "finding the interface",
            OpenStep::SelectInterface => "selecting the multicast interface",
            OpenStep::Bind => "binding to the interface",
            OpenStep::SetTtl => "setting the TTL",
            OpenStep::SetDscp => "setting the DSCP",
            OpenStep::SetLoopback => "setting multicast loopback",
            OpenStep::SetSendBuffer => "setting the send buffer",
        })
    }
}

impl OpenStep {
    /// What to do when this step fails.
    pub const fn advice(self) -> &'static str {
        match self {
            OpenStep::CheckDscp => "give a number from 0 to 63",
            OpenStep::ChoosePorts => "choose a media port of 65531 or less",
            OpenStep::Create => "check that this address family is enabled and the limit of files",
            OpenStep::FindInterface => "`ip link` lists the interfaces and their names",
            OpenStep::SelectInterface => {
                "check with `ip address` that the interface is up and has an address of this family"
            }
            OpenStep::Bind => "check with `ip address` that this machine has the interface address",
            OpenStep::SetTtl | OpenStep::SetDscp | OpenStep::SetLoopback => {
                "check whether the service is kept from setting socket options"
            }
            OpenStep::SetSendBuffer => "choose a smaller buffer",
        }
    }
}

/// An open output.
#[derive(Debug)]
pub(crate) struct Output {
    socket: Socket,
    carriage: Carriage,
    media: SocketAddr,
    column: SocketAddr,
    row: SocketAddr,
}

impl OutputConfig {
    /// Opens the output.
    pub(crate) fn open(&self) -> Result<Output, OpenError> {
        let dscp = || {
            if self.dscp < 64 { Ok(()) } else { Err(invalid("it has six bits")) }
        };
        self.at(OpenStep::CheckDscp, dscp)?;
        let ports = || {
            let column = self.repair_address(Direction::Column)?;
            Ok((column, self.repair_address(Direction::Row)?))
        };
        let (column, row) = self.at(OpenStep::ChoosePorts, ports)?;
        let domain = Domain::for_address(self.destination);
        let socket =
            self.at(OpenStep::Create, || Socket::new(domain, Type::DGRAM, Some(Protocol::UDP)))?;
        self.bind(&socket)?;
        self.at(OpenStep::SetTtl, || self.set_ttl(&socket))?;
        self.at(OpenStep::SetDscp, || {
            let class = u32::from(self.dscp) << 2;
            if self.destination.is_ipv4() {
                socket.set_tos_v4(class)
            } else {
                socket.set_tclass_v6(class)
            }
        })?;
        self.at(OpenStep::SetLoopback, || {
            if self.destination.is_ipv4() {
                socket.set_multicast_loop_v4(self.loopback)
            } else {
                socket.set_multicast_loop_v6(self.loopback)
            }
        })?;
        self.at(OpenStep::SetSendBuffer, || {
            socket.set_send_buffer_size(self.send_buffer_bytes as usize)
        })?;
        let media = self.destination;
        Ok(Output { socket, carriage: self.carriage, media, column, row })
    }

    /// Runs one step of opening and says which it was when it fails.
    fn at<T>(&self, step: OpenStep, run: impl FnOnce() -> io::Result<T>) -> Result<T, OpenError> {
        run().map_err(|error| OpenError {
            output: self.name.clone(),
            destination: self.destination,
            step,
            reason: error.to_string(),
        })
    }

    fn repair_address(&self, direction: Direction) -> io::Result<SocketAddr> {
        let mut address = self.destination;
        if self.carriage == Carriage::RtpFec {
            let port = address.port().checked_add(direction.port_offset());
            address.set_port(port.ok_or_else(|| invalid("the ports end at 65535"))?);
        }
        Ok(address)
    }

    /// Ties the socket to the configured interface.
    fn bind(&self, socket: &Socket) -> Result<(), OpenError> {
        let is_group = self.destination.ip().is_multicast();
        match &self.interface {
            None => Ok(()),
            Some(Interface::Name(name)) if is_group => {
                let find = || Ok(netdevice::name_to_index(socket, name)?);
                let index = self.at(OpenStep::FindInterface, find)?;
                self.at(OpenStep::SelectInterface, || self.select_by_index(socket, index))
            }
            Some(Interface::Name(name)) => {
                self.at(OpenStep::Bind, || socket.bind_device(Some(name.as_bytes())))
            }
            Some(Interface::Address(address)) => {
                if is_group {
                    self.at(OpenStep::SelectInterface, || match address {
                        IpAddr::V4(address) => socket.set_multicast_if_v4(address),
                        IpAddr::V6(_) => Err(invalid("IPv6 groups need the interface by name")),
                    })?;
                }
                self.at(OpenStep::Bind, || socket.bind(&SocketAddr::new(*address, 0).into()))
            }
        }
    }

    fn select_by_index(&self, socket: &Socket, index: u32) -> io::Result<()> {
        let any = Ipv4Addr::UNSPECIFIED;
        match self.destination {
            SocketAddr::V4(_) => {
                sockopt::set_ip_multicast_if_with_ifindex(socket, &any, &any, index)?;
            }
            SocketAddr::V6(_) => sockopt::set_ipv6_multicast_if(socket, index)?,
        }
        Ok(())
    }

    fn set_ttl(&self, socket: &Socket) -> io::Result<()> {
        let ttl = u32::from(self.ttl);
        match (self.destination.is_ipv4(), self.destination.ip().is_multicast()) {
            (true, true) => socket.set_multicast_ttl_v4(ttl),
            (true, false) => socket.set_ttl_v4(ttl),
            (false, true) => socket.set_multicast_hops_v6(ttl),
            (false, false) => socket.set_unicast_hops_v6(ttl),
        }
    }
}

impl Output {
    /// Sends a media datagram, without its RTP header where the output carries plain UDP. Never
    /// waits: when the system has no room, the datagram is refused.
    pub(crate) fn send_media(&self, datagram: &[u8; DATAGRAM_SIZE]) -> Result<(), Errno> {
        let start = if self.carriage == Carriage::Udp { HEADER_SIZE } else { 0 };
        self.send(&datagram[start..], &self.media)
    }

    /// Whether the output has FEC flows.
    pub(crate) fn has_repairs(&self) -> bool {
        self.carriage == Carriage::RtpFec
    }

    /// Sends a repair packet to its flow, as [`Output::send_media`] sends.
    pub(crate) fn send_repair(
        &self,
        direction: Direction,
        packet: &[u8; REPAIR_SIZE],
    ) -> Result<(), Errno> {
        let address = match direction {
            Direction::Column => &self.column,
            Direction::Row => &self.row,
        };
        self.send(packet, address)
    }

    fn send(&self, bytes: &[u8], to: &SocketAddr) -> Result<(), Errno> {
        // The socket stays unconnected: a connected one would turn the port unreachable messages
        // of a host that is not listening yet into refusals.
        sendto(&self.socket, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL, to).map(drop)
    }
}

fn invalid(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(destination: &str) -> OutputConfig {
        OutputConfig {
            name: "north".to_owned(),
            destination: destination.parse().unwrap(),
            interface: Some(Interface::Address("127.0.0.1".parse().unwrap())),
            ttl: 16,
            dscp: 34,
            loopback: true,
            carriage: Carriage::RtpFec,
            send_buffer_bytes: 262_144,
        }
    }

    #[test]
    fn the_options_of_a_group_are_set_on_the_socket() {
        let output = config("239.255.42.1:5004").open().unwrap();
        assert_eq!(output.socket.multicast_ttl_v4().unwrap(), 16);
        assert_eq!(output.socket.tos_v4().unwrap(), 34 << 2);
        assert!(output.socket.multicast_loop_v4().unwrap());
        assert_eq!(output.socket.multicast_if_v4().unwrap(), Ipv4Addr::LOCALHOST);
        assert_eq!((output.column.port(), output.row.port()), (5006, 5008));
        let local = output.socket.local_addr().unwrap().as_socket().unwrap();
        assert_eq!(local.ip(), Ipv4Addr::LOCALHOST);
    }

    #[test]
    fn the_options_of_a_host_and_of_ipv6_are_set_on_the_socket() {
        let output = config("127.0.0.1:5004").open().unwrap();
        assert_eq!(output.socket.ttl_v4().unwrap(), 16);
        let mut ipv6 = config("[ff15::42]:5004");
        ipv6.interface = Some(Interface::Name("lo".to_owned()));
        ipv6.loopback = false;
        let output = ipv6.open().unwrap();
        assert_eq!(output.socket.multicast_hops_v6().unwrap(), 16);
        assert_eq!(output.socket.tclass_v6().unwrap(), 34 << 2);
        assert!(!output.socket.multicast_loop_v6().unwrap());
    }

    #[test]
    fn errors_say_which_output_which_address_which_step_and_what_to_do() {
        let mut wrong = config("239.255.42.1:5004");
        wrong.interface = Some(Interface::Name("no-such-port".to_owned()));
        let error = wrong.open().unwrap_err();
        assert_eq!(error.step, OpenStep::FindInterface);
        let text = error.to_string();
        assert!(text.starts_with("output `north` to 239.255.42.1:5004: finding the interface: "));
        assert!(text.ends_with("; `ip link` lists the interfaces and their names"));
        wrong.interface = Some(Interface::Address("203.0.113.77".parse().unwrap()));
        let step = wrong.open().unwrap_err().step;
        assert!(matches!(step, OpenStep::SelectInterface | OpenStep::Bind));
        wrong.destination.set_port(65_532);
        assert_eq!(wrong.open().unwrap_err().step, OpenStep::ChoosePorts);
        wrong.dscp = 64;
        assert_eq!(wrong.open().unwrap_err().step, OpenStep::CheckDscp);
    }
}
