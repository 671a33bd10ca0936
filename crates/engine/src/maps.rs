//! What the PMT of a service names, and when.
//!
//! A programme's sound is delivered later than its picture, and each codec has PIDs of its own. So
//! at a join the PMT names the streams of both programmes while packets of both may come: a stream
//! from [`NAMED_AHEAD`] before its first packet to [`NAMED_BEHIND`] after its last. Where both send
//! on the same PID, it tells of the one whose turn it is. Newer streams stand first, so that a
//! receiver that takes the first one has the new programme from its first picture.
//!
//! The version is the place of what is named among all that the timetable can bring about on the
//! service: the same on every machine and after every restart.

use crate::components::{asset_components, carousel_components, map_section};
use crate::config::Multiplex;
use crate::engine::Engine;
use crate::error::TableFault;
use crate::wheel::packets_of;
use rundown::{Airing, DeliveryWindow, NAMED_AHEAD, NAMED_BEHIND, Rundown};
use std::collections::BTreeMap;
use ts::psi::PmtStream;
use ts::{Pid, Ticks};

/// Bytes of a PMT section that names nothing: header, PCR_PID, length of the descriptors, CRC.
const EMPTY_BYTES: usize = 16;

/// The PMT of one service.
#[derive(Clone, Debug)]
pub(crate) struct ServiceMaps {
    pub pid: Pid,
    /// Packets of the longest section that can occur.
    pub packets: u32,
    program_number: u16,
    /// The version of what has place zero.
    version: u8,
    carousels: Vec<PmtStream>,
    video: Medium,
    sound: Medium,
    texts: Medium,
}

/// The video, the sounds, or the subtitles of a service.
#[derive(Clone, Debug)]
struct Medium {
    window: fn(&Airing) -> DeliveryWindow,
    /// What assets have, each different list once.
    lists: Vec<Vec<PmtStream>>,
    /// Which list each asset has.
    by_asset: BTreeMap<u32, usize>,
    /// The place of everything that can be named at once, what a single asset has first.
    places: BTreeMap<Named, u32>,
}

/// What is named: PID, stream_type and descriptors of each stream.
type Named = Vec<(Pid, u8, Vec<u8>)>;

/// The lists that are to be named at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Turns {
    /// Whose turn it is.
    now: usize,
    /// All of which packets may come, the newest first.
    near: Vec<usize>,
}

impl ServiceMaps {
    pub(crate) fn new(
        multiplex: &Multiplex,
        rundown: &Rundown,
        service: usize,
    ) -> Result<ServiceMaps, TableFault> {
        let of_service = &rundown.services[service];
        let mut carousels = Vec::new();
        if of_service.assets.is_empty() {
            let bundles = rundown.bundles.iter().filter(|b| b.service == of_service.id).count();
            carousels = carousel_components(multiplex, service, bundles)?;
        }
        let mut video = Medium::new(|airing| airing.video);
        let mut sound = Medium::new(|airing| airing.audio);
        // Subtitles are delivered together with the sound.
        let mut texts = Medium::new(|airing| airing.audio);
        for asset in &of_service.assets {
            let (_, entry) = rundown.asset(*asset);
            let [pictures, sounds, subtitles] =
                asset_components(multiplex, service, &entry.summary)?;
            video.add(asset.0, pictures);
            sound.add(asset.0, sounds);
            texts.add(asset.0, subtitles);
        }
        for medium in [&mut video, &mut sound, &mut texts] {
            medium.give_places();
        }
        let bytes = [&video, &sound, &texts].map(|medium| medium.bytes_max()).iter().sum::<usize>()
            + bytes_of(&carousels);
        Ok(ServiceMaps {
            pid: multiplex.pmt_pid(service),
            packets: packets_of(&vec![0; EMPTY_BYTES + bytes]),
            program_number: multiplex.services[service].service_id,
            version: rundown.revision as u8 & 0x1f,
            carousels,
            video,
            sound,
            texts,
        })
    }

    /// The sections to be sent at these instants, which rise.
    pub(crate) fn sections(
        &self,
        engine: &Engine,
        service: usize,
        times: impl Iterator<Item = Ticks>,
    ) -> Result<Vec<Vec<u8>>, TableFault> {
        let mut sections: Vec<Vec<u8>> = Vec::new();
        let mut last = None;
        for at in times {
            let turns =
                [&self.video, &self.sound, &self.texts].map(|m| m.turns(engine, service, at));
            let again = sections.last().filter(|_| last.as_ref() == Some(&turns)).cloned();
            sections.push(match again {
                Some(section) => section,
                None => self.section(&turns)?,
            });
            last = Some(turns);
        }
        Ok(sections)
    }

    fn section(&self, [video, sound, texts]: &[Turns; 3]) -> Result<Vec<u8>, TableFault> {
        let mut streams = self.carousels.clone();
        streams.extend(self.video.named(video));
        streams.extend(self.sound.named(sound));
        streams.extend(self.texts.named(texts));
        // As long as numbers suffice each state has one of its own. Beyond that a change of video
        // alone, or of sound alone, still is a change of number.
        let [pictures, sounds, subtitles] =
            [&self.video, &self.sound, &self.texts].map(|medium| medium.places.len().max(1) as u32);
        let fits = pictures * sounds * subtitles <= 32;
        let factor = |count: u32| if fits { count } else { count | 1 };
        let place = (self.video.place(video) * factor(sounds) + self.sound.place(sound))
            * factor(subtitles)
            + self.texts.place(texts);
        let version = self.version.wrapping_add(place as u8) & 0x1f;
        map_section(self.program_number, version, streams)
    }
}

impl Medium {
    fn new(window: fn(&Airing) -> DeliveryWindow) -> Medium {
        let (lists, by_asset, places) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Medium { window, lists, by_asset, places }
    }

    fn add(&mut self, asset: u32, list: Vec<PmtStream>) {
        let known = self.lists.iter().position(|l| *l == list);
        self.by_asset.insert(asset, known.unwrap_or(self.lists.len()));
        if known.is_none() {
            self.lists.push(list);
        }
    }

    fn give_places(&mut self) {
        let all = 0..self.lists.len();
        let alone = all.clone().map(|now| Turns { now, near: vec![now] });
        let pairs = all.clone().flat_map(|a| all.clone().map(move |b| [a, b]));
        let joins = pairs.flat_map(|near| near.map(|now| Turns { now, near: near.to_vec() }));
        for turns in alone.chain(joins) {
            let next = self.places.len() as u32;
            self.places.entry(key_of(&self.named(&turns))).or_insert(next);
        }
    }

    /// The place of what is named. Where more than two follow each other at once, two count.
    fn place(&self, turns: &Turns) -> u32 {
        let mut near = turns.near.clone();
        let other = near.iter().copied().find(|list| *list != turns.now);
        near.retain(|list| *list == turns.now || Some(*list) == other);
        let named = key_of(&self.named(&Turns { now: turns.now, near }));
        self.places.get(&named).copied().unwrap_or(0)
    }

    fn turns(&self, engine: &Engine, service: usize, at: Ticks) -> Turns {
        let of_service = &engine.rundown.services[service];
        let (from, until) = (at - NAMED_BEHIND, at + NAMED_AHEAD);
        let slate = of_service.slate.and_then(|slate| self.by_asset.get(&slate.0).copied());
        let (mut now, mut near) = (None, Vec::new());
        for airing in &of_service.airings[of_service.delivered_in(from, until)] {
            let window = (self.window)(airing);
            let takeover = engine.takeover_known_at(service, airing, at);
            let bounded = |time: Ticks| time.clamp(window.from, window.until);
            let cover = bounded(takeover.map_or(window.until, |t| t.at));
            // What was under way when it was lost is still sent.
            let rest = bounded(takeover.map_or(window.until, |t| t.finish_by));
            let own = self.by_asset.get(&airing.asset.0).copied();
            for (begins, ends, list) in [(window.from, rest, own), (cover, window.until, slate)] {
                let Some(list) = list.filter(|_| begins < ends && begins < until && from < ends)
                else {
                    continue;
                };
                if begins <= at && at < ends {
                    now = Some(list);
                }
                near.retain(|other| *other != list);
                near.insert(0, list);
            }
        }
        let now = now.or(near.last().copied()).unwrap_or(0);
        Turns { now, near }
    }

    fn named(&self, turns: &Turns) -> Vec<PmtStream> {
        let own = self.lists.get(turns.now);
        let mut named: Vec<PmtStream> = Vec::new();
        for stream in turns.near.iter().filter_map(|list| self.lists.get(*list)).flatten() {
            if named.iter().all(|n| n.pid != stream.pid) {
                let told = own.and_then(|own| own.iter().find(|o| o.pid == stream.pid));
                named.push(told.unwrap_or(stream).clone());
            }
        }
        named
    }

    /// Bytes that the streams of all PIDs take together.
    fn bytes_max(&self) -> usize {
        let mut of_pid: BTreeMap<Pid, usize> = BTreeMap::new();
        for stream in self.lists.iter().flatten() {
            let most = of_pid.entry(stream.pid).or_default();
            *most = (*most).max(bytes_of(core::slice::from_ref(stream)));
        }
        of_pid.into_values().sum()
    }
}

fn key_of(streams: &[PmtStream]) -> Named {
    streams.iter().map(|s| (s.pid, s.stream_type.0, s.descriptors.clone())).collect()
}

fn bytes_of(streams: &[PmtStream]) -> usize {
    streams.iter().map(|s| 5 + s.descriptors.len()).sum()
}
