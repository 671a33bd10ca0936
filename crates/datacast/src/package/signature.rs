//! Signing manifests with Ed25519 (RFC 8032).
//!
//! ```text
//! manifest, lines of text
//! signature KEY SIGNATURE        the last line: the id of the key, 16 digits; 128 digits
//! ```
//!
//! What is signed is a fixed text that says what it is, then the manifest without that line.

use super::manifest::read_hex;
use core::fmt::Write;
use ed25519_dalek::{Signature, Signer, VerifyingKey};

const CONTEXT: &[u8] = b"headend package 1 signature\n";
const LINE: &str = "signature ";
const KEY_ID_SIZE: usize = 8;
const SIGNATURE_SIZE: usize = 64;

/// A key that signs. It belongs to the headend, or better to a machine of its own.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

/// A key whose signatures a site trusts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedKey(VerifyingKey);

/// Why a manifest is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature, or its line is damaged.
    #[error("manifest has no signature")]
    Missing,
    /// It is signed by a key that is not trusted here.
    #[error("manifest is signed by a key that is not trusted here")]
    Unknown,
    /// The signature is not of these bytes.
    #[error("manifest does not bear the signature of the key that it names")]
    Forged,
    /// Bytes that are no public key.
    #[error("no public key of Ed25519")]
    Key,
}

impl SigningKey {
    /// The key that these 32 random bytes are.
    pub fn new(secret: [u8; 32]) -> SigningKey {
        SigningKey(ed25519_dalek::SigningKey::from_bytes(&secret))
    }

    /// The key by which its signatures are known.
    pub fn trusted(&self) -> TrustedKey {
        TrustedKey(self.0.verifying_key())
    }
}

impl TrustedKey {
    /// The public key that these 32 bytes are.
    ///
    /// # Errors
    /// [`SignatureError::Key`] when they are none, or one of those under which anything is signed.
    pub fn new(bytes: [u8; 32]) -> Result<TrustedKey, SignatureError> {
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| SignatureError::Key)?;
        if key.is_weak() { Err(SignatureError::Key) } else { Ok(TrustedKey(key)) }
    }

    /// The 32 bytes of the key.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    fn id(self) -> [u8; KEY_ID_SIZE] {
        let digest = blake3::hash(&self.0.to_bytes());
        let [a, b, c, d, e, f, g, h, ..] = *digest.as_bytes();
        [a, b, c, d, e, f, g, h]
    }
}

/// The manifest with its signature.
pub fn sign(key: &SigningKey, manifest: &str) -> String {
    let signature = key.0.sign(&[CONTEXT, manifest.as_bytes()].concat());
    let mut out = format!("{manifest}{LINE}");
    push_hex(&key.trusted().id(), &mut out);
    out.push(' ');
    push_hex(&signature.to_bytes(), &mut out);
    out.push('\n');
    out
}

fn push_hex(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
}

/// The manifest without its signature, once that is found to be of a key that is trusted.
///
/// # Errors
/// [`SignatureError`]; nothing of the manifest is to be used then.
pub fn verify<'a>(trusted: &[TrustedKey], signed: &'a [u8]) -> Result<&'a str, SignatureError> {
    let text = core::str::from_utf8(signed).map_err(|_| SignatureError::Missing)?;
    let body = text.strip_suffix('\n').ok_or(SignatureError::Missing)?;
    let begin = body.rfind('\n').map_or(0, |at| at + 1);
    let (manifest, line) = text.split_at(begin);
    let fields = line.strip_suffix('\n').and_then(|line| line.strip_prefix(LINE));
    let (id, signature) =
        fields.and_then(|fields| fields.split_once(' ')).ok_or(SignatureError::Missing)?;
    let (mut key_id, mut bytes) = ([0; KEY_ID_SIZE], [0; SIGNATURE_SIZE]);
    read_hex(id, &mut key_id).ok_or(SignatureError::Missing)?;
    read_hex(signature, &mut bytes).ok_or(SignatureError::Missing)?;
    let key = trusted.iter().find(|key| key.id() == key_id).ok_or(SignatureError::Unknown)?;
    let message = [CONTEXT, manifest.as_bytes()].concat();
    let verified = key.0.verify_strict(&message, &Signature::from_bytes(&bytes));
    verified.map(|()| manifest).map_err(|_| SignatureError::Forged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_vector_of_rfc_8032_holds() {
        let mut secret = [0; 32];
        let text = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        read_hex(text, &mut secret).unwrap();
        let public = SigningKey::new(secret).trusted().to_bytes();
        let hex: String = public.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        let key = SigningKey::new(secret);
        let signature = key.0.sign(b"").to_bytes();
        assert_eq!(signature[..4], [0xe5, 0x56, 0x43, 0x00]);
    }

    #[test]
    fn keys_under_which_anything_is_signed_are_refused() {
        assert_eq!(TrustedKey::new([0; 32]), Err(SignatureError::Key));
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(TrustedKey::new(identity), Err(SignatureError::Key));
    }

    #[test]
    fn a_signature_of_another_key_or_of_none_is_refused() {
        let (ours, theirs) = (SigningKey::new([1; 32]), SigningKey::new([2; 32]));
        let trusted = [ours.trusted()];
        let signed = sign(&ours, "line\n");
        assert_eq!(verify(&trusted, signed.as_bytes()), Ok("line\n"));
        let foreign = sign(&theirs, "line\n");
        assert_eq!(verify(&trusted, foreign.as_bytes()), Err(SignatureError::Unknown));
        // Their signature under our name.
        let own: String = signed[LINE.len() + 5..][..16].to_owned();
        let their: String = foreign[LINE.len() + 5..][..16].to_owned();
        let renamed = foreign.replace(&their, &own);
        assert_eq!(verify(&trusted, renamed.as_bytes()), Err(SignatureError::Forged));
        assert_eq!(verify(&trusted, b"line\n"), Err(SignatureError::Missing));
        assert_eq!(verify(&trusted, b""), Err(SignatureError::Missing));
    }

    proptest! {
        #[test]
        fn any_change_of_a_signed_manifest_is_noticed(
            text in "[a-z \n]{0,60}", at: u16, bit in 0u8..8,
        ) {
            let key = SigningKey::new([3; 32]);
            let text = format!("{text}\n");
            let mut signed = sign(&key, &text).into_bytes();
            prop_assert_eq!(verify(&[key.trusted()], &signed), Ok(text.as_str()));
            let at = usize::from(at) % signed.len();
            signed[at] ^= 1 << bit;
            prop_assert!(verify(&[key.trusted()], &signed).is_err());
        }
    }
}
