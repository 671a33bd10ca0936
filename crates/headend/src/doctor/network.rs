//! Routes, memberships, buffers.

use super::{Diagnosis, Health};
use crate::config::Config;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::path::Path;
use uplink::{Interface, OutputConfig};

/// Flags of an interface: that it is up, and that it can send to groups.
const IFF_UP: u32 = 0x1;
const IFF_MULTICAST: u32 = 0x1000;

/// For each output, whether datagrams find a way out.
pub(super) fn routes(config: &Config) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    for multiplex in &config.multiplexes {
        for output in &multiplex.outputs {
            let subject = format!("route of {}/{}", multiplex.name, output.name());
            found.push(route(subject, &output.to_uplink()));
        }
    }
    found
}

fn route(subject: String, output: &OutputConfig) -> Diagnosis {
    let to = output.destination;
    let (health, found, advice) = match &output.interface {
        Some(Interface::Name(name)) => interface(name, to.ip().is_multicast()),
        Some(Interface::Address(address)) => match UdpSocket::bind((*address, 0)) {
            Ok(_) => (Health::Good, format!("{to} by {address}"), String::new()),
            Err(error) => {
                let advice = "`ip address` lists the addresses of this machine".to_owned();
                (Health::Bad, format!("{address}: {error}"), advice)
            }
        },
        None => by_routing_table(output),
    };
    let why =
        "without a route the system refuses every datagram, or sends it out of the wrong port";
    Diagnosis { subject, health, found, why, advice }
}

/// Asks the routing table; nothing is sent for that.
fn by_routing_table(output: &OutputConfig) -> (Health, String, String) {
    let to = output.destination;
    let any: IpAddr =
        if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let asked = UdpSocket::bind((any, 0)).and_then(|socket| {
        socket.connect(to)?;
        socket.local_addr()
    });
    let advice = "name the `interface` of the output, or add a route: `ip route add 239.0.0.0/8 \
                  dev NAME`";
    match asked {
        Ok(from) if to.ip().is_multicast() => {
            let found = format!("{to} leaves from {}, as the routing table decides", from.ip());
            (Health::Weak, found, "name the `interface`, so that it stays the same one".to_owned())
        }
        Ok(from) => (Health::Good, format!("{to} leaves from {}", from.ip()), String::new()),
        Err(error) => (Health::Bad, format!("{to}: {error}"), advice.to_owned()),
    }
}

fn interface(name: &str, is_group: bool) -> (Health, String, String) {
    let folder = Path::new("/sys/class/net").join(name);
    let Ok(flags) = fs::read_to_string(folder.join("flags")) else {
        let advice = "`ip link` lists the interfaces".to_owned();
        return (Health::Bad, format!("there is no interface {name}"), advice);
    };
    let flags = u32::from_str_radix(flags.trim().trim_start_matches("0x"), 16).unwrap_or(0);
    let carrier = fs::read_to_string(folder.join("carrier")).unwrap_or_default();
    if flags & IFF_UP == 0 {
        return (Health::Bad, format!("{name} is down"), format!("`ip link set {name} up`"));
    }
    if carrier.trim() == "0" {
        return (Health::Bad, format!("{name} has no link"), "look at cable and switch".to_owned());
    }
    // Loopback takes groups without the flag, when it is named.
    if is_group && flags & IFF_MULTICAST == 0 && name != "lo" {
        let advice = format!("`ip link set {name} multicast on`");
        return (Health::Bad, format!("{name} does not send to groups"), advice);
    }
    (Health::Good, format!("{name} is up"), String::new())
}

/// Whether the send buffers are granted.
pub(super) fn send_buffer(config: &Config) -> Diagnosis {
    let outputs = config.multiplexes.iter().flat_map(|m| &m.outputs);
    let wanted = outputs.map(|o| u64::from(o.to_uplink().send_buffer_bytes)).max().unwrap_or(0);
    let granted = number("/proc/sys/net/core/wmem_max");
    let (health, advice) = match granted {
        None => (Health::Unknown, String::new()),
        Some(granted) if granted < wanted => {
            (Health::Weak, format!("`sysctl -w net.core.wmem_max={wanted}`"))
        }
        Some(_) => (Health::Good, String::new()),
    };
    let granted = granted.map_or("unknown".to_owned(), |bytes| format!("{bytes} bytes"));
    Diagnosis {
        subject: "send buffer".to_owned(),
        health,
        found: format!("{granted} at most, {wanted} wanted"),
        why: "what finds no room while the card is busy is refused and lost",
        advice,
    }
}

/// Whether as many groups can be joined as are listened to.
pub(super) fn memberships(config: &Config) -> Diagnosis {
    let most = number("/proc/sys/net/ipv4/igmp_max_memberships");
    let groups = if config.alarms.monitor { config.multiplexes.len() as u64 } else { 0 };
    let (health, advice) = match most {
        None => (Health::Unknown, String::new()),
        Some(most) if most < groups => {
            (Health::Bad, format!("`sysctl -w net.ipv4.igmp_max_memberships={groups}`"))
        }
        Some(_) => (Health::Good, String::new()),
    };
    let most = most.map_or("unknown".to_owned(), |most| most.to_string());
    Diagnosis {
        subject: "IGMP memberships".to_owned(),
        health,
        found: format!("{most} at most on a socket, {groups} wanted"),
        why: "`alarms.monitor` joins the groups that are sent to; sending needs no membership",
        advice,
    }
}

/// A number in a file of the system.
pub(super) fn number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
