//! Tokens: what people and programs show to be let in.
//!
//! A token is `NAME.SECRET`: the name of its entry in the configuration, and 256 random bits. The
//! configuration holds only an argon2 hash of the whole text, so who reads it learns no token. The
//! name picks the one hash that is tried, so that a false token costs no more than one hash.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use std::str::FromStr;

/// An argon2id hash as the configuration holds it, in the PHC form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHash(String);

/// Why a text is no hash of a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashFault {
    /// It has not the form.
    #[error("this is no argon2 hash in the PHC form ($argon2id$v=19$…)")]
    Form,
    /// It is made by another way than argon2id.
    #[error("only argon2id is taken, this is {0}")]
    Algorithm(String),
    /// Trying it would cost more memory or time than a daemon on air has to give.
    #[error(
        "the hash asks for {memory_kib} KiB and {passes} passes; 65536 KiB and 10 are the most"
    )]
    TooCostly {
        /// Memory.
        memory_kib: u32,
        /// Passes over it.
        passes: u32,
    },
}

/// A token that was just made. It is told once and kept nowhere.
#[derive(Debug)]
pub struct NewToken {
    /// What its owner shows.
    pub text: String,
    /// What the configuration holds.
    pub hash: TokenHash,
}

impl NewToken {
    /// Makes a token for an entry of this name.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn for_name(name: &str) -> Result<NewToken, String> {
        let (mut secret, mut salt) = ([0; 32], [0; 16]);
        for bytes in [&mut secret[..], &mut salt[..]] {
            getrandom::fill(bytes).map_err(|e| format!("no random bytes: {e}"))?;
        }
        let text = format!("{name}.{}", BASE64_URL_SAFE_NO_PAD.encode(secret));
        let hash = Argon2::default()
            .hash_password_with_salt(text.as_bytes(), &salt)
            .map_err(|e| format!("no hash of the token: {e}"))?;
        Ok(NewToken { text, hash: TokenHash(hash.to_string()) })
    }
}

impl TokenHash {
    /// The PHC form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a token has this hash. It takes tens of milliseconds of a processor, on purpose.
    pub fn matches(&self, token: &str) -> bool {
        PasswordHash::new(&self.0)
            .is_ok_and(|hash| Argon2::default().verify_password(token.as_bytes(), &hash).is_ok())
    }
}

impl FromStr for TokenHash {
    type Err = HashFault;

    fn from_str(text: &str) -> Result<TokenHash, HashFault> {
        let hash = PasswordHash::new(text).map_err(|_| HashFault::Form)?;
        if hash.algorithm.as_str() != "argon2id" {
            return Err(HashFault::Algorithm(hash.algorithm.to_string()));
        }
        let params = argon2::Params::try_from(&hash).map_err(|_| HashFault::Form)?;
        if hash.hash.is_none() || hash.salt.is_none() {
            return Err(HashFault::Form);
        }
        let (memory_kib, passes) = (params.m_cost(), params.t_cost());
        if memory_kib > 65_536 || passes > 10 {
            return Err(HashFault::TooCostly { memory_kib, passes });
        }
        Ok(TokenHash(text.to_owned()))
    }
}

/// The name in a token; `None` when it has not the form of one.
pub fn name_of(token: &str) -> Option<&str> {
    let (name, secret) = token.split_once('.')?;
    let sound = !name.is_empty() && name.len() <= 64 && (16..=128).contains(&secret.len());
    sound.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_its_own_hash_and_no_other() {
        let token = NewToken::for_name("li").unwrap();
        let read: TokenHash = token.hash.as_str().parse().unwrap();
        assert!(read.matches(&token.text));
        assert!(!read.matches(&token.text.replace("li.", "wang.")));
        assert!(!read.matches(""));
        assert_eq!(name_of(&token.text), Some("li"));
    }

    #[test]
    fn hashes_that_are_weak_or_costly_are_refused() {
        let refused = |text: &str| text.parse::<TokenHash>().unwrap_err();
        assert_eq!(refused("secret"), HashFault::Form);
        assert_eq!(refused("$argon2id$v=19$m=19456,t=2,p=1"), HashFault::Form);
        let tail = "c2FsdHNhbHRzYWx0$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ";
        let of = |head: &str| refused(&format!("{head}${tail}"));
        assert!(matches!(of("$argon2i$v=19$m=19456,t=2,p=1"), HashFault::Algorithm(_)));
        assert!(matches!(of("$argon2id$v=19$m=1048576,t=2,p=1"), HashFault::TooCostly { .. }));
    }
}
