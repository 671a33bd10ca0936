//! `[control]`.

use super::table::{advise, plain_text};
use control::token::TokenHash;
use control::{Machine, Role, Settings};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use timetable::read::{Fields, Report, Value, value};
use timetable::{Code, Located, Location};

/// Where it listens when nothing is said.
pub const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8443);

/// Reads the control listener.
pub(super) fn read_control(
    value: Value<'_>,
    report: &mut Report,
    folder: &Path,
) -> Option<Settings> {
    let mut table = value::table(value, report, "control listener")?;
    let listen = table.optional("listen", report, read_listen);
    let mut path = |key, report: &mut Report| {
        let given: Option<Located<&str>> = table.optional(key, report, plain_text);
        given.map(|given| (folder.join(given.value), given.at))
    };
    let certificate = path("certificate", report);
    let key = path("key", report);
    let client_authority = path("client_authority", report);
    let names = table.optional("names", report, |v, r| value::list(v, r, |v, r| read_name(v, r)));
    let connections = table.optional("connections", report, |v, r| value::integer(v, r, 8..=4096));
    let calls =
        table.optional("calls_per_minute", report, |v, r| value::integer(v, r, 10..=100_000));
    let before = report.diagnostics.len();
    let tokens = table.tables("token", report);
    let tokens: Vec<_> = tokens.into_iter().filter_map(|t| read_token(t, report)).collect();
    let machines = table.tables("machine", report);
    let machines: Vec<_> = machines.into_iter().filter_map(|t| read_machine(t, report)).collect();
    let at = table.at();
    table.finish(report);
    check_names(&tokens, &machines, report);
    let certificate = pair(certificate, key, report);
    let usual = Settings::loopback(LISTEN);
    let settings = Settings {
        listen: listen.map_or(usual.listen, |l| l.value),
        certificate,
        names: names.map_or(usual.names, |n| n.value.into_iter().map(|n| n.value).collect()),
        client_authority: client_authority.map(|c| c.0),
        tokens: tokens.into_iter().map(|(name, role, hash, _)| (name, role, hash)).collect(),
        machines: machines.into_iter().map(|(machine, _)| machine).collect(),
        connections: connections.map_or(usual.connections, |c| c.value as u32),
        calls_per_minute: calls.map_or(usual.calls_per_minute, |c| c.value as u32),
    };
    // A token that is faulty was meant to be there.
    if report.diagnostics.len() == before
        && let Err(fault) = settings.check()
    {
        let at = listen.map_or(at, |l| l.at);
        let message = format!("{} can be reached by others: {fault}", settings.listen);
        let help = "write [[control.token]] with what `headend control token NAME --role ROLE` \
                    prints, or listen at \"127.0.0.1:8443\"";
        advise(report, Code::OpenToAll, at, message, help);
    }
    Some(settings)
}

fn read_listen(value: Value<'_>, report: &mut Report) -> Option<SocketAddr> {
    let text = value::string(value, report)?;
    match text.parse::<SocketAddr>() {
        Ok(address) if address.port() != 0 && !address.ip().is_multicast() => Some(address),
        _ => {
            let message = format!("`{}` is no address to listen at", text.escape_debug());
            let help = "an address and a port: \"127.0.0.1:8443\", \"[::1]:8443\", \
                        or \"0.0.0.0:8443\" for all interfaces";
            advise(report, Code::BadAddress, value.at, message, help);
            None
        }
    }
}

/// A host's name or address, as certificates have them.
fn read_name(value: Value<'_>, report: &mut Report) -> Option<String> {
    let text = plain_text(value, report)?;
    let label = |label: &str| {
        let sound = |c: char| c.is_ascii_alphanumeric() || c == '-';
        (1..=63).contains(&label.len()) && label.chars().all(sound) && !label.starts_with('-')
    };
    let is_name = text.len() <= 253 && text.split('.').all(label);
    if is_name || text.parse::<std::net::IpAddr>().is_ok() {
        return Some(text.to_owned());
    }
    let message = format!("`{}` is no name of a host", text.escape_debug());
    let help = "a name like \"headend-1.example\", or an address";
    advise(report, Code::BadName, value.at, message, help);
    None
}

const ROLES: [(&str, Role); 4] = [
    ("viewer", Role::Viewer),
    ("scheduler", Role::Scheduler),
    ("operator", Role::Operator),
    ("administrator", Role::Administrator),
];

type Token = (String, Role, TokenHash, Location);

fn read_token(mut table: Fields<'_>, report: &mut Report) -> Option<Token> {
    let name = table.required("name", report, value::id);
    let role = table.required("role", report, |v, r| value::word(v, r, &ROLES));
    let hash = table.required("hash", report, |value, report| {
        let text = value::string(value, report)?;
        let fault = match text.parse::<TokenHash>() {
            Ok(hash) => return Some(hash),
            Err(fault) => fault.to_string(),
        };
        let help = "`headend control token NAME --role ROLE` makes a token and prints its hash";
        advise(report, Code::BadText, value.at, fault, help);
        None
    });
    table.finish(report);
    let name = name?;
    Some((name.value.as_str().to_owned(), role?.value, hash?.value, name.at))
}

fn read_machine(mut table: Fields<'_>, report: &mut Report) -> Option<(Machine, Location)> {
    let name = table.required("name", report, read_name);
    let role = table.required("role", report, |v, r| value::word(v, r, &ROLES));
    table.finish(report);
    let name = name?;
    Some((Machine { name: name.value, role: role?.value }, name.at))
}

fn check_names(tokens: &[Token], machines: &[(Machine, Location)], report: &mut Report) {
    let tokens = tokens.iter().map(|(name, _, _, at)| (name, *at));
    let all = tokens.chain(machines.iter().map(|(machine, at)| (&machine.name, *at)));
    let mut seen = BTreeSet::new();
    for (name, at) in all {
        if !seen.insert(name) {
            let message = format!("`{name}` is named twice");
            let help = "the audit log tells people apart by their names";
            advise(report, Code::Duplicate, at, message, help);
        }
    }
}

type Placed = (std::path::PathBuf, Location);

/// A certificate is of no use without its key, nor a key without its certificate.
fn pair(
    certificate: Option<Placed>,
    key: Option<Placed>,
    report: &mut Report,
) -> Option<(std::path::PathBuf, std::path::PathBuf)> {
    let (at, missing) = match (certificate, key) {
        (Some(certificate), Some(key)) => return Some((certificate.0, key.0)),
        (None, None) => return None,
        (Some((_, at)), None) => (at, "key"),
        (None, Some((_, at))) => (at, "certificate"),
    };
    let help = "give both as PEM files, or none for a certificate that the daemon makes";
    advise(report, Code::MissingKey, at, format!("`{missing}` is missing"), help);
    None
}
