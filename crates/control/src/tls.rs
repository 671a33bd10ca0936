//! TLS 1.3, by rustls with the provider `ring` and nothing older.

use crate::authority::{Authority, AuthorityError, Issued};
use crate::settings::Settings;
use rustls::RootCertStore;
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::WebPkiClientVerifier;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The own authority.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A file that the configuration names cannot be used.
    #[error("{path}: {what}; give a PEM file that may be read")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The certificate does not suit its key, or is none for TLS.
    #[error("the certificate cannot be used: {0}")]
    Certificate(#[from] rustls::Error),
    /// Client certificates cannot be verified.
    #[error("client certificates cannot be verified: {0}")]
    Verifier(String),
}

/// The present configuration of TLS, and what it was made of.
#[derive(Debug)]
pub(crate) struct Tls {
    settings: Settings,
    folder: PathBuf,
    present: RwLock<(Arc<ServerConfig>, Vec<Option<SystemTime>>)>,
}

impl Tls {
    pub fn new(settings: Settings, folder: &Path) -> Result<Tls, TlsError> {
        let config = Arc::new(make(&settings, folder)?);
        let stamps = stamps(&settings, folder);
        Ok(Tls { settings, folder: folder.to_owned(), present: RwLock::new((config, stamps)) })
    }

    /// The configuration for the next connection.
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.present.read().unwrap_or_else(PoisonError::into_inner).0)
    }

    /// Takes over renewed files; true when there were some. Files that cannot be used leave the
    /// present certificate in its place.
    pub fn renew(&self) -> Result<bool, TlsError> {
        let stamps = self::stamps(&self.settings, &self.folder);
        let own = self.settings.certificate.is_none();
        if !own && self.present.read().unwrap_or_else(PoisonError::into_inner).1 == stamps {
            return Ok(false);
        }
        // The own certificate is signed anew here when its time has come.
        let config = Arc::new(make(&self.settings, &self.folder)?);
        let stamps = self::stamps(&self.settings, &self.folder);
        let mut present = self.present.write().unwrap_or_else(PoisonError::into_inner);
        let changed = present.1 != stamps;
        if changed {
            *present = (config, stamps);
        }
        Ok(changed)
    }
}

/// When the files were changed that a configuration is made of.
fn stamps(settings: &Settings, folder: &Path) -> Vec<Option<SystemTime>> {
    let own = (folder.join("server.pem"), folder.join("server.key"));
    let (chain, key) = settings.certificate.clone().unwrap_or(own);
    let paths = [Some(chain), Some(key), settings.client_authority.clone()];
    let stamp = |path: PathBuf| path.metadata().and_then(|m| m.modified()).ok();
    paths.into_iter().map(|path| path.and_then(stamp)).collect()
}

fn make(settings: &Settings, folder: &Path) -> Result<ServerConfig, TlsError> {
    let authority = Authority::open(folder)?;
    let issued = match &settings.certificate {
        Some((chain, key)) => Issued { chain_pem: read(chain)?, key_pem: read(key)? },
        None => authority.server(&settings.names)?,
    };
    let named = settings.certificate.as_ref().map(|c| c.0.clone());
    let (chain, key) = issued.parse().map_err(|e| TlsError::File {
        path: named.unwrap_or_else(|| folder.join("server.pem")),
        what: e.to_string(),
    })?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13])?;
    let builder = if settings.machines.is_empty() {
        builder.with_no_client_auth()
    } else {
        let pem = match &settings.client_authority {
            Some(path) => read(path)?,
            None => authority.certificate_pem().to_owned(),
        };
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let wrong = |e: &dyn std::fmt::Display| TlsError::Verifier(e.to_string());
            let certificate = certificate.map_err(|e| wrong(&e))?;
            roots.add(certificate).map_err(|e| wrong(&e))?;
        }
        // People come with tokens, so a certificate is looked at only when one is shown.
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider)
            .allow_unauthenticated()
            .build()
            .map_err(|e| TlsError::Verifier(e.to_string()))?;
        builder.with_client_cert_verifier(verifier)
    };
    let mut config = builder.with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // Early data can be played again by anybody, and tickets are kept for many clients.
    config.max_early_data_size = 0;
    Ok(config)
}

fn read(path: &Path) -> Result<String, TlsError> {
    std::fs::read_to_string(path)
        .map_err(|e| TlsError::File { path: path.to_owned(), what: e.to_string() })
}
