//! The numbers by which receivers tell versions apart, all taken from the content.
//!
//! A receiver compares these numbers for equality only. Taking them from a digest makes two
//! machines that have never met send the same carousel, and gives the old numbers back to content
//! that comes back. The revision that the caller counts drives the one thing which a digest cannot
//! promise: that the updated flag differs between a version and its successor.

use crate::manifest::Manifest;

/// Identification of the top-level message of a carousel (EN 301 192 clause 10).
const TOP_LEVEL: u16 = 0;

/// The source of all numbers of one version of one bundle, cut into blocks of one size.
#[derive(Clone, Copy)]
pub(crate) struct Identity {
    seed: [u8; 32],
    updated: bool,
}

impl Identity {
    pub(crate) fn new(manifest: &Manifest, block_size: u16, revision: u16) -> Identity {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&manifest.digest().0).update(&block_size.to_be_bytes());
        Identity { seed: *hasher.finalize().as_bytes(), updated: revision & 1 != 0 }
    }

    /// transactionId of the DSI.
    pub(crate) fn dsi_transaction(&self) -> u32 {
        self.transaction(TOP_LEVEL)
    }

    /// transactionId of the DII of group `number`, counted from zero, below 0x7fff.
    pub(crate) fn dii_transaction(&self, number: u16) -> u32 {
        self.transaction(number + 1)
    }

    /// downloadId of the blocks of group `number`. Ids of one carousel differ in bits 1 to 15,
    /// which is all that some receivers compare.
    pub(crate) fn download(&self, number: u16) -> u32 {
        let [a, b, c, d, ..] = self.seed;
        let base = u32::from_be_bytes([a, b, c, d]);
        let low = (base >> 1).wrapping_add(u32::from(number)) & 0x7fff;
        (base & 0xffff_0001) | low << 1
    }

    /// downloadId of repair symbols, which no group has: a DSI has no room for so many groups.
    pub(crate) fn repair_download(&self) -> u32 {
        self.download(0x7fff)
    }

    /// moduleVersion of the manifest.
    pub(crate) fn manifest_version(&self) -> u8 {
        self.seed[6]
    }

    /// Originator "network" 2 bits, version 14, identification 15, updated flag 1.
    fn transaction(&self, identification: u16) -> u32 {
        let version = u32::from(u16::from_be_bytes([self.seed[4], self.seed[5]]) & 0x3fff);
        let low = u32::from(identification & 0x7fff) << 1;
        0x8000_0000 | version << 16 | low | u32::from(self.updated)
    }
}

/// moduleVersion of data module `number`: from the files that it carries and where they lie in it.
pub(crate) fn module_version(manifest: &Manifest, number: usize) -> u8 {
    let start = manifest.layout().module_range(number).start;
    let mut hasher = blake3::Hasher::new();
    for file in manifest.layout().files_in(number) {
        if let Some((planned, digest)) = manifest.file(file) {
            hasher.update(&digest.0).update(&planned.start.wrapping_sub(start).to_be_bytes());
        }
    }
    hasher.finalize().as_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::BundleName;
    use crate::path::RelativePath;
    use crate::seal::{BundleFile, pack};
    use std::collections::BTreeSet;

    fn manifest(content: &[u8]) -> Manifest {
        let path = RelativePath::new("a").unwrap();
        let files = vec![BundleFile { path, bytes: content.to_vec() }];
        pack(BundleName::new("b", "").unwrap(), files, 4).unwrap().0
    }

    #[test]
    fn identification_tells_the_top_level_from_the_groups() {
        let id = Identity::new(&manifest(b"x"), 4017, 1);
        assert_eq!(id.dsi_transaction() as u16, 1);
        assert_eq!(id.dii_transaction(0) as u16, 3);
        assert_eq!(id.dii_transaction(9) as u16, 21);
        assert_eq!(id.dsi_transaction() >> 30, 0b10);
    }

    #[test]
    fn a_counted_revision_toggles_the_updated_flag_and_content_brings_its_numbers_back() {
        let one = Identity::new(&manifest(b"one"), 4017, 4);
        let two = Identity::new(&manifest(b"two"), 4017, 5);
        let back = Identity::new(&manifest(b"one"), 4017, 6);
        assert_eq!((one.dsi_transaction() & 1, two.dsi_transaction() & 1), (0, 1));
        assert_eq!(one.dsi_transaction(), back.dsi_transaction());
        assert_ne!(one.download(0), two.download(0));
        assert_ne!(one.download(0), Identity::new(&manifest(b"one"), 4016, 4).download(0));
    }

    #[test]
    fn groups_have_download_ids_that_differ_in_bits_1_to_15() {
        let id = Identity::new(&manifest(b"x"), 4017, 0);
        let ids: BTreeSet<u32> = (0..4000).map(|n| id.download(n) & 0xfffe).collect();
        assert_eq!(ids.len(), 4000);
    }

    #[test]
    fn a_module_whose_bytes_stay_keeps_its_version() {
        let (one, two) = (manifest(b"12345678"), manifest(b"12345678"));
        assert_eq!(module_version(&one, 1), module_version(&two, 1));
        let versions: BTreeSet<u8> =
            (0..64u8).map(|n| module_version(&manifest(&[n; 8]), 0)).collect();
        assert!(versions.len() > 40);
    }
}
