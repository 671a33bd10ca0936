//! Session descriptions: a file for each RTP output, which players and receivers open.

use crate::config::MultiplexConfig;
use crate::exit::{Code, Failure};
use rtp::sdp::{Session, write};
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use uplink::{Carriage, Interface};

/// Writes `MULTIPLEX-OUTPUT.sdp` for each RTP output into the folder `sdp` of the state folder.
pub fn describe(state: &Path, multiplexes: &[MultiplexConfig]) -> Result<Vec<PathBuf>, Failure> {
    let folder = state.join("sdp");
    let wrong = |e: std::io::Error| Failure::new(Code::Io, format!("{}: {e}", folder.display()));
    fs::create_dir_all(&folder).map_err(wrong)?;
    let mut written = Vec::new();
    for multiplex in multiplexes {
        for output in &multiplex.outputs {
            let output = output.to_uplink();
            if output.carriage == Carriage::Udp {
                continue;
            }
            let session = Session {
                id: u64::from(multiplex.ssrc),
                version: 1,
                name: &multiplex.name,
                origin: origin(&output),
                destination: output.destination,
                ttl: output.ttl,
                source_filter: false,
            };
            let path = folder.join(format!("{}-{}.sdp", multiplex.name, output.name));
            fs::write(&path, write(&session)).map_err(wrong)?;
            written.push(path);
        }
    }
    Ok(written)
}

/// The sender's address as far as the configuration tells it.
fn origin(output: &uplink::OutputConfig) -> IpAddr {
    match &output.interface {
        Some(Interface::Address(address)) => *address,
        _ if output.destination.is_ipv4() => IpAddr::from([127, 0, 0, 1]),
        _ => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
    }
}
