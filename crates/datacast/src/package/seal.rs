//! Sealing chunks for a group of sites: AES-256-GCM with a key of its own for each content.
//!
//! ```text
//! stored = mark 32 | ciphertext | tag 16
//! mark = BLAKE3 keyed by the group's marking key, of the plain bytes
//! key of the chunk = BLAKE3 keyed by the group's sealing key, of the mark;  nonce = 0
//! ```
//!
//! GCM loses everything when one nonce serves two contents under one key. Here no key ever serves
//! two contents: the key follows from the content by a function that does not collide (256 bits),
//! so a fixed nonce is used once per key and content. The same content gives the same stored bytes,
//! wherever it stands, which is what lets sites know a chunk again; whoever watches learns that two
//! chunks are equal, and nothing else. Since the mark needs the group's key, nobody outside the
//! group can tell whether a chunk is a certain text. There is no additional data: other data under
//! the same key and nonce would give the key of the tag away. What chunk belongs where is signed in
//! the manifest.

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};
use core::fmt;

const MARK_SIZE: usize = 32;
const TAG_SIZE: usize = 16;
const NONCE_SIZE: usize = 12;

/// The key that a group of sites shares.
#[derive(Clone, PartialEq, Eq)]
pub struct GroupKey {
    id: KeyId,
    marking: [u8; 32],
    sealing: [u8; 32],
    naming: [u8; 32],
}

/// What tells group keys from each other; it gives nothing of the key away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(pub [u8; 8]);

/// The stored bytes are not of this key, or not as they were sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("seal is broken: another key, or damaged bytes")]
pub struct SealBroken;

impl GroupKey {
    /// The group key that these 32 random bytes are.
    pub fn new(secret: [u8; 32]) -> GroupKey {
        let id = blake3::derive_key("headend package 1 group key id", &secret);
        let [a, b, c, d, e, f, g, h, ..] = id;
        GroupKey {
            id: KeyId([a, b, c, d, e, f, g, h]),
            marking: blake3::derive_key("headend package 1 chunk mark", &secret),
            sealing: blake3::derive_key("headend package 1 chunk key", &secret),
            naming: blake3::derive_key("headend package 1 file digest", &secret),
        }
    }

    /// Its id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// A hasher for the files of packages that are sealed with this key. A plain digest would let
    /// anybody find out whether a package holds a certain file.
    pub(super) fn file_hasher(&self) -> blake3::Hasher {
        blake3::Hasher::new_keyed(&self.naming)
    }

    /// The stored bytes of plain ones.
    pub(super) fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let mark = blake3::keyed_hash(&self.marking, plain);
        let mut stored = mark.as_bytes().to_vec();
        stored.extend_from_slice(plain);
        let cipher = self.cipher(mark.as_bytes());
        let sealed = cipher.encrypt_inout_detached(
            &[0; NONCE_SIZE].into(),
            &[],
            (&mut stored[MARK_SIZE..]).into(),
        );
        // AES-GCM refuses more than 64 GiB, of which a chunk has a fraction.
        let Ok(tag) = sealed else { unreachable!("a chunk of {} bytes", plain.len()) };
        stored.extend_from_slice(&tag);
        stored
    }

    /// The plain bytes of stored ones.
    ///
    /// # Errors
    /// [`SealBroken`].
    pub(super) fn open(&self, stored: &[u8]) -> Result<Vec<u8>, SealBroken> {
        let (mark, sealed) = stored.split_first_chunk::<MARK_SIZE>().ok_or(SealBroken)?;
        let (sealed, tag) = sealed.split_last_chunk::<TAG_SIZE>().ok_or(SealBroken)?;
        let mut plain = sealed.to_vec();
        let cipher = self.cipher(mark);
        let opened = cipher.decrypt_inout_detached(
            &[0; NONCE_SIZE].into(),
            &[],
            plain.as_mut_slice().into(),
            &(*tag).into(),
        );
        opened.map_err(|_| SealBroken)?;
        Ok(plain)
    }

    fn cipher(&self, mark: &[u8; MARK_SIZE]) -> Aes256Gcm {
        let key = blake3::keyed_hash(&self.sealing, mark);
        Aes256Gcm::new(key.as_bytes().into())
    }
}

impl KeyId {
    pub(super) fn parse(text: &str) -> Option<KeyId> {
        let mut id = [0; 8];
        super::manifest::read_hex(text, &mut id)?;
        Some(KeyId(id))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Never shows the key.
impl fmt::Debug for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GroupKey({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_two_contents_share_key_and_nonce_and_equal_ones_have_equal_bytes() {
        let key = GroupKey::new([1; 32]);
        let (one, two) = (key.seal(b"lesson one"), key.seal(b"lesson two"));
        assert_ne!(one[..MARK_SIZE], two[..MARK_SIZE]);
        // A shared key stream would show the difference of the texts: zeros where they agree.
        let difference = |i: usize| one[MARK_SIZE + i] ^ two[MARK_SIZE + i];
        assert!((0..7).any(|i| difference(i) != 0));
        assert_eq!(one, key.seal(b"lesson one"));
    }

    #[test]
    fn another_group_opens_nothing_and_its_id_tells() {
        let (key, other) = (GroupKey::new([1; 32]), GroupKey::new([2; 32]));
        assert_ne!(key.id(), other.id());
        assert_eq!(other.open(&key.seal(b"x")), Err(SealBroken));
        assert_eq!(format!("{key:?}"), format!("GroupKey({})", key.id()));
        assert_eq!(KeyId::parse(&key.id().to_string()), Some(key.id()));
    }

    proptest! {
        #[test]
        fn any_chunk_opens_and_any_damage_is_noticed(
            plain in prop::collection::vec(any::<u8>(), 0..200), at: u16, bit in 0u8..8,
        ) {
            let key = GroupKey::new([7; 32]);
            let mut stored = key.seal(&plain);
            prop_assert_eq!(stored.len(), plain.len() + MARK_SIZE + TAG_SIZE);
            prop_assert_eq!(key.open(&stored), Ok(plain));
            let at = usize::from(at) % stored.len();
            stored[at] ^= 1 << bit;
            prop_assert_eq!(key.open(&stored), Err(SealBroken));
            prop_assert_eq!(key.open(&stored[..at]), Err(SealBroken));
        }
    }
}
