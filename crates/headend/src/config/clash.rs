//! What several multiplexes must not share.

use super::multiplex::MultiplexConfig;
use super::output::Output;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use timetable::read::Report;
use timetable::{Code, Diagnostic, Location};

/// Reports names, identifiers and addresses that are used twice.
pub(super) fn check_clashes(multiplexes: &[&MultiplexConfig], report: &mut Report) {
    let names = multiplexes.iter().map(|m| (m.name.clone(), m.name_at));
    check_unique("multiplexes have the name", names, report);
    let ids = multiplexes.iter().map(|m| {
        let id = format!("{}/{}", m.original_network_id, m.transport_stream_id);
        (id, m.stream_id_at)
    });
    check_unique("multiplexes have the network and stream ids", ids, report);
    for multiplex in multiplexes {
        let outputs = multiplex.outputs.iter();
        let names = outputs.map(|o| (o.name().to_owned(), o.to_at()));
        check_unique("outputs of one multiplex have the name", names, report);
    }
    check_addresses(multiplexes, report);
}

fn check_unique(what: &str, names: impl Iterator<Item = (String, Location)>, report: &mut Report) {
    let mut seen: BTreeMap<String, Location> = BTreeMap::new();
    for (name, at) in names {
        match seen.get(&name) {
            Some(first) => {
                let finding = Diagnostic::new(Code::Duplicate, format!("two {what} `{name}`"))
                    .primary(at, "again here")
                    .secondary(*first, "first here");
                report.push(finding);
            }
            None => {
                seen.insert(name, at);
            }
        }
    }
}

/// Two outputs may send to one address only by two interfaces, each to a network of its own.
fn check_addresses(multiplexes: &[&MultiplexConfig], report: &mut Report) {
    let mut taken: BTreeMap<SocketAddr, Vec<&Output>> = BTreeMap::new();
    for output in multiplexes.iter().flat_map(|m| &m.outputs) {
        let rivals = output.addresses().find_map(|address| {
            let others = taken.get(&address)?;
            let rival = others.iter().find(|other| !are_apart(other, output))?;
            Some((address, *rival))
        });
        if let Some((address, rival)) = rivals {
            let message = format!("two outputs send to {address}");
            let finding = Diagnostic::new(Code::AddressInUse, message)
                .primary(output.to_at(), "this one")
                .secondary(rival.to_at(), "and this one")
                .help("choose other groups or ports; FEC takes the port + 2 and the port + 4 too");
            report.push(finding);
        }
        for address in output.addresses() {
            taken.entry(address).or_default().push(output);
        }
    }
}

fn are_apart(a: &Output, b: &Output) -> bool {
    matches!((a.interface(), b.interface()), (Some(a), Some(b)) if a != b)
}
