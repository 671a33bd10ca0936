//! Where the data of a superframe comes from: pages of assets, parts of bundle blobs.

use asset::AssetIndex;
use bytes::{Bytes, BytesMut};
use engine::Need;
use library::bundles::PackedBundle;
use library::{AssetError, AssetId, IdError, Library, OpenAsset, ReadError};
use rundown::{AssetIx, Rundown};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Opens the assets and blobs of one rundown. Shared by all threads that make superframes of it.
#[derive(Debug)]
pub struct Source {
    library: Arc<Library>,
    assets: Vec<(AssetId, [u8; 32])>,
    bundles: Vec<Option<Arc<PackedBundle>>>,
    open: Mutex<BTreeMap<AssetIx, Arc<OpenAsset>>>,
    pinned: BTreeMap<(AssetIx, u32), Bytes>,
}

impl Source {
    /// The source of a rundown's assets and of its bundles, in the rundown's order.
    pub fn new(
        library: Arc<Library>,
        rundown: &Rundown,
        bundles: Vec<Option<Arc<PackedBundle>>>,
    ) -> Result<Source, IdError> {
        let planned = rundown.assets.iter();
        let assets = planned.map(|(id, entry)| Ok((id.parse()?, entry.summary.digest)));
        let assets = assets.collect::<Result<Vec<_>, _>>()?;
        let open = Mutex::new(BTreeMap::new());
        Ok(Source { library, assets, bundles, open, pinned: BTreeMap::new() })
    }

    /// Reads an asset into memory for good, so that it can be shown whatever happens to the disk.
    pub fn pin(&mut self, asset: AssetIx) -> Result<(), ReadError> {
        let open = self.open(asset)?;
        for page in 0..open.pages() {
            self.pinned.insert((asset, page), open.read_page(page)?);
        }
        Ok(())
    }

    /// The index of an asset.
    pub fn index(&self, asset: AssetIx) -> Result<Arc<AssetIndex>, AssetError> {
        Ok(self.open(asset)?.index().clone())
    }

    /// The digest of what a bundle carries, by its place in the rundown; `None` when it cannot be
    /// sent.
    pub fn bundle_digest(&self, bundle: usize) -> Option<datacast::Digest> {
        self.bundles.get(bundle)?.as_ref().map(|packed| packed.digest())
    }

    fn open(&self, asset: AssetIx) -> Result<Arc<OpenAsset>, AssetError> {
        let known = self.lock().get(&asset).cloned();
        if let Some(open) = known {
            return Ok(open);
        }
        let (id, digest) = &self.assets[asset.0 as usize];
        let open = Arc::new(self.library.open_content(id, digest)?);
        Ok(self.lock().entry(asset).or_insert(open).clone())
    }

    /// Closes what is not among `keep`, so that a long run does not hold every asset open.
    pub fn keep_only(&self, keep: impl Fn(AssetIx) -> bool) {
        self.lock().retain(|asset, _| keep(*asset));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<AssetIx, Arc<OpenAsset>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The index of an asset that is open.
    pub fn index_at_hand(&self, asset: AssetIx) -> Option<Arc<AssetIndex>> {
        self.lock().get(&asset).map(|open| open.index().clone())
    }

    /// What is needed, when it is in memory for good.
    fn at_hand(&self, need: &Need) -> Option<Bytes> {
        self.pinned.get(&page_of(need)?).cloned()
    }

    /// Reads what is needed; a page into the memory of `spare`.
    pub fn read(&self, need: &Need, spare: BytesMut) -> Result<Bytes, String> {
        match need {
            Need::Page { asset, page } => {
                let open = self.open(*asset).map_err(|e| e.to_string())?;
                open.read_page_into(*page, spare).map_err(|e| e.to_string())
            }
            Need::Blob { bundle, range } => match &self.bundles[*bundle] {
                Some(packed) => packed.read(range.clone()).map_err(|e| e.to_string()),
                None => Err("the bundle is not packed".to_owned()),
            },
            Need::Repair { bundle, repair } => match &self.bundles[*bundle] {
                Some(packed) => packed.repair(*repair).map_err(|e| e.to_string()),
                None => Err("the bundle is not packed".to_owned()),
            },
        }
    }
}

/// The pages of the superframe that was made last, which shares those at its border with the next
/// one. The memory of the others is used again.
#[derive(Debug, Default)]
pub struct PageCache {
    pages: BTreeMap<(AssetIx, u32), Bytes>,
    spare: Vec<BytesMut>,
}

impl PageCache {
    /// Meets the needs of a superframe, in order, with what is at hand and what `read` gives. What
    /// cannot be read is `None`, and `failed` is told which need it was and why.
    pub fn fetch(
        &mut self,
        source: &Source,
        needs: &[Need],
        mut read: impl FnMut(&Need, BytesMut) -> Result<Bytes, String>,
        mut failed: impl FnMut(usize, String),
    ) -> Vec<Option<Bytes>> {
        self.release(needs);
        let mut meet = |(i, need): (usize, &Need)| {
            let key = page_of(need);
            let known = key.and_then(|key| self.pages.get(&key).cloned());
            let known = known.or_else(|| source.at_hand(need));
            match known.map_or_else(|| read(need, self.spare.pop().unwrap_or_default()), Ok) {
                Ok(bytes) => {
                    self.pages.extend(key.map(|key| (key, bytes.clone())));
                    Some(bytes)
                }
                Err(why) => {
                    failed(i, why);
                    None
                }
            }
        };
        needs.iter().enumerate().map(&mut meet).collect()
    }

    /// Gives up the pages that are not needed any more.
    fn release(&mut self, needs: &[Need]) {
        let needed: BTreeSet<_> = needs.iter().filter_map(page_of).collect();
        let released = self.pages.extract_if(.., |key, _| !needed.contains(key));
        // Pages of a slate are held elsewhere too and stay what they are.
        self.spare.extend(released.filter_map(|(_, bytes)| bytes.try_into_mut().ok()));
    }
}

fn page_of(need: &Need) -> Option<(AssetIx, u32)> {
    match need {
        Need::Page { asset, page } => Some((*asset, *page)),
        Need::Blob { .. } | Need::Repair { .. } => None,
    }
}
