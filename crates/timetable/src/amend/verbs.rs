//! What an amendment does, and how each verb is written.
//!
//! The keys of a verb are read and written side by side, so that they cannot part.

use super::target::AiringName;
use crate::civil::{format_rfc3339, parse_rfc3339};
use crate::diagnostic::{Code, Diagnostic};
use crate::read::{Fields, Report, Value, value};
use crate::text::{AssetId, Id, Texts};
use crate::zone::LocalTime;
use core::fmt;
use serde_json::{Value as Json, json};
use ts::Ticks;

/// What an amendment does.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// An airing does not take place. A lesson waits for the next airing of its slot; a repeat is
    /// simply left out.
    Cancel {
        /// Which.
        airing: AiringName,
    },
    /// An airing takes place at another time of its service.
    Move {
        /// Which.
        airing: AiringName,
        /// Its new start, on the local clock.
        to: LocalTime,
    },
    /// Something airs once.
    Insert(Insert),
    /// An airing may last longer.
    Extend {
        /// Which.
        airing: AiringName,
        /// By how many seconds.
        seconds: u32,
    },
    /// An airing ends earlier; filler takes the rest.
    Cut {
        /// Which.
        airing: AiringName,
        /// By how many seconds.
        seconds: u32,
    },
    /// Wherever an asset would start from the effective instant on, another one is shown; lessons
    /// are counted as before.
    Replace {
        /// The asset.
        asset: AssetId,
        /// What is shown.
        play: AssetId,
    },
    /// One airing shows something else; a lesson waits for the next airing of its slot.
    Substitute {
        /// Which.
        airing: AiringName,
        /// What is shown.
        play: AssetId,
    },
    /// A course stands still from the effective instant on; what has been shown is still repeated.
    Hold {
        /// The course.
        course: Id,
        /// Until when; otherwise until it is resumed.
        until: Option<Ticks>,
    },
    /// A course that was held goes on from the effective instant on.
    Resume {
        /// The course.
        course: Id,
    },
    /// A bundle is sent with another rate or weight from the effective instant on.
    Boost {
        /// The bundle.
        bundle: Id,
        /// Until when.
        until: Ticks,
        /// The rate that it is sure of, in bit/s of transport stream.
        rate_bps: Option<u64>,
        /// Its share of what is left over.
        weight: Option<u16>,
    },
    /// Regions may leave a service once for programmes of their own.
    OptOut(OptOut),
    /// An amendment is taken back.
    Undo {
        /// Its number.
        amendment: u32,
    },
}

/// Something that airs once.
#[derive(Clone, Debug, PartialEq)]
pub struct Insert {
    /// Its id.
    pub id: Id,
    /// The service.
    pub service: Id,
    /// What is played.
    pub asset: AssetId,
    /// When it starts, on the local clock.
    pub start: LocalTime,
    /// How long it may last.
    pub length_s: u32,
    /// Which airing gives way where two share time: that of the lower priority.
    pub priority: u8,
    /// Its name.
    pub title: Option<Texts>,
}

/// A window in which regions may leave a service.
#[derive(Clone, Debug, PartialEq)]
pub struct OptOut {
    /// Its id.
    pub id: Id,
    /// The service.
    pub service: Id,
    /// The regions.
    pub regions: Vec<Id>,
    /// When it starts, on the local clock.
    pub start: LocalTime,
    /// How long it lasts.
    pub length_s: u32,
    /// Which airing gives way where two share time: that of the lower priority.
    pub priority: u8,
    /// What all others see; otherwise filler.
    pub play: Option<AssetId>,
}

impl Verb {
    /// The words for the verbs, as the log has them.
    pub const WORDS: [&str; 12] = [
        "cancel",
        "move",
        "insert",
        "extend",
        "cut",
        "replace",
        "substitute",
        "hold",
        "resume",
        "boost",
        "opt-out",
        "undo",
    ];

    /// The word for it.
    pub const fn as_str(&self) -> &'static str {
        let word = match self {
            Verb::Cancel { .. } => 0,
            Verb::Move { .. } => 1,
            Verb::Insert(_) => 2,
            Verb::Extend { .. } => 3,
            Verb::Cut { .. } => 4,
            Verb::Replace { .. } => 5,
            Verb::Substitute { .. } => 6,
            Verb::Hold { .. } => 7,
            Verb::Resume { .. } => 8,
            Verb::Boost { .. } => 9,
            Verb::OptOut(_) => 10,
            Verb::Undo { .. } => 11,
        };
        Verb::WORDS[word]
    }

    /// The assets that it names.
    pub fn assets(&self) -> impl Iterator<Item = &AssetId> {
        let named = match self {
            Verb::Insert(insert) => Some(&insert.asset),
            Verb::Replace { play, .. } | Verb::Substitute { play, .. } => Some(play),
            Verb::OptOut(window) => window.play.as_ref(),
            _ => None,
        };
        named.into_iter()
    }

    /// Reads what stands behind a word.
    pub(super) fn read(word: &str, line: &mut Fields<'_>, report: &mut Report) -> Option<Verb> {
        let line = &mut Line { fields: line, report };
        Some(match word {
            "cancel" => Verb::Cancel { airing: line.airing()? },
            "move" => {
                let (airing, to) = (line.airing(), line.local_time("to"));
                Verb::Move { airing: airing?, to: to? }
            }
            "insert" => Verb::Insert(line.insert()?),
            "extend" => {
                let (airing, seconds) = (line.airing(), line.seconds());
                Verb::Extend { airing: airing?, seconds: seconds? }
            }
            "cut" => {
                let (airing, seconds) = (line.airing(), line.seconds());
                Verb::Cut { airing: airing?, seconds: seconds? }
            }
            "replace" => {
                let (asset, play) = (line.asset("asset"), line.asset("play"));
                Verb::Replace { asset: asset?, play: play? }
            }
            "substitute" => {
                let (airing, play) = (line.airing(), line.asset("play"));
                Verb::Substitute { airing: airing?, play: play? }
            }
            "hold" => {
                let course = line.id("course");
                let until = line.fields.optional("until", line.report, instant);
                Verb::Hold { course: course?, until: until.map(|u| u.value) }
            }
            "resume" => Verb::Resume { course: line.id("course")? },
            "boost" => line.boost()?,
            "opt-out" => Verb::OptOut(line.opt_out()?),
            _ => Verb::Undo { amendment: line.number("amendment")? },
        })
    }

    /// Writes what stands behind the word.
    pub(super) fn write(&self, put: &mut impl FnMut(&'static str, Json)) {
        match self {
            Verb::Cancel { airing } => put("airing", json!(airing.to_string())),
            Verb::Move { airing, to } => {
                put("airing", json!(airing.to_string()));
                put("to", json!(local_text(*to)));
            }
            Verb::Extend { airing, seconds } | Verb::Cut { airing, seconds } => {
                put("airing", json!(airing.to_string()));
                put("seconds", json!(seconds));
            }
            Verb::Replace { asset, play } => {
                put("asset", json!(asset.as_str()));
                put("play", json!(play.as_str()));
            }
            Verb::Substitute { airing, play } => {
                put("airing", json!(airing.to_string()));
                put("play", json!(play.as_str()));
            }
            Verb::Hold { course, until } => {
                put("course", json!(course.as_str()));
                if let Some(until) = until {
                    put("until", json!(format_rfc3339(*until, 0)));
                }
            }
            Verb::Resume { course } => put("course", json!(course.as_str())),
            Verb::Boost { bundle, until, rate_bps, weight } => {
                put("bundle", json!(bundle.as_str()));
                put("until", json!(format_rfc3339(*until, 0)));
                if let Some(rate_bps) = rate_bps {
                    put("rate_bps", json!(rate_bps));
                }
                if let Some(weight) = weight {
                    put("weight", json!(weight));
                }
            }
            Verb::Insert(insert) => insert.write(put),
            Verb::OptOut(window) => window.write(put),
            Verb::Undo { amendment } => put("amendment", json!(amendment)),
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_str())?;
        let mut keys = Vec::new();
        self.write(&mut |key, value: Json| keys.push((key, value)));
        keys.iter().try_for_each(|(key, value)| match value.as_str() {
            Some(text) => write!(f, " {key} {text}"),
            None => write!(f, " {key} {value}"),
        })
    }
}

impl Insert {
    fn write(&self, put: &mut impl FnMut(&'static str, Json)) {
        put("id", json!(self.id.as_str()));
        put("service", json!(self.service.as_str()));
        put("asset", json!(self.asset.as_str()));
        put("start", json!(local_text(self.start)));
        put("length_s", json!(self.length_s));
        put("priority", json!(self.priority));
        if let Some(title) = &self.title {
            let texts = title.iter().map(|(l, text)| (l.as_str().to_owned(), json!(text)));
            put("title", Json::Object(texts.collect()));
        }
    }
}

impl OptOut {
    fn write(&self, put: &mut impl FnMut(&'static str, Json)) {
        put("id", json!(self.id.as_str()));
        put("service", json!(self.service.as_str()));
        put("regions", self.regions.iter().map(|r| json!(r.as_str())).collect());
        put("start", json!(local_text(self.start)));
        put("length_s", json!(self.length_s));
        put("priority", json!(self.priority));
        if let Some(play) = &self.play {
            put("play", json!(play.as_str()));
        }
    }
}

/// The keys of a line, read one by one.
struct Line<'l, 't> {
    fields: &'l mut Fields<'t>,
    report: &'l mut Report,
}

impl Line<'_, '_> {
    fn airing(&mut self) -> Option<AiringName> {
        let read = |v: Value<'_>, r: &mut Report| {
            let text = value::string(v, r)?;
            let name = AiringName::parse(text);
            if name.is_none() {
                let message = format!("`{}` names no airing", text.escape_debug());
                let finding = Diagnostic::new(Code::BadName, message)
                    .primary(v.at, "")
                    .help("slot@2027-03-15, slot@2027-03-15T19:30, or the id of an item");
                r.push(finding);
            }
            name
        };
        Some(self.fields.required("airing", self.report, read)?.value)
    }

    fn id(&mut self, key: &'static str) -> Option<Id> {
        Some(self.fields.required(key, self.report, value::id)?.value)
    }

    fn asset(&mut self, key: &'static str) -> Option<AssetId> {
        Some(self.fields.required(key, self.report, value::asset)?.value)
    }

    fn local_time(&mut self, key: &'static str) -> Option<LocalTime> {
        Some(self.fields.required(key, self.report, value::local_time_text)?.value)
    }

    fn number(&mut self, key: &'static str) -> Option<u32> {
        let range = 1..=u64::from(u32::MAX);
        let read = |v: Value<'_>, r: &mut Report| value::integer(v, r, range);
        Some(self.fields.required(key, self.report, read)?.value as u32)
    }

    fn seconds(&mut self) -> Option<u32> {
        let read = |v: Value<'_>, r: &mut Report| value::integer(v, r, 1..=86_400);
        Some(self.fields.required("seconds", self.report, read)?.value as u32)
    }

    fn length_s(&mut self) -> Option<u32> {
        let range = u64::from(crate::MIN_AIRING_S)..=86_400;
        let read = |v: Value<'_>, r: &mut Report| value::integer(v, r, range);
        Some(self.fields.required("length_s", self.report, read)?.value as u32)
    }

    fn priority(&mut self) -> u8 {
        let read = |v: Value<'_>, r: &mut Report| value::integer(v, r, 0..=99);
        let given = self.fields.optional("priority", self.report, read);
        given.map_or(AMENDMENT_PRIORITY, |p| p.value as u8)
    }

    fn insert(&mut self) -> Option<Insert> {
        let (id, service) = (self.id("id"), self.id("service"));
        let (asset, start, length_s) =
            (self.asset("asset"), self.local_time("start"), self.length_s());
        let priority = self.priority();
        let title = self.fields.optional("title", self.report, value::texts);
        Some(Insert {
            id: id?,
            service: service?,
            asset: asset?,
            start: start?,
            length_s: length_s?,
            priority,
            title: title.map(|t| t.value),
        })
    }

    fn opt_out(&mut self) -> Option<OptOut> {
        let (id, service) = (self.id("id"), self.id("service"));
        let read = |v: Value<'_>, r: &mut Report| value::list(v, r, value::id);
        let regions = self.fields.required("regions", self.report, read);
        let (start, length_s) = (self.local_time("start"), self.length_s());
        let priority = self.priority();
        let play = self.fields.optional("play", self.report, value::asset);
        let mut regions: Vec<Id> = regions?.value.into_iter().map(|r| r.value).collect();
        regions.sort();
        regions.dedup();
        Some(OptOut {
            id: id?,
            service: service?,
            regions,
            start: start?,
            length_s: length_s?,
            priority,
            play: play.map(|p| p.value),
        })
    }

    fn boost(&mut self) -> Option<Verb> {
        let bundle = self.id("bundle");
        let until = self.fields.required("until", self.report, instant);
        let rate = |v: Value<'_>, r: &mut Report| value::integer(v, r, 0..=1_000_000_000);
        let rate_bps = self.fields.optional("rate_bps", self.report, rate);
        let weight = |v: Value<'_>, r: &mut Report| value::integer(v, r, 1..=1000);
        let weight = self.fields.optional("weight", self.report, weight);
        if rate_bps.is_none() && weight.is_none() {
            let message = "a boost needs a `rate_bps` or a `weight`";
            self.report.fault(Code::MissingKey, self.fields.at(), message, "");
            return None;
        }
        Some(Verb::Boost {
            bundle: bundle?,
            until: until?.value,
            rate_bps: rate_bps.map(|r| r.value),
            weight: weight.map(|w| w.value as u16),
        })
    }
}

/// An instant on the axis.
pub(super) fn instant(value: Value<'_>, report: &mut Report) -> Option<Ticks> {
    let text = value::string(value, report)?;
    match parse_rfc3339(text) {
        Ok(at) => Some(at),
        Err(error) => {
            let message = format!("`{}` is no instant", text.escape_debug());
            report.fault(Code::BadDate, value.at, message, &error.to_string());
            None
        }
    }
}

/// A civil time as the log has it.
fn local_text(local: LocalTime) -> String {
    let second = local.second_of_day();
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}", local.day())
}

/// What is amended stands above all but what says otherwise.
pub(crate) const AMENDMENT_PRIORITY: u8 = 90;
