//! Which manifests a site lets in.

use super::audience::SiteFacts;
use super::manifest::{PackageError, PackageLimits, PackageManifest};
use super::seal::{GroupKey, KeyId};
use super::signature::{SignatureError, TrustedKey, verify};
use crate::manifest::{Digest, MANIFEST_SIZE_MAX};
use std::collections::BTreeMap;

/// The gate: whom a site trusts, what it is, and the latest version of every package it knows.
#[derive(Debug)]
pub struct Gate {
    trusted: Vec<TrustedKey>,
    group_keys: Vec<GroupKey>,
    site: SiteFacts,
    limits: PackageLimits,
    packages_max: usize,
    /// Serial and digest of the latest manifest of each package, by its id.
    latest: BTreeMap<String, (u64, Digest)>,
    counters: GateCounters,
}

/// How many manifests were let in and why others were not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GateCounters {
    /// Let in as new.
    pub admitted: u64,
    /// Without the signature of a trusted key.
    pub untrusted: u64,
    /// Signed, but damaged or beyond limits.
    pub damaged: u64,
    /// Older than what is known, or another one of the same serial.
    pub replayed: u64,
    /// Sealed with a key that the site does not have.
    pub sealed: u64,
    /// For other sites.
    pub not_for_us: u64,
    /// More packages than the site keeps track of.
    pub too_many: u64,
}

/// A manifest that was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// A package, or a version of it, that was not known.
    New(Box<PackageManifest>),
    /// The version that is known already.
    Known,
}

/// Why a manifest is not let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not signed by whom the site trusts.
    #[error(transparent)]
    Untrusted(#[from] SignatureError),
    /// It is damaged or beyond limits.
    #[error(transparent)]
    Damaged(#[from] PackageError),
    /// A later version is known, or another manifest of this serial.
    #[error("package {id:?} serial {serial} comes again, serial {latest} is known")]
    Replayed {
        /// The package.
        id: String,
        /// Its serial.
        serial: u64,
        /// The latest that is known.
        latest: u64,
    },
    /// It is sealed with a key that the site does not have.
    #[error("package is sealed with key {0}, which is not here")]
    Sealed(KeyId),
    /// It is for other sites.
    #[error("package is for other sites")]
    NotForUs,
    /// The site keeps track of as many packages as it may.
    #[error("more than {limit} packages")]
    TooMany {
        /// Packages allowed.
        limit: usize,
    },
}

impl Gate {
    /// A gate that knows no package and keeps track of at most `packages_max` of them.
    pub fn new(
        trusted: Vec<TrustedKey>,
        group_keys: Vec<GroupKey>,
        site: SiteFacts,
        limits: PackageLimits,
        packages_max: usize,
    ) -> Gate {
        let (latest, counters) = (BTreeMap::new(), GateCounters::default());
        Gate { trusted, group_keys, site, limits, packages_max, latest, counters }
    }

    /// What went through so far.
    pub fn counters(&self) -> GateCounters {
        self.counters
    }

    /// Restores what was known before the site was switched off.
    pub fn remember(&mut self, id: &str, serial: u64, digest: Digest) {
        self.latest.insert(id.to_owned(), (serial, digest));
    }

    /// What is known of each package: id, serial, digest of the manifest; to be kept for
    /// [`Gate::remember`].
    pub fn known(&self) -> impl Iterator<Item = (&str, u64, Digest)> {
        self.latest.iter().map(|(id, (serial, digest))| (id.as_str(), *serial, *digest))
    }

    /// Forgets a package. Its manifests are let in again, whatever their serial.
    pub fn forget(&mut self, id: &str) {
        self.latest.remove(id);
    }

    /// The key that a manifest names.
    pub fn group_key(&self, id: KeyId) -> Option<&GroupKey> {
        self.group_keys.iter().find(|key| key.id() == id)
    }

    /// Judges a signed manifest; any bytes may be given.
    ///
    /// # Errors
    /// [`Refusal`], which is counted.
    pub fn admit(&mut self, signed: &[u8]) -> Result<Admission, Refusal> {
        let judged = self.judge(signed);
        let counters = &mut self.counters;
        *match &judged {
            Ok(Admission::Known) => return judged,
            Ok(Admission::New(_)) => &mut counters.admitted,
            Err(Refusal::Untrusted(_)) => &mut counters.untrusted,
            Err(Refusal::Damaged(_)) => &mut counters.damaged,
            Err(Refusal::Replayed { .. }) => &mut counters.replayed,
            Err(Refusal::Sealed(_)) => &mut counters.sealed,
            Err(Refusal::NotForUs) => &mut counters.not_for_us,
            Err(Refusal::TooMany { .. }) => &mut counters.too_many,
        } += 1;
        judged
    }

    fn judge(&mut self, signed: &[u8]) -> Result<Admission, Refusal> {
        if signed.len() > MANIFEST_SIZE_MAX {
            return Err(PackageError::TooLong { size: signed.len() }.into());
        }
        let text = verify(&self.trusted, signed)?;
        let manifest = PackageManifest::parse(text, self.limits)?;
        let (id, serial) = (manifest.name().id(), manifest.serial());
        let digest = Digest::of(text.as_bytes());
        if let Some((latest, known)) = self.latest.get(id) {
            if (*latest, *known) == (serial, digest) {
                return Ok(Admission::Known);
            }
            if serial <= *latest {
                let (id, latest) = (id.to_owned(), *latest);
                return Err(Refusal::Replayed { id, serial, latest });
            }
        } else if self.latest.len() >= self.packages_max {
            return Err(Refusal::TooMany { limit: self.packages_max });
        }
        let audiences = manifest.audiences();
        if !audiences.is_empty() && !audiences.iter().any(|a| a.includes(&self.site)) {
            return Err(Refusal::NotForUs);
        }
        if let Some(key) = manifest.key().filter(|key| self.group_key(*key).is_none()) {
            return Err(Refusal::Sealed(key));
        }
        self.latest.insert(id.to_owned(), (serial, digest));
        Ok(Admission::New(Box::new(manifest)))
    }
}
