//! The running listener.

use crate::audit::AuditLog;
use crate::authority::{AuthorityError, write_secret};
use crate::desk::{Desk, Line, pair};
use crate::identity::Identities;
use crate::limit::Limiter;
use crate::listen::{self, Door};
use crate::role::Role;
use crate::routes;
use crate::settings::{Settings, SettingsFault};
use crate::tls::{Tls, TlsError};
use crate::token::NewToken;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

/// Threads that answer calls.
const THREADS: usize = 2;
/// How much the system prefers other threads to these.
const NICE: i32 = 5;
/// Streams of events at the same time.
const STREAMS_MAX: usize = 64;
/// How often certificates are looked at.
const RENEW: Duration = Duration::from_secs(30);
/// The entry of the token that is made when nobody is named.
const LOCAL: &str = "local";

/// Why the listener cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings must not be used.
    #[error(transparent)]
    Settings(#[from] SettingsFault),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A file of the state folder cannot be used.
    #[error(transparent)]
    State(#[from] AuthorityError),
    /// The address cannot be listened at.
    #[error("control cannot listen at {address}: {source}; is another daemon running?")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The audit log cannot be opened.
    #[error("audit log {folder}: {source}")]
    Audit {
        /// Its folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The system gives no threads or no random bytes.
    #[error("control cannot be started: {0}")]
    System(String),
}

/// What all calls share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub line: Line,
    pub identities: Identities,
    pub calls: Limiter,
    pub audit: AuditLog,
    pub writes: AtomicU64,
    pub streams: Arc<Semaphore>,
}

/// The running listener. Dropping it ends it.
#[derive(Debug)]
pub struct Control {
    runtime: Option<Runtime>,
    address: SocketAddr,
    token: Option<(String, PathBuf)>,
    authority: PathBuf,
}

impl Control {
    /// Starts to listen, with what it keeps in a folder. Where nobody is named, which is for
    /// loopback only, a token for an administrator is made and written into the folder.
    ///
    /// # Errors
    /// The settings, the certificate or the address cannot be used.
    pub fn start(settings: &Settings, folder: &Path) -> Result<(Control, Desk), StartError> {
        settings.check()?;
        let mut settings = settings.clone();
        let tls = Tls::new(settings.clone(), folder)?;
        let mut token = None;
        if settings.tokens.is_empty() && settings.machines.is_empty() {
            let new = NewToken::for_name(LOCAL).map_err(StartError::System)?;
            let path = folder.join("token");
            write_secret(&path, &format!("{}\n", new.text))?;
            settings.tokens.push((LOCAL.to_owned(), Role::Administrator, new.hash));
            token = Some((new.text, path));
        }
        let audit = AuditLog::open(&folder.join("audit"))
            .map_err(|source| StartError::Audit { folder: folder.join("audit"), source })?;
        let (line, desk) = pair();
        let shared = Arc::new(Shared {
            line,
            identities: Identities::new(&settings)
                .map_err(|e| StartError::System(e.to_string()))?,
            calls: Limiter::new(settings.calls_per_minute),
            audit,
            writes: AtomicU64::new(0),
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
        });
        let refused = |source| StartError::Listen { address: settings.listen, source };
        let listener = std::net::TcpListener::bind(settings.listen).map_err(refused)?;
        listener.set_nonblocking(true).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let runtime = runtime().map_err(|e| StartError::System(e.to_string()))?;
        let tls = Arc::new(tls);
        let door = Door::new(Arc::clone(&tls), routes::router(&shared), shared, &settings);
        {
            let _inside = runtime.enter();
            let listener = tokio::net::TcpListener::from_std(listener).map_err(refused)?;
            runtime.spawn(listen::serve(listener, Arc::new(door)));
            runtime.spawn(renew(tls));
        }
        let authority = folder.join("ca.pem");
        Ok((Control { runtime: Some(runtime), address, token, authority }, desk))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The token that was made because nobody was named, and the file that holds it.
    pub fn token(&self) -> Option<(&str, &Path)> {
        self.token.as_ref().map(|(text, path)| (text.as_str(), path.as_path()))
    }

    /// The certificate of the own authority.
    pub fn authority(&self) -> &Path {
        &self.authority
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_millis(500));
        }
    }
}

/// Threads of its own, which the system runs when others leave it time.
fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .max_blocking_threads(4)
        .thread_name("control")
        .on_thread_start(|| {
            // On Linux this is of the calling thread; without it the thread is like all others.
            let _ = rustix::process::nice(NICE);
        })
        .enable_all()
        .build()
}

/// Looks at the certificates now and then.
async fn renew(tls: Arc<Tls>) {
    loop {
        tokio::time::sleep(RENEW).await;
        let tls = Arc::clone(&tls);
        match tokio::task::spawn_blocking(move || tls.renew()).await {
            Ok(Ok(true)) => tracing::info!("control has a renewed certificate"),
            Ok(Ok(false)) | Err(_) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "the renewed certificate cannot be used, the old one stays");
            }
        }
    }
}
