//! One carousel: sections in any order in, blocks, modules and files out.

use crate::bundle::{Bundle, Delivered, FileState};
use crate::event::{Event, Refusal, VersionId};
use crate::limits::Limits;
use crate::module::Taken;
use crate::shared::Shared;
use crate::version::{Salvage, Version};
use datacast::{Ddb, Dii, Dsi, MANIFEST_MODULE, Manifest, Message, is_twin_module};
use std::collections::VecDeque;
use ts::Pid;
use ts::section::SectionView;

/// A carousel that a service has.
#[derive(Debug)]
pub(crate) struct Carousel {
    pid: Pid,
    state: State,
    /// Sections that came before those that explain them, and their bytes.
    early: VecDeque<Vec<u8>>,
    early_bytes: usize,
    /// Files of the version before this one.
    delivered: Delivered,
    /// The last refusal that was told, since one without room is tried again and again.
    told: Option<(u32, Refusal)>,
}

#[derive(Debug)]
enum State {
    /// No DSI has come.
    Idle,
    Following(Box<Version>),
    Refused {
        transaction_id: u32,
        reason: Refusal,
    },
}

/// What a section did.
enum Effect {
    None,
    /// It explains sections that may have come before it.
    Explains,
    /// It is of no use before others come.
    Early,
}

impl Carousel {
    pub(crate) fn new(pid: Pid) -> Carousel {
        let (early, early_bytes) = (VecDeque::new(), 0);
        Carousel {
            pid,
            state: State::Idle,
            early,
            early_bytes,
            delivered: Delivered::new(),
            told: None,
        }
    }

    pub(crate) fn version(&self) -> Option<&Version> {
        match &self.state {
            State::Following(version) => Some(version),
            _ => None,
        }
    }

    /// The version with this number, while it is followed.
    pub(crate) fn following(&mut self, id: VersionId) -> Option<&mut Version> {
        match &mut self.state {
            State::Following(version) if version.id == id => Some(version),
            _ => None,
        }
    }

    /// Takes a section of the carousel's PID.
    pub(crate) fn push(&mut self, bytes: &[u8], shared: &mut Shared) {
        let mut effect = self.take(bytes, shared);
        if matches!(effect, Effect::Early) {
            self.keep_early(bytes.to_vec(), &shared.limits);
        }
        while matches!(effect, Effect::Explains) {
            effect = Effect::None;
            self.early_bytes = 0;
            for section in core::mem::take(&mut self.early) {
                match self.take(&section, shared) {
                    Effect::Early => self.keep_early(section, &shared.limits),
                    Effect::Explains => effect = Effect::Explains,
                    Effect::None => {}
                }
            }
        }
    }

    /// The carousel is not on air any more.
    pub(crate) fn end(&mut self, shared: &mut Shared) {
        let salvage = self.end_version(shared);
        shared.discard_all(salvage);
        shared.events.push_back(Event::CarouselLost { pid: self.pid });
    }

    /// The caller has made a file, or failed to. Returns whether the version is this carousel's.
    pub(crate) fn file_result(
        &mut self,
        id: VersionId,
        file: usize,
        is_sound: bool,
        shared: &mut Shared,
    ) -> bool {
        let State::Following(version) = &mut self.state else {
            return false;
        };
        if version.id != id {
            return false;
        }
        let Some(bundle) = &version.bundle else {
            return true;
        };
        match (bundle.state(file), is_sound) {
            (Some(FileState::Waiting | FileState::Asked { .. }), true) => {
                version.finish(file, shared);
            }
            (Some(FileState::Asked { from_file }), false) => {
                if let Some((_, digest)) = bundle.manifest.file(file) {
                    self.delivered.remove(&digest);
                }
                version.redo(file, from_file, shared);
                version.offer(file, &self.delivered, shared);
            }
            _ => {}
        }
        true
    }

    fn take(&mut self, bytes: &[u8], shared: &mut Shared) -> Effect {
        let message = SectionView::parse(bytes).map(Message::parse);
        let Ok(Ok(message)) = message else {
            shared.counters.sections_bad += 1;
            return Effect::None;
        };
        shared.counters.sections += 1;
        let before = shared.counters.blocks;
        let effect = match message {
            Message::Dsi(dsi) => self.take_dsi(&dsi, shared),
            Message::Dii(dii) => self.take_dii(&dii, shared),
            Message::Ddb(ddb) => self.take_ddb(&ddb, shared),
        };
        let is_news = matches!(effect, Effect::Explains) || shared.counters.blocks != before;
        if is_news && matches!(self.state, State::Following(_)) {
            shared.events.push_back(Event::Keep { pid: self.pid, section: bytes.to_vec() });
        }
        effect
    }

    fn take_dsi(&mut self, dsi: &Dsi<'_>, shared: &mut Shared) -> Effect {
        let same = match &self.state {
            State::Idle => false,
            State::Following(version) => version.transaction_id == dsi.transaction_id,
            State::Refused { transaction_id, reason } => {
                *transaction_id == dsi.transaction_id && *reason != Refusal::NoRoom
            }
        };
        if same {
            return Effect::None;
        }
        let begun = Version::new(shared.new_version(), dsi, &shared.limits);
        let salvage = self.end_version(shared);
        match begun {
            Ok(mut version) if shared.has_room_for(version.usage) => {
                version.salvage = salvage;
                shared.usage = shared.usage.plus(version.usage);
                self.state = State::Following(Box::new(version));
                return Effect::Explains;
            }
            Ok(_) => self.refuse(dsi.transaction_id, Refusal::NoRoom, shared),
            Err(reason) => self.refuse(dsi.transaction_id, reason, shared),
        }
        shared.discard_all(salvage);
        Effect::None
    }

    fn take_dii(&mut self, dii: &Dii<'_>, shared: &mut Shared) -> Effect {
        let version = match &mut self.state {
            State::Idle => return Effect::Early,
            State::Refused { .. } => return Effect::None,
            State::Following(version) => version,
        };
        if !version.wants(dii) {
            return Effect::None;
        }
        let id = version.id;
        let added = match version.need_of(dii) {
            Ok(need) if !shared.has_room_for(need) => Err(Refusal::NoRoom),
            Ok(need) => {
                shared.usage = shared.usage.plus(need);
                version.add(dii, need, || shared.new_spool())
            }
            Err(reason) => Err(reason),
        };
        match added {
            Err(reason) => {
                self.refuse_version(reason, shared);
                return Effect::None;
            }
            Ok(complete) => {
                let done = |module| Event::ModuleComplete { version: id, module };
                shared.events.extend(complete.into_iter().map(done));
            }
        }
        if version.is_listed() {
            shared.discard_all(core::mem::take(&mut version.salvage));
            version.gather(shared);
            self.open_bundle(shared);
        }
        Effect::Explains
    }

    fn take_ddb(&mut self, ddb: &Ddb<'_>, shared: &mut Shared) -> Effect {
        let version = match &mut self.state {
            State::Idle => return Effect::Early,
            State::Refused { .. } => return Effect::None,
            State::Following(version) => version,
        };
        let is_listed = version.is_listed();
        let known = version.modules.get_mut(&ddb.module_id);
        let Some(module) = known.filter(|module| module.download_id == ddb.download_id) else {
            match is_listed {
                false => return Effect::Early,
                true if is_twin_module(ddb.module_id) => version.take_repair(ddb, shared),
                true => shared.counters.blocks_stray += 1,
            }
            return Effect::None;
        };
        let taken = module.take(ddb);
        match taken {
            Taken::Stray => shared.counters.blocks_stray += 1,
            Taken::Repeated => shared.counters.blocks_repeated += 1,
            Taken::Broken => {
                shared.counters.modules_broken += 1;
                version.collect_again(ddb.module_id, shared);
            }
            Taken::New(offset) | Taken::Completed(offset) => {
                shared.counters.blocks += 1;
                version.store(ddb, offset, shared);
                version.gathered(ddb.module_id, ddb.block, shared);
            }
        }
        if matches!(taken, Taken::Completed(_)) {
            self.module_completed(ddb.module_id, shared);
        }
        Effect::None
    }

    /// Takes a block that was decoded, as if it had come from the air. Returns whether the version
    /// is this carousel's.
    pub(crate) fn take_decoded(
        &mut self,
        id: VersionId,
        block: u64,
        bytes: &[u8],
        shared: &mut Shared,
    ) -> bool {
        let Some(version) = self.following(id) else { return false };
        let found = version.gathering.as_ref().and_then(|gathering| gathering.module_of(block));
        let Some((module_id, block)) = found else { return true };
        let Some(module) = version.modules.get(&module_id) else { return true };
        let length = module.key.block_len(block).map_or(0, |(_, length)| length as usize);
        let Some(data) = bytes.get(..length) else { return true };
        let (download_id, version) = (module.download_id, module.key.version);
        self.take_ddb(&Ddb { download_id, module_id, version, block, data }, shared);
        true
    }

    fn module_completed(&mut self, module: u16, shared: &mut Shared) {
        let State::Following(version) = &mut self.state else {
            return;
        };
        shared.counters.modules_complete += 1;
        shared.events.push_back(Event::ModuleComplete { version: version.id, module });
        if module == MANIFEST_MODULE {
            self.open_bundle(shared);
            return;
        }
        let files: Vec<usize> =
            version.bundle.iter().flat_map(|bundle| bundle.files_in(module)).collect();
        for file in files {
            version.offer(file, &self.delivered, shared);
        }
    }

    /// Reads the manifest when it and the list of modules are there as a whole.
    fn open_bundle(&mut self, shared: &mut Shared) {
        let State::Following(version) = &mut self.state else {
            return;
        };
        let manifest = version.modules.get(&MANIFEST_MODULE);
        let is_there = manifest.is_some_and(|module| module.is_complete());
        if !is_there || !version.is_listed() || version.bundle.is_some() {
            return;
        }
        let bytes = core::mem::take(&mut version.manifest);
        let read = Manifest::parse(&bytes).ok().filter(|manifest| version.agrees_with(manifest));
        let Some(manifest) = read else {
            self.refuse_version(Refusal::Contradiction, shared);
            return;
        };
        shared.events.push_back(Event::BundleAnnounced {
            version: version.id,
            pid: self.pid,
            manifest: Box::new(manifest.clone()),
        });
        let bundle = Bundle::new(manifest);
        let files = bundle.files();
        version.bundle = Some(bundle);
        for file in 0..files {
            version.offer(file, &self.delivered, shared);
        }
    }

    /// Ends the version that is followed and returns its modules for the next one.
    fn end_version(&mut self, shared: &mut Shared) -> Salvage {
        let ended = core::mem::replace(&mut self.state, State::Idle);
        let State::Following(mut version) = ended else {
            return Salvage::new();
        };
        version.end_gathering(shared);
        shared.usage = shared.usage.minus(version.usage);
        let complete = version.bundle.as_ref().is_some_and(Bundle::is_complete);
        shared.counters.bundles_interrupted += u64::from(!complete);
        if let Some(bundle) = &version.bundle {
            self.delivered = bundle.delivered();
            shared.events.push_back(Event::BundleWithdrawn { version: version.id, complete });
        }
        let (stored, left_over) = version.into_stored();
        shared.discard_all(left_over);
        let mut salvage = Salvage::new();
        for module in stored {
            salvage.entry(module.key).or_default().push(module);
        }
        salvage
    }

    /// Gives up the version that is followed.
    fn refuse_version(&mut self, reason: Refusal, shared: &mut Shared) {
        let Some(transaction_id) = self.version().map(|version| version.transaction_id) else {
            return;
        };
        let salvage = self.end_version(shared);
        shared.discard_all(salvage);
        self.refuse(transaction_id, reason, shared);
    }

    fn refuse(&mut self, transaction_id: u32, reason: Refusal, shared: &mut Shared) {
        self.state = State::Refused { transaction_id, reason };
        self.early.clear();
        self.early_bytes = 0;
        if self.told.replace((transaction_id, reason)) != Some((transaction_id, reason)) {
            shared.counters.refused += 1;
            shared.events.push_back(Event::Refused { pid: self.pid, reason });
        }
    }

    /// Keeps a section for later; the oldest ones make room.
    fn keep_early(&mut self, section: Vec<u8>, limits: &Limits) {
        self.early_bytes += section.len();
        self.early.push_back(section);
        while self.early_bytes > limits.early_bytes_max {
            let Some(oldest) = self.early.pop_front() else {
                break;
            };
            self.early_bytes -= oldest.len();
        }
    }
}
