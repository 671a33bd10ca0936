//! Where the data of a superframe comes from: pages of assets, parts of bundle blobs.

use asset::AssetIndex;
use bytes::Bytes;
use engine::Need;
use library::bundles::PackedBundle;
use library::{AssetError, AssetId, IdError, Library, OpenAsset, ReadError};
use rundown::{AssetIx, Rundown};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Opens the assets and blobs of one rundown. Shared by all threads that make superframes of it.
#[derive(Debug)]
pub struct Source {
    library: Arc<Library>,
    ids: Vec<AssetId>,
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
        let ids: Result<Vec<_>, _> = rundown.assets.iter().map(|(id, _)| id.parse()).collect();
        let open = Mutex::new(BTreeMap::new());
        Ok(Source { library, ids: ids?, bundles, open, pinned: BTreeMap::new() })
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

    fn open(&self, asset: AssetIx) -> Result<Arc<OpenAsset>, AssetError> {
        let known = self.lock().get(&asset).cloned();
        if let Some(open) = known {
            return Ok(open);
        }
        let open = Arc::new(self.library.open_asset(&self.ids[asset.0 as usize])?);
        Ok(self.lock().entry(asset).or_insert(open).clone())
    }

    /// Closes what is not among `keep`, so that a long run does not hold every asset open.
    pub fn keep_only(&self, keep: impl Fn(AssetIx) -> bool) {
        self.lock().retain(|asset, _| keep(*asset));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<AssetIx, Arc<OpenAsset>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, need: &Need) -> Result<Bytes, String> {
        match need {
            Need::Page { asset, page } => {
                if let Some(bytes) = self.pinned.get(&(*asset, *page)) {
                    return Ok(bytes.clone());
                }
                let open = self.open(*asset).map_err(|e| e.to_string())?;
                open.read_page(*page).map_err(|e| e.to_string())
            }
            Need::Blob { bundle, range } => match &self.bundles[*bundle] {
                Some(packed) => packed.read(range.clone()).map_err(|e| e.to_string()),
                None => Err("the bundle is not packed".to_owned()),
            },
        }
    }
}

/// Pages that were read last. Successive superframes share the pages at their border.
#[derive(Debug)]
pub struct PageCache {
    capacity: usize,
    pages: BTreeMap<(AssetIx, u32), Bytes>,
    order: VecDeque<(AssetIx, u32)>,
}

impl PageCache {
    /// A cache for a multiplex of so many services.
    pub fn for_services(services: usize) -> PageCache {
        let capacity = 16 * services.max(1);
        PageCache { capacity, pages: BTreeMap::new(), order: VecDeque::new() }
    }

    /// Meets the needs of a superframe, in order. What cannot be read is `None`, and `failed` is
    /// told which need it was and why.
    pub fn fetch(
        &mut self,
        source: &Source,
        needs: &[Need],
        mut failed: impl FnMut(usize, String),
    ) -> Vec<Option<Bytes>> {
        let mut data = Vec::with_capacity(needs.len());
        for (i, need) in needs.iter().enumerate() {
            let known = match need {
                Need::Page { asset, page } => self.pages.get(&(*asset, *page)).cloned(),
                Need::Blob { .. } => None,
            };
            let read = known.map_or_else(|| source.read(need), Ok);
            match read {
                Ok(bytes) => {
                    if let Need::Page { asset, page } = need {
                        self.keep((*asset, *page), &bytes);
                    }
                    data.push(Some(bytes));
                }
                Err(why) => {
                    failed(i, why);
                    data.push(None);
                }
            }
        }
        data
    }

    fn keep(&mut self, key: (AssetIx, u32), bytes: &Bytes) {
        if self.pages.insert(key, bytes.clone()).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > self.capacity {
            if let Some(oldest) = self.order.pop_front() {
                self.pages.remove(&oldest);
            }
        }
    }
}
