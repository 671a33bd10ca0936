//! The verbs of the command line.

use super::Common;
use crate::exit::{Code, Failure};
use crate::schedule::instant;
use crate::when;
use clap::{Args, Subcommand};
use timetable::{AiringName, AssetId, Id, Insert, Language, LocalTime, OptOut, Texts, Verb, Zone};
use ts::{Span, Ticks};

/// What an amendment that adds something calls it, and what gives way to it.
#[derive(Args, Debug)]
pub struct Own {
    /// What it is called in plans; otherwise amendment-N.
    #[arg(long)]
    id: Option<String>,
    /// Airings of a lower priority give way to it.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u8).range(0..=99))]
    priority: u8,
}

impl Own {
    fn id(&self, number: u32) -> Result<Id, Failure> {
        self.id.as_deref().map_or_else(|| id(&format!("amendment-{number}")), id)
    }
}

/// The verbs. An airing is named as plans name it: slot@2027-03-15, slot@2027-03-15T19:30, or the
/// id of an item.
#[derive(Subcommand, Debug)]
pub enum AmendVerb {
    /// An airing does not take place; a lesson waits for the next one of its slot.
    Cancel {
        /// Who, why and when.
        #[command(flatten)]
        common: Common,
        /// Which airing.
        airing: String,
    },
    /// An airing takes place at another time.
    Move {
        /// Who, why and when.
        #[command(flatten)]
        common: Common,
        /// Which airing.
        airing: String,
        /// Its new start on the local clock.
        #[arg(long, value_name = "T")]
        to: String,
    },
    /// Something airs once.
    Insert {
        /// Who, why and when.
        #[command(flatten)]
        common: Common,
        /// What is played.
        asset: String,
        /// The service.
        #[arg(long)]
        service: String,
        /// Its start on the local clock.
        #[arg(long, value_name = "T")]
        start: String,
        /// How long it may last: 10m, 1h30m.
        #[arg(long, value_name = "D", value_parser = when::parse_span)]
        length: Span,
        /// What it is called, and what gives way to it.
        #[command(flatten)]
        own: Own,
        /// Its name for the programme guide, in Chinese.
        #[arg(long)]
        title_zh: Option<String>,
        /// Its name for the programme guide, in English.
        #[arg(long)]
        title_en: Option<String>,
    },
    /// An airing may last longer.
    Extend {
        /// Who, why and when.
        #[command(flatten)]
        common: Common,
        /// Which airing.
        airing: String,
        /// By how much: 90s, 7m.
        #[arg(long = "by-time", value_name = "D", value_parser = when::parse_span)]
        by_time: Span,
    },
    /// An airing ends earlier; filler takes the rest.
    Cut {
        /// Who, why and when.
        #[command(flatten)]
        common: Common,
        /// Which airing.
        airing: String,
        /// By how much: 90s, 7m.
        #[arg(long = "by-time", value_name = "D", value_parser = when::parse_span)]
        by_time: Span,
    },
    /// Another asset is shown wherever an asset would start; lessons are counted as before.
    Replace {
        /// Who, why and when.
        #[command(flatten)]
        common: Common,
        /// The asset.
        asset: String,
        /// What is shown.
        #[arg(long, value_name = "ASSET")]
        play: String,
    },
    /// One airing shows something else; a lesson waits for the next airing of its slot.
    Substitute {
        /// Who, why and when.
        #[command(flatten)]
        common: Common,
        /// Which airing.
        airing: String,
        /// What is shown.
        #[arg(long, value_name = "ASSET")]
        play: String,
    },
    /// A course stands still; what was shown is still repeated.
    Hold {
        /// Who, why and when.
        #[command(flatten)]
        common: Common,
        /// The course.
        course: String,
        /// Until when; otherwise until it is resumed.
        #[arg(long, value_name = "T")]
        until: Option<String>,
    },
    /// A course that was held goes on.
    Resume {
        /// Who, why and when.
        #[command(flatten)]
        common: Common,
        /// The course.
        course: String,
    },
    /// A bundle is sent with another rate or weight for a while.
    Boost {
        /// Who, why and when.
        #[command(flatten)]
        common: Common,
        /// The bundle.
        bundle: String,
        /// Until when.
        #[arg(long, value_name = "T")]
        until: String,
        /// The rate that it is sure of, in bit/s.
        #[arg(long, value_name = "BPS", required_unless_present = "weight")]
        rate: Option<u64>,
        /// Its share of what is left over.
        #[arg(long)]
        weight: Option<u16>,
    },
    /// Regions may leave a service once for programmes of their own.
    OptOut {
        /// Who, why and when.
        #[command(flatten)]
        common: Common,
        /// The service.
        service: String,
        /// The regions.
        #[arg(long, required = true, value_delimiter = ',')]
        regions: Vec<String>,
        /// Its start on the local clock.
        #[arg(long, value_name = "T")]
        start: String,
        /// How long it lasts.
        #[arg(long, value_name = "D", value_parser = when::parse_span)]
        length: Span,
        /// What it is called, and what gives way to it.
        #[command(flatten)]
        own: Own,
        /// What all others see; otherwise filler.
        #[arg(long, value_name = "ASSET")]
        play: Option<String>,
    },
    /// An amendment is taken back, as long as it has changed nothing yet.
    Undo {
        /// Who, why and when.
        #[command(flatten)]
        common: Common,
        /// Its number.
        amendment: u32,
    },
}

impl AmendVerb {
    /// What every amendment says.
    pub fn common(&self) -> &Common {
        match self {
            AmendVerb::Cancel { common, .. }
            | AmendVerb::Move { common, .. }
            | AmendVerb::Insert { common, .. }
            | AmendVerb::Extend { common, .. }
            | AmendVerb::Cut { common, .. }
            | AmendVerb::Replace { common, .. }
            | AmendVerb::Substitute { common, .. }
            | AmendVerb::Hold { common, .. }
            | AmendVerb::Resume { common, .. }
            | AmendVerb::Boost { common, .. }
            | AmendVerb::OptOut { common, .. }
            | AmendVerb::Undo { common, .. } => common,
        }
    }

    /// The verb of an amendment with this number.
    pub fn to_verb(&self, zone: &Zone, number: u32) -> Result<Verb, Failure> {
        Ok(match self {
            AmendVerb::Cancel { airing, .. } => Verb::Cancel { airing: name(airing)? },
            AmendVerb::Move { airing, to, .. } => {
                Verb::Move { airing: name(airing)?, to: local(zone, to)? }
            }
            AmendVerb::Extend { airing, by_time, .. } => {
                Verb::Extend { airing: name(airing)?, seconds: seconds(*by_time)? }
            }
            AmendVerb::Cut { airing, by_time, .. } => {
                Verb::Cut { airing: name(airing)?, seconds: seconds(*by_time)? }
            }
            AmendVerb::Replace { asset: of, play, .. } => {
                Verb::Replace { asset: asset(of)?, play: asset(play)? }
            }
            AmendVerb::Substitute { airing, play, .. } => {
                Verb::Substitute { airing: name(airing)?, play: asset(play)? }
            }
            AmendVerb::Hold { course, until, .. } => {
                let until = until.as_deref().map(|text| on_axis(zone, text)).transpose()?;
                Verb::Hold { course: id(course)?, until }
            }
            AmendVerb::Resume { course, .. } => Verb::Resume { course: id(course)? },
            AmendVerb::Boost { bundle, until, rate, weight, .. } => {
                let until = on_axis(zone, until)?;
                Verb::Boost { bundle: id(bundle)?, until, rate_bps: *rate, weight: *weight }
            }
            AmendVerb::Undo { amendment, .. } => Verb::Undo { amendment: *amendment },
            AmendVerb::Insert {
                asset: of,
                service,
                start,
                length,
                own,
                title_zh,
                title_en,
                ..
            } => Verb::Insert(Insert {
                id: own.id(number)?,
                service: id(service)?,
                asset: asset(of)?,
                start: local(zone, start)?,
                length_s: seconds(*length)?,
                priority: own.priority,
                title: title(title_zh.as_deref(), title_en.as_deref()),
            }),
            AmendVerb::OptOut { service, regions, start, length, own, play, .. } => {
                let regions: Result<Vec<Id>, Failure> = regions.iter().map(|r| id(r)).collect();
                Verb::OptOut(OptOut {
                    id: own.id(number)?,
                    service: id(service)?,
                    regions: regions?,
                    start: local(zone, start)?,
                    length_s: seconds(*length)?,
                    priority: own.priority,
                    play: play.as_deref().map(asset).transpose()?,
                })
            }
        })
    }
}

fn wrong(text: &str, what: &str) -> Failure {
    Failure::new(Code::Usage, format!("`{}` is {what}", text.escape_debug()))
}

fn name(text: &str) -> Result<AiringName, Failure> {
    let forms =
        "no name of an airing; write slot@2027-03-15, slot@2027-03-15T19:30 or an item's id";
    AiringName::parse(text).ok_or_else(|| wrong(text, forms))
}

fn id(text: &str) -> Result<Id, Failure> {
    Id::new(text).ok_or_else(|| wrong(text, "no id"))
}

fn asset(text: &str) -> Result<AssetId, Failure> {
    AssetId::new(text).ok_or_else(|| wrong(text, "no name of an asset"))
}

fn on_axis(zone: &Zone, text: &str) -> Result<Ticks, Failure> {
    instant(zone, text).map_err(|e| Failure::new(Code::Usage, e))
}

fn local(zone: &Zone, text: &str) -> Result<LocalTime, Failure> {
    Ok(zone.local_time(on_axis(zone, text)?))
}

fn seconds(span: Span) -> Result<u32, Failure> {
    let ms = span.as_ms();
    let whole = u32::try_from(ms / 1000).ok().filter(|_| ms % 1000 == 0);
    whole.ok_or_else(|| Failure::new(Code::Usage, "a length of time must be whole seconds"))
}

fn title(zh: Option<&str>, en: Option<&str>) -> Option<Texts> {
    let texts = [("zh", zh), ("en", en)].into_iter();
    Texts::new(
        texts.filter_map(|(language, text)| Some((Language::new(language)?, text?.to_owned()))),
    )
}
