//! The types of a rundown.

use crate::catalogue::{AssetIx, CatalogueEntry};
use ts::{Span, TICKS_PER_SECOND, Ticks};

/// What is on air over a window of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rundown {
    /// The first instant that the rundown speaks of.
    pub from: Ticks,
    /// The instant behind the last.
    pub until: Ticks,
    /// How instants are told as civil time over the window.
    pub clock: CivilClock,
    /// Which revision of the timetable this is, counted from zero.
    pub revision: u32,
    /// The assets that the timetable can put on air, in the order of their names.
    pub assets: Vec<(String, CatalogueEntry)>,
    /// The services, in the order of the multiplex.
    pub services: Vec<ServiceRundown>,
    /// The carousels, in the order of their names.
    pub bundles: Vec<BundleRun>,
}

impl Rundown {
    /// An asset's name and what is known of it.
    pub fn asset(&self, ix: AssetIx) -> &(String, CatalogueEntry) {
        &self.assets[ix.0 as usize]
    }
}

/// Civil time as a table, so that nothing below the compiler needs to know a rule of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CivilClock {
    /// From when on TAI is how many seconds ahead of UTC; in order, the first before the window.
    pub tai_minus_utc_s: Vec<(Ticks, u32)>,
    /// From when on local time is how many seconds ahead of UTC; in order, the first before the
    /// window, one at most behind it.
    pub local_minus_utc_s: Vec<(Ticks, i32)>,
}

impl CivilClock {
    /// Seconds of UTC since 1970-01-01T00:00:00, rounded down.
    pub fn utc_seconds(&self, at: Ticks) -> u64 {
        let ahead = last_before(&self.tai_minus_utc_s, at).unwrap_or(0);
        (at.0 / TICKS_PER_SECOND).saturating_sub(u64::from(ahead))
    }

    /// Seconds that local time is ahead of UTC.
    pub fn local_offset_s(&self, at: Ticks) -> i32 {
        last_before(&self.local_minus_utc_s, at).unwrap_or(0)
    }

    /// The next change of local time behind an instant and the offset from then on.
    pub fn next_offset(&self, at: Ticks) -> Option<(Ticks, i32)> {
        self.local_minus_utc_s.iter().copied().find(|entry| entry.0 > at)
    }
}

fn last_before<T: Copy>(table: &[(Ticks, T)], at: Ticks) -> Option<T> {
    let behind = table.partition_point(|entry| entry.0 <= at);
    table.get(behind.max(1) - 1).map(|entry| entry.1)
}

/// What is on one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRundown {
    /// The service's name in the timetable.
    pub id: String,
    /// Airings, each beginning where the one before ends; they cover the window of the rundown.
    /// Empty for a service that only carries data.
    pub airings: Vec<Airing>,
    /// What the programme guide says, in order of time.
    pub events: Vec<Event>,
    /// Every asset that the timetable can put on this service at any time.
    pub assets: Vec<AssetIx>,
    /// The last resort: shown when an asset cannot be read.
    pub slate: Option<AssetIx>,
}

impl ServiceRundown {
    /// The airings whose delivery touches `[from, until)`, by their place in the list.
    pub fn delivered_in(&self, from: Ticks, until: Ticks) -> core::ops::Range<usize> {
        // Video is delivered earliest and audio latest, so these two bound every stream.
        let first = self.airings.partition_point(|a| a.audio.until.max(a.video.until) <= from);
        let end = self.airings.partition_point(|a| a.video.from.min(a.audio.from) < until);
        first..end.max(first)
    }

    /// The airing that is on at an instant.
    pub fn on_air(&self, at: Ticks) -> Option<&Airing> {
        let behind = self.airings.partition_point(|a| a.start <= at);
        self.airings[..behind].last().filter(|a| at < a.end)
    }
}

/// Why something is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AiringKind {
    /// The timetable names it at this time.
    Programme,
    /// It fills the time until the next programme.
    Filler,
    /// The last resort.
    Slate,
}

/// One asset, or a part of it, on one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Airing {
    /// What is played.
    pub asset: AssetIx,
    /// Why.
    pub kind: AiringKind,
    /// Where in the asset it begins: an entry point.
    pub in_point: Span,
    /// When its first picture is shown.
    pub start: Ticks,
    /// When the next airing's first picture is shown.
    pub end: Ticks,
    /// From when on the slate stands for it, when it is made shorter on air. Its end and its
    /// windows stay what they were, as all that was sent follows from them.
    pub cut: Option<Ticks>,
    /// When its video is delivered.
    pub video: DeliveryWindow,
    /// When its audio is delivered.
    pub audio: DeliveryWindow,
    /// The first decoding time. Where the airing before was planned without knowing this one, it
    /// is nearer to the start than the asset's own reordering wants.
    pub decode_from: Ticks,
    /// The first decoding time of the next airing: all of this one's lie before it.
    pub decode_until: Ticks,
    /// How long a frame lasts of each audio stream of the airing before, for their order where
    /// frames of different durations meet.
    pub frames_before: Vec<Span>,
    /// The event of the programme guide, as a place in the service's list.
    pub event: Option<u32>,
}

/// The window in which packets leave. Windows of successive airings abut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryWindow {
    /// No packet leaves before.
    pub from: Ticks,
    /// Every packet leaves before.
    pub until: Ticks,
}

/// How long before its first packet a PMT names a stream: longer than from one PMT to the next,
/// with the way of a PMT and what the merge moves a packet.
pub const NAMED_AHEAD: Span = Span::from_ms(150);
/// How long behind its window a PMT still names a stream, whose packets the merge may have moved.
pub const NAMED_BEHIND: Span = Span::from_ms(15);

/// A text in the languages of the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Title {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// An event of the programme guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// event_id, unique per service within the horizon of the guide.
    pub event_id: u16,
    /// When it begins.
    pub start: Ticks,
    /// How long it lasts.
    pub duration: Span,
    /// What it is called.
    pub title: Title,
    /// What is said about it.
    pub text: Title,
    /// content_descriptor: both nibbles and the user byte.
    pub content: Option<(u8, u8)>,
}

/// A carousel on air.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleRun {
    /// The bundle's name in the timetable.
    pub id: String,
    /// The data service that carries it.
    pub service: String,
    /// What it is called.
    pub title: Title,
    /// When it is sent: disjoint, in order.
    pub windows: Vec<(Ticks, Ticks)>,
    /// Bits per second of transport stream that it is promised while it is sent.
    pub rate_bps: u64,
    /// Its share of what is left over, in proportion to the other bundles'.
    pub weight: u32,
}

impl BundleRun {
    /// Whether the bundle is sent at an instant.
    pub fn is_on_air(&self, at: Ticks) -> bool {
        let behind = self.windows.partition_point(|w| w.0 <= at);
        behind > 0 && at < self.windows[behind - 1].1
    }
}
