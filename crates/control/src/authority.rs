//! The listener's own certificate authority, and what it signs.
//!
//! It is made at the first start and kept in the state folder: `ca.pem` is what browsers and other
//! machines are told to trust, `ca.key` never leaves the folder. The certificate of the listener
//! is signed anew when half its time is over, when its names change, or when it is lost.

use jiff::{Span, Timestamp, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Years that an authority lasts.
const AUTHORITY_YEARS: i64 = 20;
/// Days that a certificate lasts: no more than browsers take.
const LEAF_DAYS: i64 = 396;

/// Why there is no authority or certificate.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file holds no key or certificate.
    #[error(
        "{path}: {what}; put it back from a copy, or remove ca.pem and ca.key for a new authority"
    )]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A certificate cannot be made.
    #[error("no certificate can be made: {0}")]
    Make(#[from] rcgen::Error),
}

/// An authority.
#[derive(Debug)]
pub struct Authority {
    folder: PathBuf,
    certificate_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key, as PEM.
#[derive(Debug)]
pub struct Issued {
    /// The certificate and that of the authority.
    pub chain_pem: String,
    /// The key.
    pub key_pem: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Leaf {
    names: Vec<String>,
    issued_unix_s: i64,
}

impl Authority {
    /// The authority in a folder; made when there is none.
    pub fn open(folder: &Path) -> Result<Authority, AuthorityError> {
        let made = fs::create_dir_all(folder);
        made.map_err(|source| AuthorityError::File { path: folder.to_owned(), source })?;
        let (key_path, pem_path) = (folder.join("ca.key"), folder.join("ca.pem"));
        if !key_path.exists() && !pem_path.exists() {
            let key = KeyPair::generate()?;
            let pem = authority_params(&key)?.self_signed(&key)?.pem();
            // The certificate comes last: with it the authority is whole.
            write_secret(&key_path, &key.serialize_pem())?;
            write(&pem_path, &pem, 0o644)?;
        }
        let key_pem = read(&key_path)?;
        let certificate_pem = read(&pem_path)?;
        let content =
            |path: &Path, what: String| AuthorityError::Content { path: path.to_owned(), what };
        let key = KeyPair::from_pem(&key_pem).map_err(|e| content(&key_path, e.to_string()))?;
        CertificateDer::from_pem_slice(certificate_pem.as_bytes())
            .map_err(|e| content(&pem_path, e.to_string()))?;
        let issuer = Issuer::new(authority_params(&key)?, key);
        Ok(Authority { folder: folder.to_owned(), certificate_pem, issuer })
    }

    /// The certificate that others are to trust.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The certificate of the listener for these names and those of loopback, as it is kept, or a
    /// new one.
    pub fn server(&self, names: &[String]) -> Result<Issued, AuthorityError> {
        let loopback = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let mut names: Vec<String> = loopback.into_iter().chain(names.iter().cloned()).collect();
        names.dedup();
        let [chain, key, about] =
            ["server.pem", "server.key", "server.json"].map(|name| self.folder.join(name));
        let now = Timestamp::now().as_second();
        let kept: Option<Leaf> =
            fs::read(&about).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let good = kept.is_some_and(|leaf| {
            let age = now - leaf.issued_unix_s;
            leaf.names == names && (0..LEAF_DAYS * 86_400 / 2).contains(&age)
        });
        if good && let (Ok(chain_pem), Ok(key_pem)) = (read(&chain), read(&key)) {
            return Ok(Issued { chain_pem, key_pem });
        }
        let issued = self.issue(&names, ExtendedKeyUsagePurpose::ServerAuth)?;
        let _ = fs::remove_file(&about);
        write_secret(&key, &issued.key_pem)?;
        write(&chain, &issued.chain_pem, 0o644)?;
        let leaf = Leaf { names, issued_unix_s: now };
        write(&about, &serde_json::to_string(&leaf).unwrap_or_default(), 0o644)?;
        Ok(issued)
    }

    /// A certificate by which a machine is known.
    pub fn client(&self, name: &str) -> Result<Issued, AuthorityError> {
        self.issue(&[name.to_owned()], ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn issue(
        &self,
        names: &[String],
        usage: ExtendedKeyUsagePurpose,
    ) -> Result<Issued, AuthorityError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names.to_vec())?;
        params.distinguished_name = named(&names[0]);
        set_validity(&mut params, LEAF_DAYS);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let chain_pem = format!("{}{}", certificate.pem(), self.certificate_pem);
        Ok(Issued { chain_pem, key_pem: key.serialize_pem() })
    }
}

impl Issued {
    /// Chain and key as TLS wants them.
    pub fn parse(
        &self,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), PemError> {
        let chain = CertificateDer::pem_slice_iter(self.chain_pem.as_bytes());
        let chain: Result<Vec<_>, _> = chain.collect();
        Ok((chain?, PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes())?))
    }
}

/// The parameters of the authority follow from its key, so that the certificate need not be read
/// again to sign with it.
fn authority_params(key: &KeyPair) -> Result<CertificateParams, AuthorityError> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    let mark = blake3::hash(key.public_key_raw()).to_hex();
    params.distinguished_name = named(&format!("headend {}", &mark[..12]));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, AUTHORITY_YEARS * 365);
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    let mut named = DistinguishedName::new();
    named.push(DnType::OrganizationName, "headend");
    named.push(DnType::CommonName, name);
    named
}

/// From yesterday on, since clocks differ, for so many days.
fn set_validity(params: &mut CertificateParams, days: i64) {
    let today = Timestamp::now().to_zoned_datetime(TimeZone::UTC).date();
    let day = |days: i64| {
        let date = today.checked_add(Span::new().days(days)).unwrap_or(today);
        rcgen::date_time_ymd(i32::from(date.year()), date.month() as u8, date.day() as u8)
    };
    params.not_before = day(-1);
    params.not_after = day(days);
}

fn read(path: &Path) -> Result<String, AuthorityError> {
    fs::read_to_string(path)
        .map_err(|source| AuthorityError::File { path: path.to_owned(), source })
}

/// Writes a key so that only the daemon's user can read it.
pub fn write_secret(path: &Path, text: &str) -> Result<(), AuthorityError> {
    write(path, text, 0o600)
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), AuthorityError> {
    let draft = path.with_extension("tmp");
    let write = || -> io::Result<()> {
        let _ = fs::remove_file(&draft);
        let mut file: File =
            OpenOptions::new().write(true).create_new(true).mode(mode).open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    write().map_err(|source| AuthorityError::File { path: path.to_owned(), source })
}
