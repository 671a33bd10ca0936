//! One version of a carousel: what its DSI and DIIs say, and what has been collected of it.

use crate::bundle::Bundle;
use crate::event::{Refusal, SpoolId, VersionId};
use crate::gathering::Gathering;
use crate::limits::{Limits, Usage};
use crate::module::{Module, ModuleKey};
use datacast::{
    BLOCK_SIZE_MAX, Dii, Dsi, Fountain, MANIFEST_MODULE, MANIFEST_SIZE_MAX, MANIFEST_TYPE,
    ModuleDescriptors,
};
use std::collections::{BTreeMap, BTreeSet};

/// Blocks that blockNumber can count.
const BLOCKS_PER_MODULE_MAX: u32 = 65_536;

/// Modules of the version before, by what they have in common with modules to come.
pub(crate) type Salvage = BTreeMap<ModuleKey, Vec<Module>>;

/// What is known and collected of one version.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) id: VersionId,
    pub(crate) transaction_id: u32,
    /// The id of the bundle as the carousel gives it.
    pub(crate) name: String,
    /// Groups by the transactionId of their DII: bytes, and whether the DII is there.
    groups: BTreeMap<u32, (u32, bool)>,
    pub(crate) modules: BTreeMap<u16, Module>,
    /// The manifest as far as it is there.
    pub(crate) manifest: Vec<u8>,
    pub(crate) salvage: Salvage,
    pub(crate) bundle: Option<Bundle>,
    pub(crate) usage: Usage,
    /// The fountain that the DSI announces, until it is gathered.
    pub(crate) announced: Option<Fountain>,
    pub(crate) gathering: Option<Gathering>,
}

impl Version {
    /// Begins a version with its DSI.
    pub(crate) fn new(id: VersionId, dsi: &Dsi<'_>, limits: &Limits) -> Result<Version, Refusal> {
        let bytes = dsi.groups.iter().map(|group| u64::from(group.size)).sum();
        if bytes > limits.bundle_bytes_max {
            return Err(Refusal::TooLarge);
        }
        let groups: BTreeMap<u32, (u32, bool)> =
            dsi.groups.iter().map(|group| (group.id, (group.size, false))).collect();
        if groups.len() != dsi.groups.len() || groups.is_empty() {
            return Err(Refusal::Contradiction);
        }
        let names = dsi.groups.iter().filter_map(|g| ModuleDescriptors::parse(g.descriptors).name);
        let name = names.map(|name| String::from_utf8_lossy(name).into_owned()).next();
        Ok(Version {
            id,
            transaction_id: dsi.transaction_id,
            name: name.unwrap_or_default(),
            groups,
            modules: BTreeMap::new(),
            manifest: Vec::new(),
            salvage: Salvage::new(),
            bundle: None,
            usage: Usage { spool_bytes: bytes, ..Usage::default() },
            announced: dsi
                .groups
                .first()
                .and_then(|group| Fountain::announced(group.descriptors))
                .and_then(Result::ok),
            gathering: None,
        })
    }

    /// Whether a DII belongs to this version and is not there yet.
    pub(crate) fn wants(&self, dii: &Dii<'_>) -> bool {
        self.groups.get(&dii.transaction_id).is_some_and(|(_, known)| !known)
    }

    /// Whether all DIIs are there.
    pub(crate) fn is_listed(&self) -> bool {
        self.groups.values().all(|(_, known)| *known)
    }

    /// What the modules of a DII add to the usage. The usage of all versions together is to be
    /// checked before [`Version::add`].
    pub(crate) fn need_of(&self, dii: &Dii<'_>) -> Result<Usage, Refusal> {
        let size: u64 = dii.modules.iter().map(|module| u64::from(module.size)).sum();
        let stated = self.groups.get(&dii.transaction_id).map(|(size, _)| u64::from(*size));
        let sound_block = (1..=BLOCK_SIZE_MAX).contains(&dii.block_size);
        if stated != Some(size) || !sound_block {
            return Err(Refusal::Contradiction);
        }
        let mut need = Usage { modules: dii.modules.len(), ..Usage::default() };
        let mut ids = BTreeSet::new();
        for module in &dii.modules {
            if !ids.insert(module.id) || self.modules.contains_key(&module.id) {
                return Err(Refusal::Contradiction);
            }
            let blocks = module.size.div_ceil(u32::from(dii.block_size));
            if blocks == 0 || blocks > BLOCKS_PER_MODULE_MAX {
                return Err(Refusal::Contradiction);
            }
            need.blocks += u64::from(blocks);
            if module.id == MANIFEST_MODULE {
                check_manifest_module(module)?;
                need.manifest_bytes = u64::from(module.size);
            }
        }
        Ok(need)
    }

    /// Takes the modules of a DII whose need was found and fits. Returns the modules that are
    /// complete already, having been so in the version before.
    pub(crate) fn add(
        &mut self,
        dii: &Dii<'_>,
        need: Usage,
        mut new_spool: impl FnMut() -> SpoolId,
    ) -> Result<Vec<u16>, Refusal> {
        let mut complete = Vec::new();
        self.usage = self.usage.plus(need);
        for entry in &dii.modules {
            let key = ModuleKey {
                size: entry.size,
                crc32: ModuleDescriptors::parse(entry.descriptors).crc32,
                version: entry.version,
                block_size: dii.block_size,
            };
            let is_data = entry.id != MANIFEST_MODULE;
            let salvaged =
                if is_data { self.salvage.get_mut(&key).and_then(Vec::pop) } else { None };
            let mut module =
                salvaged.unwrap_or_else(|| Module::new(key, dii.download_id, new_spool()));
            module.download_id = dii.download_id;
            if module.is_complete() {
                complete.push(entry.id);
            }
            self.modules.insert(entry.id, module);
        }
        if let Some((_, known)) = self.groups.get_mut(&dii.transaction_id) {
            *known = true;
        }
        if self.is_listed() && !self.modules.contains_key(&MANIFEST_MODULE) {
            return Err(Refusal::Foreign);
        }
        Ok(complete)
    }

    /// Blocks of all modules that are known.
    pub(crate) fn blocks(&self) -> u64 {
        self.modules.values().map(|module| u64::from(module.key.blocks())).sum()
    }

    /// Blocks that are not needed any more.
    pub(crate) fn blocks_done(&self) -> u64 {
        match &self.gathering {
            Some(gathering) => gathering.blocks_done(),
            None => self.modules.values().map(|module| u64::from(module.blocks_done())).sum(),
        }
    }

    /// Whether the modules are those that the manifest names.
    pub(crate) fn agrees_with(&self, manifest: &datacast::Manifest) -> bool {
        let modules = self.modules.iter().filter(|(id, _)| **id != MANIFEST_MODULE);
        modules
            .map(|(id, module)| (*id, module.key.size, module.key.crc32))
            .eq(manifest.modules().map(|(id, size, crc)| (id, size, Some(crc))))
    }

    /// All modules that may be of use to the next version, and those that were left over from the
    /// version before. The manifest is not among them: it is in memory, and always another.
    pub(crate) fn into_stored(self) -> (Vec<Module>, Salvage) {
        let modules = self.modules.into_iter().filter(|(id, _)| *id != MANIFEST_MODULE);
        let stored = modules.map(|(_, module)| module).filter(Module::is_stored);
        (stored.collect(), self.salvage)
    }
}

fn check_manifest_module(module: &datacast::Module<'_>) -> Result<(), Refusal> {
    let about = ModuleDescriptors::parse(module.descriptors);
    if about.media_type != Some(MANIFEST_TYPE.as_bytes()) {
        return Err(Refusal::Foreign);
    }
    if module.size as usize > MANIFEST_SIZE_MAX {
        return Err(Refusal::TooLarge);
    }
    Ok(())
}
