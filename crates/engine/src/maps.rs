//! What the PMT of a service names, and when.
//!
//! A programme's sound is delivered later than its picture, and each codec has PIDs of its own. So
//! at a join the PMT names the streams of both programmes while packets of both may come: a stream
//! from [`NAMED_AHEAD`] before its first packet to [`NAMED_BEHIND`] after its last. Where both send
//! on the same PID, it tells of the one whose turn it is. Newer streams stand first, so that a
//! receiver that takes the first one has the new programme from its first picture.
//!
//! The version follows from what is named, among all that the timetable can bring about on the
//! service: the same on every machine and after every restart.

use crate::components::{asset_components, carousel_components, is_subtitles, map_section};
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
}

/// The video with its subtitles, or the sounds, of a service.
#[derive(Clone, Debug)]
struct Medium {
    window: fn(&Airing) -> DeliveryWindow,
    /// What assets have, each different list once.
    lists: Vec<Vec<PmtStream>>,
    /// Which list each asset has.
    by_asset: BTreeMap<u32, usize>,
}

/// Whether a medium names the streams of one programme or of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Those of this list alone.
    Alone(u32),
    /// Those of several. The phase, below four, changes when one comes or goes, when it becomes the
    /// turn of another one, and when two change places.
    Join { phase: u32 },
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
        for asset in &of_service.assets {
            let (_, entry) = rundown.asset(*asset);
            let [pictures, sounds, subtitles] =
                asset_components(multiplex, service, &entry.summary)?;
            // Subtitles are delivered together with the pictures.
            video.add(asset.0, [pictures, subtitles].concat());
            sound.add(asset.0, sounds);
        }
        let bytes = video.bytes_max() + sound.bytes_max() + bytes_of(&carousels);
        Ok(ServiceMaps {
            pid: multiplex.pmt_pid(service),
            packets: packets_of(&vec![0; EMPTY_BYTES + bytes]),
            program_number: multiplex.services[service].service_id,
            version: rundown.revision as u8 & 0x1f,
            carousels,
            video,
            sound,
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
            let turns = [&self.video, &self.sound].map(|m| m.turns(engine, service, at));
            let again = sections.last().filter(|_| last.as_ref() == Some(&turns)).cloned();
            sections.push(match again {
                Some(section) => section,
                None => self.section(&turns)?,
            });
            last = Some(turns);
        }
        Ok(sections)
    }

    fn section(&self, [video, sound]: &[Turns; 2]) -> Result<Vec<u8>, TableFault> {
        let mut streams = self.carousels.clone();
        streams.extend(self.video.named(video));
        streams.extend(self.sound.named(sound));
        // Receivers that take the first stream they know are not to meet subtitles before sound.
        streams.sort_by_key(is_subtitles);
        let place = self.place(self.video.standing(video), self.sound.standing(sound));
        let version = self.version.wrapping_add(place as u8) & 0x1f;
        map_section(self.program_number, version, streams)
    }

    /// A number below 32 of what is named, another one than what can be named right before and
    /// behind it. There are four kinds of eight numbers; within each a change of video alone, or of
    /// sound alone, is a change of number.
    fn place(&self, video: Standing, sound: Standing) -> u32 {
        let (videos, sounds) = (self.video.lists.len() as u32, self.sound.lists.len() as u32);
        match (video, sound) {
            (Standing::Alone(video), Standing::Alone(sound)) => {
                let factor = if videos * sounds <= 8 { sounds.max(1) } else { 3 };
                (video * factor + sound) % 8
            }
            (Standing::Join { phase: video }, Standing::Join { phase: sound }) => {
                8 + (video + 5 * sound) % 8
            }
            (Standing::Alone(list), Standing::Join { phase }) => 16 + (list + 2 * phase) % 8,
            (Standing::Join { phase }, Standing::Alone(list)) => 24 + (list + 2 * phase) % 8,
        }
    }
}

impl Medium {
    fn new(window: fn(&Airing) -> DeliveryWindow) -> Medium {
        Medium { window, lists: Vec::new(), by_asset: BTreeMap::new() }
    }

    fn add(&mut self, asset: u32, list: Vec<PmtStream>) {
        let known = self.lists.iter().position(|l| *l == list);
        self.by_asset.insert(asset, known.unwrap_or(self.lists.len()));
        if known.is_none() {
            self.lists.push(list);
        }
    }

    /// How what is named stands between programmes.
    fn standing(&self, turns: &Turns) -> Standing {
        let named = |turns: &Turns| key_of(&self.named(turns));
        let key = named(turns);
        if let Some(list) = self.lists.iter().position(|list| key_of(list) == key) {
            return Standing::Alone(list as u32);
        }
        // Whose turn it is counts from the oldest one, as far as what is named tells that.
        let at_turn = |now: usize| named(&Turns { now, near: turns.near.clone() }) == key;
        let turn = turns.near.iter().rev().position(|list| at_turn(*list)).unwrap_or(0);
        let rises = turns.near.is_sorted();
        Standing::Join { phase: (turns.near.len() + 2 * turn + 2 * usize::from(rises)) as u32 % 4 }
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
                // What comes again before it is gone keeps its place.
                if !near.contains(&list) {
                    near.insert(0, list);
                }
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
