//! Who calls: by a token, by the certificate of a machine, or by a session of the console.

use crate::limit::Limiter;
use crate::role::Role;
use crate::settings::{Machine, Settings};
use crate::token::{TokenHash, name_of};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How long a session of the console lasts.
pub(crate) const SESSION: Duration = Duration::from_secs(12 * 3600);
/// Sessions at the same time; behind that the oldest ends.
const SESSIONS_MAX: usize = 512;
/// Tokens that one address may try in a minute without having been let in by them before.
const TRIES_PER_MINUTE: u32 = 20;
/// How long a try waits for its turn.
const TURN: Duration = Duration::from_secs(5);

/// Somebody who is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Actor {
    pub name: Arc<str>,
    pub role: Role,
}

/// Why nobody is let in by a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotLetIn {
    Unknown,
    TooManyTries,
}

/// Everybody who may be let in.
#[derive(Debug)]
pub(crate) struct Identities {
    tokens: BTreeMap<String, (Role, TokenHash)>,
    machines: Vec<Machine>,
    /// Random, so that what is remembered of tokens tells nothing outside this process.
    key: [u8; 32],
    /// Tokens that have been let in, by a keyed digest, so that argon2 is paid once.
    known: Mutex<HashMap<[u8; 32], Actor>>,
    sessions: Mutex<HashMap<[u8; 32], (Actor, Instant)>>,
    tries: Limiter,
    turn: Semaphore,
}

impl Identities {
    pub fn new(settings: &Settings) -> Result<Identities, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        let tokens = settings.tokens.iter();
        Ok(Identities {
            tokens: tokens
                .map(|(name, role, hash)| (name.clone(), (*role, hash.clone())))
                .collect(),
            machines: settings.machines.clone(),
            key,
            known: Mutex::default(),
            sessions: Mutex::default(),
            tries: Limiter::new(TRIES_PER_MINUTE),
            turn: Semaphore::new(1),
        })
    }

    /// Who shows a token.
    pub async fn by_token(&self, token: &str, from: IpAddr) -> Result<Actor, NotLetIn> {
        let digest = self.digest(token);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&digest).cloned();
        if let Some(actor) = known {
            return Ok(actor);
        }
        if !self.tries.take(from, Instant::now()) {
            return Err(NotLetIn::TooManyTries);
        }
        let name = name_of(token).ok_or(NotLetIn::Unknown)?;
        let (role, hash) = self.tokens.get(name).cloned().ok_or(NotLetIn::Unknown)?;
        // One hash at a time: a flood of false tokens takes one processor at most.
        let turn = tokio::time::timeout(TURN, self.turn.acquire()).await;
        let Ok(Ok(_turn)) = turn else { return Err(NotLetIn::TooManyTries) };
        let token = token.to_owned();
        let tried = tokio::task::spawn_blocking(move || hash.matches(&token)).await;
        if !matches!(tried, Ok(true)) {
            return Err(NotLetIn::Unknown);
        }
        let actor = Actor { name: name.into(), role };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(digest, actor.clone());
        Ok(actor)
    }

    /// Who shows a certificate that was verified already.
    pub fn by_certificate(&self, certificate: &CertificateDer<'_>) -> Option<Actor> {
        let parsed = ParsedCertificate::try_from(certificate).ok()?;
        let is_named = |machine: &&Machine| {
            ServerName::try_from(machine.name.as_str())
                .is_ok_and(|name| rustls::client::verify_server_name(&parsed, &name).is_ok())
        };
        let machine = self.machines.iter().find(is_named)?;
        Some(Actor { name: machine.name.as_str().into(), role: machine.role })
    }

    /// Begins a session; what its cookie holds.
    pub fn begin_session(&self, actor: Actor) -> Result<String, getrandom::Error> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        let text = BASE64_URL_SAFE_NO_PAD.encode(secret);
        let now = Instant::now();
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, (_, since)| now.saturating_duration_since(*since) < SESSION);
        if sessions.len() >= SESSIONS_MAX {
            let oldest = sessions.iter().min_by_key(|(_, (_, since))| *since).map(|(id, _)| *id);
            oldest.and_then(|id| sessions.remove(&id));
        }
        sessions.insert(self.digest(&text), (actor, now));
        Ok(text)
    }

    /// Whose session it is.
    pub fn by_session(&self, cookie: &str) -> Option<Actor> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let (actor, since) = sessions.get(&self.digest(cookie))?;
        (since.elapsed() < SESSION).then(|| actor.clone())
    }

    /// Ends a session.
    pub fn end_session(&self, cookie: &str) {
        let digest = self.digest(cookie);
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest);
    }

    fn digest(&self, secret: &str) -> [u8; 32] {
        *blake3::keyed_hash(&self.key, secret.as_bytes()).as_bytes()
    }
}
