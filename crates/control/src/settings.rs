//! How the listener is set up.

use crate::role::Role;
use crate::token::TokenHash;
use std::net::SocketAddr;
use std::path::PathBuf;

/// How the listener is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Certificate chain and key, as PEM files; without them the listener makes its own.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// The names and addresses of the certificate that it makes, beside those of loopback.
    pub names: Vec<String>,
    /// Whose client certificates are taken: a PEM file, or those of the own authority.
    pub client_authority: Option<PathBuf>,
    /// Tokens: name, role and hash.
    pub tokens: Vec<(String, Role, TokenHash)>,
    /// Machines that show a certificate.
    pub machines: Vec<Machine>,
    /// Connections at the same time at most; one address may have a quarter of them.
    pub connections: u32,
    /// Calls in a minute of one address at most.
    pub calls_per_minute: u32,
}

/// A machine that is known by its client certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// A DNS name among the certificate's subject alternative names.
    pub name: String,
    /// What it may do.
    pub role: Role,
}

/// Why settings must not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFault {
    /// Everybody who reaches the address would stand before a door without a lock.
    #[error("an address other than loopback needs somebody who is let in")]
    NobodyKnown,
}

impl Settings {
    /// Settings for this machine alone, where nobody is known but by a token that is made at the
    /// start.
    pub fn loopback(listen: SocketAddr) -> Settings {
        Settings {
            listen,
            certificate: None,
            names: Vec::new(),
            client_authority: None,
            tokens: Vec::new(),
            machines: Vec::new(),
            connections: 256,
            calls_per_minute: 600,
        }
    }

    /// Whether only this machine reaches it.
    pub fn is_loopback(&self) -> bool {
        self.listen.ip().to_canonical().is_loopback()
    }

    /// Whether the settings can be used. TLS cannot be turned off, so only who is let in remains
    /// to be asked.
    pub fn check(&self) -> Result<(), SettingsFault> {
        let nobody = self.tokens.is_empty() && self.machines.is_empty();
        if nobody && !self.is_loopback() { Err(SettingsFault::NobodyKnown) } else { Ok(()) }
    }
}
